/* SPDX-License-Identifier: MIT */
/* JPEG as cameras send it, decoded with our own scan and by the library. Both must accept the same ones. */
#include "base/cpu.h"
#include "fuzz.h"
#include "jpeg/jpeg.h"

#include <stdlib.h>

/* A decoder of its own for each: libjpeg keeps tables for the next picture. */
static int decode(const char *level, const uint8_t *bytes, size_t size)
{
	struct pmk_image image = { 0 };
	struct pmk_layout layout;
	struct pmk_jpeg *jpeg;
	int err;

	if (pmk_cpu_force(level) < 0 || pmk_jpeg_create(&jpeg) < 0)
		abort();
	err = pmk_jpeg_layout(jpeg, bytes, size, &layout);
	if (!err && layout.width * layout.height > 1 << 20)
		err = -1;
	if (!err && pmk_image_alloc(&image, &layout) < 0)
		abort();
	if (!err)
		err = pmk_jpeg_decode(jpeg, bytes, size, &image);
	pmk_image_free(&image);
	pmk_jpeg_destroy(jpeg);
	return err;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	if ((decode("auto", bytes, size) == 0) != (decode(pmk_cpu_name(PMK_CPU_BASE), bytes, size) == 0))
		abort();
	return 0;
}
