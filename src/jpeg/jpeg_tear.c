/* SPDX-License-Identifier: MIT */
#include "jpeg/jpeg_tear.h"

#include "base/mem.h"
#include "base/num.h"

#include <stdlib.h>
#include <string.h>

enum { STEP = 7, LIKELY_STEP = 6 }; /* levels: between samples; between the means of blocks */
enum { SHORTEST = 4, LEAST = 8 }; /* MCUs in a tear; borders that show it */
enum { AROUND = 8, MOST_AROUND = 1 }; /* MCUs before and behind it that are looked at; how many may have the step */
enum { SIDE = 4 }; /* MCUs from a side, within which a tear could be a line from side to side */
enum { EVEN = 4, VARIED = 40 }; /* levels: by how much equal steps differ; and unequal samples */
/* torn pictures in a row that are too many; good ones that outweigh a torn one */
enum { PATIENCE = 15, GOOD_FOR_TORN = 2 };

/* The upper border of an MCU. */
struct pmk_jpeg_border {
	int16_t height, above; /* of the step and of the samples above it, levels */
	int16_t step; /* whether it is one: 1 up, -1 down */
	uint16_t turn; /* in which it was measured */
};

/* A component of the picture, in MCUs. */
struct part {
	const uint8_t *plane;
	ptrdiff_t stride;
	const int16_t *first, *last; /* as in struct pmk_jpeg_means */
	int quant; /* their unit, in eighths of a level */
	int width, height; /* of an MCU, in blocks */
	int blocks, rows; /* blocks per row, rows of samples */
	int across, down, count; /* MCUs */
	int interval;
	struct pmk_jpeg_border *borders;
	uint16_t turn;
};

void pmk_jpeg_tear_finish(struct pmk_jpeg_tear *tear)
{
	free(tear->borders);
	free(tear->block);
	*tear = (struct pmk_jpeg_tear){ 0 };
}

/* --- where a tear may be: by the means of blocks, which are cheap to compare but also have the scene's slopes --- */

/* Steps between the means of blocks at the upper border of a row of MCUs. */
struct means {
	int up, down;
};

static struct means compare(const struct part *part, int y, int16_t *step)
{
	const int16_t *below = part->first + y * part->across, *above = part->last + (y - 1) * part->across;
	int16_t likely = (int16_t)(8 * LIKELY_STEP / part->quant), up = 0, down = 0;

	for (int x = 0; x < part->across; x++) {
		int16_t now = (int16_t)(below[x] - above[x]);

		up += now > likely;
		down += now < -likely;
		step[x] = now;
	}
	return (struct means){ up, down };
}

/* Whether nearly all of the last MCUs of an interval that ends in row `y` have a step at their upper border and the
 * opposite one at the lower border: a tear goes on to the end of its interval. */
static bool goes_back(const struct part *part, int y, const int16_t *upper, const int16_t *lower)
{
	int16_t likely = (int16_t)(8 * LIKELY_STEP / part->quant);
	int first = y * part->across, last = first + part->across;

	for (int end = (first / part->interval + 1) * part->interval; end <= last; end += part->interval) {
		int up = 0, down = 0;

		for (int x = pmk_max(end - SHORTEST, first) - first; x < end - first; x++) {
			up += upper[x] > likely && lower[x] < -likely;
			down += upper[x] < -likely && lower[x] > likely;
		}
		if (pmk_max(up, down) >= SHORTEST - 1)
			return true;
	}
	return false;
}

/* --- whether it is there: by the samples at the borders --- */

/* The sum of eight samples: in pairs, then all pairs at once. */
static int sum_of(const uint8_t *row)
{
	static const uint64_t bytes = 0x00ff00ff00ff00ff, ones = 0x0001000100010001;
	uint64_t all;

	memcpy(&all, row, sizeof all);
	return (int)(((all & bytes) + (all >> 8 & bytes)) * ones >> 48);
}

/* The step from line b to line c, less the slope that goes on from a to d; twice as high. */
static int step_of(int a, int b, int c, int d)
{
	return 3 * (c - b) + a - d;
}

static const struct pmk_jpeg_border *border(const struct part *part, int at)
{
	static const struct pmk_jpeg_border none;
	struct pmk_jpeg_border *b = &part->borders[at];
	int x = at % part->across * part->width, y = at / part->across * part->height * DCTSIZE;
	int blocks = pmk_min(part->width, part->blocks - x), step = 0, above = 0;
	const uint8_t *line = part->plane + (ptrdiff_t)y * part->stride + (ptrdiff_t)x * DCTSIZE;
	ptrdiff_t next = y + 1 < part->rows ? part->stride : 0;

	if (y == 0)
		return &none;
	if (b->turn == part->turn)
		return b;
	for (int i = 0; i < blocks; i++, line += DCTSIZE) {
		int before = sum_of(line - part->stride);

		above += before;
		step += step_of(sum_of(line - 2 * part->stride), before, sum_of(line), sum_of(line + next));
	}
	b->above = (int16_t)(above / (DCTSIZE * blocks));
	b->height = (int16_t)(step / (2 * DCTSIZE * blocks));
	b->step = (int16_t)((b->height >= STEP) - (b->height <= -STEP));
	b->turn = part->turn;
	return b;
}

