/* SPDX-License-Identifier: MIT */
/* Audio of any rate, sample format and channels in; out comes that of one encoder, through libswresample. Counts
 * samples, so that their place in time is known. For media/carry/ only.
 *
 * The one rule: a place is a number of samples at the encoder's rate, from position 0.
 *
 * Functions that can fail return 0 or FFmpeg's error. */
#ifndef PMK_MEDIA_CARRY_RESAMPLE_H
#define PMK_MEDIA_CARRY_RESAMPLE_H

#include <libavcodec/avcodec.h>
#include <libavutil/audio_fifo.h>
#include <libswresample/swresample.h>

struct pmk_resample {
	AVChannelLayout to_layout, from_layout;
	enum AVSampleFormat to_format, from_format;
	int to_rate, from_rate; /* Hz */
	SwrContext *swr; /* NULL before the first frame */
	AVAudioFifo *ready;
	uint8_t **room; /* one buffer of to_format for each plane, of room_samples */
	int room_samples;
	int64_t added; /* samples that went into `ready` so far */
};

/* Zero the struct before; call close also after a failure. */
int pmk_resample_open(struct pmk_resample *resample, const AVCodecContext *encoder) __attribute__((warn_unused_result));
void pmk_resample_close(struct pmk_resample *resample);

/* Get ready for a frame, whose rate, format and channels may differ from those of the last one. */
int pmk_resample_accept(struct pmk_resample *resample, const AVFrame *frame) __attribute__((warn_unused_result));
/* Where the next sample will be. */
int64_t pmk_resample_place(const struct pmk_resample *resample);

/* Add a frame that was accepted, without its first `skip` samples; NULL: the end, add what the filters hold. */
int pmk_resample_add(struct pmk_resample *resample, const AVFrame *frame, int skip) __attribute__((warn_unused_result));
int pmk_resample_silence(struct pmk_resample *resample, int samples) __attribute__((warn_unused_result));

int pmk_resample_ready(const struct pmk_resample *resample); /* samples that can be taken */
/* Take frame->nb_samples samples, which must be ready, into the frame's buffers. */
int pmk_resample_take(struct pmk_resample *resample, AVFrame *frame) __attribute__((warn_unused_result));

#endif
