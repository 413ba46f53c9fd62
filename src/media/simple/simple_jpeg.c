/* SPDX-License-Identifier: MIT */
#include "media/simple/simple_parts.h"

#include "media/still/limits.h"

#include <errno.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

#include <jerror.h>

enum { MOST_SCANS = 100, EIGHTHS = 8, CENTRE = 2 /* H.273, and 1, of chroma samples between those of luma */ };

struct reader {
	const struct pmk_simple_file *file;
	struct pmk_simple_picture *picture;
	struct jpeg_decompress_struct library;
	struct jpeg_error_mgr errors;
	struct jpeg_progress_mgr progress;
	jmp_buf failed;
	int err;
	bool begun; /* to decode */
	struct pmk_rows_taken rows;
	uint8_t *inks; /* a row of CMYK */
	uint8_t *ycc[2]; /* two rows of YCbCr, of which planes are made */
};

static void say_nothing(j_common_ptr library)
{
}

static void note(struct reader *r, j_common_ptr library)
{
	char said[JMSG_LENGTH_MAX];

	library->err->format_message(library, said);
	snprintf(r->picture->said, sizeof r->picture->said, "%s", said);
}

static bool is_unsupported(int code)
{
	switch (code) {
	case JERR_SOF_UNSUPPORTED:
	case JERR_BAD_PRECISION:
	case JERR_UNKNOWN_MARKER:
	case JERR_CONVERSION_NOTIMPL:
	case JERR_FRACT_SAMPLE_NOTIMPL:
	case JERR_CCIR601_NOTIMPL:
	case JERR_NOT_COMPILED:
#if JPEG_LIB_VERSION < 70 /* with libjpeg 8's interface, as on Ubuntu, it always has arithmetic coding */
	case JERR_ARITH_NOTIMPL:
#endif
		return true;
	default:
		return false;
	}
}

static void give_up(j_common_ptr library)
{
	struct reader *r = library->client_data;
	int code = library->err->msg_code;

	note(r, library);
	r->err = code == JERR_OUT_OF_MEMORY ? -ENOMEM : is_unsupported(code) ? -ENOTSUP : -EBADMSG;
	longjmp(r->failed, 1);
}

/* Libjpeg fills what is missing with grey and warns. These warnings say that nothing is missing: bytes too many between
 * the headers or at the end (between scans, and of inks, they mean that a code was misread), odd versions, and no end
 * of the file. The latter may hide that scans are missing, or bytes of arithmetic coding. */
static void hear(j_common_ptr library, int level)
{
	struct reader *r = library->client_data;
	int code = library->err->msg_code;
	bool at_end = library->err->msg_parm.i[1] == JPEG_EOI;

	if (code == JWRN_JPEG_EOF && !r->library.progressive_mode && !r->library.arith_code)
		return;
	if (code == JWRN_EXTRANEOUS_DATA && (!r->begun || (at_end && !r->inks && !r->library.arith_code)))
		return;
	if (level >= 0 || code == JWRN_ADOBE_XFORM || code == JWRN_JFIF_MAJOR || code == JWRN_BOGUS_ICC)
		return;
	note(r, library);
	r->err = -EBADMSG;
	longjmp(r->failed, 1);
}

/* A file of thousands of scans would keep the program busy for minutes. */
static void count_scans(j_common_ptr library)
{
	struct reader *r = library->client_data;

	if (r->library.input_scan_number <= MOST_SCANS)
		return;
	snprintf(r->picture->said, sizeof r->picture->said, "it has more than %d scans", MOST_SCANS);
	r->err = -EBADMSG;
	longjmp(r->failed, 1);
}

/* Whether there was a scan of each component, once decompression has begun; libjpeg does not tell. */
static bool has_all(const struct jpeg_decompress_struct *library)
{
	for (int i = 0; i < library->num_components; i++) {
		if (!library->comp_info[i].quant_table || (library->progressive_mode && library->coef_bits[i][0] < 0))
			return false;
	}
	return true;
}

/* The conversion that the file's profile asks for, if any. */
static int take_profile(struct reader *r)
{
	bool inks = r->library.num_components == 4, grey = r->library.num_components == 1;
	JOCTET *icc = NULL;
	unsigned bytes = 0;
	int err;

	if (!jpeg_read_icc_profile(&r->library, &icc, &bytes))
		return 0;
	err = pmk_profile_open(
		r->file->path, icc, bytes, inks ? PMK_PROFILE_CMYK : PMK_PROFILE_RGB, grey, &r->picture->profile);
	free(icc);
	return err;
}

