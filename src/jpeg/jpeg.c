/* SPDX-License-Identifier: MIT */
#include "jpeg/jpeg.h"

#include "base/mem.h"
#include "base/num.h"
#include "jpeg/jpeg_begin.h"
#include "jpeg/jpeg_memory.h"
#include "jpeg/jpeg_scan.h"
#include "jpeg/jpeg_standard.h"
#include "jpeg/jpeg_tear.h"

#include <errno.h>
#include <libyuv.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jerror.h>
#include <jpeglib.h>

enum { MOST_SPARE_BYTES = 16, MOST_ROWS = 4 * DCTSIZE, MOST_SCANS = 100 };

struct pmk_jpeg {
	struct pmk_jpeg_memory memory; /* first, as libjpeg's client data */
	struct jpeg_decompress_struct info;
	struct jpeg_error_mgr errors;
	struct jpeg_progress_mgr progress;
	jmp_buf escape; /* out of libjpeg when it finds damage */
	struct pmk_jpeg_standard standard;
	struct pmk_jpeg_scan *scan; /* for ordinary pictures */
	enum pmk_jpeg_verdict verdict; /* its verdict on this picture */
	struct pmk_jpeg_tear tear; /* for pictures that it judges */
	bool unjudged; /* an entropy error that libjpeg finds is damage: this picture's scan was not judged by `scan` */
	bool ended; /* libjpeg found the end of the data before the picture's end marker */
	uint8_t *dummy; /* target of rows below the picture */
	uint8_t *scratch; /* planes in a sampling that no layout has */
	size_t scratch_bytes;
};

static struct pmk_jpeg *jpeg_of(j_common_ptr info)
{
	return info->client_data;
}

static void on_error(j_common_ptr info)
{
	longjmp(jpeg_of(info)->escape, 1);
}

/* Whether a warning means damage in a picture that only libjpeg can judge. Many bytes that it left out, but not before
 * the end marker, are blocks that it should have decoded. Arithmetic coding does not tell where its data end. */
static bool is_damage(const struct pmk_jpeg *jpeg)
{
	const struct jpeg_error_mgr *e = &jpeg->errors;

	switch (e->msg_code) {
	case JWRN_HIT_MARKER:
	case JWRN_HUFF_BAD_CODE:
	case JWRN_ARITH_BAD_CODE:
	case JWRN_BOGUS_PROGRESSION:
		return true;
	case JWRN_EXTRANEOUS_DATA:
		return e->msg_parm.i[0] > MOST_SPARE_BYTES && e->msg_parm.i[1] != JPEG_EOI;
	case JWRN_JPEG_EOF:
		return jpeg->info.arith_code;
	default:
		return false;
	}
}

static void on_message(j_common_ptr info, int level)
{
	struct pmk_jpeg *jpeg = jpeg_of(info);

	if (level < 0 && jpeg->unjudged && is_damage(jpeg))
		longjmp(jpeg->escape, 1);
	jpeg->ended = jpeg->ended || (level < 0 && jpeg->errors.msg_code == JWRN_JPEG_EOF);
}

/* libjpeg found another marker than the next restart marker. If the scan was judged, then an interval begins after the
 * next restart marker, whatever its number. */
static boolean on_odd_marker(j_decompress_ptr info, int desired)
{
	struct jpeg_source_mgr *s = info->src;

	if (jpeg_of((j_common_ptr)info)->unjudged)
		longjmp(jpeg_of((j_common_ptr)info)->escape, 1);
	while (info->unread_marker < JPEG_RST0 || info->unread_marker > JPEG_RST0 + 7) {
		const JOCTET *at = memchr(s->next_input_byte, 0xff, s->bytes_in_buffer);

		if (!at || s->bytes_in_buffer - (size_t)(at - s->next_input_byte) < 2)
			longjmp(jpeg_of((j_common_ptr)info)->escape, 1);
		s->bytes_in_buffer -= (size_t)(at + 1 - s->next_input_byte);
		s->next_input_byte = at + 1;
		info->unread_marker = *s->next_input_byte;
	}
	if (s->next_input_byte[-1] == 0xff) {
		s->next_input_byte++;
		s->bytes_in_buffer--;
	}
	info->unread_marker = 0;
	return TRUE;
}

