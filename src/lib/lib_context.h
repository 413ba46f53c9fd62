/* SPDX-License-Identifier: MIT */
/* The handles of the library share this: the context, which says who hears the log.
 *
 * The one rule: each function of potemkin.h that may log listens while it runs, and its threads inherit that:
 *
 *	pmk_lib_listen(context);
 *	...
 *	pmk_lib_leave();
 *
 * A context is counted; a handle holds a reference. [any thread] */
#ifndef PMK_LIB_LIB_CONTEXT_H
#define PMK_LIB_LIB_CONTEXT_H

#include <potemkin/potemkin.h>

void pmk_lib_ref(potemkin_context *context);
void pmk_lib_unref(potemkin_context *context); /* NULL is allowed */

void pmk_lib_listen(potemkin_context *context);
void pmk_lib_leave(void);

/* Copy a caller's struct, which begins with its size, to `to`; fields that the caller does not know become 0. -EINVAL,
 * logged: it is smaller than `least`, or NULL. */
int pmk_lib_take_struct(void *to, size_t size, const void *from, size_t least) __attribute__((warn_unused_result));

#endif
