/* SPDX-License-Identifier: MIT */
#include "media/media_module.h"

#include "base/clock.h"
#include "base/log.h"
#include "media/out/encoding.h"
#include "media/simple/simple.h"
#include "module/module.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct pmk_media_host host = {
	.log = pmk_log,
	.clock_now_ns = pmk_clock_now_ns,
	.layout_plane_width = pmk_layout_plane_width,
	.layout_plane_height = pmk_layout_plane_height,
	.image_alloc = pmk_image_alloc,
	.image_free = pmk_image_free,
	.rgb_alloc = pmk_rgb_alloc,
	.rgb_free = pmk_rgb_free,
	.sheet_alloc = pmk_sheet_alloc,
	.sheet_premultiply = pmk_sheet_premultiply,
	.new_file_create = pmk_new_file_create,
	.new_file_claim = pmk_new_file_claim,
	.new_file_keep = pmk_new_file_keep,
	.new_file_drop = pmk_new_file_drop,
	.new_file_end = pmk_new_file_end,
	.open_file = pmk_open_file,
	.read_at = pmk_read_at,
	.mem_read_file = pmk_mem_read_file,
};

static struct {
	pthread_mutex_t lock;
	const struct pmk_media_calls *calls; /* NULL: not loaded; it stays loaded */
	char reason[PMK_MODULE_REASON]; /* why it cannot be loaded; empty: it can, or was not tried */
	enum pmk_cure cure;
} module = { .lock = PTHREAD_MUTEX_INITIALIZER };

/* Load the module at `path`, and start it. */
static const struct pmk_media_calls *load(const char *path, char reason[PMK_MODULE_REASON], enum pmk_cure *cure)
{
	const struct pmk_media_module *found = pmk_module_open(
		path, "pmk_media_module", PMK_MEDIA_INTERFACE, reason, cure);

	if (found)
		found->start(&host);
	return found ? &found->calls : NULL;
}

int pmk_media_module_load(const char *path, const struct pmk_media_calls **calls, char reason[PMK_MODULE_REASON])
{
	enum pmk_cure cure;

	if (access(path, F_OK) < 0)
		return -ENOENT;
	*calls = load(path, reason, &cure);
	return *calls ? 0 : pmk_module_error(cure);
}

static void find(void)
{
	char path[PMK_MODULE_PATH];

	if (!pmk_module_find(PMK_MEDIA_MODULE_FILE, path, module.reason, &module.cure))
		module.calls = load(path, module.reason, &module.cure);
}

/* Load the module if it is not. A module that could not be loaded is not tried again. */
static int need(void)
{
	int err;

	pthread_mutex_lock(&module.lock);
	if (!module.calls && !*module.reason)
		find();
	err = module.calls ? 0 : pmk_module_error(module.cure);
	pthread_mutex_unlock(&module.lock);
	return err;
}

const char *pmk_media_missing(void)
{
	return need() ? module.reason : NULL;
}

void pmk_media_module_refuse(const char *path, enum pmk_cure cure, const char *reason)
{
	const char *kinds = pmk_media_simple_kinds();

	pmk_log(PMK_LOG_ERROR, cure, "media", "%s: %s%s need the module " PMK_MEDIA_MODULE_FILE ", which %s", path,
		kinds ? "films, animations, and files other than " : "picture and video files", kinds ? kinds : "",
		reason);
}

/* The same; logs why the file at `path` cannot be used. */
static int need_for(const char *path)
{
	int err = need();

	if (err)
		pmk_media_module_refuse(path, module.cure, module.reason);
	return err;
}

int pmk_media_module_look(const char *path)
{
	char found[PMK_MODULE_PATH];
	int err = 0;

	pthread_mutex_lock(&module.lock);
	if (!module.calls && !*module.reason)
		err = pmk_module_find(PMK_MEDIA_MODULE_FILE, found, module.reason, &module.cure);
	else if (*module.reason)
		err = pmk_module_error(module.cure);
	pthread_mutex_unlock(&module.lock);
	if (err && path)
		pmk_media_module_refuse(path, module.cure, module.reason);
	return err;
}

