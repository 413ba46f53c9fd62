#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The page in Chromium: each kind of control changes what it says, by mouse and by keyboard; other sites get nothing.

usage: tests/page/browser.py PROGRAM"""

import http.server
import os
import subprocess
import sys
import tempfile
import threading
import time

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

PATIENCE = 20  # s

# A page of another site, which knows the port, tries all that a page can do.
ATTACKER = b"""<!doctype html><title>other site</title><img id=img><iframe id=frame></iframe>
<form id=form method=post action="%(to)s/api/pause" target=frame><input name=a value=b></form><script>
const results = {};
img.onload = () => { results.img = 'loaded'; }; img.src = '%(to)s/stream';
for (const mode of ['cors', 'no-cors'])
    fetch('%(to)s/api/pause', {method: 'POST', mode, credentials: 'include', body: '{}'})
        .then((r) => r.text()).then((t) => { if (t) results[mode] = t; }, () => {});
const socket = new WebSocket('%(to)s/stream'.replace('http', 'ws')); socket.onopen = () => { results.socket = 'open'; };
form.submit();
frame.onload = () => { try { if (frame.contentDocument.body.textContent) results.frame = 'read'; } catch (e) {} };
setTimeout(() => { document.title = 'done ' + JSON.stringify(results); }, 3000);
</script>"""


def ask(program, *words):
    return subprocess.run([program, "ctl", *words], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def wait(what, condition):
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, what
        time.sleep(0.05)


def open_browser():
    options = Options()
    for word in ("--headless=new", "--no-sandbox", "--disable-gpu", "--window-size=1280,1400"):
        options.add_argument(word)
    return webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)


def pixel(browser):
    """The colour of the live picture at its upper left."""
    return browser.execute_script(
        "const c = document.createElement('canvas'), p = document.getElementById('picture');"
        "c.width = c.height = 8; c.getContext('2d').drawImage(p, 0, 0, 8, 8);"
        "return [...c.getContext('2d').getImageData(0, 0, 1, 1).data].slice(0, 3);")


def near(a, b):
    return all(abs(x - y) < 25 for x, y in zip(a, b))


def value(program, name):
    return ask(program, "get", name).split(" = ", 1)[-1]


def try_controls(program, browser):
    find = lambda id: browser.find_element(By.ID, id)
    wait("the picture", lambda: browser.execute_script("return document.getElementById('picture').naturalWidth") > 0)
    find("spec").send_keys("color:#ffffff", Keys.ENTER)
    wait("a white backdrop in the picture", lambda: near(pixel(browser), (255, 255, 255)))
    browser.find_element(By.CSS_SELECTOR, "[data-spec=green]").click()
    wait("a green backdrop in the picture", lambda: near(pixel(browser), (0, 177, 64)))
    browser.switch_to.active_element.send_keys(Keys.ARROW_RIGHT)  # the gallery's first card again
    wait("the keyboard in the gallery", lambda: value(program, "backdrop") == "builtin:office")
    find("set-smooth").send_keys(Keys.HOME)
    wait("a slider by the keyboard", lambda: value(program, "smooth") == "0")
    find("set-mirror").send_keys(Keys.SPACE)
    wait("a check box by the keyboard", lambda: value(program, "mirror") == "yes")
    find("set-fit").send_keys("t")
    wait("a list by the keyboard", lambda: value(program, "fit") == "tile")
    find("set-erode").clear()
    find("set-erode").send_keys("9000", Keys.TAB)
    wait("a refusal that is told", lambda: "a whole number" in find("message").text or "from 0" in find("message").text)
    find("pause").send_keys(Keys.ENTER)
    wait("a pause", lambda: find("state").text == "paused")
    find("pause").click()
    wait("the end of the pause", lambda: find("state").text == "live")
    find("draw-zone").click()
    box = find("zones")
    webdriver.ActionChains(browser).move_to_element_with_offset(box, -200, -100).click_and_hold() \
        .move_by_offset(80, 60).release().perform()
    wait("a zone drawn with the mouse", lambda: "%" in value(program, "keep-out"))
    find("clear-zones").click()
    wait("no zone", lambda: ask(program, "get", "keep-out") == "")
    assert not browser.execute_script("return location.hash"), "the token stays in the address"


def try_names(browser):
    """What a screen reader needs: every control has a name, and every picture a text."""
    nameless = browser.execute_script(
        "return [...document.querySelectorAll('input, select, button, img, canvas[role]')].filter((e) =>"
        "!(e.labels?.length || e.textContent.trim() || e.getAttribute('aria-label') || e.hasAttribute('alt')))"
        ".map((e) => e.outerHTML)")
    assert not nameless, nameless


def try_attack(program, browser, address):
    text = ATTACKER.replace(b"%(to)s", address.encode())

    class Other(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_):
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Other)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    for name in ("127.0.0.1", "localhost"):
        browser.get("http://%s:%d/" % (name, server.server_port))
        wait("the attack's end", lambda: browser.title.startswith("done"))
        assert browser.title == "done {}", browser.title
    server.shutdown()
    assert '"state":"live"' in ask(program, "status") or '"state":"idle"' in ask(program, "status")


def main(program):
    program = os.path.abspath(program)
    with tempfile.TemporaryDirectory() as work:
        os.environ["XDG_RUNTIME_DIR"] = work
        os.chmod(work, 0o700)
        run = subprocess.Popen([program, "-q", "-c", "presenter", "-o", "null", "--config", "/dev/null"])
        browser = open_browser()
        try:
            wait("potemkin", lambda: subprocess.run([program, "ctl", "status"], stdout=subprocess.DEVNULL,
                                                    stderr=subprocess.DEVNULL).returncode == 0)
            address = ask(program, "page")
            browser.get(address)
            wait("the page", lambda: browser.find_element(By.ID, "state").text == "live")
            try_controls(program, browser)
            try_names(browser)
            try_attack(program, browser, address.split("/#")[0])
            ask(program, "quit")
            assert run.wait(PATIENCE) == 0
        finally:
            browser.quit()
            run.kill()
            run.wait()
    print("the page: every control, the keyboard, names for screen readers; other sites got nothing")


if __name__ == "__main__":
    main(*sys.argv[1:])
