#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The program between a camera and a virtual camera, on a real kernel.

usage, in the guest: tools/vmrun -- tests/vm/program.py build/potemkin [--short | WORD...]

The camera is vivid. Its colour bars are not a person, so every sample that a client reads must have the backdrop's
colour. Any other colour is the room."""

import os
import re
import signal
import sys
import time

import rig
from rig import (CAMERA, OUTPUT, PATIENCE, PLAIN, Process, check, check_backdrop, ends_well, ends_with, foreign, live,
                 picture_bytes, planes, potemkin, run, test, wait_until)
from v4l2 import CAN_CAPTURE, CAN_OUTPUT, Reader
from watcher import Watcher

SMALL = (320, 180)
GST_FORMAT = {"YUYV": "YUY2", "NV12": "NV12", "YU12": "I420"}
FFMPEG_FORMAT = {"YUYV": "yuyv422", "NV12": "nv12", "YU12": "yuv420p"}


def read_file(path):
    with open(path, "rb") as file:
        return file.read()


def fed(device):
    """A picture if clients get any from it, else None."""
    try:
        with Reader(device) as reader:
            reader.start()
            return reader.frame(time.monotonic() + 0.5)
    except OSError:
        return None


# --- clients ---

def by_v4l2_ctl(device, count, width, height, fourcc):
    path = os.path.join(rig.work, "v4l2-ctl.raw")
    run("v4l2-ctl", "-d", device, "--stream-mmap", "--stream-count=%d" % count, "--stream-to=" + path)
    return read_file(path)


def by_ffmpeg(device, count, width, height, fourcc):
    path = os.path.join(rig.work, "ffmpeg.raw")
    run("ffmpeg", "-nostdin", "-y", "-loglevel", "error", "-f", "v4l2", "-i", device, "-frames:v", str(count),
        "-vf", "scale=iw:ih", "-pix_fmt", FFMPEG_FORMAT[fourcc], "-f", "rawvideo", path)
    return read_file(path)


def by_gstreamer(device, count, width, height, fourcc):
    path = os.path.join(rig.work, "gst.raw")
    run("gst-launch-1.0", "-q", "v4l2src", "device=" + device, "num-buffers=%d" % count, "!",
        "video/x-raw,format=%s,width=%d,height=%d" % (GST_FORMAT[fourcc], width, height), "!", "filesink",
        "location=" + path)
    return read_file(path)


CLIENTS = {"v4l2-ctl": by_v4l2_ctl, "ffmpeg": by_ffmpeg, "GStreamer": by_gstreamer}


# --- formats and clients ---

def formats(fourcc, output_fourcc, clients):
    asked = ["--output-format", output_fourcc] if output_fourcc else []
    gives = output_fourcc or "YUYV"
    with potemkin("-f", fourcc, *asked) as program:
        live(program)
        check(program.count(r"%s \(vivid\) %s 320x180" % (CAMERA, fourcc)),
              "the camera does not run at %s 320x180" % fourcc)
        with Reader(OUTPUT) as reader:
            found = reader.format()
        check(found == (gives, *SMALL), "clients are offered %s %dx%d" % found)
        for name in clients:
            data = CLIENTS[name](OUTPUT, 5, *SMALL, gives)
            count = check_backdrop(data, gives, *SMALL, name)
            check(count == 5, "%s: %d pictures instead of 5" % (name, count))
        ends_well(program)
        check(program.count(r"[1-9]\d* frames in"), "no frame was composed")
    return "%s -> %s, as seen by %s" % (fourcc, gives, ", ".join(clients))


@test("camera YUYV, default output")
def yuyv():
    return formats("YUYV", None, ["v4l2-ctl", "ffmpeg", "GStreamer"])


@test("camera NV12, output NV12")
def nv12():
    return formats("NV12", "NV12", ["v4l2-ctl", "ffmpeg", "GStreamer"])


@test("camera YU12, output YU12")
def yu12():
    return formats("YU12", "YU12", ["v4l2-ctl", "ffmpeg", "GStreamer"])


# --- a person, through an MJPG camera ---

def mean(plane, stride, left, top, width, height):
    rows = b"".join(plane[y * stride + left:y * stride + left + width] for y in range(top, top + height))
    return sum(rows) / len(rows)


@test("MJPG camera with a person")
def mjpg():
    room = os.path.join(rig.work, "room.mkv")
    run(rig.program, "convert", "-q", "--show-room", "-b", "none", "-s", "320x240", "-r", "10",
        "--frames", "20", "-m", "selfie", "--refine", "none", "presenter:1", room, patience=2 * PATIENCE)
    with Process("ffmpeg", "-nostdin", "-loglevel", "error", "-re", "-stream_loop", "-1", "-i", room, "-c:v", "mjpeg",
                 "-q:v", "3", "-pix_fmt", "yuvj422p", "-f", "v4l2", PLAIN) as feeder:
        def is_fed():
            check(feeder.running(), "ffmpeg ended")
            return fed(PLAIN)
        wait_until(is_fed, "an MJPG camera")
        with potemkin("-f", "MJPG", "-m", "selfie", camera=PLAIN, size=None, rate=None) as program:
            live(program)
            check(program.count(r"MJPG 320x240"), "the camera does not run at MJPG 320x240")
            person = see_person(program)
            ends_well(program)
    return person


def see_person(program):
    """Wait for a picture with the backdrop in its corners and somebody in the middle."""
    def seen():
        check(program.running(), "potemkin ended")
        with Reader(OUTPUT) as reader:
            reader.start()
            data = reader.frame(time.monotonic() + 5)
        if not data:
            return None
        luma, blue, red = planes(data, "YUYV", 320, 240)
        for left in (0, 280):
            corner = (mean(luma, 320, left, 0, 40, 40), mean(blue, 160, left // 2, 0, 20, 40),
                      mean(red, 160, left // 2, 0, 20, 40))
            check(all(abs(a - b) <= rig.NEAR for a, b in zip(corner, rig.YUV)),
                  "the room is in a corner: %s" % (corner,))
        middle = mean(luma, 320, 120, 100, 80, 120), mean(blue, 160, 60, 100, 40, 120), mean(red, 160, 60, 100, 40, 120)
        far = max(abs(a - b) for a, b in zip(middle, rig.YUV))
        return "middle %.0f %.0f %.0f, corners the backdrop" % middle if far > 12 else None
    return wait_until(seen, "a person before the backdrop")


# --- producers and consumers that come and go ---

def check_free(device):
    """Failed unless another producer can feed it."""
    with Reader(device) as reader:
        check(reader.capabilities() & CAN_OUTPUT, "%s offers no output any more" % device)


@test("five producers on one loading of the module")
def restart():
    rounds = [((320, 180), None), ((320, 180), "NV12"), ((640, 360), None), ((320, 180), "YU12"), ((320, 180), None)]
    for number, (size, fourcc) in enumerate(rounds, 1):
        asked = ["--output-format", fourcc] if fourcc else []
        with potemkin(*asked, size="%dx%d" % size) as program:
            live(program)
            data = by_v4l2_ctl(OUTPUT, 3, *size, fourcc)
            check(len(data) == 3 * picture_bytes(fourcc or "YUYV", *size),
                  "producer %d: %d bytes" % (number, len(data)))
            check_backdrop(data, fourcc or "YUYV", *size, "producer %d" % number)
            ends_well(program)
        check_free(OUTPUT)
    return ", ".join("%dx%d %s" % (*size, fourcc or "YUYV") for size, fourcc in rounds)


@test("consumers that are there first and stay")
def stay():
    with Reader(OUTPUT) as reader, Watcher(OUTPUT, "YUYV", *SMALL) as watcher:
        with potemkin() as program:
            live(program)
            check(reader.capabilities() & CAN_CAPTURE, "a program that had it open before sees no camera")
            check(reader.format() == ("YUYV", *SMALL), "a program that had it open before sees another format")
            reader.start()
            check(reader.frame(time.monotonic() + PATIENCE), "a program that had it open before gets no picture")
            watcher.more(5)
            ends_well(program)
        check_free(OUTPUT)
        while reader.frame(time.monotonic() + 0.5):
            pass
        with potemkin() as program:
            live(program)
            check_backdrop(reader.frame(time.monotonic() + PATIENCE) or b"", "YUYV", *SMALL, "across a restart")
            ends_well(program)
        ends_with(4, "held at YUYV 320x180", potemkin(size="640x360"))
    with potemkin(size="640x360") as program:
        live(program)
        ends_well(program)
    return ("opened before, streaming across a restart, %d pictures watched; another size only once they have gone"
            % watcher.pictures)


# --- the room is never shown ---

def ring_is_covered(reader, fourcc, width, height, when):
    ring = reader.ring()
    for index, data in enumerate(ring):
        bad = foreign(data, fourcc, width, height)
        check(bad == 0, "%s, ring buffer %d of %d is not the backdrop in %d samples, it begins with %s" % (
            when, index + 1, len(ring), bad, data[:8].hex()))
    return len(ring)


def look_after_exit(device):
    """All pictures of the last producer that the driver still gives must be the cover. Gives their number."""
    count = 0
    with Reader(device) as reader:
        try:
            reader.start()
            data = reader.frame(0)
            while data and count < 100:
                check_backdrop(data, "YUYV", *SMALL, "%s after the end" % device)
                count += 1
                data = reader.frame(0)
        except OSError:
            pass  # the driver gives no more
        ring_is_covered(reader, "YUYV", *SMALL, "opened after the end, " + device)
    return count


def start_to_end(number, ends=ends_well):
    with Watcher(OUTPUT, "YUYV", *SMALL) as watcher, Watcher(PLAIN, "YUYV", *SMALL) as plain:
        with potemkin("-o", PLAIN) as program:
            live(program)
            watcher.more(20)
            plain.more(20)
            with Reader(OUTPUT) as first, Reader(PLAIN) as second:
                buffers = first.map() + second.map()
                seconds = ends(program, number)
                ring_is_covered(first, "YUYV", *SMALL, "on " + OUTPUT)
                ring_is_covered(second, "YUYV", *SMALL, "on " + PLAIN)
                after = look_after_exit(OUTPUT) + look_after_exit(PLAIN)
        check_free(OUTPUT)
        check_free(PLAIN)
    return "ended in %.2f s; backdrop in %d pictures, %d ring buffers, %d pictures after the end" % (
        seconds, watcher.pictures + plain.pictures, buffers, after)


@test("room never shown: start to SIGTERM", short=True)
def sigterm():
    return start_to_end(signal.SIGTERM)


@test("room never shown: start to SIGINT")
def sigint():
    return start_to_end(signal.SIGINT)


@test("room never shown: start to SIGKILL")
def sigkill():
    def ends(program, number):
        check(program.stop(number) == -number, "it outlived SIGKILL")
        return 0
    return start_to_end(signal.SIGKILL, ends)


@test("room never shown: start to its own end")
def own_end():
    with Watcher(OUTPUT, "YUYV", *SMALL) as watcher:
        with potemkin("--frames", "15") as program:
            code = program.wait()
            check(code == 0, "exit %d" % code)
            check(program.count("15 frames in"), "it did not compose 15 frames")
    return "backdrop in %d pictures" % watcher.pictures


@test("room shown when it was asked for: this test would notice")
def shown():
    with potemkin("--show-room", backdrop="none") as program:
        live(program)
        with Reader(OUTPUT) as reader:
            reader.start()
            data = wait_until(lambda: reader.frame(time.monotonic() + 1), "a picture")
            bad = foreign(data, "YUYV", *SMALL)
            check(bad > len(data) // 2, "only %d samples of %d differ from the backdrop" % (bad, len(data)))
        ends_well(program)
    return "%d of %d samples are not the backdrop's" % (bad, len(data))


def camera_trouble(trouble, said, fix=None):
    """The camera fails in some way: the cover is shown, and the program goes on by itself."""
    back = "the camera is back"
    with Watcher(OUTPUT, "YUYV", *SMALL) as watcher, potemkin() as program:
        live(program)
        watcher.more(3)
        trouble()
        program.wait_for(said)
        if fix:
            program.wait_for("-> covered", program.count("-> live"))
            watcher.more(5)
            check(not program.count(back), "it says that the camera is back")
            fix()
        program.wait_for(back)
        is_live = lambda: re.findall("state: .* -> (.*)", program.said())[-1] == "live"
        wait_until(is_live, "live again")
        watcher.more(30)  # for longer than it stays live without pictures
        wait_until(is_live, "live for good")
        ends_well(program)
    return "%d pictures watched" % watcher.pictures


@test("camera unplugged and plugged in", short=True)
def unplugged():
    return camera_trouble(rig.unplug, "the camera has gone", rig.plug)


@test("camera disconnected while its node stays")
def disconnected():
    return camera_trouble(lambda: run("v4l2-ctl", "-d", CAMERA, "-c", "disconnect=1"), "the camera has gone")


@test("camera with a fatal streaming error")
def streaming_error():
    return camera_trouble(lambda: run("v4l2-ctl", "-d", CAMERA, "-c", "inject_fatal_streaming_error=1"),
                          "the camera failed")


# --- which devices, and exit codes ---

@test("taken camera: exit 4")
def busy_camera():
    with Process("v4l2-ctl", "-d", CAMERA, "--stream-mmap", "--stream-to=/dev/null") as reader:
        reader.wait_for("<")
        ends_with(4, CAMERA + ": taken by another program", potemkin(output="null"))
        ends_with(4, "taken by another program", potemkin(camera="auto", output="null"))
        check(reader.running(), "the other reader did not survive")
    with potemkin(output="null") as program:
        live(program)
        ends_with(4, CAMERA + ": taken by another program", potemkin(output="null"))
        ends_well(program)


@test("taken output: exit 4")
def busy_output():
    with potemkin() as program:
        live(program)
        ends_with(4, OUTPUT + ": another program already feeds", potemkin(camera="presenter"))
        ends_well(program)
    with Process("ffmpeg", "-nostdin", "-loglevel", "error", "-re", "-f", "lavfi", "-i", "color=s=320x180:r=10",
                 "-pix_fmt", "yuyv422", "-f", "v4l2", PLAIN) as feeder:
        wait_until(lambda: fed(PLAIN), "a fed " + PLAIN)
        ends_with(4, PLAIN + ": another program already feeds", potemkin(output=PLAIN))
        check(feeder.running(), "the other producer did not survive")


@test("auto finds camera and outputs")
def auto():
    with potemkin(camera="auto", output="auto") as program:
        live(program)
        for pattern in (CAMERA + r" \(vivid\)", "output " + OUTPUT, "output " + PLAIN):
            check(program.count(pattern), "no '%s' in what it said" % pattern)
        ends_well(program)
    with potemkin(output=OUTPUT) as program:
        live(program)
        with potemkin(camera="presenter", output="auto") as second:
            live(second)
            check(second.count("output " + PLAIN), "auto did not take the free output")
            check(not second.count("output " + OUTPUT), "auto took the wrong output")
            ends_with(6, "no free virtual camera", potemkin(camera="presenter", output="auto"))
            ends_well(second)
        ends_well(program)


@test("auto takes no loopback for a camera: exit 5")
def no_camera():
    with rig.without_camera(), Process("ffmpeg", "-nostdin", "-loglevel", "error", "-re", "-f", "lavfi", "-i",
                                       "color=s=320x180:r=10", "-pix_fmt", "yuyv422", "-f", "v4l2", PLAIN):
        wait_until(lambda: fed(PLAIN), "a fed " + PLAIN)
        ends_with(5, "no camera", potemkin(camera="auto", output="null"))
        ends_with(5, "no such device", potemkin(output="null"))


@test("what is no virtual camera: exit 6", short=True)
def no_output():
    ends_with(6, "not a virtual camera", potemkin(output=CAMERA))
    ends_with(6, "no such device", potemkin(output="/dev/video77"))


@test("auto takes no metadata node for a camera")
def metadata():
    """Metadata capture comes first, at /dev/video2; the camera is /dev/video5."""
    run("rmmod", "vivid")
    run("modprobe", "vivid", "n_devs=1", "node_types=0x20001", "meta_cap_nr=2", "vid_cap_nr=5", "num_inputs=1",
        "input_types=0")
    try:
        wait_until(lambda: os.path.exists("/dev/video5") and os.path.exists("/dev/video2"), "both nodes")
        check("/dev/video2" not in run(rig.program, "list", "cameras"), "a metadata node is listed as a camera")
        with potemkin(camera="auto", output="null") as program:
            live(program)
            check(program.count(r"/dev/video5 \(vivid\)"), "auto did not take /dev/video5")
            ends_well(program)
        ends_with(5, "not a camera", potemkin(camera="/dev/video2", output="null"))
    finally:
        run("rmmod", "vivid")
        run("modprobe", "vivid", "n_devs=1", "vid_cap_nr=0", "node_types=0x1", "num_inputs=1", "input_types=0")
        wait_until(lambda: os.path.exists(CAMERA), "the camera's node")


if __name__ == "__main__":
    rig.main(sys.argv[1:])
