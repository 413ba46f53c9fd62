#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""How much is shown of what the network takes for people although nobody is there: portraits, a mirror, a television.

  strangers.py PROGRAM DATA [FOLDER [SCENE...]]

Scenes of 10 s at 1280x720 are composed of the clips and photos in the folder DATA/bench, and `PROGRAM mask` says with
which alpha they are shown. FOLDER keeps the scenes for another run. SCENE is a name, or how several begin.

Printed for each scene, in per cent: the share of the picture that is shown further than NEAR from whoever is really
there, mean and 99th percentile over the frames; and the share of them that is not shown, mean and 99th percentile. The
last line is of the frames of all these scenes. In the scenes "guest", a second person is really there who must not be
taken for a stranger. Needs python3-numpy, python3-opencv and the program `ffmpeg`.
"""
import os
import subprocess
import sys
import tempfile

import cv2
import numpy as np

W, H, RATE, COUNT = 1280, 720, 30, 300
NEAR = 12  # px
NOISE, MUCH = 2, 5  # levels; other scenes have a little


def photo(name):
    return cv2.imread(f"{DATA}/images/{name}.jpg"), cv2.imread(f"{DATA}/images/{name}.mask.png", 0)


def read(path):
    video, frames = cv2.VideoCapture(path), []
    while len(frames) < COUNT:
        good, frame = video.read()
        if not good:
            return frames
        frames.append(frame)
    return frames


def people(name):
    """A clip's frames with their mattes. The colours of who is there are spread to the rim, so that no wall shows."""
    frames = []
    for frame, matte in zip(read(f"{DATA}/clips/{name}.mp4"), read(f"{DATA}/clips/{name}.matte.mkv")):
        frame, matte = frame.astype(np.float32), matte[..., 0].astype(np.float32) / 255
        sure = (matte > 0.97).astype(np.float32)
        near = cv2.GaussianBlur(frame * sure[..., None], (0, 0), 4)
        near /= cv2.GaussianBlur(sure, (0, 0), 4)[..., None] + 1e-4
        keep = np.clip((matte - 0.9) / 0.07, 0, 1)[..., None]
        frames.append((frame * keep + near * (1 - keep), matte))
    return frames


def to_and_fro(frames, n):
    k = n % (2 * len(frames) - 2)
    return frames[k if k < len(frames) else 2 * len(frames) - 2 - k]


def put(scene, who, x, scale=1.7, low=40, mirrored=False, into=None):
    """Somebody of 480x360 px whose middle is at x, and whose lower end is `low` px under the picture's; only inside
    the rectangle `into`. Returns the picture and who is there."""
    colour, alpha = scene[0].copy(), scene[1].copy()
    left, top, width, height = into or (0, 0, W, H)
    start, first = max(int(x - 240 * scale), left), max(int(H - 360 * scale + low), top)
    end, last = min(int(x + 240 * scale), left + width), min(H + low, top + height)
    if start >= end:
        return colour, alpha
    move = np.float32([[-scale if mirrored else scale, 0, x + (240 if mirrored else -240) * scale - start],
                       [0, scale, H - 360 * scale + low - first]])
    over = cv2.warpAffine(who[0], move, (end - start, last - first), borderMode=cv2.BORDER_REPLICATE)
    matte = cv2.warpAffine(who[1], move, (end - start, last - first))
    there = colour[first:last, start:end]
    there += (over - there) * matte[..., None]
    alpha[first:last, start:end] = np.maximum(alpha[first:last, start:end], matte)
    return colour, alpha


def frame_of(wall, left, top, width, height, colour=(30, 40, 60), thick=10):
    cv2.rectangle(wall, (left - thick, top - thick), (left + width + thick - 1, top + height + thick - 1), colour, -1)


def fill(wall, picture, left, top, width, height):
    """Show the middle of a picture inside a rectangle."""
    scale = max(width / picture.shape[1], height / picture.shape[0])
    size = (max(int(picture.shape[1] * scale + 0.5), width), max(int(picture.shape[0] * scale + 0.5), height))
    picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    x, y = (size[0] - width) // 2, (size[1] - height) // 2
    wall[top : top + height, left : left + width] = picture[y : y + height, x : x + width]


def hang(wall, name, left, top, width, height):
    """A photo in a frame, cut around who is in it."""
    picture, matte = photo(name)
    middle = int(np.where(matte > 128)[1].mean())
    half = int(min(picture.shape[0] * width / height / 2, middle, picture.shape[1] - middle))
    frame_of(wall, left, top, width, height)
    fill(wall, picture[:, middle - half : middle + half].astype(np.float32), left, top, width, height)


def room(*portraits):
    wall = cv2.resize(cv2.imread(f"{DATA}/motion/room.jpg"), (W, H), interpolation=cv2.INTER_CUBIC).astype(np.float32)
    for portrait in portraits:
        hang(wall, *portrait)
    return wall


