#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The page in Chromium: each control does what it says, by the keyboard alone; other sites and users get nothing.

usage: tests/page/browser.py PROGRAM

The controls come from the program's table of settings, so a new setting is tried, too. The camera shows one still
picture, so that what changes in the picture is the setting's work. With POTEMKIN_AXE naming axe-core's axe.min.js, or
the package node-axe-core installed, the page is also examined for what keeps people with disabilities out."""

import json
import os
import subprocess
import sys
import tempfile
import time

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

import attacks

PATIENCE = 20  # s
STEADY = 6  # pictures without a change
WIDTHS = (360, 768, 1920)
AXE = [os.environ.get("POTEMKIN_AXE", ""), "/usr/share/nodejs/axe-core/axe.min.js"]
# What is typed into a text, where its choices or limits do not say it. "%s": a picture.
SAMPLES = {"overlay": "%s", "caption": "Ann", "model": "selfie-landscape"}
# Settings that change a picture with one person in it, and the value that does so clearly; None: any other value.
VISIBLE = {"mirror": None, "flip": None, "rotate": "180", "erode": "40", "dilate": "40", "feather": "60",
           "light-wrap": "100", "overlay": None, "caption": None}
LUMA = """const c = document.createElement('canvas'), p = document.getElementById(arguments[0]);
c.width = 96; c.height = 54; c.getContext('2d').drawImage(p, 0, 0, 96, 54);
const d = c.getContext('2d').getImageData(0, 0, 96, 54).data;
return Array.from({length: 96 * 54}, (_, i) => [d[4 * i], d[4 * i + 1], d[4 * i + 2]]);"""
FOCUSABLE = """return [...document.querySelectorAll('a, input, select, button, summary')].filter((e) =>
e.offsetParent && !e.disabled && e.tabIndex >= 0).length"""


def ask(program, *words):
    return subprocess.run([program, "ctl", *words], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def value(program, name):
    return ask(program, "get", name).split(" = ", 1)[-1]


def wait(what, condition):
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, what
        time.sleep(0.05)


def open_browser(*more, driver="/usr/bin/chromedriver"):
    options = Options()
    for word in ("--headless=new", "--no-sandbox", "--disable-gpu", "--window-size=1280,1400", *more):
        options.add_argument(word)
    return webdriver.Chrome(service=Service(driver), options=options)


def pixels(browser, name="picture"):
    return browser.execute_script(LUMA, name)


def difference(a, b):
    return sum(abs(x - y) for p, q in zip(a, b) for x, y in zip(p, q)) / (3 * len(a))


def settled(program, browser):
    """The picture once it stands still: a change fades in, and the page shows it a little later than the program."""
    frames = lambda: json.loads(ask(program, "status"))["frames"]

    def has_settled():
        before, count = pixels(browser), frames()
        wait("more pictures", lambda: frames() >= count + STEADY)
        return difference(before, pixels(browser)) < 0.05

    wait("a picture that stands still", has_settled)
    return pixels(browser)


def near(a, b):
    return all(abs(x - y) < 25 for x, y in zip(a, b))


def press(browser, *keys):
    browser.switch_to.active_element.send_keys(*keys)


def focus(browser, element):
    browser.execute_script("arguments[0].focus()", element)


# --- the keyboard reaches everything


def walk(browser):
    """Tab through the page from its top, opening each section; the elements that had the focus."""
    browser.execute_script("document.activeElement.blur(); scrollTo(0, 0)")
    seen = []
    for _ in range(300):
        webdriver.ActionChains(browser).send_keys(Keys.TAB).perform()
        now = browser.switch_to.active_element
        if now.tag_name == "body" or now in seen:
            return seen
        seen.append(now)
        if now.tag_name == "summary" and not browser.execute_script("return arguments[0].parentNode.open", now):
            press(browser, Keys.ENTER)
    raise AssertionError("the focus does not come to an end")


def try_focus(browser):
    count, expected = len(walk(browser)), browser.execute_script(FOCUSABLE)
    assert count >= expected, "the Tab key reaches %d of %d controls" % (count, expected)
    return count


# --- each setting


def target(setting, picture):
    """Another value than the default, for a text."""
    name = setting["name"]
    if VISIBLE.get(name):
        return VISIBLE[name]
    if name in SAMPLES:
        return SAMPLES[name].replace("%s", picture)
    if "most" in setting:
        return "%g" % min(setting["most"], setting["least"] + 10)
    others = [word for word in setting.get("choices", []) if word != setting.get("default")]
    assert others, "what can be typed into %s? Add it to SAMPLES" % name
    return others[0]


def operate(browser, setting, picture):
    """Change the setting with keys alone."""
    control = browser.find_element(By.ID, "set-" + setting["name"])
    kind = control.get_attribute("type")
    focus(browser, control)
    if kind == "checkbox":
        press(browser, Keys.SPACE)
    elif kind == "select-one":
        words = setting["choices"]
        wanted = words.index(target(setting, picture))
        press(browser, Keys.HOME, *[Keys.ARROW_DOWN] * wanted)
    elif kind == "range" and VISIBLE.get(setting["name"]):
        press(browser, Keys.END)
    elif kind == "range":
        press(browser, Keys.ARROW_LEFT if setting["value"] == "%g" % setting["most"] else Keys.ARROW_RIGHT)
    else:
        press(browser, Keys.CONTROL, "a", Keys.NULL, target(setting, picture), Keys.TAB)


def take_back(program, browser, setting):
    name = setting["name"]
    back = browser.find_element(By.CSS_SELECTOR, "#set-%s" % name).find_element(
        By.XPATH, "ancestor::div[contains(@class, 'field')]").find_element(By.CLASS_NAME, "back")
    wait("a way back for " + name, back.is_displayed)
    focus(browser, back)
    press(browser, Keys.ENTER)
    wait("%s back to %s" % (name, setting["default"]), lambda: value(program, name) == setting["default"])


def try_setting(program, browser, setting, picture):
    name, visible = setting["name"], setting["name"] in VISIBLE
    error = browser.find_element(By.ID, "error-" + name)
    before = settled(program, browser) if visible else None
    operate(browser, setting, picture)
    wait("%s by the keyboard; %s" % (name, error.text), lambda: value(program, name) != setting["value"])
    assert not error.is_displayed(), (name, error.text)
    if visible:
        wait("%s in the picture" % name, lambda: difference(before, pixels(browser)) > 0.4)
    if "default" in setting and setting["default"] == setting["value"]:
        take_back(program, browser, setting)
    else:
        ask(program, "set", name, setting["value"])
    if visible:
        wait("the picture without " + name, lambda: difference(before, pixels(browser)) < 0.2)


def try_settings(program, browser, picture):
    every = json.loads(ask(program, "describe"))["settings"]
    tried = [one for one in every if one["live"] and not one["list"] and one["name"] not in ("backdrop", "camera")]
    for setting in tried:
        try_setting(program, browser, setting, picture)
    return len(tried)


def try_refusal(program, browser):
    """What the program refuses is told beside the control, and changes nothing."""
    control = browser.find_element(By.ID, "set-erode")
    focus(browser, control)
    press(browser, "9000", Keys.TAB)
    error = browser.find_element(By.ID, "error-erode")
    wait("a refusal that is told", lambda: "whole number" in error.text)
    assert control.get_attribute("aria-invalid") == "true"
    assert value(program, "erode") == "auto"
    focus(browser, browser.find_element(By.ID, "save"))
    press(browser, Keys.ENTER)
    wait("an error that is over", lambda: not error.is_displayed())
    assert control.get_attribute("aria-invalid") == "false"


def try_used_address(address):
    """In another browser, the address with its used ticket, or without any, says what to do; potemkin does run."""
    for url, words in ((address, "used already"), (address.split("#")[0], "lacks its key")):
        other = open_browser()
        try:
            other.get(url)
            notice = other.find_element(By.ID, "notice")
            wait("what is wrong with " + url, lambda: words in notice.text and '"potemkin ui"' in notice.text)
            assert other.find_element(By.ID, "state").text == "not connected"
        finally:
            other.quit()


# --- what is no setting of the forms


def try_damaged(browser):
    """A file that is no picture has a card that says so; try_page's caller made it."""
    card = browser.find_element(By.CSS_SELECTOR, "#gallery [data-own='damaged.png']")
    wait("a card of a damaged file", lambda: "cannot be read" in card.text and "damaged" in card.text.split("\n"))
    assert not card.find_elements(By.TAG_NAME, "img")


