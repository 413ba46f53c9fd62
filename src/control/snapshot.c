/* SPDX-License-Identifier: MIT */
#include "base/parse.h"
#include "control/control_parts.h"
#include "control/shown_file.h"
#include "settings/inputs.h"

static bool is_recorded(struct pmk_pipeline *p, const char *path)
{
	const char *spec;
	bool same = false;

	for (int i = 0; (spec = pmk_pipeline_output_spec(p, i)) && !same; i++) {
		const char *file = pmk_parse_after(spec, "file:");

		same = file && !pmk_pipeline_output_ended(p, i) && pmk_file_place_same(file, path);
	}
	return same;
}

enum pmk_exit pmk_control_snapshot(struct pmk_control *c, const char *path)
{
	const char *why = path[0] != '/'       ? "not an absolute path" :
		is_recorded(c->pipeline, path) ? "the recording that goes on; name another file" :
						 NULL;
	struct pmk_shown *shown;
	int err;

	if (why) {
		pmk_error("%s: %s", path, why);
		return PMK_EXIT_USAGE;
	}
	err = pmk_inputs_spare(&c->settings, NULL, path);
	if (err)
		return pmk_inputs_exit(err);
	shown = pmk_control_shown(c);
	if (!shown) {
		pmk_error("the output has ended");
		return PMK_EXIT_INPUT;
	}
	err = pmk_shown_write_file(shown, path, PMK_QUALITY_USUAL);
	pmk_shown_unref(shown);
	return pmk_exit_of(PMK_PART_OUTPUT, err, "");
}
