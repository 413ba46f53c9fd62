#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The program through a day on a desktop, on a real kernel: nobody watches, somebody watches, the camera goes and comes
back.

usage, in the guest: tools/vmrun -- tests/vm/desktop.py build/potemkin [WORD...]"""

import glob
import os
import re
import subprocess
import sys
import time

import rig
from faults import long_rings, unplug_and_plug
from rig import CAMERA, OUTPUT, Process, check, check_backdrop, ends_well, live, potemkin, run, test, wait_until
from v4l2 import Reader

SMALL = (320, 180)
IDLE_S = 10


def on_demand(*options, **more):
    return potemkin("--on-demand", "yes", *options, **more)


def open_cameras(program):
    """How many descriptors of the camera the program has open."""
    links = []
    for path in glob.glob("/proc/%d/fd/*" % program.child.pid):
        try:
            links.append(os.readlink(path))
        except OSError:
            pass
    return sum(link.startswith(CAMERA) for link in links)


def asleep(program, times=1):
    program.wait_for("-> idle", times)
    wait_until(lambda: not open_cameras(program), "the camera's end")


def thread_figures(program):
    """(times that any thread went to sleep, CPU seconds of all)"""
    switches = 0
    for path in glob.glob("/proc/%d/task/*/status" % program.child.pid):
        with open(path, encoding="ascii") as status:
            switches += sum(int(line.split()[1]) for line in status if line.startswith("voluntary_ctxt"))
    with open("/proc/%d/stat" % program.child.pid, encoding="ascii") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return switches, (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@test("on demand: the camera is closed until somebody watches, and after")
def closed_until_watched():
    with on_demand() as program:
        asleep(program)
        for times in (1, 2):
            lives = program.count("-> live")  # on a slow machine it is covered and live again in between
            began = time.monotonic()
            with Reader(OUTPUT) as reader:
                reader.start()
                first = reader.frame(time.monotonic() + rig.PATIENCE)
                check_backdrop(first or b"", "YUYV", *SMALL, "the first picture")
                shown = time.monotonic() - began
                live(program, lives + 1)
                seconds = time.monotonic() - began
                check(open_cameras(program) == 1, "live without a camera")
                for _ in range(5):
                    check_backdrop(reader.frame(time.monotonic() + rig.PATIENCE) or b"", "YUYV", *SMALL, "while live")
            asleep(program, times + 1)
        with Reader(OUTPUT) as reader:
            count = reader.map()
            for index, data in enumerate(reader.ring()):
                check_backdrop(data, "YUYV", *SMALL, "asleep, buffer %d" % index)
        ends_well(program)
    return "first picture after %.2f s, live after %.2f s; %d ring buffers covered" % (shown, seconds, count)


@test("on demand: five probing opens in three seconds wake nobody")
def probes():
    with on_demand() as program:
        asleep(program)
        for _ in range(5):
            with Reader(OUTPUT) as reader:
                reader.capabilities()
                reader.format()
            time.sleep(0.55)
        run("v4l2-ctl", "-d", OUTPUT, "--all")
        run("v4l2-ctl", "--list-devices")
        check(program.count("idle ->") == 0, "a probe woke it")
        check(open_cameras(program) == 0, "a probe opened the camera")
        ends_well(program)


@test("on demand: idle costs nothing")
def idle():
    with on_demand() as program:
        asleep(program)
        for _ in range(3):  # the last picture may still be in the network when the camera is closed
            before = thread_figures(program)
            time.sleep(IDLE_S)
            after = thread_figures(program)
            wakes, cpu = (after[0] - before[0]) / IDLE_S, (after[1] - before[1]) / IDLE_S * 100
            if wakes <= 5 and cpu <= 0.2:
                break
        ends_well(program)
    check(wakes <= 5, "%.1f wake-ups a second" % wakes)
    check(cpu <= 0.2, "%.2f %% of a core" % cpu)
    return "%.1f wake-ups a second, %.2f %% of a core" % (wakes, cpu)


@test("on demand: a reader by ffmpeg wakes it")
def by_ffmpeg():
    with on_demand() as program:
        asleep(program)
        raw = os.path.join(rig.work, "raw")
        run("ffmpeg", "-nostdin", "-y", "-loglevel", "error", "-f", "v4l2", "-i", OUTPUT, "-frames:v", "40", "-f",
            "rawvideo", raw)
        with open(raw, "rb") as file:
            check_backdrop(file.read(), "YUYV", *SMALL, "ffmpeg")
        live(program)
        asleep(program, 2)
        ends_well(program)


@test("unplugged and plugged ten times while somebody watches")
def ten_times():
    long_rings()
    with on_demand(model=rig.bars_network()) as program:
        asleep(program)
        with Reader(OUTPUT) as reader:
            reader.start()
            live(program)
            said = unplug_and_plug(reader)
        ends_well(program)
    return said


@test("doctor: a fault of each kind, and its remedy")
def doctor():
    """Doctor finds devices that are damaged by a producer with write(), taken, unplugged, unloaded, or without
    exclusive_caps; its remedy fixes them."""
    def says(code, *patterns):
        with Process(rig.program, "doctor") as process:
            found = process.wait()
            said = process.said()
        check(found == code, "doctor: exit %d instead of %d: %s" % (found, code, said))
        for pattern in patterns:
            check(re.search(pattern, said), "doctor does not say '%s' but: %s" % (pattern, said))
    says(0, "good   camera: /dev/video0", "good   loopback: /dev/video10",
         "hint   loopback: /dev/video11 .* not listed by browsers")
    with rig.without_camera():
        says(5, "FAULT  camera: there is no camera")
    with Process("v4l2-ctl", "-d", CAMERA, "--stream-mmap", "--stream-count=100000"):
        doctor = [rig.program, "doctor"]
        wait_until(lambda: subprocess.run(doctor, check=False, stdout=subprocess.DEVNULL).returncode == 4,
                   "a camera in use")
        says(4, r"in use by v4l2-ctl \(", r"close v4l2-ctl")
    with on_demand() as program:
        asleep(program)
        says(0, "good   loopback: /dev/video10 .* fed by potemkin")
        with Reader(OUTPUT) as reader:
            reader.start()
            live(program)
            says(0, "camera: .* is in use by potemkin itself")
        ends_well(program)
    run("ffmpeg", "-nostdin", "-loglevel", "error", "-f", "lavfi", "-i", "testsrc=s=320x180:r=10:d=1", "-pix_fmt",
        "yuyv422", "-f", "v4l2", OUTPUT)
    says(6, "FAULT  loopback: /dev/video10 .* is damaged",
         "modprobe -r v4l2loopback && sudo modprobe v4l2loopback exclusive_caps=1 max_buffers=4")
    run("rmmod", "v4l2loopback")
    says(6, "FAULT  module: .* installed but not loaded", "sudo potemkin setup-loopback")
    run(rig.program, "setup-loopback")
    says(0, r"good   loopback: /dev/video60 \(Potemkin\)")
    with potemkin("--duration", "1", output="auto") as program:
        check(program.wait() == 0 and program.count("/dev/video60"), "the new device is not used")
    run(rig.program, "setup-loopback", "--remove")
    says(6, "module: .* installed but not loaded")
    check(not os.path.exists("/etc/modprobe.d/potemkin.conf"), "--remove left its file")
    run("modprobe", "v4l2loopback", "video_nr=10")
    says(6, "FAULT  loopback: /dev/video10 .* not listed by browsers")
    return "damaged, taken, unplugged, unloaded, without exclusive_caps; set up and removed"


if __name__ == "__main__":
    rig.main(sys.argv[1:])
