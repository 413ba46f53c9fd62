/* SPDX-License-Identifier: MIT */
#include "media/media_audio.h"

#include "base/log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { NOT_COPIED = -1, PICTURES = -2 };

static const int64_t cut_slack_ns = 500000000; /* so that damaged pictures at the end do not truncate the audio */

static int add_stream(struct pmk_audio *audio, unsigned index, const char *to_path, AVFormatContext *to)
{
	const AVStream *from = audio->from->streams[index];
	AVStream *made;
	int err;

	if (avformat_query_codec(to->oformat, from->codecpar->codec_id, FF_COMPLIANCE_NORMAL) != 1) {
		pmk_error("%s: cannot hold the audio (%s) of the recording; name an .mkv file", to_path,
			avcodec_get_name(from->codecpar->codec_id));
		return -EINVAL;
	}
	made = avformat_new_stream(to, NULL);
	if (!made)
		return -ENOMEM;
	err = avcodec_parameters_copy(made->codecpar, from->codecpar);
	if (err < 0)
		return pmk_av_errno(err);
	made->codecpar->codec_tag = 0; /* tags differ from container to container */
	made->time_base = from->time_base;
	av_dict_copy(&made->metadata, from->metadata, 0);
	audio->stream[index] = made->index;
	return 0;
}

int pmk_audio_open(struct pmk_audio *audio, const char *path, const char *to_path, AVFormatContext *to)
{
	int err, pictures;

	err = pmk_av_open(path, (int64_t)PMK_IMAGE_MAX_PX * PMK_IMAGE_MAX_PX, &audio->from);
	if (err)
		return err;
	audio->origin_ns = pmk_av_origin_ns(audio->from);
	audio->packet = av_packet_alloc();
	audio->stream = calloc(audio->from->nb_streams + 1, sizeof audio->stream[0]);
	if (!audio->packet || !audio->stream)
		return -ENOMEM;
	pictures = av_find_best_stream(audio->from, AVMEDIA_TYPE_VIDEO, -1, -1, NULL, 0);
	for (unsigned i = 0; i < audio->from->nb_streams; i++) {
		audio->stream[i] = (int)i == pictures ? PICTURES : NOT_COPIED;
		if (audio->from->streams[i]->codecpar->codec_type == AVMEDIA_TYPE_AUDIO) {
			err = add_stream(audio, i, to_path, to);
			if (err)
				return err;
			audio->active = true;
		}
		if (audio->stream[i] == NOT_COPIED)
			audio->from->streams[i]->discard = AVDISCARD_ALL;
	}
	return 0;
}

void pmk_audio_close(struct pmk_audio *audio)
{
	av_packet_free(&audio->packet);
	pmk_av_close(&audio->from);
	free(audio->stream);
	*audio = (struct pmk_audio){ 0 };
}

static int64_t packet_time_ns(const struct pmk_audio *audio)
{
	const AVPacket *packet = audio->packet;
	const AVStream *stream = audio->from->streams[packet->stream_index];
	int64_t time = packet->pts != AV_NOPTS_VALUE ? packet->pts : packet->dts;

	if (time == AV_NOPTS_VALUE)
		return INT64_MIN; /* write it at once, in the order of the file */
	return av_rescale_q(time, stream->time_base, (AVRational){ 1, 1000000000 }) - audio->origin_ns;
}

static int write_packet(struct pmk_audio *audio, AVFormatContext *to)
{
	AVPacket *packet = audio->packet;
	const AVStream *from = audio->from->streams[packet->stream_index];
	const AVStream *made = to->streams[audio->stream[packet->stream_index]];
	int64_t origin = av_rescale_q(audio->origin_ns, (AVRational){ 1, 1000000000 }, from->time_base);

	if (packet->pts != AV_NOPTS_VALUE)
		packet->pts -= origin;
	if (packet->dts != AV_NOPTS_VALUE)
		packet->dts -= origin;
	av_packet_rescale_ts(packet, from->time_base, made->time_base);
	packet->stream_index = made->index;
	packet->pos = -1;
	return av_interleaved_write_frame(to, packet); /* takes over the packet's data */
}

static int copy(struct pmk_audio *audio, AVFormatContext *to, int64_t until_ns, int64_t pictures_end_ns)
{
	while (audio->active) {
		int number, err = 0;
		int64_t time;

		if (!audio->waiting && av_read_frame(audio->from, audio->packet) < 0) {
			audio->active = false;
			break;
		}
		audio->waiting = true;
		number = audio->stream[audio->packet->stream_index];
		time = packet_time_ns(audio);
		if (number >= 0 && time > until_ns)
			break;
		if (number >= 0)
			err = write_packet(audio, to);
		else if (number == PICTURES && time > pictures_end_ns)
			audio->active = false;
		av_packet_unref(audio->packet);
		audio->waiting = false;
		if (err < 0)
			return err;
	}
	return 0;
}

int pmk_audio_copy(struct pmk_audio *audio, AVFormatContext *to, int64_t until_ns)
{
	return copy(audio, to, until_ns, INT64_MAX);
}

int pmk_audio_copy_rest(struct pmk_audio *audio, AVFormatContext *to, int64_t pictures_end_ns)
{
	return copy(audio, to, INT64_MAX, pictures_end_ns + cut_slack_ns);
}
