#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Programs that people use see the backdrop where the room was: Chromium, Firefox and guvcview, all headless.

usage, in the guest: tools/vmrun -- tests/vm/clients.py build/potemkin [WORD...]"""

import http.server
import json
import os
import re
import signal
import sys
import threading

import rig
from faults import long_rings, unplug_and_plug
from rig import OUTPUT, PLAIN, Process, check, ends_well, hidden_camera, live, potemkin, run, test, wait_until
from v4l2 import Reader

LABEL = "Test cam"
WIDTH, HEIGHT = 640, 480
COLOUR = tuple(bytes.fromhex(rig.BACKDROP[1:]))
NEAR = 6  # levels: each program rounds limited range to RGB in its own way
BROWSER_PATIENCE = 480  # s: starting one takes two minutes on an emulated processor while others are working

CHROMIUM = ["chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
            "--disable-sync", "--disable-background-networking", "--disable-extensions", "--disable-component-update",
            "--disable-default-apps", "--disable-dev-shm-usage", "--mute-audio", "--use-fake-ui-for-media-stream",
            "--autoplay-policy=no-user-gesture-required", "--window-size=800,600"]
FIREFOX = ["firefox-esr", "--headless", "--no-remote"]
FIREFOX_SETTINGS = {
    "app.normandy.enabled": False,
    "app.update.enabled": False,
    "browser.cache.disk.enable": False,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.homepage_override.mstone": "ignore",
    "datareporting.healthreport.uploadEnabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "dom.ipc.processPrelaunch.enabled": False,
    "extensions.systemAddon.update.enabled": False,
    "media.autoplay.default": 0,
    "media.navigator.permission.disabled": True,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "",
    "toolkit.telemetry.reportingpolicy.firstRun": False,
}


class Page(http.server.BaseHTTPRequestHandler):
    """Serves camera.html and keeps what it reports."""

    def do_GET(self):
        if self.path != "/":
            self.send_error(404)
            return
        with open(os.path.join(os.path.dirname(__file__), "camera.html"), "rb") as page:
            data = page.read()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_POST(self):
        told = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(204)
        self.end_headers()
        if self.path == "/result":
            self.server.result = told
        else:
            self.server.notes.append(told)

    def log_message(self, *unused):
        pass


def start_browser(name, url):
    profile = os.path.join(rig.work, "profile")
    os.mkdir(profile)
    if name == "chromium":
        return Process(*CHROMIUM, "--user-data-dir=" + profile, url)
    with open(os.path.join(profile, "user.js"), "w", encoding="ascii") as settings:
        for key, value in FIREFOX_SETTINGS.items():
            settings.write("user_pref(%s, %s);\n" % (json.dumps(key), json.dumps(value)))
    return Process(*FIREFOX, "--profile", profile, url)


def what_browser_sees(name, then=None):
    """The page's first report. Then calls then(notes), while the browser goes on and adds notes."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
    server.result, server.notes = None, []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        page = "http://localhost:%d/#%s" % (server.server_port, LABEL.replace(" ", "%20"))
        with start_browser(name, page) as browser:
            def answer():
                check(browser.running() or server.result, "the browser ended with %s" % browser.child.poll())
                return server.result
            wait_until(answer, "an answer of the page (it told %s)" % server.notes, BROWSER_PATIENCE)
            check("error" not in server.result, "the page says: %s" % server.result.get("error"))
            if then:
                then(server.notes)
    finally:
        server.shutdown()
        server.server_close()
    return server.result


def browser(name):
    with potemkin(size="%dx%d" % (WIDTH, HEIGHT)) as program:
        live(program)
        # before a page may ask for a camera by name it gets the first one, which is in use
        with hidden_camera():
            seen = what_browser_sees(name)
        ends_well(program)
    check(LABEL in seen["label"], "it opened '%s'" % seen["label"])
    check((seen["width"], seen["height"]) == (WIDTH, HEIGHT), "it sees %dx%d" % (seen["width"], seen["height"]))
    far = max(abs(a - b) for end in ("least", "most") for a, b in zip(seen[end], COLOUR))
    check(far <= NEAR, "it sees colours from %s to %s, not %s" % (seen["least"], seen["most"], COLOUR))
    return "%dx%d, all pixels within %d levels of %s" % (WIDTH, HEIGHT, far, rig.BACKDROP)


