/* SPDX-License-Identifier: MIT */
#include "find/look.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/num.h"
#include "find/look/look_parts.h"
#include "find/person.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_LOOKS = 6 }; /* at one frame; usually there is one */

static int open_network(const char *model, const struct pmk_look_settings *settings, struct pmk_look_network *network)
{
	const struct pmk_model_card *card = &network->model.card;
	int err = pmk_model_load(model, &network->model);

	if (!err)
		err = pmk_engine_create(&network->model.graph, settings->engine, pmk_engine_threads(settings->threads),
			&network->engine);
	if (!err)
		err = pmk_prepare_create(card, &network->prepare);
	if (err)
		return err;
	network->probability = pmk_mem_alloc(
		(size_t)card->output_width * (size_t)card->output_height * sizeof *network->probability);
	return network->probability ? 0 : -ENOMEM;
}

static void close_network(struct pmk_look_network *network)
{
	pmk_prepare_destroy(network->prepare);
	free(network->probability);
	pmk_engine_destroy(network->engine);
	pmk_model_finish(&network->model);
	*network = (struct pmk_look_network){ 0 };
}

int pmk_look_resize(struct pmk_look *l, const struct pmk_look_settings *settings, int width, int height)
{
	int err = 0;

	l->apart = strcmp(settings->model, "auto") == 0 && width * 10 >= height * 12;
	if (l->apart && !l->search.engine)
		err = open_network(pmk_models_of_auto[1], settings, &l->search);
	if (err)
		return err;
	l->alone = true;
	pmk_look_set_keep_out(l, settings->keep_out, settings->keep_out_count);
	pmk_guest_forget(&l->guest);
	pmk_hands_steady_forget(&l->steady);
	pmk_view_init(&l->where, width, height,
		(double)l->view.model.card.input_width / l->view.model.card.input_height, settings->nearest);
	return 0;
}

int pmk_look_create(const struct pmk_look_settings *settings, int width, int height, struct pmk_look **look)
{
	bool both = strcmp(settings->model, "auto") == 0;
	struct pmk_look *l = calloc(1, sizeof *l);
	int threads = pmk_engine_threads(settings->threads), err;

	if (!l)
		return -ENOMEM;
	if (settings->threads > threads)
		pmk_warn("%d threads were requested, but this machine has %d cores: using that many", settings->threads,
			threads);
	err = open_network(both ? pmk_models_of_auto[0] : settings->model, settings, &l->view);
	if (!err)
		err = pmk_look_resize(l, settings, width, height);
	if (!err)
		err = pmk_tiles_init(&l->tiles, l->view.model.card.output_width, l->view.model.card.output_height);
	if (!err)
		err = pmk_study_init(&l->study, l->tiles.width, l->tiles.height);
	if (!err)
		err = pmk_hands_init(&l->hands, l->tiles.width, l->tiles.height);
	if (!err)
		err = pmk_hands_steady_init(&l->steady, l->tiles.width, l->tiles.height);
	if (!err)
		err = pmk_guest_init(&l->guest, l->tiles.width, l->tiles.height);
	if (!err)
		err = pmk_hold_init(&l->hold, l->tiles.width, l->tiles.height);
	if (!err)
		l->before = pmk_mem_alloc((size_t)l->tiles.width * (size_t)l->tiles.height * sizeof *l->before);
	if (!err && !l->before)
		err = -ENOMEM;
	if (err) {
		pmk_look_destroy(l);
		return err;
	}
	*look = l;
	return 0;
}

void pmk_look_destroy(struct pmk_look *l)
{
	if (!l)
		return;
	close_network(&l->view);
	close_network(&l->search);
	pmk_tiles_finish(&l->tiles);
	pmk_study_finish(&l->study);
	pmk_hands_finish(&l->hands);
	pmk_hands_steady_finish(&l->steady);
	pmk_guest_finish(&l->guest);
	pmk_hold_finish(&l->hold);
	free(l->before);
	free(l);
}

const struct pmk_model_card *pmk_look_card(const struct pmk_look *l)
{
	return &l->view.model.card;
}

void pmk_look_forget(struct pmk_look *l)
{
	pmk_view_forget(&l->where);
	l->alone = true;
	pmk_guest_forget(&l->guest);
	pmk_hands_steady_forget(&l->steady);
}

void pmk_look_skip(struct pmk_look *l)
{
	pmk_hands_steady_skip(&l->steady);
}

void pmk_look_set_nearest(struct pmk_look *l, bool nearest)
{
	pmk_view_set_nearest(&l->where, nearest);
}

