#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""SIGHUP reads the configuration file again: what can change live changes, a mistake changes nothing, and a terminal
that is closed still ends the program.

usage: tests/reload.py PROGRAM [TIMES]"""

import json
import os
import pty
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import zlib

PATIENCE = 60  # s
TIMES = 200
SOME_MB = 4  # an allocator may grow by this much without a leak

DAY = "backdrop = builtin:office\nsmooth = 85\nmirror = no\nrefine = guided\nmatch = 0\n"
NIGHT = """backdrop = blur:30
smooth = 20
mirror = yes
feather = 3
people = nearest
keep-out = 90%,0%,10%x20%
match = 60
light-wrap = 40
motion-gate = no
cpu-limit = 95
"""


def heed_hangups():
    """Where this test runs under nohup, the program is not to inherit that."""
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


class Run:
    """A running program, and its messages since the last time they were read."""

    def __init__(self, program, work, words, conf="", command=None):
        self.conf = work + "/potemkin.conf"
        self.write(conf)
        command = command or [program, "-v", "--log-json", "--config", self.conf, *words]
        self.child = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True,
                                      preexec_fn=heed_hangups)
        self.patience = threading.Timer(6 * PATIENCE, self.child.kill)  # the awaited message may never come
        self.patience.start()

    def write(self, text):
        with open(self.conf + ".new", "w", encoding="utf-8") as file:
            file.write(text if "camera" in text else "camera = presenter\n" + text)
        os.replace(self.conf + ".new", self.conf)

    def until(self, pattern):
        """Wait for the next message that matches. Gives all messages up to it."""
        said = []
        for line in self.child.stderr:
            message = json.loads(line)["message"]
            awaited = re.search(pattern, message)
            if awaited or not message.startswith("state: "):  # on a busy machine it is covered at any moment
                said.append(message)
            if awaited:
                return said
        raise AssertionError("it ended before it said %s: %s" % (pattern, said))

    def reload(self, text, answer):
        self.write(text)
        self.child.send_signal(signal.SIGHUP)
        return self.until(answer)

    def resident_mb(self):
        with open("/proc/%d/status" % self.child.pid, encoding="ascii") as status:
            return int(re.search(r"VmRSS:\s+(\d+)", status.read()).group(1)) / 1024

    def end(self):
        self.child.send_signal(signal.SIGTERM)
        said = self.until("replaced|no frame was shown")
        assert self.child.wait(PATIENCE) == 0, said
        return said

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.patience.cancel()
        self.child.kill()
        self.child.wait()
        self.child.stderr.close()


def test_changes(program, work):
    with Run(program, work, ["-o", "null", "-s", "320x180", "--erode", "1"]) as run:
        run.until("-> live")
        said = run.reload("smooth = 20\nerode = 9\n", "read again")  # the command line has said 1
        assert said[-1].endswith("changed: smooth 20"), said
        said = run.reload("smooth = 20\n", "read again")
        assert said[-1].endswith("nothing changed"), said
        said = run.reload("fps = 15\nmirror = yes\n", "at the next start")
        assert said[-2].endswith("changed: mirror yes, smooth 85"), said
        assert said[-1].endswith(": fps 15"), said
        for mistake, answer in (
            ("smooth = 1000\nmirror = no\n", 'smooth "1000": give a number from 0 to 100'),
            ("mirror = no\nbackdrop = absent.jpg\n", "line 3: backdrop .absent.jpg"),
            ("mirror = no\nmodel = absent.tflite\n", "line 3: model.*absent.tflite"),
            ("mirror = no\ncamera = file:absent.mkv\n", "line 2: camera.*absent.mkv"),
            ("overlay = none\nbackdrop = none\n", "line 3: backdrop none would show .*; start potemkin again with --"),
            ("mirror = no\nbackdrop = blur:5\n", "line 3: backdrop blur:5 would show .*; start potemkin again with"),
            ("colour = red\n", "is not a setting"),
        ):
            run.reload(mistake, answer)
        said = run.reload("mirror = yes\ncamera = presenter:9\n", "read again")
        assert said[-1].endswith("changed: camera presenter:9"), said
        run.end()


def test_file_is_gone(program, work):
    """A file that an editor is about to write again is no order to forget everything."""
    with Run(program, work, ["-o", "null", "-s", "320x180"], "camera = presenter\nmirror = yes\n") as run:
        run.until("-> live")
        open(run.conf, "w", encoding="ascii").close()
        run.child.send_signal(signal.SIGHUP)
        run.until("gone or empty; nothing is changed")
        said = run.reload("mirror = yes\n", "read again")
        assert said[-1].endswith("nothing changed"), said
        run.end()


def ctl(program, *words):
    """The exit code, and all that was said."""
    done = subprocess.run([program, "ctl", *words], check=False, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    return done.returncode, done.stdout


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def test_saved(program, work):
    """What was saved is the file's, whatever the command line has said: a reload keeps it, and it is saved once."""
    os.environ["XDG_RUNTIME_DIR"] = work
    given = ["-o", "null", "-s", "320x180", "--smooth", "50", "-b", "color:red"]
    with Run(program, work, given, "smooth = 30\n") as run:
        run.until("-> live")
        assert ctl(program, "save") == (0, "nothing has changed since the file was read or saved\n")
        assert ctl(program, "set", "smooth", "60")[0] == 0
        code, said = ctl(program, "save")
        assert code == 0 and "saved to " + run.conf in said, said
        assert re.search("warning: .* will override the file at the next start: smooth 50; leave them out", said), said
        assert read(run.conf) == "camera = presenter\nsmooth = 60\n"
        assert ctl(program, "save") == (0, "nothing has changed since the file was read or saved\n")
        assert ctl(program, "reload")[0] == 0
        assert ctl(program, "get", "smooth")[1] == "smooth = 60\n"
        assert ctl(program, "get", "backdrop")[1] == "backdrop = color:red\n"  # which was not saved
        assert ctl(program, "set", "smooth", "50")[0] == 0  # as the command line has it
        assert ctl(program, "save") == (0, "saved to %s\n" % run.conf)
        assert read(run.conf) == "camera = presenter\nsmooth = 50\n"
        run.write("model = absent.tflite\n")
        code, said = ctl(program, "reload")
        assert code == 3 and re.search("configuration file .*: line 2: model.*absent.tflite", said), said
        run.end()


