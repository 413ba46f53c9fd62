/* SPDX-License-Identifier: MIT */
/* Changes of a pipeline that runs. */
#include "base/log.h"
#include "core/pipeline_parts.h"

#include <errno.h>
#include <string.h>

static const unsigned NO_FRAME = 1u << 31; /* added to a generation: no frame is of that one */

/* The capture comes first: if a driver holds its thread, nothing is changed. Its frames are of a new generation then,
 * and wait for the scene's change: none is composed with zones for another orientation. If another camera was opened
 * meanwhile, these settings are for none of its frames. */
static int apply_both(struct pmk_pipeline *p, struct pmk_pipeline_settings *wanted, struct pmk_capture_change *capture,
	struct pmk_scene_change *scene, unsigned expected)
{
	int err = pmk_capture_change_apply(p->capture, capture);
	unsigned generation;

	if (err) {
		pmk_error("%s; nothing is changed",
			err == -ECANCELED ? "the program ends" : "the camera's driver does not answer");
		return err;
	}
	wanted->generation = expected;
	memcpy(p->settings.camera, wanted->camera, sizeof p->settings.camera);
	p->settings.quarters = wanted->quarters;
	p->settings.mirror = wanted->mirror;
	p->settings.flip = wanted->flip;
	p->settings.cpu_limit = wanted->cpu_limit;
	p->settings.by_camera = wanted->by_camera;
	pmk_capture_by_camera(p->capture, wanted->by_camera);
	generation = pmk_capture_generation(p->capture);
	err = pmk_stage_change_apply(p->stage, scene, generation == expected ? generation : generation + NO_FRAME);
	if (err)
		pmk_error("%s; %s", err == -ECANCELED ? "the program ends" : "the network does not answer",
			pmk_capture_change_is_none(capture) ? "nothing is changed" :
							      "only the camera's settings are changed");
	else
		p->settings.scene = wanted->scene;
	return err;
}

/* Zones are places in the turned picture: under another orientation they would uncover what they are to hide. */
static int check_zones(const struct pmk_pipeline_settings *now, const struct pmk_pipeline_settings *wanted)
{
	bool turns = now->quarters != wanted->quarters || now->mirror != wanted->mirror || now->flip != wanted->flip;

	if (!turns || !wanted->scene.keep_out_count || !pmk_scene_same_zones(&now->scene, &wanted->scene))
		return 0;
	pmk_error_cure(PMK_CURE_ZONES_FIRST,
		"keep-out zones are set, and would not move with the picture; it is not turned or mirrored");
	return -EINVAL;
}

/* Have what is wanted of a camera that was opened for the change. */
static int settle(struct pmk_pipeline *p, struct pmk_capture_change *change, const struct pmk_capture_settings *now,
	struct pmk_pipeline_settings *wanted)
{
	struct pmk_capture_settings reads;
	struct pmk_source_names names;
	int err;

	if (!wanted->by_camera || !p->settings.settle || !pmk_capture_change_names(change, &names))
		return 0;
	err = p->settings.settle(p->settings.settle_user, &names, wanted);
	if (err)
		return err;
	reads = pmk_pipeline_reads(p, wanted);
	pmk_capture_change_revise(change, now, &reads);
	return 0;
}

int pmk_pipeline_apply(struct pmk_pipeline *p, struct pmk_pipeline_settings *wanted, enum pmk_part *part)
{
	struct pmk_capture_settings now = pmk_pipeline_reads(p, &p->settings), reads = pmk_pipeline_reads(p, wanted);
	unsigned generation = wanted->by_camera ? wanted->generation : pmk_capture_generation(p->capture);
	struct pmk_capture_change *capture = NULL;
	struct pmk_scene_change *scene = NULL;
	int err;

	*part = PMK_PART_CAMERA;
	err = pmk_capture_change_create(p->capture, &now, &reads, &capture);
	if (!err) {
		*part = PMK_PART_NONE;
		err = settle(p, capture, &now, wanted);
	}
	if (!err)
		err = check_zones(&p->settings, wanted);
	if (!err) {
		*part = PMK_PART_SCENE;
		err = pmk_stage_change_prepare(p->stage, &wanted->scene, &scene);
	}
	if (!err) {
		*part = PMK_PART_NONE;
		err = apply_both(p, wanted, capture, scene, generation + pmk_capture_change_steps(capture));
	}
	pmk_scene_change_destroy(scene);
	pmk_capture_change_destroy(capture);
	return err;
}

void pmk_pipeline_keep_ready(struct pmk_pipeline *p, const char *const *specs, int count, bool make)
{
	pmk_stage_keep_ready(p->stage, specs, count, p->settings.scene.fit, make);
}
