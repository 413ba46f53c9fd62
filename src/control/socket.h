/* SPDX-License-Identifier: MIT */
/* The control socket: $XDG_RUNTIME_DIR/potemkin/control, a Unix stream socket for programs of the same user, and of a
 * group's members if the user wants that, as the system service does.
 *
 * The one rule: the folder must belong to the user, with no access for others, and is not followed if it is a symbolic
 * link; who is at the other end is asked from the kernel. All descriptors are closed on exec. One thread. */
#ifndef PMK_CONTROL_SOCKET_H
#define PMK_CONTROL_SOCKET_H

#include <stdint.h>
#include <sys/types.h>

#define PMK_NO_GROUP ((gid_t)-1)
#define PMK_SOCKET_SHARED "/run/potemkin" /* the folder of the system service's */

/* The group of that name; "" gives PMK_NO_GROUP. -ENOENT, with PMK_NO_GROUP. */
int pmk_socket_group(const char *name, gid_t *group) __attribute__((warn_unused_result));

/* Why there is no place for the socket, in words; NULL: there is one. */
const char *pmk_socket_no_place(void);
/* Make the socket and listen. It replaces one that a dead program left. The members of `group`, which the user must be
 * one of, can reach it, too. A descriptor; -ENOENT: the user has no runtime directory; -EADDRINUSE: another instance
 * listens; -EPERM: something else is there, or it is not the user's, or the group is not. Other errors are those of the
 * system calls. All but -EADDRINUSE are logged. */
int pmk_socket_listen(gid_t group) __attribute__((warn_unused_result));
void pmk_socket_remove(int fd); /* closes it, and removes its file */

/* Accept a connection of the user or, if there is a group, of root or of its members. A descriptor that does not block;
 * -EAGAIN: none waits; -EPERM: somebody else's, which is logged and closed. */
int pmk_socket_accept(int fd, gid_t group) __attribute__((warn_unused_result));

/* Connect to the instance of this user that listens, or else to the system service. A descriptor that blocks; -ENOENT
 * or -ECONNREFUSED: none is running; -EPERM: it is another user's; -EACCES: the service's, of whose group this user is
 * no member; -EAGAIN: too many others wait to be accepted, until `until_ns`. Nothing is logged. */
int pmk_socket_connect(uint64_t until_ns) __attribute__((warn_unused_result));
int pmk_socket_connect_own(uint64_t until_ns) __attribute__((warn_unused_result)); /* never to the system service */
/* The same to the instance whose folder is at `path`, in a place where only root can make one. */
int pmk_socket_connect_shared(const char *path, uint64_t until_ns) __attribute__((warn_unused_result));

#endif
