/* SPDX-License-Identifier: MIT */
/* Which backdrops are to be ready before somebody chooses them. */
#include "control/control_parts.h"
#include "control/gallery.h"

/* The gallery's, from the one after the present one on, around. None while nobody watches, so that they take no memory
 * then. None is made under a limit of the CPU, since that is for the pictures; those that are there stay. */
void pmk_control_keep_ready(struct pmk_control *c)
{
	const struct pmk_pipeline_settings *now = &c->settings.pipeline;
	enum pmk_state state = pmk_pipeline_state(c->pipeline);
	const char *specs[PMK_GALLERY_MOST];
	struct pmk_gallery gallery = { 0 };
	int at;

	if (state == PMK_STATE_OPENING)
		return; /* the first picture comes first */
	if (state == PMK_STATE_IDLE || pmk_gallery_read(c->settings.backdrop_folder, &gallery)) {
		pmk_pipeline_keep_ready(c->pipeline, NULL, 0, false);
		return;
	}
	at = pmk_gallery_find(&gallery, now->scene.backdrop);
	for (int i = 0; i < gallery.count; i++)
		specs[i] = gallery.cards[(at + 1 + i) % gallery.count].spec;
	pmk_pipeline_keep_ready(c->pipeline, specs, gallery.count, !(now->cpu_limit > 0));
	pmk_gallery_free(&gallery);
}
