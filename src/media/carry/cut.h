/* SPDX-License-Identifier: MIT */
/* What of a track is not to be heard: what its edit list cuts away (ISO/IEC 14496-12, 8.6.6), and what lies before the
 * first picture. For media/carry/ only. */
#ifndef PMK_MEDIA_CARRY_CUT_H
#define PMK_MEDIA_CARRY_CUT_H

#include "media/av.h"

struct pmk_cut {
	int64_t hidden_ns; /* how much lies before position 0; only the last second of it is known */
	int64_t straddling_ns; /* what of the packet that begins before position 0 and ends after it lies after it */
	bool declared; /* the file says itself that this is not to be heard */
	bool inner; /* something between two parts is cut away */
	/* Where parts end, in order: what goes on beyond that, in the same packet, is cut away. Owned. */
	int64_t *seams_ns;
	int seam_count;
	bool ends_early; /* the recording goes on after the last seam */
	AVPacket *first; /* the track's first packet, owned; NULL: none was found */
};

void pmk_cut_free(struct pmk_cut *cut);
int64_t pmk_cut_next_seam(const struct pmk_cut *cut, int64_t time_ns); /* the first after `time_ns`, or INT64_MAX */

/* End the last part at `time_ns`, if it ends later. 0 or -ENOMEM. */
int pmk_cut_end_at(struct pmk_cut *cut, int64_t time_ns) __attribute__((warn_unused_result));

/* Find what is cut away from each audio track of a file, and in .mp4 the first packet of subtitles. This reads packets,
 * so open the file again before reading it for another purpose. Free each of them, also after a failure. 0 or -ENOMEM.
 */
int pmk_cut_find(AVFormatContext *from, int64_t origin_ns, struct pmk_cut *cuts) __attribute__((warn_unused_result));

#endif
