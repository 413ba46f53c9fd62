/* SPDX-License-Identifier: MIT */
#include "image/jpeg.h"

#include "base/mem.h"

#include <errno.h>
#include <libyuv.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <turbojpeg.h>

enum { MOST_SPARE_BYTES = 16 };

struct pmk_jpeg {
	tjhandle handle;	/* made when first needed */
	uint8_t *scratch;
	size_t scratch_bytes;
};

int pmk_jpeg_create(struct pmk_jpeg **jpeg)
{
	struct pmk_jpeg *made = calloc(1, sizeof *made);

	if (!made)
		return -ENOMEM;
	*jpeg = made;
	return 0;
}

void pmk_jpeg_destroy(struct pmk_jpeg *jpeg)
{
	if (!jpeg)
		return;
	if (jpeg->handle)
		tjDestroy(jpeg->handle);
	free(jpeg->scratch);
	free(jpeg);
}

static int read_header(struct pmk_jpeg *jpeg, const uint8_t *data, size_t bytes, struct pmk_layout *layout, int *sampling)
{
	int width, height, colours;

	if (!data || bytes < 4)
		return -EBADMSG;
	if (!jpeg->handle)
		jpeg->handle = tjInitDecompress();
	if (!jpeg->handle)
		return -ENOMEM;
	if (tjDecompressHeader3(jpeg->handle, data, bytes, &width, &height, sampling, &colours)) {
		tjDestroy(jpeg->handle);	/* it would go on in the middle of this header with the next picture */
		jpeg->handle = NULL;
		return -EBADMSG;
	}
	if (*sampling < 0 || (colours != TJCS_YCbCr && colours != TJCS_GRAY))
		return -EBADMSG;
	if (width < PMK_IMAGE_MIN_PX || height < PMK_IMAGE_MIN_PX || width > PMK_IMAGE_MAX_PX || height > PMK_IMAGE_MAX_PX)
		return -EBADMSG;
	*layout = (struct pmk_layout){ .width = width, .height = height, .range = PMK_RANGE_FULL, .matrix = PMK_MATRIX_BT601,
		.chroma = *sampling == TJSAMP_422 ? PMK_CHROMA_422 : PMK_CHROMA_420 };
	return 0;
}

int pmk_jpeg_layout(struct pmk_jpeg *jpeg, const uint8_t *data, size_t bytes, struct pmk_layout *layout)
{
	int sampling;

	return read_header(jpeg, data, bytes, layout, &sampling);
}

/* The picture is whole although TurboJPEG complains: nothing but a few bytes too many in front of the end marker (0xd9).
 * It keeps the words of the first complaint only, so with these words there was none before. */
static bool only_spare_bytes(tjhandle handle)
{
	unsigned spare, marker;

	return tjGetErrorCode(handle) == TJERR_WARNING &&
		sscanf(tjGetErrorStr2(handle), "Corrupt JPEG data: %u extraneous bytes before marker 0x%x", &spare, &marker) == 2 &&
		marker == 0xd9 && spare <= MOST_SPARE_BYTES;
}

static int decode_planes(struct pmk_jpeg *jpeg, const uint8_t *data, size_t bytes, const struct pmk_layout *layout, uint8_t *plane[3],
	int stride[3])
{
	int flags = TJFLAG_STOPONWARNING | TJFLAG_LIMITSCANS;

	if (tjDecompressToYUVPlanes(jpeg->handle, data, bytes, plane, layout->width, stride, layout->height, flags) &&
	    !only_spare_bytes(jpeg->handle))
		return -EBADMSG;
	return 0;
}

/* TurboJPEG pads each plane up to the largest sampling factor of the file, which is 4 at most. */
static int place_scratch(struct pmk_jpeg *jpeg, const struct pmk_layout *layout, uint8_t *plane[3], int stride[3])
{
	int row = (layout->width + 3 + PMK_MEM_ALIGN - 1) / PMK_MEM_ALIGN * PMK_MEM_ALIGN;
	size_t bytes = (size_t)row * (size_t)(layout->height + 3);

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

/* Only planes that have no padding of TurboJPEG's may be written in place: there is no row below the picture. */
static bool fits_in_place(const struct pmk_layout *layout, int sampling)
{
	return (sampling == TJSAMP_420 || sampling == TJSAMP_422) && layout->width % 2 == 0 && layout->height % 2 == 0;
}

static void take_plane(const uint8_t *from, int from_stride, int width, int height, struct pmk_image *image, int plane)
{
	ScalePlane(from, from_stride, width, height, image->plane[plane], image->stride[plane],
		pmk_layout_plane_width(&image->layout, plane), pmk_layout_plane_height(&image->layout, plane), kFilterBox);
}

int pmk_jpeg_decode(struct pmk_jpeg *jpeg, const uint8_t *data, size_t bytes, struct pmk_image *image)
{
	struct pmk_layout layout;
	uint8_t *plane[3];
	int stride[3], sampling, err;

	err = read_header(jpeg, data, bytes, &layout, &sampling);
	if (err)
		return err;
	if (!pmk_layout_equal(&layout, &image->layout))
		return -EBADMSG;
	if (fits_in_place(&layout, sampling))
		return decode_planes(jpeg, data, bytes, &layout, image->plane, image->stride);

	err = place_scratch(jpeg, &layout, plane, stride);
	if (!err)
		err = decode_planes(jpeg, data, bytes, &layout, plane, stride);
	if (err)
		return err;
	take_plane(plane[0], stride[0], layout.width, layout.height, image, 0);
	for (int p = 1; p < 3; p++) {
		if (sampling == TJSAMP_GRAY)
			SetPlane(image->plane[p], image->stride[p], pmk_layout_plane_width(&layout, p), pmk_layout_plane_height(&layout, p), 128);
		else
			take_plane(plane[p], stride[p], tjPlaneWidth(p, layout.width, sampling), tjPlaneHeight(p, layout.height, sampling),
				image, p);
	}
	return 0;
}
