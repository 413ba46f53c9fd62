/* SPDX-License-Identifier: MIT */
/* Copies the audio of a file, packet by packet, into another one that is being written. For media_out.c only. One
 * thread. */
#ifndef PMK_MEDIA_MEDIA_AUDIO_H
#define PMK_MEDIA_MEDIA_AUDIO_H

#include "media/av.h"

struct pmk_audio {
	AVFormatContext *from;
	AVPacket *packet; /* read but not written, as it is later than the last picture */
	int *stream; /* for each stream of `from`: its number in the output, or negative */
	int64_t origin_ns;
	bool active; /* there may be more to copy */
	bool waiting; /* `packet` is in use */
};

/* Open the audio of `path`, and add a stream to `to` for each of its audio streams. A file without audio is allowed.
 * -EINVAL: `to` cannot hold the audio; logged. Zero the struct before; call close also after a failure. */
int pmk_audio_open(struct pmk_audio *audio, const char *path, const char *to_path, AVFormatContext *to)
	__attribute__((warn_unused_result));
void pmk_audio_close(struct pmk_audio *audio);

/* Copy the audio up to `until_ns`. 0, or FFmpeg's error of writing (not logged). */
int pmk_audio_copy(struct pmk_audio *audio, AVFormatContext *to, int64_t until_ns) __attribute__((warn_unused_result));

/* Copy the rest. If the recording's own pictures go on well after `pictures_end_ns`, copy only up to about there. */
int pmk_audio_copy_rest(struct pmk_audio *audio, AVFormatContext *to, int64_t pictures_end_ns)
	__attribute__((warn_unused_result));

#endif
