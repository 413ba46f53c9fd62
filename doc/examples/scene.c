/* SPDX-License-Identifier: MIT */
/* Puts the person of a raw I420 video, as ffmpeg writes it, before another backdrop.
 *
 *	cc scene.c $(pkg-config --cflags --libs libpotemkin) -o scene
 *	ffmpeg -i in.mp4 -f rawvideo -pix_fmt yuv420p - | ./scene 1280 720 30 builtin:dusk |
 *		ffmpeg -f rawvideo -pix_fmt yuv420p -s 1280x720 -r 30 -i - out.mp4 */
#include <potemkin/potemkin.h>

#include <stdio.h>
#include <stdlib.h>

static void print(void *user, enum potemkin_log_level level, const char *line)
{
	(void)user;
	(void)level;
	fprintf(stderr, "%s\n", line);
}

static struct potemkin_picture picture_in(uint8_t *memory, int width, int height)
{
	int half = (width + 1) / 2, half_rows = (height + 1) / 2;
	uint8_t *u = memory + (size_t)width * (size_t)height, *v = u + (size_t)half * (size_t)half_rows;

	return (struct potemkin_picture){
		.format = POTEMKIN_I420, .plane = { memory, u, v }, .stride = { width, half, half }
	};
}

static int compose_all(potemkin_scene *scene, int width, int height, double fps)
{
	size_t bytes = (size_t)width * (size_t)height + 2 * (size_t)((width + 1) / 2) * (size_t)((height + 1) / 2);
	uint8_t *memory = malloc(2 * bytes);
	struct potemkin_picture in = picture_in(memory, width, height);
	struct potemkin_picture out = picture_in(memory + bytes, width, height);
	int err = memory ? 0 : -1;

	for (int i = 0; !err && fread(memory, 1, bytes, stdin) == bytes; i++) {
		/* after an error there is the backdrop alone in `out`: never show `in` instead */
		int failed = potemkin_scene_run(scene, &in, (int64_t)(i / fps * 1e9), &out);

		if (failed)
			fprintf(stderr, "picture %d shows the backdrop alone\n", i);
		if (fwrite(memory + bytes, 1, bytes, stdout) != bytes)
			err = -1;
	}
	free(memory);
	return err;
}

int main(int argc, char **argv)
{
	struct potemkin_context_settings log = { .struct_size = sizeof log, .log = print, .log_most = POTEMKIN_WARN };
	struct potemkin_setting backdrop = { "backdrop", argc == 5 ? argv[4] : NULL };
	struct potemkin_scene_settings settings = {
		.struct_size = sizeof settings, .settings = &backdrop, .setting_count = 1
	};
	potemkin_context *context = NULL;
	potemkin_scene *scene = NULL;
	int err;

	if (argc != 5) {
		fputs("usage: scene WIDTH HEIGHT FPS BACKDROP <IN >OUT\n", stderr);
		return 2;
	}
	settings.geometry.width = atoi(argv[1]);
	settings.geometry.height = atoi(argv[2]);
	err = potemkin_context_create(&log, &context);
	if (!err)
		err = potemkin_scene_create(context, &settings, &scene);
	if (!err)
		err = compose_all(scene, settings.geometry.width, settings.geometry.height, atof(argv[3]));
	potemkin_scene_destroy(scene);
	potemkin_context_destroy(context);
	return err ? 1 : 0;
}
