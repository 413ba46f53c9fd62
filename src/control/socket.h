/* SPDX-License-Identifier: MIT */
/* The control socket: $XDG_RUNTIME_DIR/potemkin/control, a Unix stream socket for programs of the same user.
 *
 * The one rule: the folder must belong to the user, with no access for others, and is not followed if it is a symbolic
 * link; who is at the other end is asked from the kernel. All descriptors are closed on exec. One thread. */
#ifndef PMK_CONTROL_SOCKET_H
#define PMK_CONTROL_SOCKET_H

/* Make the socket and listen. It replaces one that a dead program left. A descriptor; -ENOENT: the user has no runtime
 * directory; -EADDRINUSE: another instance listens; -EPERM: something else is there, or it is not the user's. Other
 * errors are those of the system calls. -EPERM and these are logged. */
int pmk_socket_listen(void) __attribute__((warn_unused_result));
void pmk_socket_remove(int fd); /* closes it, and removes its file */

/* Accept a connection. A descriptor that does not block; -EAGAIN: none waits; -EPERM: another user's, which is logged
 * and closed. */
int pmk_socket_accept(int fd) __attribute__((warn_unused_result));

/* Connect to the instance that listens. A descriptor that blocks; -ENOENT or -ECONNREFUSED: none is running; -EPERM: it
 * is another user's. Nothing is logged. */
int pmk_socket_connect(void) __attribute__((warn_unused_result));

#endif
