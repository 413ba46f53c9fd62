# SPDX-License-Identifier: MIT
"""A reader that is there from before the start until after the end, and finds each picture that shows the room."""

import threading
import time

import rig
from rig import check, foreign, wait_until
from v4l2 import CAN_CAPTURE, Reader


class Watcher(threading.Thread):
    """Reads a node even before it is fed, opening it as soon and as often as the driver allows, and checks every
    picture."""

    def __init__(self, device, fourcc, width, height):
        super().__init__(daemon=True)
        self.device, self.shape = device, (fourcc, width, height)
        self.pictures = self.bad = 0
        self.first = self.error = None
        self.over = False
        self.start()

    def look(self, data):
        self.pictures += 1
        bad = foreign(data, *self.shape)
        if bad:
            self.bad += 1
            self.first = self.first or "picture %d differs from the backdrop in %d samples" % (self.pictures, bad)

    def read(self):
        with Reader(self.device) as reader:
            if not reader.capabilities() & CAN_CAPTURE or reader.format() != self.shape:
                return
            reader.start()
            while not self.over:
                data = reader.frame(time.monotonic() + 0.2)
                if data:
                    self.look(data)

    def run(self):
        while not self.over:
            try:
                self.read()
            except OSError:
                pass  # nobody feeds it at the moment
            except rig.Failed as error:
                self.error = str(error)
                return
            time.sleep(0.002)

    def __enter__(self):
        return self

    def __exit__(self, kind, *unused):
        self.over = True
        self.join()
        if not kind:
            check(not self.error, "watcher: %s" % self.error)
            check(self.bad == 0, "the room was shown: %d of %d pictures; %s" % (self.bad, self.pictures, self.first))
            check(self.pictures > 0, "the watcher got no picture")

    def more(self, count):
        """Wait until it has read that many more pictures."""
        want = self.pictures + count
        wait_until(lambda: self.pictures >= want or self.error, "%d more pictures" % count)
