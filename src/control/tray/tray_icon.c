/* SPDX-License-Identifier: MIT */
#include "draw/paint.h"

#include "control/tray/tray_icon.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const int sizes[PMK_TRAY_ICONS] = { 22, 32, PMK_TRAY_LARGEST };
static const struct {
	const char *name;
	uint32_t plate, badge; /* 0xrrggbb; 0: no badge */
} faces[PMK_TRAY_FACES] = {
	[PMK_TRAY_IDLE] = { "potemkin-idle", 0x6f7876, 0 },
	[PMK_TRAY_LIVE] = { "potemkin-live", 0x2f6f6a, 0x46d17f },
	[PMK_TRAY_COVERED] = { "potemkin-covered", 0x2f6f6a, 0xf2b33d },
	[PMK_TRAY_PAUSED] = { "potemkin-paused", 0x6f7876, 0x23302f },
	[PMK_TRAY_FAULT] = { "potemkin-fault", 0x2f6f6a, 0xd8433b },
};

/* --- pixels --- */

static void fill(struct pmk_canvas *canvas, pmk_ink ink)
{
	for (int i = 0; i < canvas->width * canvas->height; i++)
		canvas->px[i] = ink;
}

static void box(struct pmk_canvas *canvas, float x, float y, float w, float h, float round, uint32_t rgb)
{
	pmk_ink ink = pmk_ink_hex(rgb);

	pmk_paint_box(canvas, x, y, w, h, &(struct pmk_brush){ .from = ink, .to = ink, .round = round });
}

static void disc(struct pmk_canvas *canvas, float x, float y, float rx, float ry, uint32_t rgb)
{
	pmk_ink ink = pmk_ink_hex(rgb);

	pmk_paint_disc(canvas, x, y, rx, ry, &(struct pmk_brush){ .from = ink, .to = ink });
}

/* The program's own icon, and a badge that says how it is. */
static void paint(struct pmk_canvas *canvas, enum pmk_tray_face face)
{
	static const uint32_t figure = 0xf4efe4;

	fill(canvas, pmk_ink_hex(faces[face].plate));
	disc(canvas, 0.5f, 0.37f, 0.165f, 0.165f, figure);
	disc(canvas, 0.5f, 0.94f, 0.33f, 0.36f, figure);
	if (!faces[face].badge)
		return;
	disc(canvas, 0.76f, 0.76f, 0.25f, 0.25f, faces[face].plate);
	disc(canvas, 0.76f, 0.76f, 0.20f, 0.20f, faces[face].badge);
	if (face == PMK_TRAY_PAUSED) {
		box(canvas, 0.67f, 0.66f, 0.065f, 0.20f, 0, 0xffffff);
		box(canvas, 0.785f, 0.66f, 0.065f, 0.20f, 0, 0xffffff);
	} else if (face == PMK_TRAY_FAULT) {
		box(canvas, 0.725f, 0.63f, 0.07f, 0.15f, 0, 0xffffff);
		box(canvas, 0.725f, 0.82f, 0.07f, 0.07f, 0, 0xffffff);
	}
}

static uint8_t byte_of(float value)
{
	return (uint8_t)(pmk_clamp01(value) * 255 + 0.5f);
}

static void draw(enum pmk_tray_face face, int size, struct pmk_tray_icon *icon)
{
	struct pmk_canvas colour = { 0 }, shape = { 0 };

	if (!pmk_canvas_init(&colour, size, size) && !pmk_canvas_init(&shape, size, size)) {
		paint(&colour, face);
		fill(&shape, pmk_ink_hex(0));
		box(&shape, 0.03f, 0.03f, 0.94f, 0.94f, 0.21f, 0xffffff);
		for (int i = 0; i < size * size; i++) {
			icon->argb[4 * i] = byte_of(shape.px[i][0]);
			for (int c = 0; c < 3; c++)
				icon->argb[4 * i + 1 + c] = byte_of(colour.px[i][c]);
		}
		icon->size = size;
	}
	pmk_canvas_finish(&colour);
	pmk_canvas_finish(&shape);
}

void pmk_tray_draw_icons(enum pmk_tray_face face, struct pmk_tray_icon icons[PMK_TRAY_ICONS])
{
	for (int i = 0; i < PMK_TRAY_ICONS; i++)
		draw(face, sizes[i], &icons[i]);
}

/* --- names --- */

static bool is_below(const char *data, size_t length, const char *name)
{
	char path[PATH_MAX];
	int used = snprintf(path, sizeof path, "%.*s/icons/hicolor/scalable/status/%s.svg", (int)length, data, name);

	return length && data[0] == '/' && used < (int)sizeof path && access(path, R_OK) == 0;
}

static bool is_in_home(const char *name)
{
	const char *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
	char path[PATH_MAX];

	if (data && *data)
		return is_below(data, strlen(data), name);
	return home && snprintf(path, sizeof path, "%s/.local/share", home) < (int)sizeof path &&
		is_below(path, strlen(path), name);
}

const char *pmk_tray_icon_name(enum pmk_tray_face face)
{
	const char *list = getenv("XDG_DATA_DIRS"), *name = faces[face].name;

	if (is_in_home(name))
		return name;
	for (list = list && *list ? list : "/usr/local/share:/usr/share"; list; list = strchr(list, ':')) {
		list += *list == ':';
		if (is_below(list, strcspn(list, ":"), name))
			return name;
	}
	return "";
}
