/* SPDX-License-Identifier: MIT */
/* The lines of text in YUV4MPEG2 (.y4m), the form of raw video that programs pass through pipes: one line before all
 * pictures, one before each. yuv4mpeg(5) of mjpegtools; the tags that begin with X are FFmpeg's.
 *
 *	YUV4MPEG2 W640 H480 F30000:1001 Ip A1:1 C420jpeg XCOLORRANGE=LIMITED
 *	FRAME
 *
 * The one rule: pictures are of 8 bits, with chroma of half the width or none at all; others are refused in words. A
 * word that begins with another letter than these is passed over. Pure functions on text of any content; any thread. */
#ifndef PMK_IO_STREAM_Y4M_H
#define PMK_IO_STREAM_Y4M_H

#include "image/frame.h"

enum { PMK_Y4M_LINE = 1024, PMK_Y4M_WHY = 128 }; /* bytes of a line, with a final zero; of a reason */

#define PMK_Y4M_MAGIC "YUV4MPEG2 "
#define PMK_Y4M_FRAME "FRAME"

enum pmk_y4m_samples { PMK_Y4M_420, PMK_Y4M_422, PMK_Y4M_444, PMK_Y4M_GREY };

struct pmk_ratio {
	int over, under;
};

struct pmk_y4m_head {
	int width, height; /* px, within the limits of image/frame.h */
	enum pmk_y4m_samples samples;
	enum pmk_range range; /* limited unless the line says otherwise; of grey, full */
	uint8_t siting; /* as in pmk_layout */
	struct pmk_ratio rate; /* frames per second; 25 if the line does not know it */
	struct pmk_ratio pixel; /* its width over its height; 1:1 if the line does not know it */
	struct pmk_ratio said_rate, said_pixel; /* what the line says, even if it has no meaning; 0:0: nothing */
	char odd_range[24]; /* what it says of the range, cut, if that has no meaning; "": it has */
	char odd_word[24]; /* the first one whose first letter is not known, cut; "": there is none */
	bool more_odd_words;
	bool interlaced;
};

/* Read the first line, without its end. -EBADMSG: it is none, says something twice, or what is no number; -EINVAL: a
 * side is outside the limits; -ENOTSUP: such samples are not read. Then `why` says so, to follow a name and a colon. */
int pmk_y4m_parse(const char *line, struct pmk_y4m_head *head, char why[PMK_Y4M_WHY])
	__attribute__((warn_unused_result));

/* Write the first line, with its end, for pictures of that layout with square pixels. */
void pmk_y4m_print(const struct pmk_layout *layout, double fps, char line[PMK_Y4M_LINE]);

#endif
