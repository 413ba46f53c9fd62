/* SPDX-License-Identifier: MIT */
/* Part of new_file.h: the starter's functions. It keeps what is not in place yet; what another one left that was killed
 * is found by the order's path and number. */
#include "base/new_file.h"

#include <errno.h>
#include <stddef.h>
#include <unistd.h>

enum { MOST = 64 };

static struct pmk_new_file files[MOST]; /* `path` NULL: free */

/* The order's number is of this process alone: there may have been another one, which was killed and left files. */
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
	*fd = pmk_new_file_create_numbered(&files[free_one], order->text, order->number == 1, free_one);
	order->number = first_number() + free_one;
	order->result = *fd < 0 ? *fd : 0;
	*fd = *fd < 0 ? -1 : *fd;
	return order->result;
}

/* The file that the order is about, which becomes *file; zeroed if there is none. */
static void take(const struct pmk_order *order, struct pmk_new_file *file)
{
	int place = order->number - first_number();

	*file = (struct pmk_new_file){ 0 };
	if (place >= 0 && place < MOST) {
		*file = files[place];
		files[place] = (struct pmk_new_file){ 0 };
	} else if (order->number > 0) {
		(void)!pmk_new_file_find(file, order->text, order->number / MOST, order->number % MOST);
	}
}

int pmk_new_file_keep_act(struct pmk_order *order, int *fd)
{
	struct pmk_new_file file;

	take(order, &file);
	return order->result = file.path ? pmk_new_file_keep(&file) : -EPIPE; /* nothing is left of it */
}

int pmk_new_file_drop_act(struct pmk_order *order, int *fd)
{
	struct pmk_new_file file;

	take(order, &file);
	pmk_new_file_drop(&file);
	return order->result = 0;
}
