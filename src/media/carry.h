/* SPDX-License-Identifier: MIT */
/* What a film that is written takes over from a recording, besides the pictures. media/carry/ does it.
 *
 * The one rule: nothing that the recording's edit list cuts away, and nothing from before its first picture, gets into
 * the new file. */
#ifndef PMK_MEDIA_CARRY_H
#define PMK_MEDIA_CARRY_H

#include <stdbool.h>
#include <stdint.h>

/* What becomes of each audio track. One that the new file cannot get is left out, with a warning. */
enum pmk_audio {
	PMK_AUDIO_AUTO, /* copied if the new file can hold it and the cuts allow it, otherwise encoded */
	PMK_AUDIO_COPY, /* never encoded: copied, or left out */
	PMK_AUDIO_ENCODE, /* always encoded, so that cuts are exact to the sample */
	PMK_AUDIO_NONE, /* left out, without a warning */
};

struct pmk_carry {
	const char *from; /* path of the recording; NULL: take over nothing */
	int64_t start_ns; /* the position in the recording that becomes 0, from its first picture */
	int64_t length_ns; /* how much is taken over from there; 0: all */
	enum pmk_audio audio;
	bool strip; /* take over audio alone: no subtitles, chapters and titles, no languages, dates and marks */
	/* Take over the cover picture, too. It is copied as it is, and often it is a still of the recording. */
	bool cover;
};

#endif
