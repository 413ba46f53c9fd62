/* SPDX-License-Identifier: MIT */
#include "control/page/preview.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/num.h"
#include "core/thread.h"
#include "image/colour.h"
#include "image/convert.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <turbojpeg.h>

enum { QUALITY = 80, LEAST_WIDTH = 160, MOST_WIDTH = 1920 };

static const uint64_t LOOK_NS = 20 * PMK_MS_NS; /* between two looks for a new picture: up to 50 per second */
static const uint64_t STILL_NS = 500 * PMK_MS_NS; /* a picture that stays is sent again, so that a reader is alive */

struct pmk_preview {
	struct pmk_pipeline *pipeline;
	struct pmk_thread thread;
	tjhandle jpeg; /* the thread's, like what follows */
	struct pmk_image scaled, full; /* in the size of the stream; in full range */
	uint64_t shown_ns, sent_ns; /* capture time of the last picture; when it was sent */
	int shown_width; /* the width that it was encoded for */

	pthread_mutex_t lock; /* protects what follows */
	pthread_cond_t changed;
	bool stopping;
	int waiting, width; /* how many wait; the widest wish since somebody does */
	unsigned char *data; /* the last JPEG; tjFree */
	unsigned long bytes;
	uint64_t number;
};

/* --- encoding [the stream's thread] --- */

static int fit(struct pmk_image *image, const struct pmk_layout *layout)
{
	if (image->plane[0] && pmk_layout_equal(&image->layout, layout))
		return 0;
	pmk_image_free(image);
	return pmk_image_alloc(image, layout);
}

/* ITU-R BT.601 and BT.709: luma 16..235 and chroma 16..240 become 0..255, as JPEG has them (ITU-T T.871). */
static void to_full_row(const uint8_t *from, uint8_t *to, int count, int range, int middle, int centre)
{
	int factor = (255 << 16) / range;

	for (int x = 0; x < count; x++) {
		int value = (((from[x] - middle) * factor + (1 << 15)) >> 16) + centre;

		to[x] = (uint8_t)pmk_clamp(value, 0, 255);
	}
}

static void to_full(const struct pmk_image *from, struct pmk_image *to)
{
	for (int p = 0; p < 3; p++) {
		int width = pmk_layout_plane_width(&from->layout, p);

		for (int y = 0; y < pmk_layout_plane_height(&from->layout, p); y++)
			to_full_row(from->plane[p] + (ptrdiff_t)y * from->stride[p],
				to->plane[p] + (ptrdiff_t)y * to->stride[p], width, p ? 224 : 219, p ? 128 : 16,
				p ? 128 : 0);
	}
}

static int encode(struct pmk_preview *s, const struct pmk_image *image, int width)
{
	struct pmk_layout layout = image->layout;
	const unsigned char *planes[3];
	int sampling, err;

	if (width < layout.width) {
		layout.height = pmk_max((layout.height * width / layout.width) & ~1, 16);
		layout.width = width;
	}
	sampling = layout.chroma == PMK_CHROMA_422 ? TJSAMP_422 : TJSAMP_420;
	err = fit(&s->scaled, &layout);
	if (!err)
		err = pmk_convert_scale(image, &s->scaled);
	pmk_colour_to_matrix(&s->scaled, PMK_MATRIX_BT601);
	layout.matrix = PMK_MATRIX_BT601;
	layout.range = PMK_RANGE_FULL;
	if (!err)
		err = fit(&s->full, &layout);
	if (err)
		return err;
	to_full(&s->scaled, &s->full);
	s->scaled.layout.matrix = image->layout.matrix; /* as `fit` expects it next time */
	for (int p = 0; p < 3; p++)
		planes[p] = s->full.plane[p];
	return tjCompressFromYUVPlanes(s->jpeg, planes, layout.width, s->full.stride, layout.height, sampling, &s->data,
		       &s->bytes, QUALITY, TJFLAG_FASTDCT) ?
		-EIO :
		0;
}

