/* SPDX-License-Identifier: MIT */
#include "media/still/odd_jpeg.h"

#include "media/still/inks.h"

#include <errno.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

#include <jerror.h>

enum { MOST_SCANS = 100 };

struct odd_jpeg {
	struct jpeg_decompress_struct library;
	struct jpeg_error_mgr errors;
	struct jpeg_progress_mgr progress;
	jmp_buf failed;
	bool begun, damaged; /* begun: to decode */
	struct pmk_profile *profile;
	uint8_t *inks; /* a row of CMYK */
	AVFrame *made;
};

static void give_up(j_common_ptr library)
{
	struct odd_jpeg *jpeg = library->client_data;

	longjmp(jpeg->failed, 1);
}

/* Libjpeg fills what is missing with grey and warns. These warnings say that nothing is missing: bytes too many between
 * the headers (behind blocks, they mean that a code was misread), odd versions, and no end of the file. The latter may
 * hide that scans are missing, or bytes of arithmetic coding. */
static void hear(j_common_ptr library, int level)
{
	struct odd_jpeg *jpeg = library->client_data;
	int code = library->err->msg_code;

	if (code == JWRN_JPEG_EOF && !jpeg->library.progressive_mode && !jpeg->library.arith_code)
		return;
	if (code == JWRN_EXTRANEOUS_DATA && !jpeg->begun)
		return;
	if (level < 0 && code != JWRN_ADOBE_XFORM && code != JWRN_JFIF_MAJOR && code != JWRN_BOGUS_ICC)
		jpeg->damaged = true;
}

/* A file of thousands of scans would keep the program busy for minutes. */
static void count_scans(j_common_ptr library)
{
	if (((j_decompress_ptr)library)->input_scan_number > MOST_SCANS)
		give_up(library);
}

static void say_nothing(j_common_ptr library)
{
}

static AVFrame *new_frame(int width, int height)
{
	AVFrame *frame = av_frame_alloc();

	if (!frame)
		return NULL;
	frame->format = AV_PIX_FMT_RGB24;
	frame->width = width;
	frame->height = height;
	frame->colorspace = AVCOL_SPC_RGB;
	frame->color_range = AVCOL_RANGE_JPEG;
	if (av_frame_get_buffer(frame, 0) < 0)
		av_frame_free(&frame);
	return frame;
}

/* Take the file's profile: for inks as a conversion, otherwise as a part of the picture. */
static int take_profile(struct odd_jpeg *jpeg, const char *path)
{
	AVFrameSideData *side;
	JOCTET *icc = NULL;
	unsigned bytes = 0;
	int err = 0;

	if (!jpeg_read_icc_profile(&jpeg->library, &icc, &bytes))
		return 0;
	if (jpeg->inks) {
		err = pmk_profile_open(path, icc, bytes, PMK_PROFILE_CMYK, false, &jpeg->profile);
	} else {
		side = av_frame_new_side_data(jpeg->made, AV_FRAME_DATA_ICC_PROFILE, bytes);
		if (side)
			memcpy(side->data, icc, bytes);
		err = side ? 0 : -ENOMEM;
	}
	free(icc);
	return err;
}

static int read_header(struct odd_jpeg *jpeg, const char *path, int64_t max_px)
{
	struct jpeg_decompress_struct *library = &jpeg->library;

	jpeg_read_header(library, TRUE);
	if ((int64_t)library->image_width * library->image_height > max_px)
		return -EINVAL;
	library->out_color_space = library->num_components == 4 ? JCS_CMYK : JCS_RGB;
	library->dct_method = JDCT_ISLOW;
	jpeg->made = new_frame((int)library->image_width, (int)library->image_height);
	if (library->num_components == 4)
		jpeg->inks = malloc((size_t)library->image_width * 4);
	if (!jpeg->made || (library->num_components == 4 && !jpeg->inks))
		return -ENOMEM;
	return take_profile(jpeg, path);
}

static void read_rows(struct odd_jpeg *jpeg)
{
	struct jpeg_decompress_struct *library = &jpeg->library;

	jpeg->begun = true;
	jpeg_start_decompress(library);
	jpeg->damaged |= !pmk_still_jpeg_has_all(library);
	while (library->output_scanline < library->output_height) {
		uint8_t *rgb = jpeg->made->data[0] + (ptrdiff_t)library->output_scanline * jpeg->made->linesize[0];
		uint8_t *row = jpeg->inks ? jpeg->inks : rgb;

		if (jpeg_read_scanlines(library, &row, 1) != 1)
			break;
		if (jpeg->inks)
			pmk_still_inks_row(library, jpeg->profile, jpeg->inks, rgb);
	}
	jpeg_finish_decompress(library);
}

static int decode(struct odd_jpeg *jpeg, const char *path, const uint8_t *data, size_t bytes, int64_t max_px)
{
	int err;

	jpeg->library.err = jpeg_std_error(&jpeg->errors);
	jpeg->library.client_data = jpeg;
	jpeg->errors.error_exit = give_up;
	jpeg->errors.emit_message = hear;
	jpeg->errors.output_message = say_nothing;
	if (setjmp(jpeg->failed))
		return -EBADMSG;
	jpeg_create_decompress(&jpeg->library);
	jpeg->progress.progress_monitor = count_scans;
	jpeg->library.progress = &jpeg->progress;
	jpeg_mem_src(&jpeg->library, data, (unsigned long)bytes);
	jpeg_save_markers(&jpeg->library, JPEG_APP0 + 2, 0xffff);
	err = read_header(jpeg, path, max_px);
	if (err)
		return err;
	read_rows(jpeg);
	return jpeg->damaged ? -EBADMSG : 0;
}

int pmk_odd_jpeg_decode(const char *path, const uint8_t *data, size_t bytes, int64_t max_px, AVFrame *frame)
{
	struct odd_jpeg *jpeg = calloc(1, sizeof *jpeg);
	int err;

	if (!jpeg)
		return -ENOMEM;
	err = decode(jpeg, path, data, bytes, max_px);
	jpeg_destroy_decompress(&jpeg->library);
	pmk_profile_close(jpeg->profile);
	free(jpeg->inks);
	if (!err) {
		av_frame_unref(frame);
		av_frame_move_ref(frame, jpeg->made);
	}
	av_frame_free(&jpeg->made);
	free(jpeg);
	return err;
}
