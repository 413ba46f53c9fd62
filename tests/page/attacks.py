# SPDX-License-Identifier: MIT
"""Eight attacks on the page in a real browser: none sees or changes anything.

Four are pages of another site that know the page's port; the others are requests under another name of this machine
(as after DNS rebinding), under "localhost", without a token, and by another user of this machine."""

import http.server
import os
import pwd
import subprocess
import tempfile
import threading

from selenium.webdriver.common.by import By

# What a page of another site tries; `seen` must stay empty. %s: the page's origin.
SCRIPTS = {
    "fetch": """for (const mode of ['cors', 'no-cors']) for (const path of ['/api/pause', '/api/get', '/login'])
        fetch('%s' + path, {method: 'POST', mode, credentials: 'include', body: '{}'})
            .then((r) => r.text()).then((t) => { if (t) seen.push(path); }, () => {});""",
    "form": """const frame = document.createElement('iframe'), form = document.createElement('form');
        frame.name = 'frame'; document.body.append(frame, form);
        Object.assign(form, {method: 'post', action: '%s/api/pause', target: 'frame', enctype: 'text/plain'});
        form.innerHTML = '<input name=\\'{"args": [], "a": "\\' value=\\'"}\\'>'; form.submit();
        frame.onload = () => {
            try { if (frame.contentDocument.body.textContent) seen.push('frame'); } catch (e) {} };""",
    "img": """for (const path of ['/stream', '/mask', '/thumbnail/office']) {
        const img = new Image(); img.onload = () => seen.push(path); img.src = '%s' + path; }""",
    "websocket": """for (const path of ['/stream', '/api/status']) {
        const socket = new WebSocket('%s'.replace('http', 'ws') + path);
        socket.onopen = socket.onmessage = () => seen.push(path); }""",
}
PAGE = """<!doctype html><title>other site</title><body><script>const seen = [];
%s
setTimeout(() => { document.title = 'done ' + JSON.stringify(seen); }, 1500);</script>"""

# What a script tries that runs under an address of the page's own server.
PROBE = """const done = arguments[0], seen = [];
(async () => {
    for (const token of [null, 'f'.repeat(32)])
        for (const [method, path] of [['GET', '/stream'], ['GET', '/mask'], ['GET', '/thumbnail/office'],
                                      ['POST', '/login'], ['POST', '/api/get'], ['POST', '/api/pause']])
            await fetch(path, {method, headers: token ? {'X-Potemkin-Token': token} : {}})
                .then((answer) => { if (answer.status !== 403) seen.push(path); }, () => {});
    done(seen);
})();"""


class Server:
    """Another site, on a port of this machine; `text` is its only page."""

    def __enter__(self):
        outer = self

        class Other(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.end_headers()
                self.wfile.write(outer.text.encode())

            def log_message(self, *_):
                pass

        self.text = ""
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Other)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


def from_other_sites(browser, origin, wait):
    with Server() as other:
        for name, script in SCRIPTS.items():
            other.text = PAGE % (script % origin)
            for host in ("127.0.0.1", "localhost"):
                browser.get("http://%s:%d/" % (host, other.server.server_port))
                wait(name, lambda: browser.title.startswith("done"))
                assert browser.title == "done []", (name, browser.title)
            yield name


def probe(browser, address):
    browser.get(address)
    seen = browser.execute_async_script(PROBE)
    assert not seen, (address, seen)


def without_token(browser, address, wait):
    """The page's own files load, but no more."""
    probe(browser, address)
    wait("a page that says so", lambda: "opens the page anew" in browser.find_element(By.ID, "notice").text)
    assert browser.execute_script("return document.getElementById('picture').naturalWidth") == 0
    assert not browser.find_elements(By.CSS_SELECTOR, "#gallery button")


def as_nobody(folder):
    """A program that starts the browser's driver as another user."""
    nobody = pwd.getpwnam("nobody")
    home = os.path.join(folder, "home")
    os.mkdir(home)
    os.chown(home, nobody.pw_uid, nobody.pw_gid)
    path = os.path.join(folder, "driver")
    with open(path, "w", encoding="ascii") as script:
        script.write("#!/bin/sh\nexec setpriv --reuid=%d --regid=%d --clear-groups env HOME=%s TMPDIR=%s "
                     "XDG_CONFIG_HOME=%s XDG_CACHE_HOME=%s /usr/bin/chromedriver \"$@\"\n" %
                     (nobody.pw_uid, nobody.pw_gid, home, home, home, home))
    os.chmod(path, 0o755)
    return path


def by_another_user(program, open_browser, used, wait):
    """Sees the address among the arguments of the owner's browser, and reaches the port, as every user does."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        browser = open_browser(driver=as_nobody(folder))
        try:
            without_token(browser, used, wait)
        finally:
            browser.quit()
    command = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", program, "ctl", "pause"]
    assert subprocess.run(command, stderr=subprocess.DEVNULL, check=False).returncode != 0


def try_all(program, open_browser, used, wait, state):
    """`used`: the page's address with its ticket, which has logged in once; `state`: all that must not change."""
    origin, before, tried = used.split("/#")[0], state(), []
    port = origin.rsplit(":", 1)[1]
    browser = open_browser("--host-resolver-rules=MAP evil.example 127.0.0.1")
    try:
        tried += from_other_sites(browser, origin, wait)
        for host in ("evil.example", "localhost"):
            probe(browser, "http://%s:%s/" % (host, port))
            assert "only requests of the page itself" in browser.page_source
        without_token(browser, origin + "/", wait)
    finally:
        browser.quit()
    tried += ["rebinding", "wrong Host", "no token"]
    if os.geteuid() == 0:
        by_another_user(program, open_browser, used, wait)
        tried.append("another user")
    assert state() == before, "an attack changed something"
    return tried
