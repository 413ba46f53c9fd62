/* SPDX-License-Identifier: MIT */
#include "media/still/said.h"

#include <libavcodec/avcodec.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* The count is all that is kept of it, so it stands in the place of a pointer. */
static void count_error(AVFormatContext *format)
{
	format->opaque = (void *)((uintptr_t)format->opaque + 1);
}

int pmk_said_by_reader(const AVFormatContext *format)
{
	return (int)(uintptr_t)format->opaque;
}

static void hear(void *object, int level, const char *format, va_list args)
{
	const AVClass *class = object ? *(const AVClass **)object : NULL;
	struct pmk_said *said;

	if (level <= AV_LOG_ERROR && class == avformat_get_class())
		count_error(object);
	if (level > AV_LOG_ERROR || class != avcodec_get_class())
		return;
	said = ((AVCodecContext *)object)->opaque;
	if (!said || said->errors++)
		return;
	vsnprintf(said->first, sizeof said->first, format, args);
	said->first[strcspn(said->first, "\n")] = '\0';
}

void pmk_said_listen(void)
{
	av_log_set_level(AV_LOG_QUIET);
	av_log_set_callback(hear);
}
