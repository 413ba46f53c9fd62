#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Limits of a process, as ulimit sets them: with too little memory, no good file is called damaged, and what is too
large for a limit is told as that.

usage: tests/limits.py PROGRAM"""

import os
import re
import resource
import shutil
import struct
import subprocess
import sys
import tempfile
import time
import zlib

PROGRAM = os.path.realpath(sys.argv[1])
MIB = 1 << 20
failures = []


def expect(holds, what):
    if not holds:
        failures.append(what)
        print("FAIL: " + what, file=sys.stderr)


def write_png(path, width, height):
    """A black picture."""
    with open(path, "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n")
        for kind, data in ((b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
                           (b"IDAT", zlib.compress(bytes((1 + 3 * width) * height))), (b"IEND", b"")):
            file.write(struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)))


def run(limits, *words):
    def limit():
        for what, most in limits:
            resource.setrlimit(what, (most, most))

    done = subprocess.run([PROGRAM, *words], preexec_fn=limit, capture_output=True, timeout=120, check=False)
    return done.returncode, done.stderr.decode()


def memory():
    """From what is too little to start to what is enough for all."""
    for words in (("convert", "-b", "green", "in.mkv", "out.mkv"), ("convert", "-b", "green", "in.png", "out.png"),
                  ("mask", "in.png", "out.png"), ("convert", "-b", "in.mkv", "in.png", "out.png")):
        codes = []
        for most in [*range(60, 660, 40), 4000]:
            code, said = run([(resource.RLIMIT_AS, most * MIB)], *words)
            codes.append(code)
            if code == 127:  # the program itself does not fit
                continue
            expect(code == 0 or (code == 1 and "memory" in said and said.count("error:") == 1 and
                                 "shared object" not in said),  # a library that nobody asked for
                   "%s in %d MiB: %d, %s" % (words, most, code, said))
        expect(codes[-1] == 0 and 1 in codes, "%s: exit statuses %s" % (words, codes))


def stack():
    """A small one is enough."""
    for words in (("--version",), ("list", "backdrops"), ("convert", "-b", "green", "in.png", "null"),
                  ("run", "-c", "presenter", "-o", "null", "-s", "64x48", "--frames", "3")):
        code, said = run([(resource.RLIMIT_STACK, 128 << 10)], *words)
        expect(code == 0, "%s: %d, %s" % (words, code, said))


def open_files():
    """Too few are told before anything else, and blame no file."""
    for words in (("convert", "-b", "in.png", "in.mkv", "out.mkv"), ("mask", "in.png", "out.png"), ("list", "cameras"),
                  ("run", "-c", "presenter", "-o", "null", "-s", "64x48", "--frames", "3")):
        code, said = run([(resource.RLIMIT_NOFILE, 8)], *words)
        expect(code == 1 and re.fullmatch(r"potemkin: error: only 8 files may be open .*\(ulimit -n\)\n", said),
               "%s: %d, %s" % (words, code, said))
        code, said = run([(resource.RLIMIT_NOFILE, 64)], *words)
        expect(code == 0, "%s: %d, %s" % (words, code, said))
    for path in "out.mkv", "out.png":
        os.unlink(path)


def more_threads():
    """Those that cannot be started are no fault of the network."""
    os.mkdir("runtime", 0o700)
    env = dict(os.environ, XDG_RUNTIME_DIR=os.path.abspath("runtime"))
    words = "run -q -c presenter -o null -s 64x48 --config /dev/null --threads 1".split()

    def ctl(*request):
        done = subprocess.run([PROGRAM, "ctl", *request], env=env, capture_output=True, timeout=120, check=False)
        return done.returncode, done.stderr.decode()

    process = subprocess.Popen([PROGRAM, *words], env=env)
    try:
        while ctl("get", "threads")[0] != 0 and process.poll() is None:
            time.sleep(0.02)
        resource.prlimit(process.pid, resource.RLIMIT_AS, (100 * MIB, 100 * MIB))  # which it has exceeded long since
        code, said = ctl("set", "threads", "2")
        expect(code == (1 if len(os.sched_getaffinity(0)) > 1 else 0), "threads: %d, %s" % (code, said))
        expect(code == 0 or "on 2 threads" in said, said)
    finally:
        process.kill()
        process.wait()


def file_size():
    """A file, a live file, what is decoded, standard output."""
    told = "the limit of a file's size is reached (ulimit -f)"
    for words, expected in ((("convert", "-b", "green", "presenter", "new.mkv", "--frames", "5"), 6),
                            (("run", "-c", "presenter", "-s", "64x48", "--frames", "30", "-o", "file:new.mkv"), 6),
                            (("convert", "-b", "green", "in.mkv", "new.mkv"), 1),  # the decoder's memory is a file
                            (("mask", "in.png", "new.png"), 1)):
        code, said = run([(resource.RLIMIT_FSIZE, 512)], *words)
        expect(code == expected and told in said, "%s: %d, %s" % (words, code, said))
    with open("printed", "wb") as printed:
        done = subprocess.run([PROGRAM, "--help"], stdout=printed, stderr=subprocess.PIPE, check=False,
                              preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (512, 512)))
    expect(done.returncode == 6 and told.encode() in done.stderr, "--help: %d, %s" % (done.returncode, done.stderr))
    expect(sorted(os.listdir(".")) == ["in.mkv", "in.png", "printed"], "left: %s" % os.listdir("."))


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        os.environ.update(XDG_CONFIG_HOME=folder + "/none", XDG_RUNTIME_DIR=folder + "/none")
        subprocess.run([PROGRAM, "-q", "convert", "presenter", "in.mkv", "--frames", "5", "-s", "640x480"], check=True)
        write_png("in.png", 640, 480)
        stack()
        more_threads()
        shutil.rmtree("runtime")
        open_files()
        file_size()
        memory()
        os.chdir("/")
    sys.exit(bool(failures))


main()
