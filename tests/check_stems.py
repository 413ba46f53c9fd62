#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Every file x.c of src/ has tests/test_x.c, or a line of this table says which test stands for it.

usage: tests/check_stems.py SOURCE_ROOT"""

import fnmatch
import os
import sys

# The first pattern that fits a file below src/ counts; a test is tests/test_NAME.c, or a path below tests/.
STANDS_FOR = {
    "app/bench/*": "commands",
    "app/files/batch*": "batch.sh",
    "app/files/*": "commands",
    "app/live/locked.c": "locked.py",
    "app/live/*": "commands",
    "app/machine/child.c": "fetch",
    "app/machine/doctor_lock.c": "locked.py",
    "app/machine/doctor_*": "doctor",
    "app/machine/*": "commands",
    "app/main.c": "cli.sh",
    "app/signals.c": "fetch",
    "app/*": "commands",
    "base/guard/starter_files.c": "starter",
    "base/guard/*": "locked.py",
    "base/place/claim.c": "new_file",
    "base/place/rename_new.c": "new_file",
    "base/place/take_after.c": "new_file",
    "base/*": "base",
    "control/page/own/serve.c": "page",
    "control/page/own/*": "upload",
    "control/page/*": "page",
    "control/tray/*": "tray",
    "control/*": "control",
    "compose/backdrop_fade.c": "fade",
    "compose/film/*": "backdrop_film",
    "compose/backdrop_*": "backdrop",
    "compose/blur/*": "blur",
    "compose/show/*": "show",
    "compose/light/*": "light",
    "compose/portrait/*": "portrait",
    "compose/inner.c": "compose",
    "compose/rim*": "compose",
    "core/*": "pipeline",
    "draw/scenery/*": "builtin",
    "draw/*": "presenter",
    "find/hands/*": "hands",
    "find/hold/*": "hold",
    "find/look/*": "study",
    "find/zone.c": "view",
    "find/*": "mask",
    "framing/*": "framing",
    "image/noise.c": "match",
    "image/*": "image",
    "io/pipewire/*": "pipewire/programs.py",
    "io/v4l2/holders.c": "doctor",
    "io/v4l2/sink_v4l2*": "v4l2_sink",
    "io/v4l2/v4l2_kernel.c": "vm/v4l2.py",
    "io/v4l2/*": "v4l2_source",
    "io/stream/*": "y4m",
    "io/unpack.c": "v4l2_source",
    "io/*": "specs",
    "jpeg/jpeg_begin.c": "jpeg_odd",
    "jpeg/jpeg_memory.c": "alloc",
    "jpeg/jpeg_standard.c": "jpeg_odd",
    "jpeg/jpeg_tear.c": "jpeg_odd",
    "jpeg/*": "jpeg_scan",
    "lib/*": "lib",
    "mask/edge*": "edges",
    "mask/guide.c": "edges",
    "mask/trace.c": "edges",
    "mask/*": "mask",
    "media/film/*": "film",
    "media/out/*": "out_file",
    "media/sandbox/*": "sandbox",
    "media/simple/*": "simple",
    "media/*": "media",
    "model/model.c": "manifest",
    "model/own/kernel_*": "kernels",
    "model/own/own_*": "lowering",
    "model/own/*": "own",
    "model/rewrite.c": "engine",
    "model/xnnpack/*": "engine",
    "model/*": "tflite",
    "pixels/*": "rows",
    "module/*": "media_module",
    "text/*": "caption",
    "settings/*": "settings",
}


def main(root):
    tests, used, faults = os.path.join(root, "tests"), set(), []
    for folder, _, names in os.walk(os.path.join(root, "src")):
        for name in sorted(name for name in names if name.endswith(".c")):
            path = os.path.relpath(os.path.join(folder, name), os.path.join(root, "src"))
            if os.path.exists(os.path.join(tests, "test_" + name)):
                continue
            pattern = next((pattern for pattern in STANDS_FOR if fnmatch.fnmatch(path, pattern)), None)
            used.add(pattern)
            if not pattern:
                faults.append("src/%s: there is no tests/test_%s, and nothing stands for it" % (path, name))
    for pattern, test in STANDS_FOR.items():
        if pattern not in used:
            faults.append("tests/check_stems.py: no file is left for %s" % pattern)
        if not os.path.exists(os.path.join(tests, test if "." in test else "test_%s.c" % test)):
            faults.append("tests/check_stems.py: there is no test %s for %s" % (test, pattern))
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
