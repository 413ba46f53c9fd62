#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""convert keeps what a film has besides pictures and audio: subtitles, chapters, titles, languages, marks, the date;
with --strip none of it; never places and devices; a cover picture only on demand. Needs ffmpeg.

Subtitles that are a drone's log are left out, whatever their track is called.

usage: tests/film_parts.py PROGRAM"""

import json
import os
import re
import subprocess
import sys
import tempfile

LOGS = {  # handler of the track, and what it tells in three seconds
    "handler": ("DJI.Subtitle", ("F/2.8", "ISO 100", "EV 0")),
    "gps": ("SubtitleHandler", ("HOME(13.4,52.5) GPS(13.4,52.5,18)", "GPS(13.4,52.5,19)", "GPS(13.4,52.5,20)")),
    "later": ("SubtitleHandler", ("Hello world", "[latitude: 52.5] [longitude: 13.4]", "Bye bye")),
    "degrees": ("SubtitleHandler", ("Hello world", "52.5200\u00b0 N, 13.4050\u00b0 E", "Bye bye")),
}
SECRETS = ("Elsewhere", "+52.5", "ACME", "X1000", "iPhone")
TAGS = """;FFMETADATA1
title=My talk
artist=Me
comment=taken Elsewhere
location=+52.5+013.4/
make=ACME
model=X1000
com.apple.quicktime.location.ISO6709=+52.5+013.4/
com.apple.quicktime.model=iPhone
[CHAPTER]
TIMEBASE=1/1000
START=0
END=500
title=Intro
[CHAPTER]
TIMEBASE=1/1000
START=500
END=2000
title=Part one
"""
WORDS = """1
00:00:00,200 --> 00:00:00,400
Cut away

2
00:00:00,600 --> 00:00:01,200
Hello <i>world</i>
"""


def run(*command):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, "%s: %s" % (" ".join(map(str, command)), done.stderr)
    return done


def make(folder):
    """in.mp4 and in.mkv with all of it; they also have a cover. cut.mp4 begins 0.5 s later, by its edit list."""
    for name, text in (("tags", TAGS), ("words.srt", WORDS)):
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(text)
    run("ffmpeg", "-v", "error", "-f", "lavfi", "-i", "color=red:s=64x64", "-frames:v", 1, folder + "/cover.jpg")
    common = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=160x90:r=25:d=2", "-f", "lavfi", "-i",
              "sine=d=2:r=48000", "-i", folder + "/words.srt", "-i", folder + "/tags", "-map", "0:v", "-map", "1:a",
              "-map", "1:a", "-map", "2", "-map_metadata", "3", "-map_chapters", "3", "-c:v", "libx264",
              "-preset", "ultrafast", "-g", "50",
              "-pix_fmt", "yuv420p", "-c:a", "aac", "-metadata", "creation_time=2024-05-06T07:08:09Z",
              "-metadata:s:a:0", "language=deu", "-metadata:s:a:1", "language=fra", "-metadata:s:s", "language=eng",
              "-metadata:s:v:0", "handler_name=ACME cam", "-disposition:a:0", "0", "-disposition:a:1", "default"]
    run(*common, "-c:s", "mov_text", "-movflags", "use_metadata_tags", folder + "/plain.mp4")
    run("ffmpeg", "-v", "error", "-i", folder + "/plain.mp4", "-i", folder + "/cover.jpg", "-map", "0:v", "-map", "0:a",
        "-map", "0:s", "-map", "1", "-c", "copy", "-disposition:v:1", "attached_pic", "-metadata",
        "creation_time=2024-05-06T07:08:09Z", folder + "/in.mp4")
    run("ffmpeg", "-v", "error", "-ss", "0.5", "-i", folder + "/plain.mp4", "-map", "0:v", "-map", "0:a", "-map", "0:s",
        "-c", "copy", folder + "/cut.mp4")
    run(*common, "-c:s", "srt", "-disposition:s:0", "forced", "-attach", folder + "/cover.jpg", "-metadata:s:t",
        "mimetype=image/jpeg", folder + "/in.mkv")


def make_log(folder, name):
    """NAME.mp4 and NAME.mkv."""
    handler, texts = LOGS[name]
    with open(folder + "/log.srt", "w", encoding="utf-8") as file:
        for i, text in enumerate(texts):
            file.write("%d\n00:00:00,%d00 --> 00:00:00,%d00\n%s\n\n" % (i + 1, 3 * i, 3 * i + 2, text))
    common = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=160x90:r=10:d=1", "-i", folder + "/log.srt",
              "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"]
    run(*common, "-c:s", "mov_text", "-metadata:s:s", "handler_name=" + handler, folder + "/" + name + ".mp4")
    run(*common, "-c:s", "srt", "-metadata:s:s", "title=" + handler, folder + "/" + name + ".mkv")


def told_by_log(path):
    """All bytes of a file that could be a log's text."""
    with open(path, "rb") as file:
        data = file.read()
    return [word for word in (b"GPS(", b"HOME(", b"latitude", b"13.4", b"52.5", b"DJI", b"ISO 100") if word in data]