/* Encode what is shown now, if it is new; the last JPEG serves again for a picture that stays. */
static void look(struct pmk_preview *s, int width)
{
	struct pmk_shown *shown = pmk_pipeline_shown(s->pipeline);
	uint64_t now = pmk_clock_now_ns();
	bool fresh;

	if (!shown)
		return;
	fresh = pmk_shown_time_ns(shown) != s->shown_ns || width != s->shown_width;
	if (fresh || now - s->sent_ns > STILL_NS) {
		pthread_mutex_lock(&s->lock); /* readers copy s->data */
		if (!fresh || !encode(s, pmk_shown_image(shown), width)) {
			s->number++;
			s->shown_ns = pmk_shown_time_ns(shown);
			s->shown_width = width;
			s->sent_ns = now;
			pthread_cond_broadcast(&s->changed);
		}
		pthread_mutex_unlock(&s->lock);
	}
	pmk_shown_unref(shown);
}

/* Wait until somebody waits for pictures. Gives the width; 0: it is to stop. */
static int wait_for_readers(struct pmk_preview *s)
{
	int width;

	pthread_mutex_lock(&s->lock);
	if (!s->waiting && !s->stopping) {
		pmk_pipeline_watch(s->pipeline, false);
		while (!s->waiting && !s->stopping)
			pthread_cond_wait(&s->changed, &s->lock);
		pmk_pipeline_watch(s->pipeline, true);
	}
	width = s->stopping ? 0 : s->width;
	pthread_mutex_unlock(&s->lock);
	return width;
}

static void *stream_main(void *arg)
{
	struct pmk_preview *s = arg;
	int width;

	while ((width = wait_for_readers(s))) {
		look(s, width);
		pmk_clock_sleep_until(pmk_clock_now_ns() + LOOK_NS);
	}
	pmk_pipeline_watch(s->pipeline, false);
	return NULL;
}

/* --- readers --- */

void pmk_preview_join(struct pmk_preview *s, int width)
{
	pthread_mutex_lock(&s->lock);
	width = pmk_clamp(width, LEAST_WIDTH, MOST_WIDTH) & ~1;
	s->width = s->waiting ? pmk_max(s->width, width) : width;
	s->waiting++;
	pthread_cond_broadcast(&s->changed);
	pthread_mutex_unlock(&s->lock);
}

void pmk_preview_leave(struct pmk_preview *s)
{
	pthread_mutex_lock(&s->lock);
	s->waiting--;
	pthread_mutex_unlock(&s->lock);
}

int pmk_preview_next(struct pmk_preview *s, struct pmk_jpeg_copy *copy)
{
	int err = 0;

	pthread_mutex_lock(&s->lock);
	while (!s->stopping && s->number <= copy->number)
		pthread_cond_wait(&s->changed, &s->lock);
	free(copy->data);
	copy->bytes = s->bytes;
	copy->data = s->stopping ? NULL : malloc(s->bytes);
	if (copy->data)
		memcpy(copy->data, s->data, s->bytes);
	else
		err = s->stopping ? -ECANCELED : -ENOMEM;
	copy->number = s->number;
	pthread_mutex_unlock(&s->lock);
	return err;
}

/* --- create, destroy --- */

int pmk_preview_create(struct pmk_pipeline *pipeline, struct pmk_preview **stream)
{
	struct pmk_preview *s = calloc(1, sizeof *s);
	int err;

	if (!s)
		return -ENOMEM;
	s->pipeline = pipeline;
	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->changed, NULL);
	s->jpeg = tjInitCompress();
	err = s->jpeg ? pmk_thread_start(&s->thread, stream_main, s) : -ENOMEM;
	if (err) {
		pmk_preview_destroy(s);
		return err;
	}
	*stream = s;
	return 0;
}

void pmk_preview_stop(struct pmk_preview *s)
{
	pthread_mutex_lock(&s->lock);
	s->stopping = true;
	pthread_cond_broadcast(&s->changed);
	pthread_mutex_unlock(&s->lock);
}

void pmk_preview_destroy(struct pmk_preview *s)
{
	if (!s)
		return;
	pmk_preview_stop(s);
	if (s->thread.running)
		pthread_join(s->thread.id, NULL);
	if (s->jpeg)
		tjDestroy(s->jpeg);
	tjFree(s->data);
	pmk_image_free(&s->scaled);
	pmk_image_free(&s->full);
	pthread_cond_destroy(&s->changed);
	pthread_mutex_destroy(&s->lock);
	free(s);
}
