/* SPDX-License-Identifier: MIT */
#include "jpeg/jpeg_scan.h"

#include "base/mem.h"
#include "base/num.h"
#include "jpeg/jpeg_fast.h"
#include "jpeg/jpeg_tear.h"

#include <stdlib.h>
#include <string.h>

enum { RST0 = 0xd0, RST7 = 0xd7, PARTS = 3, KINDS = PMK_JPEG_KINDS };
/* The largest DC of samples of eight bits, and what arithmetic of few bits may add to it. */
enum { MOST_DC = 1024 + 8 };
/* The most bytes that spare ones to the next multiple of a word can be. */
enum { MOST_STRAY = 8 };

/* One of the blocks of an MCU (T.81, A.2.3). */
struct place {
	const jpeg_component_info *info;
	const struct pmk_jpeg_codes *dc, *ac;
	int part;
	JDIMENSION across, down; /* in blocks, from the first one of the MCU */
};

struct list {
	int count;
	struct pmk_jpeg_block *block[PMK_JPEG_BLOCKS];
};

struct pmk_jpeg_scan {
	const struct pmk_jpeg_fast *fast; /* NULL: this decoder only judges */
	bool decodes; /* this picture is not only judged */
	struct pmk_jpeg_reader reader;
	struct pmk_jpeg_codes dc[NUM_HUFF_TBLS], ac[NUM_HUFF_TBLS];
	struct pmk_jpeg_quant quant[PARTS];
	struct place place[D_MAX_BLOCKS_IN_MCU];
	int parts, in_unit; /* components; blocks per MCU */
	int first[PARTS], count[PARTS],
		width[PARTS]; /* of each component: its first block in an MCU; how many; per row */
	const struct pmk_jpeg_means *means;
	size_t units[PARTS]; /* MCUs in `means` so far */
	int last[PARTS], most[PARTS]; /* DC of the previous block; the largest that is possible */
	int markers, marker, step; /* restart markers so far, the last one, and how they count */
	uint8_t *const *plane;
	const int *stride;
	struct pmk_jpeg_block block[PMK_JPEG_BLOCKS + 1];
	struct list list[PARTS][KINDS];
	uint8_t spare[PMK_JPEG_BLOCKS][DCTSIZE2]; /* target of blocks that reach outside the picture */
};

struct pmk_jpeg_scan *pmk_jpeg_scan_create(void)
{
	struct pmk_jpeg_scan *scan = pmk_mem_alloc(sizeof *scan);

	if (!scan)
		return NULL;
	scan->fast = pmk_jpeg_fast();
	scan->reader.read = scan->fast ? scan->fast->blocks : pmk_jpeg_blocks_base;
	return scan;
}

void pmk_jpeg_scan_only_judge(struct pmk_jpeg_scan *scan)
{
	scan->fast = NULL;
}

void pmk_jpeg_scan_destroy(struct pmk_jpeg_scan *scan)
{
	free(scan);
}

static bool is_ordinary(const struct jpeg_decompress_struct *info)
{
	if (info->progressive_mode || info->arith_code || info->data_precision != 8 ||
		(info->num_components != 1 && info->num_components != PARTS) ||
		info->comps_in_scan != info->num_components || info->output_width != info->image_width ||
		info->output_height != info->image_height)
		return false;
	for (int p = 0; p < info->num_components; p++) {
		const jpeg_component_info *c = &info->comp_info[p];

		if (info->cur_comp_info[p] != c || !c->quant_table || !info->dc_huff_tbl_ptrs[c->dc_tbl_no] ||
			!info->ac_huff_tbl_ptrs[c->ac_tbl_no])
			return false;
	}
	return true;
}

/* Our transforms have steps of eight bits. */
static bool has_small_steps(const struct jpeg_decompress_struct *info)
{
	for (int p = 0; p < info->num_components; p++) {
		for (int i = 0; i < DCTSIZE2; i++) {
			if (info->comp_info[p].quant_table->quantval[i] > 255)
				return false;
		}
	}
	return true;
}

