#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Runs the program as a user does, with a camera that sends what it is told (fakecam.c): pictures of one colour in each
family of formats come out in that colour; fields, turns and an input without a signal; what is refused, and how.

usage: tests/camera.py PROGRAM FAKECAM_SO"""

import os
import subprocess
import sys
import tempfile
import threading

WIDTH, HEIGHT = 160, 120
RED = (180, 40, 30)
PATIENCE = 60


def yuv(red, green, blue):
    """BT.601 in limited range (ITU-R BT.601-7)."""
    luma = 0.299 * red + 0.587 * green + 0.114 * blue
    return (
        16 + luma * 219 / 255,
        128 + (blue - luma) / 1.772 * 224 / 255,
        128 + (red - luma) / 1.402 * 224 / 255,
    )


class Camera:
    def __init__(self, program, fakecam, folder):
        self.program, self.fakecam, self.folder = program, fakecam, folder

    def run(self, fourcc, picture, *options, enough=None, **settings):
        """Exit code, messages, and the last picture's size and colour in the middle. It is ended as soon as its
        messages are `enough`."""
        files, out = os.path.join(self.folder, "picture"), os.path.join(self.folder, "out.y4m")
        if picture:
            with open(files, "wb") as file:
                file.write(picture)
        elif os.path.exists(files):
            os.remove(files)
        environment = dict(os.environ, LD_PRELOAD=self.fakecam, FAKECAM_FILES=files, FAKECAM_FOURCC=fourcc)
        environment["FAKECAM_SIZE"] = f"{WIDTH}x{HEIGHT}"
        environment.update({"FAKECAM_" + name.upper(): str(value) for name, value in settings.items()})
        arguments = ["-c", "/dev/video7", "-o", "file:" + out, *options]
        child = subprocess.Popen([self.program, *arguments], env=environment, stderr=subprocess.PIPE, text=True)
        watch = threading.Timer(PATIENCE, child.kill)
        watch.start()
        said = ""
        for line in child.stderr:
            said += line
            if enough and enough(said):
                child.terminate()
        code = child.wait()
        watch.cancel()
        return code, said, read_last(out) if code == 0 else None

    def shows(self, fourcc, picture, want, *options, **settings):
        """The camera's own picture, as the room is shown in a border. In y4m it has the camera's sampling."""
        code, said, shown = self.run(
            fourcc, picture, "-b", "none", "--show-room", "--frames", "2", *options, **settings
        )
        assert code == 0, (fourcc, said)
        size, colour = shown
        assert all(abs(is_ - should) <= 3 for is_, should in zip(colour, want)), (fourcc, colour, want)
        return size, said


def read_last(path):
    with open(path, "rb") as file:
        header, frames = file.read().split(b"\n", 1)
    words = header.split()
    width, height = int(words[1][1:]), int(words[2][1:])
    wide = any(word.startswith(b"C422") for word in words)
    chroma = (width + 1) // 2 * (height if wide else (height + 1) // 2)
    frame = frames[-(width * height + 2 * chroma) :]
    middle = (height // 2 if wide else height // 4) * ((width + 1) // 2) + width // 4
    luma = frame[height // 2 * width + width // 2]
    return (width, height), (luma, frame[width * height + middle], frame[width * height + chroma + middle])


def test_formats(camera):
    area, (y, u, v) = WIDTH * HEIGHT, (round(part) for part in yuv(*RED))
    red, green, blue = RED
    camera.shows("RGB3", bytes([red, green, blue]) * area, (y, u, v))
    camera.shows("XR24", bytes([blue, green, red, 0]) * area, (y, u, v))
    camera.shows("NV21", bytes([y]) * area + bytes([v, u]) * (area // 4), (y, u, v))
    camera.shows("VYUY", bytes([v, y, u, y]) * (area // 2), (y, u, v))
    camera.shows("422P", bytes([y]) * area + bytes([u]) * (area // 2) + bytes([v]) * (area // 2), (y, u, v))
    camera.shows("GREY", (bytes([100]) * WIDTH + bytes(8)) * HEIGHT, yuv(100, 100, 100), stride=WIDTH + 8)
    camera.shows("Y10", bytes([100 * 4 & 255, 100 * 4 >> 8]) * area, yuv(100, 100, 100))


def test_fields_and_turns(camera):
    light, dark = bytes([200, 128]) * WIDTH, bytes([50, 128]) * WIDTH
    size, said = camera.shows(
        "YUYV", (light + dark) * (HEIGHT // 2), (200, 128, 128), "--rotate", "90", "-v", field=4
    )
    assert size == (HEIGHT, WIDTH), size
    assert "160x120 interlaced" in said, said


def test_no_signal(camera):
    """It is told once by the time that the camera is opened again, and the cover is shown."""
    code, said, shown = camera.run("YUYV", None, "-v", "-b", "color:#0000ff", status=2,
                                   enough=lambda said: "open: " in said)
    assert code == 0, said
    assert said.count("the input HDMI has no signal; check its cable") == 1, said
    assert all(abs(is_ - should) <= 2 for is_, should in zip(shown[1], yuv(0, 0, 255))), shown


def test_refusals(camera):
    code, said, _ = camera.run("BA81", None, "--frames", "1")
    assert code == 5 and said.count("\n") == 1, (code, said)
    assert "/dev/video7: the camera offers only BA81, which cannot be read; try --camera pipewire" in said, said
    code, said, _ = camera.run("GREY", None, "--frames", "1", "-f", "MJPG")
    assert code == 2 and said.count("\n") == 1, (code, said)
    assert "has no format MJPG; it offers GREY; leave out --format" in said, said


def main():
    with tempfile.TemporaryDirectory(prefix="potemkin-camera-") as folder:
        camera = Camera(os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2]), folder)
        test_formats(camera)
        test_fields_and_turns(camera)
        test_no_signal(camera)
        test_refusals(camera)


main()
