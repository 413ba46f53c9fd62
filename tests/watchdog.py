#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A service manager hears that a run is ready, is alive, and stops.

usage: tests/watchdog.py PROGRAM"""

import os
import signal
import socket
import subprocess
import sys
import tempfile

PATIENCE = 60  # s
EXPECTED = ["READY=1", "WATCHDOG=1", "WATCHDOG=1", "WATCHDOG=1", "STOPPING=1"]


def heard(manager, words):
    """Wait until `words` are heard; all messages before must be signs of life."""
    while True:
        lines = manager.recv(1000).decode().split("\n")
        if words in lines:
            return
        assert lines == ["WATCHDOG=1"], "%s instead of %s" % (lines, words)


def main(program):
    with tempfile.TemporaryDirectory() as work, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(work + "/notify")
        manager.settimeout(PATIENCE)
        environment = {**os.environ, "NOTIFY_SOCKET": work + "/notify", "WATCHDOG_USEC": "600000",
                       "XDG_CONFIG_HOME": work}
        environment.pop("WATCHDOG_PID", None)
        with subprocess.Popen([program, "-q", "-c", "presenter", "-s", "160x90", "-o", "null"],
                              env=environment) as child:
            try:
                for words in EXPECTED:
                    if words == "STOPPING=1":
                        child.send_signal(signal.SIGTERM)
                    heard(manager, words)
                code = child.wait(PATIENCE)
                assert code == 0, "exit %d" % code
            finally:
                child.kill()


if __name__ == "__main__":
    main(sys.argv[1])
