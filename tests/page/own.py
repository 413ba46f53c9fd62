#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The user's own backdrops on the page, in Chromium: added by the button and by dropping, chosen, and removed.

usage: tests/page/own.py PROGRAM"""

import base64
import os
import subprocess
import sys
import tempfile

from selenium.webdriver.common.by import By

from browser import ask, ended, open_browser, started, value, wait

DROP = """const held = new DataTransfer(), bytes = Uint8Array.from(atob(arguments[0]), (c) => c.charCodeAt(0));
held.items.add(new File([bytes], 'red wall.png'));
for (const kind of ['dragover', 'drop'])
    document.body.dispatchEvent(new DragEvent(kind, {dataTransfer: held, bubbles: true, cancelable: true}));"""
CORNER = """const c = document.createElement('canvas'), p = document.getElementById('picture');
c.width = c.height = 8; c.getContext('2d').drawImage(p, 0, 0, 8, 8);
return [...c.getContext('2d').getImageData(0, 0, 1, 1).data].slice(0, 3);"""


def make_files(work):
    with open(work + "/red.ppm", "wb") as file:
        file.write(b"P6\n64 48\n255\n" + b"\xff\0\0" * 64 * 48)
    with open(work + "/no picture.png", "wb") as file:
        file.write(b"no picture")
    subprocess.run(["ffmpeg", "-v", "error", "-i", work + "/red.ppm", work + "/red wall.png"], check=True)


def try_adding(program, browser, work, folder):
    find = lambda id: browser.find_element(By.ID, id)
    cards = lambda: browser.find_elements(By.CSS_SELECTOR, "#gallery [data-own]")
    find("choose-own").send_keys(work + "/red wall.png")
    wait("the new picture as backdrop", lambda: value(program, "backdrop").endswith("/backdrops/red wall.png"))
    wait("it in the picture", lambda: browser.execute_script(CORNER)[0] > 230 > 30 > browser.execute_script(CORNER)[1])
    wait("its card", lambda: [card.get_attribute("aria-checked") for card in cards()] == ["true"])
    wait("its small picture", lambda: browser.execute_script(
        "return document.querySelector('#gallery [data-own] img').naturalWidth") == 320)
    find("choose-own").send_keys(work + "/no picture.png")
    wait("a refusal", lambda: "neither a picture nor a film" in find("message").text)
    with open(work + "/red wall.png", "rb") as file:
        browser.execute_script(DROP, base64.b64encode(file.read()).decode())
    wait("the dropped one", lambda: sorted(os.listdir(folder)) == ["red wall 2.png", "red wall.png"])
    wait("it as backdrop", lambda: value(program, "backdrop").endswith("/red wall 2.png"))


def try_removing(program, browser, folder):
    button = browser.find_element(By.ID, "remove-own")
    wait("a button to remove it", button.is_displayed)
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", button)
    button.click()
    browser.switch_to.alert.dismiss()
    assert len(os.listdir(folder)) == 2, "removed without consent"
    button.click()
    browser.switch_to.alert.accept()
    wait("the end of the file", lambda: os.listdir(folder) == ["red wall.png"])
    wait("another backdrop", lambda: value(program, "backdrop") == "builtin:office")
    wait("no button", lambda: not button.is_displayed())


def main(program):
    program = os.path.abspath(program)
    with tempfile.TemporaryDirectory() as work:
        os.environ["XDG_RUNTIME_DIR"] = os.environ["XDG_DATA_HOME"] = work
        os.chmod(work, 0o700)
        make_files(work)
        run = started(program, "-c", "presenter", "-s", "320x240", "--config", "/dev/null")
        try:
            browser = open_browser()
            try:
                browser.get(ask(program, "page"))
                wait("the page", lambda: browser.find_element(By.ID, "state").text == "live")
                folder = os.path.join(work, "potemkin", "backdrops")
                try_adding(program, browser, work, folder)
                try_removing(program, browser, folder)
            finally:
                browser.quit()
            ended(program, run)
        finally:
            run.kill()
            run.wait()
    print("own backdrops: added by the button and by dropping, chosen, refused, removed")


if __name__ == "__main__":
    main(*sys.argv[1:])
