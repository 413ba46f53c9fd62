#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A test that is killed, for example because it takes too long, leaves no process behind; a test that is told to end
leaves no file either.

usage: tests/rig_killed.py"""

import os
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "vm"))
import rig  # noqa: E402

PATIENCE = 60  # s


@rig.test("waits for ever")
def waits():
    with rig.Process("sleep", "1000") as one, rig.Process("sh", "-c", "echo ready; exec sleep 1000") as two:
        two.wait_for("ready")
        print(rig.work, one.child.pid, two.child.pid, flush=True)
        time.sleep(1000)


def is_gone(pid):
    try:
        with open("/proc/%s/stat" % pid, encoding="ascii") as stat:
            return stat.read().rsplit(") ", 1)[1][0] == "Z"  # a zombie: there may be no parent to reap it
    except FileNotFoundError:
        return True


def kill(number):
    """End a test with this signal. Gives its folder."""
    with subprocess.Popen([sys.executable, __file__, "/bin/true", "waits"], stdout=subprocess.PIPE, text=True,
                          start_new_session=True) as test:
        try:
            folder, *pids = test.stdout.readline().split()
            began = len(pids) == 2 and os.path.isdir(folder) and not any(is_gone(pid) for pid in pids)
            assert began, "the test did not begin"
            test.send_signal(number)
            test.wait(PATIENCE)
            deadline = time.monotonic() + PATIENCE
            while not all(is_gone(pid) for pid in pids):
                left = [pid for pid in pids if not is_gone(pid)]
                assert time.monotonic() < deadline, "signal %d: still there: %s" % (number, left)
                time.sleep(0.02)
        finally:
            test.kill()
            for pid in pids:
                if not is_gone(pid):
                    os.kill(int(pid), signal.SIGKILL)
    return folder


def main():
    folder = kill(signal.SIGTERM)
    assert not os.path.exists(folder), "%s is left" % folder
    folder = kill(signal.SIGKILL)
    subprocess.run(["rm", "-r", folder], check=True)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        rig.main(sys.argv[1:])
    main()