/* A progressive picture with thousands of scans would keep the thread busy for minutes. */
static void on_progress(j_common_ptr info)
{
	if (((j_decompress_ptr)info)->input_scan_number > MOST_SCANS)
		longjmp(jpeg_of(info)->escape, 1);
}

int pmk_jpeg_create(struct pmk_jpeg **jpeg)
{
	struct pmk_jpeg *j = calloc(1, sizeof *j);

	if (!j)
		return -ENOMEM;
	j->dummy = pmk_mem_alloc(PMK_IMAGE_MAX_PX + DCTSIZE);
	if (!j->dummy || pmk_jpeg_memory_init(&j->memory))
		goto out;
	j->info.err = jpeg_std_error(&j->errors);
	j->errors.error_exit = on_error;
	j->errors.emit_message = on_message;
	j->info.client_data = j;
	if (setjmp(j->escape))
		goto out;
	jpeg_create_decompress(&j->info);
	pmk_jpeg_memory_use(&j->info);
	pmk_jpeg_standard_init(&j->standard, &j->info);
	j->progress.progress_monitor = on_progress;
	j->info.progress = &j->progress;
	j->scan = pmk_jpeg_scan_create();
	if (!j->scan)
		goto out_library;
	*jpeg = j;
	return 0;
out_library:
	jpeg_destroy_decompress(&j->info);
out:
	pmk_jpeg_memory_finish(&j->memory);
	free(j->dummy);
	free(j);
	return -ENOMEM;
}

void pmk_jpeg_destroy(struct pmk_jpeg *jpeg)
{
	if (!jpeg)
		return;
	jpeg_destroy_decompress(&jpeg->info);
	pmk_jpeg_scan_destroy(jpeg->scan);
	pmk_jpeg_tear_finish(&jpeg->tear);
	pmk_jpeg_memory_finish(&jpeg->memory);
	free(jpeg->dummy);
	free(jpeg->scratch);
	free(jpeg);
}

/* Whether a chroma sample covers h x v luma samples; a file can express this with several sets of factors. */
static bool has_sampling(const struct jpeg_decompress_struct *info, int h, int v)
{
	const jpeg_component_info *y = info->comp_info;

	for (int i = 1; i < 3; i++) {
		const jpeg_component_info *c = &info->comp_info[i];
		if (y->h_samp_factor != h * c->h_samp_factor || y->v_samp_factor != v * c->v_samp_factor)
			return false;
	}
	return true;
}

static bool known_sampling(const struct jpeg_decompress_struct *info)
{
	if (info->num_components == 1)
		return info->jpeg_color_space == JCS_GRAYSCALE;
	if (info->num_components != 3 || info->jpeg_color_space != JCS_YCbCr)
		return false;
	return has_sampling(info, 1, 1) || has_sampling(info, 2, 1) || has_sampling(info, 2, 2) ||
		has_sampling(info, 1, 2) || has_sampling(info, 4, 1);
}

/* Whether the picture can be in so many bytes: a block has two Huffman codes or more, of a bit or more. Progressive and
 * arithmetic coding need less. */
static bool has_room(const struct jpeg_decompress_struct *info, size_t bytes)
{
	size_t blocks = 0;

	for (int p = 0; p < info->num_components; p++)
		blocks += (size_t)info->comp_info[p].width_in_blocks * info->comp_info[p].height_in_blocks;
	return info->progressive_mode || info->arith_code || blocks / 4 <= bytes;
}

