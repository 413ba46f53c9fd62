#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Virtual cameras that other programs hold, read, poll and feed, on whichever v4l2loopback is loaded.

usage, in the guest: tools/vmrun [--loopback-source DIR] -- tests/vm/loopback.py build/potemkin [WORD...]

The versions differ in what they do and tell; what the program makes of it is the same."""

import contextlib
import os
import struct
import sys
import threading
import time

import rig
from rig import OUTPUT, PLAIN, Process, check, ends_well, ends_with, live, run, test, wait_until
from v4l2 import CAPTURE, MMAP, QBUF, REQBUFS, STREAMON, Reader

CONTROL, ADDED, SETTINGS = "/dev/v4l2loopback", "/dev/video60", "/etc/modprobe.d/potemkin.conf"
BGR = bytes.fromhex("c08030")  # BACKDROP


def program(*options, output=OUTPUT, size="320x180"):
    """The program with the drawn presenter, in whom bars_network() finds nobody: the backdrop."""
    return rig.potemkin(*options, camera="presenter", output=output, size=size, model=rig.bars_network())


def set_up_and_remove(*options):
    return Process(rig.program, "setup-loopback", *options)


@test("a device that is added to a loaded module serves, and goes when it is free")
def added():
    if not os.path.exists(CONTROL):
        return "this version has no control device"
    ends_with(0, "was added", set_up_and_remove())
    wait_until(lambda: os.path.exists(ADDED), ADDED)
    with program(output=ADDED) as feeder:
        live(feeder)
        run("v4l2-ctl", "-d", ADDED, "--stream-mmap=4", "--stream-count=3", "--stream-to=/dev/null")
        ends_with(4, "nothing was removed yet", set_up_and_remove("--remove"))
        check(os.path.exists(SETTINGS), "its settings are gone")
        ends_well(feeder)
    ends_with(0, "was deleted", set_up_and_remove("--remove"))
    check(not os.path.exists(ADDED) and not os.path.exists(SETTINGS), "something is left")
    return None


@contextlib.contextmanager
def polling(reader):
    """A client that asks for buffers all the time, which stamps them before 0.14."""
    over = threading.Event()

    def ask():
        while not over.wait(0.02):
            with contextlib.suppress(OSError):
                reader.ioctl(REQBUFS, bytearray(struct.pack("III8x", 2, CAPTURE, MMAP)))
    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


@test("a client that polls does not feed")
def polled():
    with Reader(PLAIN) as reader:
        for crowd in (contextlib.nullcontext(), polling(reader)):
            with crowd, program(output=PLAIN) as feeder:
                live(feeder)
                ends_well(feeder)


def gives_pictures(device):
    with contextlib.suppress(OSError), Reader(device) as reader:
        reader.start()
        return reader.frame(time.monotonic() + 1)
    return None


@test("GStreamer's v4l2sink feeds")
def fed_by_gstreamer():
    with Process("gst-launch-1.0", "videotestsrc", "is-live=true", "!",
                 "video/x-raw,format=YUY2,width=320,height=180,framerate=10/1", "!", "v4l2sink",
                 "device=" + PLAIN) as sink:
        for _ in range(2):  # from 0.14 on, it may end after its first picture
            wait_until(lambda: gives_pictures(PLAIN) or not sink.running(), "pictures from GStreamer")
            time.sleep(1)
        if not sink.running():
            return "it cannot feed this version"
        ends_with(4, PLAIN + ": another program already feeds", program(output=PLAIN))
    return None


@test("auto leaves out what a reader holds, and takes it later")
def held():
    with contextlib.ExitStack() as crowd:
        with program(size="640x360") as feeder:
            live(feeder)
            reader = crowd.enter_context(Reader(OUTPUT))
            reader.start()
            check(reader.frame(time.monotonic() + rig.PATIENCE), "no picture")
            ends_well(feeder)
        with program(output="auto") as feeder:
            feeder.wait_for(OUTPUT + ": .* is left out until it is free")
            live(feeder)
            check(feeder.count("output %s " % PLAIN), "the other one is not fed")
            crowd.close()
            feeder.wait_for("back again: " + OUTPUT)
            ends_well(feeder)


@test("what the first client holds is fed")
def first():
    """Only from 0.14 on can a client hold the format of a node that was never fed."""
    run("rmmod", "v4l2loopback")
    run("modprobe", "v4l2loopback", "devices=2", "video_nr=10,11", "exclusive_caps=1,0",
        "card_label=Test cam,Plain cam")
    wait_until(lambda: os.path.exists(PLAIN), PLAIN)
    with Reader(PLAIN) as reader:
        try:
            reader.map()
        except OSError:
            return "this version has no buffers before a producer comes"
        with program(output=PLAIN) as feeder:
            feeder.wait_for("held at BGR4 640x480 .*; pictures are scaled to fit")
            live(feeder)
            for index in range(len(reader.buffers)):
                reader.ioctl(QBUF, reader.buffer(index))
            reader.ioctl(STREAMON, struct.pack("i", CAPTURE))
            data = reader.frame(time.monotonic() + rig.PATIENCE) or b""
            near = all(abs(a - b) <= rig.NEAR for a, b in zip(data, BGR))
            check(len(data) == 640 * 480 * 4 and near, "%d bytes, %s" % (len(data), data[:4].hex()))
            ends_well(feeder)
    return None


@test("a format that the driver keeps")
def kept():
    for device in (OUTPUT, PLAIN):
        cure = "v4l2-ctl -d %s -c keep_format=" % device
        with program(output=device) as feeder:
            live(feeder)
            run(*(cure + "1").split())
            ends_well(feeder)
        ends_with(4, r"keep_format=1.*" + cure + "0", program(output=device, size="640x360"))
        with program(output=device) as feeder:
            live(feeder)
            ends_well(feeder)
        run(*(cure + "0").split())


@test("a reader by read() wakes an idle run")
def reads():
    command = [rig.program, "run", "-v", "-c", "presenter", "-o", OUTPUT, "-s", "320x180", "-r", "10", "-b",
               "color:" + rig.BACKDROP, "--refine", "none", "--model", rig.bars_network()]
    with Process(*command) as feeder:
        feeder.wait_for("-> idle")
        with Process("dd", "if=" + OUTPUT, "of=/dev/null", "bs=115200"):
            live(feeder)
        feeder.wait_for("-> idle", 2)
        ends_well(feeder)


@test("the driver's timeout is set off")
def timeout():
    run("v4l2-ctl", "-d", OUTPUT, "-c", "timeout=1000")
    with program() as feeder:
        live(feeder)
        said = run("v4l2-ctl", "-d", OUTPUT, "-C", "timeout").strip()
        check(said == "timeout: 0", said)
        ends_well(feeder)


if __name__ == "__main__":
    rig.main(sys.argv[1:])
