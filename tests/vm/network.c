/* SPDX-License-Identifier: MIT */
/* Writes a network that costs next to nothing, for the program in an emulated machine: whatever is more red than blue
 * is a person, as the yellow and the red bar of vivid's picture are. For rig.py.
 *
 * usage: vm_network FILE */
#include <stdio.h>

#include "../tflite_file.h"

static const float weights[3] = { 24, 0, -24 }, bias[1] = { -8 };

#define PICTURE(channels) \
	{ \
		4, { 1, 32, 32, channels }, FLOAT32, NULL, 0 \
	}

static const struct spec bars = {
	{ PICTURE(3), PICTURE(1), { 4, { 1, 1, 1, 3 }, FLOAT32, weights, sizeof weights },
		{ 1, { 1 }, FLOAT32, bias, sizeof bias } },
	{ { CONV, 3, { 0, 2, 3 }, 1, { 0, 1, 1 }, { 0 } } },
	4,
	1,
	0,
	1,
};

int main(int argc, char **argv)
{
	static struct file file;
	FILE *out = argc == 2 ? fopen(argv[1], "wb") : NULL;

	if (!out)
		return 2;
	tflite_file_build(&file, &bars);
	return fwrite(file.bytes, 1, file.size, out) == file.size && fclose(out) == 0 ? 0 : 1;
}
