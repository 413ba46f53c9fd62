/* SPDX-License-Identifier: MIT */
#include "scene/scene.h"

#include "base/clock.h"
#include "base/log.h"
#include "scene/scene_change.h"
#include "scene/scene_parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Frames further apart than this are unrelated. */
static const uint64_t CUT_NS = 500 * PMK_MS_NS;

/* Create what does not depend on the settings. */
static int create_fixed(struct pmk_scene *s, int shown_count)
{
	int err = pmk_composer_create(&s->layout, shown_count, &s->composer);

	if (!err)
		err = pmk_mask_alloc(&s->mask, s->frames.width, s->frames.height);
	if (!err)
		err = pmk_stillness_init(&s->stillness, &s->frames);
	if (!err)
		err = pmk_plate_init(&s->plate, &s->frames);
	return err;
}

/* Takes over `look`, which may be NULL. */
static int create(const struct pmk_scene_settings *settings, const struct pmk_layout *layout, int shown_count,
	struct pmk_look *look, struct pmk_scene **scene)
{
	struct pmk_scene *s = calloc(1, sizeof *s);
	struct pmk_scene_change *change;
	int err;

	if (!s) {
		pmk_look_destroy(look);
		return -ENOMEM;
	}
	s->parts.look = look;
	s->frames = s->layout = *layout;
	s->layout.range = PMK_RANGE_LIMITED;
	if (settings->picture_width) {
		s->layout.width = settings->picture_width;
		s->layout.height = settings->picture_height;
	}
	err = create_fixed(s, shown_count);
	if (err == -ENOMEM)
		pmk_error_cure(PMK_CURE_SMALLER_SIZE, "not enough memory for pictures of %dx%d", layout->width,
			layout->height);
	s->plate.single = settings->single;
	if (!err)
		err = pmk_scene_change_prepare(s, settings, &change);
	if (err) {
		pmk_scene_destroy(s);
		return err;
	}
	pmk_scene_change_apply(s, change);
	pmk_scene_change_destroy(change);
	*scene = s;
	return 0;
}

int pmk_scene_create(const struct pmk_scene_settings *settings, const struct pmk_layout *layout, int shown_count,
	struct pmk_scene **scene)
{
	return create(settings, layout, shown_count, NULL, scene);
}

int pmk_scene_renew(struct pmk_scene *old, const struct pmk_scene_settings *settings, const struct pmk_layout *layout,
	int shown_count, struct pmk_scene **scene)
{
	struct pmk_look *look = old->parts.look;
	int err;

	old->parts.look = NULL;
	err = create(settings, layout, shown_count, look, scene);
	pmk_scene_destroy(old);
	return err;
}

void pmk_scene_destroy(struct pmk_scene *s)
{
	if (!s)
		return;
	pmk_composer_destroy(s->composer);
	pmk_scene_parts_finish(&s->parts);
	pmk_store_destroy(s->store);
	pmk_mask_free(&s->mask);
	pmk_stillness_finish(&s->stillness);
	pmk_plate_finish(&s->plate);
	free(s);
}

const struct pmk_layout *pmk_scene_layout(const struct pmk_scene *s)
{
	return &s->layout;
}

const char *pmk_scene_model(const struct pmk_scene *s)
{
	return pmk_look_card(s->parts.look)->name;
}

struct pmk_box pmk_scene_crop(const struct pmk_scene *s)
{
	if (s->parts.framing)
		return pmk_framing_crop(s->parts.framing);
	return (struct pmk_box){ 0, 0, s->frames.width, s->frames.height };
}

/* Add the time since *from to *to, and set *from to now. */
static void lap(uint64_t *from, uint64_t *to)
{
	uint64_t now = pmk_clock_thread_ns();

	*to += now - *from;
	*from = now;
}

