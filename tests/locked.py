#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The lock of a live run: what must fail does, all that a run does works under it, and nothing is left behind.

usage: tests/locked.py PROGRAM"""

import atexit
import contextlib
import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

PATIENCE = 60


class Run:
    def __init__(self, program, home, *words):
        self.home, self.control = home, None
        environment = dict(os.environ, HOME=home, XDG_RUNTIME_DIR=home + "/run", XDG_CONFIG_HOME=home + "/none/config",
                           XDG_DATA_HOME=home + "/data")
        os.makedirs(home + "/run", mode=0o700, exist_ok=True)
        self.log = open(home + "/log", "w+", encoding="utf-8")
        self.child = subprocess.Popen([program, "run", "-c", "presenter", "-o", "null", "-s", "320x180", "-m",
                                       "selfie-landscape", *words], env=environment, stdin=subprocess.DEVNULL,
                                      stdout=subprocess.DEVNULL, stderr=self.log)
        atexit.register(self.child.kill)  # where the test fails; after its end this does nothing
        wait(lambda: self.says("running; Ctrl-C") or self.child.poll() is not None)
        assert self.child.poll() is None, self.said()
        self.control = socket.socket(socket.AF_UNIX)
        self.control.connect(home + "/run/potemkin/control")
        self.lines = self.control.makefile("rw", encoding="utf-8")

    def said(self):
        with open(self.home + "/log", encoding="utf-8") as file:
            return file.read()

    def says(self, text):
        return text in self.said()

    def ask(self, command, *args):
        self.lines.write(json.dumps({"command": command, "args": list(args)}) + "\n")
        self.lines.flush()
        return json.loads(self.lines.readline())

    def do(self, command, *args):
        answer = self.ask(command, *args)
        assert answer["ok"], (command, args, answer, self.said())
        return answer

    def status(self):
        with open("/proc/%d/status" % self.child.pid, encoding="utf-8") as file:
            return dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)

    def end(self, number):
        self.child.send_signal(number)
        return self.child.wait(PATIENCE)


def wait(done, run=None):
    end = time.monotonic() + PATIENCE
    while not (found := done()):
        assert time.monotonic() < end, "waited in vain: " + (run.said() if run else "")
        time.sleep(0.02)
    return found


def parents():
    """Of all processes."""
    found = {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/stat" % name, encoding="utf-8", errors="replace") as file:
                words = file.read().rpartition(")")[2].split()
        except OSError:
            continue
        found[int(name)] = int(words[1])
    return found


def children_of(pids, of):
    return {child for child, parent in of.items() if parent in pids}


def processes_of(pid):
    """The process and all that it started, and they in turn, with their names."""
    found, of = {pid}, parents()
    while more := children_of(found, of) - found:
        found |= more
    return found


def is_gone(pid):
    """Nothing or a zombie is left of it: the first process of a container may wait for nobody."""
    try:
        with open("/proc/%d/stat" % pid, encoding="utf-8") as file:
            return file.read().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def test_refused(program):
    done = subprocess.run([program, "doctor", "--sandbox", "--json"], stdout=subprocess.PIPE, text=True, check=False,
                          timeout=PATIENCE)
    found = json.loads(done.stdout)
    allowed = [one["what"] for one in found["tries"] if not one["refused"]]
    assert found["locked"] == (done.returncode == 0) == (not allowed), found
    assert len(found["tries"]) > 20, found
    return not allowed


def open_page(run):
    """It is served once somebody asks for it. The connection, and what each request needs."""
    host, ticket = re.match("http://([^/]*)/#(.*)", run.do("page")["address"]).groups()
    page = http.client.HTTPConnection(host)
    page.request("POST", "/login", headers={"X-Potemkin-Token": ticket})
    return page, {"X-Potemkin-Token": json.loads(page.getresponse().read())["token"]}


def test_page(run):
    """A person adds pictures to the gallery, and removes them."""
    page, head = open_page(run)
    with open(run.home + "/own/shot.png", "rb") as file:
        page.request("POST", "/upload?name=own.png", file.read(), head)
    answer = json.loads(page.getresponse().read())
    assert os.path.exists(answer["path"]), answer
    page.request("POST", "/own/remove", json.dumps({"name": os.path.basename(answer["path"])}), head)
    assert page.getresponse().read() and not os.path.exists(answer["path"])
    folder = os.path.dirname(answer["path"])
    for gone in "moved", "removed", "made again":  # the lock was of another one
        os.rename(folder, run.home + "/" + gone)
        if gone == "made again":
            os.mkdir(folder)
        for number in "", " 2":
            with open(run.home + "/own/shot.png", "rb") as file:
                page.request("POST", "/upload?name=own.png", file.read(), head)
            answer = json.loads(page.getresponse().read())
            assert answer["ok"] and answer["path"] == "%s/own%s.png" % (folder, number), (gone, answer)
        assert gone == "made again" or os.stat(folder).st_mode & 0o777 == 0o700
        page.request("POST", "/upload?name=own.png", b"no picture", head)
        assert not json.loads(page.getresponse().read())["ok"]
        for name in "own.png", "own 2.png":
            page.request("POST", "/own/remove", json.dumps({"name": name}), head)
            assert json.loads(page.getresponse().read())["ok"]
        assert os.listdir(folder) == [], gone


def test_allowed(program, home):
    """A person may do all this with a run."""
    run = Run(program, home)
    assert run.status()["NoNewPrivs"] == "1" and run.status()["Seccomp"] in ("0", "2")
    os.mkdir(home + "/own")
    wait(lambda: run.ask("snapshot", home + "/own/shot.png")["ok"])  # once there is a picture
    with open(home + "/own/shot.png", "rb") as file:
        assert file.read(8) == b"\x89PNG\r\n\x1a\n"
    refused = run.ask("snapshot", home + "/nowhere/shot.png")
    assert not refused["ok"] and "No such file" in refused["error"], refused
    run.do("backdrop", home + "/own/shot.png")
    if shutil.which("ffmpeg"):
        subprocess.run(["ffmpeg", "-loglevel", "error", "-f", "lavfi", "-i", "testsrc=s=320x180:r=10:d=1", "-c:v",
                        "mpeg4", home + "/own/film.mkv"], check=True, stdin=subprocess.DEVNULL)
        run.do("backdrop", home + "/own/film.mkv")
        run.do("camera", "file:" + home + "/own/film.mkv")
        run.do("camera", "presenter:2")
    test_page(run)
    run.do("set", "smooth", "40")
    saved = run.do("save")["file"]
    with open(saved, encoding="utf-8") as file:
        assert "smooth = 40" in file.read()
    with open(saved, "a", encoding="utf-8") as file:
        file.write("feather = 3\n")
    run.child.send_signal(signal.SIGHUP)
    wait(lambda: "feather 3" in run.said(), run)
    assert run.do("examine")["findings"]
    run.do("status")
    assert not run.ask("camera", "/dev/video77")["ok"]
    all_of_it = processes_of(run.child.pid)
    assert run.end(signal.SIGTERM) == 0, run.said()
    wait(lambda: all(map(is_gone, all_of_it)))
    assert os.listdir(home + "/data/potemkin/backdrops") == []


def test_misspelt(program, home):
    """A folder that the user named is not made."""
    run = Run(program, home, "--backdrop-folder", home + "/typo/a/b")
    assert run.end(signal.SIGTERM) == 0, run.said()
    assert not os.path.exists(home + "/typo")


def test_killed(program, home):
    """The starter and all that it started end with the program, whatever happens to it."""
    run = Run(program, home, "-b", home + "/own/shot.png")
    all_of_it = processes_of(run.child.pid)
    assert len(all_of_it) > 1
    run.end(signal.SIGKILL)
    wait(lambda: all(map(is_gone, all_of_it)))


def killed_one(pid):
    """Kill a process, unless it has ended, and wait until nothing or a zombie is left of it."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    wait(lambda: is_gone(pid))


