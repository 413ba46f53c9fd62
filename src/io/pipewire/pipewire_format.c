/* SPDX-License-Identifier: MIT */
#include "io/pipewire/pipewire_format.h"

#include "base/num.h"

#include <errno.h>
#include <math.h>

#include <spa/buffer/buffer.h>
#include <spa/buffer/meta.h>
#include <spa/param/buffers.h>
#include <spa/param/video/format-utils.h>
#include <spa/pod/builder.h>
#include <spa/pod/iter.h>

#include "image/fourcc.h"
#include "io/source.h"
#include "io/unpack.h"

enum { VALUES = 32 }; /* the most values of a choice that are read */
enum { BUFFERS = 4, BUFFERS_LEAST = 2, BUFFERS_MOST = 16 };

static const struct {
	uint32_t fourcc, raw;
} formats[] = {
	{ PMK_FOURCC_YU12, SPA_VIDEO_FORMAT_I420 },
	{ PMK_FOURCC_YUYV, SPA_VIDEO_FORMAT_YUY2 },
	{ PMK_FOURCC_NV12, SPA_VIDEO_FORMAT_NV12 },
	{ PMK_FOURCC_UYVY, SPA_VIDEO_FORMAT_UYVY },
	{ PMK_FOURCC_YV12, SPA_VIDEO_FORMAT_YV12 },
	{ PMK_FOURCC_NV21, SPA_VIDEO_FORMAT_NV21 },
	{ PMK_FOURCC_NV16, SPA_VIDEO_FORMAT_NV16 },
	{ PMK_FOURCC_NV61, SPA_VIDEO_FORMAT_NV61 },
	{ PMK_FOURCC_YVYU, SPA_VIDEO_FORMAT_YVYU },
	{ PMK_FOURCC_VYUY, SPA_VIDEO_FORMAT_VYUY },
	{ PMK_FOURCC_422P, SPA_VIDEO_FORMAT_Y42B },
	{ PMK_FOURCC_GREY, SPA_VIDEO_FORMAT_GRAY8 },
	{ PMK_FOURCC_Y16, SPA_VIDEO_FORMAT_GRAY16_LE },
	{ PMK_FOURCC_RGB3, SPA_VIDEO_FORMAT_RGB },
	{ PMK_FOURCC_BGR3, SPA_VIDEO_FORMAT_BGR },
	{ PMK_FOURCC_AR24, SPA_VIDEO_FORMAT_BGRA },
	{ PMK_FOURCC_XR24, SPA_VIDEO_FORMAT_BGRx },
	{ PMK_FOURCC_AB24, SPA_VIDEO_FORMAT_RGBA },
	{ PMK_FOURCC_XB24, SPA_VIDEO_FORMAT_RGBx },
	{ PMK_FOURCC_BA24, SPA_VIDEO_FORMAT_ARGB },
	{ PMK_FOURCC_BX24, SPA_VIDEO_FORMAT_xRGB },
	{ PMK_FOURCC_RA24, SPA_VIDEO_FORMAT_ABGR },
	{ PMK_FOURCC_RX24, SPA_VIDEO_FORMAT_xBGR },
	{ PMK_FOURCC_RGBP, SPA_VIDEO_FORMAT_RGB16 },
};
enum { FORMATS = sizeof(formats) / sizeof(*formats) };

static uint32_t fourcc_of(uint32_t raw)
{
	for (int i = 0; i < FORMATS; i++)
		if (formats[i].raw == raw)
			return formats[i].fourcc;
	return 0;
}

static uint32_t raw_of(uint32_t fourcc)
{
	for (int i = 0; i < FORMATS; i++)
		if (formats[i].fourcc == fourcc)
			return formats[i].raw;
	return SPA_VIDEO_FORMAT_UNKNOWN;
}

void pmk_pipewire_rate(double fps, uint32_t *numerator, uint32_t *denominator)
{
	double bounded = fmin(fmax(fps, 1), 240), whole = round(bounded), ntsc = round(bounded * 1.001);

	if (fabs(bounded - whole) < 0.005) {
		*numerator = (uint32_t)whole;
		*denominator = 1;
	} else if (fabs(bounded - ntsc / 1.001) < 0.005) {
		*numerator = (uint32_t)ntsc * 1000;
		*denominator = 1001;
	} else {
		*numerator = (uint32_t)round(bounded * 100);
		*denominator = 100;
	}
}

