/* SPDX-License-Identifier: MIT */
/* usage: obs_host PLUGIN DATA_FOLDER ROUNDS [PICTURE.ppm]
 * The filter in OBS itself: libobs with its graphics thread and OpenGL, on the display of $DISPLAY, without the window.
 * A camera and a media source show a drawn person; the filter is added, changed and removed ROUNDS times. Each picture
 * that OBS makes is looked at. The last one before the end is written as PICTURE. Exit code 77: there is no display. */
#include "draw/presenter.h"

#include <X11/Xlib.h>
#include <libyuv.h>
#include <obs-nix-platform.h>
#include <obs.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <util/platform.h>

enum { W = 320, H = 180, NEAR = 32, MOST_MS = 60000 };

#define REQUIRE(what) \
	do { \
		if (!(what)) { \
			fprintf(stderr, "obs_host: line %d: %s: room %d %%, person %d %%\n", __LINE__, #what, \
				host.room, host.person); \
			_exit(1); \
		} \
	} while (0)

static struct {
	uint8_t presenter[W * H * 4], truth[W * H], last[W * H * 4];
	uint8_t y[W * H], u[W * H / 4], v[W * H / 4];

	obs_source_t *source;
	atomic_bool ended, resting;

	pthread_mutex_t lock;
	pthread_cond_t made;
	unsigned pictures, leaks; /* that OBS has made; of those, with the room in them */
	int room, person; /* of the last: % of its room and its person that are as the camera showed them */
	const uint8_t *colour; /* what the room should be */
	int backdrop; /* % of the last picture's room that is so */
} host = { .lock = PTHREAD_MUTEX_INITIALIZER, .made = PTHREAD_COND_INITIALIZER };

static const uint8_t magenta[3] = { 255, 0, 255 }, lime[3] = { 0, 255, 0 }, black[3] = { 0, 0, 0 };

/* --- the camera --- */

static void draw_presenter(void)
{
	struct pmk_presenter *p;
	struct pmk_mask mask;
	struct pmk_rgb rgb;

	REQUIRE(!pmk_presenter_create(W, H, 1, &p) && !pmk_rgb_alloc(&rgb, W, H) && !pmk_mask_alloc(&mask, W, H));
	pmk_presenter_draw(p, 1, &rgb, &mask);
	for (int y = 0; y < H; y++) {
		RGB24ToARGB(rgb.data + y * rgb.stride, rgb.stride, host.presenter + 4 * y * W, 4 * W, W, 1);
		memcpy(host.truth + y * W, mask.alpha + y * mask.stride, W);
	}
	/* libyuv's RGB24 is B G R */
	for (int i = 0; i < W * H; i++) {
		uint8_t *pixel = host.presenter + 4 * i, blue = pixel[0];

		pixel[0] = pixel[2];
		pixel[2] = blue;
	}
	ARGBToI420(host.presenter, 4 * W, host.y, W, host.u, W / 2, host.v, W / 2, W, H);
	pmk_mask_free(&mask);
	pmk_rgb_free(&rgb);
	pmk_presenter_destroy(p);
}

static struct obs_source_frame camera_frame(void)
{
	struct obs_source_frame f = { .format = VIDEO_FORMAT_I420,
		.width = W,
		.height = H,
		.data = { host.y, host.u, host.v },
		.linesize = { W, W / 2, W / 2 },
		.timestamp = os_gettime_ns() };

	video_format_get_parameters(
		VIDEO_CS_601, VIDEO_RANGE_PARTIAL, f.color_matrix, f.color_range_min, f.color_range_max);
	return f;
}

static void *film(void *unused)
{
	while (!host.ended) {
		struct obs_source_frame f = camera_frame();

		if (!host.resting)
			obs_source_output_video(host.source, &f);
		os_sleep_ms(33);
	}
	return NULL;
}

static const char *name_of_source(void *type)
{
	return "test";
}

static void *create_source(obs_data_t *settings, obs_source_t *source)
{
	return source;
}

static void destroy_source(void *data)
{
}

static enum obs_media_state media_state(void *data)
{
	return OBS_MEDIA_STATE_PAUSED;
}

static const struct obs_source_info camera_info = { .id = "test_camera",
	.type = OBS_SOURCE_TYPE_INPUT,
	.output_flags = OBS_SOURCE_ASYNC_VIDEO,
	.get_name = name_of_source,
	.create = create_source,
	.destroy = destroy_source },
				    media_info = { .id = "test_media",
					    .type = OBS_SOURCE_TYPE_INPUT,
					    .output_flags = OBS_SOURCE_ASYNC_VIDEO | OBS_SOURCE_CONTROLLABLE_MEDIA,
					    .get_name = name_of_source,
					    .create = create_source,
					    .destroy = destroy_source,
					    .media_get_state = media_state };

