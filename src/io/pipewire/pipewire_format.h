/* SPDX-License-Identifier: MIT */
/* PipeWire's video formats in our words, and back. Pure functions; any thread.
 *
 * Known are the raw formats I420, YUY2, NV12, UYVY, YV12 and Motion JPEG; everything else is passed over. */
#ifndef PMK_IO_PIPEWIRE_PIPEWIRE_FORMAT_H
#define PMK_IO_PIPEWIRE_PIPEWIRE_FORMAT_H

#include "image/frame.h"
#include "io/v4l2/devices.h"

struct pmk_source_wish;
struct spa_pod;
struct spa_pod_builder;

/* One EnumFormat of one fixed size, with a fixed rate unless mode->fps is 0 (any). NULL when the format is unknown or
 * the builder full. Browsers do not list a camera whose size is a range or a choice, and read a range of rates as one
 * picture a second. */
const struct spa_pod *pmk_pipewire_format_build(struct spa_pod_builder *builder, const struct pmk_device_mode *mode);

/* The Format that was agreed on. Range and matrix are limited BT.601 unless it says otherwise; JPEG is full range
 * (JFIF), 4:2:2 until its first picture tells. -EINVAL: not fixed, unknown, or a side outside
 * PMK_IMAGE_MIN_PX..PMK_IMAGE_MAX_PX. */
int pmk_pipewire_format_read(const struct spa_pod *format, struct pmk_device_mode *mode, struct pmk_layout *layout)
	__attribute__((warn_unused_result));

/* Adds what an EnumFormat offers to the `count` modes there are, at most `most`; gives the new count. Each of its
 * formats and sizes becomes one mode with the lowest rate that serves the wish (30 without one), else the best; a range
 * of sizes, the wished one (or 1280x720) brought into the range. Without a wish (NULL) the best rate. */
int pmk_pipewire_format_modes(const struct spa_pod *format, const struct pmk_source_wish *wish,
	struct pmk_device_mode *modes, int count, int most);

/* What a stream says once its format is agreed on: how many buffers it wants, mapped memory in one block, `bytes` large
 * with rows of `stride` (0: as the other side has it), with a header of time and number. Built in `memory` of at least
 * 1024 bytes. */
enum { PMK_PIPEWIRE_BUFFER_PARAMS = 2 };
void pmk_pipewire_buffers_build(uint8_t *memory, uint32_t size, size_t bytes, int stride,
	const struct spa_pod *params[PMK_PIPEWIRE_BUFFER_PARAMS]);

/* A rate as a fraction in the smallest terms: 30 as 30/1, 29.97 as 30000/1001. 1/s to 240/s. */
void pmk_pipewire_rate(double fps, uint32_t *numerator, uint32_t *denominator);

#endif
