/* SPDX-License-Identifier: MIT */
#include "draw/builtin_parts.h"

#include "draw/builtin.h"

#include <errno.h>
#include <string.h>

static const struct pmk_builtin list[] = {
	{ "office", "A tidy office: window light, shelf and plant" },
	{ "library", "Warm bookshelves" },
	{ "dusk", "A window over the city at dusk" },
	{ "studio", "A plain wall in soft studio light" },
	{ "meadow", "Hills in the morning haze" },
};

static void (*const draw[])(struct pmk_canvas *canvas) = {
	pmk_builtin_office,
	pmk_builtin_library,
	pmk_builtin_dusk,
	pmk_builtin_studio,
	pmk_builtin_meadow,
};

enum { COUNT = sizeof(list) / sizeof(*list) };

const struct pmk_builtin *pmk_builtin_list(int *count)
{
	*count = COUNT;
	return list;
}

int pmk_builtin_draw(const char *name, struct pmk_rgb *rgb)
{
	struct pmk_canvas canvas;
	int which = 0, err;

	while (which < COUNT && strcmp(list[which].name, name) != 0)
		which++;
	if (which == COUNT)
		return -ENOENT;
	err = pmk_canvas_init(&canvas, rgb->width, rgb->height);
	if (err)
		return err;
	draw[which](&canvas);
	pmk_canvas_to_rgb(&canvas, rgb);
	pmk_canvas_finish(&canvas);
	return 0;
}
