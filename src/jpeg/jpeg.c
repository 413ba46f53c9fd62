/* SPDX-License-Identifier: MIT */
#include "jpeg/jpeg.h"

#include "base/mem.h"
#include "base/num.h"
#include "jpeg/jpeg_scan.h"

#include <errno.h>
#include <libyuv.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jerror.h>
#include <jpeglib.h>

enum { MOST_SPARE_BYTES = 16, IMAGE_MEMORY = 1 << 20, MOST_ROWS = 4 * DCTSIZE, MOST_SCANS = 100 };

/* libjpeg allocates memory for each picture. Here this memory is taken from one block that is used again, so that a
 * running camera allocates nothing; libjpeg allocates what does not fit. */
struct pmk_jpeg {
	struct jpeg_decompress_struct info;
	struct jpeg_error_mgr errors;
	struct jpeg_progress_mgr progress;
	jmp_buf escape; /* out of libjpeg when it finds damage */
	struct pmk_jpeg_scan *scan; /* for ordinary pictures; NULL: libjpeg decodes all */
	bool by_library; /* libjpeg decoded the last picture */
	struct pmk_arena memory;
	struct jpeg_memory_mgr own; /* libjpeg's own functions */
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

/* Each warning means damage, with one exception: a few extra bytes before the end marker (0xd9), which some webcams
 * send. The exception does not hold with restart markers: the decoder also looks for markers inside the picture then,
 * and the same warning may mean that the rest of the picture is missing. */
static void on_message(j_common_ptr info, int level)
{
	const struct pmk_jpeg *jpeg = jpeg_of(info);
	const struct jpeg_error_mgr *e = info->err;
	bool spare = e->msg_code == JWRN_EXTRANEOUS_DATA && e->msg_parm.i[0] <= MOST_SPARE_BYTES &&
		e->msg_parm.i[1] == JPEG_EOI;

	if (level < 0 && !(spare && jpeg->info.restart_interval == 0))
		longjmp(jpeg_of(info)->escape, 1);
}

/* A progressive picture with thousands of scans would keep the thread busy for minutes. */
static void on_progress(j_common_ptr info)
{
	if (((j_decompress_ptr)info)->input_scan_number > MOST_SCANS)
		longjmp(jpeg_of(info)->escape, 1);
}

static void *take(j_common_ptr info, int pool, size_t bytes)
{
	return pool == JPOOL_IMAGE ? pmk_arena_take(&jpeg_of(info)->memory, bytes) : NULL;
}

static void *alloc_small(j_common_ptr info, int pool, size_t bytes)
{
	void *piece = take(info, pool, bytes);

	return piece ? piece : jpeg_of(info)->own.alloc_small(info, pool, bytes);
}

static void *alloc_large(j_common_ptr info, int pool, size_t bytes)
{
	void *piece = take(info, pool, bytes);

	return piece ? piece : jpeg_of(info)->own.alloc_large(info, pool, bytes);
}

static JSAMPARRAY alloc_rows(j_common_ptr info, int pool, JDIMENSION width, JDIMENSION rows)
{
	size_t stride = pmk_align_up_size(width, PMK_MEM_ALIGN);
	JSAMPARRAY array = rows <= 4096 && width <= 65536 ? take(info, pool, rows * sizeof *array) : NULL;
	JSAMPROW data = array ? take(info, pool, stride * rows) : NULL;

	if (!data)
		return jpeg_of(info)->own.alloc_sarray(info, pool, width, rows);
	for (JDIMENSION y = 0; y < rows; y++)
		array[y] = data + y * stride;
	return array;
}

static JBLOCKARRAY alloc_blocks(j_common_ptr info, int pool, JDIMENSION width, JDIMENSION rows)
{
	JBLOCKARRAY array = rows <= 4096 && width <= 65536 ? take(info, pool, rows * sizeof *array) : NULL;
	JBLOCKROW data = array ? take(info, pool, (size_t)width * rows * sizeof *data) : NULL;

	if (!data)
		return jpeg_of(info)->own.alloc_barray(info, pool, width, rows);
	for (JDIMENSION y = 0; y < rows; y++)
		array[y] = data + (size_t)y * width;
	return array;
}

static void free_pool(j_common_ptr info, int pool)
{
	struct pmk_jpeg *jpeg = jpeg_of(info);

	jpeg->own.free_pool(info, pool);
	if (pool == JPOOL_IMAGE) {
		memset(jpeg->memory.base, 0, jpeg->memory.used); /* an arena's pieces are zeroed */
		jpeg->memory.used = 0;
	}
}

static void take_over_memory(struct pmk_jpeg *jpeg)
{
	struct jpeg_memory_mgr *m = jpeg->info.mem;

	jpeg->own = *m;
	m->alloc_small = alloc_small;
	m->alloc_large = alloc_large;
	m->alloc_sarray = alloc_rows;
	m->alloc_barray = alloc_blocks;
	m->free_pool = free_pool;
}

int pmk_jpeg_create(struct pmk_jpeg **jpeg)
{
	struct pmk_jpeg *j = calloc(1, sizeof *j);

	if (!j)
		return -ENOMEM;
	j->dummy = pmk_mem_alloc(PMK_IMAGE_MAX_PX + DCTSIZE);
	if (!j->dummy || pmk_arena_init(&j->memory, IMAGE_MEMORY))
		goto out;
	j->info.err = jpeg_std_error(&j->errors);
	j->errors.error_exit = on_error;
	j->errors.emit_message = on_message;
	j->info.client_data = j;
	if (setjmp(j->escape))
		goto out;
	jpeg_create_decompress(&j->info);
	take_over_memory(j);
	j->progress.progress_monitor = on_progress;
	j->info.progress = &j->progress;
	j->scan = pmk_jpeg_scan_create();
	*jpeg = j;
	return 0;
out:
	pmk_arena_finish(&j->memory);
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
	pmk_arena_finish(&jpeg->memory);
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

/* Call inside setjmp. */
static int read_header(struct pmk_jpeg *jpeg, const uint8_t *data, size_t bytes, struct pmk_layout *layout)
{
	struct jpeg_decompress_struct *info = &jpeg->info;

	jpeg_abort_decompress(info);
	jpeg_mem_src(info, data, bytes);
	if (jpeg_read_header(info, TRUE) != JPEG_HEADER_OK || !known_sampling(info))
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

/* Call inside setjmp. */
static void decode_planes(struct pmk_jpeg *jpeg, uint8_t *const plane[3], const int stride[3])
{
	struct jpeg_decompress_struct *info = &jpeg->info;

	info->raw_data_out = TRUE;
	info->do_fancy_upsampling = FALSE;
	info->out_color_space = info->jpeg_color_space;
	jpeg_start_decompress(info);
	jpeg->by_library = !jpeg->scan || !pmk_jpeg_scan_run(jpeg->scan, info, plane, stride, MOST_SPARE_BYTES);
	if (jpeg->by_library)
		decode_by_library(jpeg, plane, stride);
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
	decode_planes(jpeg, plane, stride);
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
		decode_planes(jpeg, image->plane, image->stride);
	else
		err = decode_by_scratch(jpeg, image);
	if (!err && jpeg->by_library)
		jpeg_finish_decompress(&jpeg->info); /* this may still find damage */
	return err;
}
