/* SPDX-License-Identifier: MIT */
/* usage: oracle COUNTS FILM.y4m: reads each picture of an output, and prints how many there are, how many blocks of
 * them show the room where none may be seen, and in how many pictures. Ends with 1 if there is any, 2 on an error.
 * Pictures may be mirrored or upside down; in one that is cut out of the camera's, it finds nothing. */
#include "code.h"

#include <stdio.h>
#include <string.h>

static int find_room(const uint8_t *luma, const uint8_t counts[BLOCKS])
{
	double cells[CELLS];
	int found = 0;

	for (int b = 0; b < BLOCKS; b++) {
		bool room = false;

		if (!counts[b] || !read_cells(luma + b / ACROSS * BLOCK * WIDTH + b % ACROSS * BLOCK, WIDTH, cells))
			continue;
		for (int i = 0; i < FRAMES && !room; i++)
			room = correlate(cells, code_of(i, b)) > LIMIT;
		found += room;
	}
	return found;
}

static void mirror(uint8_t *luma)
{
	for (int i = 0; i < WIDTH * HEIGHT; i++) {
		int x = i % WIDTH, other = i - x + WIDTH - 1 - x;
		uint8_t pixel = luma[i];

		if (x >= WIDTH / 2)
			continue;
		luma[i] = luma[other];
		luma[other] = pixel;
	}
}

static void turn_over(uint8_t *luma)
{
	uint8_t row[WIDTH];

	for (int y = 0; y < HEIGHT / 2; y++) {
		uint8_t *a = luma + y * WIDTH, *b = luma + (HEIGHT - 1 - y) * WIDTH;

		memcpy(row, a, WIDTH);
		memcpy(a, b, WIDTH);
		memcpy(b, row, WIDTH);
	}
}

int main(int argc, char **argv)
{
	static uint8_t counts[BLOCKS], picture[WIDTH * HEIGHT * 2];
	FILE *known = argc == 3 ? fopen(argv[1], "rb") : NULL, *film = known ? fopen(argv[2], "rb") : NULL;
	size_t bytes = WIDTH * HEIGHT * 3 / 2;
	long pictures = 0, blocks = 0, bad = 0;
	char line[256];

	if (!film || fread(counts, 1, BLOCKS, known) != BLOCKS || !fgets(line, sizeof line, film) ||
		!strstr(line, " W640 H480 "))
		return 2;
	if (strstr(line, "C422"))
		bytes = WIDTH * HEIGHT * 2;
	while (fgets(line, sizeof line, film) && fread(picture, 1, bytes, film) == bytes) {
		int found = 0;

		for (int way = 0; way < 4; way++) {
			found += find_room(picture, counts);
			way % 2 ? turn_over(picture) : mirror(picture);
		}
		pictures++;
		blocks += found;
		bad += found > 0;
	}
	fclose(film);
	fclose(known);
	printf("%ld pictures, %ld blocks of room in %ld of them\n", pictures, blocks, bad);
	return blocks > 0;
}
