/* SPDX-License-Identifier: MIT */
/* The reply of the process that decodes pictures, and the answer of one that decodes a film, of any content: what is
 * accepted fits into the memory that both share, and its texts end. The first byte is the kind of job. */
#include "fuzz.h"
#include "media/sandbox/reel.h"

#include <stdlib.h>
#include <string.h>

static void check_answer(const uint8_t *bytes, size_t size)
{
	static struct pmk_reel_answer answer;
	struct pmk_media_info info = { 0 };

	memset(&answer, 0, sizeof answer);
	memcpy(&answer, bytes, size < sizeof answer ? size : sizeof answer);
	if (pmk_reel_check(&answer, &info))
		return;
	if (answer.bar_x < 0 || answer.bar_y < 0 || answer.bar_x > PMK_IMAGE_MAX_PX ||
		answer.bar_y > PMK_IMAGE_MAX_PX || answer.damaged < 0)
		abort();
	if (answer.result < 0)
		return;
	if (info.layout.width < 1 || info.layout.height < 1 || info.layout.width > PMK_IMAGE_MAX_PX ||
		info.layout.height > PMK_IMAGE_MAX_PX || !(info.fps >= 1) || answer.lines.count > PMK_REPLY_LINES)
		abort();
	for (uint32_t i = 0; i < answer.lines.count; i++) {
		if (strlen(answer.lines.line[i].text) >= PMK_REPLY_TEXT)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	enum pmk_job_kind kind = size ? (enum pmk_job_kind)(bytes[0] % (PMK_JOB_TRY + 1)) : PMK_JOB_RGB;
	struct pmk_reply reply = { 0 };
	struct pmk_layout layout;
	size_t picture;

	if (size > 1)
		memcpy(&reply, bytes + 1, size - 1 < sizeof reply ? size - 1 : sizeof reply);
	check_answer(bytes, size);
	if (pmk_reply_check(kind, &reply, &layout))
		return 0;
	if (reply.lines.count > PMK_REPLY_LINES || layout.width < 0 || layout.height < 0 || reply.result < -4095)
		abort();
	for (uint32_t i = 0; i < reply.lines.count; i++) {
		if (reply.lines.line[i].level > PMK_LOG_DEBUG || strlen(reply.lines.line[i].text) >= PMK_REPLY_TEXT)
			abort();
	}
	picture = kind == PMK_JOB_PLANES ? pmk_reply_planes_bytes(&layout) :
					   (size_t)layout.width * (size_t)layout.height * pmk_reply_pixel_bytes(kind);
	if (picture > PMK_REPLY_MEMORY - PMK_REPLY_HEAD || (reply.result < 0 && layout.width))
		abort();
	return 0;
}
