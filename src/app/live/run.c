/* SPDX-License-Identifier: MIT */
#include "app/commands.h"
#include "app/files/film.h"
#include "app/live/live.h"
#include "app/live/service.h"
#include "base/log.h"
#include "base/parse.h"
#include "io/pipewire/pipewire.h"

#include <stdio.h>
#include <string.h>

static void add_once(struct pmk_pipeline_settings *p, const char *spec)
{
	for (int i = 0; i < p->output_count; i++) {
		if (strcmp(p->outputs[i], spec) == 0)
			return;
	}
	if (p->output_count < PMK_PIPELINE_MAX_OUTPUTS)
		p->outputs[p->output_count++] = spec;
}

/* The virtual cameras of this machine that can be fed now: v4l2loopback devices that are free, and PipeWire where it
 * runs. How many. */
static int add_found(struct pmk_pipeline_settings *p, char (*paths)[64], int *used)
{
	int found = pmk_sink_v4l2_find(paths + *used, PMK_PIPELINE_MAX_OUTPUTS - *used);

	found = found < 0 ? 0 : found;
	for (int i = 0; i < found; i++)
		add_once(p, paths[*used + i]);
	*used += found;
	if (!pmk_pipewire_runs())
		return found;
	add_once(p, "pipewire");
	return found + 1;
}

/* Replace "auto" by what is found now. The names live until the process ends. */
static enum pmk_exit resolve_outputs(struct pmk_pipeline_settings *p)
{
	static char paths[PMK_PIPELINE_MAX_OUTPUTS][64];
	const char *asked[PMK_PIPELINE_MAX_OUTPUTS + 1] = { "auto" };
	int asked_count = p->output_count ? p->output_count : 1, used = 0;

	memcpy(asked, p->outputs, (size_t)p->output_count * sizeof asked[0]);
	p->output_count = 0;
	for (int i = 0; i < asked_count; i++) {
		if (strcmp(asked[i], "auto") != 0) {
			add_once(p, asked[i]);
			continue;
		}
		if (add_found(p, paths, &used) == 0) {
			pmk_error("no free virtual camera was found, and PipeWire does not run; make one: sudo apt-get "
				  "install v4l2loopback-dkms "
				  "linux-headers-$(uname -r), then sudo potemkin setup-loopback (potemkin doctor says "
				  "what is missing), or write a file "
				  "with -o file:out.mp4");
			return PMK_EXIT_NO_OUTPUT;
		}
	}
	return PMK_EXIT_OK;
}

/* One that takes all outputs there are is alone; one that names its outputs may run beside it. */
static bool takes_all(const struct pmk_pipeline_settings *p)
{
	bool all = p->output_count == 0;

	for (int i = 0; i < p->output_count; i++)
		all |= strcmp(p->outputs[i], "auto") == 0;
	return all;
}

/* Each would be renamed into the place of the other, and all but one were lost. */
static bool files_meet(const struct pmk_pipeline_settings *p)
{
	for (int i = 0; i < p->output_count; i++) {
		for (int j = 0; j < i; j++) {
			const char *a = pmk_parse_after(p->outputs[j], "file:"),
				   *b = pmk_parse_after(p->outputs[i], "file:");

			if (!a || !b || !pmk_film_same_place(a, b))
				continue;
			pmk_error("--output \"file:%s\" and \"file:%s\" are the same file; name it once", a, b);
			return true;
		}
	}
	return false;
}

enum pmk_exit pmk_command_run(struct pmk_options *options)
{
	enum pmk_exit code;

	if (takes_all(&options->pipeline) && pmk_service_lock())
		return PMK_EXIT_BUSY;
	code = resolve_outputs(&options->pipeline);
	for (int i = 0; i < options->pipeline.output_count; i++) {
		if (pmk_film_would_overwrite(options, pmk_film_path(options->pipeline.camera),
			    pmk_film_path(options->pipeline.outputs[i])))
			return PMK_EXIT_USAGE;
	}
	if (code == PMK_EXIT_OK && files_meet(&options->pipeline))
		return PMK_EXIT_USAGE;
	return code == PMK_EXIT_OK ? pmk_live_run(options, NULL) : code;
}
