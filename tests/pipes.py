#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""`convert - -`: raw video from one program to another. The pictures are those of `convert FILE`, bit for bit; each
goes out before the next has to come in; and what is broken is one line and nothing on standard output.

usage: tests/pipes.py PROGRAM"""

import os
import pty
import re
import signal
import socket
import subprocess
import sys
import tempfile

PROGRAM = os.path.realpath(sys.argv[1])
HEAD = b"YUV4MPEG2 W64 H48 F25:1 Ip A1:1 C420jpeg\n"
PICTURE = b"FRAME\n" + bytes(range(256)) * 18  # 64 x 48, 4:2:0
failures = []


def expect(holds, what):
    if not holds:
        failures.append(what)
        print("FAIL: " + what, file=sys.stderr)


def convert(*words, **how):
    done = subprocess.run([PROGRAM, "convert", "-b", "color:navy", *words], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=120, check=False, **how)
    return done.returncode, done.stdout, done.stderr.decode()


def make(path, size, tags, count=4):
    """A y4m file whose pictures differ, with the tags that are given."""
    width, height = size
    chroma = (width + 1) // 2 * ((height + 1) // 2)
    sizes = {b"C422": 2 * ((width + 1) // 2) * height, b"Cmono": 0}
    bytes_of_chroma = next((sizes[tag] for tag in sizes if tag in tags), 2 * chroma)
    with open(path, "wb") as file:
        file.write(b"YUV4MPEG2 W%d H%d %s\n" % (width, height, tags))
        for number in range(count):
            rows = b"".join(bytes((16 + (x * 3 + y * (number + 2)) % 220 for x in range(width))) for y in range(height))
            file.write(b"FRAME\n" + rows + bytes((100 + i * 5 % 60 for i in range(bytes_of_chroma))))


def same_picture():
    """As `convert FILE`: the whole output, byte for byte."""
    cases = [((64, 48), b"F30000:1001 Ip A1:1 C420jpeg XYSCSS=420JPEG"), ((96, 54), b"F25:1 C420mpeg2"),
             ((64, 48), b"F24000:1001 A0:0 C420paldv XCOLORRANGE=FULL"), ((64, 48), b"F50:1 C422"),
             ((65, 49), b"F25:1 C420jpeg"), ((64, 48), b"F25:1 Cmono"), ((64, 720), b"F60:1 I? C420jpeg")]
    for size, tags in cases:
        make("in.y4m", size, tags)
        code, _, said = convert("in.y4m", "file.y4m")
        expect(code == 0, "convert FILE of %s: %s" % (tags, said))
        with open("in.y4m", "rb") as file:
            code, out, said = convert("-", "-", stdin=file)
        with open("file.y4m", "rb") as file:
            whole = file.read()
        expect(code == 0 and out == whole, "convert - - of %s: %d, %s, %s" % (tags, code, out[:99], said))


def ways():
    """All names of a pipe, and a file at one end of it."""
    make("in.y4m", (64, 48), b"F25:1 C420jpeg")
    with open("in.y4m", "rb") as file:
        data = file.read()
    whole = convert("-", "-", input=data)[1]
    expect(whole.count(b"FRAME\n") == 4, "convert - - gives four pictures")
    expect(convert("in.y4m", "-")[1] == whole, "convert FILE -")
    expect(convert("/dev/stdin", "/dev/stdout", input=data)[1] == whole, "convert /dev/stdin /dev/stdout")
    expect(convert("file:-", "-", input=data)[1] == whole, "convert file:- -")
    code, out, _ = convert("-", "new.y4m", input=data)
    with open("new.y4m", "rb") as file:
        expect(code == 0 and not out and file.read() == whole, "convert - FILE")
    with open("redirected", "wb") as file:
        file.write(b"before\n")
        file.flush()
        subprocess.run([PROGRAM, "-q", "convert", "-b", "color:navy", "-", "/dev/stdout"], input=data, stdout=file,
                       check=True)
    with open("redirected", "rb") as file:
        expect(file.read() == b"before\n" + whole, "standard output that is a file is written where it is")
    with open("redirected", "wb") as file:
        done = subprocess.run([PROGRAM, "convert", "-b", "color:navy", "-", "/dev/stdout"], input=data, stdout=file,
                              stderr=subprocess.PIPE, check=True)
    expect(b"replaced" not in done.stderr, "nothing is replaced: %s" % done.stderr)
    done = subprocess.run([PROGRAM, "mask", "-", "-"], input=data, capture_output=True, check=False)
    expect(done.returncode == 2 and not done.stdout and b"a mask cannot be written to a pipe; name an .mkv file" in
           done.stderr, "mask - -: %d, %s" % (done.returncode, done.stderr))
    os.mkfifo("in.fifo")
    os.mkfifo("out.fifo")
    with subprocess.Popen([PROGRAM, "-q", "convert", "-b", "color:navy", "in.fifo", "out.fifo"]) as program:
        with open("in.fifo", "wb") as file:
            file.write(data)
        with open("out.fifo", "rb") as file:
            expect(file.read() == whole, "convert FIFO FIFO")
        expect(program.wait() == 0, "convert FIFO FIFO ends with 0")
    with subprocess.Popen([PROGRAM, "convert", "-b", "color:navy", "in.fifo", "-"], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE) as program:
        expect(b"in.fifo: waiting for a program that writes to it" in program.stderr.readline(), "a FIFO is waited for")
        with open("in.fifo", "wb") as file:
            file.write(data)
        expect(program.stdout.read() == whole and program.wait() == 0, "convert FIFO that had to wait")
    code, out, said = convert("--frames", "2", "-v", "-", "-", input=data)
    expect(code == 0 and out == whole[:len(out)] and out.count(b"FRAME\n") == 2, "--frames 2: " + said)
    code, out, said = convert("-s", "32x32", "-", "-", input=data)
    expect(code == 0 and out.startswith(b"YUV4MPEG2 W32 H32 ") and "cropped" in said, "--size: " + said)
    code, out, said = convert("-", "-", input=data.replace(b"C420jpeg", b"A4:3 It"))
    expect(code == 0 and out.startswith(b"YUV4MPEG2 W86 H48 ") and "interlaced" in said, "pixels 4:3: " + said)


def odd_heads():
    """A value of the first line that cannot be used is reported, in one line."""
    cases = [(b"F1000000:1", "frame rate 1000000:1 in .* outside 1 to 240 per second; 240 is used", b" F240:1 "),
             (b"F1:2", " 1:2 in .*; 1 is used", b" F1:1 "), (b"F25:0", " 25:0 in .*; 25 is used", b" F25:1 "),
             (b"F0:0", "does not say how many frames per second; 25 are used", b" F25:1 "),
             (b"F25:1 A1000:1", " 1000:1 in .* taken as square", b"W64 H48"),
             (b"F25:1 A1:0", " 1:0 in .* taken as square", b"W64 H48"),
             (b"F25:1 XCOLORRANGE=TV", "XCOLORRANGE=TV, .*; LIMITED is used", b"COLORRANGE=LIMITED"),
             (b"Z9 F50:1", '"Z9", which is not known', b"W64 H48 F50:1"),
             (b"Z9 F50:1 Q1 Y", '"Z9" and other words that are not known', b"W64 H48 F50:1"),
             (b"F25:1 A0:0 XCOLORRANGE=full", "^potemkin: 2 frames", b"W64 H48"),
             (b"F240:1 A4:1", "^potemkin: 2 frames", b"W256 H48 F240:1")]
    for tags, told, head in cases:
        code, out, said = convert("-", "-", input=b"YUV4MPEG2 W64 H48 " + tags + b"\n" + 2 * PICTURE)
        lines = said.splitlines()  # the last one counts the frames
        expect(code == 0 and re.search(told, lines[0]) and len(lines) == 1 + ("2 frames" not in told),
               "%s: %s" % (tags, said))
        expect(head in out.split(b"\n")[0], "%s: %s" % (tags, out[:99]))


def one_by_one():
    """A picture is out before the next has begun to come in."""
    with subprocess.Popen([PROGRAM, "-q", "convert", "-b", "color:navy", "-", "-"], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE) as program:
        program.stdin.write(HEAD)
        for number in range(5):
            program.stdin.write(PICTURE)
            program.stdin.flush()
            if not number:
                expect(program.stdout.readline().startswith(b"YUV4MPEG2 W64 H48 F25:1 "), "a first line")
            expect(len(program.stdout.read(len(PICTURE))) == len(PICTURE), "picture %d is out" % number)
        program.stdin.close()
        expect(not program.stdout.read() and program.wait() == 0, "nothing more than five pictures")


def broken():
    """One line, exit code 3, and nothing of what is broken on standard output."""
    raw = "not YUV4MPEG2; name the file instead, or pass raw video through it: ffmpeg "
    cases = [(b"", "nothing was written to it\n"), (HEAD, "no picture came"), (b"\0" * 5000, raw),
             (b"\x89PNG\r\n\x1a\n" + b"x" * 99, raw), (b"YUV4\n", raw), (b"YUV4MPEG3 W64\n" + PICTURE, raw),
             (HEAD[:-1], "ends within its first line\n"),
             (HEAD[:-1] + b" X" + b"x" * 2000, "first line is too long\n"),
             (HEAD.replace(b"\n", b"\r\n"), "its first line ends in CR LF, as if its pictures were text\n"),
             (HEAD.replace(b"W64", b"W99999"), "99999 pixels"), (HEAD.replace(b"W64", b"W-1"), '"W-1"\n'),
             (HEAD.replace(b"420jpeg", b"420p10"), "ffmpeg does with -pix_fmt yuv420p"),
             (HEAD.replace(b"H48 ", b""), "how large the pictures are\n"),
             (HEAD + b"FRAMES\n", "behind picture 0: no picture begins there\n"),
             (HEAD + PICTURE[:-1], "within picture 1, which is left out\n")]
    for data, words in cases:
        code, out, said = convert("-", "-", input=data)
        expect(code == 3 and not out and words in said and said.count("\n") == 1,
               "%s: exit %d, %s, %s" % (data[:60], code, out[:60], said))
    code, out, said = convert("-", "-", input=HEAD + PICTURE * 3 + PICTURE[:99])
    expect(code == 3 and out.count(b"FRAME\n") == 3 and "within picture 4" in said, "three and a bit: " + said)
    code, _, said = convert("-", "kept.y4m", input=HEAD + PICTURE * 3 + PICTURE[:99])
    expect(code == 3 and os.path.getsize("kept.y4m") > 3 * 4600, "a file keeps what had come: " + said)
    for words, want in ((("-", "folder/"), "convert it alone"), (("-b", "transparent", "-", "-"), "transparency"),
                        (("-", "out.png"), "must end in")):
        code, out, said = convert(*words, input=HEAD + PICTURE)
        expect(code == 2 and not out and want in said, "%s: exit %d, %s" % (words, code, said))
    expect(not os.path.exists("folder"), "no folder is made")


def ends():
    """A reader that goes, a terminal, a signal."""
    with subprocess.Popen([PROGRAM, "convert", "-b", "color:navy", "-", "-"], stdin=subprocess.PIPE, bufsize=0,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE) as program:
        program.stdin.write(HEAD + PICTURE)
        program.stdout.read(1)
        program.stdout.close()
        try:
            while True:
                program.stdin.write(PICTURE)
        except BrokenPipeError:
            pass
        said = program.stderr.read().decode()
        expect(program.wait() == 0 and "its reader has gone" in said and "error" not in said, "no reader: " + said)
    make("long.y4m", (640, 480), b"F25:1 C420jpeg", 20)
    with subprocess.Popen([PROGRAM, "convert", "-b", "color:navy", "long.y4m", "-"], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE) as program:
        program.stdout.read(1)
        program.stdout.close()
        said = program.stderr.read().decode()
        expect(program.wait() == 0 and "its reader has gone" in said and "cut off" not in said, "no fault: " + said)
    master, terminal = pty.openpty()
    done = subprocess.run([PROGRAM, "convert", "-", "-"], input=HEAD + PICTURE, stdout=terminal,
                          stderr=subprocess.PIPE, check=False)
    expect(done.returncode == 2 and b"is a terminal" in done.stderr, "to a terminal: %s" % done.stderr)
    done = subprocess.run([PROGRAM, "convert", "-", "-"], stdin=terminal, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, check=False)
    expect(done.returncode == 3 and b"is a terminal" in done.stderr, "from a terminal: %s" % done.stderr)
    os.close(master)
    os.close(terminal)
    with subprocess.Popen([PROGRAM, "convert", "-b", "color:navy", "-", "-"], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE) as program:
        program.stdin.write(HEAD + PICTURE)
        program.stdin.flush()
        program.stdout.readline()
        program.stdout.read(len(PICTURE))  # now it waits for more
        program.send_signal(signal.SIGTERM)
        said = program.stderr.read().decode()
        expect(program.wait() == 1 and "stopped after 1 frame" in said, "SIGTERM: " + said)


def hashes():
    """A picture's line is out with the picture, and the end of whoever reads it is the end."""
    live = ("run", "-c", "presenter", "-s", "64x48", "-o", "hash")
    for words in live, (*live, "-o", "null"), ("convert", "presenter", "hash", "-s", "64x48"):
        for ends_of in os.pipe, lambda: [end.detach() for end in socket.socketpair()]:
            reader, writer = ends_of()
            with subprocess.Popen([PROGRAM, "-b", "color:navy", *words], stdout=writer,
                                  stderr=subprocess.PIPE) as program:
                os.close(writer)
                line = os.read(reader, 67)
                expect(re.fullmatch(rb"0 [0-9a-f]{64}\n", line), "%s: the first line: %s" % (words, line))
                os.close(reader)
                if "null" in words:
                    expect(b"its reader has gone" in told(program), "%s: it is told" % (words,))
                    program.send_signal(signal.SIGTERM)  # the other output goes on
                said = program.stderr.read()
                expect(program.wait() == 0 and b"error" not in said and b"cut off" not in said,
                       "%s: %d, %s" % (words, program.returncode, said))


def told(program):
    """What is said up to the line about the reader."""
    said = b""
    for line in program.stderr:
        said += line
        if b"reader" in line:
            break
    return said


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_CONFIG_HOME"] = folder + "/config"
        os.chdir(folder)
        for part in (same_picture, ways, odd_heads, one_by_one, broken, ends, hashes):
            part()
        os.chdir("/")
    return 1 if failures else 0


sys.exit(main())
