/* SPDX-License-Identifier: MIT */
/* The program's functions of still.h that read: the helper's workers decode. */
#include "media/media_module.h"
#include "media/sandbox/sandbox.h"

#include <string.h>
#include <unistd.h>

static int read_pixels(enum pmk_job_kind kind, const char *path, struct pmk_decoded *decoded)
{
	struct pmk_job job;
	int fd = pmk_sandbox_open(&job, kind, path), err;

	if (fd < 0)
		return fd;
	err = pmk_sandbox_run(&job, 0, fd, decoded);
	close(fd);
	return err;
}

static void take_pixels(struct pmk_decoded *decoded, enum pmk_job_kind kind, uint8_t *data, int stride)
{
	size_t row = (size_t)decoded->layout.width * pmk_reply_pixel_bytes(kind);

	for (int y = 0; data && y < decoded->layout.height; y++)
		memcpy(data + (size_t)y * (size_t)stride, decoded->picture + (size_t)y * row, row);
	pmk_decoded_free(decoded);
}

int pmk_still_read(const char *path, struct pmk_rgb *rgb)
{
	struct pmk_decoded decoded;
	int err = read_pixels(PMK_JOB_RGB, path, &decoded);

	if (err)
		return err;
	err = pmk_rgb_alloc(rgb, decoded.layout.width, decoded.layout.height);
	take_pixels(&decoded, PMK_JOB_RGB, err ? NULL : rgb->data, rgb->stride);
	return err;
}

int pmk_still_read_one(const char *path, struct pmk_rgb *rgb)
{
	struct pmk_decoded decoded;
	int kind = read_pixels(PMK_JOB_ONE, path, &decoded), err;

	if (kind != PMK_STILL_ONE) {
		if (kind >= 0)
			pmk_decoded_free(&decoded);
		return kind;
	}
	err = pmk_rgb_alloc(rgb, decoded.layout.width, decoded.layout.height);
	take_pixels(&decoded, PMK_JOB_ONE, err ? NULL : rgb->data, rgb->stride);
	return err ? err : kind;
}

int pmk_still_read_sheet(const char *path, struct pmk_sheet *sheet)
{
	struct pmk_decoded decoded;
	int err = read_pixels(PMK_JOB_SHEET, path, &decoded);

	if (err)
		return err;
	err = pmk_sheet_alloc(sheet, decoded.layout.width, decoded.layout.height);
	take_pixels(&decoded, PMK_JOB_SHEET, err ? NULL : sheet->data, sheet->stride);
	return err;
}

int pmk_still_probe(const char *path)
{
	struct pmk_decoded decoded;
	struct pmk_job job;
	int fd = pmk_sandbox_open(&job, PMK_JOB_PROBE, path), kind;

	if (fd < 0)
		return fd;
	kind = pmk_sandbox_run(&job, 0, fd, &decoded);
	close(fd);
	if (kind >= 0)
		pmk_decoded_free(&decoded);
	return kind;
}