const struct spa_pod *pmk_pipewire_format_build(struct spa_pod_builder *builder, const struct pmk_device_mode *mode)
{
	bool jpeg = pmk_fourcc_is_jpeg(mode->fourcc);
	struct spa_rectangle size = SPA_RECTANGLE((uint32_t)mode->width, (uint32_t)mode->height);
	struct spa_fraction rate;
	struct spa_pod_frame frame;

	if (!jpeg && raw_of(mode->fourcc) == SPA_VIDEO_FORMAT_UNKNOWN)
		return NULL;
	spa_pod_builder_push_object(builder, &frame, SPA_TYPE_OBJECT_Format, SPA_PARAM_EnumFormat);
	spa_pod_builder_add(builder, SPA_FORMAT_mediaType, SPA_POD_Id(SPA_MEDIA_TYPE_video), SPA_FORMAT_mediaSubtype,
		SPA_POD_Id(jpeg ? SPA_MEDIA_SUBTYPE_mjpg : SPA_MEDIA_SUBTYPE_raw), 0);
	if (!jpeg)
		spa_pod_builder_add(builder, SPA_FORMAT_VIDEO_format, SPA_POD_Id(raw_of(mode->fourcc)), 0);
	spa_pod_builder_add(builder, SPA_FORMAT_VIDEO_size, SPA_POD_Rectangle(&size), 0);
	if (mode->fps > 0) {
		pmk_pipewire_rate(mode->fps, &rate.num, &rate.denom);
		spa_pod_builder_add(builder, SPA_FORMAT_VIDEO_framerate, SPA_POD_Fraction(&rate), 0);
	}
	return spa_pod_builder_pop(builder, &frame);
}

void pmk_pipewire_buffers_build(uint8_t *memory, uint32_t size, size_t bytes, int stride,
	const struct spa_pod *params[PMK_PIPEWIRE_BUFFER_PARAMS])
{
	struct spa_pod_builder builder = SPA_POD_BUILDER_INIT(memory, size);
	struct spa_pod_frame frame;

	spa_pod_builder_push_object(&builder, &frame, SPA_TYPE_OBJECT_ParamBuffers, SPA_PARAM_Buffers);
	spa_pod_builder_add(&builder, SPA_PARAM_BUFFERS_buffers,
		SPA_POD_CHOICE_RANGE_Int(BUFFERS, BUFFERS_LEAST, BUFFERS_MOST), SPA_PARAM_BUFFERS_blocks,
		SPA_POD_Int(1), SPA_PARAM_BUFFERS_dataType,
		SPA_POD_CHOICE_FLAGS_Int(1 << SPA_DATA_MemFd | 1 << SPA_DATA_MemPtr), 0);
	if (bytes)
		spa_pod_builder_add(&builder, SPA_PARAM_BUFFERS_size, SPA_POD_Int((int)bytes), SPA_PARAM_BUFFERS_stride,
			SPA_POD_Int(stride), 0);
	params[0] = spa_pod_builder_pop(&builder, &frame);
	params[1] = spa_pod_builder_add_object(&builder, SPA_TYPE_OBJECT_ParamMeta, SPA_PARAM_Meta, SPA_PARAM_META_type,
		SPA_POD_Id(SPA_META_Header), SPA_PARAM_META_size, SPA_POD_Int(sizeof(struct spa_meta_header)));
}

/* Bytes of a value of a type; 0: it has no fixed size. */
static uint32_t value_bytes(uint32_t type)
{
	switch (type) {
	case SPA_TYPE_Bool:
	case SPA_TYPE_Id:
	case SPA_TYPE_Int:
	case SPA_TYPE_Float:
		return 4;
	case SPA_TYPE_Long:
	case SPA_TYPE_Double:
	case SPA_TYPE_Rectangle:
	case SPA_TYPE_Fraction:
	case SPA_TYPE_Fd:
		return 8;
	default:
		return 0;
	}
}

/* Whether a value, which lies within its object, has room for what its type says; a choice has one value at least. */
static bool is_sound_value(const struct spa_pod *value)
{
	const struct spa_pod_choice_body *choice = SPA_POD_BODY_CONST(value);

	if (value->type != SPA_TYPE_Choice)
		return value->size >= value_bytes(value->type);
	return value->size >= sizeof *choice && choice->child.size &&
		choice->child.size == value_bytes(choice->child.type) &&
		value->size - sizeof *choice >= choice->child.size;
}

