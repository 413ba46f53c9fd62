/* SPDX-License-Identifier: MIT */
/* Feeds a virtual camera until Enter is pressed; each other line that is typed is a new backdrop.
 *
 *	cc webcam.c $(pkg-config --cflags --libs libpotemkin) -o webcam
 *	./webcam auto pipewire */
#include <potemkin/potemkin.h>

#include <poll.h>
#include <stdio.h>
#include <string.h>

static void print(void *user, enum potemkin_log_level level, const char *line)
{
	(void)user;
	(void)level;
	fprintf(stderr, "%s\n", line);
}

/* Until Enter, the end of the input, or the end of the camera's file. */
static void serve(potemkin_webcam *webcam)
{
	static const char *const names[] = { "idle", "opening", "live", "covered", "paused", "ended", "failed" };
	struct pollfd fds[] = { { .fd = 0, .events = POLLIN }, { .fd = potemkin_webcam_fd(webcam), .events = POLLIN } };
	enum potemkin_state state;
	char line[256];

	do {
		if (poll(fds, 2, -1) < 0)
			return;
		state = potemkin_webcam_state(webcam);
		if (fds[1].revents)
			printf("%s\n", names[state]);
		if (fds[0].revents) {
			if (!fgets(line, sizeof line, stdin) || line[0] == '\n')
				return;
			line[strcspn(line, "\n")] = '\0';
			if (potemkin_webcam_set(webcam, "backdrop", line) == 0)
				printf("the backdrop is %s\n", line);
		}
	} while (state != POTEMKIN_ENDED && state != POTEMKIN_FAILED);
}

int main(int argc, char **argv)
{
	struct potemkin_context_settings log = { .struct_size = sizeof log, .log = print, .log_most = POTEMKIN_INFO };
	struct potemkin_setting named[] = { { "camera", argc > 1 ? argv[1] : "auto" },
		{ "output", argc > 2 ? argv[2] : "pipewire" }, { "on-demand", "no" } };
	struct potemkin_webcam_settings settings = {
		.struct_size = sizeof settings, .settings = named, .setting_count = 3
	};
	potemkin_context *context = NULL;
	potemkin_webcam *webcam = NULL;
	int err = potemkin_context_create(&log, &context);

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (!err)
		err = potemkin_webcam_create(context, &settings, &webcam);
	if (!err)
		err = potemkin_webcam_start(webcam);
	if (!err) {
		serve(webcam);
		err = potemkin_webcam_stop(webcam);
	}
	potemkin_webcam_destroy(webcam);
	potemkin_context_destroy(context);
	return err ? 1 : 0;
}
