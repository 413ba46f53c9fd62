#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Random commands on the control socket while potemkin runs and is read: it is always as a model of it says.

usage: tests/storm.py PROGRAM

POTEMKIN_STORM: how many commands, 60 by default; at 30 per second from 200 up, when memory and lost frames are also
judged. POTEMKIN_STORM_SEED: of the random numbers, 1 by default."""

import http.client
import json
import os
import random
import socket
import subprocess
import sys
import tempfile
import threading
import time

COUNT = int(os.environ.get("POTEMKIN_STORM", "60"))
SEED = int(os.environ.get("POTEMKIN_STORM_SEED", "1"))
JUDGED, RATE, PATIENCE = 200, 30, 60
TURNS = ("mirror", "flip", "rotate")  # refused while there are zones, which would not turn with the picture
# Those with commands of their own; another orientation is another size; a limit leaves frames out on purpose; threads
# that share a picture wait for cores that other programs have.
LEFT_ALONE = ("camera", "backdrop", "keep-out", "rotate", "cpu-limit", "threads")
TEXTS = {"model": ["selfie", "selfie-landscape"], "caption": ["Ann", "Bob"]}
BACKDROPS = ["color:#204080", "builtin:office", "builtin:dusk", "green", "blur:60"]


class Control:
    def __init__(self, path, run):
        self.socket, end = socket.socket(socket.AF_UNIX), time.monotonic() + PATIENCE
        while self.socket.connect_ex(path):
            assert run.poll() is None and time.monotonic() < end, "potemkin does not start"
            time.sleep(0.02)
        self.file = self.socket.makefile("rw", encoding="utf-8")

    def ask(self, command, *args):
        self.file.write(json.dumps({"command": command, "args": list(args)}) + "\n")
        self.file.flush()
        return json.loads(self.file.readline())


class Reader(threading.Thread):
    """Reads the page's picture, as a browser does."""

    def __init__(self, address):
        super().__init__(daemon=True)
        self.host, self.ticket = address[len("http://"):].split("/#")
        self.bytes, self.ends = 0, False

    def run(self):
        login = http.client.HTTPConnection(self.host)
        login.request("POST", "/login", headers={"X-Potemkin-Token": self.ticket})
        token = json.loads(login.getresponse().read())["token"]
        stream = http.client.HTTPConnection(self.host)
        stream.request("GET", "/stream?width=320", headers={"X-Potemkin-Token": token})
        answer = stream.getresponse()
        while not self.ends:
            try:
                some = answer.read1(65536)
            except (ValueError, OSError, http.client.HTTPException):  # the program has ended
                some = b""
            if not some:
                return
            self.bytes += len(some)


class Model:
    """What the program must be like after each command."""

    def __init__(self, control):
        self.described = [one for one in control.ask("describe")["settings"]
                          if one["live"] and not one["list"] and one["name"] not in LEFT_ALONE]
        self.settings = control.ask("get")["settings"]
        self.paused = False

    def good(self, one):
        """A value that the setting can have; None: it is not known here."""
        name = one["name"]
        if one.get("switch") or one.get("default") in ("yes", "no"):
            return random.choice(["yes", "no"])
        if name in TEXTS:
            return random.choice(TEXTS[name])
        if "most" in one:
            least, most = one["least"], one["most"]
            return "%g" % random.uniform(least, most) if most <= 1 else str(random.randint(int(least), int(most)))
        return random.choice(one["choices"]) if one.get("choices") and not one["free"] else None

    def next(self):
        """A command, and how it changes the model; None: it must be refused."""
        weights = {"set": 12, "bad": 4, "zone": 1, "unzone": 2, "backdrop": 3, "pause": 20 if self.paused else 1}
        kind = random.choices(list(weights), list(weights.values()))[0]
        one = random.choice(self.described)
        if kind == "set" and self.good(one) is not None:
            value = self.good(one)
            turns = one["name"] in TURNS and self.settings["keep-out"] and value != self.settings[one["name"]]
            return ("set", one["name"], value), None if turns else {one["name"]: value}
        if kind in ("set", "bad") and (one["name"] in TEXTS or one["free"]):
            kind = "unzone"  # any text may be good
        if kind in ("set", "bad"):
            return ("set", one["name"], "\x01"), None
        if kind == "zone":
            zone = "%d%%,0%%,10%%x10%%" % random.randint(0, 90)
            full = len(self.settings["keep-out"]) >= 8
            return ("add", "keep-out", zone), None if full else {"keep-out": self.settings["keep-out"] + [zone]}
        if kind == "unzone":
            return ("set", "keep-out", "none"), {"keep-out": []}
        if kind == "pause":
            self.paused = not self.paused
            return ("pause" if self.paused else "resume",), {}
        spec = random.choice(BACKDROPS)
        return ("backdrop", spec), {"backdrop": spec}

    def check(self, control, command):
        now = control.ask("get")["settings"]
        for name, value in self.settings.items():
            same = now[name] == value
            if not same and isinstance(value, str):
                try:
                    same = abs(float(now[name]) - float(value)) < 1e-4
                except ValueError:
                    pass
            assert same, "%s: %s is %s, not %s" % (command, name, now[name], value)
        state = control.ask("status")["status"]["state"]
        assert (state == "paused") == self.paused, (command, state)


def resident_kb(pid):
    with open("/proc/%d/status" % pid, encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS:"))


def storm(control, model, pid):
    rss, refused, begun = [], 0, time.monotonic()
    for i in range(COUNT):
        command, change = model.next()
        answer = control.ask(*command)
        assert answer["ok"] == (change is not None), (command, answer)
        refused += change is None
        model.settings.update(change or {})
        if i % 10 == 9 or COUNT < JUDGED:
            model.check(control, command)
        if i % 50 == 49:
            rss.append(resident_kb(pid))
        if COUNT >= JUDGED:
            time.sleep(max(begun + (i + 1) / RATE - time.monotonic(), 0))
    model.check(control, "the end")
    if model.paused:
        control.ask("resume")
    return rss, refused, time.monotonic() - begun


def main(program):
    random.seed(SEED)
    with tempfile.TemporaryDirectory() as work:
        os.chmod(work, 0o700)
        words = "-q -c presenter -o null -s 320x180 --config /dev/null".split()
        run = subprocess.Popen([program, *words], env=dict(os.environ, XDG_RUNTIME_DIR=work))
        try:
            control = Control(os.path.join(work, "potemkin/control"), run)
            reader = Reader(control.ask("page")["address"])
            reader.start()
            model, before = Model(control), control.ask("status")["status"]
            rss, refused, seconds = storm(control, model, run.pid)
            after = control.ask("status")["status"]
            assert after["state"] != "paused"
            end = time.monotonic() + PATIENCE
            while not reader.bytes and time.monotonic() < end:
                time.sleep(0.02)
            reader.ends = True
            lost = after["replaced"] - before["replaced"] + after["dropped"] - before["dropped"]
            assert reader.bytes > 0, "nothing was read"
            print("%d commands in %.1f s, %d refused as they must be; %d frames shown, %d lost; resident %s MB; %d kB "
                  "read" % (COUNT, seconds, refused, after["frames"] - before["frames"], lost,
                            " ".join("%.1f" % (kb / 1024) for kb in rss), reader.bytes // 1024))
            if COUNT >= JUDGED:
                assert not lost, "%d frames were lost" % lost
                quarter = len(rss) // 4
                assert min(rss[-quarter:]) < min(rss[quarter:2 * quarter]) + 8192, "memory grows"
            assert control.ask("quit")["ok"]
            assert run.wait(PATIENCE) == 0
        finally:
            run.kill()
            run.wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