static void set_tables(struct pmk_jpeg_scan *scan, const struct jpeg_decompress_struct *info)
{
	scan->in_unit = 0;
	scan->parts = info->num_components;
	for (int p = 0; p < scan->parts; p++) {
		const jpeg_component_info *c = &info->comp_info[p];
		const JHUFF_TBL *dc = info->dc_huff_tbl_ptrs[c->dc_tbl_no], *ac = info->ac_huff_tbl_ptrs[c->ac_tbl_no];

		pmk_jpeg_codes_make(&scan->dc[c->dc_tbl_no], dc->bits, dc->huffval, false);
		pmk_jpeg_codes_make(&scan->ac[c->ac_tbl_no], ac->bits, ac->huffval, true);
		for (int i = 0; i < DCTSIZE2; i++)
			scan->quant[p].step[i] = (int16_t)c->quant_table->quantval[i];
		scan->most[p] = MOST_DC / pmk_max(c->quant_table->quantval[0], 1) + 1;
		scan->first[p] = scan->in_unit;
		scan->width[p] = c->MCU_width;
		scan->count[p] = c->MCU_width * c->MCU_height;
		for (int i = 0; i < scan->count[p]; i++)
			scan->place[scan->in_unit++] = (struct place){ c, &scan->dc[c->dc_tbl_no],
				&scan->ac[c->ac_tbl_no], p, (JDIMENSION)(i % c->MCU_width),
				(JDIMENSION)(i / c->MCU_width) };
	}
}

static void set_codes(struct pmk_jpeg_scan *scan)
{
	for (int i = 0; i <= PMK_JPEG_BLOCKS; i++) {
		scan->block[i].dc = scan->place[i % scan->in_unit].dc;
		scan->block[i].ac = scan->place[i % scan->in_unit].ac;
	}
}

/* Only at the right and lower edges of the picture can blocks reach outside. They go to `spare`: blocks to the right of
 * the last column are dropped, and save_lines keeps the rows that are inside. */
static void keep_inside(struct pmk_jpeg_scan *scan, JDIMENSION x, JDIMENSION y, int count)
{
	for (int i = 0; i < count; i++) {
		const struct place *p = &scan->place[i % scan->in_unit];
		JDIMENSION unit = x + (JDIMENSION)(i / scan->in_unit);
		JDIMENSION column = unit * (JDIMENSION)p->info->MCU_width + p->across;
		JDIMENSION row = y * (JDIMENSION)p->info->MCU_height + p->down;

		if ((row + 1) * DCTSIZE > p->info->downsampled_height || column >= p->info->width_in_blocks) {
			scan->block[i].out = scan->spare[i];
			scan->block[i].stride = DCTSIZE;
		}
	}
}

/* Set where the samples of `units` MCUs go, from column x on in row y. */
static void set_outs(struct pmk_jpeg_scan *scan, JDIMENSION x, JDIMENSION y, JDIMENSION units, bool edge)
{
	for (int i = 0; i < scan->in_unit; i++) {
		const struct place *p = &scan->place[i];
		JDIMENSION across = (JDIMENSION)p->info->MCU_width, column = x * across + p->across;
		JDIMENSION row = y * (JDIMENSION)p->info->MCU_height + p->down;
		ptrdiff_t stride = scan->stride[p->part], step = (ptrdiff_t)across * DCTSIZE;
		uint8_t *out = scan->plane[p->part] + (ptrdiff_t)(row * DCTSIZE) * stride + column * DCTSIZE;
		struct pmk_jpeg_block *b = &scan->block[i];

		for (JDIMENSION unit = 0; unit < units; unit++, out += step, b += scan->in_unit) {
			b->out = out;
			b->stride = stride;
		}
	}
	if (edge)
		keep_inside(scan, x, y, (int)units * scan->in_unit);
}

/* Prefetch the cache lines that the transforms will write, while codes are read. */
static void fetch_outs(const struct pmk_jpeg_scan *scan, JDIMENSION units)
{
	for (int i = 0; i < scan->in_unit; i += scan->place[i].info->MCU_width) {
		const struct pmk_jpeg_block *b = &scan->block[i];
		JDIMENSION bytes = units * (JDIMENSION)scan->place[i].info->MCU_width * DCTSIZE;

		for (int y = 0; y < DCTSIZE; y++) {
			for (JDIMENSION column = 0; column < bytes; column += PMK_MEM_ALIGN)
				__builtin_prefetch(b->out + y * b->stride + column, 1);
		}
	}
}