@test("Chromium")
def chromium():
    return browser("chromium")


@test("Chromium watches while the camera is unplugged and plugged ten times")
def chromium_stays():
    """The same pictures go to a second virtual camera, whose times are measured."""
    notes, said = [], []

    def faults(told):
        def pictures_in_page():
            before = len(told)
            wait_until(lambda: len(told) > before + 1 and told[-1]["frames"] > told[before]["frames"],
                       "pictures in the page", BROWSER_PATIENCE)
        said.append(unplug_and_plug(recorder, pictures_in_page))
        notes.extend(note for note in told if "state" in note)
    long_rings()
    with potemkin("-o", PLAIN, model=rig.bars_network()) as program:
        live(program)
        os.unlink(rig.CAMERA)  # a page gets the first camera first, which is in use; plugging makes the node again
        with Reader(PLAIN) as recorder:
            recorder.map()
            what_browser_sees("chromium", faults)
        ends_well(program)
    bad = [note for note in notes if note["state"] != "live" or note["ended"]]
    check(not bad, "the track ended: %s" % bad[:1])
    return "%d looks at the track, all live, %d pictures; %s" % (len(notes), notes[-1]["frames"], said[0])


@test("Firefox")
def firefox():
    return browser("firefox")


# --- guvcview ---

def preview_window(guvcview):
    """The id of the window with the picture, not of the panel with the controls."""
    check(guvcview.running(), "guvcview ended with %s" % guvcview.child.poll())
    found = re.search(r'^ *(0x[0-9a-f]+) "Guvcview.*fps\)".* %dx%d[+]' % (WIDTH, HEIGHT),
                      run("xwininfo", "-root", "-tree"), re.M)
    return found and found.group(1)


def window_colours(window):
    """The (least, most) red, green and blue of a window's pixels."""
    path = os.path.join(rig.work, "window.rgb")
    run("import", "-window", window, "-depth", "8", "rgb:" + path)
    with open(path, "rb") as file:
        data = file.read()
    check(len(data) == 3 * WIDTH * HEIGHT, "a screenshot of %d bytes" % len(data))
    return tuple(min(data[c::3]) for c in range(3)), tuple(max(data[c::3]) for c in range(3))


def guvcview_shows():
    with Process("guvcview", "-d", OUTPUT, "-x", "%dx%d" % (WIDTH, HEIGHT), "-f", "YUYV", "-a", "none", "-r", "sdl",
                 # Mesa's other software renderer uses AVX2 gathers, which QEMU 7.2 computes wrongly.
                 env={"GALLIUM_DRIVER": "softpipe", "LIBGL_ALWAYS_SOFTWARE": "1"}) as guvcview:
        window = wait_until(lambda: preview_window(guvcview), "guvcview's preview")

        def painted():
            colours = window_colours(window)
            return colours if colours[1] != (0, 0, 0) else None
        least, most = wait_until(painted, "a picture in guvcview's preview")
        far = max(abs(a - b) for end in (least, most) for a, b in zip(end, COLOUR))
        check(far <= NEAR, "it shows colours from %s to %s, not %s" % (least, most, COLOUR))
        guvcview.stop(signal.SIGTERM)
    return "%dx%d, all pixels within %d levels of %s" % (WIDTH, HEIGHT, far, rig.BACKDROP)


@test("guvcview")
def guvcview():
    """guvcview needs four buffers, and v4l2loopback has two by default."""
    run("rmmod", "v4l2loopback")
    run("modprobe", "v4l2loopback", "video_nr=10", "exclusive_caps=1", "max_buffers=4")
    wait_until(lambda: os.path.exists(OUTPUT), OUTPUT)
    number = os.path.join(rig.work, "display")
    server = ["Xvfb", "-displayfd", "1", "-screen", "0", "1280x900x24", "-nolisten", "tcp"]
    with open(number, "wb") as file, Process(*server, stdout=file) as screen:
        def display():
            check(screen.running(), "Xvfb ended")
            with open(number, encoding="ascii") as text:
                return text.read().strip()
        os.environ["DISPLAY"] = ":" + wait_until(display, "Xvfb")
        with potemkin(size="%dx%d" % (WIDTH, HEIGHT)) as program:
            live(program)
            detail = guvcview_shows()
            ends_well(program)
    return detail


if __name__ == "__main__":
    rig.main(sys.argv[1:])
