#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""`convert --codec --quality`: the codec that was asked for or a refusal that names others, one scale of quality for
all of them. Needs ffmpeg and ffprobe.

usage: tests/codecs.py PROGRAM"""

import os
import subprocess
import sys
import tempfile

PROGRAM = os.path.realpath(sys.argv[1])
NAMES = {"h264": "h264", "h265": "hevc", "vp9": "vp9", "av1": "av1", "prores": "prores", "ffv1": "ffv1"}
HELD = ["h264.mkv", "h265.mkv", "vp9.mkv", "av1.mkv", "prores.mkv", "ffv1.mkv", "h265.mp4", "vp9.mp4", "av1.mp4",
        "prores.mov", "av1.webm"]
SPOKEN = {"h264": "H.264", "h265": "H.265", "vp9": "VP9", "av1": "AV1", "prores": "ProRes", "ffv1": "FFV1"}
NOT_HELD = {"ffv1.mp4": "vp9", "vp9.mov": "prores", "h264.webm": "vp9"}  # and what is named instead
failures = []


def expect(holds, what):
    if not holds:
        failures.append(what)
        print("FAIL: " + what, file=sys.stderr)


def convert(*words):
    done = subprocess.run([PROGRAM, "convert", "-b", "builtin:office", *words], capture_output=True, text=True,
                          timeout=120, check=False)
    return done.returncode, done.stderr


def probe(path, what):
    done = subprocess.run(["ffprobe", "-v", "error", "-select_streams", "v", "-count_frames", "-show_entries",
                           "stream=" + what, "-of", "csv=p=0", path], capture_output=True, text=True, check=True)
    return done.stdout.strip().split(",")


def pictures(path):
    return subprocess.run(["ffmpeg", "-v", "error", "-i", path, "-f", "rawvideo", "-pix_fmt", "yuv420p", "-"],
                          capture_output=True, check=True).stdout


def every_codec():
    """Returns those that this FFmpeg has."""
    there = []
    for new in HELD:
        codec = new.split(".")[0]
        code, said = convert("--codec", SPOKEN[codec] if "mkv" in new else codec, "in.y4m", new)
        if "this FFmpeg has no encoder for " + SPOKEN[codec] in said:
            expect(code == 2, "no encoder: exit %d" % code)
            continue
        expect(code == 0 and probe(new, "codec_name,nb_read_frames") == [NAMES[codec], "6"], new + ": " + said)
        there.append(new)
    for new, other in NOT_HELD.items():
        codec = new.split(".")[0]
        code, said = convert("--codec", codec, "in.y4m", new)
        expect(code == 2 and said.count("\n") == 1 and "cannot hold %s; it can hold: " % SPOKEN[codec] in said and
               SPOKEN[other] in said and not os.path.exists(new), "%s: exit %d, %s" % (new, code, said))
    return there


def qualities(there):
    for codec in NAMES:
        if codec + ".mkv" not in there or codec == "ffv1":
            continue
        sizes = []
        for quality in ("40", "75"):
            code, said = convert("--codec", codec, "--quality", quality, "in.y4m", "new.mkv")
            expect(code == 0, "%s at %s: %s" % (codec, quality, said))
            sizes.append(os.path.getsize("new.mkv"))
        expect(sizes == sorted(set(sizes)), "%s is larger the better it is: %s" % (codec, sizes))
        expect(abs(os.path.getsize(codec + ".mkv") - sizes[1]) < 99, "%s: 75 is the usual quality" % codec)
    for wrong in ("-1", "101", "good"):
        code, said = convert("--quality", wrong, "in.y4m", "new.mkv")
        expect(code == 2 and "--quality" in said and "0 to 100" in said, "--quality %s: %s" % (wrong, said))


def special(there):
    expect("ffv1.mkv" in there, "FFmpeg always has FFV1")
    convert("in.y4m", "plain.y4m")
    expect(pictures("ffv1.mkv") == pictures("plain.y4m"), "FFV1 loses nothing")
    if "h265.mp4" in there:
        expect(probe("h265.mp4", "codec_tag_string") == ["hvc1"], "H.265 as Apple's programs want it")
    code, said = convert("--codec", "prores", "--quality", "30", "in.y4m", "lt.mov")
    expect(code == 0 and probe("lt.mov", "profile,pix_fmt") == ["LT", "yuv422p10le"], "ProRes LT: " + said)
    code, said = convert("--codec", "prores", "-b", "transparent", "in.y4m", "alpha.mov")
    expect(code == 0 and probe("alpha.mov", "profile") == ["4444"], "ProRes with alpha: " + said)
    code, said = convert("--codec", "h264", "-b", "transparent", "in.y4m", "alpha.mkv")
    expect(code == 2 and "H.264 with transparency" in said, "no H.264 with alpha: " + said)
    for new in ("raw.y4m", "-"):
        code, said = convert("--codec", "h264", "in.y4m", new)
        expect(code == 2 and "--codec means nothing to" in said, new + ": " + said)
        code, said = convert("--quality", "90", "in.y4m", new)
        expect(code == 2 and "--quality means nothing to" in said, new + ": " + said)
    with open("codec.conf", "w", encoding="ascii") as file:
        file.write("codec = h264\nquality = 90\n")
    code, said = convert("--config", "codec.conf", "in.y4m", "raw.y4m")
    expect(code == 0 and "means nothing" not in said, "what the file says is for other calls: " + said)
    subprocess.run(["ffmpeg", "-v", "error", "-i", "in.y4m", "-frames:v", "1", "in.png"], check=True)
    sizes = []
    for quality in ("10", "75", "100"):
        code, said = convert("--quality", quality, "in.png", "out.webp")
        expect(code == 0 and "means nothing" not in said, "WebP at %s: %s" % (quality, said))
        sizes.append(os.path.getsize("out.webp"))
    expect(sizes == sorted(set(sizes)), "a WebP picture is larger the better it is: %s" % sizes)
    code, said = convert("--quality", "90", "in.png", "out.png")
    expect(code == 0 and "--quality means nothing to out.png: it loses nothing" in said, "PNG: " + said)
    code, said = convert("--codec", "h264", "in.png", "out.png")
    expect(code == 2 and "--codec means nothing to out.png: it is a picture" in said, "PNG: " + said)
    code, said = convert("--from", "1", "in.png", "out.png")
    expect(code == 2 and "--from means nothing to in.png: it is a picture" in said, "PNG: " + said)
    code, said = convert("--fps", "10", "in.y4m", "raw.y4m")
    expect(code == 0 and "--fps means nothing to in.y4m: it keeps its own rate" in said, "--fps: " + said)
    for codec, end in (("ffv1", ".mkv"), ("prores", ".mov"), ("h265", ".mkv")):
        code, said = convert("--codec", codec, "in.y4m", "many/")
        expect(os.path.exists("many/in" + end) == (code == 0), "many files, %s: %s" % (codec, said))


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_CONFIG_HOME"] = folder + "/config"
        os.chdir(folder)
        subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=96x64:r=25,noise=c0s=20:c0f=t",
                        "-frames:v", "6", "-pix_fmt", "yuv420p", "in.y4m"], check=True)
        there = every_codec()
        qualities(there)
        special(there)
        os.chdir("/")
    return 1 if failures else 0


sys.exit(main())
