# SPDX-License-Identifier: MIT
"""Checks of the seal: only listed files make pictures that outputs accept, or write pictures to files.

check_tree.py runs them."""

import functools
import posixpath
import re
import subprocess

from source_text import OURS, code, files, includes, literals, names, oddities, read, sources

# Our own headers that only the named files may include. Other files may not use the functions that they declare either.
SEALED = {
    # Only the seal makes a picture that outputs accept.
    "image/shown_seal.h": "image/shown.c compose/compose.c",
    # Only these write plain pictures to files: composed ones, the drawn demo, and masks.
    "media/media_out.h": "media/media_out.c media/media_module.h io/file/sink_file.c app/files/mask.c",
    "media/still.h": "media/still.c media/media_module.h compose/backdrop_picture.c compose/overlay.c "
    "media/simple/simple.h media/sandbox/reply.c app/files/mask.c app/live/demo.c control/shown_file.c "
    "control/page/thumbnail.c control/page/own/upload.c",
    "media/simple/simple.h": "media/simple/simple.c media/simple/simple_file.c media/simple/simple_none.c "
    "media/simple/simple_write.c media/simple/simple_webp_write.c media/media_module.c media/sandbox/worker.c",
    "media/media_module.h": "media/media_module.c media/media_entry.c media/sandbox/reel_worker.c "
    "media/sandbox/files.c media/sandbox/helper.c media/sandbox/sandbox.c media/sandbox/sandbox_run.c "
    "media/sandbox/stills.c media/sandbox/worker.c",
}

# Constructs that could hide a name or a type from these checks, and the only files that may use them.
ONLY_IN = {
    r"##|%:%:": "base/dispatch.h jpeg/jpeg_vectors.h mask/edge_kernel.h model/own/conv_tile.inc "
    "model/own/kernel_conv.c model/own/vector.inc pixels/rows_kernel.h settings/table.c",
    r"\bPMK_LEVEL_PASTE2?\b|#define PMK_LEVEL\b": "base/dispatch.h",
    r"\b(__)?asm(__)?\b": "jpeg/jpeg_blocks.c model/own/vector.inc",
    r"\(\s*(const\s+)?struct\s+pmk_shown\s*(const\s*)?\*[\s*const]*\)": "",  # a cast
}

# Functions that look up others by name, and the only files that may call them.
LOOKUPS = {
    "dlopen": "module/module.c",
    "dlmopen": "",
    "dlsym": "module/module.c",
    "dlvsym": "",
}

# What a meson.build in src/ may call, and what its strings may be: names of files beside it, words, and these flags.
MESON_CALLS = "files subdir static_library extract_all_objects get_supported_arguments get_option cpu_family"
MESON_STRING = re.compile(
    r"[a-z]\w*(\.c)?|-DPMK_LEVEL=|-O1|-Wno-[a-z-]+|-m(avx2|bmi2?|prefer-vector-width=256)|-ffp-contract=fast"
)
# The one source that is not written by hand.
MESON_MANIFEST = r"""
manifest = import('fs').read(meson.project_source_root() / 'models/manifest.ini')
configure_file(output: 'manifest_text.h', configuration: {
	'PMK_MANIFEST_TEXT': '"' + manifest.replace('\\', '\\\\').replace('"', '\\"').replace('\n', '\\n') + '"'})
"""


def may_name(header):
    """The files that may use what a sealed header declares: those that may include it, or another one that does."""
    files_allowed = SEALED[header].split()
    for name in files_allowed[:]:
        files_allowed += SEALED[name].split() if name in SEALED else []
    return [header] + files_allowed


def check_sealed(header, texts):
    allowed = SEALED[header].split()
    functions = set(re.findall(r"\b(pmk_\w+)\(", code(texts[header])))
    for path, text in texts.items():
        includes_it = any(name == header for _, name in includes(text, OURS))
        if includes_it and path not in allowed:
            yield "src/" + path, "includes %s; only these may: %s" % (header, " ".join(allowed))
        elif not includes_it and path in allowed:
            yield "src/" + path, "no longer includes %s: fix the list in tests/check_seal.py" % header
        for name in functions & names(text) if path not in may_name(header) else ():
            yield "src/" + path, "names %s of %s; only these may: %s" % (name, header, " ".join(allowed))
    for path in allowed:
        if path not in texts:
            yield "src/" + path, "is named in tests/check_seal.py, but not in the tree"


