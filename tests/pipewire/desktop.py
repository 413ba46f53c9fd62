# SPDX-License-Identifier: MIT
"""A private desktop for tests: bus, PipeWire, WirePlumber and, if asked for, a display, in the test's own folders. The
bus starts the portal at its first use; a portal before 1.18.3 decides then whether there is a camera.

The one rule: it does not touch the user's own session, and all of it has ended when its block is left."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "vm"))
import rig  # noqa: E402
from rig import Process, check, wait_until  # noqa: E402

NEEDS = ["dbus-daemon", "pipewire", "wireplumber", "wpctl", "pw-cli"]
NODE = "potemkin"
DISPLAY = ":77"


def missing():
    """The programs that these tests need and that are not installed."""
    return [name for name in NEEDS if not shutil.which(name)]


def is_mounted(folder):
    with open("/proc/mounts", encoding="ascii") as mounts:
        return any(line.split()[1] == folder for line in mounts)


def release_documents(folder):
    """The portal's mount may survive the portal and would keep the folder from being removed. It may also disappear at
    this very moment."""
    command = ["fusermount3", "-u", "-z", folder]
    if is_mounted(folder) and subprocess.run(command, stderr=subprocess.DEVNULL, check=False).returncode:
        check(not is_mounted(folder), folder + " cannot be unmounted")


class Desktop:
    """Sets os.environ while inside its block; `daemon` is PipeWire's process, None while it is down."""

    def __init__(self, display=False):
        self.display = display
        self.stack = contextlib.ExitStack()
        self.daemon = self.manager = None
        self.saved = dict(os.environ)

    def __enter__(self):
        home, runtime = os.path.join(rig.work, "home"), os.path.join(rig.work, "run")
        os.mkdir(home)
        os.mkdir(runtime, 0o700)
        for name in ("PIPEWIRE_REMOTE", "PIPEWIRE_RUNTIME_DIR", "WAYLAND_DISPLAY", "DISPLAY"):
            os.environ.pop(name, None)
        os.environ.update(
            HOME=home, XDG_RUNTIME_DIR=runtime, XDG_CONFIG_HOME=home + "/config", XDG_DATA_HOME=home + "/data",
            XDG_STATE_HOME=home + "/state", XDG_CACHE_HOME=home + "/cache",
            DBUS_SESSION_BUS_ADDRESS="unix:path=" + runtime + "/bus",
            DISABLE_RTKIT="1", XDG_SESSION_TYPE="x11", XDG_CURRENT_DESKTOP="GNOME")
        if self.display:
            self.start("Xvfb", DISPLAY, "-screen", "0", "1280x900x24", "-nolisten", "tcp")
            os.environ["DISPLAY"] = DISPLAY
            wait_until(lambda: os.path.exists("/tmp/.X11-unix/X" + DISPLAY[1:]), "the display")
        self.start("dbus-daemon", "--session", "--address=" + os.environ["DBUS_SESSION_BUS_ADDRESS"], "--nofork",
                   "--nopidfile")
        wait_until(lambda: os.path.exists(runtime + "/bus"), "the bus")
        self.start_pipewire()
        self.start_manager()
        return self

    def __exit__(self, kind, *unused):
        for process in (self.manager, self.daemon):
            if process:
                process.__exit__(None)
        self.stack.close()
        release_documents(os.environ["XDG_RUNTIME_DIR"] + "/doc")
        os.environ.clear()
        os.environ.update(self.saved)

    def start(self, *command, env=None):
        return self.stack.enter_context(Process(*command, env=env))

    def start_pipewire(self):
        socket = os.environ["XDG_RUNTIME_DIR"] + "/pipewire-0"
        with contextlib.suppress(FileNotFoundError):
            os.unlink(socket)
        self.daemon = Process("pipewire")
        wait_until(lambda: os.path.exists(socket), "PipeWire's socket")

    def start_manager(self):
        """Without Bluetooth, for which it would ask logind, and end where there is no logind, as in a container."""
        folder = os.environ["XDG_CONFIG_HOME"] + "/wireplumber/bluetooth.lua.d"
        os.makedirs(folder, exist_ok=True)
        with open(folder + "/60-none.lua", "w", encoding="ascii") as settings:
            settings.write("bluez_monitor.enabled = false\n")
        self.manager = Process("wireplumber")

    def kill_pipewire(self):
        """Kill all of it at once, as in a crash."""
        for process in (self.manager, self.daemon):
            if process:
                process.__exit__(None)
        self.manager = self.daemon = None


def allow_cameras(answer="yes"):
    """Store the user's answer for every program, as the portal does."""
    rig.run("gdbus", "call", "--session", "--dest", "org.freedesktop.impl.portal.PermissionStore", "--object-path",
            "/org/freedesktop/impl/portal/PermissionStore", "--method",
            "org.freedesktop.impl.portal.PermissionStore.SetPermission", "devices", "true", "camera", "",
            "['%s']" % answer)


def nodes():
    """The node.name of every PipeWire node."""
    return [line.split('"')[1] for line in rig.run("pw-cli", "ls", "Node").splitlines() if "node.name" in line]


def file_descriptors(process):
    """How many descriptors it has open. Only root may list them; since Linux 6.2 everybody sees their number as the
    folder's size. On older kernels, the size of the table has to do."""
    folder = "/proc/%d/fd" % process.child.pid
    try:
        return len(os.listdir(folder))
    except PermissionError:
        return os.stat(folder).st_size or status_of(process, "FDSize")


def status_of(process, name):
    with open("/proc/%d/status" % process.child.pid, encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith(name + ":"))


def resident_kb(process):
    return status_of(process, "VmRSS")


def on_air(process, node=NODE):
    """Wait until it is ready for readers, and WirePlumber, which links them to it, knows its node."""
    process.wait_for("running; Ctrl-C ends it")
    wait_until(lambda: " %s " % node in rig.run("wpctl", "status"), "the node in wpctl's list")


class Reader(Process):
    """tests/pipewire/reader.c on the potemkin node."""

    program = None

    def __init__(self, *options, node=NODE):
        super().__init__(self.program, "-t", node, *options)

    def told(self, code=0):
        found = self.wait(5 * rig.PATIENCE)  # on a busy machine, few pictures reach it
        check(found == code, "the reader ended with %d: %s" % (found, self.said().strip()))
        return json.loads(self.said().splitlines()[-1])


class Camera(Process):
    """tests/pipewire/camera.c, as soon as others can see it."""

    program = None

    def __init__(self, fourcc, size="1280x720", name="Other", *more):
        super().__init__(self.program, name, fourcc, size, "30", *more)
        self.wait_for("ready")

    def since(self):
        """When it appeared (time.monotonic)."""
        return times_of(self, "ready")[0]


def times_of(process, word):
    """The times that a reader or a camera printed behind that word."""
    return [float(line.split()[1]) for line in process.said().splitlines() if line.startswith(word + " ")]


def potemkin(*options, camera="presenter", output="pipewire", size="1280x720"):
    """The program with the plain backdrop and pictures of a usual size."""
    return Process(rig.program, "run", "-v", "-c", camera, "-o", output, "-s", size, "-r", "30", "-b",
                   "color:" + rig.BACKDROP, *options)


def stopped(process):
    process.child.send_signal(signal.SIGSTOP)
