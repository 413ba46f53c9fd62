/* SPDX-License-Identifier: MIT */
/* Part of new_file.h: the starter's functions. What it has begun stands where the next starter finds it, should this
 * one be killed. No order touches any other file, whatever its name is. */
#include "base/new_file.h"

#include <errno.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { MOST = 64 };

/* A file that was begun. */
struct begun {
	_Atomic int32_t ticket; /* of the orders for it; 0: there is none. Written last */
	bool kept; /* it is in place, and the order to keep it may come again */
	struct pmk_new_file made; /* with its names here; it holds nothing open, as another starter may go on with it */
	char path[PATH_MAX], temporary[PATH_MAX];
};

_Static_assert(MOST * sizeof(struct begun) <= PMK_STARTER_MEMORY, "they have their room");

static struct begun *find(int32_t ticket)
{
	struct begun *files = pmk_starter_memory();

	for (int i = 0; files && ticket > 0 && i < MOST; i++) {
		if (files[i].ticket == ticket)
			return &files[i];
	}
	return NULL;
}

/* The place to note a new one in. NULL: there are too many. */
static struct begun *find_place(void)
{
	struct begun *files = pmk_starter_memory();

	for (int i = 0; files && i < MOST; i++) {
		if (!files[i].ticket || files[i].kept)
			return &files[i];
	}
	return NULL;
}

static void drop(struct begun *file)
{
	if (!file->kept && pmk_file_id_is_at(&file->made.own, file->temporary))
		unlink(file->temporary);
	file->ticket = 0;
}

/* Note the file that was made. */
static int note(struct begun *place, int32_t ticket, const struct pmk_new_file *made)
{
	if (snprintf(place->path, PATH_MAX, "%s", made->path) >= PATH_MAX ||
		snprintf(place->temporary, PATH_MAX, "%s", made->temporary) >= PATH_MAX)
		return -ENAMETOOLONG;
	place->kept = false;
	place->made = *made;
	place->made.path = place->path;
	place->made.temporary = place->temporary;
	place->ticket = ticket;
	return 0;
}

int pmk_new_file_act(struct pmk_order *order, int *fd)
{
	struct begun *before = find(order->number), *place;
	struct pmk_new_file made;
	int got;

	if (order->number <= 0)
		return order->result = -EINVAL;
	if (before) /* the order comes again, as its answer was lost */
		drop(before);
	place = find_place();
	if (!place)
		return order->result = -EMFILE;
	place->ticket = 0;
	got = (order->result == 1 ? pmk_new_file_claim : pmk_new_file_create)(&made, order->text);
	if (got < 0)
		return order->result = got;
	order->result = note(place, order->number, &made);
	if (order->result) {
		pmk_new_file_drop(&made);
		close(got);
		return order->result;
	}
	pmk_new_file_forget(&made);
	*fd = got;
	return 0;
}

int pmk_new_file_keep_act(struct pmk_order *order, int *fd)
{
	struct begun *file = find(order->number);

	if (!file)
		return order->result = -EPIPE; /* nothing is known of it */
	order->result = 0;
	if (file->kept || pmk_file_id_is_at(&file->made.own, file->path)) {
		file->kept = true;
		return 0;
	}
	order->result = pmk_new_file_place(&file->made);
	file->kept = !order->result;
	if (order->result)
		drop(file);
	return order->result;
}

int pmk_new_file_drop_act(struct pmk_order *order, int *fd)
{
	struct begun *file = find(order->number);

	if (file)
		drop(file);
	return order->result = 0;
}
