#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Cameras through the desktop portal, for a program that cannot see the daemon; on a private desktop.

usage: tests/pipewire/portal.py PROGRAM CAMERA [WORD...]; see make test-desktop"""

import contextlib
import os
import signal
import sys

import desktop
from desktop import Camera, Desktop, potemkin, rig
from rig import check, ends_well, ends_with, live, test, wait_until

HIDDEN = {"PIPEWIRE_REMOTE": "hidden"}  # for the program alone; the portal finds the daemon
ASKED = "asking the desktop portal"


@contextlib.contextmanager
def desktop_with_camera():
    with Desktop(display=True), Camera("YUYV") as camera:
        wait_until(lambda: "a test camera" in rig.run("wpctl", "status"), "the camera in wpctl's list")
        wait_until(present, "a camera of the portal's")
        yield camera


def present():
    return "true" in rig.run("gdbus", "call", "--session", "--dest", "org.freedesktop.portal.Desktop",
                             "--object-path", "/org/freedesktop/portal/desktop", "--method",
                             "org.freedesktop.DBus.Properties.Get", "org.freedesktop.portal.Camera", "IsCameraPresent")


@contextlib.contextmanager
def hidden_daemon():
    os.environ.update(HIDDEN)
    try:
        yield
    finally:
        for name in HIDDEN:
            del os.environ[name]


def potemkin_in_sandbox(*options):
    with hidden_daemon():
        return potemkin(*options, camera="pipewire", output="null")


@test("permitted: the camera's pictures, and its end is noticed")
def permitted():
    with desktop_with_camera() as camera:
        desktop.allow_cameras()
        with hidden_daemon():
            listed = rig.run(rig.program, "list", "cameras")
            check("desktop portal" in listed, listed)
        with potemkin_in_sandbox("--frames", "30") as program:
            check(program.wait() == 0, "exit %d" % program.wait())
            check(program.count("PipeWire is out of reach; " + ASKED) == 1, "it did not say that it asks the portal")
            check(program.count("pipewire:Other YUYV 1280x720 at 30/s"), "it did not take the camera")
        with potemkin_in_sandbox() as program:
            live(program)
            camera.stop(signal.SIGKILL)
            program.wait_for("the camera has gone")
            ends_well(program)


@test("forbidden")
def forbidden():
    with desktop_with_camera():
        desktop.allow_cameras("no")
        ends_with(5, "the desktop portal refused", potemkin_in_sandbox())


@test("the question open, and a signal")
def unanswered():
    with desktop_with_camera(), potemkin_in_sandbox() as program:
        program.wait_for(ASKED)
        program.child.send_signal(signal.SIGTERM)
        code = program.wait()
        check(code in (0, -signal.SIGTERM), "exit %d" % code)


@test("the portal is not asked while the daemon shows cameras")
def not_needed():
    with desktop_with_camera(), potemkin("--frames", "10", camera="pipewire", output="null") as program:
        check(program.wait() == 0, "exit %d" % program.wait())
        check(not program.count(ASKED), "it asked the portal")


@test("nobody is asked where there is no camera")
def no_camera():
    with Desktop(display=True):
        desktop.allow_cameras()
        with hidden_daemon():
            ends_with(5, "PipeWire is not running", potemkin(camera="pipewire", output="null"))


if __name__ == "__main__":
    Camera.program = os.path.abspath(sys.argv[2])
    rig.main(sys.argv[1:2] + sys.argv[3:])
