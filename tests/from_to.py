#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""--from and --to cut a film to the picture and its sound with it: what lies outside is neither seen nor heard, and is
not in the file's bytes either. Needs ffmpeg.

usage: tests/from_to.py PROGRAM"""

import array
import math
import subprocess
import sys
import tempfile

RATE = 16000  # Hz, at which sound is measured
FPS = 25
FROM, TURN, TO, END = 3.0, 4.48, 6.2, 8.0  # s: where the tone changes, and the film ends
TONES = {1000: (0.0, FROM), 2000: (FROM, TURN), 3000: (TURN, TO), 5000: (TO, END)}  # Hz
LOUD = 0.25  # amplitude


def run(*command):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def make(folder):
    """A film whose every picture differs, with a tone of its own in each part."""
    tones = "+".join("%g*sin(2*PI*%d*t)*gte(t,%g)*lt(t,%g)" % (LOUD, tone, *part) for tone, part in TONES.items())
    code, _, said = run(
        "ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc=s=96x64:r=%d:d=%g" % (FPS, END), "-f", "lavfi", "-i",
        "aevalsrc=exprs='%s':s=48000:d=%g" % (tones, END), "-map", "0", "-map", "1", "-c:v", "libx264", "-g", "60",
        "-bf", "2", "-pix_fmt", "yuv420p", "-c:a", "aac", folder + "/aac.mp4")
    assert code == 0, said
    for name, codec in (
            ("pcm.mov", "pcm_s16le"), ("flac.mkv", "flac"), ("mp3.mkv", "libmp3lame"), ("opus.mkv", "libopus")):
        code, _, said = run("ffmpeg", "-v", "error", "-i", folder + "/aac.mp4", "-f", "lavfi", "-i",
                            "aevalsrc=exprs='%s':s=48000:d=%g" % (tones, END), "-map", "0:v", "-map", "1:a", "-c:v",
                            "copy", "-c:a", codec, folder + "/" + name)
        assert code == 0, said


def loudness(samples, tone):
    real = sum(value * math.cos(2 * math.pi * tone * i / RATE) for i, value in enumerate(samples))
    imaginary = sum(value * math.sin(2 * math.pi * tone * i / RATE) for i, value in enumerate(samples))
    return 2 * math.hypot(real, imaginary) / len(samples) / 32768


def hear(path, *options):
    raw = subprocess.run(["ffmpeg", "-v", "error", *options, "-i", path, "-map", "0:a", "-af",
                          "aresample=%d:async=1:first_pts=0" % RATE, "-f", "s16le", "-ac", "1", "-"],
                         capture_output=True, check=True).stdout
    return array.array("h", raw)


def windows(samples):
    """Pieces of 20 ms, with the time at which each begins."""
    step = RATE // 50
    return [(i / RATE, samples[i:i + step]) for i in range(0, len(samples) - step, step)]


def check_sound(path, what):
    samples = hear(path)
    skipped = hear(path, "-ignore_editlist", "1") if path.endswith("mp4") else []  # in the file, and not to be played
    assert TO - FROM - 0.1 < len(samples) / RATE < TO - FROM + 0.03, "%s: %.3f s" % (what, len(samples) / RATE)
    for at, piece in windows(samples):
        tone = 2000 if at < TURN - FROM else 3000
        middle = 0.1 < at < TURN - FROM - 0.03 or TURN - FROM + 0.01 < at < TO - FROM - 0.12
        assert not middle or loudness(piece, tone) > LOUD / 2, "%s: no %d Hz at %.2f s" % (what, tone, at)
    for at, piece in windows(samples) + windows(skipped):
        for tone in (1000, 5000):
            assert loudness(piece, tone) < LOUD / 10, "%s: %d Hz at %.3f s" % (what, tone, at)


def check_pictures(program, folder):
    """The pictures of the part are those of the whole film."""
    common = ("-q", "--backdrop", "none", "--show-room", folder + "/aac.mp4", "hash")
    whole = [line.split()[1] for line in run(program, "convert", *common)[1].splitlines()[:-1]]
    assert len(whole) == END * FPS and len(set(whole)) > END, len(whole)
    for options, first, last in (
            (("--from", "3", "--to", "6.2"), 75, 155), (("--from", "00:00:03.001"), 76, 200),
            (("--to", "0:01"), 0, 25), (("--from", "2.96", "--to", "2.97"), 74, 75),
            (("--from", "1", "--frames", "3"), 25, 28), (("--from", "1", "--duration", "0.2"), 25, 30),
            (("--from", "0", "--to", "1:40"), 0, 200)):
        code, out, said = run(program, "convert", *options, *common)
        assert code == 0, said
        part = [line.split()[1] for line in out.splitlines()[:-1]]
        assert part == whole[first:last], "%s: %d pictures, not %d" % (" ".join(options), len(part), last - first)


def check_mistakes(program, folder):
    film = folder + "/aac.mp4"
    for options, expected in (
            (("--from", "8"), "aac.mp4 ends before --from"), (("--from", "3", "--to", "3"), "is not after"),
            (("--from", "1:60"), "give a time"), (("--to", "-1"), "give a time"), (("--to", "1:2:3:4"), "give a time"),
            (("--from", "1."), "give a time"), (("--from", "x"), "give a time")):
        code, _, said = run(program, "convert", *options, film, folder + "/never.mp4")
        assert code == 2 and expected in said and said.count("\n") == 1, (options, code, said)


def check_damage(program, folder):
    """What is damaged outside of the part is not told of, though it is noticed while its end is looked for."""
    path = folder + "/hurt.avi"
    code, _, said = run("ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc=s=96x64:r=%d:d=2" % FPS, "-c:v", "mjpeg",
                        path)
    assert code == 0, said
    with open(path, "rb") as file:
        pictures = file.read().split(b"00dc")
    pictures[22] = pictures[22][:4] + bytes(len(pictures[22]) - 4)  # the one at 0.8 s; the index names one, too
    with open(path, "wb") as file:
        file.write(b"00dc".join(pictures))
    for options, damaged in (((), True), (("--to", "0.78"), False), (("--from", "0.5", "--duration", "0.28"), False),
                             (("--frames", "20"), False), (("--from", "0.84"), False), (("--to", "0.9"), True)):
        code, _, said = run(program, "convert", "-b", "color:#3080c0", *options, path, folder + "/whole.mkv")
        assert (code == 3) == damaged and ("1 damaged frame was left out" in said) == damaged, (options, code, said)


TITLES = """;FFMETADATA1
[CHAPTER]
TIMEBASE=1/1
START=0
END=3
title=Kept for me
[CHAPTER]
TIMEBASE=1/1
START=3
END=7
title=To be seen
[CHAPTER]
TIMEBASE=1/1
START=7
END=8
title=Kept for me
"""
WORDS = "".join("%d\n00:00:0%d,000 --> 00:00:0%d,000\n%s\n\n" % word for word in (
    (1, 1, 2, "Nobody reads this"), (2, 4, 7, "Everybody reads it"), (3, 7, 8, "Nobody reads this")))


def check_words(program, folder):
    """Chapters and subtitles are cut, too; those of the rest are not in the bytes."""
    for name, text in (("titles", TITLES), ("words.srt", WORDS)):
        with open(folder + "/" + name, "w", encoding="utf-8") as file:
            file.write(text)
    code, _, said = run("ffmpeg", "-v", "error", "-i", folder + "/aac.mp4", "-i", folder + "/words.srt", "-i",
                        folder + "/titles", "-map", "0", "-map", "1", "-map_chapters", "2", "-c", "copy",
                        folder + "/words.mkv")
    assert code == 0, said
    for end in ("mkv", "mp4"):
        path = folder + "/words_cut." + end
        code, _, said = run(program, "convert", "-q", "-b", "color:#3080c0", "--from", "3", "--to", "6",
                            folder + "/words.mkv", path)
        assert code == 0, said
        with open(path, "rb") as file:
            data = file.read()
        assert b"To be seen" in data and b"Everybody reads it" in data, end
        assert b"Kept for me" not in data and b"Nobody reads this" not in data, end
        times = run("ffprobe", "-v", "error", "-select_streams", "s", "-show_entries",
                    "packet=pts_time,duration_time:chapter=start_time,end_time", "-of", "csv", path)[1]
        assert "packet,1.000000,2.000000" in times and "chapter,0.000000,3.000000" in times, times


def main(program):
    with tempfile.TemporaryDirectory() as folder:
        make(folder)
        check_pictures(program, folder)
        check_mistakes(program, folder)
        check_words(program, folder)
        check_damage(program, folder)
        for name, end, how in (("aac.mp4", "mp4", "auto"), ("aac.mp4", "mkv", "auto"), ("aac.mp4", "mp4", "encode"),
                               ("pcm.mov", "mkv", "auto"), ("flac.mkv", "mkv", "copy"), ("opus.mkv", "mp4", "auto"),
                               ("mp3.mkv", "mkv", "auto")):
            path = "%s/out.%s" % (folder, end)
            code, _, said = run(program, "convert", "-q", "-b", "color:#3080c0", "--from", FROM, "--to", "0:06.2",
                                "--audio", how, folder + "/" + name, path)
            assert code == 0, said
            check_sound(path, "%s to %s, %s" % (name, end, how))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
