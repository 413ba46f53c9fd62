/* SPDX-License-Identifier: MIT */
#include "app/live/reload.h"

#include "app/files/film.h"
#include "base/clock.h"
#include "base/log.h"
#include "core/thread.h"
#include "media/media.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

static const uint64_t END_NS = 400 * PMK_MS_NS; /* for a reload that is at work to end */

struct pmk_reload {
	const struct pmk_options *options;
	struct pmk_pipeline *pipeline;

	/* The main thread's. */
	struct pmk_thread thread;
	bool again; /* asked for while one was at work */
	int ended; /* an eventfd */

	/* The reload's thread's. */
	struct pmk_settings asked; /* as of the last reload */
	struct pmk_settings fresh;
};

enum { LINE = 400 };

/* List the settings that differ, either those that can change live or those that cannot, with their values in `b`:
 * "smooth 20, mirror yes". A list is shown by its first item. */
static void name_changes(const struct pmk_settings *a, const struct pmk_settings *b, bool live, char text[LINE])
{
	char value[PMK_SPEC];
	size_t used = 0;

	text[0] = '\0';
	for (int i = 0; i < pmk_settings_count && used < LINE; i++) {
		const struct pmk_setting *s = &pmk_settings_table[i];

		if (live != (bool)(s->flags & PMK_SETTING_LIVE) || pmk_setting_equal(s, a, b))
			continue;
		pmk_setting_print(s, b, 0, value);
		used += (size_t)snprintf(
			text + used, LINE - used, "%s%s %s", used ? ", " : "", s->name, value[0] ? value : "none");
	}
}

static bool would_overwrite(const struct pmk_pipeline_settings *fresh, const struct pmk_pipeline_settings *now)
{
	for (int i = 0; i < now->output_count; i++) {
		if (pmk_film_would_overwrite(fresh, pmk_film_path(fresh->camera), pmk_film_path(now->outputs[i])))
			return true;
	}
	return false;
}

static void apply(struct pmk_reload *r)
{
	char live[LINE], fixed[LINE];

	name_changes(&r->asked, &r->fresh, true, live);
	name_changes(&r->asked, &r->fresh, false, fixed);
	if (would_overwrite(&r->fresh.pipeline, &r->asked.pipeline))
		return;
	/* also where nothing differs: an earlier reload may have changed only a part */
	if (pmk_pipeline_apply(r->pipeline, &r->fresh.pipeline))
		return; /* it has logged why; nothing is changed */
	pmk_settings_take_live(&r->asked, &r->fresh);
	pmk_info("configuration read again; %s%s", live[0] ? "changed: " : "nothing changed", live);
	if (fixed[0])
		pmk_warn("these settings take effect at the next start: %s", fixed);
}

static void *reload_main(void *arg)
{
	struct pmk_reload *r = arg;

	if (pmk_options_reload(r->options, &r->fresh) == PMK_EXIT_OK)
		apply(r);
	pmk_media_rest();
	eventfd_write(r->ended, 1);
	return NULL;
}

int pmk_reload_create(const struct pmk_options *options, struct pmk_pipeline *pipeline, struct pmk_reload **reload)
{
	struct pmk_reload *r = calloc(1, sizeof *r);
	int err = r ? 0 : -ENOMEM;

	if (!err) {
		r->ended = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
		err = r->ended < 0 ? -errno : 0;
	}
	if (err) {
		pmk_error("cannot get ready to read the configuration again: %s", strerror(-err));
		free(r);
		return err;
	}
	r->options = options;
	r->pipeline = pipeline;
	r->asked = options->settings;
	*reload = r;
	return 0;
}

void pmk_reload_start(struct pmk_reload *r)
{
	int err;

	if (r->thread.running) {
		r->again = true;
		return;
	}
	err = pmk_thread_start(&r->thread, reload_main, r);
	if (err)
		pmk_error("cannot start a thread: %s", strerror(-err));
}

int pmk_reload_fd(const struct pmk_reload *r)
{
	return r->ended;
}

void pmk_reload_end(struct pmk_reload *r)
{
	struct timespec until = pmk_thread_deadline(PMK_S_NS);
	bool again = r->again;
	eventfd_t count;

	if (eventfd_read(r->ended, &count) < 0)
		return;
	while (pmk_thread_join(&r->thread, &until) == -ETIMEDOUT)
		until = pmk_thread_deadline(PMK_S_NS);
	r->again = false;
	if (again)
		pmk_reload_start(r);
}

int pmk_reload_destroy(struct pmk_reload *r)
{
	struct timespec until = pmk_thread_deadline(END_NS);

	if (!r)
		return 0;
	if (pmk_thread_join(&r->thread, &until))
		return -ETIMEDOUT;
	close(r->ended);
	free(r);
	return 0;
}
