/* SPDX-License-Identifier: MIT */
/* Converts PipeWire's video formats to modes and layouts, and back. Pure functions; any thread.
 *
 * The one rule: only Motion JPEG and the raw formats of image/fourcc.h that SPA has a name for are known. All others
 * are skipped. A format may come from any program that talks to the daemon: one whose sizes do not fit into each other
 * is as one that offers nothing. */
#ifndef PMK_IO_PIPEWIRE_PIPEWIRE_FORMAT_H
#define PMK_IO_PIPEWIRE_PIPEWIRE_FORMAT_H

#include "image/frame.h"
#include "io/v4l2/devices.h"

struct pmk_source_wish;
struct spa_pod;
struct spa_pod_builder;

/* Build one EnumFormat of a fixed size, with a fixed rate unless mode->fps is 0 (any). NULL if the format is unknown or
 * the builder is full. Browsers do not list a camera whose size is a range or a choice, and take a range of rates for
 * one frame per second. */
const struct spa_pod *pmk_pipewire_format_build(struct spa_pod_builder *builder, const struct pmk_device_mode *mode);

/* Read the Format that was agreed on. Range and matrix are those of pmk_unpack_meaning unless it says otherwise. JPEG
 * is 4:2:2 until the first picture shows its sampling. -EINVAL: it is not fixed, is unknown, or has a side outside
 * PMK_IMAGE_MIN_PX..PMK_IMAGE_MAX_PX. */
int pmk_pipewire_format_read(const struct spa_pod *format, struct pmk_device_mode *mode, struct pmk_layout *layout)
	__attribute__((warn_unused_result));

/* Append what an EnumFormat offers to the `count` modes in `modes`, at most `most` in all; returns the new count. Each
 * of its formats and sizes becomes one mode, with the lowest rate that is enough for the wish (30 without a wished
 * rate), or else the best. A range of sizes becomes one size: the wished one (or 1280x720), clamped to the range.
 * Without a wish (NULL), a mode has the best rate. */
int pmk_pipewire_format_modes(const struct spa_pod *format, const struct pmk_source_wish *wish,
	struct pmk_device_mode *modes, int count, int most);

/* Build what a stream asks for once its format is agreed on: how many buffers; each in one mapped block of `bytes`
 * bytes, with rows of `stride` bytes (0: as the other side has it); and a header with time and number. They are built
 * in `memory`, which has at least 1024 bytes. */
enum { PMK_PIPEWIRE_BUFFER_PARAMS = 2 };
void pmk_pipewire_buffers_build(uint8_t *memory, uint32_t size, size_t bytes, int stride,
	const struct spa_pod *params[PMK_PIPEWIRE_BUFFER_PARAMS]);

/* Convert a rate of 1/s to 240/s to a fraction in its lowest terms: 30 to 30/1, 29.97 to 30000/1001. */
void pmk_pipewire_rate(double fps, uint32_t *numerator, uint32_t *denominator);

#endif
