#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""How much of the room a patient watcher gets from the rim of a person who moves.

  silhouette.py PROGRAM PHOTO MATTE ROOM [FRAMES [OPTION...]]
  silhouette.py PROGRAM CLIP MATTES - [FRAMES [OPTION...]]

A person (a photo with its matte) sways and leans before a room, at ten frames a second; 600 frames are a minute. Or a
clip with mattes is played to and fro, with new noise; FRAMES of its own rate. Of each pixel and frame we know how much
of it is room, and `PROGRAM mask` says with which alpha it is shown. Composed as compose/rim.h says, alpha q^2 of that is
in the result, where q is the least alpha nearby. A pixel is recovered if the sum of squares of that over all frames is
at least SEEN: so well, compared with the noise, can a watcher know it who has seen all of them.

Printed: the share of all pixels that were room at some time which were recovered; for the program, for the program
without a cleaned rim, and for the usual chain (the true matte of the frame before, blended). Needs python3-numpy,
python3-opencv and the program `ffmpeg`.
"""
import subprocess
import sys
import tempfile

import cv2
import numpy as np

W, H, RATE = 640, 360, 10
SEEN = 0.25
CELL, SQUARE = 8, 3  # px; cells. These are of compose/rim_parts.h at 360 rows
FAST = 5  # px a frame
INNER, MOVED_INNER, FAST_INNER = 2, 4, 8  # px that the inner mask is smaller


def person(photo, matte):
    """Colours, spread beyond the matte, so that the rim is the person's own; and the matte."""
    colour, matte = cv2.imread(photo), cv2.imread(matte, 0)
    size = (int(colour.shape[1] * H / colour.shape[0]), H)
    colour, matte = cv2.resize(colour, size, interpolation=cv2.INTER_AREA), cv2.resize(matte, size)
    unsure = (matte < 250).astype(np.uint8)
    near = cv2.dilate(1 - unsure, np.ones((9, 9))) * unsure
    return cv2.inpaint(colour, near, 5, cv2.INPAINT_TELEA), matte.astype(np.float32) / 255


def frames(colour, matte, room, count):
    for n in range(count):
        t = n / RATE
        x = W / 2 - colour.shape[1] / 2 + 70 * np.sin(t * 1.3) + 25 * np.sin(t * 3.1)
        y = 14 + 10 * np.sin(t * 1.9)
        move = np.float32([[1, 0, x], [0, 1, y]])
        a = cv2.warpAffine(matte, move, (W, H))
        f = cv2.warpAffine(colour, move, (W, H)).astype(np.float32)
        noise = np.random.default_rng(n).normal(0, 1.5, (H, W, 1))
        yield a, f * a[..., None] + room * (1 - a[..., None]) + noise


def decode(path, pix_fmt, shape):
    raw = ffmpeg("-i", path, "-vf", f"scale={W}:{H}:flags=area", "-f", "rawvideo", "-pix_fmt", pix_fmt, "-",
                 stdout=subprocess.PIPE).communicate()[0]
    return np.frombuffer(raw, np.uint8).reshape(shape)


def to_and_fro(clip, mattes, count):
    pictures, mattes = decode(clip, "bgr24", (-1, H, W, 3)), decode(mattes, "gray", (-1, H, W))
    for n in range(count):
        k = n % (2 * len(mattes) - 2)
        k = k if k < len(mattes) else 2 * len(mattes) - 2 - k
        yield mattes[k] / np.float32(255), pictures[k] + np.random.default_rng(n).normal(0, 1.5, (H, W, 1))


def ffmpeg(*options, **how):
    return subprocess.Popen(["ffmpeg", "-y", "-loglevel", "error"] + list(options), **how)