/* Call inside setjmp. */
static int read_header(struct pmk_jpeg *jpeg, const uint8_t *data, size_t bytes, struct pmk_layout *layout)
{
	struct jpeg_decompress_struct *info = &jpeg->info;
	const uint8_t *begin = pmk_jpeg_begin(data, bytes);

	if (!begin)
		return -EBADMSG;
	jpeg->unjudged = jpeg->ended = false;
	jpeg_abort_decompress(info);
	jpeg_mem_src(info, begin, bytes - (size_t)(begin - data));
	info->src->resync_to_restart = on_odd_marker;
	pmk_jpeg_standard_use(&jpeg->standard, info);
	if (jpeg_read_header(info, TRUE) != JPEG_HEADER_OK || !known_sampling(info) || !has_room(info, bytes))
		return -EBADMSG;
	if (info->image_width < PMK_IMAGE_MIN_PX || info->image_height < PMK_IMAGE_MIN_PX ||
		info->image_width > PMK_IMAGE_MAX_PX || info->image_height > PMK_IMAGE_MAX_PX)
		return -EBADMSG;
	*layout = (struct pmk_layout){ .width = (int)info->image_width,
		.height = (int)info->image_height,
		.range = PMK_RANGE_FULL,
		.matrix = PMK_MATRIX_BT601,
		.chroma = info->num_components == 3 && has_sampling(info, 2, 1) ? PMK_CHROMA_422 : PMK_CHROMA_420 };
	return 0;
}

int pmk_jpeg_layout(struct pmk_jpeg *jpeg, const uint8_t *data, size_t bytes, struct pmk_layout *layout)
{
	struct pmk_layout read;
	int err;

	if (!data || bytes < 4 || setjmp(jpeg->escape))
		return -EBADMSG;
	err = read_header(jpeg, data, bytes, &read);
	if (!err)
		*layout = read;
	return err;
}

/* Call inside setjmp. libjpeg writes whole blocks: each row up to the next multiple of 8, and rows below the picture,
 * which go to the dummy row. */
static void decode_by_library(struct pmk_jpeg *jpeg, uint8_t *const plane[3], const int stride[3])
{
	struct jpeg_decompress_struct *info = &jpeg->info;
	JSAMPROW rows[3][MOST_ROWS];
	JSAMPARRAY arrays[3] = { rows[0], rows[1], rows[2] };

	while (info->output_scanline < info->output_height) {
		JDIMENSION top = info->output_scanline / (JDIMENSION)(info->max_v_samp_factor * DCTSIZE);

		for (int p = 0; p < info->num_components; p++) {
			const jpeg_component_info *c = &info->comp_info[p];
			JDIMENSION count = (JDIMENSION)(c->v_samp_factor * DCTSIZE), y = top * count;
			for (JDIMENSION i = 0; i < count; i++, y++)
				rows[p][i] = y < c->downsampled_height ? plane[p] + (size_t)y * (size_t)stride[p] :
									 jpeg->dummy;
		}
		jpeg_read_raw_data(info, arrays, (JDIMENSION)(info->max_v_samp_factor * DCTSIZE));
	}
}

/* Whether there was a scan of each component; without an end marker, of all bits of its coefficients. */
static bool is_complete(const struct pmk_jpeg *jpeg)
{
	const struct jpeg_decompress_struct *info = &jpeg->info;

	for (int p = 0; p < info->num_components; p++) {
		if (!info->comp_info[p].quant_table || (info->progressive_mode && info->coef_bits[p][0] < 0))
			return false;
		for (int i = 0; i < DCTSIZE2 && info->progressive_mode && jpeg->ended; i++) {
			if (info->coef_bits[p][i])
				return false;
		}
	}
	return true;
}

