#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""convert keeps beeps with their flashes, whatever the recording's container, audio codec and edit list, and lets
nothing be heard or seen that the edit list cuts away. Needs ffmpeg; combinations that it cannot make are left out.

usage: tests/sound.py PROGRAM          a few combinations, in seconds
       tests/sound.py PROGRAM all      12 containers, 14 codecs and the edit lists: some minutes, and a table"""

import array
import itertools
import os
import re
import struct
import subprocess
import sys
import tempfile

RATE = 8000  # Hz, at which sound is measured
SECONDS = 4.2
BEEPS = (1.0, 2.0, 3.0)  # s; each lasts 0.12 s, with a white picture
SECRETS = (0.2, 1.4, 3.6)  # beeps and white pictures that edit lists cut away
MOST_OFFSET = 0.010  # s

VIDEO = {"webm": "vp8", "mpg": "mpeg2video", "asf": "mpeg4", "ogv": "theora"}  # all others: h264
CODECS = {
    "aac": "aac",
    "mp3": "libmp3lame",
    "mp2": "mp2",
    "ac3": "ac3",
    "eac3": "eac3",
    "opus": "libopus",
    "vorbis": "libvorbis",
    "flac": "flac",
    "alac": "alac",
    "pcm16": "pcm_s16le",
    "pcm24": "pcm_s24le",
    "ulaw": "pcm_mulaw",
    "adpcm": "adpcm_ms",
    "wma": "wmav2",
}
CONTAINERS = ("mp4", "mov", "3gp", "m4v", "mkv", "webm", "avi", "flv", "ts", "mpg", "asf", "nut")
CONTAINER_OF = {"frag": "mp4"}  # in fragments
EDITED = ("mp4", "mov", "3gp", "m4v")
# Edit lists: parts of the recording that are kept, from and to, in s.
EDITS = {
    "none": None,
    "start": [(0.72, 4.2)],
    "end": [(0.0, 3.4)],
    "both": [(0.72, 3.4)],
    "middle": [(0.72, 1.32), (1.72, 3.4)],
}
QUICK = [("mp4", "aac", edit) for edit in EDITS] + [
    ("mov", "pcm16", "middle"),
    ("mkv", "opus", "none"),
    ("avi", "adpcm", "none"),
    ("ts", "ac3", "none"),
    ("nut", "eac3", "none"),
    ("frag", "aac", "start"),
    ("frag", "aac", "both"),
]


def run(*command):
    return subprocess.run([str(word) for word in command], capture_output=True, check=False)


def beeps(parts):
    """Where beeps are to be heard in a film of these parts."""
    start, places = 0.0, []
    for first, last in parts or [(0.0, SECONDS)]:
        places += [start + beep - first for beep in sorted(BEEPS + SECRETS) if first <= beep < last]
        start += last - first
    return places


def make_masters(folder):
    """The pictures in each codec, and the sound; both have all beeps and secrets."""
    on = "+".join("between(t,%g,%g)" % (at, at + 0.119) for at in sorted(BEEPS + SECRETS))
    sound = "aevalsrc=exprs='0.5*sin(2*PI*1000*t)*(%s)':s=48000:d=%g" % (on, SECONDS)
    run("ffmpeg", "-v", "error", "-f", "lavfi", "-i", sound, folder + "/sound.wav")
    grey = "color=c=gray:s=160x90:r=25:d=%g,drawbox=c=white:t=fill:enable='%s'" % (SECONDS, on.replace("t,", "t+.001,"))
    for codec in sorted({"h264", *VIDEO.values()}):
        encoder = {"h264": "libx264", "vp8": "libvpx", "theora": "libtheora"}.get(codec, codec)
        run("ffmpeg", "-v", "error", "-f", "lavfi", "-i", grey, "-pix_fmt", "yuv420p", "-g", "50", "-q:v", "5",
            *(["-bf", "2", "-preset", "ultrafast"] if codec == "h264" else []),
            *(["-b:v", "500k", "-deadline", "realtime"] if codec == "vp8" else []),
            "-c:v", encoder, "%s/%s.nut" % (folder, codec))


def boxes(data, start, end):
    while start + 8 <= end:
        size, kind = struct.unpack_from(">I4s", data, start)
        if size < 8:
            return
        yield kind, start, start + size
        start += size


def with_edits(data, parts):
    """The bytes of a file that ends in its moov box or is in fragments, with these parts as each track's edit list."""
    kind, moov, end = next(box for box in boxes(data, 0, len(data)) if box[0] == b"moov")
    assert end == len(data) or b"moof" in data, "moov is not the last box"
    made = b""
    for kind, first, last in boxes(data, moov + 8, end):
        made += with_edit(data, first, last, parts) if kind == b"trak" else data[first:last]
    return data[:moov] + struct.pack(">I4s", 8 + len(made), b"moov") + made + data[end:]