const struct pmk_media_calls *pmk_media_module_lend(const char **reason, enum pmk_cure *cure)
{
	const struct pmk_media_calls *calls = need() ? NULL : module.calls;

	*reason = module.reason;
	*cure = module.cure;
	return calls;
}

int pmk_media_out_open(const char *path, const struct pmk_media_out_settings *settings, struct pmk_media_out **out)
{
	int err = need_for(path);

	return err ? err : module.calls->media_out_open(path, settings, out);
}

const struct pmk_layout *pmk_media_out_layout(const struct pmk_media_out *out)
{
	return module.calls->media_out_layout(out);
}

int pmk_media_out_write(
	struct pmk_media_out *out, const struct pmk_image *image, const struct pmk_mask *alpha, int64_t position_ns)
{
	return module.calls->media_out_write(out, image, alpha, position_ns);
}

int pmk_media_out_finish(struct pmk_media_out *out, bool partial)
{
	return module.calls->media_out_finish(out, partial);
}

void pmk_media_out_abandon(struct pmk_media_out *out)
{
	if (out)
		module.calls->media_out_abandon(out);
}

int pmk_still_write_rgb(const char *path, const struct pmk_rgb *rgb)
{
	return pmk_still_write_alpha(path, rgb, NULL, PMK_QUALITY_USUAL);
}

int pmk_still_write_alpha(const char *path, const struct pmk_rgb *rgb, const struct pmk_mask *alpha, int quality)
{
	const struct pmk_simple_pixels pixels = { rgb->width, rgb->height, rgb->stride, 3, rgb->data };
	int err;

	if (pmk_simple_writes(path))
		return pmk_simple_write(path, &pixels, alpha, quality);
	err = need_for(path);
	return err ? err : module.calls->still_write_alpha(path, rgb, alpha, quality);
}

int pmk_still_write_grey(const char *path, const struct pmk_mask *mask)
{
	const struct pmk_simple_pixels pixels = { mask->width, mask->height, mask->stride, 1, mask->alpha };
	int err;

	if (pmk_simple_writes(path))
		return pmk_simple_write(path, &pixels, NULL, PMK_QUALITY_USUAL);
	err = need_for(path);
	return err ? err : module.calls->still_write_grey(path, mask);
}

int pmk_rescale_create(const struct pmk_packed *from, const struct pmk_packed *to, struct pmk_rescale **rescale)
{
	int err = need();

	return err ? err : module.calls->rescale_create(from, to, rescale);
}

void pmk_rescale_run(struct pmk_rescale *rescale, const uint8_t *from, int from_stride, uint8_t *to, int to_stride)
{
	module.calls->rescale_run(rescale, from, from_stride, to, to_stride);
}

void pmk_rescale_destroy(struct pmk_rescale *rescale)
{
	if (rescale)
		module.calls->rescale_destroy(rescale);
}

bool pmk_stream_can(enum pmk_stream_kind kind)
{
	return !need() && module.calls->stream_can(kind);
}

int pmk_stream_create(enum pmk_stream_kind kind, struct pmk_stream **stream)
{
	int err = need();

	if (err)
		pmk_log(PMK_LOG_ERROR, module.cure, "media",
			"a camera's %s needs the module " PMK_MEDIA_MODULE_FILE ", which %s",
			kind == PMK_STREAM_HEVC ? "H.265" : "H.264", module.reason);
	return err ? err : module.calls->stream_create(kind, stream);
}

void pmk_stream_destroy(struct pmk_stream *stream)
{
	if (stream)
		module.calls->stream_destroy(stream);
}

int pmk_stream_decode(struct pmk_stream *stream, const uint8_t *data, size_t bytes, struct pmk_layout *layout)
{
	return module.calls->stream_decode(stream, data, bytes, layout);
}

int pmk_stream_picture(struct pmk_stream *stream, struct pmk_image *image)
{
	return module.calls->stream_picture(stream, image);
}

void pmk_stream_lose(struct pmk_stream *stream)
{
	module.calls->stream_lose(stream);
}

bool pmk_stream_awaits(const struct pmk_stream *stream)
{
	return module.calls->stream_awaits(stream);
}