/* --- planes --- */

static bool is_422(const struct jpeg_decompress_struct *library)
{
	const jpeg_component_info *part = library->comp_info;

	for (int i = 1; i < library->num_components; i++) {
		if (library->max_h_samp_factor != 2 * part[i].h_samp_factor ||
			library->max_v_samp_factor != part[i].v_samp_factor)
			return false;
	}
	return library->num_components == 3;
}

static int begin_planes(struct reader *r)
{
	bool sideways = r->file->facts.orientation > 4;
	const struct pmk_layout layout = { .width = (int)r->library.output_width,
		.height = (int)r->library.output_height,
		.chroma = is_422(&r->library) && !sideways ? PMK_CHROMA_422 : PMK_CHROMA_420,
		.range = PMK_RANGE_FULL,
		.matrix = PMK_MATRIX_BT601,
		.siting = CENTRE };
	size_t row = (size_t)layout.width * (size_t)r->library.output_components;

	r->picture->width = layout.width;
	r->picture->height = layout.height;
	for (int i = 0; i < 2; i++) {
		r->ycc[i] = malloc(row);
		if (!r->ycc[i])
			return -ENOMEM;
	}
	return pmk_image_alloc(&r->picture->planes, &layout);
}

/* Chroma of the picture, from `count` rows in which each stored sample is repeated where it was subsampled. */
static void put_chroma(struct reader *r, int y, int count)
{
	const struct pmk_image *to = &r->picture->planes;
	int width = to->layout.width, cy = to->layout.chroma == PMK_CHROMA_420 ? y / 2 : y;

	for (int p = 1; p < 3; p++) {
		uint8_t *row = to->plane[p] + (ptrdiff_t)cy * to->stride[p];

		for (int x = 0; x < width; x += 2) {
			int right = x + 1 < width ? x + 1 : x, sum = 0;

			for (int i = 0; i < 2; i++) {
				const uint8_t *from = r->ycc[count == 2 ? i : 0] + p;
				sum += from[3 * x] + from[3 * right];
			}
			row[x / 2] = (uint8_t)((sum + 2) >> 2);
		}
	}
}

static void put_row(struct reader *r, int y, int count)
{
	const struct pmk_image *to = &r->picture->planes;
	int step = r->library.output_components;

	for (int i = 0; i < count; i++) {
		uint8_t *luma = to->plane[0] + (ptrdiff_t)(y + i) * to->stride[0];

		for (int x = 0; x < to->layout.width; x++)
			luma[x] = r->ycc[i][x * step];
	}
	if (step == 3)
		put_chroma(r, y, count);
}

static void read_planes(struct reader *r)
{
	struct jpeg_decompress_struct *library = &r->library;
	struct pmk_image *to = &r->picture->planes;
	int together = to->layout.chroma == PMK_CHROMA_420 ? 2 : 1;

	for (int p = 1; p < 3 && library->output_components == 1; p++)
		memset(to->plane[p], 128, (size_t)to->stride[p] * (size_t)pmk_layout_plane_height(&to->layout, p));
	while (library->output_scanline < library->output_height) {
		int y = (int)library->output_scanline, count = 0;

		while (count < together && library->output_scanline < library->output_height)
			count += (int)jpeg_read_scanlines(library, &r->ycc[count], 1);
		put_row(r, y, count);
	}
}

/* --- RGB --- */

/* Convert a row of CMYK, as libjpeg gives it, to RGB, by the profile; NULL: simply. Adobe's programs, and so all others
 * that mark a file as theirs, store what each ink leaves of the light. */
static void convert_inks(
	const struct jpeg_decompress_struct *library, const struct pmk_profile *profile, uint8_t *inks, uint8_t *rgb)
{
	int width = (int)library->output_width;

	for (int i = 0; i < 4 * width && library->saw_Adobe_marker; i++)
		inks[i] = (uint8_t)(255 - inks[i]);
	if (profile) {
		pmk_profile_run(profile, inks, rgb, width);
		return;
	}
	for (int x = 0; x < width; x++) {
		for (int c = 0; c < 3; c++)
			rgb[3 * x + c] = (uint8_t)(((255 - inks[4 * x + c]) * (255 - inks[4 * x + 3]) + 127) / 255);
	}
}

static void read_rows(struct reader *r)
{
	struct jpeg_decompress_struct *library = &r->library;

	while (library->output_scanline < library->output_height) {
		uint8_t *rgb = pmk_rows_next(&r->rows), *row = r->inks ? r->inks : rgb;

		(void)jpeg_read_scanlines(library, &row, 1);
		if (r->inks)
			convert_inks(library, r->picture->profile, r->inks, rgb);
		pmk_rows_put(&r->rows);
	}
}