def empty(wall):
    return wall, np.zeros((H, W), np.float32)


def sways(n, far=40):
    return 640 + far * (np.sin(n / RATE * 0.9) + 0.4 * np.sin(n / RATE * 2.3))


def wall_of(portraits, clip="asl_sister", far=40):
    wall, who = room(*portraits), people(clip)
    return lambda n: put(empty(wall), to_and_fro(who, n), sways(n, far))


def nobody(portraits, light=1):
    wall = room(*portraits) * light
    return lambda n: empty(wall)


def enters(portraits=(), light=1):
    wall, who = room(*portraits), people("asl_walk")

    def at(n):
        inside = np.clip((n - 90) / 30, 0, 1) - np.clip((n - 240) / 30, 0, 1)
        colour, alpha = put(empty(wall), to_and_fro(who, n), -360 + 1000 * inside) if inside else empty(wall)
        return colour * light, alpha

    return at


def mirror(where, x, scale, clip="asl_sister", low=40):
    """Who sits there is seen in it, the other way round, as far behind it as he is before it."""
    wall, who = room(), people(clip)
    frame_of(wall, *where)
    fill(wall, room()[:, ::-1] * 0.8 + 20, *where)

    def at(n):
        moved = sways(n)
        glass = put(empty(wall), to_and_fro(who, n), x - (moved - 640) * scale / 1.7, scale, low, True, where)[0]
        return put(empty(glass), to_and_fro(who, n), moved)

    return at


