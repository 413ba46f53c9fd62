/* SPDX-License-Identifier: MIT */
#include "io/stream/y4m.h"

#include "base/parse.h"
#include "base/words/phrase.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { JPEG_SITING = 2, UNKNOWN_RATE = 25 /* as FFmpeg */, MOST_TERM = 100000 };

static const struct {
	const char *name;
	enum pmk_y4m_samples samples;
	uint8_t siting;
} kinds[] = {
	{ "420jpeg", PMK_Y4M_420, JPEG_SITING },
	{ "420mpeg2", PMK_Y4M_420, 1 },
	{ "420paldv", PMK_Y4M_420, 3 },
	{ "420", PMK_Y4M_420, JPEG_SITING },
	{ "422", PMK_Y4M_422, 0 },
	{ "444", PMK_Y4M_444, 0 },
	{ "mono", PMK_Y4M_GREY, 0 },
};

/* The words so far, before all of them are known. */
struct words {
	struct pmk_y4m_head head;
	const char *samples, *old_samples; /* behind "C"; behind "XYSCSS=", which stands for it where that is missing */
	bool full, limited;
	bool seen[128]; /* by their first letter */
};

static int choose_samples(const struct words *w, struct pmk_y4m_head *head, char *why)
{
	const char *name = w->samples ? w->samples : w->old_samples ? w->old_samples : "420jpeg";

	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		if (strcasecmp(name, kinds[i].name) != 0)
			continue;
		head->samples = kinds[i].samples;
		head->siting = kinds[i].siting;
		return 0;
	}
	snprintf(why, PMK_Y4M_WHY, "pictures of the kind %s%s cannot be read",
		w->samples ? "C" : "XYSCSS=", pmk_short(name, 40).text);
	return -ENOTSUP;
}

/* 0:0 is that it is not known. */
static int take_ratio(const char *text, struct pmk_ratio *said, struct pmk_ratio *ratio)
{
	const char *colon = strchr(text, ':');
	struct pmk_ratio got;
	char over[16];

	if (!colon || colon - text >= (int)sizeof over)
		return -EBADMSG;
	snprintf(over, sizeof over, "%.*s", (int)(colon - text), text);
	if (pmk_parse_int(over, 0, INT_MAX, &got.over) || pmk_parse_int(colon + 1, 0, INT_MAX, &got.under))
		return -EBADMSG;
	*said = got;
	if (got.over && got.under)
		*ratio = got;
	return 0;
}

static int take_side(const char *text, int *side, char *why)
{
	int got;

	if (pmk_parse_int(text, 1, INT_MAX, &got))
		return -EBADMSG;
	if (got < PMK_IMAGE_MIN_PX || got > PMK_IMAGE_MAX_PX) {
		snprintf(why, PMK_Y4M_WHY, "a side of %d pixels; %d to %d can be read", got, PMK_IMAGE_MIN_PX,
			PMK_IMAGE_MAX_PX);
		return -EINVAL;
	}
	*side = got;
	return 0;
}

/* FFmpeg's own. */
static int take_extra(const char *word, struct words *w)
{
	const char *range = pmk_parse_after(word, "COLORRANGE="), *samples = pmk_parse_after(word, "YSCSS=");

	if (samples)
		w->old_samples = samples;
	if (!range)
		return 0;
	w->full = strcasecmp(range, "FULL") == 0;
	w->limited = strcasecmp(range, "LIMITED") == 0;
	snprintf(w->head.odd_range, sizeof w->head.odd_range, "%s", w->full || w->limited ? "" : range);
	return 0;
}

static int take_interlacing(const char *word, struct pmk_y4m_head *head)
{
	if (strlen(word) != 1 || !strchr("?ptbm", *word))
		return -EBADMSG;
	head->interlaced = strchr("tbm", *word) != NULL;
	return 0;
}

