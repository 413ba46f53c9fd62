#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""cppcheck, and gcc's static analyzer, on each file of src/. What they find is mended, or waived in tests/waived.txt.

usage: tests/analyze.py BUILD

A line of waived.txt is FILE KIND REASON; KIND is the tool's name for what it found, such as uninitvar (cppcheck) or
malloc-leak (gcc). It waives all of that kind in that file. A line that waives nothing fails as well."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
JOBS = os.cpu_count() or 1
FOUND = re.compile(r"^(?:\S*/)?(src/[^:]+):(\d+):(?:\d+: warning:)? (\S+) (.*)$")
# cppcheck does not look for the headers of libraries.
MACROS = """<?xml version="1.0"?>
<def><define name="cJSON_ArrayForEach(item, list)" value="for (item = (list)->child; item; item = item->next)"/></def>
"""


def commands(build):
    """The compiler's command for each file of src/, once."""
    with open(os.path.join(build, "compile_commands.json")) as file:
        every = json.load(file)
    once = {}
    for command in every:
        path = os.path.normpath(os.path.join(command["directory"], command["file"]))
        if path.startswith(os.path.join(ROOT, "src", "")):
            once.setdefault(path, dict(command, file=path))
    return list(once.values())


def by_cppcheck(every):
    with tempfile.TemporaryDirectory() as folder:
        project, macros = os.path.join(folder, "project.json"), os.path.join(folder, "macros.cfg")
        with open(project, "w") as file:
            json.dump(every, file)
        with open(macros, "w") as file:
            file.write(MACROS)
        run = subprocess.run(
            ["cppcheck", "--project=" + project, "--library=" + macros, "-j", str(JOBS), "--std=c11", "--quiet",
             "--enable=warning,portability,performance", "--suppress=preprocessorErrorDirective",
             "--suppress=missingIncludeSystem", "--template={file}:{line}: {id} {message}"],
            capture_output=True, text=True)
    return run.stdout + run.stderr


def by_gcc(command):
    """At -O1, it follows calls of short functions. It takes a vector's bytes for the bits of its elements."""
    words = shlex.split(command["command"])
    kept = [word for word in words if not word.startswith(("-O", "-M", "-o")) and not word.endswith((".o", ".d"))]
    run = subprocess.run(
        ["gcc", *kept[1:], "-c", "-O1", "-U_FORTIFY_SOURCE", "-fanalyzer", "-Wno-analyzer-shift-count-overflow",
         "-fdiagnostics-plain-output", "-o", os.devnull], cwd=command["directory"], capture_output=True, text=True)
    if run.returncode:
        return "%s:1: fails %s\n" % (command["file"], run.stderr)
    warned = re.findall(r"^(.*: warning:) (.*) \[-Wanalyzer-(\S+)\]$", run.stderr, flags=re.M)
    return "".join("%s %s %s\n" % (place, kind, what) for place, what, kind in warned)


def waivers():
    with open(os.path.join(HERE, "waived.txt")) as file:
        lines = [line.split(None, 2) for line in file if line.strip() and not line.startswith("#")]
    return {(path, kind): reason for path, kind, reason in lines}


def main():
    for tool in ("cppcheck", "gcc"):
        if not shutil.which(tool):
            sys.exit("analyze.py: there is no %s; `tools/deps check` installs it" % tool)
    every = commands(sys.argv[1])
    waived, used, failed = waivers(), set(), False
    with ThreadPoolExecutor(JOBS) as pool:
        said = by_cppcheck(every) + "".join(pool.map(by_gcc, every))
    for line in sorted(set(said.splitlines())):
        match = FOUND.match(line)
        if not match:
            continue
        path, number, kind, what = match.groups()
        if (path, kind) in waived:
            used.add((path, kind))
        else:
            failed = True
            print("%s:%s: %s: %s" % (path, number, kind, what))
    for path, kind in sorted(set(waived) - used):
        failed = True
        print("tests/waived.txt: %s %s waives nothing" % (path, kind))
    print("analyze: %d files, %d waivers" % (len(every), len(waived)))
    return 1 if failed or not every else 0


if __name__ == "__main__":
    sys.exit(main())
