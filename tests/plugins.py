#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""usage: plugins.py PROGRAM FREI0R_PLUGIN|- GST_PLUGIN|- [GST_CHANGE]

The plug-ins for ffmpeg and GStreamer against convert and mask: the same pictures.
"""
import ctypes
import os
import subprocess
import sys
import tempfile

WIDTH, HEIGHT, COUNT = 320, 180, 8
SIZE = WIDTH * HEIGHT * 3 // 2


def run(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False, timeout=100)
    assert done.returncode == 0, (command, done.returncode, done.stdout[-500:], done.stderr.decode()[-2000:])
    return done.stdout


def read(path):
    with open(path, 'rb') as file:
        return file.read()


def draw(path, count, *options, size=(WIDTH, HEIGHT)):
    run('ffmpeg', '-v', 'error', '-y', '-f', 'lavfi', '-i', 'testsrc2=s=%dx%d:r=30' % size, '-frames:v', str(count),
        *options, path)


def converted(program, command, film, form, *options):
    """The raw frames that the program makes of a film."""
    made = film + '.mkv' if command == 'mask' else film + '.out.y4m'
    run(program, '-q', command, film, made, *options)
    return run('ffmpeg', '-v', 'error', '-i', made, '-f', 'rawvideo', '-pix_fmt', form, '-')


def check_frei0r(program, plugin, folder):
    os.environ['FREI0R_PATH'] = os.path.dirname(os.path.realpath(plugin))
    picture, made = os.path.join(folder, 'picture.png'), os.path.join(folder, 'made.png')
    draw(picture, 1)
    for backdrop, more in (('builtin:office', ''), ('color:navy', 'feather=3&mirror=yes')):
        words = '|'.join((backdrop, '0', '50', more)).replace(':', '\\\\:')
        run(program, '-q', 'convert', picture, made, '-b', backdrop, *('--' + word for word in more.split('&') if word))
        ours, theirs = (run('ffmpeg', '-v', 'error', '-i', path, *filters, '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-')
                        for path, filters in ((picture, ['-vf', 'frei0r=potemkin:' + words]), (made, [])))
        assert len(ours) == len(theirs) == WIDTH * HEIGHT * 3
        mean = sum(abs(a - b) for a, b in zip(ours, theirs)) / len(ours)
        assert mean < 1.5, (backdrop, mean)  # swscale rounds RGB otherwise than we do
    black = run('ffmpeg', '-v', 'quiet', '-i', picture, '-vf', 'frei0r=potemkin:nowhere', '-f', 'rawvideo', '-pix_fmt',
                'rgb24', '-')
    assert not any(black), 'settings that cannot be used show something'


def check_frei0r_changes(plugin):
    """What a parameter named before is forgotten; what is refused is not kept."""
    lib = ctypes.CDLL(os.path.realpath(plugin))
    lib.f0r_construct.restype = ctypes.c_void_p
    for function in (lib.f0r_set_param_value, lib.f0r_get_param_value):
        function.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int]
    lib.f0r_update.argtypes = [ctypes.c_void_p, ctypes.c_double, ctypes.c_char_p, ctypes.c_char_p]
    lib.f0r_destruct.argtypes = [ctypes.c_void_p]
    made = lib.f0r_construct(WIDTH, HEIGHT)
    backdrop, more = 0, 3

    def give(index, text):
        lib.f0r_set_param_value(made, ctypes.byref(ctypes.c_char_p(text)), index)

    def show():
        out = ctypes.create_string_buffer(4 * WIDTH * HEIGHT)
        lib.f0r_update(made, 0, bytes(4 * WIDTH * HEIGHT), out)
        return out.raw

    give(backdrop, b'color:navy')
    navy = show()
    give(more, b'backdrop=color:red')
    assert show() != navy
    give(more, b'')
    assert show() == navy, 'a setting outlives the text that named it'
    value = ctypes.c_char_p()
    give(backdrop, b'nowhere')
    lib.f0r_get_param_value(made, ctypes.byref(value), backdrop)
    assert value.value == b'color:navy', 'a refused value is kept'
    give(more, b'mirror=yes')
    for refused in (b'nonsense=1', b'mirror=yes&feather=much', b'backdrop=nowhere', b'feather'):
        give(more, refused)
        lib.f0r_get_param_value(made, ctypes.byref(value), more)
        assert value.value == b'mirror=yes', refused
        assert show() == navy, refused
    lib.f0r_destruct(made)


def launch(*words):
    run('gst-launch-1.0', '-q', *' '.join(words).split())


def check_formats(program, film, raw, folder):
    """One film in each format."""
    out = os.path.join(folder, 'out.raw')
    parse = 'filesrc location=%s ! rawvideoparse width=%d height=%d framerate=30/1 format=' % (raw, WIDTH, HEIGHT)
    for backdrop in ('builtin:office', 'blur:40'):
        launch(parse + 'i420', '! potemkin backdrop=%s ! filesink location=%s' % (backdrop, out))
        assert read(out) == converted(program, 'convert', film, 'yuv420p', '-b', backdrop), backdrop
    nv12 = os.path.join(folder, 'film.nv12')
    run('ffmpeg', '-v', 'error', '-i', film, '-f', 'rawvideo', '-pix_fmt', 'nv12', nv12)
    launch(parse.replace(raw, nv12) + 'nv12', '! potemkin ! filesink location=' + out)
    made = converted(program, 'convert', film, 'nv12')
    assert read(out) == made
    launch(parse + 'i420', '! potemkin mask=true ! filesink location=' + out)
    alpha = converted(program, 'mask', film, 'gray')
    assert read(out) == alpha
    for form, size, at in (('A420', SIZE + WIDTH * HEIGHT, None), ('AYUV', 4 * WIDTH * HEIGHT, 0),
                           ('RGBA', 4 * WIDTH * HEIGHT, 3)):
        launch(parse + 'i420', '! potemkin backdrop=transparent ! video/x-raw,format=%s ! filesink location=%s' %
               (form, out))
        first = read(out)[:size]
        assert len(read(out)) == COUNT * size, form
        assert (first[SIZE:] if at is None else first[at::4]) == alpha[:WIDTH * HEIGHT], form


def check_gst(program, plugin, change, folder):
    os.environ.update(GST_PLUGIN_PATH=os.path.dirname(os.path.realpath(plugin)), GST_REGISTRY=folder + '/registry',
                      GST_REGISTRY_FORK='no', G_MESSAGES_PREFIXED='')
    film, raw = os.path.join(folder, 'film.y4m'), os.path.join(folder, 'film.raw')
    draw(film, COUNT, '-pix_fmt', 'yuv420p')
    draw(raw, COUNT, '-pix_fmt', 'yuv420p', '-f', 'rawvideo')
    check_formats(program, film, raw, folder)
    run(change)


def main(program, frei0r, gst, change=''):
    with tempfile.TemporaryDirectory() as folder:
        os.environ['XDG_CONFIG_HOME'] = folder
        if frei0r != '-':
            check_frei0r(program, frei0r, folder)
            check_frei0r_changes(frei0r)
        if gst != '-':
            check_gst(program, gst, os.path.realpath(change), folder)


if __name__ == '__main__':
    main(*sys.argv[1:])