void pmk_look_set_keep_out(struct pmk_look *l, const struct pmk_rect *keep_out, int count)
{
	for (int i = 0; i < count; i++)
		l->keep_out[i] = keep_out[i];
	l->keep_out_count = count;
}

void pmk_look_inherit(struct pmk_look *l, const struct pmk_look *from)
{
	bool nearest = l->where.nearest;

	if (l->where.width != from->where.width || l->where.height != from->where.height ||
		l->where.shape != from->where.shape)
		return;
	l->where = from->where;
	l->alone = from->alone;
	pmk_view_set_nearest(&l->where, nearest);
}

void pmk_look_keep_out(const struct pmk_look *l, const struct pmk_rect *rect, float *probability, int width, int height)
{
	for (int i = 0; i < l->keep_out_count; i++)
		pmk_zone_clear_probability(&l->keep_out[i], rect, probability, width, height);
}

int pmk_look_at(struct pmk_look *l, struct pmk_look_network *network, const struct pmk_image *image,
	const struct pmk_rect *rect, bool mirrored, struct pmk_sight *sight)
{
	const struct pmk_model_card *card = &network->model.card;
	uint64_t start = pmk_clock_thread_ns(), ready;
	int err;

	pmk_prepare_run(network->prepare, image, rect, pmk_engine_input(network->engine));
	if (l->plate)
		pmk_plate_flatten_hangings(
			l->plate, rect, pmk_engine_input(network->engine), card->input_width, card->input_height);
	if (mirrored)
		pmk_study_mirror(pmk_engine_input(network->engine), card->input_width, card->input_height, 3);
	ready = pmk_clock_thread_ns();
	err = pmk_engine_run(network->engine);
	if (!err)
		err = pmk_person_probability(card, pmk_engine_output(network->engine), network->probability);
	if (mirrored)
		pmk_study_mirror(network->probability, card->output_width, card->output_height, 1);
	if (!err && l->plate)
		pmk_plate_weigh(l->plate, rect, network->probability, card->output_width, card->output_height);
	pmk_look_keep_out(l, rect, network->probability, card->output_width, card->output_height);
	sight->prepare_ns += ready - start;
	sight->infer_ns += pmk_clock_thread_ns() - ready;
	return err;
}

static int search_in(struct pmk_look *l, struct pmk_look_network *network, const struct pmk_image *image,
	const struct pmk_rect *part, struct pmk_sight *sight)
{
	int err = pmk_look_at(l, network, image, part, false, sight);

	if (err)
		return err;
	pmk_guest_leave_out(&l->guest, &l->where, part, network->probability, network->model.card.output_width,
		network->model.card.output_height);
	pmk_view_search(&l->where, part, network->probability, network->model.card.output_width,
		network->model.card.output_height);
	return 0;
}

static int search(struct pmk_look *l, const struct pmk_image *image, struct pmk_sight *sight)
{
	struct pmk_look_network *network = l->apart ? &l->search : &l->view;
	struct pmk_rect all = { 0, 0, l->where.width, l->where.height }, part[2];
	int count = pmk_view_closer(&l->where, part), err = search_in(l, network, image, &all, sight);

	for (int i = 0; !err && i < count; i++)
		err = search_in(l, &l->view, image, &part[i], sight);
	return err;
}

/* Look at the view: one look, or two that are joined. */
static int look_at_view(struct pmk_look *l, const struct pmk_image *image, struct pmk_sight *sight)
{
	struct pmk_look_network *network = &l->view;
	struct pmk_rect tile[2];
	int count = pmk_view_tiles(&l->where, tile), err = pmk_look_at(l, network, image, &tile[0], false, sight);

	sight->probability = network->probability;
	sight->view = l->where.rect;
	if (err || count == 1)
		return err;
	memcpy(l->tiles.left, network->probability,
		(size_t)l->tiles.width * (size_t)l->tiles.height * sizeof *l->tiles.left);
	err = pmk_look_at(l, network, image, &tile[1], false, sight);
	if (err)
		return err;
	pmk_tiles_join(&l->tiles, &sight->view, tile, network->probability);
	sight->probability = l->tiles.joined;
	return 0;
}

/* Take in a look at the view. True: look again. */
static bool follow(struct pmk_look *l, const struct pmk_sight *seen)
{
	bool again;

	pmk_guest_leave_out(&l->guest, &l->where, &seen->view, seen->probability, l->tiles.width, l->tiles.height);
	again = pmk_view_follow(&l->where, seen->probability, l->tiles.width, l->tiles.height);
	if (l->where.found || !l->guest.found)
		return again;
	pmk_view_turn_to(&l->where, &l->guest.box); /* whoever was followed has gone, and the guest stays */
	pmk_guest_forget(&l->guest);
	return true;
}

