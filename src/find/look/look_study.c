/* SPDX-License-Identifier: MIT */
#include "find/look/look_parts.h"

void pmk_look_join(struct pmk_look *l, const struct pmk_rect *before, struct pmk_sight *sight)
{
	pmk_study_begin(&l->study, &sight->view, l->where.width, l->where.height);
	pmk_study_add(&l->study, before, l->before, 1);
	pmk_study_add(&l->study, &sight->view, sight->probability, 1);
	sight->probability = l->tiles.joined;
	pmk_study_end(&l->study, sight->probability);
}

/* How l->hands looks at a picture. */
struct eye {
	struct pmk_look *look;
	const struct pmk_image *image;
	struct pmk_sight *sight; /* for the time that it takes */
	const struct pmk_plate *plate; /* or NULL */
};

static int look_closer(void *context, const struct pmk_rect *rect, bool mirrored, const float **probability)
{
	struct eye *eye = context;
	struct pmk_look *l = eye->look;

	l->plate = NULL; /* a hand alone may be taken for room: that is no evidence */
	*probability = l->view.probability;
	return pmk_look_at(l, &l->view, eye->image, rect, mirrored, eye->sight);
}

static const struct pmk_image *scale_closer(void *context, const struct pmk_rect *rect)
{
	struct eye *eye = context;

	pmk_prepare_scale(eye->look->view.prepare, eye->image, rect);
	return pmk_prepare_small(eye->look->view.prepare);
}

static void lower_closer(void *context, const struct pmk_rect *rect, float *probability)
{
	struct eye *eye = context;
	const struct pmk_look *l = eye->look;

	if (eye->plate)
		pmk_plate_overrule(eye->plate, rect, probability, l->tiles.width, l->tiles.height);
	pmk_look_keep_out(l, rect, probability, l->tiles.width, l->tiles.height);
}

bool pmk_look_sees_its_size(const struct pmk_look *l)
{
	const struct pmk_model_card *card = &l->view.model.card;

	return card->output_width == card->input_width && card->output_height == card->input_height;
}

static int study_hands(struct pmk_look *l, const struct pmk_image *image, struct pmk_sight *sight)
{
	struct eye eye = { l, image, sight, l->plate };
	struct pmk_hands_eye how = { &eye, look_closer, scale_closer, lower_closer };
	struct pmk_plate *plate = l->plate;
	int err = pmk_hands_study(&l->hands, &l->study, &l->where, &how, &sight->view, sight->probability);

	l->plate = plate;
	sight->closer = l->hands.part;
	sight->closer_count = l->hands.count;
	return err;
}

int pmk_look_steady(struct pmk_look *l, const struct pmk_image *image, uint64_t now_ns, struct pmk_sight *sight)
{
	struct eye eye = { l, image, sight, l->plate };
	struct pmk_hands_eye how = { &eye, look_closer, scale_closer, lower_closer };
	struct pmk_plate *plate = l->plate;
	int err;

	if (l->where.wide || l->where.nearest || l->guest.found || !pmk_look_sees_its_size(l) ||
		sight->probability != l->view.probability) {
		pmk_hands_steady_forget(&l->steady);
		return 0;
	}
	err = pmk_hands_steady_run(&l->steady, &l->hands, &l->study, &l->where, &how, &sight->view,
		pmk_prepare_small(l->view.prepare), now_ns, &sight->probability);
	l->plate = plate;
	sight->closer = l->hands.part;
	sight->closer_count = l->hands.count;
	return err;
}

int pmk_look_study(struct pmk_look *l, const struct pmk_image *image, struct pmk_sight *sight)
{
	struct pmk_rect part[PMK_STUDY_PARTS], view;
	int count = pmk_study_plan(&l->study, &l->where, &sight->view, sight->probability, part, &view), err = 0;

	pmk_hands_steady_forget(&l->steady);
	pmk_study_begin(&l->study, &view, l->where.width, l->where.height);
	for (int i = 0; !err && i < 2 * count; i++) {
		err = pmk_look_at(l, &l->view, image, &part[i / 2], i % 2, sight);
		if (!err)
			pmk_study_add(&l->study, &part[i / 2], l->view.probability, 1);
	}
	sight->view = view;
	sight->probability = l->tiles.joined;
	pmk_study_end(&l->study, sight->probability);
	pmk_view_keep_nearest(&l->where, &view, sight->probability, l->tiles.width, l->tiles.height);
	if (!err && !l->where.wide && !l->where.nearest && pmk_look_sees_its_size(l))
		err = study_hands(l, image, sight);
	return err;
}
