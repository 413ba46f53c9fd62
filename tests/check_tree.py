#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Checks the rules of the source tree. Prints each fault with its file, and exits with 1 if there is one.

usage: tests/check_tree.py includes|seal|tags|voice|headers|shape|format SOURCE_ROOT [COMPILER...]
       tests/check_tree.py state|callers SOURCE_ROOT LIBRARY..."""

import concurrent.futures
import functools
import os
import posixpath
import re
import shutil
import subprocess
import sys

from check_seal import check_callers, check_meson, check_seal
from source_text import CODE, DATA, OURS, SYSTEM, code, files, includes, lines, literals, oddities, read, sources

# Rooms of src/, from the lowest to the highest, and what each may include besides itself.
ROOMS = {
    "base": "",
    "image": "base",
    "pixels": "base image",
    "jpeg": "base image",
    "module": "base",
    "media": "base image module",
    "text": "base image module",
    "model": "base",
    "draw": "base image",
    "find": "base image pixels model",
    "mask": "base image pixels",
    "framing": "base image pixels find",
    "compose": "base image pixels media text draw",
    "scene": "base image model draw find mask framing compose",
    "io": "base image jpeg media draw",
    "core": "base image scene io",
    "settings": "base image model draw find mask compose scene io core",
    "control": "base image media model draw find mask compose scene io core settings",
    "lib": "base image model draw find mask compose scene io core settings",
    "app": "base image jpeg pixels media text model draw find mask compose scene io core settings control",
}

# Headers of libraries, and the only folders and files that may include them; "!": except these.
WALLS = {
    # FFmpeg as Debian builds it is GPL, so only a module that can be left out uses it; the program has its loader.
    r"lib(av|sw|postproc)[a-z]*/": "media/ !media/media_module.",
    r"(pipewire|spa)/": "io/pipewire/",
    r"systemd/": "io/pipewire/ app/live/ control/tray/",
    r"microhttpd\.h": "control/page/",
    r"(xnnpack|pthreadpool)\.h": "model/xnnpack/",
    r"lcms2\.h": "media/still/",
    r"(png|zlib)\.h": "media/simple/",
    r"webp/": "media/film/webp. media/simple/simple_webp",
    r"(pango|cairo|fontconfig|glib|freetype)[a-z0-9]*[/.]": "text/ !text/text_module.",
    r"dlfcn\.h": "module/module.c",
    r"seccomp\.h": "media/sandbox/ base/guard/",
}

# Only the front ends may speak of options and of commands of the program and of the system.
FRONT_ENDS = ("src/app/", "src/control/")
FRONT_END_WORDS = re.compile(
    r"(?<![\w-])--[a-z]|-D[a-z]+=|\bpotemkin [a-z]|\b(apt|apt-get|make|man|meson|modprobe|sudo|systemctl) [a-z-]"
)

# All variables that can change while the program runs and belong to no object, and why.
STATE = {
    "cpu.c": {"forced": "which vectors: the CPU is the process's"},
    "log.c": {"state": "who hears: stderr is the process's", "overheard": "each thread's own",
              "listener": "likewise", "lowered": "likewise", "answers": "likewise"},
    "status_line.c": {"line": "the terminal is the process's"},
    "open_file.c": {"handed": "a process that reads one file has no other"},
    "files.c": {"last": "the picture that was closed last, for whoever opens it again"},
    "new_file.c": {"tickets": "what the starter of this process may tell its files apart by"},
    "origin.c": {"start": "of what stderr says: it is the process's", "again": "the same, of one thread"},
    "locked.c": {"writes": "what the starter of this process may write"},
    "starter.c": {"starter": "a process of this process's own"},
    "starter_host.c": {"shared": "memory of the starters, in their processes alone"},
    "sandbox.c": {"helper": "a process of this process's own"},
    "sandbox_run.c": {"turns": "how many jobs that process has in work"},
    "media_module.c": {"module": "the shared object: it is loaded once"},
    "text_module.c": {"module": "the shared object: it is loaded once"},
    "media_entry.c": {"host": "in that object: who loaded it"},
    "signals.c": {
        "signal_fd": "a handler is the process's",
        "reload_fd": "likewise",
        "had_terminal": "a terminal is the process's, too",
        "before": "so are the handlers before ours",
    },
}

GENERATED = ("model/manifest_text.h",)  # included, and made by meson

PREFIXES = ("pmk_", "potemkin_")  # of tags that more than one file sees

COLUMNS = 120
FILE_LINES = 400
FUNCTION_LINES = 45
FOLDER_FILES = 25
TEXTS = CODE + (".py", ".sh", ".html", ".css", ".js", "meson.build", "meson_options.txt", "Makefile")
CLANG_FORMAT = "14"  # other versions format a few things differently

TAG = re.compile(r"\b(struct|union|enum)\s+(?:__attribute__\s*\(\(.*?\)\)\s*)?(\w+)(\s*\{)?")


def check_ours(root, path, text):
    """Check the includes of our own headers, in a file of src/."""
    folder, room = posixpath.dirname(path), path.split("/")[1]
    may = ROOMS[room].split() + [room]
    for number, name in includes(text, OURS):
        where = "%s:%d" % (path, number)
        if name.split("/")[0] not in may:
            yield where, "includes %s: %s may include only %s" % (name, room, " ".join(may))
        if name not in GENERATED and not os.path.isfile(os.path.join(root, "src", name)):
            yield where, "includes %s, which src/ does not have" % name
        if os.path.exists(os.path.join(root, folder, name)):
            yield where, "includes %s, of which there is another beside it" % name


def is_behind(wall, path):
    allowed = tuple("src/" + name for name in wall.split() if name[0] != "!")
    refused = tuple("src/" + name[1:] for name in wall.split() if name[0] == "!")
    return path.startswith(allowed) and not path.startswith(refused)


def check_system(root, path, text):
    """Check the includes of headers of the system and of libraries, in any file."""
    for number, name in includes(text, SYSTEM):
        where = "%s:%d" % (path, number)
        if os.path.exists(os.path.join(root, "src", name)) or name in GENERATED:
            yield where, "includes a header of ours as <%s>" % name
        for library, wall in WALLS.items():
            if re.match(library, name) and not is_behind(wall, path):
                yield where, "includes <%s>: only these may: %s" % (name, wall)


def check_includes(root):
    """Includes go down only and have a form that cannot be misread; libraries stay behind their walls."""
    for folder, folders, inside in os.walk(os.path.join(root, "src")):
        for path in (os.path.join(folder, name) for name in folders + inside):
            if os.path.islink(path):
                yield os.path.relpath(path, root), "is a link"
    for path in ["meson.build"] + [path for path in files(root, "plugins") if path.endswith("/meson.build")]:
        if re.search(r"include_directories\((?!'(src|include|\.\.)'\)|"
                     r"\w+\.get_variable\('includedir'\), is_system: true\))|"
                     r"['\"]-(-?[iI]|W[pa],|['\"])", read(root, path)):
            yield path, "changes where or what is included"
    yield from check_meson(root)
    members = {}
    for path in files(root, "src"):
        if not path.endswith(CODE + DATA + ("/meson.build",)):
            yield path, "is neither code (%s) nor data (%s)" % (" ".join(CODE), " ".join(DATA))
        elif path.split("/")[1] not in ROOMS:
            yield path, "is in no room that tests/check_tree.py knows"
        if members.setdefault(path.replace("/", "_"), path) != path:
            yield path, "has the same name in the library as " + members[path.replace("/", "_")]
    for path in sources(root):
        text = read(root, path)
        yield from (("%s:%d" % (path, number), what) for number, what in oddities(text))
        yield from check_system(root, path, text)
        if path.startswith("src/") and path.split("/")[1] in ROOMS:
            yield from check_ours(root, path, text)
        else:  # the public header and its users; a plug-in has its own headers
            for number, name in includes(text, OURS):
                if posixpath.dirname(path) == "plugins/" + posixpath.dirname(name):
                    continue
                where = "%s:%d" % (path, number)
                yield where, "includes %s; of ours only <potemkin/potemkin.h> may be, outside of src/" % name


@functools.lru_cache(maxsize=None)
def tags(text):
    """The line, kind and tag of each tag, and whether it is defined there."""
    return [(code(text).count("\n", 0, match.start()) + 1, match[1], match[2], bool(match[3]))
            for match in TAG.finditer(code(text))]


def check_tags(root):
    """A struct, union or enum tag means one thing in the whole of src/."""
    meanings = {}
    seen = [(path, tag) for path in sources(root) for tag in tags(read(root, path))]
    for path, (number, kind, tag, defined) in seen:
        if defined and tag.startswith(PREFIXES):
            meanings.setdefault(tag, []).append((kind, "%s:%d" % (path, number)))
        elif defined and not path.endswith(".c"):
            yield "%s:%d" % (path, number), "%s %s: a tag in a header begins with pmk_" % (kind, tag)
    for path, (number, kind, tag, _) in seen:
        where = "%s:%d" % (path, number)
        for other, there in meanings.get(tag, ()):
            if other != kind:
                yield where, "%s %s is %s %s in %s" % (kind, tag, other, tag, there)
    for tag, places in meanings.items():
        for kind, where in places if len(places) > 1 else ():
            yield where, "%s %s is defined in %s" % (kind, tag, " and in ".join(there for _, there in places))


def check_voice(root):
    """Code below the front ends says what failed and why, in words that fit every front end."""
    cures = set(re.findall(r"\bPMK_CURE_\w+", code(read(root, "src/base/cure.h")))) - {"PMK_CURE_NONE"}
    for path in sources(root):
        if not path.startswith("src/") or path.startswith(FRONT_ENDS):
            continue
        text = read(root, path)
        for number, literal in literals(text):
            if FRONT_END_WORDS.search(literal):
                yield "%s:%d" % (path, number), "a front end's words (use pmk_error_cure): " + literal
        if path != "src/base/cure.h":
            cures -= set(re.findall(r"\bPMK_CURE_\w+", code(text)))
    for cure in sorted(cures):
        yield "src/base/cure.h", cure + " is said by nobody"


def variables(library):
    """The source file and name of each variable that lives as long as the process."""
    table = subprocess.run(["objdump", "--syms", library], capture_output=True, text=True, check=True).stdout
    source = ""
    for line in table.split("\n"):
        # address, flags ("d": a section, "df": a source file), section, size, name
        symbol = re.match(r"[0-9a-f]+ (.{7}) (\S+)\s+[0-9a-f]+\s+(?:\.hidden )?(\S+)$", line)
        if symbol and symbol[1].endswith("df"):
            source = posixpath.basename(symbol[3])
        elif symbol and "d" not in symbol[1] and re.match(r"\.t?data(?!\.rel\.ro)|\.t?bss|\*COM\*", symbol[2]):
            # names that begin with "_" belong to the compiler, its sanitizers and profilers
            if source != "crtstuff.c" and symbol[3][0] != "_":
                yield source, symbol[3]


def check_state(root, *libraries):
    """Only the variables listed above are process-wide; all others are part of an object."""
    unseen = {(source, name) for source, names_of in STATE.items() for name in names_of}
    for source, name in (found for library in libraries for found in variables(library)):
        unseen.discard((source, name))
        if name not in STATE.get(source, ()):
            yield source, "%s can change and belongs to no object" % name
    for source, name in sorted(unseen if len(libraries) > 2 else ()):
        yield source, "%s is no longer there: fix the list in tests/check_tree.py" % name


def check_headers(root, *compiler):
    """A header compiles alone, says what it is, and has a guard made from its name."""
    headers = [path for path in files(root, "src", "include") if path.endswith(".h")]

    def alone(path):
        flags = ["-std=gnu11", "-D_GNU_SOURCE", "-Isrc", "-Iinclude", "-fsyntax-only", "-Wall", "-Wextra",
                 "-Wno-unused-parameter", "-x", "c"]
        run = subprocess.run([*compiler, *flags, path], cwd=root, capture_output=True, text=True, check=False)
        # the library is not on this machine, so the files that need it are not built either
        absent = re.search(r"fatal error: .*(No such file|not found).*\n.*#include <", run.stderr)
        return run.stderr.strip() if run.returncode and not absent else ""

    for path in headers:
        guard = re.sub(r"[/.]", "_", path.replace("src/", "pmk_", 1).replace("include/", "", 1)).upper()
        head = r"/\* SPDX-License-Identifier: MIT \*/\n/\* (?:.*?) ?\*/\n#ifndef %s\n#define %s\n" % (guard, guard)
        if not re.match(head, read(root, path), re.S):
            yield path, "does not begin with an SPDX line, a comment on what it is, and the guard " + guard
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for path, fault in zip(headers, pool.map(alone, headers)):
            if fault:
                yield path, "does not compile alone:\n" + fault


def functions(text):
    """The first line and number of lines of each function, with signature and braces."""
    all_lines = lines(code(text))
    begin = None
    for number, line in enumerate(all_lines):
        if line == "{":
            begin = number
            while begin > 0 and re.match(r"[^#}\s].*[^;\s]\s*$|\s+\S.*[^;\s]\s*$", all_lines[begin - 1]):
                begin -= 1
        elif line == "}" and begin is not None:
            yield begin + 1, number - begin + 1
            begin = None


def texts_of(root):
    """All files of hand-written code, and their texts."""
    tops = [name for name in os.listdir(root) if os.path.isfile(os.path.join(root, name))]
    inside = files(root, ".ci", "contrib", "fuzz", "include", "plugins", "src", "tests", "tools")
    for path in sorted(tops) + list(inside):
        text = read(root, path)
        if path.endswith(TEXTS) or text.startswith("#!"):
            yield path, text


def check_shape(root):
    """No line, function, file or folder is too long to be read at once; an SPDX line is at the top."""
    for path, text in texts_of(root):
        for number, line in enumerate(lines(text), 1):
            if len(line.expandtabs(8)) > COLUMNS:
                yield "%s:%d" % (path, number), "more than %d columns" % COLUMNS
        if not any("SPDX-License-Identifier: MIT" in line for line in lines(text)[:2]):
            yield path, "has no SPDX line"
    folders = {}
    for path in files(root, "src"):
        text = read(root, path)
        folders.setdefault(posixpath.dirname(path), []).append(path)
        if len(lines(text)) > FILE_LINES:
            yield path, "%d lines; at most %d" % (len(lines(text)), FILE_LINES)
        for number, count in functions(text) if path.endswith(CODE) else ():
            if count > FUNCTION_LINES:
                yield "%s:%d" % (path, number), "a function of %d lines; at most %d" % (count, FUNCTION_LINES)
    for folder, inside in folders.items():
        if len(inside) > FOLDER_FILES:
            yield folder, "%d files; at most %d" % (len(inside), FOLDER_FILES)


def has_clang_format():
    if not shutil.which("clang-format"):
        return False
    version = subprocess.run(["clang-format", "--version"], capture_output=True, text=True, check=True).stdout
    return "version %s." % CLANG_FORMAT in version


def check_format(root):
    """The code is formatted as `make format` does."""
    paths = [path for path in files(root, "src", "include", "plugins", "tests", "fuzz") if path.endswith(CODE)]
    command = ["clang-format", "--dry-run", "-Werror", *paths]
    run = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    faults = re.findall(r"^(.*?):(\d+):\d+: error: ", run.stderr, re.M)
    for path, number in dict(reversed(faults)).items():
        yield "%s:%s" % (path, number), "not as `make format` writes it"
    if run.returncode and not faults:
        yield "clang-format", run.stderr.strip()


CHECKS = {"includes": check_includes, "seal": check_seal, "tags": check_tags, "voice": check_voice,
          "headers": check_headers, "shape": check_shape, "format": check_format, "state": check_state,
          "callers": check_callers}


def main(name, root, *compiler):
    if name == "format" and not has_clang_format():
        print("skipped: needs clang-format " + CLANG_FORMAT)
        return 77
    faults = list(CHECKS[name](root, *compiler))
    for where, what in faults:
        print("%s: %s" % (where, what), file=sys.stderr)
    if len(sources(root)) < 50:
        sys.exit("only %d files were seen: is this the source tree?" % len(sources(root)))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
