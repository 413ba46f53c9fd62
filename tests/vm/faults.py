# SPDX-License-Identifier: MIT
"""Unplugs and plugs the camera again and again, and measures how soon a virtual camera showed that.

The one rule: times are the driver's, of when a picture was written, so it does not matter when the test reads it."""

import os
import time

import rig
from rig import OUTPUT, PLAIN, foreign, run, wait_until

TIMES = 10
SIZE = (320, 180)
LOOPBACK = ["devices=2", "video_nr=10,11", "exclusive_caps=1,0", "card_label=Test cam,Plain cam", "max_buffers=4"]


def long_rings():
    """From now on the ring of a virtual camera holds four pictures. A longer one is not possible: if a reader requests
    fewer buffers than there are, as Chromium would with its four, 0.12.7 removes buffers from its list without a lock,
    and the producer's next QBUF may find that list broken. The kernel panicked in this way."""
    run("rmmod", "v4l2loopback")
    run("modprobe", "v4l2loopback", *LOOPBACK)
    wait_until(lambda: os.path.exists(OUTPUT) and os.path.exists(PLAIN), PLAIN)


def is_cover(data):
    return foreign(data, "YUYV", *SIZE) == 0


def shows_bars(data):
    """rig.bars_network() keeps a quarter of vivid's picture."""
    return foreign(data, "YUYV", *SIZE) > len(data) // 20


def first_written(recorder, kind, after, times):
    """Wait for a picture of that kind, written after that time. The delay is added to `times` if the ring also holds
    the picture before it, of another kind: otherwise the test was too slow and missed the first one."""
    def first():
        history = recorder.history()
        for (_, before), (stamp, data) in zip(history, history[1:]):
            if stamp > after and kind(data):
                return stamp, not kind(before)
        return None
    stamp, is_first = wait_until(first, "a picture that %s" % kind.__name__)
    if is_first:
        times.append(stamp - after)


def unplug_and_plug(recorder, then=lambda: None):
    """Do so ten times, for longer each time. `recorder` is a Reader on a long ring that the program feeds, with
    rig.bars_network(). Tells how soon the cover came after the unplugging, and the camera's pictures after the node was
    back."""
    covered, back = [], []
    for times in range(1, TIMES + 1):
        gone = time.monotonic()
        rig.unplug()
        first_written(recorder, is_cover, gone, covered)
        first_written(recorder, rig.is_marked, gone, [])
        time.sleep(0.4 * times)
        rig.plug()
        first_written(recorder, shows_bars, rig.since(rig.CAMERA), back)
        then()
    return "%s; %s" % (summary("covered", covered), summary("live after the return", back))


def summary(what, times):
    return "%s within %.0f ms (%d of %d seen)" % (what, 1000 * max(times, default=-0.001), len(times), TIMES)
