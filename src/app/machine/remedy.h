/* SPDX-License-Identifier: MIT */
/* How a package is installed on this distribution, in one command, by os-release(5). [any thread] */
#ifndef PMK_APP_MACHINE_REMEDY_H
#define PMK_APP_MACHINE_REMEDY_H

#include <stddef.h>

enum pmk_package {
	PMK_PACKAGE_LOOPBACK, /* the module v4l2loopback, and what it is built with */
	PMK_PACKAGE_KMOD, /* modprobe */
	PMK_PACKAGE_PIPEWIRE, /* the daemon and its session manager */
	PMK_PACKAGE_LIBCAMERA, /* libcamera's plug-in for PipeWire */
	PMK_PACKAGE_PIPEWIRE_HEADERS, /* to build against */
	PMK_PACKAGE_FONT, /* any that has Latin letters */
	PMK_PACKAGE_NPM,
	PMK_PACKAGE_CURL,
	PMK_PACKAGES
};

enum { PMK_REMEDY_SIZE = 200 };

/* "sudo apt-get install kmod". `root` is put before the paths of os-release; "" is this machine. Returns `text`. */
const char *pmk_remedy_install(const char *root, enum pmk_package package, char text[PMK_REMEDY_SIZE]);

#endif
