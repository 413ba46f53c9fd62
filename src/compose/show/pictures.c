/* SPDX-License-Identifier: MIT */
#include "compose/show/pictures.h"

#include "base/log.h"
#include "base/words/phrase.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int pmk_pictures_check(const char *folder, char *why, size_t size)
{
	struct pmk_folder list = { 0 };
	int err = pmk_folder_read(folder, &list), count = list.count;

	pmk_folder_free(&list);
	if (err == -ENOENT)
		pmk_phrase(why, size, "there is no folder \"%s\"", pmk_short(folder, 100).text);
	else if (err)
		snprintf(why, size, "the folder cannot be read: %s", strerror(-err));
	else if (!count)
		pmk_phrase(why, size, "there is no picture in the folder \"%s\"; put some there, or name another",
			pmk_short(folder, 100).text);
	return err ? err : count ? 0 : -EINVAL;
}

static bool is_bad(const struct pmk_pictures *p, const struct pmk_stamp *file)
{
	for (unsigned i = 0; i < p->bad_count && i < PMK_PICTURES_BAD; i++) {
		if (pmk_stamp_equal(&p->bad[i], file))
			return true;
	}
	return false;
}

/* Whether it is the file's fault, so that there is no use in trying it again. */
static bool is_lasting(int err)
{
	return err == -EBADMSG || err == -EINVAL || err == -ENOTSUP || err == -EFBIG;
}

int pmk_pictures_open(struct pmk_pictures *p, const char *name, struct pmk_backdrop **backdrop)
{
	char path[PMK_SPEC];
	struct pmk_stamp file;
	int err;

	if (snprintf(path, sizeof path, "%s/%s", p->folder, name) >= (int)sizeof path)
		return -ENOENT;
	file = pmk_stamp_of(path);
	if (!file.number)
		return -ENOENT;
	if (is_bad(p, &file))
		return -EBADMSG;
	if (pmk_stamp_equal(&p->shown, &file))
		return -EALREADY;
	pmk_log_lower(true);
	err = pmk_backdrop_picture_open(path, p->fit, &p->layout, backdrop);
	pmk_log_lower(false);
	if (!err)
		p->shown = file;
	else if (is_lasting(err))
		p->bad[p->bad_count++ % PMK_PICTURES_BAD] = file;
	p->told &= err != 0;
	return err;
}

int pmk_pictures_none(struct pmk_pictures *p, bool first, int err)
{
	const char *what = err == -ECHILD ? "could be decoded" : "is a picture that can be shown";

	if (first)
		pmk_error("no file in \"%s\" %s", p->folder, what);
	else if (!p->told)
		pmk_warn("no file in \"%s\" %s; the last one stays", p->folder, what);
	p->told = true;
	if (!first)
		return -EALREADY;
	return err == -ECHILD ? err : -ENOENT;
}