def named(pid, name, newest=False):
    """Its oldest or newest process of this name."""
    for one in sorted(processes_of(pid), reverse=newest):
        try:
            with open("/proc/%d/stat" % one, encoding="utf-8") as file:
                comm, _, rest = file.read().partition("(")[2].rpartition(")")
        except OSError:  # it has ended meanwhile
            continue
        if comm == name and rest.split()[0] != "Z":
            return one
    return None


def zombies(pid):
    """What has ended of it, and nobody has waited for."""
    found = []
    for one in processes_of(pid):
        with contextlib.suppress(OSError), open("/proc/%d/stat" % one, encoding="utf-8") as file:
            found += [one] if file.read().rpartition(")")[2].split()[0] == "Z" else []
    return found


def test_helpers_killed(program, home):
    """As when memory is short: what they do is done by others; without any it is refused, in one line each."""
    picture, other, made = (home + "/own/" + name for name in ("shot.png", "other.png", "made.png"))
    for path in other, home + "/own/shot2.png":
        shutil.copy(picture, path)
    run = Run(program, home, "-b", picture, "--backdrop-folder", home + "/own",
              "--cpu-limit", "90")  # so that no picture is decoded ahead
    for number, name in enumerate(("picture-helper", "starter", "starter")):
        killed_one(named(run.child.pid, name))
        wait(lambda: not zombies(run.child.pid), run)
        wait(lambda: run.ask("snapshot", made)["ok"], run)
        run.do("set", "smooth", str(50 + number))
        run.do("save")
        run.do("backdrop", "color:#204060")
        run.do("backdrop", picture)
        assert run.do("examine")["findings"]
        helper = named(run.child.pid, "picture-helper") if name == "picture-helper" else helper  # others leave it alone
    page, head = open_page(run)
    for pid in named(run.child.pid, "keeper"), named(run.child.pid, "starter"), helper:
        killed_one(pid)
    wait(lambda: not zombies(run.child.pid), run)
    run.do("set", "smooth", "60")
    for words in ("snapshot", made), ("save",), ("backdrop", other):
        refused = run.ask(*words)
        assert not refused["ok"] and "was killed" in refused["error"], (words, refused)
        assert "start potemkin again" in refused["error"], refused
    assert run.do("next")["backdrop"].startswith("builtin:")  # past those that cannot be decoded
    for kind in "slideshow:", "daylight:":
        refused = run.ask("backdrop", kind + home + "/own")
        assert refused["code"] == 1 and "could be decoded" in refused["error"], refused
    with open(picture, "rb") as file:
        page.request("POST", "/upload?name=own.png", file.read(), head)
    answer = page.getresponse()
    assert answer.status == 503 and json.loads(answer.read())["code"] == 1
    run.do("backdrop", "color:#406080")
    wait(lambda: run.do("status")["status"]["state"] == "live", run)
    assert run.end(signal.SIGTERM) == 0, run.said()


