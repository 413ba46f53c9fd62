/* SPDX-License-Identifier: MIT */
/* YUV4MPEG2 through a pipe: a line that is accepted has only numbers that mean something, and whatever follows it, each
 * frame is whole. The first byte chooses the wish. */
#include "base/clock.h"
#include "fuzz.h"
#include "io/stream/stream.h"
#include "io/stream/y4m.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { MOST_PX = 1 << 20 };

static void check(const struct pmk_y4m_head *head)
{
	if (head->width < PMK_IMAGE_MIN_PX || head->width > PMK_IMAGE_MAX_PX || head->height < PMK_IMAGE_MIN_PX ||
		head->height > PMK_IMAGE_MAX_PX)
		abort();
	if (head->rate.over < 1 || head->rate.under < 1 || head->pixel.over < 1 || head->pixel.under < 1)
		abort();
}

static void read_all(struct pmk_source *source)
{
	struct pmk_frame *frame;

	for (uint64_t i = 0; i < 8 && pmk_source_read(source, &frame, pmk_clock_now_ns() + PMK_S_NS) == 0; i++) {
		if (frame->number != i || !pmk_layout_equal(&frame->image.layout, &source->layout))
			abort();
		pmk_frame_unref(frame);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static const struct pmk_source_wish wishes[] = { { 0 }, { .width = 64, .height = 36 },
		{ .width = 64, .height = 36, .contain = true }, { .width = 17, .height = 33, .larger = true } };
	struct pmk_y4m_head head;
	struct pmk_source *source;
	char line[PMK_Y4M_LINE], why[PMK_Y4M_WHY], path[32];
	size_t length;
	int file;

	if (size < 1)
		return 0;
	length = strnlen((const char *)bytes + 1, size - 1 < sizeof line - 1 ? size - 1 : sizeof line - 1);
	memcpy(line, bytes + 1, length);
	line[length] = '\0';
	line[strcspn(line, "\n")] = '\0';
	if (pmk_y4m_parse(line, &head, why) == 0) {
		check(&head);
		if (head.width * head.height > MOST_PX)
			return 0;
	}
	file = memfd_create("y4m", MFD_CLOEXEC);
	if (file < 0 || write(file, bytes + 1, size - 1) != (ssize_t)(size - 1) || lseek(file, 0, SEEK_SET))
		abort();
	snprintf(path, sizeof path, "/proc/self/fd/%d", file);
	if (pmk_source_stream_open(path, &wishes[bytes[0] % 4], &source) == 0) {
		read_all(source);
		pmk_source_close(source);
	}
	close(file);
	return 0;
}
