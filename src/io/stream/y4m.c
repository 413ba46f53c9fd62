/* SPDX-License-Identifier: MIT */
#include "io/stream/y4m.h"

#include "base/parse.h"

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

static int take_samples(const char *text, struct pmk_y4m_head *head, char *why)
{
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		if (strcmp(text, kinds[i].name) != 0)
			continue;
		head->samples = kinds[i].samples;
		head->siting = kinds[i].siting;
		return 0;
	}
	snprintf(why, PMK_Y4M_WHY, "pictures of the kind C%.40s cannot be read", text);
	return -ENOTSUP;
}

/* 0:0 is that it is not known. */
static int take_ratio(char *text, struct pmk_ratio *ratio)
{
	char *colon = strchr(text, ':');
	struct pmk_ratio got;

	if (!colon)
		return -EBADMSG;
	*colon = '\0';
	if (pmk_parse_int(text, 0, INT_MAX, &got.over) || pmk_parse_int(colon + 1, 0, INT_MAX, &got.under))
		return -EBADMSG;
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

/* `range` is -1 as long as none is told. */
static int take_word(char *word, struct pmk_y4m_head *head, int *range, char *why)
{
	switch (*word++) {
	case 'W':
		return take_side(word, &head->width, why);
	case 'H':
		return take_side(word, &head->height, why);
	case 'F':
		return take_ratio(word, &head->rate);
	case 'A':
		return take_ratio(word, &head->pixel);
	case 'C':
		return take_samples(word, head, why);
	case 'I':
		if (strlen(word) != 1 || !strchr("?ptbm", *word))
			return -EBADMSG;
		head->interlaced = strchr("tbm", *word) != NULL;
		return 0;
	case 'X':
		if (strcasecmp(word, "COLORRANGE=FULL") == 0)
			*range = PMK_RANGE_FULL;
		else if (strcasecmp(word, "COLORRANGE=LIMITED") == 0)
			*range = PMK_RANGE_LIMITED;
		return 0;
	default:
		return -EBADMSG;
	}
}

int pmk_y4m_parse(const char *line, struct pmk_y4m_head *head, char why[PMK_Y4M_WHY])
{
	struct pmk_y4m_head got = { .siting = JPEG_SITING, .rate = { UNKNOWN_RATE, 1 }, .pixel = { 1, 1 } };
	const char *tags = pmk_parse_after(line, PMK_Y4M_MAGIC);
	char text[PMK_Y4M_LINE], *rest, *word;
	int range = -1, err;

	snprintf(why, PMK_Y4M_WHY, "not YUV4MPEG2");
	if (!tags || strlen(tags) >= sizeof text)
		return -EBADMSG;
	memccpy(text, tags, '\0', sizeof text);
	for (word = strtok_r(text, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
		snprintf(why, PMK_Y4M_WHY, "damaged: its first line says \"%.40s\"", word);
		err = take_word(word, &got, &range, why);
		if (err)
			return err;
	}
	snprintf(why, PMK_Y4M_WHY, "damaged: its first line does not say how large the pictures are");
	if (!got.width || !got.height)
		return -EBADMSG;
	got.range = range >= 0              ? (enum pmk_range)range :
		got.samples == PMK_Y4M_GREY ? PMK_RANGE_FULL :
					      PMK_RANGE_LIMITED;
	*head = got;
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