def television(where, films, clip="asl_walk", each=COUNT):
    """The films are shown in turn, `each` frames of one."""
    wall, who = room(), people(clip)
    films = [read(f"{DATA}/clips/{film}.mp4") for film in films]
    frame_of(wall, *where, (20, 20, 20), 14)

    def at(n):
        screen = wall.copy()
        fill(screen, to_and_fro(films[n // each % len(films)], n).astype(np.float32), *where)
        return put(empty(screen), to_and_fro(who, n), sways(n))

    return at


def guest(x, scale, low, into=None, still=False):
    """A second person, seen through a door, or one who hardly moves."""
    wall, who, other = room(), people("asl_walk"), people("asl_book")
    if into:
        frame_of(wall, *into, (150, 170, 190), 16)
        fill(wall, room()[:, ::-1] * 0.7, *into)

    def at(n):
        second = other[n // 10 % 3] if still else to_and_fro(other, n)
        behind = put(empty(wall), second, x + (0 if still else 15 * np.sin(n / RATE)), scale, low, False, into)
        return put(behind, to_and_fro(who, n), sways(n))

    return at


BESIDE = (("ccp_0208", 60, 60, 260, 340), ("ccp_0409", 960, 60, 260, 340))
ABOVE = (("ccp_0043", 540, 12, 200, 226),)
ABOVE_TWO = (("ccp_0402", 450, 12, 180, 240), ("ccp_0317", 650, 12, 180, 240))
BEHIND = (("ccp_0121", 400, 40, 300, 400), ("ccp_0510", 760, 100, 240, 320))
SMALL = tuple((name, 30 + 160 * (k % 8), 20 + 200 * (k // 8), 100, 130) for k, name in enumerate(
    "ccp_0002 ccp_0015 ccp_0025 ccp_0054 ccp_0138 ccp_0346 ccp_0372 ccp_0453 "
    "ccp_0495 ccp_0523 ccp_0550 ccp_0561 ccp_0592 ccp_0617 ccp_0723 ccp_0955".split()))
LARGE = (("ccp_0739", 40, 30, 420, 560),)
FILMS = "real_woman_home_720p", "real_webcam_glasses_480", "real_doctor_typing_540p", "real_thoughtful_outdoor_360p"
SCENES = {
    "portraits beside": lambda: wall_of(BESIDE),
    "portraits beside, noise": lambda: wall_of(BESIDE, "asl_walk"),
    "portraits beside, much noise": lambda: wall_of(BESIDE),
    "portraits above": lambda: wall_of(ABOVE),
    "portraits above, noise": lambda: wall_of(ABOVE, "asl_book"),
    "portraits above, two": lambda: wall_of(ABOVE_TWO),
    "portraits above, who sits still": lambda: wall_of(ABOVE, "asl_book", 4),
    "portraits behind": lambda: wall_of(BEHIND),
    "portraits behind, noise": lambda: wall_of(BEHIND, "asl_walk"),
    "portraits small": lambda: wall_of(SMALL),
    "portraits large": lambda: wall_of(LARGE, "asl_book"),
    "mirror small": lambda: mirror((860, 60, 260, 360), 990, 0.9, "asl_walk", -260),
    "mirror large, noise": lambda: mirror((60, 30, 340, 560), 260, 1.4, low=-20),
    "mirror behind": lambda: mirror((560, 20, 520, 340), 860, 1.1, "asl_book", -180),
    "television talk": lambda: television((820, 60, 400, 225), FILMS[:1]),
    "television face, noise": lambda: television((60, 80, 320, 240), FILMS[1:2], "asl_book"),
    "television films": lambda: television((780, 60, 440, 248), FILMS, "asl_sister", 75),
    "television behind": lambda: television((500, 30, 560, 315), FILMS[::3], "asl_sister", 150),
    "empty": lambda: nobody(()),
    "empty, dark, much noise": lambda: nobody((), 0.3),
    "portraits alone": lambda: nobody(BESIDE + ABOVE),
    "portraits alone, noise": lambda: nobody(SMALL),
    "entering": lambda: enters(),
    "entering, dark, much noise": lambda: enters(light=0.4),
    "entering portraits, noise": lambda: enters(BESIDE),
    "guest": lambda: guest(1080, 1.3, 60),
    "guest, still, noise": lambda: guest(220, 1.3, 60, still=True),
    "guest in a door": lambda: guest(1040, 1.2, -60, (900, 60, 260, 600)),
    "guest in a door, noise": lambda: guest(1060, 0.9, -140, (900, 60, 260, 520)),
}


def noise_of(name):
    return MUCH if "much noise" in name else NOISE if "noise" in name else 0.5


def ffmpeg(*options, **how):
    return subprocess.Popen(["ffmpeg", "-y", "-loglevel", "error"] + list(options), **how)


def pipe(path, pix_fmt, *codec):
    return ffmpeg("-f", "rawvideo", "-pix_fmt", pix_fmt, "-s", f"{W}x{H}", "-r", str(RATE), "-i", "-", *codec, path,
                  stdin=subprocess.PIPE)


def record(name, path):
    at, random = SCENES[name](), np.random.default_rng(7)
    grain = random.normal(0, noise_of(name), (2 * H, 2 * W, 1)).astype(np.float32)
    to = pipe(f"{path}.mkv", "bgr24", "-c:v", "libx264", "-qp", "12", "-preset", "ultrafast", "-pix_fmt", "yuv420p")
    truth = pipe(f"{path}.matte.mkv", "gray", "-c:v", "ffv1")
    for n in range(COUNT):
        colour, alpha = at(n)
        y, x = random.integers(0, H), random.integers(0, W)
        to.stdin.write(np.clip(colour + grain[y : y + H, x : x + W] + 0.5, 0, 255).astype(np.uint8).tobytes())
        truth.stdin.write((alpha * 255 + 0.5).astype(np.uint8).tobytes())
    for file in to, truth:
        file.stdin.close()
        file.wait()


def grey(path):
    to = ffmpeg("-i", path, "-f", "rawvideo", "-pix_fmt", "gray", "-", stdout=subprocess.PIPE)
    while len(raw := to.stdout.read(W * H)) == W * H:
        yield np.frombuffer(raw, np.uint8).reshape(H, W)


def measure(program, path):
    """Of each frame: the share of the picture shown away from people, and the share of people not shown."""
    subprocess.run([program, "mask", f"{path}.mkv", f"{path}.mask.mkv"], check=True, stderr=subprocess.DEVNULL)
    shares, near = [], np.ones((2 * NEAR + 1, 2 * NEAR + 1))
    for shown, truth in zip(grey(f"{path}.mask.mkv"), grey(f"{path}.matte.mkv")):
        away, there = cv2.dilate(truth, near) < 128, truth.astype(np.float32) / 255
        missed = (there * (1 - shown / 255.0)).sum() / max(there.sum(), 1)
        shares.append((shown[away].sum() / 255 / (W * H), missed))
    return 100 * np.array(shares).T


def tell(name, away, missed):
    print("%-34s %7.2f %7.2f %8.2f %7.2f" % (name, away.mean(), np.percentile(away, 99), missed.mean(),
                                             np.percentile(missed, 99)), flush=True)


def main(program, folder, wanted):
    shares = []
    print("%-34s %14s %16s" % ("", "shown, mean p99", "missed, mean p99"))
    for name in SCENES:
        path = f"{folder}/" + name.replace(",", "").replace(" ", "-")
        if wanted and not any(name.startswith(start) for start in wanted):
            continue
        if not os.path.exists(f"{path}.matte.mkv"):
            record(name, path)
        shares.append(measure(program, path))
        tell(name, *shares[-1])
    if len(shares) > 1:
        tell(f"all {len(shares)}", *np.concatenate(shares, axis=1))


if len(sys.argv) < 3:
    sys.exit(__doc__)
DATA = f"{sys.argv[2]}/bench"
with tempfile.TemporaryDirectory() as scratch:
    main(sys.argv[1], sys.argv[3] if len(sys.argv) > 3 else scratch, sys.argv[4:])
