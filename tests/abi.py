#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""usage: abi.py check SOURCE_ROOT COMPILER...
       abi.py renew SOURCE_ROOT COMPILER...

Check that programs which were linked to libpotemkin.so.0 still work with it, by libabigail's abidiff: nothing that
tests/abi/libpotemkin.so.0.abi describes is gone or has another layout or value. Functions, values of an enum and, in
structs that know their size, fields at the end may be added. Then faults of each kind are planted, and must be found.
`renew` writes the description anew: for a release that adds something, and for another soname.
"""
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile

# A file, a pattern in it and its replacement; whether programs would break.
PLANTS = (
    ('src/lib/lib_webcam.c', r'potemkin_webcam_fd', 'potemkin_webcam_descriptor', True),
    ('libpotemkin.map', 'POTEMKIN_0', 'POTEMKIN_1', True),
    ('', r'int64_t time_ns', 'int time_ns', True),
    ('', r'int width, height;', 'int width, height, depth;', True),
    ('', r'POTEMKIN_RGBA = 5', 'POTEMKIN_RGBA = 8', True),
    ('', r'POTEMKIN_IDLE,', 'POTEMKIN_OFF, POTEMKIN_IDLE,', True),
    ('', r'(void \*log_user;)', r'long more; \1', True),
    ('', r'ptrdiff_t stride\[4\];', 'int stride[4];', True),
    ('', r'(enum potemkin_log_level log_most;)', r'\1 long more;', False),
    ('', r'(size_t setting_count;)', r'\1 long more;', False),
    ('', r'POTEMKIN_A420 = 7', 'POTEMKIN_A420 = 7, POTEMKIN_NEW = 8', False),
    ('src/lib/lib_context.c', r'(const char \*potemkin_version)',
     r'__attribute__((visibility("default"))) int potemkin_new(void); int potemkin_new(void) { return 0; } \1', False),
    ('src/lib/lib_context.h', r'struct potemkin_context {', 'struct potemkin_context { long more;', False),
)


def build(root, tree, folder, compiler):
    """The library of `tree`'s sources, with debugging information; what it needs from the rest stays undefined."""
    made = os.path.join(folder, 'libpotemkin.so.0')
    lib = os.path.join(tree, 'src/lib')
    sources = sorted(os.path.join(lib, name) for name in os.listdir(lib) if name.endswith('.c'))
    subprocess.run([*compiler, '-w', '-g', '-gdwarf-4', '-O0', '-std=gnu11', '-D_GNU_SOURCE', '-DPMK_VERSION="0"',
                    '-fPIC', '-fvisibility=hidden', '-shared', '-I' + os.path.join(tree, 'include'),
                    '-I' + os.path.join(tree, 'src'), '-I' + os.path.join(root, 'src'), *sources,
                    '-Wl,-soname,libpotemkin.so.0,--version-script=' + os.path.join(tree, 'libpotemkin.map'),
                    '-o', made], check=True)
    return made


def describe(root, tree, made, out):
    subprocess.run(['abidw', '--no-show-locs', '--no-corpus-path', '--no-comp-dir-path', '--no-elf-needed',
                    '--exported-interfaces-only', '--drop-undefined-syms', '--drop-private-types', '--headers-dir',
                    os.path.join(tree, 'include'), '--suppr', os.path.join(root, 'tests/abi/handles.suppr'),
                    '--type-id-style', 'hash', '--out-file', out, made], check=True)


def without_growth(old, new):
    """The description `new`, in which structs that know their size have the end that they have in `old`.

    (A suppression of abidiff by has_data_member_inserted_at = end hides what changes inside their members, too.)"""
    sized = re.compile(r"<class-decl name='(potemkin_\w+_(?:settings|info))'.*?</class-decl>", re.DOTALL)
    before = {found[1]: found[0] for found in sized.finditer(old)}

    def cut(found):
        was = before.get(found[1], found[0])
        members = [text.partition('\n')[2].rpartition('\n')[0] for text in (was, found[0])]
        return was if members[1].startswith(members[0]) else found[0]
    return sized.sub(cut, new)


def read(path):
    with open(path, encoding='utf-8') as file:
        return file.read()


def compare(old, new):
    """The findings of abidiff against the description `new`; '' if none. `new` may be changed."""
    text = without_growth(read(old), read(new))
    with open(new, 'w', encoding='utf-8') as file:
        file.write(text)
    done = subprocess.run(['abidiff', '--no-added-syms', '--no-architecture', old, new], capture_output=True, text=True,
                          check=False)
    assert not done.returncode & 3, done.stdout + done.stderr
    return done.stdout if done.returncode else ''


def plant(root, tree, path, old, new):
    for file in [path] if path else ['include/potemkin/potemkin.h', *(os.path.join('src/lib', name) for name in
                                                                       os.listdir(os.path.join(root, 'src/lib')))]:
        with open(os.path.join(tree, file), 'w', encoding='utf-8') as text:
            text.write(re.sub(old, new, read(os.path.join(root, file))))


def copy(root, tree):
    shutil.copytree(os.path.join(root, 'src/lib'), os.path.join(tree, 'src/lib'))
    shutil.copytree(os.path.join(root, 'include'), os.path.join(tree, 'include'))
    shutil.copy(os.path.join(root, 'libpotemkin.map'), tree)


def finds_faults(root, compiler, folder, described):
    for number, (path, old, new, breaks) in enumerate(PLANTS):
        tree = os.path.join(folder, str(number))
        copy(root, tree)
        plant(root, tree, path, old, new)
        changed = os.path.join(tree, 'changed.abi')
        describe(root, tree, build(root, tree, tree, compiler), changed)
        said = compare(described, changed)
        assert bool(said) == breaks, (old, new, said)


def main(what, root, *compiler):
    if not shutil.which('abidw') or platform.machine() != 'x86_64':
        print('skipped: needs abigail-tools, on x86-64')
        return 77
    stored = os.path.join(root, 'tests/abi/libpotemkin.so.0.abi')
    with tempfile.TemporaryDirectory() as folder:
        now = os.path.join(folder, 'now.abi')
        describe(root, root, build(root, root, folder, compiler), stored if what == 'renew' else now)
        if what == 'renew':
            return 0
        said = compare(stored, now)
        if said:
            print(said + 'programs that use libpotemkin.so.0 would break: undo this, or change the soname')
            return 1
        finds_faults(root, compiler, folder, stored)
    return 0


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
