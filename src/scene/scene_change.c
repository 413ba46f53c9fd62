/* SPDX-License-Identifier: MIT */
#include "scene/scene_change.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/num.h"
#include "compose/backdrop_fade.h"
#include "scene/scene_parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* One bit for each part. */
enum { LOOK = 1, REFINE = 2, BACKDROP = 4, RIM = 8, MATCH = 16, FRAMING = 32, OVERLAY = 64, LIGHT = 128, ALL = 255 };

/* A fade begins so long before the last frame, so that it is seen when that frame is composed again. */
static const uint64_t FADE_AHEAD_NS = 10 * PMK_MS_NS;

struct pmk_scene_change {
	struct pmk_scene_settings settings; /* wanted */
	unsigned exchanged; /* which parts */
	bool consent;
	bool other_model;
	bool fades; /* the new backdrop is a fade */
	bool other_mask; /* these settings make another mask of the same picture */
	struct pmk_scene_parts parts; /* the new ones; once applied, the replaced ones */
	struct pmk_scene_files files; /* before they are read */
	struct pmk_rect keep_out[PMK_ZONES]; /* px */
};

static bool shows_room(const struct pmk_scene_settings *s)
{
	return strcmp(s->backdrop, "none") == 0;
}

bool pmk_scene_same_zones(const struct pmk_scene_settings *a, const struct pmk_scene_settings *b)
{
	bool same = a->keep_out_count == b->keep_out_count;

	for (int i = 0; same && i < a->keep_out_count; i++) {
		for (int k = 0; k < 4; k++)
			same &= a->keep_out[i].value[k] == b->keep_out[i].value[k] &&
				a->keep_out[i].percent[k] == b->keep_out[i].percent[k];
	}
	return same;
}

static bool is_guided(const struct pmk_scene_settings *s)
{
	return s->refine.mode == PMK_REFINE_GUIDED;
}

/* Find out what differs between the two settings. */
static void compare(struct pmk_scene_change *c, const struct pmk_scene_settings *now)
{
	const struct pmk_scene_settings *w = &c->settings;

	c->other_model = strcmp(now->model, w->model) != 0;
	if (c->other_model || now->engine != w->engine || now->threads != w->threads)
		c->exchanged |= LOOK;
	if (c->other_model || !pmk_refine_settings_equal(&now->refine, &w->refine))
		c->exchanged |= REFINE;
	if (strcmp(now->backdrop, w->backdrop) != 0 || (now->fit != w->fit && pmk_backdrop_fits(w->backdrop)))
		c->exchanged |= BACKDROP;
	if (is_guided(now) != is_guided(w))
		c->exchanged |= RIM;
	if ((now->match > 0) != (w->match > 0))
		c->exchanged |= MATCH;
	if ((now->framing != PMK_FRAMING_OFF) != (w->framing != PMK_FRAMING_OFF))
		c->exchanged |= FRAMING;
	if (!pmk_overlay_settings_equal(&now->overlay, &w->overlay))
		c->exchanged |= OVERLAY;
	if ((now->light > 0) != (w->light > 0))
		c->exchanged |= LIGHT;
	c->other_mask = c->exchanged & (LOOK | REFINE) || now->people != w->people || !pmk_scene_same_zones(now, w) ||
		now->no_motion_gate != w->no_motion_gate || now->no_plate != w->no_plate;
}

static int make_backdrop(const struct pmk_scene *s, struct pmk_scene_change *c)
{
	/* a scene that shows the room needs a cover, too, for when there is no frame */
	const char *spec = shows_room(&c->settings) ? "color:#202428" : c->settings.backdrop;
	struct pmk_backdrop *made = s->store ? pmk_store_take(s->store, spec, c->settings.fit) : NULL;
	int err = made ? 0 : pmk_backdrop_create(spec, c->settings.fit, &s->layout, &made);

	if (err)
		return err;
	c->fades = s->parts.backdrop && c->settings.fade_ms > 0;
	if (c->fades)
		return pmk_backdrop_fade_create(made, c->settings.fade_ms, &c->parts.backdrop);
	c->parts.backdrop = made;
	return 0;
}

static int make_overlay(const struct pmk_scene *s, struct pmk_scene_change *c)
{
	return pmk_overlay_create(&c->settings.overlay, &s->layout, &c->parts.overlay);
}

