# SPDX-License-Identifier: MIT
"""The camera is unplugged and plugged again and again, and how soon a virtual camera showed it.

The one rule: times are the driver's, of when a picture was written, so that it does not matter when one gets round to looking."""

import os
import time

import rig
from rig import OUTPUT, PLAIN, foreign, run, wait_until

TIMES = 10
SIZE = (320, 180)
LOOPBACK = ["devices=2", "video_nr=10,11", "exclusive_caps=1,0", "card_label=Test cam,Plain cam", "max_buffers=4"]


def long_rings():
    """From now on the ring of a virtual camera holds four pictures. A longer one will not do: when a reader asks for fewer buffers than there
    are, as Chromium then does with its four, 0.12.7 takes them out of its list without a lock, and the producer's next QBUF may find that
    list broken: the kernel panicked so."""
    run("rmmod", "v4l2loopback")
    run("modprobe", "v4l2loopback", *LOOPBACK)
    wait_until(lambda: os.path.exists(OUTPUT) and os.path.exists(PLAIN), PLAIN)


def is_cover(data):
    return foreign(data, "YUYV", *SIZE) == 0


def shows_bars(data):
    """rig.bars_network() leaves a quarter of vivid's picture in."""
    return foreign(data, "YUYV", *SIZE) > len(data) // 20


def written(recorder, kind, after):
    """When the first picture of that kind was written after that time."""
    def first():
        return next((stamp for stamp, data in recorder.history() if stamp > after and kind(data)), None)
    return wait_until(first, "a picture that %s" % kind.__name__)


def unplug_and_plug(recorder, then=lambda: None):
    """Ten times, for longer each time; `recorder` is a Reader on a long ring that the program feeds, with rig.bars_network(). How soon the cover came after the
    unplugging, and the camera's pictures after the node was there again."""
    covered, back = [], []
    for times in range(1, TIMES + 1):
        gone = time.monotonic()
        rig.unplug()
        covered.append(written(recorder, is_cover, gone) - gone)
        written(recorder, rig.is_marked, gone)
        time.sleep(0.4 * times)
        rig.plug()
        returned = rig.since(rig.CAMERA)
        back.append(written(recorder, shows_bars, returned) - returned)
        then()
    return "covered after %.0f ms at most, live %.2f s after the return at most" % (1000 * max(covered), max(back))