def test_helpers_hang(program, home):
    """Others take their place; and where nobody can, the program goes on, and ends when it is told to."""
    picture, other, made = (home + "/own/" + name for name in ("shot.png", "other.png", "made.png"))
    run = Run(program, home, "-b", picture)
    for name in "picture-helper", "starter":
        stopped = named(run.child.pid, name)
        os.kill(stopped, signal.SIGSTOP)
        run.do("backdrop", other)
        run.do("snapshot", made)
        run.do("backdrop", picture)
        wait(lambda: is_gone(stopped) or stopped not in processes_of(run.child.pid), run)
    for name in "keeper", "starter":
        os.kill(named(run.child.pid, name), signal.SIGSTOP)
    refused = run.ask("snapshot", made)
    assert not refused["ok"] and "does not answer; start potemkin again" in refused["error"], refused
    wait(lambda: run.do("status")["status"]["state"] == "live", run)
    all_of_it = processes_of(run.child.pid)
    assert run.end(signal.SIGTERM) == 0, run.said()
    wait(lambda: all(map(is_gone, all_of_it)))


def decoders(pid):
    """The one that starts others, and the one that decodes; None: it decodes nothing."""
    found = named(pid, "picture-helper"), named(pid, "picture-helper", True)
    return found if all(found) and found[0] != found[1] else None


