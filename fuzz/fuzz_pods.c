/* SPDX-License-Identifier: MIT */
/* A format that a PipeWire peer sent, whose outer size is right, as libpipewire sees to it, and all within which may
 * lie. What comes of it are modes and layouts within their limits. */
#include "fuzz.h"
#include "image/frame.h"
#include "io/pipewire/pipewire_format.h"
#include "io/source.h"

#include <spa/pod/pod.h>
#include <stdlib.h>
#include <string.h>

enum { MODES = 40 };

static void check(const struct pmk_device_mode *mode)
{
	if (mode->width < PMK_IMAGE_MIN_PX || mode->height < PMK_IMAGE_MIN_PX || mode->width > PMK_IMAGE_MAX_PX ||
		mode->height > PMK_IMAGE_MAX_PX || !mode->fourcc || !(mode->fps >= 0))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	const struct pmk_source_wish wish = { .width = 800, .height = 600, .fps = 25 };
	struct pmk_device_mode modes[MODES], agreed;
	struct pmk_layout layout;
	struct spa_pod *pod;
	int count;

	if (size < sizeof *pod)
		return 0;
	pod = malloc(size); /* a block of its own: a read behind its end is seen */
	if (!pod)
		abort();
	memcpy(pod, bytes, size);
	pod->size = (uint32_t)(size - sizeof *pod);
	count = pmk_pipewire_format_modes(pod, NULL, modes, 0, MODES / 2);
	count = pmk_pipewire_format_modes(pod, &wish, modes, count, MODES);
	if (count < 0 || count > MODES)
		abort();
	for (int i = 0; i < count; i++)
		check(&modes[i]);
	if (pmk_pipewire_format_read(pod, &agreed, &layout) == 0) {
		check(&agreed);
		if (layout.width != agreed.width || layout.height != agreed.height)
			abort();
	}
	free(pod);
	return 0;
}
