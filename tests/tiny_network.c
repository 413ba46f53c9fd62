/* SPDX-License-Identifier: MIT */
#include "tiny_network.h"

#include "tflite_file.h"

#include <stdio.h>
#include <string.h>

static bool write_file(const char *path, const char *end, const void *data, size_t size)
{
	char name[512];
	FILE *file;
	bool good;

	snprintf(name, sizeof name, "%s%s", path, end);
	file = fopen(name, "wb");
	if (!file)
		return false;
	good = fwrite(data, 1, size, file) == size;
	return fclose(file) == 0 && good;
}

bool tiny_network_write(const char *path, int width, int height)
{
	static const float weights[3] = { -1, 1, 0 };
	const struct spec green = {
		{ { 4, { 1, height, width, 3 }, FLOAT32, NULL, 0 }, { 4, { 1, height, width, 1 }, FLOAT32, NULL, 0 },
			{ 4, { 1, 1, 1, 3 }, FLOAT32, weights, sizeof weights } },
		/* padded, stride 1, ReLU */
		{ { CONV, 2, { 0, 2 }, 1, { 0, 1, 1, 1 }, { 0 } } },
		3,
		1,
		0,
		1,
	};
	static struct file file;
	char card[120];

	snprintf(card, sizeof card, "[tiny]\ninput = %dx%d\nvalues = 0..1\noutput = probability\noutput-size = %dx%d\n",
		width, height, width, height);
	tflite_file_build(&file, &green);
	return write_file(path, "", file.bytes, file.size) && write_file(path, ".ini", card, strlen(card));
}