/* Convert DC differences to values, and put each block into the list of its kind. Kinds are unpredictable, so that a
 * list for each is faster than a branch for each block: the block is stored at the end of all three lists, and only one
 * of them grows. */
static inline __attribute__((always_inline)) void sort(struct pmk_jpeg_scan *scan, int part, JDIMENSION units)
{
	struct pmk_jpeg_block *first = &scan->block[scan->first[part]];
	struct list *list = scan->list[part];
	int flat = 0, few = 0, many = 0, dc = scan->last[part], end_of_row = scan->width[part] - 1;
	int16_t *last_means = scan->means->last[part] + scan->units[part];
	int16_t *first_means = scan->means->first[part] + scan->units[part];

	for (JDIMENSION unit = 0; unit < units; unit++, first += scan->in_unit) {
		for (struct pmk_jpeg_block *b = first; b < first + scan->count[part]; b++) {
			list[0].block[flat] = list[1].block[few] = list[2].block[many] = b;
			flat += b->codes <= 2;
			few += b->codes > 2 && b->codes <= PMK_JPEG_FEW + 1;
			many += b->codes > PMK_JPEG_FEW + 1;
			dc += b->coefficient[0];
			b->coefficient[0] = (int16_t)dc;
		}
		first_means[unit] = first[end_of_row].coefficient[0];
		last_means[unit] = (int16_t)dc;
	}
	list[0].count = flat;
	list[1].count = few;
	list[2].count = many;
	scan->last[part] = dc;
	scan->units[part] += units;
}

/* Whether all of the means are possible. A wrong difference moves all that follow, so the last of each MCU will do. */
static bool means_are_possible(const struct pmk_jpeg_scan *scan)
{
	int beyond = 0;

	for (int p = 0; p < scan->parts; p++) {
		const int16_t *means = scan->means->last[p];
		int most = scan->most[p];

		for (size_t i = 0; i < scan->units[p]; i++)
			beyond |= means[i] > most || means[i] < -most;
	}
	return !beyond;
}

/* Copy the lines of a block at the edge that are inside the picture. */
static void save_lines(const struct pmk_jpeg_scan *scan, JDIMENSION x, JDIMENSION y, int index)
{
	const struct place *p = &scan->place[index % scan->in_unit];
	JDIMENSION column = (x + (JDIMENSION)(index / scan->in_unit)) * (JDIMENSION)p->info->MCU_width + p->across;
	JDIMENSION top = (y * (JDIMENSION)p->info->MCU_height + p->down) * DCTSIZE;

	for (JDIMENSION line = 0;
		column < p->info->width_in_blocks && line < DCTSIZE && top + line < p->info->downsampled_height; line++)
		memcpy(scan->plane[p->part] + (size_t)(top + line) * (size_t)scan->stride[p->part] +
				(size_t)column * DCTSIZE,
			scan->spare[index] + line * DCTSIZE, DCTSIZE);
}

static bool decode_units(struct pmk_jpeg_scan *scan, JDIMENSION x, JDIMENSION y, JDIMENSION units, bool edge)
{
	int count = (int)units * scan->in_unit;

	set_outs(scan, x, y, units, edge);
	fetch_outs(scan, units);
	if (!pmk_jpeg_reader_blocks(&scan->reader, scan->block, count))
		return false;
	for (int p = 0; p < scan->parts; p++) {
		sort(scan, p, units);
		for (int k = 0; k < KINDS; k++)
			scan->fast->transform[k](scan->list[p][k].block, scan->list[p][k].count, &scan->quant[p]);
	}
	for (int i = 0; edge && i < count; i++) {
		if (scan->block[i].out == scan->spare[i])
			save_lines(scan, x, y, i);
	}
	return true;
}

static void clear_blocks(struct pmk_jpeg_scan *scan, int count)
{
	for (int i = 0; i < count; i++)
		memset(scan->block[i].coefficient, 0, sizeof scan->block[i].coefficient);
}

/* The same without samples. */
static bool judge_units(struct pmk_jpeg_scan *scan, JDIMENSION units)
{
	bool good = pmk_jpeg_reader_blocks(&scan->reader, scan->block, (int)units * scan->in_unit);

	for (int p = 0; p < scan->parts && good; p++)
		sort(scan, p, units);
	clear_blocks(scan, (int)units * scan->in_unit);
	return good;
}

