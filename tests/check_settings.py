#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The man page gives the default, the limits and the words of each setting in the table.

usage: tests/check_settings.py PROGRAM SOURCE_ROOT"""

import json
import re
import subprocess
import sys


def paragraphs(path):
    """The text below each option of the man page, by the option's name."""
    found, names = {}, []
    with open(path, encoding="utf-8") as page:
        for line in page:
            if line.startswith("*-"):
                names = re.findall(r"\*--([a-z-]+)\*", line)
                for name in names:
                    found[name] = line
            elif line.startswith("\t") or not line.strip():
                for name in names:
                    found[name] += line
            else:
                names = []
    return found


def expected(setting):
    """What the paragraph must contain, as regular expressions."""
    switch = setting["range"] == "yes or no"
    default = setting.get("default", "none")
    if default not in ("none", "auto") and not (switch and default == "no"):
        yield r"\b%s" % re.escape(default)
    limits = re.search(r" from (\S+) to (\S+)$", setting["range"])
    for limit in limits.groups() if limits else ():
        yield r"(?<![\d.])%s(?!\d|\.\d)|\.\.%s(?!\d)" % ((re.escape(limit),) * 2)
    words = re.fullmatch(r"(?:\w+, or )?((?:\w+, )+\w+ or \w+)", setting["range"])
    for word in re.split(r", | or ", words.group(1)) if words else ():
        yield r"\b%s\b" % re.escape(word)


def main(program, root):
    told = subprocess.run([program, "list", "settings", "--json"], check=True, capture_output=True, text=True).stdout
    page = paragraphs(root + "/doc/potemkin.1.scd")
    settings = json.loads(told)["settings"]
    assert len(settings) > 20, "too few settings were seen"
    bad = 0
    for setting in settings:
        name = setting["spec"]
        for pattern in expected(setting):
            if not re.search(pattern, page.get(name, "")):
                print("doc/potemkin.1.scd: --%s does not say %s" % (name, pattern))
                bad = 1
    return bad


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
