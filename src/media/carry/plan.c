/* SPDX-License-Identifier: MIT */
#include "media/carry/plan.h"

#include "base/log.h"
#include "media/carry/telltale.h"

#include <errno.h>
#include <string.h>

static int write_trial(AVFormatContext *trial, const AVPacket *first)
{
	AVPacket *packet = first ? av_packet_clone(first) : NULL;
	int err = avformat_write_header(trial, NULL);

	if (err >= 0 && packet) {
		packet->pts = packet->dts = 0;
		packet->stream_index = 0;
		err = av_write_frame(trial, packet);
	}
	if (err >= 0)
		err = av_write_trailer(trial);
	av_packet_free(&packet);
	return err;
}

/* Later versions of FFmpeg write it (ISO/IEC 23003-5), and hardly anything plays it. */
static bool is_pcm_in_mp4(const AVOutputFormat *kind, enum AVCodecID id)
{
	return strcmp(kind->name, "mp4") == 0 && strncmp(avcodec_get_name(id), "pcm_", 4) == 0;
}

/* Some muxers accept a codec when asked, and refuse it when the header, its packets or the end are due. */
bool pmk_plan_fits(const AVOutputFormat *kind, const AVStream *stream, const AVPacket *first)
{
	AVFormatContext *trial = NULL;
	uint8_t *bytes = NULL;
	bool fits = false;
	AVStream *made;

	if (is_pcm_in_mp4(kind, stream->codecpar->codec_id) ||
		avformat_query_codec(kind, stream->codecpar->codec_id, FF_COMPLIANCE_NORMAL) != 1 ||
		avformat_alloc_output_context2(&trial, kind, NULL, NULL) < 0)
		return false;
	made = avformat_new_stream(trial, NULL);
	if (made && avcodec_parameters_copy(made->codecpar, stream->codecpar) >= 0 &&
		avio_open_dyn_buf(&trial->pb) >= 0) {
		made->codecpar->codec_tag = 0;
		made->time_base = stream->time_base;
		fits = write_trial(trial, first) >= 0;
		avio_close_dyn_buf(trial->pb, &bytes);
		av_free(bytes);
	}
	avformat_free_context(trial);
	return fits;
}

static bool is_lossless(enum AVCodecID id)
{
	const AVCodecDescriptor *codec = avcodec_descriptor_get(id);

	return codec && codec->props & AV_CODEC_PROP_LOSSLESS && !(codec->props & AV_CODEC_PROP_LOSSY);
}

static bool is_webm(const struct pmk_track *track)
{
	return !strcmp(track->to->oformat->name, "webm");
}

/* AAC for .mp4, which every player knows; for .mkv FLAC where nothing was lost so far, otherwise Opus, as for .webm. */
static const AVCodec *choose_encoder(const struct pmk_track *track)
{
	const AVCodec *codec = NULL;

	if (!pmk_av_is_matroska(track->to->oformat))
		return avcodec_find_encoder(AV_CODEC_ID_AAC);
	if (is_webm(track))
		return avcodec_find_encoder_by_name("libopus");
	if (!is_lossless(track->from->codecpar->codec_id))
		codec = avcodec_find_encoder_by_name("libopus");
	return codec ? codec : avcodec_find_encoder(AV_CODEC_ID_FLAC);
}

static const char *codec_name(const AVCodecParameters *parameters, char text[AV_FOURCC_MAX_STRING_SIZE])
{
	if (parameters->codec_id != AV_CODEC_ID_NONE)
		return avcodec_get_name(parameters->codec_id);
	return parameters->codec_tag ? av_fourcc_make_string(text, parameters->codec_tag) : "of an unknown codec";
}

/* *why: the reason if it cannot be encoded. 0 or FFmpeg's error. */
static int try_encode(struct pmk_track *track, const char **why)
{
	const AVCodec *codec = choose_encoder(track);
	int err;

	*why = "this FFmpeg has no encoder for it";
	if (!codec)
		return AVERROR_ENCODER_NOT_FOUND;
	err = pmk_encode_open(track, codec);
	*why = err == AVERROR_DECODER_NOT_FOUND ? "this FFmpeg cannot decode it" : "it cannot be encoded";
	return err;
}

static int leave_out(
	const struct pmk_track *track, const char *what, int number, const char *from_path, const char *why)
{
	char name[AV_FOURCC_MAX_STRING_SIZE];

	pmk_warn("%s: %s track %d (%s) is left out: %s", from_path, what, number,
		codec_name(track->from->codecpar, name), why);
	return 0;
}

