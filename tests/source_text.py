# SPDX-License-Identifier: MIT
"""The source tree as the compiler reads it; for check_tree.py and check_seal.py."""

import functools
import os
import re

CODE = (".c", ".h", ".inc")
DATA = (".html", ".css", ".js", ".svg", ".md")  # what src/ may hold besides code and meson.build

DIRECTIVE = re.compile(r"#(include|define|undef|if|ifdef|ifndef|elif|else|endif|error|pragma)\b")
OURS = re.compile(r'#include "([a-z0-9_]+(?:/[a-z0-9_]+)+\.(?:h|inc))"')
SYSTEM = re.compile(r"#include <(\w[\w.+-]*(?:/\w[\w.+-]*)*)>")


def read(root, path):
    with open(os.path.join(root, path), encoding="utf-8", errors="surrogateescape", newline="") as file:
        return file.read()


def files(root, *tops):
    for top in tops:
        for folder, folders, names in os.walk(os.path.join(root, top)):
            folders[:] = sorted(name for name in folders if name != "__pycache__")
            for name in sorted(names):
                yield os.path.relpath(os.path.join(folder, name), root)


def sources(root):
    """The files that may be compiled or included."""
    kept = ("meson.build", ".ini") + DATA
    return [path for path in files(root, "src", "include", "plugins") if not path.endswith(kept)]


def lines(text):
    return text.split("\n")[:-1] if text.endswith("\n") else text.split("\n")


@functools.lru_cache(maxsize=None)
def code(text):
    """The text as the compiler sees it: continued lines are joined, comments removed. Line numbers stay."""

    def join(match):
        return re.sub(r"\\[ \t]*\n", "", match[0]) + "\n" * match[0].count("\n")

    def strip(match):
        return match[0] if match[0][0] in "\"'" else " " + "\n" * match[0].count("\n")

    text = re.sub(r"(?:[^\n]*\\[ \t]*\n)+[^\n]*", join, text)
    return re.sub(
        r"""//[^\n]*|/\*.*?(?:\*/|\Z)|"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?""", strip, text, flags=re.S
    )


@functools.lru_cache(maxsize=None)
def oddities(text):
    """Whatever could hide an include from a check that reads lines: line number and description."""
    found = []
    if re.search(r"[^\n\t -~]", code(text)) or re.search(r"[\x00-\x08\x0b-\x1f\x7f]", text):
        found.append((1, "the file holds a character other than ASCII, tab and newline"))
    if re.search(r'\b(u8|[uUL])?R"|\?\?[=/]', code(text)):
        found.append((1, "the file holds a raw string or a trigraph"))
    for number, line in enumerate(lines(code(text)), 1):
        line = line.rstrip()
        if not line.lstrip().startswith(("#", "%:")):
            continue
        if not DIRECTIVE.match(line):
            found.append((number, "no plain directive: " + line))
        elif line.startswith("#include") and not OURS.fullmatch(line) and not SYSTEM.fullmatch(line):
            found.append((number, 'not of the form #include "room/file.h" or <system.h>: ' + line))
    return found


@functools.lru_cache(maxsize=None)
def includes(text, form):
    matches = [(number, form.fullmatch(line.rstrip())) for number, line in enumerate(lines(code(text)), 1)]
    return [(number, match[1]) for number, match in matches if match]


@functools.lru_cache(maxsize=None)
def names(text):
    """The pmk_ names in the code, and in its strings, where adjacent strings are joined."""
    return set(re.findall(r"\bpmk_\w+", re.sub(r'"\s*"', "", code(text))))


def literals(text):
    """The line and content of each string; adjacent strings are joined."""
    for match in re.finditer(r'"(?:\\.|[^"\\\n])*"(?:\s*"(?:\\.|[^"\\\n])*")*', code(text)):
        yield text.count("\n", 0, match.start()) + 1, re.sub(r'"\s*"', "", match[0])[1:-1]
