/* SPDX-License-Identifier: MIT */
/* Part of new_file.h: the starter's functions. It keeps what is not in place yet. */
#include "base/new_file.h"

#include <errno.h>
#include <stddef.h>
#include <unistd.h>

enum { MOST = 64 };

static struct pmk_new_file files[MOST]; /* `path` NULL: free */

/* The order's number is of this process alone: there may have been another one, with files of its own. */
static int first_number(void)
{
	return getpid() * MOST; /* a process's number has 22 bits at most, proc_sys_kernel(5) */
}

int pmk_new_file_act(struct pmk_order *order, int *fd)
{
	int free_one = 0;

	while (free_one < MOST && files[free_one].path)
		free_one++;
	if (free_one == MOST)
		return order->result = -EMFILE;
	*fd = pmk_new_file_create(&files[free_one], order->text);
	order->number = first_number() + free_one;
	order->result = *fd < 0 ? *fd : 0;
	*fd = *fd < 0 ? -1 : *fd;
	return order->result;
}

static struct pmk_new_file *file_of(const struct pmk_order *order)
{
	int place = order->number - first_number();

	return place >= 0 && place < MOST ? &files[place] : NULL;
}

int pmk_new_file_keep_act(struct pmk_order *order, int *fd)
{
	struct pmk_new_file *file = file_of(order);

	return order->result = file && file->path ? pmk_new_file_keep(file) : -EBADF;
}

int pmk_new_file_drop_act(struct pmk_order *order, int *fd)
{
	struct pmk_new_file *file = file_of(order);

	if (file)
		pmk_new_file_drop(file);
	return order->result = 0;
}
