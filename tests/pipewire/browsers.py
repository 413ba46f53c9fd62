#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Chromium and Firefox get the composed picture from PipeWire, through the portal, on a desktop of the test's own.

usage: tests/pipewire/browsers.py PROGRAM [WORD...]; see make test-desktop"""

import http.server
import os
import sys
import threading

import desktop
from desktop import Desktop, on_air, potemkin, rig
from rig import check, ends_well, test, wait_until

import clients  # of ../vm  # noqa: E402

rig.TESTS.clear()  # those are for the virtual machine
COLOUR = tuple(bytes.fromhex(rig.BACKDROP[1:]))
NEAR = 10  # levels: BT.601 or 709 are the page's guess
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
    check(far <= NEAR, "the corner has colours from %s to %s, not %s" % (seen["corner"]["least"], seen["corner"]["most"], COLOUR))
    check(max(seen["all"]["most"]) > max(COLOUR) + NEAR or min(seen["all"]["least"]) < min(COLOUR) - NEAR, "nobody is in the picture")
    return "%.2f pictures/s, the corner within %d levels of %s" % (seen["fps"], far, rig.BACKDROP)


@test("Chromium")
def chromium():
    return browser("chromium")


@test("Firefox")
def firefox():
    return browser("firefox")


if __name__ == "__main__":
    rig.main(sys.argv[1:])
