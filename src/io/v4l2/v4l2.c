/* SPDX-License-Identifier: MIT */
#include "io/v4l2/v4l2.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/num.h"
#include "base/parse.h"

int pmk_v4l2_query(int fd, struct v4l2_capability *cap)
{
	int err;

	memset(cap, 0, sizeof(*cap));
	err = pmk_v4l2_kernel.ioctl(fd, VIDIOC_QUERYCAP, cap);
	if (err < 0)
		return err;
	if (!(cap->capabilities & V4L2_CAP_DEVICE_CAPS))
		cap->device_caps = cap->capabilities;
	cap->driver[sizeof(cap->driver) - 1] = cap->card[sizeof(cap->card) - 1] =
		cap->bus_info[sizeof(cap->bus_info) - 1] = 0;
	return 0;
}

uint32_t pmk_v4l2_capture_type(const struct v4l2_capability *cap)
{
	const uint32_t both = V4L2_CAP_VIDEO_M2M | V4L2_CAP_VIDEO_M2M_MPLANE;

	if (!(cap->device_caps & V4L2_CAP_STREAMING) || cap->device_caps & both)
		return 0;
	if (cap->device_caps & V4L2_CAP_VIDEO_CAPTURE)
		return V4L2_BUF_TYPE_VIDEO_CAPTURE;
	return cap->device_caps & V4L2_CAP_VIDEO_CAPTURE_MPLANE ? V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE : 0;
}

bool pmk_v4l2_is_loopback(const struct v4l2_capability *cap)
{
	return strcmp((const char *)cap->driver, "v4l2 loopback") == 0 ||
		pmk_parse_after((const char *)cap->bus_info, "platform:v4l2loopback-");
}

bool pmk_v4l2_signal(int fd, char fault[PMK_V4L2_FAULT])
{
	static const struct {
		uint32_t flag;
		const char *words;
	} faults[] = {
		{ V4L2_IN_ST_NO_POWER, "is not powered" },
		{ V4L2_IN_ST_NO_SIGNAL, "has no signal" },
		{ V4L2_IN_ST_NO_H_LOCK | V4L2_IN_ST_NO_SYNC, "has a signal that cannot be locked to" },
		{ V4L2_IN_ST_NO_CARRIER, "has no carrier" },
	};
	struct v4l2_input input = { 0 };
	int index = 0;

	if (pmk_v4l2_kernel.ioctl(fd, VIDIOC_G_INPUT, &index) < 0)
		return true;
	input.index = (uint32_t)index;
	if (pmk_v4l2_kernel.ioctl(fd, VIDIOC_ENUMINPUT, &input) < 0)
		return true;
	for (size_t i = 0; i < sizeof(faults) / sizeof(*faults); i++) {
		if (!(input.status & faults[i].flag))
			continue;
		snprintf(fault, PMK_V4L2_FAULT, "the input %.32s %s", (const char *)input.name, faults[i].words);
		return false;
	}
	return true;
}

int pmk_v4l2_loopback_version(void)
{
	char text[64];
	const char *from = text;
	char *end;
	int version = 0;

	if (pmk_v4l2_kernel.text("/sys/module/v4l2loopback/version", text, sizeof(text)) < 0)
		return 0;
	while (*from && !isdigit((unsigned char)*from))
		from++;
	for (int part = 0; part < 3; part++, from = *end == '.' ? end + 1 : end) {
		unsigned long number = strtoul(from, &end, 10);

		version = version << 8 | (int)pmk_min_u64(number, 255);
	}
	return version;
}

static struct v4l2_control control_of(enum pmk_v4l2_control control, int value)
{
	return (struct v4l2_control){ .id = (V4L2_CID_USER_BASE | 0xf000) + (uint32_t)control, .value = value };
}

int pmk_v4l2_control(int fd, enum pmk_v4l2_control control)
{
	struct v4l2_control c = control_of(control, 0);

	return pmk_v4l2_kernel.ioctl(fd, VIDIOC_G_CTRL, &c) < 0 ? 0 : c.value;
}

int pmk_v4l2_set_control(int fd, enum pmk_v4l2_control control, int value)
{
	struct v4l2_control c = control_of(control, value);

	return pmk_v4l2_kernel.ioctl(fd, VIDIOC_S_CTRL, &c);
}

/* Of the ring of v4l2loopback. */
struct stamps {
	uint64_t oldest_ns, newest_ns;
};

static struct stamps read_stamps(int fd)
{
	struct stamps stamps = { .oldest_ns = UINT64_MAX };

	for (uint32_t i = 0; i < VIDEO_MAX_FRAME; i++) {
		struct v4l2_buffer buffer = {
			.index = i, .type = V4L2_BUF_TYPE_VIDEO_OUTPUT, .memory = V4L2_MEMORY_MMAP
		};
		uint64_t stamp;

		if (pmk_v4l2_kernel.ioctl(fd, VIDIOC_QUERYBUF, &buffer) < 0)
			break;
		stamp = (uint64_t)buffer.timestamp.tv_sec * PMK_S_NS + (uint64_t)buffer.timestamp.tv_usec * 1000;
		stamps.newest_ns = pmk_max_u64(stamp, stamps.newest_ns);
		stamps.oldest_ns = pmk_min_u64(stamp, stamps.oldest_ns);
	}
	return stamps;
}

