#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""One file has one writer: whoever comes second is refused before anything of the first is touched, and a recording
that another program takes away is told as lost. One that is emptied while it is converted is a bad input.

usage: tests/recordings.py PROGRAM"""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

PROGRAM = os.path.realpath(sys.argv[1])
REFUSED = re.compile(r"x\.\w+: cannot be created: another program is writing it; end that one first, or name another")
LIVE = ["run", "-c", "presenter", "-s", "320x240", "-b", "color:navy"]
failures = []


def expect(holds, what):
    if not holds:
        failures.append(what)
        print("FAIL: " + what, file=sys.stderr)


def start(*words, stdin=subprocess.DEVNULL):
    return subprocess.Popen([PROGRAM, *words], stdin=stdin, stdout=subprocess.DEVNULL,
                            stderr=subprocess.PIPE, text=True)


def wait_for(what):
    for _ in range(6000):
        if what():
            return True
        time.sleep(0.01)
    return False


def has_pictures(path):
    return os.path.exists(path) and os.path.getsize(path) > 1000


def record(path):
    """A live run whose recording has its name."""
    first = start(*LIVE, "-o", "file:" + path)
    expect(wait_for(lambda: os.path.exists(path)), "a run records into " + path)
    return first


def finish(process, code, words, what, sent=signal.SIGTERM):
    if sent:
        process.send_signal(sent)
    try:
        said = process.communicate(timeout=120)[1]
    except subprocess.TimeoutExpired:
        process.kill()
        said = process.communicate()[1]
    expect(process.returncode == code and words in said,
           "%s: exit status %d with %r, expected %d with %r" % (what, process.returncode, said, code, words))
    return said


def refused(*words):
    process = start(*words)
    said = finish(process, 4, "", " ".join(words), sent=None)
    expect(REFUSED.search(said), "%s: %s" % (" ".join(words), said))


def plays(path):
    done = subprocess.run([PROGRAM, "-q", "convert", "-b", "green", "file:" + path, "null"], check=False,
                          stderr=subprocess.PIPE, text=True)
    expect(done.returncode == 0, "%s plays: %s" % (path, done.stderr))


def left(*allowed):
    expect(sorted(os.listdir(".")) == sorted(["in.y4m", *allowed]), "left: %s" % os.listdir("."))
    for name in allowed:
        shutil.rmtree(name) if os.path.isdir(name) else os.unlink(name)


def second_writer():
    """By its name, a link and another name; live, of a film, of a mask."""
    for end in ("mp4", "mkv", "y4m"):
        name = "x." + end
        first = record(name)
        number = os.stat(name).st_ino
        refused(*LIVE, "-o", "file:" + name, "--frames", "1")
        refused("convert", "-b", "green", "in.y4m", name)
        expect(os.stat(name).st_ino == number, name + " is the first one's")
        finish(first, 0, "", "the first recording into " + name)
        plays(name)
        left(name)
    first = record("x.mkv")
    os.symlink("x.mkv", "link-x.mkv")
    os.link("x.mkv", "hard-x.mkv")
    refused("convert", "-b", "green", "in.y4m", "./link-x.mkv")
    refused("convert", "-b", "green", "in.y4m", "hard-x.mkv")
    refused("mask", "in.y4m", "x.mkv")
    os.mkdir("links")
    os.symlink("../x.mkv", "links/in.y4m")
    said = finish(start("convert", "-b", "green", "in.y4m", "in.y4m", "links/"), 4, "1 of 2 files", "a batch", None)
    expect("links/in.y4m: cannot be created: another program is writing it" in said, "a batch: " + said)
    finish(first, 0, "", "the recording with links")
    left("x.mkv", "link-x.mkv", "hard-x.mkv", "links")


def two_conversions():
    """The first one's file is not there yet."""
    first = start("convert", "-b", "green", "presenter", "x.mp4", "--frames", "100000")
    expect(wait_for(lambda: os.path.exists(".x.mp4.potemkin")), "a conversion has a temporary file")
    refused("convert", "-b", "green", "in.y4m", "x.mp4")
    refused(*LIVE, "-o", "file:x.mp4", "--frames", "1")
    with open("x.mp4", "w", encoding="ascii") as other:
        other.write("of another program")
    said = finish(first, 6, "x.mp4: another program has put a file there meanwhile, which stays; this one is",
                  "a conversion whose place was taken", signal.SIGINT)
    kept = re.search(r"this one is (?:\S*/)?(\.x\.mp4\.\d+-\d+);", said)
    expect(kept and os.path.exists(kept.group(1)), "it is there: " + said)
    with open("x.mp4", encoding="ascii") as other:
        expect(other.read() == "of another program", "the other program's file stays")
    if kept:
        plays(kept.group(1))
    left("x.mp4", *(kept.groups() if kept else ()))


def taken_temporary_name():
    """A file that another program puts there is neither taken for the new film nor removed."""
    first = start("convert", "-b", "green", "presenter", "x.mp4", "--frames", "100000")
    expect(wait_for(lambda: has_pictures(".x.mp4.potemkin")), "pictures are in it, not only its head")
    shutil.copy("in.y4m", "other")
    os.rename("other", ".x.mp4.potemkin")
    finish(first, 6, "x.mp4: cannot be created: its temporary file was removed or replaced meanwhile",
           "a conversion whose temporary file was replaced", signal.SIGINT)
    expect(os.path.getsize(".x.mp4.potemkin") == os.path.getsize("in.y4m"), "the other program's file stays")
    left(".x.mp4.potemkin")