def check_seal(root):
    """Only listed files make a picture that outputs accept, or write pictures to files without one."""
    texts = {path[len("src/"):]: read(root, path) for path in sources(root) if path.startswith("src/")}
    for header in SEALED:
        yield from check_sealed(header, texts)
    for path, text in texts.items():
        yield from (("src/%s:%d" % (path, number), what) for number, what in oddities(text) + disguises(path, text))
        is_output = posixpath.basename(path).startswith("sink") or "pmk_shown" in names(text)
        takes_raw = "pmk_frame" in names(text) or "image/frame.h" in [name for _, name in includes(text, OURS)]
        if path.startswith("io/") and is_output and takes_raw:
            yield "src/" + path, "takes shown pictures and names the raw frame"


def spelled(text):
    """The line and content of each string that writes a letter, digit or underscore as a number."""
    for number, literal in literals(text):
        for octal, hexadecimal, universal in re.findall(r"\\(?:([0-7]{1,3})|x([0-9a-fA-F]+)|([uU])|.)", literal):
            value = int(octal, 8) if octal else int(hexadecimal or "0", 16)
            if universal or re.match(r"[A-Za-z0-9_]", chr(value & 0xff)):
                yield number, literal
                break


@functools.lru_cache(maxsize=None)
def disguises(path, text):
    """Whatever could hide a name from a search for it: line number and description."""
    found = [(number, "a string that spells a letter as a number: " + literal) for number, literal in spelled(text)]
    bare = re.sub(r'"(?:\\.|[^"\\\n])*"', '""', code(text))
    for pattern, allowed in ONLY_IN.items():
        for match in re.finditer(pattern, bare) if path not in allowed.split() else ():
            number = bare.count("\n", 0, match.start()) + 1
            found.append((number, "has %s; only these may: %s" % (match[0], allowed or "none")))
    return found


def check_meson(root):
    """Only sources that the other checks read are compiled, and no flag includes another file."""
    for path in files(root, "src"):
        if not path.endswith("/meson.build"):
            continue
        text = read(root, path)
        if path == "src/model/meson.build":
            text = text.replace(MESON_MANIFEST, "\n")
        strings = []
        form = r"#[^\n]*|'''.*?'''|'(?:\\.|[^'\\\n])*'"
        bare = re.sub(form, lambda match: strings.append(match[0]) or "", text, flags=re.S)
        for name in re.findall(r"(\w+)\s*\(", bare):
            if name not in MESON_CALLS.split():
                yield path, "calls %s(); it may call only %s" % (name, MESON_CALLS)
        for string in strings:
            if string[0] == "'" and not MESON_STRING.fullmatch(string[1:-1]):
                yield path, "has %s, no name of a file beside it and no flag that is listed" % string


def callers(root):
    """The files that may call each sealed function."""
    may = {name: allowed.split() for name, allowed in LOOKUPS.items()}
    for header in SEALED:
        for function in re.findall(r"\b(pmk_\w+)\(", code(read(root, "src/" + header))):
            may[function] = may_name(header)
    return may


def check_callers(root, *libraries):
    """In the compiled libraries, too, only listed files call sealed functions, however the source names them."""
    may = callers(root)
    for library in libraries:
        run = subprocess.run(["nm", "-A", "--undefined-only", library], capture_output=True, text=True, check=True)
        # a member is named after the path of its source, with "_" for "/"; in a thin archive, a folder precedes it
        for member, name in re.findall(r"([^/:\n]+)\.o: +[UwWvV] (\w+)$", run.stdout, re.M):
            if name in may and member not in ["src_" + path.replace("/", "_") for path in may[name]]:
                yield member, "calls %s; only these may: %s" % (name, " ".join(may[name]) or "none")