def test_film_goes_on(program, home):
    """A backdrop that plays does so again when the process that decodes it was killed."""
    film = home + "/own/long.mkv"  # too long to be kept in memory
    made = subprocess.run([program, "convert", "presenter", film, "--frames", "900", "-s", "320x180", "-b", "green"],
                          stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
    if made.returncode == 3:
        print("skipped: films need the module")
        return
    assert made.returncode == 0, made.stderr
    run = Run(program, home, "-b", film)

    for which in 0, 1:  # the second one perhaps while it opens the film
        before = wait(lambda: decoders(run.child.pid), run)
        killed_one(before[which])
        wait(lambda: (decoders(run.child.pid) or before)[1] != before[1], run)
    said = run.said()
    assert "long.mkv: its decoder was killed, as when memory is short" in said, said
    assert "its last picture stays" not in said, said
    kills = []

    def is_given_up():
        both = decoders(run.child.pid)
        if both:
            kills.append(both[1])
            killed_one(both[1])
        return "its last picture stays" in run.said()
    wait(is_given_up, run)
    assert len(kills) > 1, run.said()
    assert run.end(signal.SIGTERM) == 0, run.said()
    assert not run.says("error:"), run.said()  # something was shown all the time


def workers(pid):
    """Those that decode for a conversion: its helper starts one for each file, which starts one that decodes."""
    found, of = {pid}, parents()
    for _ in range(3):
        found = children_of(found, of)
    return found


def end_decoder(program, home, command, sent):
    """Convert a film, whose decoder is sent a signal in the middle, once. Exit code, and what was said."""
    made, reached = home + "/own/new.mkv", set()
    child = subprocess.Popen([program, command, home + "/own/long.mkv", made], text=True, stdin=subprocess.DEVNULL,
                             stderr=subprocess.PIPE)
    atexit.register(child.kill)
    wait(lambda: os.path.exists(home + "/own/.new.mkv.potemkin"))

    def is_over():
        for pid in workers(child.pid) - reached:  # the one that counted the frames may still be there, too
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, sent)
            reached.add(pid)
        return child.poll() is not None
    wait(is_over)
    assert not os.path.exists(made)
    return child.returncode, child.stderr.read()


def test_decoder_of_input_ended(program, home):
    """An input is not to blame if that was killed, but if it takes too long."""
    if not os.path.exists(home + "/own/long.mkv"):
        return  # as above
    for command in "convert", "mask":
        code, said = end_decoder(program, home, command, signal.SIGKILL)
        assert code == 1 and "its decoder was killed, as when memory is short" in said, (command, code, said)
        code, said = end_decoder(program, home, command, signal.SIGPROF)  # as the timer of its CPU time
        assert code == 3 and re.search("long.mkv: takes more than [0-9]+ s to decode", said), (command, code, said)


def test_off(program, home, holds):
    run = Run(program, home, "--sandbox=off")
    assert run.status()["Seccomp"] == "0" or not holds
    wait(lambda: run.ask("snapshot", home + "/own/off.png")["ok"])
    assert run.end(signal.SIGTERM) == 0
    done = subprocess.run([program, "run", "--sandbox=on", "-c", "presenter", "-o", "null", "-s", "320x180", "-m",
                           "selfie-landscape", "--frames", "1"], env=dict(os.environ, HOME=home),
                          stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode == 0) == holds, done.stderr
    assert holds or "is not locked in by" in done.stderr, done.stderr


def main(program):
    signal.signal(signal.SIGHUP, signal.SIG_DFL)  # below nohup, a run would go on ignoring it
    holds = test_refused(program)
    with tempfile.TemporaryDirectory() as home:
        test_allowed(program, home)
        test_misspelt(program, home)
        test_killed(program, home)
        test_helpers_killed(program, home)
        test_helpers_hang(program, home)
        test_film_goes_on(program, home)
        test_decoder_of_input_ended(program, home)
        test_off(program, home, holds)
    print("the lock %s here" % ("holds" if holds else "does not hold"))


main(os.path.realpath(sys.argv[1]))
