/* SPDX-License-Identifier: MIT */
/* Camera and virtual camera on a real kernel, without the rest of the program. For io.sh, in the guest.
 *
 *   vm_io capture SPEC FOURCC WxH COUNT     read COUNT pictures; a line about them
 *   vm_io produce DEVICE FOURCC WxH LUMA S  feed pictures of that luma for S seconds between covers of luma 40
 *   vm_io list                              what the scan finds */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/parse.h"
#include "image/fourcc.h"
#include "image/shown_seal.h"
#include "io/sink.h"
#include "io/source.h"
#include "io/v4l2/devices.h"

static volatile sig_atomic_t stop;

static void on_signal(int number)
{
	stop = 1;
}

static int capture(const char *spec, const struct pmk_source_wish *wish, int count)
{
	struct pmk_source *source;
	struct pmk_frame *frame;
	uint64_t first_ns = 0, last_ns = 0;
	int err = strcmp(spec, "auto") == 0 ? pmk_source_v4l2_open_auto(wish, &source) :
					      pmk_source_v4l2_open(spec, wish, &source);
	int least = 255, most = 0;

	if (err < 0)
		return err;
	for (int i = 0; i < count; i++) {
		err = pmk_source_read(source, &frame, pmk_clock_now_ns() + 5 * PMK_S_NS);
		if (err < 0)
			break;
		for (int x = 0; x < frame->image.layout.width; x++) {
			int luma = frame->image.plane[0][(size_t)frame->image.layout.height / 4 *
					(size_t)frame->image.stride[0] +
				(size_t)x];

			least = luma < least ? luma : least;
			most = luma > most ? luma : most;
		}
		last_ns = frame->time_ns;
		first_ns = i ? first_ns : last_ns;
		pmk_frame_unref(frame);
	}
	printf("%s: luma %d..%d, %.1f/s, dropped %llu, damaged %llu\n", source->name, least, most,
		count > 1 && last_ns > first_ns ? (count - 1) * 1e9 / (double)(last_ns - first_ns) : 0,
		(unsigned long long)source->dropped, (unsigned long long)source->damaged);
	pmk_source_close(source);
	return err;
}

static struct pmk_shown *plain(struct pmk_shown_pool *pool, uint8_t luma)
{
	struct pmk_shown *shown = pmk_shown_pool_take(pool);

	pmk_image_fill(&shown->image, (uint8_t[]){ luma, 128, 128 });
	return shown;
}

static int produce(const char *device, const struct pmk_sink_setup *setup, int luma, double seconds)
{
	struct pmk_shown_pool *pool = pmk_shown_pool_create(2, &setup->layout);
	struct pmk_shown *cover = plain(pool, 40), *picture = plain(pool, (uint8_t)luma);
	uint64_t next = pmk_clock_now_ns(), end = next + (uint64_t)(seconds * 1e9);
	struct pmk_sink *sink;
	int err = pmk_sink_v4l2_open(device, setup, cover, &sink);

	if (err == 0) {
		printf("%s\n", sink->name);
		fflush(stdout);
		for (; !stop && err == 0 && next < end; next += (uint64_t)(1e9 / setup->fps)) {
			pmk_clock_sleep_until(next);
			err = pmk_sink_write(sink, picture);
		}
		err = pmk_sink_close(sink, cover);
	}
	pmk_shown_unref(cover);
	pmk_shown_unref(picture);
	pmk_shown_pool_destroy(pool);
	return err;
}

static int list(void)
{
	static const char *const kinds[] = { "camera", "virtual camera", "other" };
	struct pmk_device *devices;
	int count = pmk_devices_scan(&devices);

	for (int i = 0; i < count; i++)
		printf("%s: %s, %s, %s, %d modes, error %d\n", devices[i].path, devices[i].card, kinds[devices[i].kind],
			devices[i].busy ? "busy" : "free", devices[i].mode_count, devices[i].error);
	free(devices);
	return count < 0 ? count : 0;
}

int main(int argc, char **argv)
{
	struct pmk_source_wish wish = { 0 };
	struct pmk_sink_setup setup = { .fps = 15 };
	int err;

	signal(SIGTERM, on_signal);
	if (argc == 2 && strcmp(argv[1], "list") == 0)
		return list() < 0;
	if (argc < 6)
		return 2;
	wish.fourcc = setup.fourcc = pmk_fourcc_parse(argv[3]);
	if (strcmp(argv[4], "any") != 0 && pmk_parse_size(argv[4], &wish.width, &wish.height) < 0)
		return 2;
	setup.layout.width = wish.width;
	setup.layout.height = wish.height;
	if (strcmp(argv[1], "capture") == 0)
		err = capture(argv[2], &wish, atoi(argv[5]));
	else
		err = produce(argv[2], &setup, atoi(argv[5]), argc > 6 ? atof(argv[6]) : 2);
	if (err < 0)
		printf("%s %s: %s\n", argv[1], argv[2], strerror(-err));
	return err < 0;
}
