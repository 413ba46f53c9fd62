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
#include <sys/stat.h>
#include <unistd.h>

enum { MOST = 64 };

/* A file that was begun. */
struct begun {
	_Atomic int32_t ticket; /* of the orders for it; 0: there is none. Written last */
	bool kept; /* it is in place, and the order to keep it may come again */
	dev_t device;
	ino_t inode;
	struct pmk_new_file made; /* with its names here; it holds nothing open, as another starter may go on with it */
	char path[PATH_MAX], temporary[PATH_MAX];
};

_Static_assert(MOST * sizeof(struct begun) <= PMK_STARTER_MEMORY, "they have their room");

/* Whether the name is still that of this file. */
static bool is_its_name(const struct begun *file, const char *name)
{
	struct stat st;

	return lstat(name, &st) == 0 && S_ISREG(st.st_mode) && st.st_dev == file->device && st.st_ino == file->inode;
}

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
	if (!file->kept && is_its_name(file, file->temporary))
		unlink(file->temporary);
	file->ticket = 0;
}

/* Note the file that was made. */
static int note(struct begun *place, int32_t ticket, const struct pmk_new_file *made, int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (snprintf(place->path, PATH_MAX, "%s", made->path) >= PATH_MAX ||
		snprintf(place->temporary, PATH_MAX, "%s", made->temporary) >= PATH_MAX)
		return -ENAMETOOLONG;
	place->device = st.st_dev;
	place->inode = st.st_ino;
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
	order->result = note(place, order->number, &made, got);
	if (order->result) {
		close(got);
		pmk_new_file_drop(&made);
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
	if (file->kept || is_its_name(file, file->path)) {
		file->kept = true;
		return 0;
	}
	order->result = is_its_name(file, file->temporary) ? pmk_new_file_place(&file->made) : -ENOENT;
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
