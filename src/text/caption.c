/* SPDX-License-Identifier: MIT */
/* Part of the module. */
#include "text/caption.h"

#include <errno.h>
#include <fontconfig/fontconfig.h>
#include <math.h>
#include <pango/pangocairo.h>
#include <stdlib.h>
#include <string.h>

enum { LINES = 2 };

/* In units of the tag's `unit`, but px where it says so. */
static const double NAME = 0.046, TITLE = 0.032; /* sizes of the letters */
static const double LEAST_NAME = 12, LEAST_TITLE = 10; /* px: below, nobody can read them */
static const double MARGIN = 0.04; /* from the picture's edge */
static const double WIDEST = 0.7; /* of the picture's width */
/* in units of the name's size */
static const double PAD_X = 0.62, PAD_Y = 0.44, GAP = 0.2, ROUND = 0.42;
/* in units of the letters' size: how far a line reaches from its baseline, unless its ink reaches further */
static const double ABOVE = 0.78, BELOW = 0.22;

struct tag {
	double unit; /* px: the picture's height, or 9/16 of its width */
	double name, title; /* px */
	PangoLayout *line[LINES];
	double x[LINES], width[LINES]; /* px: the text's left edge in its layout; its width */
	double baseline[LINES], above[LINES], below[LINES]; /* px: from the layout's top; from the baseline */
	int lines;
	double left, top, plate_width, plate_height; /* px: the plate */
};

static void drop(const gchar *domain, GLogLevelFlags level, const gchar *message, gpointer user)
{
}

/* The same ideograph is drawn in the way of the user's country. */
static PangoLanguage *language(void)
{
	const char *locale = getenv("LC_ALL");
	char name[32];

	if (!locale || !*locale)
		locale = getenv("LC_CTYPE");
	if (!locale || !*locale)
		locale = getenv("LANG");
	g_strlcpy(name, locale ? locale : "", sizeof name);
	name[strcspn(name, ".@")] = '\0';
	return pango_language_from_string(*name && strcmp(name, "C") != 0 ? name : "en");
}

static PangoContext *new_context(void)
{
	/* one for each thread, which stays: a map that is freed leaves something behind in fontconfig */
	PangoContext *context = pango_font_map_create_context(pango_cairo_font_map_get_default());
	cairo_font_options_t *options = cairo_font_options_create();

	cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
	cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_SLIGHT);
	cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
	pango_cairo_context_set_font_options(context, options);
	pango_context_set_language(context, language());
	cairo_font_options_destroy(options);
	return context;
}

/* A font's own line height differs much from script to script, so the ink counts: but not that of towers of accents,
 * which reach beyond the line. */
static void measure(struct tag *tag, int line, double size)
{
	PangoRectangle ink, logical;
	double base;

	pango_layout_get_extents(tag->line[line], &ink, &logical);
	base = pango_layout_get_baseline(tag->line[line]);
	tag->x[line] = (double)logical.x / PANGO_SCALE;
	tag->width[line] = (double)logical.width / PANGO_SCALE;
	tag->baseline[line] = base / PANGO_SCALE;
	tag->above[line] = fmax(ABOVE * size, fmin(base - ink.y, base - logical.y) / PANGO_SCALE);
	tag->below[line] = fmax(
		BELOW * size, fmin(ink.y + ink.height - base, logical.y + logical.height - base) / PANGO_SCALE);
}

static void add_line(struct tag *tag, PangoContext *context, const char *text, size_t bytes, double most_width)
{
	PangoFontDescription *font = pango_font_description_from_string(tag->lines ? "Sans" : "Sans Bold");
	PangoLayout *layout = pango_layout_new(context);
	double size = tag->lines ? tag->title : tag->name;

	pango_font_description_set_absolute_size(font, size * PANGO_SCALE);
	pango_layout_set_font_description(layout, font);
	pango_font_description_free(font);
	pango_layout_set_single_paragraph_mode(layout, TRUE);
	pango_layout_set_text(layout, text, (int)bytes);
	pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
	pango_layout_set_width(layout, (int)(most_width * PANGO_SCALE));
	tag->line[tag->lines] = layout;
	measure(tag, tag->lines++, size);
}

/* Where it begins on an axis: at the edge, in the middle, or at the other edge; never outside of the picture. */
static double begin(int where, double whole, double part, double margin)
{
	double at = where == 0 ? margin : where == 1 ? (whole - part) / 2 : whole - part - margin;

	return floor(fmax(at, 0));
}

