#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The user service under a real systemd user instance: ready, alive, killed, hung, stopped, and not restarted in vain.

usage, in the guest: tools/vmrun -- tests/vm/service.py build/potemkin [WORD...]

The guest does not run systemd, so these tests make a user and a control group as logind would."""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import sys
import time

import rig
from rig import OUTPUT, Process, check, check_backdrop, run, test, wait_until
from v4l2 import Reader

USER = "watched"
UNIT = "potemkin.service"
PREFIX = "/usr/local"
CONTROL = "/sys/fs/cgroup"
SMALL = (320, 180)
PATIENCE = 120  # s
SETTINGS = """camera = %s
output = auto
size = 320x180
fps = 10
model = selfie-landscape
refine = none
backdrop = color:%s
on-demand = no
"""
HASTE = """[Service]
WatchdogSec=12
RestartSec=1
"""
EPITAPH = """[Service]
ExecStopPost=/bin/sh -c 'echo $SERVICE_RESULT $EXIT_STATUS >%h/epitaph'
"""


def install():
    """Install as `make install` does, and write the user's settings."""
    build, home = os.path.dirname(rig.program), pwd.getpwnam(USER).pw_dir
    folders = (PREFIX + "/bin", PREFIX + "/lib/systemd/user", PREFIX + "/share/potemkin/models",
               home + "/.config/potemkin")
    for folder in folders:
        os.makedirs(folder, exist_ok=True)
    shutil.copy(rig.program, folders[0])
    shutil.copy(os.path.join(build, "contrib", UNIT), folders[1])
    for name in ("manifest.ini", "selfie_segmentation_landscape.tflite"):
        shutil.copy(os.path.join("models", name), folders[2])
    write_settings(SETTINGS % (rig.CAMERA, rig.BACKDROP))


def write_settings(text):
    with open(pwd.getpwnam(USER).pw_dir + "/.config/potemkin/potemkin.conf", "w", encoding="ascii") as file:
        file.write(text)


def as_user(*command):
    user = pwd.getpwnam(USER)
    return ["setpriv", "--reuid=%d" % user.pw_uid, "--regid=%d" % user.pw_gid, "--init-groups", "--reset-env",
            "env", "XDG_RUNTIME_DIR=/run/user/%d" % user.pw_uid, *command]


def systemctl(*words, code=0):
    done = subprocess.run(as_user("systemctl", "--user", *words), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=PATIENCE, check=False)
    check(code is None or done.returncode == code,
          "systemctl %s: %d: %s" % (" ".join(words), done.returncode, done.stdout.strip()))
    return done.stdout.strip()


def shows(name):
    return systemctl("show", "--value", "--property=" + name, UNIT)


def comes_to(name, value):
    wait_until(lambda: shows(name) == value, "%s=%s (it is %s)" % (name, value, shows(name)), PATIENCE)


def make_user():
    run("useradd", "--create-home", "--groups", "video", USER)
    user = pwd.getpwnam(USER)
    runtime, group = "/run/user/%d" % user.pw_uid, CONTROL + "/user"
    for folder in ("/run/systemd/system", runtime):  # the first one means that this machine runs systemd
        os.makedirs(folder, mode=0o700, exist_ok=True)
    os.chmod("/run/systemd/system", 0o755)
    os.chown(runtime, user.pw_uid, user.pw_gid)
    run("mount", "-t", "cgroup2", "none", CONTROL)
    os.mkdir(group)
    for path in (group, group + "/cgroup.procs", group + "/cgroup.subtree_control"):
        os.chown(path, user.pw_uid, user.pw_gid)
    install()
    run("chown", "-R", USER, user.pw_dir)
    return group


@contextlib.contextmanager
def manager():
    """The user's systemd, in a control group that belongs to the user."""
    group = CONTROL + "/user"
    if not os.path.exists(group):
        group = make_user()
    enter = ["sh", "-c", "echo $$ >%s/cgroup.procs; exec \"$@\"" % group, "sh"]
    with Process(*enter, *as_user("/lib/systemd/systemd", "--user")):
        wait_until(lambda: systemctl("is-system-running", code=None) in ("running", "degraded"), "the user's systemd",
                   PATIENCE)
        try:
            yield
        finally:
            systemctl("stop", UNIT, code=None)
            systemctl("exit", code=None)


def amend(text):
    """Add the test's settings to the unit."""
    folder = pwd.getpwnam(USER).pw_dir + "/.config/systemd/user/%s.d" % UNIT
    os.makedirs(folder, exist_ok=True)
    with open(folder + "/test.conf", "w", encoding="ascii") as file:
        file.write(text)
    systemctl("daemon-reload")


def picture():
    with Reader(OUTPUT) as reader:
        reader.start()
        check_backdrop(reader.frame(time.monotonic() + rig.PATIENCE) or b"", "YUYV", *SMALL, "from the service")


def main_process():
    return int(shows("MainPID"))


@test("a user's systemd: started, ready, watched, stopped")
def lifetime():
    with manager():
        amend(EPITAPH)
        systemctl("start", UNIT)  # Type=notify: returns when the program says that it is ready
        check(shows("ActiveState") == "active" and shows("StatusText") == "Running",
              "it is %s: %s" % (shows("ActiveState"), shows("StatusText")))
        process = main_process()
        with open("/proc/%d/status" % process, encoding="ascii") as status:
            lines = dict(line.rstrip("\n").split(":\t", 1) for line in status if ":\t" in line)
        check(lines["Uid"].split()[0] != "0" and lines["NoNewPrivs"] == "1" and lines["Seccomp"] == "2" and
              int(lines["CapBnd"], 16) == 0, "not confined: %s" % lines)
        picture()
        check(shows("WatchdogUSec") == "30s", "a watchdog of %s" % shows("WatchdogUSec"))
        time.sleep(40)  # longer than the watchdog tolerates silence
        check(main_process() == process and shows("NRestarts") == "0", "it was started again")
        with Process(*as_user(PREFIX + "/bin/potemkin", "run")) as second:
            check(second.wait() == 4 and second.count("potemkin is already running as process %d" % process),
                  "a second one: %s" % second.said())
        began = time.monotonic()
        systemctl("stop", UNIT)
        took = time.monotonic() - began
        check(shows("ActiveState") == "inactive", "after stop it is %s" % shows("ActiveState"))
        with open(pwd.getpwnam(USER).pw_dir + "/epitaph", encoding="ascii") as file:
            said = file.read().strip()
        check(said == "success 0", "it ended with %s" % said)
    return "alive after 40 s of a watchdog of 30 s; stopped in %.2f s" % took


@test("a user's systemd: killed, and hung, it comes again")
def again():
    with manager():
        amend(HASTE)
        systemctl("start", UNIT)
        for times, number in ((1, signal.SIGKILL), (2, signal.SIGSTOP)):
            before = main_process()
            os.kill(before, number)
            comes_to("NRestarts", str(times))
            comes_to("ActiveState", "active")
            check(main_process() not in (0, before), "no other process")
            picture()
    return "started again after SIGKILL, and by the watchdog after SIGSTOP"


@test("a user's systemd: a setting that is wrong is not tried again")
def not_again():
    with manager():
        amend(HASTE)
        write_settings("size = none\n")
        systemctl("start", UNIT, code=1)
        comes_to("ActiveState", "failed")
        check(shows("ExecMainStatus") == "2" and shows("NRestarts") == "0",
              "exit %s, %s restarts" % (shows("ExecMainStatus"), shows("NRestarts")))


if __name__ == "__main__":
    rig.main(sys.argv[1:])
