#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""convert and run -b transparent: PNG, WebP, .webm, .mkv and .mov with alpha, which is 0 where the room was and has no
colour of it; other files are refused. Needs ffmpeg.

usage: tests/transparent.py PROGRAM"""

import os
import subprocess
import sys
import tempfile

SIDE = 64


def run(*command, code=0):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    assert done.returncode == code, "%s: %d, %s" % (" ".join(map(str, command)), done.returncode, done.stderr)
    return done.stderr


def pixels(path, *decoder):
    """The first picture, SIDE px wide and high: rows of (r, g, b, alpha)."""
    raw = subprocess.run(["ffmpeg", "-v", "error", *decoder, "-i", path, "-frames:v", "1", "-vf",
                          "scale=%d:%d" % (SIDE, SIDE), "-pix_fmt", "rgba", "-f", "rawvideo", "-"],
                         capture_output=True, check=True).stdout
    assert len(raw) == SIDE * SIDE * 4, path
    return [[raw[4 * (y * SIDE + x):][:4] for x in range(SIDE)] for y in range(SIDE)]


def check(path, *decoder):
    """The presenter sits in the middle; the corners are room."""
    picture = pixels(path, *decoder)
    for x, y in ((1, 1), (SIDE - 2, 1)):
        assert picture[y][x][3] <= 2, "%s: alpha %d in a corner" % (path, picture[y][x][3])
        assert max(picture[y][x][:3]) <= 12, "%s: a colour in a corner: %s" % (path, list(picture[y][x]))
    assert picture[SIDE * 3 // 4][SIDE // 2][3] >= 250, "%s: the person is not opaque" % path
    share = sum(pixel[3] >= 128 for row in picture for pixel in row) / SIDE ** 2
    assert 0.15 < share < 0.7, "%s: %.2f of it is person" % (path, share)


def main():
    program = os.path.abspath(sys.argv[1])
    vpx = ("-c:v", "libvpx-vp9")
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        common = (program, "convert", "--config", "/dev/null", "-b", "transparent", "-s", "320x180", "-q")
        for name, decoder in (("a.webm", vpx), ("a.mkv", vpx), ("a.mov", ())):
            run(*common, "--frames", 3, "presenter", name)
            check(name, *decoder)
        run(program, "convert", "--config", "/dev/null", "-b", "none", "--show-room", "-s", "320x180", "-q", "--frames",
            1, "presenter", "room.mkv")
        run("ffmpeg", "-v", "error", "-i", "room.mkv", "-frames:v", 1, "room.png")
        for name in ("a.png", "a.webp"):
            run(*common, "room.png", name)
            check(name)
        said = run(program, "convert", "--config", "/dev/null", "room.png", "a.png")
        assert "a.png existed, and was replaced" in said, said
        for name in ("a.mp4", "a.y4m"):
            said = run(*common, "--frames", 3, "presenter", name, code=2)
            assert said.count("\n") == 1 and ".webm" in said and not os.path.exists(name), said
        os.mkdir("many")
        run(*common, "--frames", 2, "room.png", "room.mkv", "many/")
        check("many/room.webm" if os.path.exists("many/room.webm") else "many/room-2.webm", *vpx)
        for name, decoder in (("b.webm", vpx), ("b.mov", ())):
            run(program, "run", "--config", "/dev/null", "-q", "-c", "presenter", "-b", "transparent", "-s", "320x180",
                "--frames", 8, "-o", "file:" + name)
            check(name, *decoder)
    print("transparent: ok")


if __name__ == "__main__":
    main()