def test_saved_file_is_gone(program, work):
    """A file that was made by a save is missed like any other: nothing is saved without what it held."""
    os.environ["XDG_RUNTIME_DIR"] = os.environ["XDG_CONFIG_HOME"] = work
    conf = work + "/potemkin/potemkin.conf"
    command = [program, "-v", "--log-json", "-c", "presenter", "-o", "null", "-s", "320x180", "-b", "color:red"]
    with Run(program, work, [], command=command) as run:
        run.until("running;")
        assert ctl(program, "backdrop", "color:blue")[0] == 0
        assert ctl(program, "save")[0] == 0
        os.remove(conf)
        for words in ("save",), ("set", "smooth", "20"), ("save",), ("reload",):
            code, said = ctl(program, *words)
            if words[0] == "set":
                assert code == 0, said
            else:
                assert code == 3 and re.search("gone or empty; nothing is changed or saved; put it back", said), said
        assert not os.path.exists(conf)
        assert ctl(program, "get", "backdrop")[1] == "backdrop = color:blue\n"
        run.end()
    del os.environ["XDG_CONFIG_HOME"]


def test_given_folder_is_gone(program, work):
    """The command line cannot be corrected: what it named goes on, and all else is read."""
    folder = os.path.join(work, "slides")
    os.makedirs(folder)
    write_picture(os.path.join(folder, "a.png"), 90)
    arguments = ["-c", "presenter", "-o", "null", "-s", "320x180", "-b", "slideshow:" + folder]
    with Run(program, work, arguments, "mirror = no\n") as run:
        run.until("-> live")
        shutil.rmtree(folder)
        said = run.reload("mirror = yes\n", "read again")
        assert any(re.search("there is no folder .*what was read at the start stays", line) for line in said), said
        assert said[-1].endswith("changed: mirror yes"), said
        run.end()


def write_picture(path, level):
    """A grey picture, or one that is cut off."""
    rows = zlib.compress((b"\0" + bytes([level]) * 64) * 36)
    chunks = [b"IHDR" + struct.pack(">IIBBBBB", 64, 36, 8, 0, 0, 0, 0), b"IDAT" + rows, b"IEND"]
    with open(path + ".new", "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n")
        for chunk in chunks[:3 if level else 1]:
            file.write(struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk)))
    os.replace(path + ".new", path)


def test_backdrop_is_replaced(program, work):
    """A file that is another one under the same name is read again where its backdrop is chosen again."""
    wall = work + "/wall.png"
    os.environ["XDG_RUNTIME_DIR"] = work
    write_picture(wall, 200)
    with Run(program, work, ["-o", "null", "-s", "320x180"], "backdrop = %s\n" % wall) as run:
        run.until("-> live")
        for level in 50, 0, 120:
            write_picture(wall, level)
            assert ctl(program, "backdrop", wall)[0] == (0 if level else 3)
            run.until("wall.png: it was replaced, and has" if level else "wall.png: .* that is damaged")
        said = run.reload("backdrop = %s\n" % wall, "configuration read again; nothing changed")
        assert not re.search("replaced", " ".join(said)), said
        write_picture(wall, 30)
        said = run.reload("backdrop = %s\n" % wall, "configuration read again; nothing changed")
        assert re.search("wall.png: it was replaced", " ".join(said)), said
        write_picture(wall, 0)  # damaged: the others change
        said = run.reload("backdrop = %s\nsmooth = 20\n" % wall, "configuration read again; changed: smooth 20")
        assert len(said) == 2 and re.search("wall.png: .* that is damaged", said[0]), said
        run.end()