/* Steps in this direction at the upper borders from MCU `from` to before `to`. */
static int steps(const struct part *part, int from, int to, int direction)
{
	int count = 0;

	for (int i = from; i < to; i++)
		count += border(part, i)->step == direction;
	return count;
}

/* Whether there is half a step at the left border of an MCU. */
static bool steps_aside(const struct part *part, int at, int direction)
{
	int top = at / part->across * part->height * DCTSIZE, step = 0;
	int lines = pmk_min(part->height * DCTSIZE, part->rows - top);
	const uint8_t *c = part->plane + (ptrdiff_t)top * part->stride +
		(ptrdiff_t)(at % part->across) * part->width * DCTSIZE;

	for (int y = 0; y < lines; y++, c += part->stride)
		step += step_of(c[-2], c[-1], c[0], c[1]);
	return direction * step >= STEP * lines;
}

static bool nearly_all(int some, int of)
{
	return 20 * some >= 17 * of;
}

/* Whether the borders have the same step, though not the same samples: no edge in the scene is so. */
static bool is_even(const struct part *part, int from, int to, int direction)
{
	int sum = 0, count = 0, even = 0, least = 255, most = 0;

	for (int i = from; i < to; i++) {
		const struct pmk_jpeg_border *b = border(part, i);

		sum += b->step == direction ? b->height : 0;
		count += b->step == direction;
		least = pmk_min(least, b->above);
		most = pmk_max(most, b->above);
	}
	for (int i = from; i < to && count; i++)
		even += abs(border(part, i)->height - sum / count) <= EVEN;
	return nearly_all(even, to - from) && most - least >= VARIED;
}

/* Whether a tear begins at MCU `at` of the interval from `begin` to before `end`. */
static bool begins(const struct part *part, int begin, int at, int end, int direction)
{
	int across = part->across, to = pmk_min(at + across, end), column = at % across;
	int first = pmk_max(at, across), upper = to - first; /* the first row of MCUs has nothing above it */
	int from = pmk_max(at, end - across) + across, last = pmk_min(end + across, part->count);
	int lower = pmk_max(last - from, 0);

	if (to - at < SHORTEST || upper + lower < LEAST)
		return false;
	if (!nearly_all(steps(part, first, to, direction), upper) ||
		!nearly_all(steps(part, from, last, -direction), lower) ||
		steps(part, pmk_max(at - AROUND, begin), at, direction) > MOST_AROUND ||
		steps(part, to, pmk_min(to + AROUND, end), direction) > MOST_AROUND)
		return false;
	if (4 * (upper + lower) < 3 * across)
		return column > 0 && steps_aside(part, at, direction);
	if (lower == 0 && column >= SIDE && column <= across - SIDE)
		return true;
	if (lower > 0 && column > 0 && steps_aside(part, at, direction))
		return true;
	return upper ? is_even(part, first, to, direction) : is_even(part, from, last, -direction);
}

/* Whether a tear begins in this row. It may begin within an MCU, so that only the next one shows it. */
static bool begins_in_row(const struct part *part, int y)
{
	for (int at = pmk_max(y * part->across, 1); at < (y + 1) * part->across && at + 1 < part->count; at++) {
		int begin = at - at % part->interval, end = pmk_min(begin + part->interval, part->count);
		int step = border(part, at)->step, next = border(part, at + 1)->step, up = step ? step : next;

		if ((y == 0 || up > 0) && begins(part, begin, at, end, 1))
			return true;
		if ((y == 0 || up < 0) && begins(part, begin, at, end, -1))
			return true;
	}
	return false;
}

/* `lines`: room for two rows */
static bool is_torn(const struct part *part, int16_t *lines)
{
	int16_t *upper = lines, *lower = lines + part->across;
	bool ends = part->interval < part->count, uneven = ends && part->interval % part->across;
	struct means above = { 0 };

	memset(upper, 0, (size_t)part->across * sizeof *upper);
	for (int y = 1; y < part->down; y++) {
		struct means now = compare(part, y, lower);
		int most = pmk_max(above.up + now.up, above.down + now.down);
		int least = y == 1 ? part->across / 4 : part->across * 3 / 4;
		int16_t *seen = upper;

		/* a tear that begins in the row above has its steps here, too; all of them, if that is the first row */
		if ((most >= least || (ends && goes_back(part, y - 1, upper, lower))) &&
			(begins_in_row(part, y - 1) || (uneven && y > 1 && begins_in_row(part, y - 2))))
			return true;
		above = now;
		upper = lower;
		lower = seen;
	}
	return 4 * pmk_max(above.up, above.down) >= part->across && begins_in_row(part, part->down - 1);
}