def parts(path):
    """What ffprobe tells of a film, and its subtitles."""
    told = json.loads(run("ffprobe", "-v", "error", "-show_streams", "-show_format", "-show_chapters", "-of", "json",
                          path).stdout)
    streams = [stream for stream in told["streams"] if stream["codec_type"] != "data"]
    words = ""
    if any(stream["codec_type"] == "subtitle" for stream in streams):
        words = run("ffmpeg", "-v", "error", "-i", path, "-map", "0:s", "-f", "srt", "-").stdout
    return {
        "title": told["format"].get("tags", {}).get("title"),
        "date": told["format"].get("tags", {}).get("creation_time", "")[:19],
        "chapters": [chapter["tags"]["title"] for chapter in told["chapters"]],
        "languages": [stream.get("tags", {}).get("language", "und") for stream in streams
                      if stream["codec_type"] == "audio"],
        "default": [stream["disposition"]["default"] for stream in streams if stream["codec_type"] == "audio"],
        "cover": sum(stream["disposition"]["attached_pic"] for stream in streams),
        "words": re.findall(r"[A-Z][a-z]+ [^\n]+", words),
    }, json.dumps(told)


def main(program):
    bad = []

    def expect(name, got, want):
        bad.extend("%s: %s is %r, not %r" % (name, key, got[key], want[key]) for key in want if got[key] != want[key])

    everything = {"title": "My talk", "date": "2024-05-06T07:08:09", "chapters": ["Intro", "Part one"],
                  "languages": ["deu", "fra"], "default": [0, 1], "words": ["Cut away", "Hello <i>world</i>"]}
    nothing = {"title": None, "date": "", "chapters": [], "languages": ["und", "und"], "words": [], "cover": 0}
    with tempfile.TemporaryDirectory() as folder:
        make(folder)

        def convert(name, *options):
            done = run(program, "convert", "-b", "green", *options, *(folder + "/" + file for file in name.split()))
            got, told = parts(folder + "/" + name.split()[1])
            bad.extend("%s: has %s" % (name, secret) for secret in SECRETS if secret in told)
            return got, done.stderr

        for name in ("in.mp4 a.mp4", "in.mp4 a.mkv", "in.mkv b.mp4", "in.mkv b.mkv", "plain.mp4 p.mkv"):
            got, told = convert(name)
            expect(name, got, {**everything, "cover": 0})
            if ("cover picture is left out" in told) != name.startswith("in."):
                bad.append(name + ": no word about the cover")
        for name in ("in.mp4 c.mp4", "in.mp4 c.mkv", "in.mkv d.mp4", "in.mkv d.mkv"):
            expect(name, convert(name, "--cover")[0], {**everything, "cover": 1})
        for name in ("in.mp4 e.mp4", "in.mkv e.mkv"):
            expect(name, convert(name, "--strip", "--cover")[0], nothing)
        for name in ("cut.mp4 f.mp4", "cut.mp4 f.mkv"):
            expect(name, convert(name)[0], {"words": ["Hello <i>world</i>"]})
        for name in LOGS:
            make_log(folder, name)
            for names in (name + ".mp4 l.mp4", name + ".mp4 l.mkv", name + ".mkv l.mp4", name + ".mkv l.mkv"):
                told = convert(names)[1]
                leaks = told_by_log(folder + "/" + names.split()[1])
                if leaks or "subtitle track" not in told:
                    bad.append("%s: has %s; said: %s" % (names, leaks, told))
                os.remove(folder + "/" + names.split()[1])
    print("\n".join(bad))
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main(os.path.abspath(sys.argv[1])))