uint64_t pmk_v4l2_newest_stamp_ns(int fd)
{
	return read_stamps(fd).newest_ns;
}

/* Whether the stamps are those of pictures, each written at a time of its own. A client that asks for buffers has the
 * driver stamp all of them in one go; while it does, two readings differ. */
static bool are_of_pictures(struct stamps stamps, struct stamps again)
{
	return stamps.newest_ns == again.newest_ns && stamps.oldest_ns == again.oldest_ns &&
		stamps.newest_ns - stamps.oldest_ns >= PMK_MS_NS;
}

/* Whether pictures still arrive: the stamps change, and differ between the buffers. How old they are says nothing,
 * because a producer may count from its own start. */
static bool is_fed(int fd)
{
	uint64_t before_ns = read_stamps(fd).newest_ns, now = pmk_clock_now_ns(), until = now + 250 * PMK_MS_NS;

	for (; before_ns && now < until; now += 25 * PMK_MS_NS) {
		struct stamps stamps;

		pmk_clock_sleep_until(now);
		stamps = read_stamps(fd);
		if (stamps.newest_ns != before_ns && are_of_pictures(stamps, read_stamps(fd)))
			return true;
	}
	return false;
}

/* Set the format that is set already. This changes nothing, and the driver refuses it while another program holds
 * buffers. */
static bool is_format_locked(int fd, uint32_t type)
{
	struct v4l2_format format = { .type = type };

	if (pmk_v4l2_kernel.ioctl(fd, VIDIOC_G_FMT, &format) < 0)
		return false;
	return pmk_v4l2_kernel.ioctl(fd, VIDIOC_S_FMT, &format) == -EBUSY;
}

/* From 0.14 on, with exclusive_caps=1, a device that keeps its format never offers output. It accepts it all the same,
 * unless another program feeds it. */
static bool is_kept(int fd)
{
	struct v4l2_format format = { .type = V4L2_BUF_TYPE_VIDEO_OUTPUT };

	return pmk_v4l2_loopback_version() >= PMK_V4L2_LOOPBACK_0_14 && pmk_v4l2_control(fd, PMK_V4L2_KEEP_FORMAT) &&
		pmk_v4l2_kernel.ioctl(fd, VIDIOC_G_FMT, &format) >= 0 &&
		!is_format_locked(fd, V4L2_BUF_TYPE_VIDEO_OUTPUT);
}

bool pmk_v4l2_busy(int fd, const struct v4l2_capability *cap)
{
	if (!pmk_v4l2_is_loopback(cap))
		return is_format_locked(fd, pmk_v4l2_capture_type(cap));
	if (!(cap->device_caps & V4L2_CAP_VIDEO_OUTPUT))
		return !is_kept(fd);
	if (!(cap->device_caps & V4L2_CAP_VIDEO_CAPTURE))
		return false;
	/* before 0.14, a producer locks nothing, and to set a format may fix the size of the ring */
	if (pmk_v4l2_loopback_version() >= PMK_V4L2_LOOPBACK_0_14)
		return is_format_locked(fd, V4L2_BUF_TYPE_VIDEO_OUTPUT);
	return is_fed(fd);
}

/* Ask where the memory of a buffer is. */
static int query_buffer(int fd, uint32_t type, int planes, uint32_t index, struct v4l2_plane plane[PMK_V4L2_PLANES])
{
	struct v4l2_buffer buffer = { .index = index, .type = type, .memory = V4L2_MEMORY_MMAP };
	bool multi = V4L2_TYPE_IS_MULTIPLANAR(type);
	int err;

	memset(plane, 0, sizeof(*plane) * PMK_V4L2_PLANES);
	if (multi) {
		buffer.m.planes = plane;
		buffer.length = (uint32_t)planes;
	}
	err = pmk_v4l2_kernel.ioctl(fd, VIDIOC_QUERYBUF, &buffer);
	if (err >= 0 && !multi) {
		plane[0].length = buffer.length;
		plane[0].m.mem_offset = buffer.m.offset;
	}
	return err;
}

int pmk_v4l2_map_buffers(int fd, uint32_t type, int planes, int most, struct pmk_v4l2_map *maps)
{
	struct v4l2_plane plane[PMK_V4L2_PLANES];
	int count = 0, err = 0;

	for (; count < most; count++) {
		struct pmk_v4l2_map *map = &maps[count * planes];
		int done = 0;

		err = query_buffer(fd, type, planes, (uint32_t)count, plane);
		if (err < 0 || (count && plane[0].m.mem_offset == maps[0].offset))
			break;
		for (; done < planes; done++) {
			map[done].length = plane[done].length;
			map[done].offset = plane[done].m.mem_offset;
			err = pmk_v4l2_kernel.map(fd, map[done].length, map[done].offset, &map[done].memory);
			if (err < 0)
				break;
		}
		if (done < planes) {
			pmk_v4l2_unmap_buffers(map, done);
			break;
		}
	}
	return count ? count : err < 0 ? err : -EIO;
}

void pmk_v4l2_unmap_buffers(struct pmk_v4l2_map *maps, int count)
{
	for (int i = 0; i < count; i++)
		pmk_v4l2_kernel.unmap(maps[i].memory, maps[i].length);
}

struct v4l2_fract pmk_v4l2_interval(double fps)
{
	return (struct v4l2_fract){ .numerator = 1000, .denominator = (uint32_t)(fps * 1000 + 0.5) };
}
