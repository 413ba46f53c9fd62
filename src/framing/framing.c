/* SPDX-License-Identifier: MIT */
#include "framing/framing.h"

#include "framing/crop.h"

#include <errno.h>
#include <stdlib.h>

struct pmk_framing {
	struct pmk_framer framer;
	struct pmk_crop *crop;
	struct pmk_box part; /* px */
};

int pmk_framing_create(const struct pmk_layout *frames, const struct pmk_layout *pictures, struct pmk_framing **framing)
{
	struct pmk_framing *f = calloc(1, sizeof *f);
	int err;

	if (!f)
		return -ENOMEM;
	err = pmk_crop_create(frames, pictures, &f->crop);
	if (err) {
		free(f);
		return err;
	}
	f->part = (struct pmk_box){ 0, 0, frames->width, frames->height };
	pmk_framer_init(&f->framer, frames->width, frames->height, pictures->width, pictures->height);
	*framing = f;
	return 0;
}

void pmk_framing_destroy(struct pmk_framing *f)
{
	if (!f)
		return;
	pmk_crop_destroy(f->crop);
	free(f);
}

void pmk_framing_set_mode(struct pmk_framing *f, enum pmk_framing_mode mode)
{
	pmk_framer_set_mode(&f->framer, mode);
}

void pmk_framing_begin_whole(struct pmk_framing *f)
{
	pmk_framer_begin_whole(&f->framer);
}

void pmk_framing_forget(struct pmk_framing *f)
{
	pmk_framer_forget(&f->framer);
}

int pmk_framing_run(struct pmk_framing *f, const struct pmk_frame *frame, const struct pmk_mask *mask, uint64_t now_ns,
	const struct pmk_frame **cut_frame, const struct pmk_mask **cut_mask)
{
	struct pmk_subject subject = { 0 };

	if (mask && f->framer.mode != PMK_FRAMING_OFF)
		subject = pmk_subject_find(mask);
	f->part = pmk_framer_step(&f->framer, &subject, now_ns);
	return pmk_crop_run(f->crop, &f->part, frame, mask, cut_frame, cut_mask);
}

struct pmk_box pmk_framing_crop(const struct pmk_framing *f)
{
	return f->part;
}