def try_backdrops(program, browser):
    find = lambda name: browser.find_element(By.ID, name)
    find("spec").send_keys("color:#ffffff", Keys.ENTER)
    wait("a white backdrop in the picture", lambda: near(pixels(browser)[0], (255, 255, 255)))
    cards = browser.find_elements(By.CSS_SELECTOR, "#gallery [role=radio]")
    focus(browser, cards[0])
    for card in cards[1:] + cards[:1]:  # around the gallery with one key
        press(browser, Keys.ARROW_RIGHT)
        spec = card.get_attribute("data-spec")
        if card.get_attribute("data-own"):  # it is damaged
            wait("a refusal of " + spec, lambda: "damaged.png" in find("spec-error").text)
            continue
        wait("the keyboard in the gallery: " + spec, lambda: value(program, "backdrop").startswith(spec))
        wait("its mark", lambda: card.get_attribute("aria-checked") == "true")
    browser.find_element(By.CSS_SELECTOR, "[data-spec=green]").click()
    wait("a green backdrop in the picture", lambda: near(pixels(browser)[0], (0, 177, 64)))
    find("spec").clear()
    find("spec").send_keys("absent.png", Keys.ENTER)
    wait("a backdrop that is refused", lambda: "absent.png" in find("spec-error").text)
    ask(program, "backdrop", "color:#204080")
    wait("the first backdrop", lambda: near(pixels(browser)[0], (32, 64, 128)))