/* A part that is made of a file. */
struct of_file {
	unsigned part;
	enum pmk_renewal renewal;
	const char *path;
	const struct pmk_stamp *before, *now;
	int (*make)(const struct pmk_scene *s, struct pmk_scene_change *c);
};

/* If it is another one by the settings, or else if its file is. One whose file has gone stays as it was. */
static int make_of_file(const struct pmk_scene *s, struct pmk_scene_change *c, const struct of_file *f)
{
	bool same = !(c->exchanged & f->part), may_stay = same && f->renewal == PMK_RENEW_OR_KEEP;
	int err;

	if (same && (f->renewal == PMK_RENEW_NOT || !f->now->number || pmk_stamp_equal(f->before, f->now)))
		return 0;
	pmk_log_lower(may_stay);
	err = f->make(s, c);
	pmk_log_lower(false);
	if (err && may_stay && err != -ENOMEM)
		return 0;
	c->exchanged |= f->part;
	if (same && !err)
		pmk_info("%s: it was replaced, and has been read again", f->path);
	return err;
}

static int make_of_files(const struct pmk_scene *s, struct pmk_scene_change *c)
{
	const struct pmk_scene_settings *w = &c->settings;
	const struct of_file backdrop = { BACKDROP, w->renew_backdrop, w->backdrop, &s->files.backdrop,
		&c->files.backdrop, make_backdrop };
	const struct of_file overlay = { OVERLAY, w->renew_overlay, w->overlay.picture, &s->files.overlay,
		&c->files.overlay, make_overlay };
	int err = make_of_file(s, c, &backdrop);

	if (c->exchanged & BACKDROP && w->match > 0)
		c->exchanged |= MATCH;
	return err ? err : make_of_file(s, c, &overlay);
}

/* A scene that is being renewed has nothing but its networks. */
static int make_look(const struct pmk_scene *s, struct pmk_scene_change *c)
{
	struct pmk_look_settings look = { .model = c->settings.model,
		.engine = c->settings.engine,
		.threads = c->settings.threads,
		.nearest = c->settings.people == PMK_PEOPLE_NEAREST,
		.keep_out = c->keep_out,
		.keep_out_count = c->settings.keep_out_count };

	if (c->exchanged & LOOK)
		return pmk_look_create(&look, s->frames.width, s->frames.height, &c->parts.look);
	return s->parts.refine ? 0 : pmk_look_resize(s->parts.look, &look, s->frames.width, s->frames.height);
}

/* A model's file may have been replaced: another network needs another mask chain, whatever its name is. */
static void compare_cards(const struct pmk_scene *s, struct pmk_scene_change *c)
{
	const struct pmk_model_card *now = pmk_look_card(s->parts.look), *then = pmk_look_card(c->parts.look);

	if (strcmp(now->sha256, then->sha256) == 0 && now->output_width == then->output_width &&
		now->output_height == then->output_height)
		return;
	c->other_model = c->other_mask = true;
	c->exchanged |= REFINE;
}

static int make_refine(const struct pmk_scene *s, struct pmk_scene_change *c)
{
	const struct pmk_model_card *card = pmk_look_card(c->parts.look ? c->parts.look : s->parts.look);

	return pmk_refine_create(&c->settings.refine, card->output_width, card->output_height, s->frames.width,
		s->frames.height, &c->parts.refine);
}

static int make_match(const struct pmk_scene *s, struct pmk_scene_change *c)
{
	const struct pmk_backdrop *backdrop = c->parts.backdrop ? c->parts.backdrop : s->parts.backdrop;
	int err = pmk_match_create(&s->layout, c->settings.match, &c->parts.match);

	if (!err && !backdrop->of_room)
		pmk_match_backdrop(c->parts.match, &backdrop->cover);
	return err;
}

static bool is_scaled(const struct pmk_scene *s)
{
	return s->frames.width != s->layout.width || s->frames.height != s->layout.height;
}

static int make_framing(const struct pmk_scene *s, struct pmk_scene_change *c)
{
	if (c->settings.framing == PMK_FRAMING_OFF && !is_scaled(s))
		return 0;
	return pmk_framing_create(&s->frames, &s->layout, &c->parts.framing);
}

