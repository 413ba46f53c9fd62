/* SPDX-License-Identifier: MIT */
/* The kinds of file that are taken as the user's own backdrops, told from their first bytes. Pure. */
#ifndef PMK_CONTROL_PAGE_OWN_KIND_H
#define PMK_CONTROL_PAGE_OWN_KIND_H

#include <stddef.h>
#include <stdint.h>

enum { PMK_OWN_HEAD = 64 };

struct pmk_own_kind {
	const char *ending; /* ".png" */
};

/* NULL: none of them. */
const struct pmk_own_kind *pmk_own_kind_of(const uint8_t *head, size_t bytes);

#endif