def try_mask(program, browser):
    find = lambda name: browser.find_element(By.ID, name)
    focus(browser, find("show-mask"))
    press(browser, Keys.SPACE)
    wait("the mask", lambda: find("mask").is_displayed() and
         browser.execute_script("return document.getElementById('mask').naturalWidth") > 0)
    mask = pixels(browser, "mask")
    assert max(mask)[0] > 250 and min(mask)[0] < 5, "a person and a room"
    assert all(max(p) - min(p) < 3 for p in mask), "grey"
    focus(browser, find("pause"))
    press(browser, Keys.ENTER)
    wait("a pause", lambda: find("state").text == "paused")
    wait("no mask in a pause", find("mask-notice").is_displayed)
    press(browser, Keys.ENTER)
    wait("the end of the pause", lambda: find("state").text == "live")
    focus(browser, find("show-mask"))
    press(browser, Keys.SPACE)
    wait("no mask view", lambda: not find("mask-view").is_displayed())


def try_mirror_view(program, browser):
    """The preview alone: what viewers get stays."""
    find = lambda name: browser.find_element(By.ID, name)
    before = settled(program, browser)
    focus(browser, find("mirror-view"))
    press(browser, Keys.SPACE)
    assert browser.execute_script("return getComputedStyle(document.getElementById('picture')).transform") != "none"
    assert value(program, "mirror") == "no" and difference(before, settled(program, browser)) < 0.2
    press(browser, Keys.SPACE)


