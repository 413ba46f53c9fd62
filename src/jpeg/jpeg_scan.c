/* SPDX-License-Identifier: MIT */
#include "jpeg/jpeg_scan.h"

#include "base/cpu.h"
#include "base/mem.h"
#include "base/num.h"
#include "jpeg/jpeg_idct.h"

#include <stdlib.h>
#include <string.h>

enum { EOI = 0xd9, RST0 = 0xd0, PARTS = 3, KINDS = 3 };
/* The range for samples of eight bits. Without a limit, differences could add up endlessly. */
enum { LEAST_DC = -2048, MOST_DC = 2047 };

typedef void idct(struct pmk_jpeg_block *const *blocks, int count, const struct pmk_jpeg_quant *quant);

/* By how many coefficients a block has. */
static idct *const transforms[KINDS] = { pmk_jpeg_idct_flat, pmk_jpeg_idct_few, pmk_jpeg_idct };

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
	struct pmk_jpeg_reader reader;
	struct pmk_jpeg_codes dc[NUM_HUFF_TBLS], ac[NUM_HUFF_TBLS];
	struct pmk_jpeg_quant quant[PARTS];
	struct place place[D_MAX_BLOCKS_IN_MCU];
	int in_unit; /* blocks per MCU */
	int first[PARTS], count[PARTS]; /* of each component: its first block in an MCU, and their number */
	int last[PARTS]; /* DC of the previous block */
	uint8_t *const *plane;
	const int *stride;
	struct pmk_jpeg_block block[PMK_JPEG_BLOCKS + 1];
	struct list list[PARTS][KINDS];
	uint8_t spare[PMK_JPEG_BLOCKS][DCTSIZE2]; /* target of blocks that reach outside the picture */
};

struct pmk_jpeg_scan *pmk_jpeg_scan_create(void)
{
	if (pmk_cpu_level() < PMK_CPU_AVX2 || !__builtin_cpu_supports("bmi") || !__builtin_cpu_supports("bmi2"))
		return NULL;
	return pmk_mem_alloc(sizeof(struct pmk_jpeg_scan));
}

void pmk_jpeg_scan_destroy(struct pmk_jpeg_scan *scan)
{
	free(scan);
}

static bool is_ordinary(const struct jpeg_decompress_struct *info)
{
	if (info->progressive_mode || info->arith_code || info->data_precision != 8 || info->num_components != PARTS ||
		info->comps_in_scan != PARTS || info->Ss != 0 || info->Se != DCTSIZE2 - 1 || info->Ah || info->Al ||
		info->output_width != info->image_width || info->output_height != info->image_height)
		return false;
	for (int p = 0; p < PARTS; p++) {
		const jpeg_component_info *c = &info->comp_info[p];

		if (info->cur_comp_info[p] != c || !c->quant_table || !info->dc_huff_tbl_ptrs[c->dc_tbl_no] ||
			!info->ac_huff_tbl_ptrs[c->ac_tbl_no])
			return false;
		for (int i = 0; i < DCTSIZE2; i++) {
			if (c->quant_table->quantval[i] > 255)
				return false;
		}
	}
	return true;
}

static void set_tables(struct pmk_jpeg_scan *scan, const struct jpeg_decompress_struct *info)
{
	scan->in_unit = 0;
	for (int p = 0; p < PARTS; p++) {
		const jpeg_component_info *c = &info->comp_info[p];
		const JHUFF_TBL *dc = info->dc_huff_tbl_ptrs[c->dc_tbl_no], *ac = info->ac_huff_tbl_ptrs[c->ac_tbl_no];

		pmk_jpeg_codes_make(&scan->dc[c->dc_tbl_no], dc->bits, dc->huffval, false);
		pmk_jpeg_codes_make(&scan->ac[c->ac_tbl_no], ac->bits, ac->huffval, true);
		for (int i = 0; i < DCTSIZE2; i++)
			scan->quant[p].step[i] = (int16_t)c->quant_table->quantval[i];
		scan->first[p] = scan->in_unit;
		scan->count[p] = c->h_samp_factor * c->v_samp_factor;
		for (int i = 0; i < scan->count[p]; i++)
			scan->place[scan->in_unit++] = (struct place){ c, &scan->dc[c->dc_tbl_no],
				&scan->ac[c->ac_tbl_no], p, (JDIMENSION)(i % c->h_samp_factor),
				(JDIMENSION)(i / c->h_samp_factor) };
	}
}

