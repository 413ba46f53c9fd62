/* SPDX-License-Identifier: MIT */
/* potemkin demo, which `make run` runs: the best that this machine can show without any options. */
#include "app/commands.h"
#include "app/live/live.h"
#include "app/machine/remedy.h"
#include "base/log.h"
#include "draw/presenter.h"
#include "io/pipewire/pipewire.h"
#include "io/v4l2/devices.h"
#include "media/still.h"
#include "settings/inputs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 1280, HEIGHT = 720, WARM_UP = 15, SECONDS = 10 };
#define FILM "potemkin-demo.mp4"
#define PICTURE "potemkin-demo.png"

static bool have_device(enum pmk_device_kind kind)
{
	struct pmk_device *devices = NULL;
	int count = pmk_devices_scan(&devices);
	bool any = false;

	for (int i = 0; i < count; i++)
		any |= devices[i].kind == kind && !devices[i].busy && !devices[i].error;
	free(devices);
	return any;
}

static void copy_beside(const struct pmk_rgb *from, struct pmk_rgb *to, int x)
{
	for (int y = 0; y < from->height; y++)
		memcpy(to->data + (size_t)y * to->stride + (size_t)x * 3, from->data + (size_t)y * from->stride,
			(size_t)from->width * 3);
}

/* Write the presenter's picture on the left and potemkin's result on the right. The presenter is drawn, so no real room
 * gets into the file. */
static int make_pair(struct pmk_scene *scene, struct pmk_presenter *presenter, struct pmk_frame *frame,
	struct pmk_rgb *pair, struct pmk_rgb *one)
{
	struct pmk_shown *shown = NULL;
	int err = 0;

	for (int i = 0; !err && i <= WARM_UP; i++) { /* the mask takes a few frames to settle, as in a live run */
		pmk_shown_unref(shown);
		shown = NULL;
		pmk_presenter_draw_image(presenter, 2 + i / 30.0, &frame->image, NULL);
		frame->number = (uint64_t)i;
		err = pmk_scene_run(scene, frame, &shown, NULL);
	}
	if (!err) {
		pmk_colour_image_to_rgb(&frame->image, one);
		copy_beside(one, pair, 0);
		pmk_colour_image_to_rgb(pmk_shown_image(shown), one);
		copy_beside(one, pair, one->width);
		err = pmk_still_write_rgb(PICTURE, pair);
	}
	pmk_shown_unref(shown);
	return err;
}

static int write_picture(const struct pmk_options *options)
{
	struct pmk_layout layout = { .width = WIDTH, .height = HEIGHT };
	struct pmk_rgb pair = { 0 }, one = { 0 };
	struct pmk_presenter *presenter = NULL;
	struct pmk_frame_pool *pool = pmk_frame_pool_create(1);
	struct pmk_frame *frame = pool ? pmk_frame_pool_take(pool, &layout) : NULL;
	struct pmk_scene *scene = NULL;
	int err = frame ? 0 : -ENOMEM;

	if (!err)
		err = pmk_rgb_alloc(&pair, 2 * WIDTH, HEIGHT);
	if (!err)
		err = pmk_rgb_alloc(&one, WIDTH, HEIGHT);
	if (!err)
		err = pmk_presenter_create(WIDTH, HEIGHT, 1, &presenter);
	if (!err)
		err = pmk_scene_create(&options->settings.pipeline.scene, &layout, 2, &scene);
	if (!err)
		err = make_pair(scene, presenter, frame, &pair, &one);
	pmk_scene_destroy(scene);
	pmk_presenter_destroy(presenter);
	pmk_frame_unref(frame);
	pmk_frame_pool_destroy(pool);
	pmk_rgb_free(&one);
	pmk_rgb_free(&pair);
	return err;
}

/* `program`: as it was called. */
static void say_how_to_go_live(const char *program, bool camera, bool loopback)
{
	char how[PMK_REMEDY_SIZE];

	puts("\nTo go live on this machine:");
	if (!camera)
		puts("  - plug in a camera (none was found under /dev/video*)");
	if (!loopback)
		printf("  - make a virtual camera:\n"
		       "      %s\n"
		       "      sudo %s setup-loopback\n",
			pmk_remedy_install("", PMK_PACKAGE_LOOPBACK, how), program);
	printf("  - run it:  %s\n"
	       "    and choose the camera \"Potemkin\" in the browser or meeting program\n",
		program);
}

enum pmk_exit pmk_command_demo(struct pmk_options *options)
{
	bool camera = have_device(PMK_DEVICE_CAMERA),
	     loopback = have_device(PMK_DEVICE_LOOPBACK) || pmk_pipewire_runs();
	struct pmk_pipeline_settings *p = &options->settings.pipeline;
	struct pmk_live_result result;
	enum pmk_exit code;
	int err;

	strcpy(p->camera, camera ? "auto" : "presenter");
	if (camera && loopback)
		return pmk_command_run(options);
	if (loopback) {
		puts("No camera was found: the built-in presenter is shown on the virtual camera instead.");
		return pmk_command_run(options);
	}
	err = pmk_inputs_spare(&options->settings, NULL, FILM);
	if (!err)
		err = pmk_inputs_spare(&options->settings, NULL, PICTURE);
	if (err)
		return pmk_inputs_exit(err);
	printf("No virtual camera was found, so this writes %s (%d s, %s).\n", FILM, SECONDS,
		camera ? "from your camera" : "from the built-in presenter, as no camera was found either");
	fflush(stdout); /* the next messages go to stderr */
	strcpy(p->outputs[0], "file:" FILM);
	p->output_count = 1;
	options->settings.duration = SECONDS;
	code = pmk_live_run(options, p, &result);
	if (code != PMK_EXIT_OK || result.interrupted)
		return code;
	if (write_picture(options))
		return PMK_EXIT_NO_OUTPUT;
	printf("\nWrote %s: %.1f frames per second, latency %.1f ms.\nWrote %s: the drawn presenter before | after.\n"
	       "The CPU time above includes drawing the presenter and H.264; potemkin bench measures potemkin's own "
	       "share.\n",
		FILM, (double)result.report.written * 1e9 / (double)result.report.running_ns,
		result.report.latency_ms_p50, PICTURE);
	say_how_to_go_live(options->argv[0], camera, loopback);
	return PMK_EXIT_OK;
}
