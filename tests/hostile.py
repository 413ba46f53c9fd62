#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Picture files that are made to do harm: each one, as a backdrop and as a file to convert, is refused in one line with
exit code 3, or is the picture that it says; within limits of memory and time.

usage: tests/hostile.py PROGRAM [all|NAME...]"""

import ctypes
import os
import random
import resource
import struct
import subprocess
import sys
import tempfile
import threading
import time
import zlib

MOST_KB = 512 << 10  # of any process
PATIENCE = 60  # s; what it takes is printed, and held against the figure where the machine is quiet
PR_SET_CHILD_SUBREAPER = 36


# --- kinds of file: name -> bytes

def chunk(kind, data, crc=None):
    crc = zlib.crc32(kind + data) if crc is None else crc
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", crc)


def zeros(count, level=9):
    """A zlib stream of so many zeros."""
    maker, parts = zlib.compressobj(level), []
    block = bytes(1 << 20)
    for _ in range(count >> 20):
        parts.append(maker.compress(block))
    parts.append(maker.compress(bytes(count & 0xfffff)))
    return b"".join(parts) + maker.flush()


def png(width=64, height=48, depth=8, colour=2, before=b"", idat=None, interlace=0, after=b"", end=True):
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlace)
    samples = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}.get(colour, 1)
    if idat is None:
        idat = zeros(((width * samples * depth + 7) // 8 + 1) * height)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + before + chunk(b"IDAT", idat) + after +
            (chunk(b"IEND", b"") if end else b""))


def segment(mark, data):
    return struct.pack(">BBH", 0xff, mark, len(data) + 2) + data


DQT = segment(0xdb, b"\0" + b"\x10" * 64)
DHT = segment(0xc4, b"\0" + bytes([0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]) + b"\0") + \
    segment(0xc4, b"\x10" + bytes([0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]) + b"\0")


def jpeg(width=64, height=48, sof=0xc0, before=b"", scans=1, scan=None, parts=3, dri=b"", after=b"\xff\xd9"):
    comps = b"".join(bytes([i + 1, 0x11, 0]) for i in range(parts))
    frame = segment(sof, struct.pack(">BHHB", 8, height, width, parts) + comps)
    if scan is None:
        scan = bytes(((width + 7) // 8) * ((height + 7) // 8) * parts * 4 // 8 + 1)
    sos = segment(0xda, bytes([parts]) + b"".join(bytes([i + 1, 0]) for i in range(parts)) + b"\0\x3f\0")
    return b"\xff\xd8" + before + DQT + frame + DHT + dri + (sos + scan) * scans + after


def jpeg_progressive(width, height, scans):
    """Each scan is a few bytes and costs a walk through all blocks."""
    frame = segment(0xc2, struct.pack(">BHHB", 8, height, width, 1) + b"\x01\x11\0")
    dc = segment(0xda, b"\x01\x01\0\0\0\0") + bytes(((width + 7) // 8) * ((height + 7) // 8) // 8 + 1)
    # end of band runs of 2^14 blocks
    eob = segment(0xc4, b"\x10" + bytes([1] + [0] * 15) + b"\xe0")
    ac = segment(0xda, b"\x01\x01\0\x01\x3f\0") + bytes(64)
    return b"\xff\xd8" + DQT + frame + DHT + dc + eob + ac * scans + b"\xff\xd9"


def gif(width=64, height=48, frames=1, data=b"\x02\x02\x4c\x01\0", screen=None):
    """data: the LZW code of one frame"""
    sw, sh = screen or (width, height)
    image = b"\x2c" + struct.pack("<HHHHB", 0, 0, width, height, 0) + data
    control = b"\x21\xf9\x04\0\x01\0\0\0"
    return b"GIF89a" + struct.pack("<HHBBB", sw, sh, 0x80, 0, 0) + bytes(6) + (control + image) * frames + b";"


def bmp(width, height, bits=24, compression=0, data=b"", size=None):
    head = struct.pack("<IiiHHIIiiII", 40, width, height, 1, bits, compression, len(data), 0, 0, 0, 0)
    table = bytes(1024) if bits == 8 else b""
    at = 14 + len(head) + len(table)
    return b"BM" + struct.pack("<IHHI", size or at + len(data), 0, 0, at) + head + table + data


def tiff(tags, data=b"", next_ifd=0, count=None):
    entries = b"".join(struct.pack("<HHII", tag, kind, n, value) for tag, kind, n, value in tags)
    at = 8 + 2 + len(entries) + 4
    return b"II*\0" + struct.pack("<IH", 8, count or len(tags)) + entries + struct.pack("<I", next_ifd) + data


def tiff_tags(width, height, compression, at, size, rows=None, samples=3):
    return [(256, 4, 1, width), (257, 4, 1, height), (258, 3, 1, 8), (259, 3, 1, compression),
            (262, 3, 1, 2 if samples > 1 else 1),
            (273, 4, 1, at), (277, 3, 1, samples), (278, 4, 1, rows or height), (279, 4, 1, size)]


def tiff_deflate(width, height):
    data = zeros(width * height * 3)
    return tiff(tiff_tags(width, height, 8, 8 + 2 + 9 * 12 + 4, len(data)), data)


def webp(kind, data):
    data += b"\0" * (len(data) & 1)
    body = b"WEBP" + kind + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", len(body)) + body


def vp8x(width, height, flags=2, after=b""):
    canvas = struct.pack("<I", width - 1)[:3] + struct.pack("<I", height - 1)[:3]
    body = b"WEBPVP8X" + struct.pack("<IB3x", 10, flags) + canvas + after
    return b"RIFF" + struct.pack("<I", len(body)) + body


def box(kind, data=b"", size=None):
    return struct.pack(">I", 8 + len(data) if size is None else size) + kind + data


def nested(kind, depth, data=b""):
    for _ in range(depth):
        data = box(kind, data)
    return data


def tga(width, height, kind=10, packets=b""):
    return struct.pack("<BBBHHBHHHHBB", 0, 0, kind, 0, 0, 0, 0, 0, width, height, 24, 0) + packets


def apng(frames):
    parts = b""
    for i in range(frames):
        parts += chunk(b"fcTL", struct.pack(">IIIIIHHBB", 2 * i, 64, 48, 0, 0, 1, 10, 0, 0))
        parts += chunk(b"fdAT", struct.pack(">I", 2 * i + 1) + zeros(193 * 48))
    return png(before=chunk(b"acTL", struct.pack(">II", frames, 0)), after=parts)


def icc(size):
    return struct.pack(">I", size) + b"lcms\x04\x30\0\0mntrRGB XYZ " + bytes(12) + b"acsp" + bytes(88) + \
        struct.pack(">I", 0xffffffff)


def kinds():
    noise = random.Random(1).randbytes
    big = 16384, 7800
    yield "png-ztxt", lambda: png(before=chunk(b"zTXt", b"a\0\0" + zeros(512 << 20)) * 8)
    yield "png-itxt", lambda: png(before=chunk(b"iTXt", b"a\0\1\0\0\0" + zeros(512 << 20)) * 8)
    yield "png-iccp", lambda: png(before=chunk(b"iCCP", b"a\0\0" + zeros(512 << 20)))
    yield "png-text-many", lambda: png(before=chunk(b"tEXt", b"k\0v") * 1000000)
    yield "png-ztxt-many", lambda: png(before=chunk(b"zTXt", b"a\0\0" + zeros(1 << 20)) * 3000)
    yield "png-empty-chunks", lambda: png(before=chunk(b"abCd", b"") * 3000000)
    yield "png-area", lambda: png(*big)
    yield "png-area-rgba16", lambda: png(*big, depth=16, colour=6)
    yield "png-area-grey1", lambda: png(*big, depth=1, colour=0)
    yield "png-area-interlaced", lambda: png(*big, interlace=1)
    yield "png-side", lambda: png(0x7fffffff, 1, idat=b"")
    yield "png-sides", lambda: png(0x7fffffff, 0x7fffffff, idat=b"")
    yield "png-nothing", lambda: png(0, 0, idat=b"")
    yield "png-area-empty", lambda: png(*big, idat=b"x")
    yield "png-idat-bomb", lambda: png(idat=zeros(512 << 20))
    yield "png-idat-many", lambda: png(after=chunk(b"IDAT", b"") * 1000000)
    yield "png-crc", lambda: png(before=chunk(b"pHYs", bytes(9), crc=1))
    yield "png-long-chunk", lambda: png(before=b"\x7f\xff\xff\xfftEXt")
    yield "png-no-end", lambda: png(end=False)
    yield "png-cut", lambda: png()[:60]
    yield "png-palette", lambda: png(colour=3)
    yield "png-depth", lambda: png(depth=3)
    yield "png-apng", lambda: apng(20000)
    yield "png-apng-count", lambda: png(before=chunk(b"acTL", struct.pack(">II", 0xffffffff, 0)))
    yield "jpeg-comments", lambda: jpeg(before=segment(0xfe, b"") * 20000000)
    yield "jpeg-app", lambda: jpeg(before=segment(0xe5, bytes(65533)) * 3000)
    yield "jpeg-exif", lambda: jpeg(before=segment(0xe1, b"Exif\0\0II*\0\x08\0\0\0\xff\xff" + bytes(60000)) * 1000)
    yield "jpeg-icc", lambda: jpeg(before=b"".join(segment(0xe2, b"ICC_PROFILE\0" + bytes([i, 255]) + bytes(65000))
                                                   for i in range(1, 256)) * 4)
    yield "jpeg-dqt", lambda: jpeg(before=DQT * 1000000)
    yield "jpeg-dht", lambda: jpeg(before=DHT * 1000000)
    yield "jpeg-sof-many", lambda: jpeg(before=segment(0xc0, struct.pack(">BHHB", 8, 7800, 16384, 1) +
                                                       b"\1\x11\0") * 200)
    yield "jpeg-soi", lambda: b"\xff\xd8" * 50000000
    yield "jpeg-fill", lambda: b"\xff\xd8" + b"\xff" * 100000000
    yield "jpeg-area", lambda: jpeg(*big, scan=b"\0")
    yield "jpeg-area-whole", lambda: jpeg(*big)
    yield "jpeg-sides", lambda: jpeg(65535, 65535, scan=b"\0")
    yield "jpeg-progressive", lambda: jpeg_progressive(8000, 8000, 5000)
    yield "jpeg-progressive-area", lambda: jpeg_progressive(16384, 7800, 5000)
    yield "jpeg-arithmetic", lambda: jpeg(*big, sof=0xc9, scan=b"\0")
    yield "jpeg-inks", lambda: jpeg(*big, parts=4)
    yield "jpeg-lossless", lambda: jpeg(*big, sof=0xc3, scan=b"\0")
    yield "jpeg-scans", lambda: jpeg(1024, 1024, scans=200)
    yield "jpeg-restarts", lambda: jpeg(2048, 2048, dri=segment(0xdd, b"\0\1"), scan=b"\0\xff\xd0" * 70000)
    yield "jpeg-cut", lambda: jpeg()[:100]
    yield "jpeg-many", lambda: jpeg() * 20000
    yield "gif-area", lambda: gif(65535, 65535)
    yield "gif-screen", lambda: gif(screen=(65535, 65535))
    yield "gif-frames", lambda: gif(frames=1000000)
    yield "gif-cut", lambda: gif()[:20]
    yield "gif-noise", lambda: gif(data=b"\x08" + b"".join(b"\xff" + noise(255) for _ in range(4000)) + b"\0")
    yield "gif-extensions", lambda: gif()[:-1] + b"\x21\xfe\x01a\0" * 5000000
    yield "bmp-area", lambda: bmp(*big)
    yield "bmp-rle", lambda: bmp(16384, 7800, 8, 1, b"\xff\x01" * 500000 + b"\0\1")
    yield "bmp-negative", lambda: bmp(-5, -0x80000000)
    yield "tiff-loop", lambda: tiff(tiff_tags(64, 48, 1, 8, 9216), bytes(9216), next_ifd=8)
    yield "tiff-deflate", lambda: tiff_deflate(*big)
    yield "tiff-strips", lambda: tiff([(256, 4, 1, 64), (257, 4, 1, 1), (273, 4, 0x3fffffff, 8),
                                       (279, 4, 0x3fffffff, 8)])
    yield "tiff-tags", lambda: tiff([(305, 2, 0x0fffffff, 0)] * 65535)
    yield "tiff-area", lambda: tiff(tiff_tags(*big, 1, 8, 100))
    yield "tiff-lzw", lambda: tiff(tiff_tags(*big, 5, 8 + 2 + 9 * 12 + 4, 4000000), noise(4000000))
    yield "webp-canvas", lambda: vp8x(1 << 24, 1 << 24)
    yield "webp-canvas-area", lambda: vp8x(*big, flags=0)
    yield "webp-lossless", lambda: webp(b"VP8L", b"\x2f" + struct.pack("<I", 16383 | 7799 << 14) + noise(3000))
    yield "webp-lossy", lambda: webp(b"VP8 ", b"\x10\0\0\x9d\x01\x2a" + struct.pack("<HH", 16383, 7800) + noise(3000))
    yield "webp-chunks", lambda: vp8x(64, 48, 0, b"EXIF\0\0\0\0" * 3000000)
    yield "avif-nested", lambda: box(b"ftyp", b"avif\0\0\0\0avifmif1") + nested(b"meta", 100000)
    yield "avif-iloc", lambda: box(b"ftyp", b"avif\0\0\0\0avifmif1") + box(
        b"meta", bytes(4) + box(b"iloc", b"\0\0\0\0\x44\0\xff\xff" + bytes(1 << 20)))
    yield "heic-boxes", lambda: box(b"ftyp", b"heic\0\0\0\0heicmif1") + box(b"free") * 5000000
    yield "jxl-boxes", lambda: b"\0\0\0\x0cJXL \r\n\x87\n" + box(b"jxlp") * 5000000
    yield "jxl-noise", lambda: b"\xff\x0a" + noise(100000)
    yield "tga-rle", lambda: tga(*big, packets=b"\xff\0\0\0" * 1000000)
    yield "pnm-area", lambda: b"P6\n16384 7800\n255\n"
    yield "pnm-text", lambda: b"P3\n4000 4000\n255\n" + b"0 " * 48000000
    yield "pnm-comments", lambda: b"P6\n" + b"# a\n" * 20000000
    yield "pam-depth", lambda: b"P7\nWIDTH 9999\nHEIGHT 9999\nDEPTH 4\nMAXVAL 65535\nTUPLTYPE RGB_ALPHA\nENDHDR\n"
    yield "qoi-run", lambda: b"qoif" + struct.pack(">IIBB", *big, 3, 0) + b"\xfd" * 2200000
    yield "psd-rle", lambda: b"8BPS\0\1" + bytes(6) + struct.pack(">HIIHH", 3, 7800, 16384, 8, 3) + bytes(12) + b"\0\1"
    yield "exr-area", lambda: b"v/1\1\2\0\0\0channels\0chlist\0\1\0\0\0\0dataWindow\0box2i\0\x10\0\0\0" + \
        struct.pack("<iiii", 0, 0, 16383, 7799) + b"\0"
    yield "sgi-rle", lambda: b"\x01\xda\1\1\0\3" + struct.pack(">HHH", 16384, 7800, 3) + bytes(500)
    yield "pcx-area", lambda: b"\x0a\5\1\x08" + struct.pack("<HHHH", 0, 0, 16383, 7799) + bytes(53) + b"\3" + \
        struct.pack("<H", 16384) + bytes(60) + b"\xff\0" * 100000
    yield "dpx-area", lambda: b"SDPX" + struct.pack(">I", 2048) + bytes(764) + struct.pack(">II", *big) + bytes(2000)
    yield "j2k-tiles", lambda: b"\xff\x4f" + segment(0x51, struct.pack(">HIIIIIIIIH", 0, *big, 0, 0, 1, 1, 0, 0, 3) +
                                                     b"\7\1\1" * 3)
    yield "ico-many", lambda: b"\0\0\1\0\xff\xff" + struct.pack("<BBBBHHII", 0, 0, 0, 0, 1, 32, 40, 22) * 65535
    yield "xbm", lambda: b"#define a_width 16384\n#define a_height 7800\nstatic char a_bits[] = {\n" + \
        b"0xff," * 2000000
    yield "xpm", lambda: b'/* XPM */\nstatic char *a[] = {\n"16384 7800 99999 9",\n' + b'"a c #000000",\n' * 100000
    yield "svg", lambda: b'<svg xmlns="http://www.w3.org/2000/svg" width="99999" height="99999"/>'
    yield "noise", lambda: noise(1 << 20)
    yield "zeros", lambda: bytes(100 << 20)
    yield "empty", lambda: b""
    yield "text", lambda: b"no picture\n"
    yield "playlist", lambda: b"#EXTM3U\n#EXTINF:1,\n/etc/passwd\n"
    yield "concat", lambda: b"ffconcat version 1.0\nfile /etc/passwd\n"


FEW = "png-ztxt png-area png-cut jpeg-area-whole gif-area tiff-deflate noise playlist".split()


# --- running

class Watch(threading.Thread):
    """Notes the most memory that any process below this one has had."""

    def __init__(self):
        super().__init__(daemon=True)
        self.most = 0

    @staticmethod
    def parents():
        found = {}
        for name in os.listdir("/proc"):
            try:
                with open("/proc/%s/stat" % name, encoding="latin-1") as file:
                    found[int(name)] = int(file.read().rsplit(")", 1)[1].split()[1])
            except (ValueError, OSError, IndexError):
                pass
        return found

    def look(self):
        parents, own = self.parents(), os.getpid()
        for pid in parents:
            above = parents[pid]
            while above > 1 and above != own:
                above = parents.get(above, 0)
            if above != own:
                continue
            try:
                with open("/proc/%d/status" % pid, encoding="latin-1") as file:
                    peak = [line.split()[1] for line in file if line.startswith("VmHWM")]
                self.most = max([self.most] + [int(value) for value in peak])
            except OSError:
                pass

    def run(self):
        while True:
            self.look()
            time.sleep(0.02)


def reap(deadline):
    """The most memory of all processes that were ours to bury."""
    most = 0
    while time.monotonic() < deadline:
        try:
            pid, _, usage = os.wait4(-1, os.WNOHANG)
        except ChildProcessError:
            return most
        most = max(most, usage.ru_maxrss)
        if not pid:
            time.sleep(0.01)
    raise AssertionError("a process stays")


def write(path, make):
    """In another process: what a process had before exec counts as the memory of what it becomes."""
    child = os.fork()
    if child == 0:
        with open(path, "wb") as file:
            file.write(make())
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0, path


def run(program, words, watch):
    """Exit code, lines, s, kB of the largest process."""
    began = time.monotonic()
    watch.most = 0
    with tempfile.TemporaryFile() as said:
        child = subprocess.Popen([program, *words], stdout=said, stderr=said)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.monotonic() - began
        most = max(usage.ru_maxrss, reap(began + PATIENCE), watch.most)
        said.seek(0)
        lines = said.read().decode(errors="replace").split("\n")
    return child.returncode, [line for line in lines if line], seconds, most


def faults_of(code, lines, most):
    errors = [line for line in lines if "error:" in line]
    if code == 2 and "is a video, so the output" in lines[0]:
        return
    if code not in (0, 3):
        yield "exit code %d" % code
    if code == 3 and (len(errors) != 1 or len(lines) != 1):
        yield "%d lines: %s" % (len(lines), lines)
    if code == 0 and errors:
        yield "an error, and exit code 0: %s" % lines
    if most > MOST_KB:
        yield "%d MB" % (most >> 10)


def main(program, *names):
    program, failed, count, slowest, largest = os.path.abspath(program), 0, 0, 0, 0
    watch, names = Watch(), names or FEW
    watch.start()
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with tempfile.TemporaryDirectory() as work:
        os.environ["XDG_CONFIG_HOME"] = work
        path, out = os.path.join(work, "file"), os.path.join(work, "out.png")
        for name, make in kinds():
            if name not in names and "all" not in names:
                continue
            write(path, make)
            behind = ["convert", "-q", "-b", path, "presenter", "null", "--frames", "1", "-s", "160x120"]
            for way, words in (("backdrop", behind), ("convert", ["convert", "-q", path, out])):
                code, lines, seconds, most = run(program, words, watch)
                count += 1
                slowest, largest = max(slowest, seconds), max(largest, most)
                faults = list(faults_of(code, lines, most))
                failed += len(faults)
                if faults or names is not FEW:
                    print("%s %s: %.1f s, %d MB, exit %d%s %s" % (name, way, seconds, most >> 10, code, ": FAULT " +
                          "; ".join(faults) if faults else "", lines), flush=True)
    print("%d runs; the slowest %.1f s, the largest process %d MB" % (count, slowest, largest >> 10))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