def with_edit(data, first, last, parts):
    inside = {kind: (a, b) for kind, a, b in boxes(data, first + 8, last)}
    media = {kind: a for kind, a, b in boxes(data, inside[b"mdia"][0] + 8, inside[b"mdia"][1])}
    scale = struct.unpack_from(">I", data, media[b"mdhd"] + 20)[0]
    delay = 0  # of the first picture or sample, by the list that is there
    if b"edts" in inside:
        delay = max(0, struct.unpack_from(">i", data, inside[b"edts"][0] + 8 + 16 + 4)[0])
    edits = b"".join(
        struct.pack(">IiI", round((b - a) * 1000), round(a * scale) + delay, 0x10000) for a, b in parts
    )
    elst = struct.pack(">I4sII", 16 + len(edits), b"elst", 0, len(parts)) + edits
    rest = b"".join(data[a:b] for kind, (a, b) in inside.items() if kind != b"edts")
    edts = struct.pack(">I4s", 8 + len(elst), b"edts") + elst
    head = inside[b"tkhd"][1] - inside[b"tkhd"][0]
    made = rest[:head] + edts + rest[head:]
    return struct.pack(">I4s", 8 + len(made), b"trak") + made


def make(folder, container, codec, edit):
    """A recording; None if this ffmpeg cannot make it."""
    path = "%s/in.%s" % (folder, CONTAINER_OF.get(container, container))
    fragments = ["-movflags", "frag_keyframe+empty_moov+default_base_moof"] if container == "frag" else []
    made = run("ffmpeg", "-v", "error", "-y", "-i", "%s/%s.nut" % (folder, VIDEO.get(container, "h264")),
               "-i", folder + "/sound.wav", "-map", "0:v", "-map", "1:a", "-c:v", "copy", "-c:a", CODECS[codec],
               "-strict", "-2", *fragments, *(["-ar", "44100"] if container == "flv" else []), path)
    if made.returncode or run("ffprobe", "-v", "error", path).returncode:
        return None
    if EDITS[edit]:
        with open(path, "rb") as file:
            data = with_edits(file.read(), EDITS[edit])
        with open(path, "wb") as file:
            file.write(data)
    return path


def onsets(loud, step, gap=0.05):
    """The times at which something begins, from whether each step is loud."""
    found, last = [], -1e9
    for number, is_loud in enumerate(loud):
        if is_loud and (number - last) * step > gap:
            found.append(number * step)
        if is_loud:
            last = number
    return found