def try_zones(program, browser):
    find = lambda name: browser.find_element(By.ID, name)
    before = settled(program, browser)
    focus(browser, find("draw-zone"))
    press(browser, Keys.ENTER)
    press(browser, *[Keys.ARROW_RIGHT] * 5, Keys.ARROW_DOWN, Keys.SHIFT, *[Keys.ARROW_RIGHT] * 40, Keys.NULL)
    press(browser, Keys.ENTER)
    wait("a zone by the keyboard", lambda: value(program, "keep-out") == "10%,11%,65%x50%")
    wait("nobody in it", lambda: difference(before, pixels(browser)) > 2)
    find("draw-zone").click()
    webdriver.ActionChains(browser).move_to_element_with_offset(find("zones"), -200, -100).click_and_hold() \
        .move_by_offset(80, 60).release().perform()
    find("keep-zone").click()
    wait("a zone by the mouse", lambda: len(ask(program, "get", "keep-out").split("\n")) == 2)
    for count in (1, 0):
        wait("the list", lambda: len(browser.find_elements(By.CSS_SELECTOR, "#zone-list button")) == count + 1)
        focus(browser, browser.find_element(By.CSS_SELECTOR, "#zone-list button"))
        press(browser, Keys.ENTER)
        wait("a zone less", lambda: len(ask(program, "get", "keep-out").split()) == 3 * count)
    wait("the person again", lambda: difference(before, pixels(browser)) < 0.2)


def try_camera(program, browser, camera):
    find = lambda name: browser.find_element(By.ID, name)
    names = lambda: [one.get_attribute("value") for one in find("camera").find_elements(By.TAG_NAME, "option")]
    wait("the machine's cameras", lambda: "presenter" in names())
    focus(browser, find("camera"))
    press(browser, Keys.END)  # another one
    wait("a place to type", find("camera-spec").is_displayed)
    press(browser, "/dev/null", Keys.ENTER)
    wait("a camera that is refused", lambda: "/dev/null" in find("camera-error").text)
    assert value(program, "camera") == camera
    press(browser, Keys.CONTROL, "a", Keys.NULL, "presenter:3", Keys.ENTER)
    wait("another camera", lambda: value(program, "camera") == "presenter:3")
    ask(program, "camera", camera)


def try_rest(program, browser, config):
    find = lambda name: browser.find_element(By.ID, name)
    wait("findings", lambda: find("findings").text)
    focus(browser, find("examine"))
    press(browser, Keys.ENTER)
    wait("findings again", lambda: find("examine").is_enabled() and "Checking" not in find("findings-summary").text)
    focus(browser, find("profile"))
    press(browser, Keys.ARROW_DOWN)
    wait("a profile", lambda: value(program, "smooth") == "12")
    focus(browser, find("profile"))
    press(browser, Keys.ARROW_UP)
    wait("no profile", lambda: value(program, "smooth") == "85")
    ask(program, "set", "smooth", "33")
    focus(browser, find("save"))
    press(browser, Keys.ENTER)
    wait("it is saved", lambda: config in find("message").text)
    with open(config, encoding="ascii") as file:
        assert "smooth = 33" in file.read()
    assert not browser.execute_script("return location.hash"), "the token stays in the address"


# --- what a screen reader needs


def try_names(browser):
    """Every control has a name, and every picture a text."""
    nameless = browser.execute_script(
        "return [...document.querySelectorAll('input, select, button, img, canvas[role]')].filter((e) =>"
        "!(e.labels?.length || e.textContent.trim() || e.getAttribute('aria-label') || e.hasAttribute('alt')))"
        ".map((e) => e.outerHTML)")
    assert not nameless, nameless


def examine(browser, script, what):
    browser.execute_script(script)
    found = browser.execute_async_script("axe.run(document).then((r) => arguments[0](r.violations))")
    for one in found:
        print("axe, %s: %s %s: %s" % (what, one["impact"], one["id"], one["nodes"][0]["html"][:200]))
    assert not [one for one in found if one["impact"] in ("serious", "critical")], what


def try_axe(browser):
    path = next((path for path in AXE if path and os.path.isfile(path)), None)
    if not path:
        return "axe-core skipped: set POTEMKIN_AXE to its axe.min.js"
    with open(path, encoding="utf-8") as file:
        script = file.read()
    browser.find_element(By.ID, "draw-zone").click()
    browser.find_element(By.ID, "show-mask").click()
    for scheme in ("light", "dark"):
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia",
                                {"features": [{"name": "prefers-color-scheme", "value": scheme}]})
        for width in WIDTHS:
            browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
                "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False})
            assert browser.execute_script("return document.documentElement.scrollWidth") <= width, width
            examine(browser, script, "%s, %d px" % (scheme, width))
    return "axe-core finds nothing serious"