static struct part part_of(const struct pmk_jpeg_tear *tear, const struct jpeg_decompress_struct *info, int index,
	const uint8_t *plane, int stride)
{
	const jpeg_component_info *c = &info->comp_info[index];
	int across = (int)info->MCUs_per_row, down = (int)info->MCU_rows_in_scan, count = across * down;

	return (struct part){ .plane = plane,
		.stride = stride,
		.first = tear->means.first[index],
		.last = tear->means.last[index],
		.quant = pmk_max(c->quant_table->quantval[0], 1),
		.width = c->MCU_width,
		.height = c->MCU_height,
		.blocks = (int)c->width_in_blocks,
		.rows = (int)c->downsampled_height,
		.across = across,
		.down = down,
		.count = count,
		.interval = info->restart_interval ? (int)pmk_min_size(info->restart_interval, (size_t)count) : count,
		.borders = tear->borders,
		.turn = tear->turn };
}

/* The memory of two pictures' means: for each component the last ones, then the first ones. */
static int16_t *last_means(const struct pmk_jpeg_tear *tear, int part, int side)
{
	return tear->block + (size_t)(6 * side + 2 * part) * tear->room;
}

const struct pmk_jpeg_means *pmk_jpeg_tear_means(struct pmk_jpeg_tear *tear, const struct jpeg_decompress_struct *info)
{
	size_t count = (size_t)info->MCUs_per_row * info->MCU_rows_in_scan + 1;

	if (tear->room < count) {
		free(tear->borders);
		free(tear->block);
		tear->borders = calloc(count, sizeof *tear->borders);
		tear->block = calloc(14 * count, sizeof *tear->block);
		tear->room = tear->borders && tear->block ? count : 0;
		tear->turn = 0;
		tear->across = 0;
	}
	for (int p = 0; p < 3; p++) {
		bool tall = p < info->num_components && info->comp_info[p].MCU_height > 1;

		tear->means.last[p] = last_means(tear, p, tear->side);
		tear->means.first[p] = tear->means.last[p] + (tall ? count : 0);
	}
	return tear->room >= count ? &tear->means : NULL;
}

/* Whether a picture that looks torn is not just what the camera sees: that looks torn again and again. */
static bool is_news(struct pmk_jpeg_tear *tear)
{
	tear->level = pmk_min(tear->level + GOOD_FOR_TORN, PATIENCE * GOOD_FOR_TORN);
	return tear->level < PATIENCE * GOOD_FOR_TORN;
}

/* Borders of earlier turns are never cleared; so a number must not come again. */
static void begin_turn(struct pmk_jpeg_tear *tear)
{
	tear->turn++;
	if (tear->turn)
		return;
	memset(tear->borders, 0, tear->room * sizeof *tear->borders);
	tear->turn = 1;
}

/* By what the picture itself shows. */
static bool looks_torn(struct pmk_jpeg_tear *tear, const struct jpeg_decompress_struct *info, uint8_t *const plane[3],
	const int stride[3])
{
	for (int p = 0; p < info->num_components; p++) {
		struct part part;

		begin_turn(tear);
		part = part_of(tear, info, p, plane[p], stride[p]);
		if (is_torn(&part, tear->block + 12 * tear->room))
			return true;
	}
	return false;
}

/* By what has changed since the last picture. */
static bool is_shifted(struct pmk_jpeg_tear *tear, const struct jpeg_decompress_struct *info)
{
	struct pmk_jpeg_shift before = tear->shift;
	int shifted = tear->shifted;

	tear->shifted = -1;
	if (tear->across != info->MCUs_per_row || tear->down != info->MCU_rows_in_scan)
		return false;
	for (int p = 0; p < info->num_components; p++) {
		struct pmk_jpeg_pair pair = { .now = last_means(tear, p, tear->side),
			.before = last_means(tear, p, !tear->side),
			.quant_now = info->comp_info[p].quant_table->quantval[0],
			.quant_before = tear->quant[p],
			.count = (int)(info->MCUs_per_row * info->MCU_rows_in_scan),
			.across = (int)info->MCUs_per_row,
			.interval = (int)info->restart_interval };

		if (pmk_jpeg_shift_find(&pair, &tear->shift)) {
			tear->shifted = p;
			return shifted != p || !pmk_jpeg_shift_same(&before, &tear->shift);
		}
	}
	return false;
}

/* The next picture is compared with this one. */
static void keep(struct pmk_jpeg_tear *tear, const struct jpeg_decompress_struct *info)
{
	tear->side = !tear->side;
	tear->across = info->MCUs_per_row;
	tear->down = info->MCU_rows_in_scan;
	for (int p = 0; p < info->num_components; p++)
		tear->quant[p] = info->comp_info[p].quant_table->quantval[0];
}

bool pmk_jpeg_tear_find(struct pmk_jpeg_tear *tear, const struct jpeg_decompress_struct *info, uint8_t *const plane[3],
	const int stride[3])
{
	bool torn = looks_torn(tear, info, plane, stride) || is_shifted(tear, info);

	if (torn && is_news(tear))
		return true;
	if (!torn)
		tear->level = pmk_max(tear->level - 1, 0);
	keep(tear, info);
	return false;
}