def test_damaged_overlay(program, work):
    """A file that was replaced by a damaged one is in the way of nothing but itself."""
    logo = work + "/logo.png"
    os.environ["XDG_RUNTIME_DIR"] = work
    write_picture(logo, 200)
    with Run(program, work, ["-o", "null", "-s", "320x180"], "overlay = %s\n" % logo) as run:
        run.until("-> live")
        write_picture(logo, 0)
        for words, code in ("set overlay " + logo, 3), ("backdrop color:red", 0), ("set model auto", 0), ("reload", 0):
            assert ctl(program, *words.split())[0] == code, words
        said = run.until("configuration read again")
        assert sum("logo.png" in line for line in said) == 2, said  # also the refusal, for debugging
        run.end()


def test_file_is_written(program, work):
    """The film that is written cannot become what is read."""
    film = work + "/film.mkv"
    subprocess.run([program, "-q", "convert", "presenter", film, "--frames", "3", "-s", "320x180"], check=True)
    with Run(program, work, ["-o", "file:" + film, "-s", "320x180"]) as run:
        run.until("-> live")
        run.reload("camera = file:%s\n" % film, "would be (over)?written|written over|overwrite")
        run.reload("mirror = yes\n", "read again")
        run.reload("backdrop = slideshow:%s\n" % work, "film.mkv.? is an input and would be overwritten")
        run.end()
    with Run(program, work, ["-o", "file:" + work + "/new.mkv", "-s", "320x180"]) as run:
        run.until("-> live")
        run.reload("backdrop = slideshow:%s\n" % work, "new.mkv.? (is|would become)")
        run.reload("mirror = yes\n", "read again")
        run.end()
    os.remove(work + "/new.mkv")


def test_room_stays_hidden(program, work):
    """Consent to show the room is given at the start or not at all."""
    with Run(program, work, ["-o", "null", "-s", "320x180"]) as run:
        run.until("-> live")
        run.reload("backdrop = none\nshow-room = yes\n", "can neither begin nor end")
        run.end()


def covers():
    """How many frames the program on the control socket has shown a cover for."""
    with socket.socket(socket.AF_UNIX) as control:
        control.connect(os.environ["XDG_RUNTIME_DIR"] + "/potemkin/control")
        control.sendall(b'{"command": "status"}\n')
        return json.loads(control.makefile().readline())["status"]["covers"]


def test_many_times(program, work, times):
    """Alternate between two configurations: no frame is covered, and memory does not grow. An output that gets no
    picture for 200 ms is covered, too, so its state would say how busy the machine is."""
    os.environ["XDG_RUNTIME_DIR"] = work
    with Run(program, work, ["-o", "null", "-s", "640x360"]) as run:
        run.until("-> live")
        covered = covers()
        for i in range(times):
            run.reload(NIGHT if i % 2 == 0 else DAY, "read again")
            if i == times // 4:
                before = run.resident_mb()
            time.sleep(0.02)  # so that frames pass in between
        grown = run.resident_mb() - before
        assert covers() == covered
        said = run.end()
        replaced = int(re.search(r"replaced (\d+)", said[-1]).group(1))
        print("%d times: %d pictures replaced, memory %+.1f MB" % (times, replaced, grown))
        assert grown < SOME_MB, grown


def test_terminal(program, work):
    """On a terminal it says how it goes; closing the terminal ends the program."""
    pid, terminal = pty.fork()
    if pid == 0:
        heed_hangups()
        os.execv(program, [program, "-v", "--config", "/dev/null", "-c", "presenter", "-o", "null", "-s", "320x180"])
    text = b""
    while b"-> live" not in text or b" of one core" not in text:
        text += os.read(terminal, 4096)
    os.close(terminal)
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            assert os.WIFEXITED(status) and os.WEXITSTATUS(status) == 0, status
            return
        time.sleep(0.05)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    raise AssertionError("it outlived its terminal")


def main(program, times):
    with tempfile.TemporaryDirectory() as work:
        test_changes(program, work)
        test_file_is_gone(program, work)
        test_saved(program, work)
        test_saved_file_is_gone(program, work)
        test_given_folder_is_gone(program, work)
        test_backdrop_is_replaced(program, work)
        test_damaged_overlay(program, work)
        test_file_is_written(program, work)
        test_room_stays_hidden(program, work)
        test_many_times(program, work, times)
        test_terminal(program, work)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else TIMES)
