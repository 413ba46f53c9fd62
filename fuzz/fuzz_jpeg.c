/* SPDX-License-Identifier: MIT */
/* libFuzzer entry for the JPEG decoder. Each input is decoded with our own scan decoder and by the library alone; what
 * the first accepts, the second must accept, too.
 *
 *	clang -g -O1 -fsanitize=fuzzer,address,undefined -std=gnu11 -D_GNU_SOURCE -mavx2 -mbmi -mbmi2 -Isrc \
 *		fuzz/fuzz_jpeg.c src/jpeg/jpeg{,_scan,_entropy,_idct}.c src/image/frame.c \
 *		src/base/{cpu,log,mem,clock}.c -lyuv -ljpeg -lm -lpthread -o fuzz_jpeg
 *	./fuzz_jpeg -max_len=16384 -max_total_time=60 CORPUS
 *
 * Small pictures of any camera can be the first CORPUS. */
#include "base/cpu.h"
#include "base/log.h"
#include "jpeg/jpeg.h"

#include <stdlib.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void ignore(void *user, enum pmk_log_level level, const char *line)
{
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	pmk_log_redirect(ignore, NULL);
	return 0;
}

/* Each picture gets its own decoder, because libjpeg keeps tables for the next picture. */
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
	if (decode("auto", bytes, size) == 0 && decode(pmk_cpu_name(PMK_CPU_BASE), bytes, size) < 0)
		abort();
	return 0;
}
