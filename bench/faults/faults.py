#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Faults of memory, descriptors, the camera, the disk, the clock and files, while the drawn presenter stands in a room
that carries a code: whatever happens, the program ends with an exit code of its own or goes on, and no picture of any
output shows the room.

usage: bench/faults/faults.py PROGRAM FOLDER FAKECAM_SO [short | long]
       FOLDER: where faults.so and the oracle are, build/bench
       short: a part of it, as the test does; long: only 200 cold starts, and runs until there are 200,000 pictures
       prints a line for each case; ends with 1 if any is not as expected"""

import glob
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

OK, INTERNAL, BAD_FILE, TAKEN, NO_CAMERA, NO_OUTPUT = 0, 1, 3, 4, 5, 6
SOME = (OK, INTERNAL, BAD_FILE, TAKEN, NO_CAMERA, NO_OUTPUT)
LOST = (OK, NO_CAMERA)
# GLib and libraries in C++, which FFmpeg's bring along, end the process where they get no memory; nothing is shown then.
LIBRARY = (*SOME, -signal.SIGABRT, -signal.SIGTRAP, -signal.SIGSEGV)
FRAMES = "24"


class Rig:
    def __init__(self, program, folder, fakecam, work, short):
        self.program, self.folder, self.work = os.path.abspath(program), os.path.abspath(folder), work
        self.fakecam, self.short = os.path.abspath(fakecam), short
        self.pictures = self.cases = self.bad = 0
        for name in ("room", "runtime", "config"):
            os.mkdir(self.path(name), 0o700)
        subprocess.run([self.tool("coded"), self.path("room")], check=True)

    def tool(self, name):
        return os.path.join(self.folder, name)

    def path(self, name):
        return os.path.join(self.work, name)

    def environment(self, fps, faults):
        values = dict(os.environ, XDG_RUNTIME_DIR=self.path("runtime"), XDG_CONFIG_HOME=self.path("config"))
        values["LD_PRELOAD"] = self.tool("faults.so") + " " + self.fakecam
        values["FAKECAM_FILES"] = self.path("room") + "/frames/*.yuyv"
        values["FAKECAM_FOURCC"], values["FAKECAM_FPS"] = "YUYV", str(fps)
        values.update({"FAULTS_" + name.upper(): str(value) for name, value in faults.items()})
        return values

    def look(self, film):
        """How many pictures there are, and what the oracle says if it finds the room."""
        done = subprocess.run(
            [self.tool("oracle"), self.path("room") + "/counts", film], capture_output=True, text=True, check=False
        )
        count = re.match(r"(\d+) pictures", done.stdout)
        return int(count[1]) if count else 0, done.stdout.strip() if done.returncode == 1 else ""

    def case(self, name, *options, codes=(OK,), during=None, least=0, frames=FRAMES, fps=30, **faults):
        out, third = self.path("out.y4m"), 3 if self.short else 1
        frames, least = str(int(frames) // third), least // third
        for left in glob.glob(self.path("*.y4m")) + glob.glob(self.path(".*.y4m*")):
            os.remove(left)
        words = [self.program, "run", "-c", "/dev/video7", "-o", "file:" + out, "--frames", frames, *options]
        with subprocess.Popen(
            words, env=self.environment(fps, faults), stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
        ) as process:
            killed = during(self, process) if during else None
            try:
                said = process.communicate(timeout=60)[1]
            except subprocess.TimeoutExpired:
                process.kill()
                said = process.communicate()[1] + "hangs"
        wrong = [] if killed or process.returncode in codes else ["ended with %d" % process.returncode]
        wrong += ["hangs"] if said.endswith("hangs") else []
        wrong += ["says nothing"] if process.returncode and not killed and not said else []
        shown = 0
        for film in glob.glob(self.path("*.y4m")) + glob.glob(self.path(".*.y4m*")) + self.snapshots():
            count, found = self.look(film)
            shown += count
            wrong += [found] if found else []
        if not wrong and shown < least:
            wrong.append("only %d pictures" % shown)
        self.pictures += shown
        self.cases += 1
        self.bad += bool(wrong)
        print("%-46s %3d %4d pictures  %s" % (name, process.returncode, shown, ", ".join(wrong) or "as expected"))
        if wrong:
            print("\n".join("    " + line for line in said.splitlines()[-6:]), flush=True)

    def snapshots(self):
        """As films of one picture, which the oracle reads."""
        films = []
        for snapshot in glob.glob(self.path("snapshot*.png")):
            films.append(snapshot + ".y4m")
            subprocess.run(
                ["ffmpeg", "-v", "error", "-y", "-i", snapshot, "-pix_fmt", "yuv420p", films[-1]], check=True
            )
            os.remove(snapshot)
        return films

    def ctl(self, *words):
        values = dict(os.environ, XDG_RUNTIME_DIR=self.path("runtime"))
        return subprocess.run(
            [self.program, "ctl", *words], env=values, capture_output=True, text=True, timeout=60, check=False
        )

    def wait_for_control(self, process):
        for _ in range(200):
            if process.poll() is not None or self.ctl("status").returncode == 0:
                return
            time.sleep(0.05)


def after_start(change):
    """While the program runs, do this."""

    def during(rig, process):
        rig.wait_for_control(process)
        change(rig, process)

    return during


def kill_with(number):
    def during(rig, process):
        rig.wait_for_control(process)
        time.sleep(0.3)
        process.send_signal(number)
        return True

    return during


def steer(*commands):
    def change(rig, process):
        for command in commands:
            rig.ctl(*command)
            time.sleep(0.1)

    return after_start(change)


def picture(path, size="640x480"):
    subprocess.run(
        ["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", "testsrc2=s=%s:d=1:r=10" % size]
        + (["-frames:v", "1"] if path.endswith("png") else [])
        + [path],
        check=True,
    )


def spoil_model(path, value):
    """A copy of a real model, some of whose weights in the middle are `value`, as floats of 32 bits; None: as it is."""
    folder = os.environ.get("POTEMKIN_MODELS", "models")
    with open(os.path.join(folder, "selfie_segmentation_landscape.tflite"), "rb") as file:
        model = bytearray(file.read())
    middle = len(model) // 8 * 4
    if value is not None:
        model[middle : middle + 256] = value.to_bytes(4, "little") * 64
    with open(path, "wb") as file:
        file.write(model)
    return path


CAMERA = [  # call, which one, what, exit codes
    *(("DQBUF", "6", what, (OK,)) for what in ("index", "twice", "empty", "short", "huge", "damaged", "stamp")),
    *(("DQBUF", "6+", what, LOST) for what in ("index", "empty", "short", "huge", "damaged")),
    *(("DQBUF", "6", error, LOST) for error in ("EIO", "ENODEV", "EINVAL", "ENOSPC", "EPIPE")),
    *(("QBUF", "8", error, LOST) for error in ("EIO", "EINVAL")),
    *((call, "1", "EBUSY", (TAKEN,)) for call in ("S_FMT", "REQBUFS", "STREAMON")),
    *((call, "1", "EIO", (NO_CAMERA, INTERNAL)) for call in ("S_FMT", "REQBUFS", "STREAMON", "QUERYBUF")),
    *((call, "1", "ENODEV", (NO_CAMERA,)) for call in ("QUERYCAP", "S_FMT", "REQBUFS", "QUERYBUF", "QBUF", "STREAMON")),
    ("QUERYCAP", "2", "ENODEV", LOST),
    ("DQBUF", "1", "ENODEV", LOST),
    ("DQBUF", "10", "hang", LOST),
    ("S_PARM", "1", "EINVAL", (OK,)),
]


def test_camera(rig, short):
    for call, at, what, codes in CAMERA[:: 12 if short else 1]:
        lasts = ["--duration", "3"] if at.endswith("+") or what in ("hang", "ENODEV", "EIO") else []
        name = "%s %s %s" % (call, at, what)
        rig.case(name, *lasts, codes=codes + ((INTERNAL,) if lasts else ()), ioctl=":".join((call, at, what)))


def test_scarcity(rig, short):
    at = (90, 2650, 3150) if short else (*range(1, 40, 3), *range(40, 400, 24), *range(400, 4000, 250))
    for n in at:
        rig.case("memory block %d is refused" % n, codes=LIBRARY if n > 1000 else SOME, alloc=n)
    for n in (3000,) if short else (100, 700, 1500, 3000):
        rig.case("no memory from block %d on" % n, codes=LIBRARY, alloc="%d+" % n)
    for n in (1,) if short else range(1, 36, 2):
        rig.case("descriptor %d is refused" % n, codes=SOME, fd=n)
    for n in () if short else (5, 12, 20, 28):
        rig.case("no descriptor from the %d. on" % n, codes=SOME, fd="%d+" % n)


def test_disk_and_clock(rig, short):
    for n in (200000,) if short else (0, 100, 200000, 2000000):
        rig.case("the disk is full after %d bytes" % n, codes=SOME, write=n)
    for seconds in () if short else (3600, 86400 * 400, -86400):
        rig.case("the clock jumps by %d s" % seconds, clock="10:%d" % seconds, least=20)


def test_files(rig, short):
    picture(rig.path("a.png"))
    picture(rig.path("b.mkv"))
    whole = rig.path("back.mkv")

    def spoil(how):
        shutil.copy(rig.path("b.mkv"), whole)
        return after_start(lambda rig, process: how())

    def spoil_running(rig, _):
        os.truncate(rig.path("own.tflite"), 500)
        rig.ctl("set", "threads", "2")
        rig.ctl("set", "model", "selfie")

    def truncate():
        os.truncate(whole, 500)

    def replace():
        with open(whole, "wb") as file:
            file.write(b"no film" * 1000)

    for name, how in (("truncated", truncate), ("replaced", replace), ("removed", lambda: os.remove(whole))):
        rig.case("the film of the backdrop is " + name, "-b", whole, during=spoil(how), frames="60", least=20)
        if short:
            break
    if short:
        return
    rig.case("the backdrop is no picture", "-b", rig.path("room/counts"), codes=(BAD_FILE,))
    rig.case("the model is no model", "-m", rig.path("room/counts"), codes=(BAD_FILE,))
    for name, value in (("no numbers", 0xFFFFFFFF), ("infinite", 0x7F800000)):
        model = spoil_model(rig.path("spoilt.tflite"), value)
        rig.case("weights of the model are " + name, "-m", model, "--duration", "2", codes=(OK, BAD_FILE))
    model = spoil_model(rig.path("own.tflite"), None)
    rig.case("the model is truncated", "-m", model, during=after_start(spoil_running), frames="60", least=20)


def kinds(rig):
    return ("builtin:office", "color:#336699", "blur:60", "green", rig.path("a.png"), rig.path("b.mkv"))


def test_backdrops(rig, short):
    slides = "slideshow:%s:1" % rig.path("slides")
    os.mkdir(rig.path("slides"))
    for name in ("a.png", "b.mkv"):
        shutil.copy(rig.path(name), rig.path("slides"))
    for kind in kinds(rig)[4 if short else 0 :]:
        rig.case("backdrop " + os.path.basename(kind), "-b", kind, least=20)
    for options in () if short else (["-b", slides], ["-b", "daylight:"], ["--light", "60"]):
        rig.case(" ".join(options).replace(rig.work, ""), *options, least=20)
    if not short:
        looks = ["--caption", "Name", "--match", "60", "--light-wrap", "60", "--plate", "off"]
        rig.case(" ".join(looks), *looks, least=20)


def test_states(rig, short):
    changes = [
        ("backdrop", "color:#336699"),
        ("pause",),
        ("resume",),
        ("backdrop", "builtin:office"),
        ("set", "refine", "none"),
    ]
    rig.case("pause, resume, other backdrops", during=steer(*changes), frames="90", least=20)
    if short:
        return
    snapshots = [("snapshot", rig.path("snapshot%d.png" % i)) for i in range(4)]
    snapshots[2:2] = [("pause",), ("snapshot", rig.path("snapshot-paused.png")), ("resume",)]
    rig.case("snapshots", during=steer(*snapshots), frames="60", least=20)
    # Not upside down: there, the network takes room for a body under the head.
    others = [("set", "mirror", "yes"), ("set", "smooth", "20"), ("set", "mirror", "no"), ("set", "plate", "no")]
    others += [("set", "keep-out", "0,0,10%x10%"), ("set", "model", "selfie"), ("set", "people", "nearest")]
    rig.case("mirror, plate, zone, model", during=steer(*others), frames="120", least=20)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGKILL, signal.SIGSEGV):
        rig.case("ended by signal %d" % number, during=kill_with(number), frames="1000")
        rig.case("the next run after it", least=20)


def test_much(rig):
    """Cold starts, and long runs in which settings change, from a camera that gives as much as the program takes."""
    picture(rig.path("a.png"))
    picture(rig.path("b.mkv"))
    for _ in range(200):
        rig.case("cold start", frames="100", least=100, fps=120)
    changes = [("backdrop", kind) for kind in kinds(rig)] + [("set", "smooth", "50"), ("next",), ("set", "mirror", "yes")]
    while rig.pictures < 200000:
        kind = kinds(rig)[rig.cases % 6]
        changes.append(changes.pop(0))
        during = steer(*changes[:4]) if rig.cases % 2 else None
        rig.case("600 pictures, " + os.path.basename(kind), "-b", kind, during=during, frames="600", fps=240, least=600)


def test_oracle(rig):
    """The usual chain's leaks are found."""
    film = rig.path("plain.y4m")
    subprocess.run([rig.tool("plain"), rig.path("room"), "64", film], check=True)
    count, found = rig.look(film)
    os.remove(film)
    assert found, "the oracle finds nothing in %d pictures of a plain chain" % count
    print("a plain chain: " + found)


def main():
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    short = sys.argv[4:] == ["short"]
    tests = (test_camera, test_scarcity, test_disk_and_clock, test_files, test_backdrops, test_states)
    with tempfile.TemporaryDirectory() as work:
        rig = Rig(*sys.argv[1:4], work, short)
        test_oracle(rig)
        if sys.argv[4:] == ["long"]:
            test_much(rig)
        else:
            for test in tests:
                test(rig, short)
    print("%d cases, %d pictures, %d not as expected" % (rig.cases, rig.pictures, rig.bad))
    return rig.bad > 0


if __name__ == "__main__":
    sys.exit(main())
