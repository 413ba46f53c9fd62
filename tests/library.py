#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""usage: library.py PROGRAM SEGMENTER SCENE WEBCAM LIBRARY COMPILER...

The examples of doc/examples, which use libpotemkin, against the program: the same pictures, bit for bit. The header as
C99 and C++17; the library shows only what the header declares.
"""
import hashlib
import os
import re
import subprocess
import sys
import tempfile

WIDTH, HEIGHT, COUNT = 320, 180, 12
ROOT = os.path.join(os.path.dirname(os.path.realpath(__file__)), '..')


def run(*command, data=b''):
    done = subprocess.run(command, input=data, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False, timeout=100)
    assert done.returncode == 0, (command, done.returncode, done.stderr.decode())
    return done.stdout


def frames_of(path):
    """The frames of a y4m file of 4:2:0."""
    with open(path, 'rb') as file:
        head, _, rest = file.read().partition(b'\n')
    size = WIDTH * HEIGHT * 3 // 2
    assert b'W%d H%d' % (WIDTH, HEIGHT) in head
    return b''.join(rest[at + 6:at + 6 + size] for at in range(0, len(rest), size + 6))


def draw(path, count, *options):
    run('ffmpeg', '-v', 'error', '-y', '-f', 'lavfi', '-i', 'testsrc2=s=%dx%d:r=30' % (WIDTH, HEIGHT), '-frames:v',
        str(count), *options, path)


def same_as_convert(program, scene, folder):
    film, made = os.path.join(folder, 'film.y4m'), os.path.join(folder, 'made.y4m')
    picture = os.path.join(folder, 'picture.png')
    draw(film, COUNT, '-pix_fmt', 'yuv420p')
    draw(picture, 1)
    for backdrop in ('builtin:office', 'blur:50', picture):
        run(program, '-q', 'convert', film, made, '-b', backdrop)
        ours = run(scene, str(WIDTH), str(HEIGHT), '30', backdrop, data=frames_of(film))
        assert len(ours) == COUNT * WIDTH * HEIGHT * 3 // 2
        assert hashlib.sha256(ours).digest() == hashlib.sha256(frames_of(made)).digest(), backdrop


def finds_somebody(segmenter, folder):
    photo = os.path.join(folder, 'photo.ppm')
    draw(photo, 1)
    with open(photo, 'rb') as file:
        alpha = run(segmenter, data=file.read())
    assert alpha.startswith(b'P5\n%d %d\n255\n' % (WIDTH, HEIGHT)) and len(alpha) == 15 + WIDTH * HEIGHT


def feeds_an_output(webcam, folder):
    film = os.path.join(folder, 'webcam.y4m')
    with subprocess.Popen([webcam, 'presenter', 'file:' + film], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          text=True) as process:
        seen = []
        for line in process.stdout:
            seen.append(line.strip())
            if line == 'live\n':
                process.stdin.write('color:navy\n')
                process.stdin.flush()
            if line.startswith('the backdrop is'):
                process.stdin.write('\n')
                process.stdin.flush()
    assert process.returncode == 0 and 'the backdrop is color:navy' in seen, seen
    assert os.path.getsize(film) > 1 << 20
    return film


def spares_an_input(webcam, film):
    with open(film, 'rb') as file:
        before = file.read()
    ended = subprocess.run([webcam, 'file:' + film, 'file:' + film], input='', capture_output=True, text=True,
                           check=False)
    assert ended.returncode and 'is an input and would be overwritten' in ended.stderr, ended
    with open(film, 'rb') as file:
        assert file.read() == before


def header_is_plain(library, compiler, folder):
    with open(os.path.join(ROOT, 'include/potemkin/potemkin.h'), encoding='utf-8') as file:
        code = re.sub(r'/\*.*?\*/', '', file.read(), flags=re.S)
    declared = set(re.findall(r'(?<!typedef void )\b(potemkin_\w+)\(', code))
    for language, standard in (('c', 'c99'), ('c++', 'c++17')):
        source = os.path.join(folder, 'header.' + language)
        with open(source, 'w', encoding='ascii') as file:
            file.write('#include <potemkin/potemkin.h>\nint main(void) { return potemkin_version() == 0; }\n')
        plus = language == 'c++' and subprocess.run(['sh', '-c', 'command -v c++'], capture_output=True, check=False)
        if plus and plus.returncode:
            print('skipped: C++ is not installed')
            continue
        run(*(['c++'] if plus else compiler), '-std=' + standard, '-Wall', '-Wextra', '-Werror', '-pedantic',
            '-fsyntax-only', '-x', language, '-I' + os.path.join(ROOT, 'include'), source)
    shown = run('nm', '--dynamic', '--defined-only', library).decode()
    names = {name.partition('@')[0] for name in re.findall(r' [TDBRVW] (\S+)', shown)} - {'POTEMKIN_0'}
    assert names == declared, names ^ declared
    assert 'POTEMKIN_0' in shown


def main(program, segmenter, scene, webcam, library, *compiler):
    with tempfile.TemporaryDirectory() as folder:
        os.environ['XDG_CONFIG_HOME'] = folder
        header_is_plain(library, compiler, folder)
        same_as_convert(program, scene, folder)
        finds_somebody(segmenter, folder)
        spares_an_input(webcam, feeds_an_output(webcam, folder))


if __name__ == '__main__':
    main(*sys.argv[1:])