/* --- what OBS makes of it --- */

static int share(const uint8_t *bgra, uint8_t sure, const uint8_t *colour)
{
	int all = 0, found = 0;

	for (int i = 0; i < W * H; i++) {
		const uint8_t *wanted = colour ? colour : host.presenter + 4 * i, *pixel = bgra + 4 * i;

		if (host.truth[i] != sure)
			continue;
		all++;
		found += abs(pixel[0] - wanted[0]) <= NEAR && abs(pixel[1] - wanted[1]) <= NEAR &&
			abs(pixel[2] - wanted[2]) <= NEAR;
	}
	return 100 * found / all;
}

static void look(void *user, struct video_data *picture)
{
	pthread_mutex_lock(&host.lock);
	for (int y = 0; y < H; y++)
		memcpy(host.last + 4 * y * W, picture->data[0] + y * (int)picture->linesize[0], (size_t)4 * W);
	host.pictures++;
	host.room = share(host.last, 0, NULL);
	host.person = share(host.last, 255, NULL);
	host.backdrop = host.colour ? share(host.last, 0, host.colour) : 0;
	host.leaks += host.room > 50;
	if (getenv("OBS_HOST_VERBOSE"))
		fprintf(stderr, "picture %u: room %d person %d backdrop %d\n", host.pictures, host.room, host.person,
			host.backdrop);
	pthread_cond_broadcast(&host.made);
	pthread_mutex_unlock(&host.lock);
}

/* Wait until the room is of this colour, or as it is for NULL, and the person there or not. */
static void wait_for(const uint8_t *colour, bool person)
{
	uint64_t end = os_gettime_ns() + MOST_MS * 1000000ULL;
	bool seen = false;

	pthread_mutex_lock(&host.lock);
	host.colour = colour;
	host.backdrop = 0;
	for (unsigned first = host.pictures; !seen && os_gettime_ns() < end;) {
		pthread_cond_wait(&host.made, &host.lock);
		seen = host.pictures != first && (colour ? host.backdrop >= 90 : host.room >= 85) &&
			(person ? host.person >= 75 : host.person < 40);
	}
	pthread_mutex_unlock(&host.lock);
	REQUIRE(seen);
}

static void wait_for_pictures(unsigned count)
{
	pthread_mutex_lock(&host.lock);
	for (unsigned end = host.pictures + count; host.pictures < end;)
		pthread_cond_wait(&host.made, &host.lock);
	pthread_mutex_unlock(&host.lock);
}

/* Pictures from before may be on their way: from the first one without the room on, none may have it. */
static unsigned leaks_once_hidden(void)
{
	unsigned count, begun;
	uint64_t end = os_gettime_ns() + MOST_MS * 1000000ULL;

	pthread_mutex_lock(&host.lock);
	begun = host.pictures;
	while ((host.pictures == begun || host.room > 50) && os_gettime_ns() < end)
		pthread_cond_wait(&host.made, &host.lock);
	count = host.leaks;
	pthread_mutex_unlock(&host.lock);
	return count;
}

static unsigned leaks(void)
{
	unsigned count;

	pthread_mutex_lock(&host.lock);
	count = host.leaks;
	pthread_mutex_unlock(&host.lock);
	return count;
}

/* --- what is tried --- */

static void set(obs_source_t *filter, const char *name, const char *value)
{
	obs_data_t *settings = obs_data_create();

	obs_data_set_string(settings, name, value);
	obs_source_update(filter, settings);
	obs_data_release(settings);
}

static obs_source_t *add_filter(void)
{
	obs_data_t *settings = obs_data_create();
	obs_source_t *filter;

	obs_data_set_string(settings, "backdrop", "color:#ff00ff");
	obs_data_set_bool(settings, "advanced", true);
	obs_data_set_int(settings, "fade", 0);
	filter = obs_source_create("potemkin_filter", "filter", settings, NULL);
	obs_data_release(settings);
	REQUIRE(filter);
	obs_source_filter_add(host.source, filter);
	return filter;
}

enum { SOME = 5 };

static void change(obs_source_t *filter, bool last)
{
	unsigned before = leaks_once_hidden();

	wait_for(magenta, true);
	set(filter, "backdrop", "color:lime");
	wait_for(lime, true);
	set(filter, "backdrop", "transparent");
	wait_for(black, true);
	set(filter, "backdrop", "nowhere.png");
	wait_for(black, false);
	set(filter, "backdrop", last ? "builtin:dusk" : "color:lime");
	wait_for(last ? NULL : lime, true);
	REQUIRE(leaks() == before);
}

