/* SPDX-License-Identifier: MIT */
#include "media/film/webp.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/open_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <webp/demux.h>

enum { MOST_BYTES = 256 << 20, HEAD = 21, ANIMATED = 2, SHORTEST_MS = 10, USUAL_MS = 100 };

struct pmk_webp {
	struct pmk_webp_info info;
	uint8_t *data;
	size_t bytes;
	WebPAnimDecoder *decoder;
	int ended_ms; /* end of the last picture, as the file counts */
	int64_t at_ms; /* when the next picture is due */
};

bool pmk_webp_can(const char *path)
{
	uint8_t head[HEAD];
	int64_t size, bytes = 0;
	int fd = pmk_open_file(path, &size);

	if (fd >= 0) {
		bytes = pmk_read_at(fd, head, HEAD, 0);
		close(fd);
	}
	return bytes == HEAD && memcmp(head, "RIFF", 4) == 0 && memcmp(head + 8, "WEBPVP8X", 8) == 0 &&
		head[HEAD - 1] & ANIMATED;
}

static int64_t shown_ms(int told)
{
	return told > SHORTEST_MS ? told : USUAL_MS;
}

static int read_structure(struct pmk_webp *w)
{
	const WebPData data = { w->data, w->bytes };
	WebPDemuxer *demuxer = WebPDemux(&data); /* NULL, too, if the end is missing */
	WebPIterator picture = { 0 };

	if (!demuxer)
		return -EBADMSG;
	w->info.width = (int)WebPDemuxGetI(demuxer, WEBP_FF_CANVAS_WIDTH);
	w->info.height = (int)WebPDemuxGetI(demuxer, WEBP_FF_CANVAS_HEIGHT);
	for (int more = WebPDemuxGetFrame(demuxer, 1, &picture); more; more = WebPDemuxNextFrame(&picture)) {
		w->info.pictures++;
		w->info.duration_ms += shown_ms(picture.duration);
	}
	WebPDemuxReleaseIterator(&picture);
	WebPDemuxDelete(demuxer);
	return w->info.pictures ? 0 : -EBADMSG;
}

int pmk_webp_open(const char *path, struct pmk_webp **webp)
{
	struct pmk_webp *w = calloc(1, sizeof *w);
	int err = w ? pmk_mem_read_file(path, MOST_BYTES, &w->data, &w->bytes) : -ENOMEM;

	if (err)
		pmk_error_cure(PMK_CURE_READABLE_FILE, "%s: cannot be read: %s", path, strerror(-err));
	else
		err = read_structure(w);
	if (err)
		pmk_webp_close(w);
	else
		*webp = w;
	return err;
}

void pmk_webp_close(struct pmk_webp *w)
{
	if (!w)
		return;
	if (w->decoder)
		WebPAnimDecoderDelete(w->decoder);
	free(w->data);
	free(w);
}

const struct pmk_webp_info *pmk_webp_info(const struct pmk_webp *w)
{
	return &w->info;
}

int pmk_webp_start(struct pmk_webp *w)
{
	const WebPData data = { w->data, w->bytes };

	w->decoder = WebPAnimDecoderNew(&data, NULL);
	return w->decoder ? 0 : -ENOMEM;
}

static int fill(const struct pmk_webp *w, const uint8_t *rgba, AVFrame *frame)
{
	frame->format = AV_PIX_FMT_RGBA;
	frame->width = w->info.width;
	frame->height = w->info.height;
	if (av_frame_get_buffer(frame, 0) < 0)
		return -ENOMEM;
	for (int y = 0; y < frame->height; y++)
		memcpy(frame->data[0] + (ptrdiff_t)y * frame->linesize[0], rgba + (size_t)y * (size_t)w->info.width * 4,
			(size_t)w->info.width * 4);
	return 1;
}

int pmk_webp_next(struct pmk_webp *w, AVFrame *frame, int64_t *damaged)
{
	uint8_t *rgba;
	int64_t lasts;
	int ends, got;

	if (!WebPAnimDecoderHasMoreFrames(w->decoder))
		return 0;
	if (!WebPAnimDecoderGetNext(w->decoder, &rgba, &ends)) {
		++*damaged;
		return 0;
	}
	av_frame_unref(frame);
	got = fill(w, rgba, frame);
	if (got < 0)
		return got;
	lasts = shown_ms(ends - w->ended_ms);
	frame->pts = frame->best_effort_timestamp = w->at_ms;
#if LIBAVUTIL_VERSION_INT >= AV_VERSION_INT(57, 30, 100)
	frame->duration = lasts;
#else
	frame->pkt_duration = lasts;
#endif
	w->ended_ms = ends;
	w->at_ms += lasts;
	return 1;
}

void pmk_webp_rewind(struct pmk_webp *w)
{
	WebPAnimDecoderReset(w->decoder);
	w->ended_ms = 0;
	w->at_ms = 0;
}