static void set_codes(struct pmk_jpeg_scan *scan)
{
	for (int i = 0; i <= PMK_JPEG_BLOCKS; i++) {
		scan->block[i].dc = scan->place[i % scan->in_unit].dc;
		scan->block[i].ac = scan->place[i % scan->in_unit].ac;
	}
}

/* Set where the samples of `units` MCUs go, from column x on in row y. Only at the right and lower edges of the picture
 * can blocks reach outside. They go to `spare`: blocks to the right of the last column are dropped, and save_lines
 * keeps the rows that are inside. */
static void set_outs(struct pmk_jpeg_scan *scan, JDIMENSION x, JDIMENSION y, JDIMENSION units, bool edge)
{
	for (int i = 0; i < scan->in_unit; i++) {
		const struct place *p = &scan->place[i];
		JDIMENSION across = (JDIMENSION)p->info->h_samp_factor, column = x * across + p->across;
		JDIMENSION row = y * (JDIMENSION)p->info->v_samp_factor + p->down;
		bool below = (row + 1) * DCTSIZE > p->info->downsampled_height;
		ptrdiff_t stride = scan->stride[p->part];
		uint8_t *rows = scan->plane[p->part] + (ptrdiff_t)(row * DCTSIZE) * stride;
		struct pmk_jpeg_block *b = &scan->block[i];

		for (JDIMENSION unit = 0; unit < units; unit++, column += across, b += scan->in_unit) {
			bool outside = edge && (below || column >= p->info->width_in_blocks);

			b->out = outside ? scan->spare[b - scan->block] : rows + column * DCTSIZE;
			b->stride = outside ? DCTSIZE : stride;
		}
	}
}

/* Prefetch the cache lines that the transforms will write, while codes are read. */
static void fetch_outs(const struct pmk_jpeg_scan *scan, JDIMENSION units)
{
	for (int i = 0; i < scan->in_unit; i += scan->place[i].info->h_samp_factor) {
		const struct pmk_jpeg_block *b = &scan->block[i];
		JDIMENSION bytes = units * (JDIMENSION)scan->place[i].info->h_samp_factor * DCTSIZE;

		for (int y = 0; y < DCTSIZE; y++) {
			for (JDIMENSION column = 0; column < bytes; column += PMK_MEM_ALIGN)
				__builtin_prefetch(b->out + y * b->stride + column, 1);
		}
	}
}

/* Convert DC differences to values, and put each block into the list of its kind. Kinds are unpredictable, so that a
 * list for each is faster than a branch for each block: the block is stored at the end of all three lists, and only one
 * of them grows. */
static bool sort(struct pmk_jpeg_scan *scan, int part, JDIMENSION units)
{
	struct pmk_jpeg_block *first = &scan->block[scan->first[part]];
	struct list *list = scan->list[part];
	int flat = 0, few = 0, many = 0, dc = scan->last[part];
	bool good = true;

	for (JDIMENSION unit = 0; unit < units; unit++, first += scan->in_unit) {
		for (struct pmk_jpeg_block *b = first; b < first + scan->count[part]; b++) {
			list[0].block[flat] = list[1].block[few] = list[2].block[many] = b;
			flat += b->codes <= 2;
			few += b->codes > 2 && b->codes <= PMK_JPEG_FEW + 1;
			many += b->codes > PMK_JPEG_FEW + 1;
			dc += b->coefficient[0];
			b->coefficient[0] = (int16_t)dc;
			good = good && dc >= LEAST_DC && dc <= MOST_DC;
		}
	}
	list[0].count = flat;
	list[1].count = few;
	list[2].count = many;
	scan->last[part] = dc;
	return good;
}