def record(path, pictures):
    size = f"{W}x{H}"
    to = ffmpeg("-f", "rawvideo", "-pix_fmt", "bgr24", "-s", size, "-r", str(RATE), "-i", "-", "-c:v", "libx264",
                "-qp", "12", "-preset", "ultrafast", "-threads", "1", path, stdin=subprocess.PIPE)
    mattes = []
    for a, frame in pictures:
        mattes.append((a * 255 + 0.5).astype(np.uint8))
        to.stdin.write(np.clip(frame + 0.5, 0, 255).astype(np.uint8).tobytes())
    to.stdin.close()
    to.wait()
    return np.array(mattes)


def masks(program, clip, folder, options):
    result = f"{folder}/mask.mkv"
    subprocess.run([program, "mask", clip, result] + options, check=True, stderr=subprocess.DEVNULL)
    raw = ffmpeg("-i", result, "-f", "rawvideo", "-pix_fmt", "gray", "-", stdout=subprocess.PIPE).communicate()[0]
    return np.frombuffer(raw, np.uint8).reshape(-1, H, W)


def least(alpha, px):
    """Of a pixel and of the four that are `px` away."""
    wide = cv2.copyMakeBorder(alpha, px, px, px, px, cv2.BORDER_CONSTANT, value=1.0)
    across = np.minimum(wide[px:-px, : -2 * px], wide[px:-px, 2 * px :])
    along = np.minimum(wide[: -2 * px, px:-px], wide[2 * px :, px:-px])
    return np.minimum(alpha, np.minimum(across, along))


def moves(alpha, before):
    """Where squares of cells change as by an edge that moves fast, and as far around as the inner mask's edge gets."""
    change = cv2.resize(alpha - before, (W // CELL, H // CELL), interpolation=cv2.INTER_AREA)
    change = np.abs(cv2.filter2D(change, -1, np.ones((SQUARE, SQUARE)), borderType=cv2.BORDER_CONSTANT))
    change[[0, -1]] = change[:, [0, -1]] = 0  # squares are inside the picture
    size = SQUARE + 2 * -(-FAST_INNER // CELL)
    fast = cv2.dilate((change >= SQUARE * FAST / CELL).astype(np.uint8), np.ones((size, size)))
    return cv2.resize(fast, (W, H), interpolation=cv2.INTER_NEAREST) > 0


def narrow(alpha, px):
    return (least(alpha, px // 2) + least(alpha, px)) / 2


def inner(alpha, before, earlier):
    """Of a mask, with the two before it."""
    near, fast = least(alpha, INNER), moves(alpha, before)
    moved = moves(before, earlier) & ~fast
    wide = np.where(fast, narrow(alpha, FAST_INNER), np.where(moved, narrow(alpha, MOVED_INNER), 1))
    return np.minimum(near, wide)


def main():
    if len(sys.argv) < 5:
        sys.exit(__doc__)
    program, photo, matte, room = sys.argv[1:5]
    count = int(sys.argv[5]) if len(sys.argv) > 5 else 600
    with tempfile.TemporaryDirectory() as folder:
        clip = f"{folder}/in.mkv"
        if room == "-":
            truth = record(clip, to_and_fro(photo, matte, count))
        else:
            behind = cv2.resize(cv2.imread(room), (W, H)).astype(np.float32)
            truth = record(clip, frames(*person(photo, matte), behind, count))
        alphas = masks(program, clip, folder, sys.argv[6:])
    total = np.zeros((3, H, W), np.float32)
    for n in range(count):
        alpha, before, earlier = (alphas[max(k, 0)] / np.float32(255) for k in (n, n - 1, n - 2))
        late = truth[max(n - 1, 0)] / np.float32(255)
        shown = np.array((alpha * inner(alpha, before, earlier) ** 2, alpha, late))
        total += (shown * (1 - truth[n] / np.float32(255))) ** 2
    was_room = (truth < 128).any(0)
    for name, recovered in zip(("as shown", "plain rim", "usual chain"), total >= SEEN):
        print("%-16s %5.2f %% of the room" % (name, 100 * recovered[was_room].mean()))


main()