/* Call inside setjmp. */
static int decode_planes(struct pmk_jpeg *jpeg, uint8_t *const plane[3], const int stride[3])
{
	struct jpeg_decompress_struct *info = &jpeg->info;
	const struct pmk_jpeg_means *means;

	jpeg->unjudged = true;
	info->raw_data_out = TRUE;
	info->do_fancy_upsampling = FALSE;
	info->out_color_space = info->jpeg_color_space;
	jpeg_start_decompress(info);
	means = pmk_jpeg_tear_means(&jpeg->tear, info);
	if (!means)
		return -ENOMEM;
	jpeg->verdict = pmk_jpeg_scan_run(jpeg->scan, info, plane, stride, means);
	if (jpeg->verdict == PMK_JPEG_DAMAGED || !is_complete(jpeg))
		return -EBADMSG;
	jpeg->unjudged = jpeg->verdict == PMK_JPEG_UNUSUAL;
	if (jpeg->verdict != PMK_JPEG_DECODED)
		decode_by_library(jpeg, plane, stride);
	if (!jpeg->unjudged)
		return pmk_jpeg_tear_find(&jpeg->tear, info, plane, stride) ? -EBADMSG : 0;
	jpeg_finish_decompress(info); /* this may still find damage */
	return 0;
}

void pmk_jpeg_use_library(struct pmk_jpeg *jpeg)
{
	pmk_jpeg_scan_only_judge(jpeg->scan);
}

bool pmk_jpeg_by_library(const struct pmk_jpeg *jpeg)
{
	return jpeg->verdict == PMK_JPEG_UNUSUAL || jpeg->verdict == PMK_JPEG_GOOD;
}

static bool fits_in_place(const struct jpeg_decompress_struct *info, const struct pmk_image *image)
{
	for (int p = 0; p < 3; p++) {
		if (image->stride[p] < pmk_align_up(pmk_layout_plane_width(&image->layout, p), DCTSIZE))
			return false;
	}
	return info->num_components == 3 && (has_sampling(info, 2, 1) || has_sampling(info, 2, 2));
}

static int place_scratch(struct pmk_jpeg *jpeg, uint8_t *plane[3], int stride[3])
{
	int row = pmk_align_up((int)jpeg->info.image_width, PMK_MEM_ALIGN);
	size_t bytes = (size_t)row * jpeg->info.image_height;

	if (jpeg->scratch_bytes < 3 * bytes) {
		free(jpeg->scratch);
		jpeg->scratch = pmk_mem_alloc(3 * bytes);
		jpeg->scratch_bytes = jpeg->scratch ? 3 * bytes : 0;
		if (!jpeg->scratch)
			return -ENOMEM;
	}
	for (int p = 0; p < 3; p++) {
		plane[p] = jpeg->scratch + (size_t)p * bytes;
		stride[p] = row;
	}
	return 0;
}

static void take_plane(
	const jpeg_component_info *c, const uint8_t *from, int stride, struct pmk_image *image, int plane)
{
	ScalePlane(from, stride, (int)c->downsampled_width, (int)c->downsampled_height, image->plane[plane],
		image->stride[plane], pmk_layout_plane_width(&image->layout, plane),
		pmk_layout_plane_height(&image->layout, plane), kFilterBox);
}

static int decode_by_scratch(struct pmk_jpeg *jpeg, struct pmk_image *image)
{
	uint8_t *plane[3];
	int stride[3], err;

	err = place_scratch(jpeg, plane, stride);
	if (err)
		return err;
	err = decode_planes(jpeg, plane, stride);
	if (err)
		return err;
	for (int p = 0; p < 3; p++) {
		if (p < jpeg->info.num_components)
			take_plane(&jpeg->info.comp_info[p], plane[p], stride[p], image, p);
		else
			SetPlane(image->plane[p], image->stride[p], pmk_layout_plane_width(&image->layout, p),
				pmk_layout_plane_height(&image->layout, p), 128);
	}
	return 0;
}

int pmk_jpeg_decode(struct pmk_jpeg *jpeg, const uint8_t *data, size_t bytes, struct pmk_image *image)
{
	struct pmk_layout layout;
	int err;

	if (!data || bytes < 4 || setjmp(jpeg->escape))
		return -EBADMSG;
	err = read_header(jpeg, data, bytes, &layout);
	if (err)
		return err;
	if (!pmk_layout_equal(&layout, &image->layout))
		return -EBADMSG;
	if (fits_in_place(&jpeg->info, image))
		return decode_planes(jpeg, image->plane, image->stride);
	return decode_by_scratch(jpeg, image);
}