/* Copy the lines of a block at the edge that are inside the picture. */
static void save_lines(const struct pmk_jpeg_scan *scan, JDIMENSION x, JDIMENSION y, int index)
{
	const struct place *p = &scan->place[index % scan->in_unit];
	JDIMENSION column = (x + (JDIMENSION)(index / scan->in_unit)) * (JDIMENSION)p->info->h_samp_factor + p->across;
	JDIMENSION top = (y * (JDIMENSION)p->info->v_samp_factor + p->down) * DCTSIZE;

	for (JDIMENSION line = 0;
		column < p->info->width_in_blocks && line < DCTSIZE && top + line < p->info->downsampled_height; line++)
		memcpy(scan->plane[p->part] + (size_t)(top + line) * (size_t)scan->stride[p->part] +
				(size_t)column * DCTSIZE,
			scan->spare[index] + line * DCTSIZE, DCTSIZE);
}

static bool run_units(struct pmk_jpeg_scan *scan, JDIMENSION x, JDIMENSION y, JDIMENSION units, bool edge)
{
	int count = (int)units * scan->in_unit;

	set_outs(scan, x, y, units, edge);
	fetch_outs(scan, units);
	if (!pmk_jpeg_reader_blocks(&scan->reader, scan->block, count))
		return false;
	for (int p = 0; p < PARTS; p++) {
		if (!sort(scan, p, units))
			return false;
		for (int k = 0; k < KINDS; k++)
			transforms[k](scan->list[p][k].block, scan->list[p][k].count, &scan->quant[p]);
	}
	for (int i = 0; edge && i < count; i++) {
		if (scan->block[i].out == scan->spare[i])
			save_lines(scan, x, y, i);
	}
	return true;
}

static bool run(struct pmk_jpeg_scan *scan, const struct jpeg_decompress_struct *info, int spare)
{
	JDIMENSION at_once = (JDIMENSION)(PMK_JPEG_BLOCKS / scan->in_unit),
		   left = info->restart_interval ? info->restart_interval : UINT32_MAX, units;
	int marker = 0;

	for (JDIMENSION y = 0; y < info->total_iMCU_rows; y++) {
		for (JDIMENSION x = 0; x < info->MCUs_per_row; x += units, left -= units) {
			if (left == 0) {
				if (!pmk_jpeg_reader_marker(&scan->reader, RST0 + (marker++ & 7), 0))
					return false;
				memset(scan->last, 0, sizeof scan->last);
				left = info->restart_interval;
			}
			units = pmk_min_size(pmk_min_size(at_once, info->MCUs_per_row - x), left);
			if (!run_units(scan, x, y, units,
				    x + units == info->MCUs_per_row || y + 1 == info->total_iMCU_rows))
				return false;
		}
	}
	return pmk_jpeg_reader_marker(&scan->reader, EOI, info->restart_interval ? 0 : spare);
}

bool pmk_jpeg_scan_run(struct pmk_jpeg_scan *scan, const struct jpeg_decompress_struct *info, uint8_t *const plane[3],
	const int stride[3], int spare)
{
	const uint8_t *data = info->src->next_input_byte;
	bool done;

	if (!is_ordinary(info))
		return false;
	set_tables(scan, info);
	set_codes(scan);
	memset(scan->last, 0, sizeof scan->last);
	scan->plane = plane;
	scan->stride = stride;
	pmk_jpeg_reader_start(&scan->reader, data, data + info->src->bytes_in_buffer);
	done = run(scan, info, spare);
	if (!done)
		memset(scan->block, 0, sizeof scan->block);
	return done;
}
