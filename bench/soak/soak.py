#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Runs the program for a long time, while whatever may happen in a day happens again and again: the camera is unplugged
and comes back, pauses, other backdrops, films, a caption, another crop, a reload, snapshots. After each round, its
memory and descriptors are looked at; at the end, the program has grown by no more than a mebibyte, and has as many
descriptors and processes as at the beginning.

usage: bench/soak/soak.py PROGRAM FAKECAM_SO [MINUTES]     0.3 by default; 1440 is a day
       the camera gives 120 pictures a second: four times what a usual one gives"""

import glob
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time

WARM = 3  # rounds, until all that is kept has been made once
MOST_KIB = 1024
PATIENCE_S = 60


class Soak:
    def __init__(self, program, fakecam, work):
        self.program, self.work = os.path.abspath(program), work
        for name in ("runtime", "config"):
            os.mkdir(self.path(name), 0o700)
        self.make_pictures()
        self.environment = dict(
            os.environ,
            XDG_RUNTIME_DIR=self.path("runtime"),
            XDG_CONFIG_HOME=self.path("config"),
            LD_PRELOAD=os.path.abspath(fakecam),
            FAKECAM_FILES=self.path("camera.yuyv"),
            FAKECAM_FOURCC="YUYV",
            FAKECAM_FPS="120",
            FAKECAM_GONE=self.path("gone"),
        )
        words = ["run", "-q", "-c", "/dev/video7", "-o", "null", "--on-demand", "no", "--wait"]
        self.process = subprocess.Popen([self.program, *words], env=self.environment)
        self.wait_for("live")

    def path(self, name):
        return os.path.join(self.work, name)

    def make_pictures(self):
        for name, words in (
            ("a.png", ["-frames:v", "1"]),
            ("b.mkv", []),
            ("camera.yuyv", ["-pix_fmt", "yuyv422", "-f", "rawvideo", "-frames:v", "1"]),
        ):
            source = ["-f", "lavfi", "-i", "testsrc2=s=640x480:d=1:r=10"]
            subprocess.run(["ffmpeg", "-v", "error", *source, *words, self.path(name)], check=True)

    def ctl(self, *words):
        environment = {name: value for name, value in self.environment.items() if name != "LD_PRELOAD"}
        done = subprocess.run(
            [self.program, "ctl", *words],
            env=environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
        return done.stdout if done.returncode == 0 else ""

    def wait_for(self, state):
        end = time.monotonic() + PATIENCE_S
        while '"state":"%s"' % state not in self.ctl("status").replace(" ", ""):
            assert self.process.poll() is None, "it ended with %s" % self.process.returncode
            assert time.monotonic() < end, "it is not %s after %d s" % (state, PATIENCE_S)
            time.sleep(0.02)

    # --- what happens ---

    def unplug(self):
        with open(self.path("gone"), "wb"):
            self.wait_for("covered")
        os.remove(self.path("gone"))
        self.wait_for("live")

    def pause(self):
        self.ctl("pause")
        self.wait_for("paused")
        self.ctl("resume")
        self.wait_for("live")

    def snapshot(self):
        self.ctl("snapshot", self.path("snapshot.png"))

    def reload(self):
        self.process.send_signal(signal.SIGHUP)

    def set(self, *words):
        return lambda: self.ctl(*words)

    def round(self):
        kinds = ("builtin:office", "builtin:leaves", "color:#336699", "blur:60", self.path("a.png"), self.path("b.mkv"))
        events = [self.set("backdrop", kind) for kind in kinds]
        events += [
            self.set("set", "caption", "Ann"),
            self.set("set", "auto-frame", "yes"),
            self.set("set", "light", "50"),
        ]
        events += [self.set("set", "model", "selfie"), self.set("set", "match", "40"), self.set("set", "mirror", "yes")]
        events += [self.unplug, self.pause, self.snapshot, self.reload]
        random.shuffle(events)
        for event in events:
            event()
        self.reload()  # which takes back what was set
        self.set("backdrop", "builtin:office")()
        self.wait_for("live")

    # --- what it takes ---

    def kib(self):
        with open("/proc/%d/smaps_rollup" % self.process.pid, encoding="ascii") as text:
            return sum(int(line.split()[1]) for line in text if line.startswith(("Private_Dirty", "Swap:")))

    def descriptors(self):
        return len(os.listdir("/proc/%d/fd" % self.process.pid))

    def processes(self):
        with open("/proc/%d/task/%d/children" % (self.process.pid, self.process.pid), encoding="ascii") as text:
            return len(text.read().split())

    def least(self):
        """Of all three, while what was replaced is given back."""
        looks = []
        for _ in range(20):
            looks.append((self.kib(), self.descriptors(), self.processes()))
            time.sleep(0.05)
        return [min(values) for values in zip(*looks)]

    def end(self):
        self.process.terminate()
        return self.process.wait(PATIENCE_S)


def judge(looks):
    """The growth from the first quarter to the last."""
    part = max(1, len(looks) // 4)
    first, last = ([statistics.median(values) for values in zip(*some)] for some in (looks[:part], looks[-part:]))
    grown = [after - before for before, after in zip(first, last)]
    print("%d rounds: %+d KiB, %+d descriptors, %+d processes" % (len(looks), *grown))
    return grown


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    minutes = float(sys.argv[3]) if len(sys.argv) > 3 else 0.3
    looks = []
    random.seed(1)
    with tempfile.TemporaryDirectory() as work:
        soak = Soak(*sys.argv[1:3], work)
        try:
            for _ in range(WARM):
                soak.round()
            end = time.monotonic() + 60 * minutes
            while time.monotonic() < end or len(looks) < 2:
                soak.round()
                looks.append(soak.least())
                print(
                    "%6.1f min %7d KiB %3d descriptors" % (minutes - (end - time.monotonic()) / 60, *looks[-1][:2]),
                    flush=True,
                )
        finally:
            code = soak.end()
    assert code == 0, "it ended with %d" % code
    grown = judge(looks)
    assert grown[1] == 0 and grown[2] == 0
    assert minutes < 5 or grown[0] <= MOST_KIB


if __name__ == "__main__":
    main()
