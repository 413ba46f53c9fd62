#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Tests every check of the tree: it passes a copy of the tree, and for a planted fault it fails and says why.

usage: tests/test_checks.py PROGRAM COMPILER..."""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile

import check_tree

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
SPDX = "/* SPDX-License-Identifier: MIT */\n"
SCRIPT = "#!/bin/sh\n# SPDX-License-Identifier: MIT\n"
SEAL = '#include "image/shown_seal.h"\n'
HEADER = SPDX + "/* A header. */\n#ifndef PMK_BASE_NEW_H\n#define PMK_BASE_NEW_H\n\n%s\n#endif\n"

# The check; the file that is planted, or that gets the text appended; the text; the expected message.
PLANTS = [
    # The seal.
    ("seal", "src/scene/x/leak.c", SEAL, "includes image/shown_seal.h"),
    ("seal", "src/io/leak.inc", SEAL, "includes image/shown_seal.h"),
    ("seal", "src/io/leak.cc", SEAL, "includes image/shown_seal.h"),
    ("seal", "src/compose/backdrop.c", SEAL, "includes image/shown_seal.h"),
    ("seal", "src/io/leak.c", '# include "image/shown_seal.h"\n', "no plain directive"),
    ("seal", "src/io/leak.c", '#\tinclude <image/shown_seal.h>\n', "no plain directive"),
    ("seal", "src/io/leak.c", '  #include "image/shown_seal.h"\n', "no plain directive"),
    ("seal", "src/io/leak.c", '#/**/include "image/shown_seal.h"\n', "no plain directive"),
    ("seal", "src/io/leak.c", '/*\n*/ #include "image/shown_seal.h"\n', "no plain directive"),
    ("seal", "src/io/leak.c", '%:include "image/shown_seal.h"\n', "no plain directive"),
    ("seal", "src/io/leak.c", '??=include "image/shown_seal.h"\n', "raw string or a trigraph"),
    ("seal", "src/io/leak.c", '#include_next "image/shown_seal.h"\n', "no plain directive"),
    ("seal", "src/io/leak.c", '#import "image/shown_seal.h"\n', "no plain directive"),
    ("seal", "src/io/leak.c", '#inc\\\nlude "image/shown_seal.h"\n', "includes image/shown_seal.h"),
    ("seal", "src/io/leak.c", '#include "image/shown_\\ \nseal.h"\n', "includes image/shown_seal.h"),
    ("seal", "src/io/leak.c", '#include /* the seal */ "image/shown_seal.h"\n', "not of the form"),
    ("seal", "src/io/leak.c", '#include "../image/shown_seal.h"\n', "not of the form"),
    ("seal", "src/io/leak.c", '#include "image//shown_seal.h"\n', "not of the form"),
    ("seal", "src/image/leak.c", '#include "shown_seal.h"\n', "not of the form"),
    ("seal", "src/io/leak.c", '#define HEADER "image/shown_seal.h"\n#include HEADER\n', "not of the form"),
    ("seal", "src/io/leak.c", "char *a = \"/*\";\n" + SEAL + "char *b = \"*/\";\n", "includes image/shown_seal.h"),
    ("seal", "src/io/leak.c", 'char *a = R"x(")x" /*";\n' + SEAL + "/* */\n", "raw string"),
    ("seal", "src/io/leak.c", "// a comment\r" + SEAL, "a character other than"),
    ("seal", "src/io/leak.c", "\ufeff" + SEAL, "a character other than"),
    # ... and without its header.
    ("seal", "src/io/leak.c", "void *pmk_shown_pool_take(void *pool);\n", "names pmk_shown_pool_take"),
    ("seal", "src/io/leak.c", 'extern void *take(void *pool) __asm__("pmk_shown_" /* */ "pool_take");\n',
     "names pmk_shown_pool_take"),
    ("tags", "src/io/leak.c", "struct pmk_shown {\n\tint image;\n};\n", "struct pmk_shown is defined in src/i"),
    ("seal", "src/io/leak.c", "int pmk_still_write_rgb(const char *path, const void *rgb);\n",
     "names pmk_still_write_rgb"),
    # ... and without its name.
    ("seal", "src/io/leak.c", "#define J(a, b) a##b\nvoid *x = J(pmk_shown_, pool_take);\n", "has ##"),
    ("seal", "src/app/leak.c", "#define J(a, b) a#\\\n#b\nint x = J(pmk_still_, write_rgb)(0, 0);\n", "has ##"),
    ("seal", "src/io/leak.h", "#define J(a, b) a%:%:b\n", "has %:%:"),
    ("seal", "src/mask/edge_guide.c", "void *x = PMK_LEVEL_PASTE(pmk_shown, pool_take);\n", "has PMK_LEVEL_PASTE"),
    ("seal", "src/mask/edge_guide.c", "#undef PMK_LEVEL\n#define PMK_LEVEL pool_take\n", "has #define PMK_LEVEL"),
    ("seal", "src/io/leak.c", 'void *take(void *) __asm__("pmk_shown_pool" "_take");\n', "has __asm__"),
    ("seal", "src/io/leak.c", 'void *take(void *) asm("x");\n', "has asm"),
    ("seal", "src/jpeg/jpeg_blocks.c", 'void *take(void *) __asm__("pmk\\137shown_pool_take");\n',
     "a letter as a number"),
    ("seal", "src/io/leak.c", 'static int x(void) __attribute__((weakref("pmk\\x5fshown_pool_take")));\n',
     "a letter as a number"),
    ("seal", "src/io/leak.c", "void *x(void *y)\n{\n\treturn (struct pmk_shown *)y;\n}\n", "has (struct pmk_shown *)"),
    ("seal", "src/io/leak.h", "#define SHOWN(x) (const struct /* */ pmk_shown *const)x\n", "pmk_shown *const)"),
    ("seal", "src/io/sink_null.c", "struct pmk_frame;\n", "names the raw frame"),
    ("seal", "src/io/v4l2/outlet.c", '#include "image/frame.h"\n#include "image/shown.h"\nstruct pmk_shown *shown;\n',
     "names the raw frame"),
    # Includes.
    ("includes", "src/model/own/leak.c", '#include "image/frame.h"\n', "model may include only base model"),
    ("includes", "src/base/a/b/up.inc", '#include "app/options.h"\n', "base may include only base"),
    ("includes", "src/base/up.c", "#include <app/options.h>\n", "a header of ours as <app/options.h>"),
    ("includes", "src/base/up.c", '#include "base/none.h"\n', "src/ does not have"),
    ("includes", "src/cellar/wine.c", "", "in no room"),
    ("includes", "src/base/fast.S", "", "neither code"),
    ("includes", "src/base/meson.build", "x = include_directories('../app')\n", "calls include_directories()"),
    ("includes", "src/base/meson.build", "sources += files('../../contrib/leak.c')\n", "has '../../contrib/leak.c'"),
    ("includes", "src/base/meson.build", "sources += files('..' / 'leak.c')\n", "has '..'"),
    ("includes", "src/base/meson.build", "sources += files('/tmp/leak.c')\n", "has '/tmp/leak.c'"),
    ("includes", "src/base/meson.build", "sources += custom_target(output: 'leak.c')\n", "calls custom_target()"),
    ("includes", "src/base/meson.build", "x = generator (cp)\n", "calls generator()"),
    ("includes", "src/model/meson.build", "x = configure_file(output: 'leak.c')\n", "calls configure_file()"),
    ("includes", "src/io/meson.build", "x = meson.project_source_root()\n", "calls project_source_root()"),
    ("includes", "src/io/meson.build", "x = ['--include=image/shown_seal.h']\n", "has '--include"),
    ("includes", "src/io/meson.build", "x = ['-Wp,-include,image/shown_seal.h']\n", "has '-Wp,"),
    ("includes", "src/io/meson.build", "x = ['-' + 'include']\n", "has '-'"),
    ("includes", "src/io/meson.build", "x = '''-include'''\n", "has '''-include"),
    ("includes", "meson.build", "x = ['--include=image/shown_seal.h']\n", "changes where or what is included"),
    ("includes", "meson.build", "x = ['-Wp,-include,image/shown_seal.h']\n", "changes where or what is included"),
    ("includes", "meson.build", "x = ['-' + 'include']\n", "changes where or what is included"),
    ("includes", "meson.build", "x = ['-include', 'src/image/shown_seal.h']\n", "changes where or what is included"),
    ("includes", "src/io/file/leak.c", "#include <libavcodec/avcodec.h>\n", "only these may: media/"),
    ("includes", "src/media/media_module.c", "#include <libavutil/frame.h>\n", "only these may: media/"),
    ("includes", "src/media/media_module.h", "#include <libswscale/swscale.h>\n", "only these may: media/"),
    ("includes", "src/io/leak.c", "#include <pipewire/pipewire.h>\n", "only these may: io/pipewire/"),
    ("includes", "src/io/leak.c", "#include <dlfcn.h>\n", "only these may: module/module.c"),
    ("includes", "src/model/leak.c", "#include <xnnpack.h>\n", "only these may: model/xnnpack/"),
    ("includes", "plugins/gst/element.c", '#include "core/pipeline.h"\n', "of ours only <potemkin/potemkin.h> may be"),
    ("includes", "plugins/gst/element.c", '#include "obs/frame.h"\n', "of ours only <potemkin/potemkin.h> may be"),
    # Tags.
    ("tags", "src/app/two.c", "struct pmk_frame {\n\tint x;\n};\n", "is defined in src/app/two.c:1 and in src/image/"),
    ("tags", "src/app/two.h", "enum pmk_frame { PMK_A };\n", "enum pmk_frame is struct pmk_frame in src/image/"),
    ("tags", "src/app/two.h", "union pmk_frame;\n", "union pmk_frame is struct pmk_frame in src/image/"),
    ("tags", "src/app/two.h", "struct frame {\n\tint x;\n};\n", "a tag in a header begins with pmk_"),
    # Voice.
    ("voice", "src/io/said.c", 'const char *said = "too large; use --size";\n', "a front end's words"),
    ("voice", "src/io/said.c", 'const char *said = "too large; use "\n\t"-" /* */ "-size";\n', "a front end's words"),
    ("voice", "src/lib/said.h", 'const char *said = "see `potemkin list`";\n', "a front end's words"),
    ("voice", "src/base/said.inc", 'const char *said = "\\"; sudo modprobe x";\n', "a front end's words"),
    ("voice", "src/base/cure.h", "enum more { PMK_CURE_NEW };\n", "PMK_CURE_NEW is said by nobody"),
    # Shape.
    ("shape", "src/io/long.c", SPDX + "\t" * 14 + "/* 121 */\n", "more than 120 columns"),
    ("shape", "tests/vm/long", SCRIPT + "# " + 119 * "x" + "\n", "more than 120 columns"),
    ("shape", "src/io/long.inc", SPDX + 400 * "int x;\n", "401 lines"),
    ("shape", "src/io/long.c", "\nint pmk_long(\n\tint x)\n{\n" + 42 * "\tx++;\n" + "}\n", "a function of 46 lines"),
    ("shape", "src/io/bare.c", "int x;\n", "no SPDX line"),
    ("shape", "tools/bare", "#!/bin/sh\n\n# SPDX-License-Identifier: MIT\n", "no SPDX line"),
]
# In a tree with only the lowest room: these two run other programs on the whole tree.
SLOW_PLANTS = [
    ("format", "src/base/new.c", SPDX + "int  x;\n", "not as `make format` writes it"),
    ("headers", "src/base/new.h", HEADER % "int pmk_new(size_t size);\n", "does not compile alone"),
    ("headers", "src/base/new.h", (HEADER % "").replace(SPDX, ""), "does not begin with"),
    ("headers", "src/base/new.h", (HEADER % "").replace("BASE_NEW", "BASE_OLD"), "does not begin with"),
    ("headers", "src/base/new.h", (HEADER % "").replace("/* A header. */\n", ""), "does not begin with"),
]


@contextlib.contextmanager
def planted(root, *plants):
    """The tree with these texts added to its files."""
    made, kept = [], []
    try:
        for path, text in plants:
            path = os.path.join(root, path)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            if os.path.exists(path):
                with open(path, encoding="utf-8", newline="") as file:
                    kept.append((path, file.read()))
            else:
                made.append(path)
            with open(path, "a", encoding="utf-8", newline="") as file:
                file.write(text)
        yield
    finally:
        for path in made:
            os.remove(path)
            with contextlib.suppress(OSError):
                os.removedirs(os.path.dirname(path))
        for path, text in kept:
            with open(path, "w", encoding="utf-8", newline="") as file:
                file.write(text)


def expect(root, check, plants, path, said, *arguments):
    """The check must say this of that file or folder."""
    with planted(root, *plants):
        faults = list(check_tree.CHECKS[check](root, *arguments))
    if not any(where.split(":")[0] == path and said in what for where, what in faults):
        sys.exit("%s: %r was expected of %s with %s, but this was said: %s" % (check, said, path, plants, faults))


def expect_clean(root, *checks, arguments=()):
    for check in checks:
        faults = list(check_tree.CHECKS[check](root, *arguments))
        if faults:
            sys.exit("%s: the tree as it is: %s" % (check, faults))


def try_tree(root, _):
    for name in ("src", "tests", "tools", "fuzz"):
        shutil.copytree(os.path.join(ROOT, name), os.path.join(root, name))
    shutil.copy(os.path.join(ROOT, "meson.build"), root)
    elsewhere = ("headers", "format", "state", "callers")
    expect_clean(root, *(check for check in check_tree.CHECKS if check not in elsewhere))
    for check, path, text, said in PLANTS:
        expect(root, check, [(path, text)], path, said)

    shadow = [("src/io/base/log.h", ""), ("src/io/leak.c", '#include "base/log.h"\n')]
    expect(root, "includes", shadow, "src/io/leak.c", "another beside it")
    twin = [("src/app/files_mask.c", "")]
    expect(root, "includes", twin, "src/app/files/mask.c", "has the same name in the library as src/app/files_mask.c")
    many = [("src/io/many/%d.c" % i, SPDX) for i in range(26)]
    expect(root, "shape", many, "src/io/many", "26 files")
    for link, target in (("src/io/link.h", "../image/shown_seal.h"), ("src/io/link", "../image")):
        os.symlink(target, os.path.join(root, link))
        expect(root, "includes", [], link, "is a link")
        os.remove(os.path.join(root, link))
    expect_clean(root, "includes", "shape")


def try_slow(root, compiler):
    shutil.copytree(os.path.join(ROOT, "src/base"), os.path.join(root, "src/base"))
    shutil.copy(os.path.join(ROOT, ".clang-format"), root)
    arguments = {"headers": compiler, "format": ()}
    if not check_tree.has_clang_format():
        del arguments["format"]
    for check in arguments:
        expect_clean(root, check, arguments=arguments[check])
    for check, path, text, said in SLOW_PLANTS:
        if check in arguments:
            expect(root, check, [(path, text)], path, said, *arguments[check])


def run(script, *arguments):
    script = os.path.join(HERE, script)
    return subprocess.run([script, *arguments], stderr=subprocess.PIPE, text=True, check=False)


def fails(script, *arguments, said):
    result = run(script, *arguments)
    if result.returncode != 1 or said not in result.stderr:
        sys.exit("%s: %r was expected, but it gave %d: %s" % (script, said, result.returncode, result.stderr))


def passes(script, *arguments):
    result = run(script, *arguments)
    if result.returncode:
        sys.exit("%s: %s" % (script, result.stderr))


def library(root, compiler, name, text):
    """Make a library of one source; its member has the name of the source."""
    path = os.path.join(root, name)
    with open(path + ".c", "w", encoding="utf-8") as file:
        file.write("".join("int pmk_%d;\n" % i for i in range(30)) + text)
    subprocess.run([*compiler, "-c", path + ".c", "-o", path + ".c.o"], check=True)
    subprocess.run(["ar", "rc", path + ".a", path + ".c.o"], check=True)
    return path + ".a"


def try_symbols(root, compiler):
    """Try check_symbols.sh on libraries with and without faults."""
    passes("check_symbols.sh", library(root, compiler, "fine", ""))
    fails("check_symbols.sh", library(root, compiler, "bare", "int leak;\n"), said="without pmk_:\nleak")


def try_callers(root, compiler):
    """Only the listed member may call a sealed function, not one with a similar name."""
    def said(name, function):
        text = "int %s();\nint pmk_call(void) { return %s(); }\n" % (function, function)
        return list(check_tree.check_callers(ROOT, library(root, compiler, name, text)))

    for source, function in (("compose_compose", "pmk_shown_pool_take"), ("app_files_mask", "pmk_still_write_grey"),
                             ("io_file_sink_file", "pmk_media_out_write"), ("module_module", "dlsym")):
        if said("src_" + source, function):
            sys.exit("callers: %s may call %s" % (source, function))
        for other in ("src_io_leak", "src_io_" + source, "src_%s.c_x" % source, source):
            if not any(member == other + ".c" and function in what for member, what in said(other, function)):
                sys.exit("callers: %s may not call %s" % (other, function))


def try_state(root, compiler):
    def said(text):
        path = os.path.join(root, "leak")
        with open(path + ".c", "w", encoding="utf-8") as file:
            file.write(text)
        subprocess.run([*compiler, "-fPIC", "-c", path + ".c", "-o", path + ".o"], check=True)
        return [what.split()[0] for _, what in check_tree.check_state(root, path + ".o")]

    constant = "static const int one = 1;\nconst int *const pmk_constant = &one;\n"
    for leak in ("int leak;\n", "_Thread_local int leak = 1;\n", "const char *leak = \"\";\n",
                 "static int leak;\nint *pmk_leak(void) { return &leak; }\n"):
        if said(constant + leak) != ["leak"]:
            sys.exit("state: %r was not found" % leak)
    if said(constant + "int *pmk_leak(void) { static int leak; return &leak; }\n") in ([], ["one"]):
        sys.exit("state: a variable of a function was not found")
    if said(constant):
        sys.exit("state: constants are none")


def try_docs(root, program):
    """Try check_docs.sh with additions to the documents and to the program's help."""
    packages = ("debian/changelog", "contrib/packages/PKGBUILD", "contrib/packages/potemkin.spec",
                "contrib/packages/package.nix")
    for name in ("README.md", "NEWS.md", "doc/potemkin.1.scd") + packages:
        os.makedirs(os.path.dirname(os.path.join(root, name)), exist_ok=True)
        shutil.copy(os.path.join(ROOT, name), os.path.join(root, name))
    passes("check_docs.sh", program, root)
    with planted(root, ("doc/potemkin.1.scd", "\n*--made-up* _N_\n")):
        fails("check_docs.sh", program, root, said="--made-up is not in --help")
    more = os.path.join(root, "more")
    with open(more, "w", encoding="utf-8") as file:
        file.write("#!/bin/sh\n'%s' --help all\necho '  --untold N       what only the program knows'\n" % program)
    os.chmod(more, 0o755)
    fails("check_docs.sh", more, root, said="no entry for --untold")
    for name in packages:
        os.remove(os.path.join(root, name))
        with planted(root, (name, "potemkin (9)\npkgver=9\nVersion: 9\n")):
            fails("check_docs.sh", program, root, said=name + ": has another version")


def main(program, *compiler):
    for trial, argument in ((try_tree, None), (try_slow, compiler), (try_symbols, compiler), (try_callers, compiler),
                            (try_state, compiler), (try_docs, program)):
        with tempfile.TemporaryDirectory() as root:
            trial(root, argument)
    # As meson calls them.
    passes("check_tree.py", "includes", ROOT)
    fault = [("meson.build", ""), ("src/base/up.c", '#include "app/options.h"\n')]
    with tempfile.TemporaryDirectory() as root, planted(root, *fault):
        fails("check_tree.py", "includes", root, said="src/base/up.c:1: includes app/options.h: base may include only")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
