/* SPDX-License-Identifier: MIT */
#include "app/commands.h"
#include "app/live/live.h"
#include "app/live/service.h"
#include "app/machine/remedy.h"
#include "app/unused.h"
#include "base/log.h"
#include "base/num.h"
#include "base/parse.h"
#include "io/pipewire/pipewire.h"
#include "settings/inputs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void add_once(struct pmk_pipeline_settings *p, const char *spec, bool optional)
{
	for (int i = 0; i < p->output_count; i++) {
		if (strcmp(p->outputs[i], spec) == 0)
			return;
	}
	if (p->output_count < PMK_PIPELINE_MAX_OUTPUTS && !pmk_spec_copy(p->outputs[p->output_count], spec))
		p->optional[p->output_count++] = optional;
}

/* Add the virtual cameras that can be fed now: the free v4l2loopback devices, and PipeWire if it is running. Gives how
 * many there are. */
static int add_found(struct pmk_pipeline_settings *p)
{
	char paths[PMK_PIPELINE_MAX_OUTPUTS][64];
	int found = pmk_sink_v4l2_find(paths, PMK_PIPELINE_MAX_OUTPUTS);

	found = pmk_max(found, 0);
	for (int i = 0; i < found; i++)
		add_once(p, paths[i], true);
	if (!pmk_pipewire_runs())
		return found;
	add_once(p, "pipewire", false);
	return found + 1;
}

/* Whether the camera can be opened, which is told if not. */
static enum pmk_exit try_camera(const struct pmk_pipeline_settings *p)
{
	struct pmk_source *source;
	int err = pmk_source_open(p->camera, &p->wish, &source);

	if (!err)
		pmk_source_close(source);
	return pmk_exit_of(PMK_PART_CAMERA, err, p->camera);
}

/* There is nothing to feed. A camera that was asked for by name and is not there is the nearer mistake. */
static enum pmk_exit refuse_outputs(const struct pmk_pipeline_settings *p)
{
	enum pmk_exit code = strcmp(p->camera, "auto") == 0 ? PMK_EXIT_OK : try_camera(p);
	char how[PMK_REMEDY_SIZE];

	if (code != PMK_EXIT_OK)
		return code;
	pmk_error("no free virtual camera was found, and PipeWire is not running; make one: %s, then sudo potemkin "
		  "setup-loopback (potemkin doctor says what is missing), or write a file with -o file:out.mp4",
		pmk_remedy_install("", PMK_PACKAGE_LOOPBACK, how));
	return PMK_EXIT_NO_OUTPUT;
}

/* `asked`, with "auto" replaced by what is found now. */
static enum pmk_exit resolve_outputs(const struct pmk_pipeline_settings *asked, struct pmk_pipeline_settings *p)
{
	int count = asked->output_count ? asked->output_count : 1;

	p->output_count = 0;
	for (int i = 0; i < count; i++) {
		const char *spec = asked->output_count ? asked->outputs[i] : "auto";

		if (strcmp(spec, "auto") != 0)
			add_once(p, spec, false);
		else if (add_found(p) == 0)
			return refuse_outputs(asked);
	}
	return PMK_EXIT_OK;
}

/* Only one instance may take all outputs; another one that names its outputs may run beside it. */
static bool takes_all(const struct pmk_pipeline_settings *p)
{
	bool all = p->output_count == 0;

	for (int i = 0; i < p->output_count; i++)
		all |= strcmp(p->outputs[i], "auto") == 0;
	return all;
}

/* Each file would replace the other, and only one would be left. */
static bool files_meet(const struct pmk_pipeline_settings *p)
{
	for (int i = 0; i < p->output_count; i++) {
		for (int j = 0; j < i; j++) {
			const char *a = pmk_parse_after(p->outputs[j], "file:"),
				   *b = pmk_parse_after(p->outputs[i], "file:");

			/* the very same word is taken once */
			if (!a || !b || strcmp(a, b) == 0 || !pmk_file_place_same(a, b))
				continue;
			pmk_error(
				"--output \"file:%s\" and \"file:%s\" are the same file, or may be; name it only once",
				a, b);
			return true;
		}
	}
	return false;
}

static void tell_unused(const struct pmk_options *options, const struct pmk_pipeline_settings *p)
{
	bool device = false;

	for (int i = 0; i < p->output_count; i++)
		device |= pmk_parse_after(p->outputs[i], "/dev/") != NULL;
	if (pmk_parse_after(p->camera, "presenter") || pmk_parse_after(p->camera, "file:"))
		pmk_unused_tell(options, "format", p->camera, "it is no camera");
	if (!device)
		pmk_unused_tell(options, "output-format", "this run", "no output is a v4l2loopback device");
}

/* The command line is wrong on any machine and at any time. Logged. */
static bool has_mistake(const struct pmk_pipeline_settings *p)
{
	if (!pmk_source_usable(p->camera))
		return true;
	for (int i = 0; i < p->output_count; i++) {
		if (!pmk_sink_usable(p->outputs[i]))
			return true;
	}
	return files_meet(p);
}

static enum pmk_exit run_with(const struct pmk_options *options, struct pmk_pipeline_settings *p)
{
	enum pmk_exit code = resolve_outputs(&options->settings.pipeline, p);

	if (code != PMK_EXIT_OK)
		return code;
	tell_unused(options, p);
	return pmk_live_run(options, p, NULL);
}

enum pmk_exit pmk_command_run(struct pmk_options *options)
{
	struct pmk_pipeline_settings *resolved;
	const struct pmk_pipeline_settings *p = &options->settings.pipeline;
	enum pmk_exit code;
	int err;

	if (has_mistake(p))
		return PMK_EXIT_USAGE;
	err = pmk_inputs_spare_outputs(&options->settings, p);
	if (err)
		return pmk_inputs_exit(err);
	if (takes_all(p) && pmk_service_lock())
		return PMK_EXIT_BUSY;
	resolved = malloc(sizeof *resolved);
	if (!resolved)
		return PMK_EXIT_INTERNAL;
	*resolved = *p;
	code = run_with(options, resolved);
	free(resolved);
	return code;
}
