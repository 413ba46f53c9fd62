/* SPDX-License-Identifier: MIT */
/* The audio of one file copied, packet by packet, into another that is being written. For media_out.c. One thread. */
#ifndef PMK_MEDIA_MEDIA_AUDIO_H
#define PMK_MEDIA_MEDIA_AUDIO_H

#include "media/av.h"

struct pmk_audio {
	AVFormatContext *from;
	AVPacket *packet; /* read, its time not yet come */
	int *stream; /* for each stream of `from`: its number in the output, or -1 */
	int64_t origin_ns;
	bool active; /* some is left to copy */
	bool waiting; /* `packet` is in use */
};

/* Open the audio of `path` and add a stream for each of its audio streams to `to`. A file without audio is fine.
 * -EINVAL where `to` cannot hold it; logged. Zero the struct first; close also after a failure. */
int pmk_audio_open(struct pmk_audio *audio, const char *path, const char *to_path, AVFormatContext *to)
	__attribute__((warn_unused_result));
void pmk_audio_close(struct pmk_audio *audio);

/* Write what sounds up to `until_ns`. 0, or an error of FFmpeg's from writing (not logged). */
int pmk_audio_copy(struct pmk_audio *audio, AVFormatContext *to, int64_t until_ns) __attribute__((warn_unused_result));

/* Write the rest; where the recording's own pictures go on well past `pictures_end_ns`, only up to about there. */
int pmk_audio_copy_rest(struct pmk_audio *audio, AVFormatContext *to, int64_t pictures_end_ns)
	__attribute__((warn_unused_result));

#endif