def killed_writer():
    """What it leaves is in nobody's way."""
    first = start("convert", "-b", "green", "presenter", "x.mp4", "--frames", "100000")
    expect(wait_for(lambda: os.path.exists(".x.mp4.potemkin")), "a conversion has a temporary file")
    finish(first, -signal.SIGKILL, "", "a conversion", signal.SIGKILL)
    finish(start("convert", "-b", "green", "in.y4m", "x.mp4"), 0, "", "the next one", None)
    left("x.mp4")
    first = record("x.mkv")
    finish(first, -signal.SIGKILL, "", "a recording", signal.SIGKILL)
    finish(start(*LIVE, "-o", "file:x.mkv", "--frames", "5"), 0, "x.mkv exists, and is replaced by the first pictures",
           "the next recording", None)
    plays("x.mkv")
    left("x.mkv")


def older_file():
    """A conversion says that it replaces one, and does so at its end."""
    for command in (["convert", "-b", "green"], ["mask"]):
        for said in ("", "x.mkv exists, and is replaced once the new file is complete"):
            finish(start(*command, "in.y4m", "x.mkv"), 0, said, " ".join(command), None)
    left("x.mkv")


def cut(name):
    with open(name, "r+b") as film:
        film.truncate(os.path.getsize(name) // 2)


def say_longer(name):
    """Its length is that of its track, as FFmpeg writes it."""
    with open(name, "rb") as film:
        data = film.read()
    expect(data.count(b"00:00:00.6") == 1, name + " says how long it is")
    with open(name, "wb") as film:
        film.write(data.replace(b"00:00:00.6", b"00:00:09.6"))


def part_of(name, words, stdin=subprocess.DEVNULL):
    """The part of a film has the name if there is no older file."""
    for command in (["convert", "-b", "green"], ["mask"]):
        for number in range(3):
            said = finish(start(*command, name, "x.mkv", stdin=stdin), 3, words, " ".join(command), None)
            if number == 0:
                shutil.copy("in.y4m", "x.mkv")
                continue
            expect("/x.mkv: the older file stays, as the new one is not complete; that is %s/.x.mkv.potemkin" %
                   os.getcwd() in said and "->" not in said, said)
            expect(os.path.getsize("x.mkv") == os.path.getsize("in.y4m"), "the older file stays")
            plays(".x.mkv.potemkin")
        os.unlink("x.mkv")
        os.unlink(".x.mkv.potemkin")


def older_file_stays():
    """A part of a film replaces none: one that is damaged, or that was not converted to its end."""
    finish(start("mask", "presenter", "cut.mkv", "--frames", "20", "-s", "320x180"), 0, "", "a film", None)
    shutil.copy("cut.mkv", "longer.mkv")
    cut("cut.mkv")
    part_of("cut.mkv", "cut.mkv gave only")
    say_longer("longer.mkv")
    part_of("longer.mkv", "longer.mkv gave only 20 of about 290 frames: it seems to be cut off or damaged")
    shutil.copy("in.y4m", "cut.y4m")
    cut("cut.y4m")
    part_of("cut.y4m", "cut.y4m: 1 damaged frame was left out")
    with open("cut.y4m", "rb") as film:
        part_of("/dev/stdin", "/dev/stdin: 1 damaged frame was left out", film)
    left("cut.mkv", "longer.mkv", "cut.y4m")
    shutil.copy("in.y4m", "x.mp4")
    first = start("convert", "-b", "green", "presenter", "x.mp4", "--frames", "100000")
    expect(wait_for(lambda: has_pictures(".x.mp4.potemkin")), "pictures are in it, not only its head")
    said = finish(first, 1, "x.mp4: the older file stays", "a conversion that is ended", signal.SIGINT)
    expect("complete up to there" not in said, said)
    plays(".x.mp4.potemkin")
    left("x.mp4", ".x.mp4.potemkin")


def lost_recording():
    """Removed, replaced, overwritten, renamed."""
    first = record("x.mp4")
    os.unlink("x.mp4")
    finish(first, 6, "x.mp4: the recording is lost after", "a removed recording", None)
    left()
    first = record("x.mp4")
    shutil.copy("in.y4m", "other")
    os.rename("other", "x.mp4")
    finish(first, 6, "x.mp4: the recording is lost after", "a replaced recording", None)
    left("x.mp4")
    for end in ("mp4", "mkv", "y4m"):
        name = "x." + end
        first = record(name)
        shutil.copy("in.y4m", name)
        finish(first, 6, name + ": the recording is lost after", "an overwritten recording", None)
        expect(os.path.getsize(name) == os.path.getsize("in.y4m"), name + " is the other program's")
        left(name)
    first = record("x.mp4")
    os.rename("x.mp4", "moved.mp4")
    finish(first, 6, "x.mp4: another program renamed the recording, which is now %s/moved.mp4" % os.getcwd(),
           "a renamed recording")
    plays("moved.mp4")
    left("moved.mp4")


def emptied_input():
    """After its pictures were opened; what is taken over besides them is opened later."""
    shutil.copy("in.y4m", "x.y4m")
    convert = start("convert", "-b", "green", "--fps", "5", "x.y4m", "x.mkv")
    told = convert.stderr.readline()
    expect("--fps means nothing" in told, told)
    os.truncate("x.y4m", 0)
    finish(convert, 3, "x.y4m", "an emptied input", sent=None)
    left("x.y4m")


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(os.path.realpath(folder))
        os.environ.update(XDG_CONFIG_HOME=folder + "/..none", XDG_RUNTIME_DIR=folder + "/..none")
        subprocess.run([PROGRAM, "-q", "convert", "-b", "green", "presenter", "in.y4m", "--frames", "5"], check=True)
        second_writer()
        two_conversions()
        taken_temporary_name()
        killed_writer()
        older_file()
        older_file_stays()
        lost_recording()
        emptied_input()
        os.chdir("/")
    sys.exit(bool(failures))


main()