def heard(path, *options):
    """When beeps begin."""
    got = run("ffmpeg", "-v", "error", "-copyts", *options, "-i", path, "-map", "0:a:0", "-af",
              "aresample=%d:async=1:min_hard_comp=0.003:first_pts=0" % RATE, "-ac", "1", "-f", "s16le", "-")
    samples = array.array("h", got.stdout[: len(got.stdout) // 2 * 2])
    most = max(map(abs, samples), default=0)
    return onsets((abs(sample) > most * 0.4 for sample in samples), 1 / RATE) if most > 1000 else []


def seen(path, *options):
    """When white pictures begin."""
    got = run("ffmpeg", "-v", "error", "-copyts", *options, "-i", path, "-map", "0:v:0", "-fps_mode", "passthrough",
              "-vf", "crop=iw/2:ih/2,signalstats,metadata=print:key=lavfi.signalstats.YAVG:file=-", "-f", "null", "-")
    found, white = [], False
    for time, luma in re.findall(rb"pts_time:(\S+)\n\S*YAVG=(\S+)", got.stdout):
        if float(luma) > 180 and not white:
            found.append(float(time))
        white = float(luma) > 180
    return found


def offsets(sound, pictures):
    """How much each beep is later than its picture; None if there is no picture for each beep."""
    return [a - b for a, b in zip(sound, pictures)] if len(sound) == len(pictures) else None


def check(program, folder, combination):
    """The largest offset against the source in ms, and faults."""
    container, codec, edit, kind = combination
    source = make(folder, container, codec, edit)
    if not source:
        return None, []
    target = "%s/out.%s" % (folder, kind)
    done = run(program, "convert", "-b", "none", "--show-room", source, target)
    if done.returncode:
        return None, [done.stderr.decode().strip()]
    places, sound, pictures = beeps(EDITS[edit]), heard(target), seen(target)
    want, got = offsets(heard(source), seen(source)), offsets(sound, pictures)
    if container == "frag":  # ffmpeg shows what is cut away from such a file
        want = [0.0] * len(places)
    if edit == "none" and (not want or len(want) != len(places) or max(map(abs, want)) > 0.1):
        return None, []  # ffmpeg made something else
    if not want or not got or len(got) != len(places):
        return None, ["beeps at %s, pictures at %s, but should be at %s" % (sound, pictures, places)]
    faults = ["a false alarm: " + done.stderr.decode().strip()] if b"cut off" in done.stderr else []
    wrong = [a - b for a, b in zip(sound, places)]
    most = 0.11 if edit == "middle" else 0.02  # FFmpeg begins a part with a whole packet
    if EDITS[edit] and max(wrong) - min(wrong) > most:
        faults.append("beeps at %s" % sound)
    if kind == "mp4" and EDITS[edit] and len(heard(target, "-ignore_editlist", "1")) != len(places):
        faults.append("without the edit list, beeps at %s" % heard(target, "-ignore_editlist", "1"))
    worst = max((a - b for a, b in zip(got, want)), key=abs)
    if abs(worst) > MOST_OFFSET:
        faults.append("offset %.1f ms" % (worst * 1000))
    return worst * 1000, faults


def check_longer_sound(program, folder):
    """Sound that is longer than the pictures makes no part of a film, if the file has one length for both."""
    longer, plain, mask = (folder + "/" + name for name in ("longer.mkv", "plain.mkv", "mask.mkv"))
    run("ffmpeg", "-y", "-f", "lavfi", "-i", "testsrc=d=2:s=320x180", "-f", "lavfi", "-i", "sine=d=8", longer)
    with open(longer, "rb") as source, open(plain, "wb") as target:
        target.write(source.read().replace(b"DURATION", b"DURATIOX"))  # the tag of each track
    for film, words in ((longer, ""), (plain, "plain.mkv gave only 50 of about 20[0-9] frames: it seems to be cut")):
        done = run(program, "mask", film, mask)
        said = done.stderr.decode()
        assert done.returncode == 0 and re.search(words, said) and bool(words) == ("gave only" in said), said


def main(program, which="few"):
    combinations = [(*three, kind) for three in QUICK for kind in ("mkv", "mp4")]
    if which == "all":
        combinations = [
            (container, codec, edit, kind)
            for container, codec, edit, kind in itertools.product(CONTAINERS, CODECS, EDITS, ("mkv", "mp4"))
            if edit == "none" or container in EDITED
        ]
    bad = made = 0
    with tempfile.TemporaryDirectory() as folder:
        check_longer_sound(program, folder)
        make_masters(folder)
        for combination in combinations:
            offset, faults = check(os.path.abspath(program), folder, combination)
            bad += bool(faults)
            made += offset is not None
            if faults or (which == "all" and offset is not None):
                told = "%+.1f ms" % offset if offset is not None else "-"
                print("%-5s %-7s %-7s %-4s" % combination, told, "; ".join(faults), flush=True)
    print("%d combinations, %d bad" % (made, bad))
    assert made >= len(QUICK), "ffmpeg could make too few combinations"
    return bad > 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