/* The next MCU, if it ends where the data do or before. */
static bool pass_unit(struct pmk_jpeg_scan *scan, bool *flat)
{
	bool read = pmk_jpeg_reader_blocks(&scan->reader, scan->block, scan->in_unit);

	for (int p = 0; p < scan->parts && read; p++) {
		sort(scan, p, 1);
		scan->units[p]--;
		read = abs(scan->last[p]) <= scan->most[p];
	}
	for (int i = 0; i < scan->in_unit; i++)
		*flat = *flat && scan->block[i].codes <= 2;
	clear_blocks(scan, scan->in_unit);
	return read;
}

/* Whether blocks are left over at the end of an interval. Whole MCUs that end where the data do are no chance, unless
 * they are few blocks. Bytes that are all the same, which may be read as codes by chance, are left over only if they
 * mean flat blocks. */
static bool is_left_over(struct pmk_jpeg_scan *scan)
{
	const uint8_t *rest;
	size_t bytes = pmk_jpeg_reader_rest(&scan->reader, &rest);
	bool same = bytes > 0 && memcmp(rest, rest + 1, bytes - 1) == 0, flat = true;

	if (bytes == 0 || (scan->in_unit == 1 && bytes <= MOST_STRAY))
		return false;
	while (pass_unit(scan, &flat)) {
		if (pmk_jpeg_reader_at_end(&scan->reader))
			return !same || flat;
	}
	return false;
}

/* Encoders count restart markers from RST0 on. Some begin with another number, or do not count; but if a number breaks
 * the row, an interval is lost. */
static bool begin_interval(struct pmk_jpeg_scan *scan)
{
	int marker, step;

	if (is_left_over(scan))
		return false;
	marker = pmk_jpeg_reader_marker(&scan->reader);
	step = (marker - scan->marker) & 7;
	if (marker < RST0 || marker > RST7 || (scan->markers == 1 && step > 1) ||
		(scan->markers > 1 && step != scan->step))
		return false;
	scan->markers++;
	scan->marker = marker;
	scan->step = step;
	memset(scan->last, 0, sizeof scan->last);
	return true;
}

static bool run(struct pmk_jpeg_scan *scan, const struct jpeg_decompress_struct *info)
{
	JDIMENSION at_once = (JDIMENSION)(PMK_JPEG_BLOCKS / scan->in_unit),
		   left = info->restart_interval ? info->restart_interval : UINT32_MAX, units;

	for (JDIMENSION y = 0; y < info->MCU_rows_in_scan; y++) {
		for (JDIMENSION x = 0; x < info->MCUs_per_row; x += units, left -= units) {
			bool edge;

			if (left == 0) {
				if (!begin_interval(scan))
					return false;
				left = info->restart_interval;
			}
			units = pmk_min_size(pmk_min_size(at_once, info->MCUs_per_row - x), left);
			edge = x + units == info->MCUs_per_row || y + 1 == info->MCU_rows_in_scan;
			if (!(scan->decodes ? decode_units(scan, x, y, units, edge) : judge_units(scan, units)))
				return false;
		}
	}
	return means_are_possible(scan) && !is_left_over(scan);
}

enum pmk_jpeg_verdict pmk_jpeg_scan_run(struct pmk_jpeg_scan *scan, const struct jpeg_decompress_struct *info,
	uint8_t *const plane[3], const int stride[3], const struct pmk_jpeg_means *means)
{
	const uint8_t *data = info->src->next_input_byte;

	if (!is_ordinary(info))
		return PMK_JPEG_UNUSUAL;
	set_tables(scan, info);
	set_codes(scan);
	memset(scan->last, 0, sizeof scan->last);
	memset(scan->units, 0, sizeof scan->units);
	scan->means = means;
	scan->markers = 0;
	scan->plane = plane;
	scan->stride = stride;
	scan->decodes = scan->fast && has_small_steps(info);
	pmk_jpeg_reader_start(&scan->reader, data, data + info->src->bytes_in_buffer);
	if (!run(scan, info)) {
		clear_blocks(scan, PMK_JPEG_BLOCKS);
		return PMK_JPEG_DAMAGED;
	}
	return scan->decodes ? PMK_JPEG_DECODED : PMK_JPEG_GOOD;
}