/* Decode no larger than is needed. */
static void choose_scale(struct reader *r)
{
	double width = r->library.image_width, height = r->library.image_height;
	unsigned n = 1;

	while (n < EIGHTHS && width * n / EIGHTHS * height * n / EIGHTHS < (double)r->file->whole_px)
		n++;
	r->library.scale_num = n;
	r->library.scale_denom = EIGHTHS;
}

static int begin_rows(struct reader *r, int bytes)
{
	if (r->library.num_components == 4)
		r->inks = malloc((size_t)r->library.output_width * 4);
	if (r->library.num_components == 4 && !r->inks)
		return -ENOMEM;
	return pmk_rows_begin(&r->rows, r->picture, (int)r->library.output_width, (int)r->library.output_height, bytes,
		r->file->whole_px);
}

/* --- */

static int check_size(struct reader *r)
{
	const struct pmk_simple_file *file = r->file;

	return pmk_still_check_size(
		file->path, r->library.image_width, r->library.image_height, file->least_px, file->most_px, file->area);
}

/* Grey and YCbCr as they are stored, if planes are wanted and the colours are those of sRGB. */
static int begin(struct reader *r)
{
	struct jpeg_decompress_struct *library = &r->library;
	bool grey, planes;

	grey = library->jpeg_color_space == JCS_GRAYSCALE && !r->picture->profile;
	planes = r->file->planes && !r->picture->profile && (grey || library->jpeg_color_space == JCS_YCbCr);
	library->out_color_space = library->num_components == 4 ? JCS_CMYK :
		grey                                            ? JCS_GRAYSCALE :
		planes                                          ? JCS_YCbCr :
								  JCS_RGB;
	library->dct_method = JDCT_ISLOW;
	library->do_fancy_upsampling = !planes;
	if (!planes)
		choose_scale(r);
	jpeg_calc_output_dimensions(library);
	return planes ? begin_planes(r) : begin_rows(r, grey ? 1 : 3);
}

static int read_picture(struct reader *r)
{
	struct jpeg_decompress_struct *library = &r->library;
	int err;

	jpeg_read_header(library, TRUE);
	err = check_size(r);
	if (!err)
		err = take_profile(r);
	if (!err)
		err = begin(r);
	if (err)
		return err;
	r->begun = true;
	jpeg_start_decompress(library);
	if (!has_all(library)) {
		snprintf(r->picture->said, sizeof r->picture->said, "a part of its colours is missing");
		return -EBADMSG;
	}
	if (r->ycc[0])
		read_planes(r);
	else
		read_rows(r);
	jpeg_finish_decompress(library);
	return 0;
}

/* Some files begin twice or more. */
static size_t spare_starts(const struct pmk_simple_file *file)
{
	size_t at = 0;

	while (file->bytes - at >= 4 && memcmp(file->data + at, "\xff\xd8\xff\xd8", 4) == 0)
		at += 2;
	return at;
}

static int run(struct reader *r)
{
	size_t skip;

	r->library.err = jpeg_std_error(&r->errors);
	r->library.client_data = r;
	r->errors.error_exit = give_up;
	r->errors.emit_message = hear;
	r->errors.output_message = say_nothing;
	if (setjmp(r->failed)) {
		if (r->errors.msg_code == JERR_IMAGE_TOO_BIG && check_size(r))
			return -EINVAL;
		return r->err;
	}
	jpeg_create_decompress(&r->library);
	r->progress.progress_monitor = count_scans;
	r->library.progress = &r->progress;
	skip = spare_starts(r->file);
	jpeg_mem_src(&r->library, r->file->data + skip, (unsigned long)(r->file->bytes - skip));
	jpeg_save_markers(&r->library, JPEG_APP0 + 2, 0xffff);
	return read_picture(r);
}

int pmk_simple_jpeg(const struct pmk_simple_file *file, struct pmk_simple_picture *picture)
{
	struct reader *r = calloc(1, sizeof *r);
	int err;

	if (!r)
		return -ENOMEM;
	r->file = file;
	r->picture = picture;
	err = run(r);
	jpeg_destroy_decompress(&r->library);
	pmk_rows_end(&r->rows);
	if (r->inks) { /* the profile has been run over them */
		pmk_profile_close(picture->profile);
		picture->profile = NULL;
	}
	free(r->inks);
	free(r->ycc[0]);
	free(r->ycc[1]);
	free(r);
	return err;
}
