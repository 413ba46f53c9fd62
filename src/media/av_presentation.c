/* SPDX-License-Identifier: MIT */
#include "media/av.h"

#include <libavutil/parseutils.h>
#include <string.h>

static const AVRational nanoseconds = { 1, 1000000000 };

bool pmk_av_has_edits(const AVFormatContext *format)
{
	return !strncmp(format->iformat->name, "mov,", 4);
}

bool pmk_av_is_cut(const AVFormatContext *format, int64_t time)
{
	return time != AV_NOPTS_VALUE && time < 0 && pmk_av_has_edits(format);
}

int64_t pmk_av_origin_ns(AVFormatContext *format)
{
	int index = av_find_best_stream(format, AVMEDIA_TYPE_VIDEO, -1, -1, NULL, 0);
	const AVStream *stream = index < 0 ? NULL : format->streams[index];

	if (!stream || stream->start_time == AV_NOPTS_VALUE || pmk_av_is_cut(format, stream->start_time))
		return 0;
	return av_rescale_q(stream->start_time, stream->time_base, nanoseconds);
}

/* Matroska files give it as a tag of the track. */
static int64_t tagged_duration_ns(const AVStream *stream)
{
	const AVDictionaryEntry *tag = av_dict_get(stream->metadata, "DURATION", NULL, 0);
	int64_t us;

	return tag && av_parse_time(&us, tag->value, 1) >= 0 && us > 0 && us < INT64_MAX / 1000 ? us * 1000 : 0;
}

static int64_t stored_duration_ns(const AVFormatContext *format, const AVStream *stream)
{
	int64_t tagged, cut = pmk_av_is_cut(format, stream->start_time) ? stream->start_time : 0;

	if (stream->duration != AV_NOPTS_VALUE && stream->duration + cut > 0)
		return av_rescale_q(stream->duration + cut, stream->time_base, nanoseconds);
	tagged = tagged_duration_ns(stream);
	if (tagged)
		return tagged;
	if (format->duration != AV_NOPTS_VALUE && format->duration > 0)
		return av_rescale(format->duration, 1000000000, AV_TIME_BASE);
	return 0;
}

int64_t pmk_av_duration_ns(const AVFormatContext *format, const AVStream *stream)
{
	int64_t stored = stored_duration_ns(format, stream), shown = pmk_av_edit_end_ns(format, stream);

	if (shown != INT64_MAX && stream->start_time != AV_NOPTS_VALUE && stream->start_time > 0)
		shown -= av_rescale_q(stream->start_time, stream->time_base, nanoseconds);
	return shown > 0 && shown < stored ? shown : stored;
}

/* How many entries of the index are shown; FFmpeg makes the index as the edit list wants it. */
static int64_t count_index(AVStream *stream)
{
	int64_t count = 0;

	for (int i = 0; i < avformat_index_get_entries_count(stream); i++)
		count += !(avformat_index_get_entry(stream, i)->flags & AVINDEX_DISCARD_FRAME);
	return count;
}

int64_t pmk_av_count(const AVFormatContext *format, AVStream *stream)
{
	int64_t count = stream->nb_frames > 0 && pmk_av_has_edits(format) ? count_index(stream) : stream->nb_frames;

	return count > 0 ? count :
			   (int64_t)((double)pmk_av_duration_ns(format, stream) / 1e9 * pmk_av_fps(stream) + 0.5);
}

bool pmk_av_has_own_length(const AVFormatContext *format, const AVStream *stream)
{
	return format->nb_streams == 1 || stream->nb_frames > 0 || stream->duration != AV_NOPTS_VALUE ||
		tagged_duration_ns(stream);
}