/* Backdrop and overlay come first, so that a bad one is rejected before a network is loaded. */
static int make_parts(const struct pmk_scene *s, struct pmk_scene_change *c)
{
	int err = make_of_files(s, c);

	if (!err && c->exchanged & RIM && is_guided(&c->settings))
		err = pmk_rim_create(&s->layout, &c->parts.rim);
	if (!err && c->exchanged & MATCH && c->settings.match > 0)
		err = make_match(s, c);
	if (!err && c->exchanged & FRAMING)
		err = make_framing(s, c);
	if (!err && c->exchanged & LIGHT && c->settings.light > 0)
		err = pmk_light_create(&s->layout, c->settings.light, &c->parts.light);
	if (!err)
		err = make_look(s, c);
	if (!err && c->parts.look && s->parts.look)
		compare_cards(s, c);
	if (!err && c->exchanged & REFINE)
		err = make_refine(s, c);
	return err;
}

/* Consent is given when the scene is created, or not at all. */
static bool has_consent(const struct pmk_scene *s, const struct pmk_scene_settings *wanted)
{
	return s->parts.refine ? s->consent : wanted->show_room;
}

static int check_room(const struct pmk_scene *s, const struct pmk_scene_settings *wanted)
{
	bool needs = pmk_backdrop_shows_room(wanted->backdrop), runs = s->parts.refine != NULL;

	if (needs && !has_consent(s, wanted) && !wanted->show_room) {
		pmk_error_cure(PMK_CURE_CONSENT_ROOM, "backdrop \"%s\" would show the room", wanted->backdrop);
		return runs ? -EPERM : -EINVAL;
	}
	if (runs && (shows_room(wanted) != s->show_room || (needs && !s->consent))) {
		pmk_error("backdrop \"%s\": showing the room can neither begin nor end while pictures are shown",
			wanted->backdrop);
		return -EPERM;
	}
	return 0;
}

static int make(const struct pmk_scene *s, const struct pmk_scene_settings *wanted, struct pmk_scene_change *c)
{
	c->settings = *wanted;
	c->consent = has_consent(s, wanted);
	if (!s->parts.refine || memcmp(wanted->keep_out, s->settings.keep_out, sizeof wanted->keep_out) != 0)
		pmk_zones_tell(wanted->keep_out, wanted->keep_out_count, s->frames.width, s->frames.height);
	for (int i = 0; i < wanted->keep_out_count; i++)
		c->keep_out[i] = pmk_zone_in(&wanted->keep_out[i], s->frames.width, s->frames.height);
	c->files = (struct pmk_scene_files){ pmk_stamp_of(wanted->backdrop), pmk_stamp_of(wanted->overlay.picture) };
	compare(c, &s->settings);
	if (!s->parts.refine)
		c->exchanged = s->parts.look ? ALL & ~LOOK : ALL;
	return make_parts(s, c);
}

void pmk_scene_keep_ready(struct pmk_scene *s, const char *const *specs, int count, enum pmk_fit fit, bool make)
{
	if (!s->store && (!count || !make || pmk_store_create(&s->layout, &s->store)))
		return;
	pmk_store_want(s->store, specs, count, fit, make);
}

int pmk_scene_change_prepare(
	const struct pmk_scene *s, const struct pmk_scene_settings *wanted, struct pmk_scene_change **change)
{
	struct pmk_scene_change *c;
	int err = check_room(s, wanted);

	if (err)
		return err;
	c = calloc(1, sizeof *c);
	err = c ? make(s, wanted, c) : -ENOMEM;
	if (err == -ENOMEM)
		pmk_error_cure(PMK_CURE_SMALLER_SIZE, "not enough memory for pictures of %dx%d", s->layout.width,
			s->layout.height);
	if (err) {
		pmk_scene_change_destroy(c);
		return err;
	}
	*change = c;
	return 0;
}

/* Give the new parts what they continue from. The probabilities of two different networks are not averaged. */
static void inherit(const struct pmk_scene_parts *from, const struct pmk_scene_change *c)
{
	if (c->exchanged & LOOK && from->look)
		pmk_look_inherit(c->parts.look, from->look);
	if (c->exchanged & REFINE && from->refine && !c->other_model)
		pmk_refine_inherit(c->parts.refine, from->refine);
}

