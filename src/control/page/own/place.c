/* SPDX-License-Identifier: MIT */
#include "control/page/own/place.h"

#include "base/place/rename_new.h"
#include "control/page/own/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- in this process --- */

static int make_new(const char *chosen, bool make_folder, char path[PATH_MAX])
{
	char folder[PATH_MAX];
	int err = make_folder ? pmk_own_make_folder(chosen, folder) : pmk_own_folder(chosen, folder), fd;

	if (!err && snprintf(path, PATH_MAX, "%s/" PMK_OWN_TEMPORARY "XXXXXX", folder) >= PATH_MAX)
		err = -ENAMETOOLONG;
	if (err)
		return err;
	fd = mkostemp(path, O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* Paths of both names; the first one is temporary, and neither leads out of the folder. */
static int rename_in(const char *chosen, const char *from, const char *to)
{
	char folder[PATH_MAX], before[PATH_MAX], after[PATH_MAX];
	int err = pmk_own_folder(chosen, folder);

	if (err)
		return err;
	if (strncmp(from, PMK_OWN_TEMPORARY, strlen(PMK_OWN_TEMPORARY)) != 0 || strchr(from, '/') || strchr(to, '/') ||
		!*to || strcmp(to, ".") == 0 || strcmp(to, "..") == 0)
		return -EINVAL;
	if (snprintf(before, PATH_MAX, "%s/%s", folder, from) >= PATH_MAX ||
		snprintf(after, PATH_MAX, "%s/%s", folder, to) >= PATH_MAX)
		return -ENAMETOOLONG;
	return pmk_rename_new(before, after);
}

static int unlink_in(const char *chosen, const char *name)
{
	char folder[PATH_MAX], path[PATH_MAX];
	int err = pmk_own_folder(chosen, folder);
	struct stat st;

	if (err)
		return err;
	if (strchr(name, '/') || snprintf(path, PATH_MAX, "%s/%s", folder, name) >= PATH_MAX)
		return -EINVAL;
	if (lstat(path, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode) && !S_ISLNK(st.st_mode))
		return -EINVAL;
	return unlink(path) < 0 ? -errno : 0;
}

/* --- by the starter --- */

int pmk_own_new_act(const char *chosen, struct pmk_order *order, int *fd)
{
	int made = make_new(chosen, !*chosen, order->text);

	*fd = made < 0 ? -1 : made;
	return order->result = made < 0 ? made : 0;
}

int pmk_own_rename_act(const char *chosen, struct pmk_order *order)
{
	char *to = strchr(order->text, '/');

	if (!to)
		return order->result = -EINVAL;
	*to++ = '\0';
	return order->result = rename_in(chosen, order->text, to);
}

int pmk_own_unlink_act(const char *chosen, struct pmk_order *order)
{
	return order->result = unlink_in(chosen, order->text);
}

/* Whether the lock may be why it failed, and the starter can do better. */
static bool is_locked(int err)
{
	return (err == -EACCES || err == -EPERM || err == -ENOENT) && pmk_starter_is_there();
}

int pmk_own_new(const char *chosen, char path[PATH_MAX])
{
	struct pmk_order order = { .what = PMK_START_OWN_NEW };
	int fd = make_new(chosen, true, path);

	if (fd >= 0 || !is_locked(fd))
		return fd;
	fd = pmk_starter_open(&order, NULL);
	if (fd >= 0)
		memcpy(path, order.text, PATH_MAX);
	return fd;
}

int pmk_own_rename(const char *chosen, const char *from, const char *to)
{
	struct pmk_order order = { .what = PMK_START_OWN_RENAME };
	int fd, err = rename_in(chosen, from, to);

	if (!err || !is_locked(err))
		return err;
	if (snprintf(order.text, sizeof order.text, "%s/%s", from, to) >= (int)sizeof order.text)
		return -ENAMETOOLONG;
	return pmk_starter_do(&order, NULL, &fd);
}

int pmk_own_unlink(const char *chosen, const char *name)
{
	struct pmk_order order = { .what = PMK_START_OWN_REMOVE };
	int fd, err = unlink_in(chosen, name);

	if (!err || !is_locked(err))
		return err;
	if (snprintf(order.text, sizeof order.text, "%s", name) >= (int)sizeof order.text)
		return -ENAMETOOLONG;
	return pmk_starter_do(&order, NULL, &fd);
}

void pmk_own_explain(int err, const char *what, char why[PMK_LOG_LINE])
{
	pmk_log_overhear(why);
	pmk_log_answer(true);
	pmk_error_cure(pmk_starter_cure(err), "%s: %s", what, pmk_starter_reason(err));
	pmk_log_answer(false);
	pmk_log_overhear(NULL);
}
