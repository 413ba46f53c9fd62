#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The program with a USB camera that misbehaves, through the kernel's own uvcvideo driver.

usage, in the guest: tools/vmrun -- tests/vm/usb.py build/potemkin [WORD...]

The camera is vm_uvcam (uvcam.c), which is told what to do through a FIFO. It shows a room without a person, so every
sample that a client reads must have the backdrop's colour."""

import glob
import os
import re
import sys

import rig
from rig import OUTPUT, Process, check, ends_well, live, potemkin, run, test, wait_until
from watcher import Watcher

NAME = "USB test camera"
SHAPE = ("YUYV", 320, 240)


def node():
    """The camera's node; its second one is for metadata."""
    for path in sorted(glob.glob("/sys/class/video4linux/video*")):
        try:
            with open(path + "/name", encoding="ascii") as name, open(path + "/index", encoding="ascii") as index:
                if name.read().startswith(NAME) and index.read().strip() == "0":
                    return "/dev/" + os.path.basename(path)
        except OSError:
            pass  # it is just going
    return None


def green_film():
    """The path of 20 JPEGs of a green room: bars_network() takes red for a person."""
    path = os.path.join(rig.work, "room.mjpg")
    run("ffmpeg", "-nostdin", "-y", "-loglevel", "error", "-f", "lavfi", "-i", "color=0x30a040:s=320x240:r=5:d=4",
        "-vf", "noise=c0s=30:c0f=t", "-c:v", "mjpeg", "-q:v", "3", "-pix_fmt", "yuvj422p", "-f", "mjpeg", path)
    return path


class Camera(Process):
    def __init__(self, *film):
        for module in ("vhci-hcd", "uvcvideo"):
            run("modprobe", module)
        self.fifo = os.path.join(rig.work, "fifo")
        os.mkfifo(self.fifo)
        super().__init__(os.path.join(os.path.dirname(rig.program), "tests/vm_uvcam"), self.fifo, *film)
        wait_until(node, "the USB camera's node")

    def say(self, *words):
        fifo = os.open(self.fifo, os.O_WRONLY | os.O_NONBLOCK)  # fails if the camera's process has ended
        os.write(fifo, "".join(word + "\n" for word in words).encode("ascii"))
        os.close(fifo)


def state(program):
    return re.findall("state: .* -> (.*)", program.said())[-1]


def trouble(film, words, cures=(), covered=True, said=None):
    """The camera does `words`: the cover is shown, nothing else, and all is well again after `cures`."""
    with Camera(*film) as camera, Watcher(OUTPUT, *SHAPE) as watcher:
        with potemkin("-f", "MJPG" if film else "YUYV", camera=node(), size="320x240", rate="5",
                      model=rig.bars_network()) as program:
            live(program)
            watcher.more(3)
            camera.say(*words)
            if covered:
                wait_until(lambda: state(program) != "live", "the cover")
            if said:
                program.wait_for(said)
            watcher.more(3)
            camera.say(*cures)
            wait_until(lambda: state(program) == "live", "live again")
            watcher.more(5)
            wait_until(lambda: state(program) == "live", "live for good")
            ends_well(program)
    return "%d pictures watched" % watcher.pictures


@test("USB camera unplugged and plugged in, MJPG")
def unplugged():
    return trouble([green_film()], ["unplug"], ["plug"], said="the camera has gone")


@test("USB camera unplugged and plugged in, YUYV")
def unplugged_raw():
    return trouble([], ["unplug"], ["plug"], said="the camera has gone")


@test("USB camera freezes, its bus alive")
def freezes():
    return trouble([green_film()], ["freeze"], ["go"])


@test("USB camera on a dead bus")
def dead():
    return trouble([], ["dead"], ["go"])


@test("USB camera stalls")
def stalls():
    return trouble([], ["stall"], covered=False)


@test("USB camera refuses to start again")
def refuses():
    return trouble([], ["refuse", "unplug", "plug"], ["go"], said="the camera has gone")


@test("USB camera truncates pictures")
def truncates():
    return trouble([green_film()], ["truncate 12"])


@test("USB camera corrupts pictures")
def corrupts():
    return trouble([green_film()], ["corrupt 12"], covered=False)


if __name__ == "__main__":
    rig.main(sys.argv[1:])
