/* SPDX-License-Identifier: MIT */
/* The control protocol: each line of the input is a request. Each has its answer, and one that is refused changes no
 * setting. */
#include "fuzz.h"
#include "steered.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	steered_lock(*argc, *argv);
	steered_begin();
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static struct steered_line answer, before, after;
	int fd = steered_connect(), judge = steered_connect();
	const char *text = (const char *)bytes, *end = text + size;
	bool open = true;

	steered_reset(judge);
	steered_settings(judge, &before);
	while (text < end && open) {
		const char *line_end = memchr(text, '\n', (size_t)(end - text));
		size_t length = (size_t)((line_end ? line_end : end) - text);

		open = steered_ask(fd, text, length, &answer);
		steered_settings(judge, &after);
		if (open && strstr(answer.text, "\"ok\":false") && strcmp(before.text, after.text) != 0)
			abort();
		before = after;
		text += length + 1;
	}
	close(fd);
	close(judge);
	return 0;
}