/* Whether nothing has changed, so that the last mask is this frame's, too. */
static bool is_still(struct pmk_scene *s, const struct pmk_frame *frame, struct pmk_scene_times *times)
{
	uint64_t mark = pmk_clock_thread_ns();

	if (s->settings.no_motion_gate)
		return false;
	times->still = pmk_stillness_test(&s->stillness, &frame->image, s->last_ns) && !s->plate.found;
	if (times->still) {
		s->mask.number = frame->number;
		pmk_look_skip(s->parts.look);
		pmk_plate_skip(&s->plate);
	} else {
		pmk_stillness_saw(&s->stillness); /* if the network fails, pmk_stillness_reset undoes this */
	}
	lap(&mark, &times->prepare);
	return times->still;
}

/* What a source left empty beside its picture is no person. */
static void clear_bars(const struct pmk_frame *frame, struct pmk_mask *mask)
{
	int x = frame->bar_x, y = frame->bar_y, w = mask->width, h = mask->height;
	const struct pmk_rect bars[] = { { 0, 0, w, y }, { 0, h - y, w, y }, { 0, y, x, h - 2 * y },
		{ w - x, y, x, h - 2 * y } };

	for (int k = 0; k < 4; k++)
		pmk_zone_clear_mask(&bars[k], mask);
}

/* Refine what was seen, and the parts of it that were seen closer. */
static void refine(struct pmk_scene *s, const struct pmk_sight *sight, const struct pmk_image *image)
{
	struct pmk_refine_part part[PMK_DOUBTS];

	for (int i = 0; i < sight->closer_count; i++)
		part[i] = (struct pmk_refine_part){ sight->closer[i].view, sight->closer[i].probability,
			&sight->closer[i].small };
	pmk_refine_see_closer(s->parts.refine, part, sight->closer_count);
	pmk_refine_run(s->parts.refine, sight->probability, &sight->view, sight->small, image, &s->mask);
}

static int find_person(struct pmk_scene *s, const struct pmk_frame *frame, struct pmk_scene_times *times)
{
	struct pmk_sight sight;
	int err = pmk_look_run(
		s->parts.look, &frame->image, s->last_ns, s->settings.no_plate ? NULL : &s->plate, &sight);
	uint64_t mark = pmk_clock_thread_ns();

	if (err)
		return err;
	times->prepare += sight.prepare_ns;
	times->infer += sight.infer_ns;
	refine(s, &sight, &frame->image);
	for (int k = 0; k < s->settings.keep_out_count; k++)
		pmk_zone_clear_mask(&s->keep_out[k], &s->mask);
	clear_bars(frame, &s->mask);
	s->mask.number = frame->number;
	lap(&mark, &times->refine);
	return 0;
}

static void forget(struct pmk_scene *s)
{
	pmk_refine_forget(s->parts.refine);
	pmk_stillness_reset(&s->stillness);
	pmk_rim_forget(s->parts.rim);
	pmk_look_forget(s->parts.look);
	pmk_plate_forget(&s->plate);
	if (s->parts.light)
		pmk_light_forget(s->parts.light);
}

/* After another camera, a reopened camera or a pause, earlier masks say nothing about this frame. */
static void notice_cut(struct pmk_scene *s, const struct pmk_frame *frame)
{
	uint64_t now = pmk_frame_moment_ns(frame);

	if (frame->generation != s->last_generation || frame->number <= s->last_number || now > s->last_ns + CUT_NS) {
		forget(s);
		if (s->parts.framing)
			pmk_framing_forget(s->parts.framing);
	}
	s->last_generation = frame->generation;
	s->last_number = frame->number;
	s->last_ns = now;
}

/* Log an error when it begins and when it is over. */
static void note_error(struct pmk_scene *s, int err)
{
	if (err && err != s->last_error)
		pmk_error("no mask for this frame: %s; the backdrop is shown alone until it works again",
			err == -EDOM ? "the network gave no numbers" : strerror(-err));
	else if (!err && s->last_error)
		pmk_info("the person is found again");
	s->last_error = err;
}

static int mask_of(struct pmk_scene *s, const struct pmk_frame *frame, struct pmk_scene_times *times)
{
	int err;

	notice_cut(s, frame);
	if (frame->image.layout.width != s->frames.width || frame->image.layout.height != s->frames.height)
		err = -EINVAL;
	else if (is_still(s, frame, times))
		err = 0;
	else
		err = find_person(s, frame, times);
	if (err)
		forget(s);
	return err;
}