/* A fade takes the old one over, and gives back what it does not need. */
static void exchange_backdrop(struct pmk_scene *s, struct pmk_scene_change *c)
{
	struct pmk_backdrop *before = s->parts.backdrop;
	uint64_t start_ns = s->last_ns - pmk_min_u64(s->last_ns, FADE_AHEAD_NS);

	s->parts.backdrop = c->parts.backdrop;
	c->parts.backdrop = c->fades ? pmk_backdrop_fade_start(s->parts.backdrop, before, start_ns) : before;
	s->files.backdrop = c->files.backdrop;
	pmk_composer_set_backdrop(s->composer, s->parts.backdrop);
}

static void exchange_parts(struct pmk_scene_parts *now, struct pmk_scene_change *c)
{
	struct pmk_scene_parts before = *now;

	if (c->exchanged & LOOK) {
		now->look = c->parts.look;
		c->parts.look = before.look;
	}
	if (c->exchanged & REFINE) {
		now->refine = c->parts.refine;
		c->parts.refine = before.refine;
	}
	if (c->exchanged & RIM) {
		now->rim = c->parts.rim;
		c->parts.rim = before.rim;
	}
	if (c->exchanged & MATCH) {
		now->match = c->parts.match;
		c->parts.match = before.match;
	}
	if (c->exchanged & FRAMING) {
		now->framing = c->parts.framing;
		c->parts.framing = before.framing;
	}
	if (c->exchanged & OVERLAY) {
		now->overlay = c->parts.overlay;
		c->parts.overlay = before.overlay;
	}
	if (c->exchanged & LIGHT) {
		now->light = c->parts.light;
		c->parts.light = before.light;
	}
}

void pmk_scene_change_apply(struct pmk_scene *s, struct pmk_scene_change *c)
{
	const struct pmk_scene_settings *w = &c->settings;

	inherit(&s->parts, c);
	exchange_parts(&s->parts, c);
	if (c->exchanged & BACKDROP)
		exchange_backdrop(s, c);
	pmk_backdrop_set_fade(s->parts.backdrop, w->fade_ms);
	if (c->exchanged & OVERLAY) {
		s->files.overlay = c->files.overlay;
		pmk_composer_set_overlay(s->composer, s->parts.overlay);
	}
	pmk_composer_set_rim(s->composer, s->parts.rim);
	pmk_composer_set_light(s->composer, s->parts.light);
	if (s->parts.light)
		pmk_light_set_strength(s->parts.light, w->light);
	pmk_composer_set_match(s->composer, s->parts.match);
	if (s->parts.match)
		pmk_match_set_strength(s->parts.match, w->match);
	if (c->other_mask || c->exchanged & (FRAMING | LIGHT))
		s->masked = NULL; /* it may be one that is replaced */
	if (c->exchanged & FRAMING && s->parts.framing && s->last_ns)
		pmk_framing_begin_whole(s->parts.framing);
	if (s->parts.framing)
		pmk_framing_set_mode(s->parts.framing, w->framing);
	pmk_look_set_nearest(s->parts.look, w->people == PMK_PEOPLE_NEAREST);
	pmk_look_set_keep_out(s->parts.look, c->keep_out, w->keep_out_count);
	memcpy(s->keep_out, c->keep_out, sizeof s->keep_out);
	if (c->other_mask) {
		pmk_stillness_reset(&s->stillness);
		pmk_rim_forget(s->parts.rim);
	}
	if (c->other_model || w->no_plate)
		pmk_plate_forget(&s->plate);
	s->show_room = shows_room(w);
	s->consent = c->consent;
	s->settings = *w;
}

void pmk_scene_parts_finish(struct pmk_scene_parts *parts)
{
	pmk_framing_destroy(parts->framing);
	pmk_overlay_destroy(parts->overlay);
	pmk_light_destroy(parts->light);
	pmk_match_destroy(parts->match);
	pmk_rim_destroy(parts->rim);
	pmk_backdrop_destroy(parts->backdrop);
	pmk_refine_destroy(parts->refine);
	pmk_look_destroy(parts->look);
}

void pmk_scene_change_destroy(struct pmk_scene_change *c)
{
	if (!c)
		return;
	pmk_scene_parts_finish(&c->parts);
	free(c);
}