static void lay_out(struct tag *tag, const struct pmk_sheet *sheet, const struct pmk_caption *caption)
{
	const char *text = caption->text;
	size_t first = strcspn(text, "\n");
	PangoContext *context = new_context();
	double pad, most;

	tag->unit = fmin(sheet->height, sheet->width * 9 / 16.0);
	tag->name = fmax(NAME * tag->unit, LEAST_NAME);
	tag->title = fmax(TITLE * tag->unit, LEAST_TITLE);
	pad = PAD_X * tag->name;
	most = fmax(WIDEST * sheet->width - 2 * pad, tag->name);
	add_line(tag, context, text, first, most);
	if (text[first])
		add_line(tag, context, text + first + 1, strlen(text + first + 1), most);
	for (int i = 0; i < tag->lines; i++) {
		tag->plate_width = fmax(tag->plate_width, tag->width[i]);
		tag->plate_height += tag->above[i] + tag->below[i] + (i ? GAP * tag->name : 0);
	}
	tag->plate_width = ceil(tag->plate_width + 2 * pad);
	tag->plate_height = ceil(tag->plate_height + 2 * PAD_Y * tag->name);
	tag->left = begin(caption->column, sheet->width, tag->plate_width, MARGIN * tag->unit);
	tag->top = begin(caption->row, sheet->height, tag->plate_height, MARGIN * tag->unit);
	g_object_unref(context);
}

static void path_plate(cairo_t *cairo, double x, double y, double width, double height, double radius)
{
	cairo_new_sub_path(cairo);
	cairo_arc(cairo, x + width - radius, y + radius, radius, -M_PI / 2, 0);
	cairo_arc(cairo, x + width - radius, y + height - radius, radius, 0, M_PI / 2);
	cairo_arc(cairo, x + radius, y + height - radius, radius, M_PI / 2, M_PI);
	cairo_arc(cairo, x + radius, y + radius, radius, M_PI, M_PI * 3 / 2);
	cairo_close_path(cairo);
}

/* A line's left edge: lines stand flush at the side of the picture's edge, and at the right if they run from there. */
static double line_left(const struct tag *tag, int line, int column)
{
	double pad = PAD_X * tag->name, free = tag->plate_width - 2 * pad - tag->width[line];
	bool from_right = pango_layout_get_direction(tag->line[line], 0) == PANGO_DIRECTION_RTL;

	return pad + (column == 1 ? free / 2 : column == 2 || from_right ? free : 0);
}

static void draw(const struct tag *tag, int column, cairo_t *cairo)
{
	double y = tag->top + PAD_Y * tag->name;

	path_plate(cairo, tag->left, tag->top, tag->plate_width, tag->plate_height, ROUND * tag->name);
	cairo_set_source_rgba(cairo, 0.05, 0.06, 0.08, 0.66);
	cairo_fill_preserve(cairo);
	cairo_clip(cairo); /* letters with towers of accents stay on it */
	for (int i = 0; i < tag->lines; i++) {
		cairo_set_source_rgba(cairo, 1, 1, 1, i ? 0.85 : 1);
		cairo_move_to(
			cairo, tag->left + line_left(tag, i, column) - tag->x[i], y + tag->above[i] - tag->baseline[i]);
		pango_cairo_show_layout(cairo, tag->line[i]);
		y += tag->above[i] + tag->below[i] + GAP * tag->name;
	}
}

/* Without any font, Pango would draw empty boxes, or end the program. */
static bool has_font(void)
{
	const FcFontSet *fonts = FcConfigGetFonts(FcConfigGetCurrent(), FcSetSystem);

	return fonts && fonts->nfont > 0;
}

int pmk_caption_draw(const struct pmk_caption *caption, struct pmk_sheet *sheet, struct pmk_rect *plate)
{
	cairo_surface_t *surface;
	struct tag tag = { 0 };
	cairo_t *cairo;
	guint handler;
	int err;

	if (!has_font())
		return -ENOENT;
	handler = g_log_set_handler("Pango", G_LOG_LEVEL_MASK, drop, NULL);
	surface = cairo_image_surface_create_for_data(
		sheet->data, CAIRO_FORMAT_ARGB32, sheet->width, sheet->height, sheet->stride);
	cairo = cairo_create(surface);
	lay_out(&tag, sheet, caption);
	draw(&tag, caption->column, cairo);
	*plate = (struct pmk_rect){ (int)tag.left, (int)tag.top, (int)tag.plate_width, (int)tag.plate_height };
	err = cairo_status(cairo) ? -ENOMEM : 0;
	cairo_destroy(cairo);
	cairo_surface_destroy(surface);
	for (int i = 0; i < tag.lines; i++)
		g_object_unref(tag.line[i]);
	g_log_remove_handler("Pango", handler);
	return err;
}
