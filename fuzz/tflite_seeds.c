/* SPDX-License-Identifier: MIT */
/* usage: tflite_seeds DIRECTORY: writes the small networks of tests/tflite_seeds.c, one for each operator, for
 * fuzz_tflite to start from. */
#include "tflite_file.h"

#include <stdio.h>

int main(int argc, char **argv)
{
	static struct file file;
	char path[4096];

	for (int i = 0; argc == 2 && i < tflite_seed_count; i++) {
		FILE *to;

		tflite_file_build(&file, &tflite_seeds[i]);
		snprintf(path, sizeof path, "%s/seed%02d.tflite", argv[1], i);
		to = fopen(path, "wb");
		if (!to || fwrite(file.bytes, 1, file.size, to) != file.size || fclose(to)) {
			perror(path);
			return 1;
		}
	}
	return argc == 2 ? 0 : 2;
}
