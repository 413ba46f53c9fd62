/* SPDX-License-Identifier: MIT */
/* usage: replay DIRECTORY...: a fuzzer's corpus once, with any compiler: what crashed once must not crash again. */
#include "fuzz.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

/* Its own block for each input, so that the address sanitizer sees reads behind the end. */
static int replay(const char *path)
{
	struct stat st;
	FILE *file = fopen(path, "rb");
	uint8_t *bytes = NULL;
	size_t size = 0;

	if (file && fstat(fileno(file), &st) == 0 && S_ISREG(st.st_mode)) {
		size = (size_t)st.st_size;
		bytes = malloc(size + !size);
	}
	if (!bytes || fread(bytes, 1, size, file) != size) {
		perror(path);
		exit(1);
	}
	fclose(file);
	LLVMFuzzerTestOneInput(bytes, size);
	free(bytes);
	return 1;
}

int main(int argc, char **argv)
{
	int count = 0;

	LLVMFuzzerInitialize(&argc, &argv);
	for (int i = 1; i < argc; i++) {
		DIR *folder = opendir(argv[i]);
		struct dirent *entry;
		char path[4096];

		while (folder && (entry = readdir(folder))) {
			snprintf(path, sizeof path, "%s/%s", argv[i], entry->d_name);
			count += entry->d_name[0] == '.' ? 0 : replay(path);
		}
		if (!folder) {
			perror(argv[i]);
			return 1;
		}
		closedir(folder);
	}
	printf("%d inputs\n", count);
	return count ? 0 : 1;
}