/* Whether all sizes within a format fit into each other. A peer has written them, and SPA's functions believe what is
 * inside a property. The format's own size is right: libpipewire holds it against the message. */
static bool is_sound(const struct spa_pod *format)
{
	const uint8_t *at = SPA_POD_BODY_CONST(format);
	size_t left = format->size;

	if (!spa_pod_is_object(format))
		return false;
	at += sizeof(struct spa_pod_object_body);
	left -= sizeof(struct spa_pod_object_body);
	while (left >= sizeof(struct spa_pod_prop)) {
		const struct spa_pod_prop *property = (const struct spa_pod_prop *)at;
		size_t bytes = SPA_POD_PROP_SIZE(property), step = SPA_ROUND_UP_N(bytes, 8);

		if (bytes > left || !is_sound_value(&property->value))
			return false;
		at += step;
		left -= pmk_min_size(step, left);
	}
	return left == 0;
}

/* The subtype of a video format: raw or mjpg; 0: not usable. */
static uint32_t subtype_of(const struct spa_pod *format)
{
	uint32_t type, subtype;

	if (!format || !is_sound(format) || spa_format_parse(format, &type, &subtype) < 0 ||
		type != SPA_MEDIA_TYPE_video)
		return 0;
	return subtype == SPA_MEDIA_SUBTYPE_raw || subtype == SPA_MEDIA_SUBTYPE_mjpg ? subtype : 0;
}

static bool is_size(struct spa_rectangle size)
{
	return size.width >= PMK_IMAGE_MIN_PX && size.height >= PMK_IMAGE_MIN_PX && size.width <= PMK_IMAGE_MAX_PX &&
		size.height <= PMK_IMAGE_MAX_PX;
}

static double rate_of(struct spa_fraction rate)
{
	return rate.denom ? (double)rate.num / rate.denom : 0;
}

static void read_meaning(uint32_t fourcc, const struct spa_video_info_raw *info, struct pmk_layout *layout)
{
	if (pmk_unpack_meaning(fourcc, layout))
		return;
	if (info->color_range == SPA_VIDEO_COLOR_RANGE_0_255)
		layout->range = PMK_RANGE_FULL;
	else if (info->color_range == SPA_VIDEO_COLOR_RANGE_16_235)
		layout->range = PMK_RANGE_LIMITED;
	layout->matrix = info->color_matrix == SPA_VIDEO_COLOR_MATRIX_BT709 ? PMK_MATRIX_BT709 : PMK_MATRIX_BT601;
}

int pmk_pipewire_format_read(const struct spa_pod *format, struct pmk_device_mode *mode, struct pmk_layout *layout)
{
	uint32_t subtype = subtype_of(format), fourcc = PMK_FOURCC_MJPG;
	struct spa_video_info_raw raw = { 0 };
	struct spa_video_info_mjpg jpeg = { 0 };

	if (subtype == SPA_MEDIA_SUBTYPE_raw) {
		if (spa_format_video_raw_parse(format, &raw) < 0)
			return -EINVAL;
		fourcc = fourcc_of(raw.format);
	} else {
		if (!subtype || spa_format_video_mjpg_parse(format, &jpeg) < 0)
			return -EINVAL;
		raw.size = jpeg.size;
		raw.framerate = jpeg.framerate;
	}
	if (!fourcc || !is_size(raw.size))
		return -EINVAL;
	*mode = (struct pmk_device_mode){ .fourcc = fourcc,
		.width = (int)raw.size.width,
		.height = (int)raw.size.height,
		.fps = rate_of(raw.framerate) };
	*layout = (struct pmk_layout){ .width = mode->width, .height = mode->height };
	read_meaning(fourcc, &raw, layout);
	return 0;
}

/* Get the values of a property, of `bytes` each: how many into *count, the kind of choice into *choice. NULL: it is
 * absent or of another type. Only of a sound format. The first value of a choice is its default; the next two of a
 * range are its ends. */