bool pmk_plan_give_up(struct pmk_track *track, int err, const char *from_path)
{
	char text[128];

	if (err != AVERROR(EINVAL) && err != AVERROR_INVALIDDATA && err != AVERROR_PATCHWELCOME)
		return false;
	pmk_warn("%s: a track (%s) ends early: the rest of it cannot be stored in the new file: %s", from_path,
		avcodec_get_name(track->from->codecpar->codec_id), pmk_av_reason(err, text));
	track->impl->close(track);
	track->impl = NULL;
	return true;
}

int pmk_plan_audio(struct pmk_track *track, enum pmk_audio wanted, int number, const char *from_path)
{
	bool fits = wanted != PMK_AUDIO_ENCODE && wanted != PMK_AUDIO_NONE &&
		pmk_plan_fits(track->to->oformat, track->from, track->cut.first);
	const char *why = "the new file cannot hold it";
	int err = AVERROR(EINVAL);

	if (wanted == PMK_AUDIO_NONE)
		return 0;
	if (fits && (wanted == PMK_AUDIO_COPY || pmk_copy_keeps_all(track)))
		err = pmk_copy_open(track);
	else if (wanted != PMK_AUDIO_COPY)
		err = try_encode(track, &why);
	if (err < 0 && err != AVERROR(ENOMEM) && fits && wanted == PMK_AUDIO_AUTO) /* a little is lost at a cut */
		err = pmk_copy_open(track);
	if (err == AVERROR(ENOMEM))
		return -ENOMEM;
	return err < 0 ? leave_out(track, "audio", number, from_path, why) : 0;
}

static bool is_text(const struct pmk_track *track)
{
	const AVCodecDescriptor *codec = avcodec_descriptor_get(track->from->codecpar->codec_id);

	return codec && codec->props & AV_CODEC_PROP_TEXT_SUB;
}

/* Text is converted to the one text codec that .mp4 has, or to the plainest one of .mkv and .webm. */
static const AVCodec *choose_text(const struct pmk_track *track)
{
	if (!is_text(track))
		return NULL;
	if (!pmk_av_is_matroska(track->to->oformat))
		return avcodec_find_encoder(AV_CODEC_ID_MOV_TEXT);
	return avcodec_find_encoder(is_webm(track) ? AV_CODEC_ID_WEBVTT : AV_CODEC_ID_SUBRIP);
}

static const char *tag_of(const struct pmk_track *track, const char *key)
{
	const AVDictionaryEntry *entry = av_dict_get(track->from->metadata, key, NULL, 0);

	return entry ? entry->value : NULL;
}

static bool is_log(const struct pmk_track *track)
{
	const AVPacket *first = track->cut.first;

	return pmk_telltale_name(tag_of(track, "handler_name")) || pmk_telltale_name(tag_of(track, "title")) ||
		(first && is_text(track) && pmk_telltale_text(first->data, (size_t)first->size));
}

bool pmk_plan_withhold(struct pmk_track *track, const AVPacket *packet, const char *from_path)
{
	if (track->from->codecpar->codec_type != AVMEDIA_TYPE_SUBTITLE || !is_text(track) ||
		!pmk_telltale_text(packet->data, (size_t)packet->size))
		return false;
	pmk_warn("%s: a subtitle track ends early: the rest of it tells a place, as a camera's log does", from_path);
	track->impl->close(track);
	track->impl = NULL;
	return true;
}

int pmk_plan_subtitles(struct pmk_track *track, int number, const char *from_path)
{
	const AVCodec *codec = choose_text(track);
	int err = AVERROR(EINVAL);

	if (is_log(track))
		return leave_out(
			track, "subtitle", number, from_path, "it is a camera's log, which may tell the place");
	if (pmk_plan_fits(track->to->oformat, track->from, NULL))
		err = pmk_text_open(track, NULL);
	else if (codec)
		err = pmk_text_open(track, codec);
	if (err == AVERROR(ENOMEM))
		return -ENOMEM;
	return err < 0 ? leave_out(track, "subtitle", number, from_path, "the new file cannot hold it") : 0;
}

int pmk_plan_cover(struct pmk_track *track, bool wanted, const char *from_path)
{
	int err;

	if (!wanted) {
		pmk_log(PMK_LOG_WARN, PMK_CURE_KEEP_COVER, NULL,
			"%s: its cover picture is left out, as it may show the room", from_path);
		return 0;
	}
	err = pmk_cover_open(track);
	if (err < 0 && err != AVERROR(ENOMEM))
		pmk_warn("%s: its cover picture is left out: %s", from_path,
			err == AVERROR(ENOSYS) ? "the new file cannot hold it" : "not a JPEG or PNG");
	return err == AVERROR(ENOMEM) ? -ENOMEM : 0;
}
