/* SPDX-License-Identifier: MIT */
/* usage: jpeg_seeds DIRECTORY: writes small JPEGs of every kind that cameras send, for fuzz_jpeg to start from. */
#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>

enum { WIDTH = 40, HEIGHT = 24 }; /* px: no whole number of 16x16 blocks */

struct kind {
	int across, down; /* sampling of Y */
	int quality, restart; /* blocks between restart markers, 0: none */
	boolean progressive, optimized;
};

static void write_rows(struct jpeg_compress_struct *c)
{
	JSAMPLE row[3 * WIDTH];
	JSAMPROW rows[1] = { row };

	for (int y = 0; y < HEIGHT; y++) {
		for (int i = 0; i < 3 * WIDTH; i++)
			row[i] = (JSAMPLE)(i * 7 % 256 ^ (y * y * 5 + i * y) % 256);
		jpeg_write_scanlines(c, rows, 1);
	}
}

static void write_jpeg(FILE *to, const struct kind *kind)
{
	struct jpeg_compress_struct c;
	struct jpeg_error_mgr errors;

	c.err = jpeg_std_error(&errors);
	jpeg_create_compress(&c);
	jpeg_stdio_dest(&c, to);
	c.image_width = WIDTH;
	c.image_height = HEIGHT;
	c.input_components = 3;
	c.in_color_space = JCS_YCbCr;
	jpeg_set_defaults(&c);
	jpeg_set_quality(&c, kind->quality, TRUE);
	c.comp_info[0].h_samp_factor = kind->across;
	c.comp_info[0].v_samp_factor = kind->down;
	c.restart_interval = (unsigned)kind->restart;
	c.optimize_coding = kind->optimized;
	if (kind->progressive)
		jpeg_simple_progression(&c);
	jpeg_start_compress(&c, TRUE);
	write_rows(&c);
	jpeg_finish_compress(&c);
	jpeg_destroy_compress(&c);
}

int main(int argc, char **argv)
{
	static const struct kind kinds[] = {
		{ 2, 1, 80, 0, FALSE, FALSE },
		{ 2, 2, 80, 0, FALSE, FALSE },
		{ 2, 1, 30, 2, FALSE, FALSE },
		{ 2, 2, 95, 1, FALSE, TRUE },
		{ 1, 1, 80, 0, FALSE, FALSE },
		{ 1, 2, 80, 0, FALSE, FALSE },
		{ 4, 1, 80, 0, FALSE, FALSE },
		{ 2, 2, 80, 0, TRUE, FALSE },
	};
	char path[4096];

	for (size_t i = 0; argc == 2 && i < sizeof kinds / sizeof *kinds; i++) {
		FILE *to;

		snprintf(path, sizeof path, "%s/seed%zu.jpg", argv[1], i);
		to = fopen(path, "wb");
		if (!to) {
			perror(path);
			return 1;
		}
		write_jpeg(to, &kinds[i]);
		if (fclose(to)) {
			perror(path);
			return 1;
		}
	}
	return argc == 2 ? 0 : 2;
}
