# SPDX-License-Identifier: MIT
"""A V4L2 reader in a few ioctls, for questions that v4l2-ctl cannot answer: what every buffer of the ring holds, even
those that no reader is given, and what a reader gets that polls from before the start until after the end."""

import errno
import fcntl
import mmap
import os
import select
import struct
import time

CAPTURE, MMAP = 1, 1
QUERYCAP, G_FMT, S_FMT = 0x80685600, 0xC0D05604, 0xC0D05605
REQBUFS, QUERYBUF, QBUF, DQBUF = 0xC0145608, 0xC0585609, 0xC058560F, 0xC0585611
STREAMON, STREAMOFF = 0x40045612, 0x40045613
CAN_CAPTURE, CAN_OUTPUT = 1, 2


def stamp_of(buffer):
    seconds, micros = struct.unpack_from("qq", buffer, 24)
    return seconds + micros / 1e6


class Reader:
    """An open node. Every method raises OSError if the driver refuses."""

    def __init__(self, path):
        self.fd = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        self.buffers = []

    def ioctl(self, request, data):
        fcntl.ioctl(self.fd, request, data)
        return data

    def capabilities(self):
        """Bits of CAN_CAPTURE and CAN_OUTPUT."""
        return struct.unpack_from("I", self.ioctl(QUERYCAP, bytearray(104)), 88)[0] & 3

    def format(self):
        """(fourcc, width, height)"""
        pix = struct.unpack_from("II4s", self.ioctl(G_FMT, bytearray(struct.pack("I", CAPTURE).ljust(208, b"\0"))), 8)
        return pix[2].decode("ascii", "replace"), pix[0], pix[1]

    def buffer(self, index=0):
        return bytearray(struct.pack("II52xI", index, CAPTURE, MMAP).ljust(88, b"\0"))

    def map(self, wanted=32):
        """Map all buffers. Gives their number."""
        count = struct.unpack_from("I", self.ioctl(REQBUFS, bytearray(struct.pack("III8x", wanted, CAPTURE, MMAP))))[0]
        offsets = set()
        for index in range(count):
            offset, length = struct.unpack_from("I4xI", self.ioctl(QUERYBUF, self.buffer(index)), 64)
            if offset not in offsets:
                self.buffers.append(mmap.mmap(self.fd, length, mmap.MAP_SHARED, mmap.PROT_READ | mmap.PROT_WRITE,
                                              offset=offset))
            offsets.add(offset)
        return len(self.buffers)

    def start(self):
        self.map()
        for index in range(len(self.buffers)):
            self.ioctl(QBUF, self.buffer(index))
        self.ioctl(STREAMON, struct.pack("i", CAPTURE))

    def frame(self, deadline):
        """The next picture's bytes; None if none came before `deadline` (time.monotonic)."""
        while True:
            try:
                answer = self.ioctl(DQBUF, self.buffer())
            except OSError as error:
                if error.errno != errno.EAGAIN:
                    raise
                left = deadline - time.monotonic()
                if left <= 0:
                    return None
                if not select.select([self.fd], [], [], min(left, 0.2))[0]:
                    continue
                # v4l2loopback wakes a reader for a picture that another reader has already taken.
                time.sleep(0.005)
                continue
            index, used = struct.unpack_from("I4xI", answer)
            data = self.buffers[index][:used]
            self.ioctl(QBUF, self.buffer(index))
            return data

    def ring(self):
        """The present content of each buffer."""
        return [bytes(buffer) for buffer in self.buffers]

    def history(self):
        """(time of writing in time.monotonic(), picture) of each buffer, the oldest first. The times are the driver's
        stamps, so it does not matter how late this is called. A buffer that was never written has the time 0."""
        stamps = [stamp_of(self.ioctl(QUERYBUF, self.buffer(index))) for index in range(len(self.buffers))]
        return sorted(zip(stamps, self.ring()))

    def close(self):
        for buffer in self.buffers:
            buffer.close()
        os.close(self.fd)

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.close()
