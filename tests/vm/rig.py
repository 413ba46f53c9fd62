# SPDX-License-Identifier: MIT
"""What the tests in the guest share: the program under test, bounded waiting, the backdrop's colour, PASS and FAIL
lines.

The one rule: every wait has a condition and a deadline, and all that a test started has ended when it returns."""

import contextlib
import ctypes
import functools
import hashlib
import os
import re
import signal
import subprocess
import sys
import tempfile
import time

CAMERA, OUTPUT, PLAIN = "/dev/video0", "/dev/video10", "/dev/video11"
BACKDROP = "#3080c0"
YUV = (112, 168, 88)  # of BACKDROP: BT.601, limited range
MARK = (b"\x24\xbe", b"\x80", b"\x80")  # samples of the words on a cover: src/draw/mark.c
NEAR = 4  # levels that count as the same
PATIENCE = 60  # s; an emulated machine on a busy host is slow, and no test measures speed
LIBC = ctypes.CDLL(None)
PR_SET_PDEATHSIG = 1  # linux/prctl.h
VIVID = "/sys/bus/platform/drivers/vivid/"

TESTS = []
program = None  # path of the program under test
work = None  # the test's own directory


class Failed(Exception):
    pass


def check(truth, message):
    if not truth:
        raise Failed(message)


def wait_until(condition, what, patience=PATIENCE):
    """The first true value of condition(), or Failed after `patience` seconds."""
    deadline = time.monotonic() + patience
    while True:
        value = condition()
        if value:
            return value
        check(time.monotonic() < deadline, "%s: not within %d s" % (what, patience))
        time.sleep(0.05)


def die_with(parent):
    """Run in a child before it becomes another program: a killed test cannot tidy up, so the kernel has to."""
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)  # the parent is already gone


class Process:
    """A child process with its output in a file. Leaving its block ends it and all that it started; it dies with a
    test that is killed."""

    def __init__(self, *command, env=None, stdout=None):
        handle, self.path = tempfile.mkstemp(suffix=".log", dir=work)
        self.name = os.path.basename(command[0])
        self.child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=stdout or handle, stderr=handle,
                                      env={**os.environ, **(env or {})}, start_new_session=True,
                                      preexec_fn=functools.partial(die_with, os.getpid()))
        os.close(handle)

    def said(self):
        with open(self.path, errors="replace") as log:
            return log.read()

    def count(self, pattern):
        return len(re.findall(pattern, self.said()))

    def running(self):
        return self.child.poll() is None

    def wait_for(self, pattern, times=1):
        """Wait until it has printed `pattern` that often; Failed if it ends before."""
        def heard():
            if self.count(pattern) >= times:
                return True
            check(self.running() or self.count(pattern) >= times,
                  "%s ended with %s before it said '%s'" % (self.name, self.child.poll(), pattern))
            return False
        wait_until(heard, "'%s' from %s" % (pattern, self.name))

    def wait(self, patience=PATIENCE):
        """Its exit code; negative: the signal that ended it."""
        try:
            return self.child.wait(patience)
        except subprocess.TimeoutExpired:
            raise Failed("%s did not end within %d s" % (self.name, patience)) from None

    def stop(self, number=signal.SIGTERM):
        self.child.send_signal(number)
        return self.wait()

    def __enter__(self):
        return self

    def __exit__(self, kind, *unused):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.child.pid, signal.SIGKILL)  # a browser is many processes
        self.child.wait()
        if kind:
            print("  %s said:" % self.name, *self.said().splitlines()[-25:], sep="\n    ")


def bars_network():
    """The path of a network that costs nothing, even on an emulated processor, and takes vivid's red and yellow bars
    for a person."""
    path = os.path.join(work, "bars.tflite")
    run(os.path.join(os.path.dirname(program), "tests/vm_network"), path)
    with open(path, "rb") as file:
        sha256 = hashlib.sha256(file.read()).hexdigest()
    with open(path + ".ini", "w", encoding="ascii") as card:
        card.write("[bars]\ntitle = red bars\nfile = bars.tflite\nsha256 = %s\ninput = 32x32\nvalues = 0..1\n"
                   "output = logit\noutput-size = 32x32\n" % sha256)
    return path


def potemkin(*options, camera=CAMERA, output=OUTPUT, size="320x180", rate="10", backdrop="color:" + BACKDROP,
             model="selfie-landscape"):
    """The program with small pictures and the plain backdrop; None leaves out that option."""
    command = [program, "run", "-v", "--on-demand", "no", "--model", model, "--refine", "none"]
    for name, value in (("-c", camera), ("-o", output), ("-s", size), ("-r", rate), ("-b", backdrop)):
        command += [name, value] if value else []
    return Process(*command, *options)


def live(process, times=1):
    """Wait until the state has become live `times` times."""
    process.wait_for("-> live", times)