int pmk_scene_mask(
	struct pmk_scene *s, const struct pmk_frame *frame, const struct pmk_mask **mask, struct pmk_scene_times *times)
{
	struct pmk_scene_times unused = { 0 };
	int err = mask_of(s, frame, times ? times : &unused);

	note_error(s, err);
	if (!err)
		*mask = &s->mask;
	return err;
}

static int compose_room(struct pmk_scene *s, const struct pmk_frame *frame, struct pmk_shown **shown)
{
	const struct pmk_mask *none;
	int err = 0;

	if (s->parts.framing)
		err = pmk_framing_run(s->parts.framing, frame, NULL, s->last_ns, &frame, &none);
	return err ? err : pmk_compose_room(s->composer, frame, shown);
}

/* The frame and its mask are cut as the picture is. */
static int compose_cut(struct pmk_scene *s, const struct pmk_frame *whole, const struct pmk_frame *frame,
	const struct pmk_mask *mask, struct pmk_shown **shown)
{
	struct pmk_box part = pmk_scene_crop(s);
	const struct pmk_whole cut_from = { .frame = whole,
		.mask = &s->mask,
		.left = part.left,
		.top = part.top,
		.width = part.right - part.left,
		.height = part.bottom - part.top };
	int err;

	if (s->parts.match)
		pmk_match_see(s->parts.match, frame, mask, s->parts.light, s->last_ns);
	pmk_composer_set_whole(s->composer, s->parts.framing ? &cut_from : NULL);
	err = pmk_compose(s->composer, frame, mask, shown);
	pmk_composer_set_whole(s->composer, NULL);
	return err;
}

/* The mask is that of the frame. */
static int compose_masked(struct pmk_scene *s, const struct pmk_frame *frame, struct pmk_shown **shown)
{
	const struct pmk_mask *mask = &s->mask;
	const struct pmk_frame *whole = frame;
	int err = 0;

	if (s->parts.framing)
		err = pmk_framing_run(s->parts.framing, whole, mask, s->last_ns, &frame, &mask);
	if (err)
		return err;
	if (s->parts.light)
		pmk_light_see(s->parts.light, frame, mask, s->last_ns);
	err = compose_cut(s, whole, frame, mask, shown);
	s->cut = frame;
	s->masked = err ? NULL : mask;
	return err;
}

static int compose(
	struct pmk_scene *s, const struct pmk_frame *frame, struct pmk_shown **shown, struct pmk_scene_times *times)
{
	uint64_t mark;
	int err;

	if (s->show_room)
		return compose_room(s, frame, shown);
	err = mask_of(s, frame, times);
	if (err)
		return err;
	mark = pmk_clock_thread_ns();
	err = compose_masked(s, frame, shown);
	lap(&mark, &times->compose);
	return err;
}

int pmk_scene_run(
	struct pmk_scene *s, const struct pmk_frame *frame, struct pmk_shown **shown, struct pmk_scene_times *times)
{
	struct pmk_scene_times unused = { 0 };
	int err, cover_err;

	s->masked = NULL;
	err = compose(s, frame, shown, times ? times : &unused);
	if (err == -EAGAIN)
		return err;
	note_error(s, err);
	if (!err)
		return 0;
	cover_err = pmk_compose_cover(s->composer, &s->parts.backdrop->cover, NULL, frame, shown);
	return cover_err ? cover_err : err;
}

int pmk_scene_again(struct pmk_scene *s, const struct pmk_frame *frame, struct pmk_shown **shown)
{
	if (!s->masked || frame->generation != s->last_generation || frame->number != s->last_number)
		return -ENODATA;
	return compose_cut(s, frame, s->parts.framing ? s->cut : frame, s->masked, shown);
}

const struct pmk_mask *pmk_scene_shown_mask(const struct pmk_scene *s)
{
	return s->masked;
}

int pmk_scene_cover(struct pmk_scene *s, const char *mark, struct pmk_shown **shown)
{
	return pmk_compose_cover(s->composer, &s->parts.backdrop->cover, mark, NULL, shown);
}
