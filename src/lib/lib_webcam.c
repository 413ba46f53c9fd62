/* SPDX-License-Identifier: MIT */
#include "base/log.h"
#include "core/pipeline.h"
#include "lib/lib_context.h"
#include "lib/lib_settings.h"
#include "settings/inputs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>

struct potemkin_webcam {
	potemkin_context *context;
	struct pmk_settings *settings;
	struct pmk_pipeline *pipeline;
};

static int check_outputs(const struct pmk_pipeline_settings *p)
{
	bool named = p->output_count > 0;

	for (int i = 0; i < p->output_count; i++)
		named = named && strcmp(p->outputs[i], "auto") != 0;
	if (!named)
		pmk_error("no output is named; name each: a device, \"pipewire\", or \"file:\" and a path");
	return named ? 0 : -EINVAL;
}

static int create(potemkin_webcam *w, const struct potemkin_webcam_settings *settings)
{
	struct potemkin_webcam_settings given;
	enum pmk_part part;
	int err = pmk_lib_take_struct(&given, sizeof given, settings, sizeof(size_t));

	if (!err)
		err = pmk_lib_settings(POTEMKIN_WEBCAM, given.settings, given.setting_count, &w->settings);
	if (!err)
		err = check_outputs(&w->settings->pipeline);
	if (!err)
		err = pmk_inputs_spare_outputs(w->settings, &w->settings->pipeline);
	if (!err)
		err = pmk_pipeline_create(&w->settings->pipeline, &w->pipeline, &part);
	return err;
}

int potemkin_webcam_create(
	potemkin_context *context, const struct potemkin_webcam_settings *settings, potemkin_webcam **webcam)
{
	potemkin_webcam *w = calloc(1, sizeof *w);
	int err;

	if (!w)
		return -ENOMEM;
	w->context = context;
	pmk_lib_ref(context);
	pmk_lib_listen(context);
	err = create(w, settings);
	pmk_lib_leave();
	if (err)
		potemkin_webcam_destroy(w);
	else
		*webcam = w;
	return err;
}

int potemkin_webcam_start(potemkin_webcam *w)
{
	enum pmk_part part;
	int err;

	pmk_lib_listen(w->context);
	err = pmk_pipeline_start(w->pipeline, &part);
	pmk_lib_leave();
	return err;
}

int potemkin_webcam_set(potemkin_webcam *w, const char *name, const char *value)
{
	struct pmk_settings *wanted;
	enum pmk_part part;
	int err;

	pmk_lib_listen(w->context);
	err = pmk_lib_changed(POTEMKIN_WEBCAM, w->settings, name, value, &wanted);
	if (!err) {
		err = pmk_inputs_spare_change(w->settings, wanted);
		if (!err)
			err = pmk_pipeline_apply(w->pipeline, &wanted->pipeline, &part);
		if (!err) {
			free(w->settings);
			w->settings = wanted;
		} else {
			free(wanted);
		}
	}
	pmk_lib_leave();
	return err;
}

int potemkin_webcam_get(const potemkin_webcam *w, const char *name, char *value, size_t size)
{
	int err;

	pmk_lib_listen(w->context);
	err = pmk_lib_print(POTEMKIN_WEBCAM, w->settings, name, value, size);
	pmk_lib_leave();
	return err;
}

void potemkin_webcam_pause(potemkin_webcam *w, int pause)
{
	pmk_lib_listen(w->context);
	pmk_pipeline_pause(w->pipeline, pause != 0);
	pmk_lib_leave();
}

int potemkin_webcam_fd(const potemkin_webcam *w)
{
	return pmk_pipeline_changes_fd(w->pipeline);
}

enum potemkin_state potemkin_webcam_state(potemkin_webcam *w)
{
	static const enum potemkin_state states[] = { [PMK_STATE_IDLE] = POTEMKIN_IDLE,
		[PMK_STATE_OPENING] = POTEMKIN_OPENING,
		[PMK_STATE_LIVE] = POTEMKIN_LIVE,
		[PMK_STATE_COVERED] = POTEMKIN_COVERED,
		[PMK_STATE_PAUSED] = POTEMKIN_PAUSED,
		[PMK_STATE_ENDED] = POTEMKIN_ENDED,
		[PMK_STATE_FAILED] = POTEMKIN_FAILED };
	eventfd_t changes;

	(void)!eventfd_read(pmk_pipeline_changes_fd(w->pipeline), &changes); /* nothing to read: nothing has changed */
	return states[pmk_pipeline_state(w->pipeline)];
}

int potemkin_webcam_stop(potemkin_webcam *w)
{
	enum pmk_part part;
	int err;

	pmk_lib_listen(w->context);
	err = pmk_pipeline_stop(w->pipeline, &part);
	pmk_lib_leave();
	return err;
}

void potemkin_webcam_destroy(potemkin_webcam *w)
{
	if (!w)
		return;
	pmk_lib_listen(w->context);
	pmk_pipeline_destroy(w->pipeline);
	pmk_lib_leave();
	free(w->settings);
	pmk_lib_unref(w->context);
	free(w);
}