def live_again(process, times):
    """Wait until the state is live after the camera's `times`th return."""
    process.wait_for("the camera is back", times)
    wait_until(lambda: "-> live" in process.said().rsplit("the camera is back", 1)[1]
               or process.said().rsplit("state: ", 1)[1].endswith("-> live\n"),
               "live after the camera's return")


def ends_well(process, number=signal.SIGTERM):
    began = time.monotonic()
    code = process.stop(number)
    check(code == 0, "%s after signal %d: exit %d" % (process.name, number, code))
    return time.monotonic() - began


def ends_with(code, pattern, process):
    """It must end by itself with that exit code and an error line that matches `pattern`."""
    with process:
        found = process.wait()
        check(found == code, "exit %d instead of %d" % (found, code))
        check(process.count(pattern), "no '%s' in what it said" % pattern)


def run(*command, patience=PATIENCE):
    """The output of a command, which must succeed."""
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, errors="replace", timeout=patience, check=False)
    check(done.returncode == 0, "%s: exit %d: %s" % (" ".join(command), done.returncode, done.stdout.strip()[-400:]))
    return done.stdout


def picture_bytes(fourcc, width, height):
    return width * height * (4 if fourcc == "YUYV" else 3) // 2


def planes(data, fourcc, width, height):
    """(Y, U, V) as bytes, of a picture without padding."""
    luma = width * height
    if fourcc == "YUYV":
        return data[0::2], data[1::4], data[3::4]
    if fourcc == "NV12":
        return data[:luma], data[luma::2], data[luma + 1::2]
    return data[:luma], data[luma:luma + luma // 4], data[luma + luma // 4:]


def foreign(data, fourcc, width, height, near=NEAR):
    """How many samples of a picture belong neither to the backdrop nor to the words on a cover."""
    size = picture_bytes(fourcc, width, height)
    check(len(data) >= size, "a picture of %d bytes instead of %d" % (len(data), size))
    return sum(len(plane.translate(None, bytes(range(value - near, value + near + 1)) + mark))
               for plane, value, mark in zip(planes(data[:size], fourcc, width, height), YUV, MARK))


def check_backdrop(data, fourcc, width, height, where):
    """Failed unless all samples of all complete pictures in `data` are the backdrop's. Gives the number of pictures."""
    size = picture_bytes(fourcc, width, height)
    count = len(data) // size
    check(count > 0, "%s: no picture" % where)
    for index in range(count):
        bad = foreign(data[index * size:(index + 1) * size], fourcc, width, height)
        check(bad == 0, "%s: picture %d of %d is not the backdrop in %d samples" % (where, index + 1, count, bad))
    return count


def is_marked(data):
    """Whether a YUYV cover has words on it."""
    return data[0::2].count(MARK[0][0]) > 50


def since(path):
    """When that node appeared, in time.monotonic(), to a few milliseconds."""
    return time.monotonic() - (time.time() - os.stat(path).st_ctime)


def unplug():
    with open(VIVID + "unbind", "w", encoding="ascii") as unbind:
        unbind.write("vivid.0")


def plug():
    with open(VIVID + "bind", "w", encoding="ascii") as bind:
        bind.write("vivid.0")
    wait_until(lambda: os.path.exists(CAMERA), "the camera's node")


@contextlib.contextmanager
def without_camera():
    unplug()
    try:
        yield
    finally:
        plug()


@contextlib.contextmanager
def hidden_camera():
    """Programs that look for cameras do not find the real one; those that have it open keep it."""
    node = os.stat(CAMERA)
    os.unlink(CAMERA)
    try:
        yield
    finally:
        os.mknod(CAMERA, node.st_mode, node.st_rdev)


def test(title, short=False):
    def add(function):
        TESTS.append((title, short, function))
        return function
    return add


def run_test(title, function):
    global work
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as work:
        os.environ["XDG_CONFIG_HOME"] = work  # the user's settings must not change a test
        try:
            detail = function()
            verdict = "PASS"
        except (Failed, OSError, subprocess.SubprocessError) as error:
            detail = str(error) or repr(error)
            verdict = "FAIL"
    print("%s %s%s (%.1f s)" % (verdict, title, ": " + detail if detail else "", time.monotonic() - began), flush=True)
    return verdict == "PASS"


def main(arguments):
    """usage: FILE PROGRAM [--short | WORD...]: all tests, the short ones, or those whose title has one of the words"""
    global program
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(1))  # leaves the blocks in order, as SIGINT does
    program = os.path.abspath(arguments[0])
    words = arguments[1:]
    if words == ["--short"]:
        chosen = [one for one in TESTS if one[1]]
    else:
        chosen = [one for one in TESTS if not words or any(word in one[0] for word in words)]
    results = [run_test(title, function) for title, _, function in chosen]
    sys.exit(0 if results and all(results) else 1)