static int take_word(const char *word, struct words *w, char *why)
{
	switch (*word++) {
	case 'W':
		return take_side(word, &w->head.width, why);
	case 'H':
		return take_side(word, &w->head.height, why);
	case 'F':
		return take_ratio(word, &w->head.said_rate, &w->head.rate);
	case 'A':
		return take_ratio(word, &w->head.said_pixel, &w->head.pixel);
	case 'C':
		w->samples = word;
		return 0;
	case 'I':
		return take_interlacing(word, &w->head);
	case 'X':
		return take_extra(word, w);
	default: /* mjpegtools and FFmpeg go on, too */
		w->head.more_odd_words = w->head.odd_word[0];
		if (!w->head.odd_word[0])
			snprintf(w->head.odd_word, sizeof w->head.odd_word, "%s", word - 1);
		return 0;
	}
}

/* A second word that begins as an earlier one may contradict it. */
static int take(const char *word, struct words *w, char *why)
{
	int err;

	snprintf(why, PMK_Y4M_WHY, "damaged: its first line says \"%s\"", pmk_short(word, 40).text);
	err = take_word(word, w, why);
	if (err || !strchr("WHFACI", *word))
		return err;
	if (w->seen[(int)*word])
		snprintf(why, PMK_Y4M_WHY, "damaged: its first line has a second %c: \"%s\"", *word,
			pmk_short(word, 40).text);
	err = w->seen[(int)*word] ? -EBADMSG : 0;
	w->seen[(int)*word] = true;
	return err;
}

int pmk_y4m_parse(const char *line, struct pmk_y4m_head *head, char why[PMK_Y4M_WHY])
{
	struct words w = { .head = { .rate = { UNKNOWN_RATE, 1 }, .pixel = { 1, 1 } } };
	const char *tags = pmk_parse_after(line, PMK_Y4M_MAGIC);
	char text[PMK_Y4M_LINE], *rest, *word;
	int err;

	snprintf(why, PMK_Y4M_WHY, "not YUV4MPEG2");
	if (!tags || strlen(tags) >= sizeof text)
		return -EBADMSG;
	snprintf(why, PMK_Y4M_WHY, "damaged: its first line ends in CR LF, as if its pictures were text");
	if (*tags && tags[strlen(tags) - 1] == '\r')
		return -EBADMSG;
	memccpy(text, tags, '\0', sizeof text);
	for (word = strtok_r(text, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
		err = take(word, &w, why);
		if (err)
			return err;
	}
	err = choose_samples(&w, &w.head, why);
	if (err)
		return err;
	snprintf(why, PMK_Y4M_WHY, "damaged: its first line does not say how large the pictures are");
	if (!w.head.width || !w.head.height)
		return -EBADMSG;
	w.head.range = w.full || (w.head.samples == PMK_Y4M_GREY && !w.limited) ? PMK_RANGE_FULL : PMK_RANGE_LIMITED;
	*head = w.head;
	return 0;
}

/* The continued fraction of a rate, as far as its terms are small. */
static struct pmk_ratio ratio_of(double value)
{
	struct pmk_ratio before = { 0, 1 }, ratio = { 1, 0 };
	double rest = value;

	do {
		double whole = floor(rest), over = whole * ratio.over + before.over;
		double under = whole * ratio.under + before.under;

		if (over > MOST_TERM || under > MOST_TERM)
			break;
		before = ratio;
		ratio = (struct pmk_ratio){ (int)over, (int)under };
		rest = 1 / (rest - whole);
	} while (isfinite(rest) && fabs((double)ratio.over / ratio.under - value) > 1e-10 * value);
	return ratio;
}

static const char *name_of(const struct pmk_layout *layout)
{
	if (layout->chroma == PMK_CHROMA_422)
		return "422 XYSCSS=422";
	switch (layout->siting) {
	case 1:
		return "420mpeg2 XYSCSS=420MPEG2";
	case 3:
		return "420paldv XYSCSS=420PALDV";
	default:
		return "420jpeg XYSCSS=420JPEG";
	}
}

void pmk_y4m_print(const struct pmk_layout *layout, double fps, char line[PMK_Y4M_LINE])
{
	struct pmk_ratio rate = ratio_of(fps >= 1 && fps <= MOST_TERM ? fps : 30);

	snprintf(line, PMK_Y4M_LINE, PMK_Y4M_MAGIC "W%d H%d F%d:%d Ip A1:1 C%s XCOLORRANGE=%s\n", layout->width,
		layout->height, rate.over, rate.under, name_of(layout),
		layout->range == PMK_RANGE_FULL ? "FULL" : "LIMITED");
}
