#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Chromium and Firefox get the composed picture from PipeWire, through the portal, on a private desktop.

usage: tests/pipewire/browsers.py PROGRAM READER CAMERA [WORD...]; see make test-desktop"""

import contextlib
import http.server
import os
import sys
import threading
import time

import desktop
from desktop import Camera, Desktop, Reader, on_air, potemkin, rig, times_of
from rig import check, ends_well, live, test, wait_until

import clients  # of ../vm  # noqa: E402

rig.TESTS.clear()  # those tests are for the virtual machine
COLOUR = tuple(bytes.fromhex(rig.BACKDROP[1:]))
FAULTS = 10
NEAR = 10  # levels: the page guesses BT.601 or 709
clients.CHROMIUM += ["--enable-features=WebRtcPipeWireCamera", "--auto-accept-camera-and-microphone-capture"]
clients.CHROMIUM.remove("--use-fake-ui-for-media-stream")
clients.BROWSER_PATIENCE = 60
clients.FIREFOX_SETTINGS.update({"media.webrtc.camera.allow-pipewire": True, "media.navigator.video.default_fps": 30})


class Page(clients.Page):
    def do_GET(self):
        with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "camera.html"), "rb") as page:
            data = page.read()
        self.send_response(200 if self.path == "/" else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        if self.path == "/":
            self.wfile.write(data)


def what_browser_sees(name):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
    server.result, server.notes = None, []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        with clients.start_browser(name, "http://localhost:%d/" % server.server_port) as browser:
            def answer():
                check(browser.running() or server.result, "the browser ended with %s" % browser.child.poll())
                return server.result
            return wait_until(answer, "an answer of the page (it told %s)" % server.notes, clients.BROWSER_PATIENCE)
    finally:
        server.shutdown()
        server.server_close()


def browser(name):
    with Desktop(display=True), potemkin() as program:
        on_air(program)
        desktop.allow_cameras()
        seen = what_browser_sees(name)
        ends_well(program)
    check("error" not in seen, "the page says: %s" % seen.get("error"))
    check(desktop.NODE in seen["label"], "it opened '%s'" % seen["label"])
    check((seen["width"], seen["height"]) == (1280, 720), "it sees %dx%d" % (seen["width"], seen["height"]))
    check(seen["frames"] > 0 and seen["state"] == "live", "it sees no pictures: %s" % seen)
    far = max(abs(a - b) for end in ("least", "most") for a, b in zip(seen["corner"][end], COLOUR))
    check(far <= NEAR,
          "the corner has colours from %s to %s, not %s" % (seen["corner"]["least"], seen["corner"]["most"], COLOUR))
    check(max(seen["all"]["most"]) > max(COLOUR) + NEAR or min(seen["all"]["least"]) < min(COLOUR) - NEAR,
          "nobody is in the picture")
    return "%.2f pictures/s, the corner within %d levels of %s" % (seen["fps"], far, rig.BACKDROP)


@test("Chromium")
def chromium():
    return browser("chromium")


def lose_camera(camera, reader, program, times):
    """Take the camera away. Gives the seconds until the cover was written."""
    gone = time.monotonic()
    camera.__exit__(None)
    program.wait_for("the camera has gone", times)
    covers = wait_until(lambda: [cover for cover in times_of(reader, "nobody") if cover > gone], "the cover")
    return covers[0] - gone


def watch_return(camera, reader):
    """Seconds from the camera's return to its first picture."""
    since = camera.since()
    return wait_until(lambda: [shown for shown in times_of(reader, "somebody") if shown > since],
                      "pictures after the return")[0] - since


def come_and_go(reader, program, notes):
    """The camera comes back and goes ten times, for longer each time, and the page sees pictures each time. Gives the
    seconds for both."""
    covered, back = [], []
    for times in range(1, FAULTS + 1):
        time.sleep(0.5 * times)
        with Camera("YUYV") as camera:
            back.append(watch_return(camera, reader))
            told = len(notes)
            wait_until(lambda: len(notes) > told + 1 and notes[-1]["frames"] > notes[told]["frames"],
                       "pictures in the page")
            covered.append(lose_camera(camera, reader, program, times + 1))
    return covered, back


@test("Chromium watches while the camera comes and goes ten times")
def chromium_stays():
    """The page takes the first camera: ours, while the other one is away. The times are those at which pictures were
    written, no matter when they are read."""
    notes, took = [], []

    def faults(told):
        took.extend(come_and_go(reader, program, told))
        notes.extend(note for note in told if "state" in note)
    clients.LABEL = desktop.NODE
    with Desktop(display=True), Camera("YUYV") as camera, potemkin(camera="pipewire:Other") as program:
        on_air(program)
        desktop.allow_cameras()
        with Reader("-n", "100000", "-s", "600") as reader:
            live(program)
            lose_camera(camera, reader, program, 1)
            clients.what_browser_sees("chromium", faults)
        ends_well(program)
    bad = [note for note in notes if note["state"] != "live" or note["ended"]]
    check(not bad, "the track ended: %s" % bad[:1])
    return ("%d looks at the track, all live, %d pictures; covered after %.0f ms at most, live %.2f s after the return "
            "at most") % (
        len(notes), notes[-1]["frames"], 1000 * max(took[0]), max(took[1]))


@test("Firefox")
def firefox():
    return browser("firefox")


if __name__ == "__main__":
    Reader.program, Camera.program = (os.path.abspath(path) for path in sys.argv[2:4])
    rig.main(sys.argv[1:2] + sys.argv[4:])