static void switch_off_and_on(obs_source_t *filter)
{
	unsigned before;

	obs_source_set_enabled(filter, false);
	wait_for(NULL, true);
	host.resting = true; /* what it showed last was not filtered */
	wait_for_pictures(SOME);
	obs_source_set_enabled(filter, true);
	before = leaks_once_hidden();
	wait_for_pictures(SOME);
	host.resting = false;
	wait_for(lime, true);
	REQUIRE(leaks() == before);
}

/* Pictures that a media source shows past its filters. */
static void show_past_filters(void)
{
	struct obs_source_frame f = camera_frame();
	unsigned before = leaks();

	host.resting = true;
	wait_for_pictures(SOME);
	obs_source_preload_video(host.source, &f);
	obs_source_show_preloaded_video(host.source);
	wait_for_pictures(SOME);
	obs_source_set_video_frame(host.source, &f);
	wait_for_pictures(SOME);
	REQUIRE(leaks() == before);
	host.resting = false;
}

static void try_source(const char *id, int rounds, bool media)
{
	pthread_t camera;

	host.source = obs_source_create(id, id, NULL, NULL);
	REQUIRE(host.source);
	obs_set_output_source(0, host.source);
	host.ended = false;
	pthread_create(&camera, NULL, film, NULL);
	for (int i = 0; i < rounds; i++) {
		obs_source_t *filter;

		wait_for(NULL, true);
		filter = add_filter();
		change(filter, false);
		if (i == 0 && media)
			show_past_filters();
		if (i == 0)
			switch_off_and_on(filter);
		obs_source_filter_remove(host.source, filter);
		obs_source_release(filter);
		wait_for(NULL, true);
	}
	host.ended = true;
	pthread_join(camera, NULL);
	obs_set_output_source(0, NULL);
	obs_source_release(host.source);
	obs_wait_for_destroy_queue();
}

static void write_ppm(const char *path)
{
	FILE *file = fopen(path, "wb");

	REQUIRE(file);
	fprintf(file, "P6\n%d %d\n255\n", W, H);
	for (int i = 0; i < W * H; i++) {
		const uint8_t *pixel = host.last + 4 * i;

		fwrite((uint8_t[3]){ pixel[2], pixel[1], pixel[0] }, 1, 3, file);
	}
	REQUIRE(!fclose(file));
}

static void keep_quiet(int level, const char *format, va_list list, void *user)
{
	if (level > LOG_WARNING && !getenv("OBS_HOST_VERBOSE"))
		return;
	vfprintf(stderr, format, list);
	fputc('\n', stderr);
}

static void start_obs(const char *plugin, const char *data, Display *display)
{
	struct obs_video_info video = { .graphics_module = "libobs-opengl",
		.fps_num = 30,
		.fps_den = 1,
		.base_width = W,
		.base_height = H,
		.output_width = W,
		.output_height = H,
		.output_format = VIDEO_FORMAT_BGRA,
		.colorspace = VIDEO_CS_601,
		.range = VIDEO_RANGE_FULL };
	struct obs_audio_info audio = { .samples_per_sec = 48000, .speakers = SPEAKERS_STEREO };
	obs_module_t *module;

	base_set_log_handler(keep_quiet, NULL);
	obs_set_nix_platform(OBS_NIX_PLATFORM_X11_EGL);
	obs_set_nix_platform_display(display);
	REQUIRE(obs_startup("de-DE", NULL, NULL));
	REQUIRE(obs_reset_audio(&audio));
	if (obs_reset_video(&video) != OBS_VIDEO_SUCCESS) {
		puts("skipped: OBS cannot draw here");
		_exit(77);
	}
	obs_register_source(&camera_info);
	obs_register_source(&media_info);
	REQUIRE(obs_open_module(&module, plugin, data) == MODULE_SUCCESS && obs_init_module(module));
	REQUIRE(strcmp(obs_source_get_display_name("potemkin_filter"), "Potemkin: das Zimmer ersetzen") == 0);
	obs_add_raw_video_callback(NULL, look, NULL);
}

int main(int argc, char **argv)
{
	Display *display = XOpenDisplay(NULL);
	int rounds = argc > 3 ? atoi(argv[3]) : 0;

	if (argc < 4 || rounds < 1) {
		fputs("usage: obs_host PLUGIN DATA_FOLDER ROUNDS [PICTURE.ppm]\n", stderr);
		return 2;
	}
	if (!display) {
		puts("skipped: needs a display");
		return 77;
	}
	draw_presenter();
	start_obs(argv[1], argv[2], display);
	try_source("test_camera", rounds, false);
	try_source("test_media", 1, true);
	printf("%u pictures, %d rounds\n", host.pictures, rounds);
	if (argc > 4)
		write_ppm(argv[4]);
	obs_remove_raw_video_callback(look, NULL);
	obs_shutdown();
	XCloseDisplay(display);
	printf("%ld allocations of libobs are left\n", bnum_allocs());
	return bnum_allocs() != 0;
}