static const void *values_of(
	const struct spa_pod *format, uint32_t key, uint32_t type, uint32_t bytes, uint32_t *count, uint32_t *choice)
{
	const struct spa_pod_prop *property = spa_pod_find_prop(format, NULL, key);
	const struct spa_pod *values;

	if (!property)
		return NULL;
	values = spa_pod_get_values(&property->value, count, choice);
	if (values->type != type || values->size < bytes || *count == 0)
		return NULL;
	*count = (uint32_t)pmk_min_size(*count, VALUES);
	return SPA_POD_BODY_CONST(values);
}

/* The rate to ask for: the lowest sufficient one, or else the best. */
static double useful_rate(const struct spa_pod *format, const struct pmk_source_wish *wish)
{
	uint32_t count, choice;
	const struct spa_fraction *rates = values_of(
		format, SPA_FORMAT_VIDEO_framerate, SPA_TYPE_Fraction, sizeof(*rates), &count, &choice);
	double wanted = !wish ? INFINITY : wish->fps > 0 ? wish->fps : 30, best = 0;

	if (rates && choice == SPA_CHOICE_Range && count >= 3)
		return fmin(fmax(wanted, rate_of(rates[1])), rate_of(rates[2]));
	for (uint32_t i = 0; rates && i < count; i++) {
		double rate = rate_of(rates[i]);
		bool enough = rate >= wanted * 0.98, was_enough = best >= wanted * 0.98;

		if (enough == was_enough ? (enough ? rate < best : rate > best) : enough)
			best = rate;
	}
	return best;
}

static uint32_t into(uint32_t value, uint32_t least, uint32_t most)
{
	return (uint32_t)pmk_clamp_i64(value, least, most);
}

static struct spa_rectangle size_in_range(const struct spa_rectangle *range, const struct pmk_source_wish *wish)
{
	bool wished = wish && wish->width > 0 && wish->height > 0;

	return SPA_RECTANGLE(into(wished ? (uint32_t)wish->width : 1280, range[1].width, range[2].width),
		into(wished ? (uint32_t)wish->height : 720, range[1].height, range[2].height));
}

static int add_mode(
	struct spa_rectangle size, uint32_t fourcc, double fps, struct pmk_device_mode *modes, int count, int most)
{
	if (!fourcc || !is_size(size))
		return count;
	for (int i = 0; i < count; i++) {
		struct pmk_device_mode *mode = &modes[i];

		if (mode->fourcc != fourcc || mode->width != (int)size.width || mode->height != (int)size.height)
			continue;
		mode->fps = fmax(mode->fps, fps);
		return count;
	}
	if (count < most)
		modes[count++] = (struct pmk_device_mode){
			.fourcc = fourcc, .width = (int)size.width, .height = (int)size.height, .fps = fps
		};
	return count;
}

static int add_sizes(const struct spa_pod *format, const struct pmk_source_wish *wish, uint32_t fourcc,
	struct pmk_device_mode *modes, int count, int most)
{
	uint32_t sizes_count, choice;
	const struct spa_rectangle *sizes = values_of(
		format, SPA_FORMAT_VIDEO_size, SPA_TYPE_Rectangle, sizeof(*sizes), &sizes_count, &choice);
	double fps = useful_rate(format, wish);

	if (!sizes)
		return count;
	if ((choice == SPA_CHOICE_Range || choice == SPA_CHOICE_Step) && sizes_count >= 3)
		return add_mode(size_in_range(sizes, wish), fourcc, fps, modes, count, most);
	for (uint32_t i = 0; i < sizes_count; i++)
		count = add_mode(sizes[i], fourcc, fps, modes, count, most);
	return count;
}

int pmk_pipewire_format_modes(const struct spa_pod *format, const struct pmk_source_wish *wish,
	struct pmk_device_mode *modes, int count, int most)
{
	uint32_t subtype = subtype_of(format), raw_count, choice;
	const uint32_t *raw;

	if (subtype == SPA_MEDIA_SUBTYPE_mjpg)
		return add_sizes(format, wish, PMK_FOURCC_MJPG, modes, count, most);
	raw = subtype ? values_of(format, SPA_FORMAT_VIDEO_format, SPA_TYPE_Id, sizeof(*raw), &raw_count, &choice) :
			NULL;
	for (uint32_t i = 0; raw && i < raw_count; i++)
		count = add_sizes(format, wish, fourcc_of(raw[i]), modes, count, most);
	return count;
}