/* Look at somebody who has come in, too. */
static int greet(struct pmk_look *l, const struct pmk_image *image, struct pmk_sight *sight)
{
	struct pmk_box novel = pmk_plate_novel(l->plate, &l->where.people);
	int err;

	if (!pmk_guest_wants_look(&l->guest, &l->where, &novel))
		return 0;
	if (sight->probability == l->view.probability) {
		memcpy(l->before, sight->probability,
			(size_t)l->tiles.width * (size_t)l->tiles.height * sizeof *l->before);
		sight->probability = l->before;
	}
	err = pmk_look_at(l, &l->view, image, &l->guest.view, false, sight);
	if (!err)
		sight->probability = pmk_guest_see(
			&l->guest, &l->where, l->view.probability, &sight->view, sight->probability);
	return err;
}

/* Keep those whom all looks at this picture missed, although they are there. `was` is whom the view followed before. */
static void hold(struct pmk_look *l, const struct pmk_view *was, struct pmk_sight *sight)
{
	int dx, dy;

	if (pmk_plate_hold(l->plate, &dx, &dy)) {
		if (!l->where.found) {
			pmk_view_stay(&l->where, was);
			sight->view = l->hold.view;
			memset(sight->probability, 0,
				(size_t)l->tiles.width * (size_t)l->tiles.height * sizeof *sight->probability);
		}
		sight->probability = pmk_hold_join(&l->hold, l->plate, dx, dy, &sight->view, sight->probability);
		pmk_look_keep_out(l, &sight->view, sight->probability, l->tiles.width, l->tiles.height);
	}
	pmk_hold_remember(&l->hold, &sight->view, sight->probability);
}

/* Nobody is in what hangs there, nor is who is held back. */
static void take_down(struct pmk_look *l, struct pmk_sight *sight)
{
	int w = l->tiles.width, h = l->tiles.height;

	pmk_plate_find_hangings(l->plate);
	pmk_plate_clear_hangings(l->plate, &sight->view, sight->probability, w, h);
	for (int k = 0; k < sight->closer_count; k++)
		pmk_plate_clear_hangings(l->plate, &sight->closer[k].view, sight->closer[k].probability, w, h);
	pmk_look_hold_back(l, sight);
}

/* The picture that was looked at, at the network's size. */
static const struct pmk_image *scaled(struct pmk_look *l, const struct pmk_image *image, const struct pmk_sight *sight)
{
	if (sight->probability != l->view.probability)
		pmk_prepare_scale(l->view.prepare, image, &sight->view);
	return pmk_prepare_small(l->view.prepare);
}

/* Make more of the last look at somebody. The look before was at `before`, if this is the first sight. */
static int look_further(struct pmk_look *l, const struct pmk_image *image, uint64_t now_ns,
	const struct pmk_rect *before, struct pmk_sight *sight)
{
	if (l->alone)
		return pmk_look_study(l, image, sight);
	if (!before->width)
		return pmk_look_steady(l, image, now_ns, sight);
	pmk_hands_steady_forget(&l->steady);
	pmk_look_join(l, before, sight);
	return 0;
}

int pmk_look_run(struct pmk_look *l, const struct pmk_image *image, uint64_t now_ns, struct pmk_plate *plate,
	struct pmk_sight *sight)
{
	struct pmk_sight seen = { 0 };
	bool again = true, first = !l->where.fitted;
	struct pmk_rect before = { 0 };
	struct pmk_view was = l->where;
	int err = 0;

	l->plate = plate;
	if (plate)
		pmk_plate_begin(plate, image);
	else
		pmk_guest_forget(&l->guest);
	if (pmk_view_wants_search(&l->where, now_ns))
		err = search(l, image, &seen);
	for (int looks = 0; !err && again && looks < MOST_LOOKS; looks++) {
		if (first && looks) {
			memcpy(l->before, seen.probability,
				(size_t)l->tiles.width * (size_t)l->tiles.height * sizeof *l->before);
			before = seen.view;
		}
		err = look_at_view(l, image, &seen);
		if (!err)
			again = follow(l, &seen);
	}
	if (!err && l->where.found)
		err = look_further(l, image, now_ns, &before, &seen);
	if (!err && plate)
		err = greet(l, image, &seen);
	if (err)
		return err;
	if (plate) {
		hold(l, &was, &seen);
		if (!plate->single)
			take_down(l, &seen);
		pmk_plate_end(plate);
	}
	l->alone = false;
	if (pmk_look_sees_its_size(l))
		seen.small = scaled(l, image, &seen);
	*sight = seen;
	return 0;
}
