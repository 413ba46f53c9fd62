/* SPDX-License-Identifier: MIT */
/* Puts a seccomp filter in force, whole or not at all: where libseccomp (2.5.4) gets no memory while it translates the
 * rules, it crashes, or leaves some of them out without an error, and seccomp_load enforces the rest. Then not even
 * exit is allowed. Any thread. */
#ifndef PMK_BASE_GUARD_FILTER_H
#define PMK_BASE_GUARD_FILTER_H

#include <stdbool.h>

/* Translate the rules of `filter`, a scmp_filter_ctx, and release it. Returns a descriptor of the program for the next
 * function, or -1. A limit of a file's size must not be set yet. */
int pmk_filter_translate(void *filter);

/* Enforce it, with `flags` SECCOMP_FILTER_FLAG_..., in a process that has PR_SET_NO_NEW_PRIVS, and close it. False:
 * there is none (-1), or nothing is enforced. */
bool pmk_filter_enforce(int program, unsigned flags);

#endif
