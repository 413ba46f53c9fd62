/* SPDX-License-Identifier: MIT */
#include "media/carry/track.h"

#include <string.h>

static int take(struct pmk_track *track, AVPacket *packet, struct pmk_track_span span)
{
	return packet ? pmk_track_write(track, packet, track->from->time_base, 0) : 0;
}

static void close_cover(struct pmk_track *track)
{
}

static const struct pmk_track_impl impl = { .take = take, .close = close_cover };

/* In Matroska a cover is an attached file of this name. */
static int attach(struct pmk_track *track)
{
	AVCodecParameters *made = track->made->codecpar;
	const AVPacket *picture = &track->from->attached_pic;
	bool png = made->codec_id == AV_CODEC_ID_PNG;
	int err;

	made->codec_type = AVMEDIA_TYPE_ATTACHMENT;
	av_freep(&made->extradata);
	made->extradata = av_mallocz((size_t)picture->size + AV_INPUT_BUFFER_PADDING_SIZE);
	if (!made->extradata)
		return AVERROR(ENOMEM);
	made->extradata_size = picture->size;
	memcpy(made->extradata, picture->data, (size_t)picture->size);
	err = av_dict_set(&track->made->metadata, "filename", png ? "cover.png" : "cover.jpg", 0);
	return err < 0 ? err : av_dict_set(&track->made->metadata, "mimetype", png ? "image/png" : "image/jpeg", 0);
}

int pmk_cover_open(struct pmk_track *track)
{
	enum AVCodecID codec = track->from->codecpar->codec_id;
	int err;

	if (!strcmp(track->to->oformat->name, "webm"))
		return AVERROR(ENOSYS);
	if ((codec != AV_CODEC_ID_PNG && codec != AV_CODEC_ID_MJPEG) || track->from->attached_pic.size <= 0)
		return AVERROR(EINVAL);
	err = pmk_track_add(track);
	if (err >= 0)
		err = avcodec_parameters_copy(track->made->codecpar, track->from->codecpar);
	if (err < 0)
		return err;
	track->made->codecpar->codec_tag = 0;
	track->made->time_base = track->from->time_base;
	if (!strcmp(track->to->oformat->name, "matroska"))
		return attach(track);
	track->made->disposition = AV_DISPOSITION_ATTACHED_PIC;
	track->impl = &impl;
	return 0;
}