# --- the program


def started(program, *words):
    run = subprocess.Popen([program, "-q", "-o", "null", "-s", "640x360", *words])
    wait("potemkin", lambda: subprocess.run([program, "ctl", "get", "fit"], stdout=subprocess.DEVNULL,
                                            stderr=subprocess.DEVNULL, check=False).returncode == 0)
    return run


def ended(program, run):
    ask(program, "quit")
    assert run.wait(PATIENCE) == 0


def take_still(program, work):
    """A person in a room, as a camera picture that does not move."""
    run, still = started(program, "-c", "presenter", "--config", "/dev/null"), os.path.join(work, "still.png")
    try:
        wait("a live picture", lambda: json.loads(ask(program, "status"))["state"] == "live")
        ask(program, "snapshot", still)
        ended(program, run)
    finally:
        run.kill()
        run.wait()
    return still


def try_page(program, browser, address, work, still):
    browser.get(address)
    wait("the page", lambda: browser.find_element(By.ID, "state").text == "live")
    wait("the picture", lambda: browser.execute_script("return document.getElementById('picture').naturalWidth") > 0)
    reached = try_focus(browser)
    try_backdrops(program, browser)
    count = try_settings(program, browser, still)
    try_refusal(program, browser)
    try_damaged(browser)
    try_used_address(address)
    try_mask(program, browser)
    try_mirror_view(program, browser)
    try_zones(program, browser)
    try_camera(program, browser, "file:" + still)
    try_rest(program, browser, os.path.join(work, "potemkin.conf"))
    try_names(browser)
    axe = try_axe(browser)
    print("the page: %d controls reached with Tab; %d settings changed by keyboard; %s" % (reached, count, axe))


def try_restart(program, *words):
    """A page that was open before the program was started again on the same port says so, and what to do."""
    run, browser = started(program, *words), open_browser()
    try:
        address = ask(program, "page")
        browser.get(address)
        wait("the page", lambda: browser.find_element(By.ID, "state").text == "live")
        ended(program, run)
        wait("the end", lambda: browser.find_element(By.ID, "state").text == "potemkin is not running")
        run = started(program, *words, "--preview", address.split(":")[2].split("/")[0])
        notice = browser.find_element(By.ID, "notice")
        wait("the restart", lambda: "started again" in notice.text and '"potemkin ui"' in notice.text)
        assert browser.find_element(By.ID, "state").text == "not connected"
        assert not browser.find_element(By.ID, "message").is_displayed(), "it is said twice"
        ended(program, run)
    finally:
        browser.quit()
        run.kill()
        run.wait()


def main(program):
    program = os.path.abspath(program)
    with tempfile.TemporaryDirectory() as work:
        os.environ["XDG_RUNTIME_DIR"] = os.environ["XDG_DATA_HOME"] = work
        os.chmod(work, 0o700)
        still, config = take_still(program, work), os.path.join(work, "potemkin.conf")
        with open(config, "w", encoding="ascii") as file:
            file.write("# mine\n\n[profile calm]\nsmooth = 12\n")
        os.makedirs(os.path.join(work, "potemkin", "backdrops"), exist_ok=True)
        with open(os.path.join(work, "potemkin", "backdrops", "damaged.png"), "wb") as file:
            file.write(b"\x89PNG\r\n\x1a\n damaged")
        run = started(program, "-c", "file:" + still, "-b", "color:#204080", "--config", config)
        try:
            address, browser = ask(program, "page"), open_browser()
            try:
                try_page(program, browser, address, work, still)
            finally:
                browser.quit()
            state = lambda: (ask(program, "get"), json.loads(ask(program, "status"))["state"] == "paused")
            tried = attacks.try_all(program, open_browser, address, wait, state)
            print("attacks that saw and changed nothing: " + ", ".join(tried))
            ended(program, run)
        finally:
            run.kill()
            run.wait()
        try_restart(program, "-c", "file:" + still)


if __name__ == "__main__":
    main(*sys.argv[1:])
