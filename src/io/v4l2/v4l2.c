/* SPDX-License-Identifier: MIT */
#include "io/v4l2/v4l2.h"

#include "base/num.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/parse.h"

static int kernel_open(const char *path)
{
	int fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);

	return fd < 0 ? -errno : fd;
}

static int kernel_close(int fd)
{
	return close(fd) < 0 ? -errno : 0;
}

static int kernel_ioctl(int fd, unsigned long request, void *argument)
{
	int r;

	do
		r = ioctl(fd, request, argument);
	while (r < 0 && errno == EINTR);
	return r < 0 ? -errno : r;
}

static int kernel_map(int fd, size_t length, uint32_t offset, void **memory)
{
	void *m = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED, fd, offset);

	if (m == MAP_FAILED)
		return -errno;
	*memory = m;
	return 0;
}

static int kernel_unmap(void *memory, size_t length)
{
	return munmap(memory, length) < 0 ? -errno : 0;
}

static ssize_t kernel_write(int fd, const void *data, size_t bytes)
{
	ssize_t r;

	do
		r = write(fd, data, bytes);
	while (r < 0 && errno == EINTR);
	return r < 0 ? -errno : r;
}

static int kernel_poll(struct pollfd *fd, uint64_t deadline_ns)
{
	struct timespec left;
	uint64_t now;
	int r;

	do {
		now = pmk_clock_now_ns();
		left = pmk_clock_timespec(deadline_ns > now ? deadline_ns - now : 0);
		r = ppoll(fd, 1, &left, NULL);
	} while (r < 0 && errno == EINTR);
	return r < 0 ? -errno : r;
}

static int kernel_text(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), err = 0;
	ssize_t r;

	if (fd < 0)
		return -errno;
	r = read(fd, text, size - 1);
	if (r < 0)
		err = -errno;
	else
		text[r] = '\0', text[strcspn(text, "\n")] = '\0';
	close(fd);
	return err;
}

static int compare_ints(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

static int kernel_nodes(int *numbers, int most)
{
	DIR *dir = opendir("/dev");
	const struct dirent *entry;
	const char *digits;
	int count = 0;

	if (!dir)
		return -errno;
	while (count < most && (entry = readdir(dir))) {
		digits = pmk_parse_after(entry->d_name, "video");
		if (digits && pmk_parse_int(digits, 0, 65535, &numbers[count]) == 0)
			count++;
	}
	closedir(dir);
	qsort(numbers, (size_t)count, sizeof(*numbers), compare_ints);
	return count;
}

const struct pmk_v4l2_sys pmk_v4l2_kernel = {
	.open = kernel_open,
	.close = kernel_close,
	.ioctl = kernel_ioctl,
	.map = kernel_map,
	.unmap = kernel_unmap,
	.write = kernel_write,
	.poll = kernel_poll,
	.text = kernel_text,
	.nodes = kernel_nodes,
};

static const struct pmk_v4l2_sys *sys_in_use = &pmk_v4l2_kernel;

const struct pmk_v4l2_sys *pmk_v4l2(void)
{
	return sys_in_use;
}

void pmk_v4l2_replace(const struct pmk_v4l2_sys *sys)
{
	sys_in_use = sys ? sys : &pmk_v4l2_kernel;
}

int pmk_v4l2_query(int fd, struct v4l2_capability *cap)
{
	int err;

	memset(cap, 0, sizeof(*cap));
	err = sys_in_use->ioctl(fd, VIDIOC_QUERYCAP, cap);
	if (err < 0)
		return err;
	if (!(cap->capabilities & V4L2_CAP_DEVICE_CAPS))
		cap->device_caps = cap->capabilities;
	cap->driver[sizeof(cap->driver) - 1] = cap->card[sizeof(cap->card) - 1] =
		cap->bus_info[sizeof(cap->bus_info) - 1] = 0;
	return 0;
}

bool pmk_v4l2_is_loopback(const struct v4l2_capability *cap)
{
	return strcmp((const char *)cap->driver, "v4l2 loopback") == 0 ||
		pmk_parse_after((const char *)cap->bus_info, "platform:v4l2loopback-");
}

int pmk_v4l2_loopback_version(void)
{
	char text[64];
	const char *from = text;
	char *end;
	int version = 0;

	if (sys_in_use->text("/sys/module/v4l2loopback/version", text, sizeof(text)) < 0)
		return 0;
	while (*from && !isdigit((unsigned char)*from))
		from++;
	for (int part = 0; part < 3; part++, from = *end == '.' ? end + 1 : end) {
		unsigned long number = strtoul(from, &end, 10);

		version = version << 8 | (int)pmk_min_u64(number, 255);
	}
	return version;
}

uint64_t pmk_v4l2_newest_stamp_ns(int fd)
{
	uint64_t newest = 0;

	for (uint32_t i = 0; i < VIDEO_MAX_FRAME; i++) {
		struct v4l2_buffer buffer = {
			.index = i, .type = V4L2_BUF_TYPE_VIDEO_OUTPUT, .memory = V4L2_MEMORY_MMAP
		};
		uint64_t stamp;

		if (sys_in_use->ioctl(fd, VIDIOC_QUERYBUF, &buffer) < 0)
			break;
		stamp = (uint64_t)buffer.timestamp.tv_sec * PMK_S_NS + (uint64_t)buffer.timestamp.tv_usec * 1000;
		newest = pmk_max_u64(stamp, newest);
	}
	return newest;
}

/* Whether pictures still come: the stamp is fresh and moves. */
static bool is_fed(int fd)
{
	uint64_t stamp = pmk_v4l2_newest_stamp_ns(fd), now = pmk_clock_now_ns();
	uint64_t until = now + 250 * PMK_MS_NS;

	if (!stamp || stamp > now || now - stamp > PMK_S_NS)
		return false;
	for (; now < until; now += 25 * PMK_MS_NS) {
		pmk_clock_sleep_until(now);
		if (pmk_v4l2_newest_stamp_ns(fd) != stamp)
			return true;
	}
	return false;
}

/* Setting the format that is set already changes nothing, and is refused while somebody else holds buffers. */
static bool is_format_locked(int fd, uint32_t type)
{
	struct v4l2_format format = { .type = type };

	if (sys_in_use->ioctl(fd, VIDIOC_G_FMT, &format) < 0)
		return false;
	return sys_in_use->ioctl(fd, VIDIOC_S_FMT, &format) == -EBUSY;
}

bool pmk_v4l2_busy(int fd, const struct v4l2_capability *cap)
{
	if (!pmk_v4l2_is_loopback(cap))
		return is_format_locked(fd, V4L2_BUF_TYPE_VIDEO_CAPTURE);
	if (!(cap->device_caps & V4L2_CAP_VIDEO_OUTPUT))
		return true;
	if (!(cap->device_caps & V4L2_CAP_VIDEO_CAPTURE))
		return false;
	return is_format_locked(fd, V4L2_BUF_TYPE_VIDEO_OUTPUT) || is_fed(fd);
}

int pmk_v4l2_map_buffers(int fd, uint32_t type, int most, struct pmk_v4l2_map *maps)
{
	int count = 0, err = 0;

	for (; count < most; count++) {
		struct v4l2_buffer buffer = { .index = (uint32_t)count, .type = type, .memory = V4L2_MEMORY_MMAP };
		struct pmk_v4l2_map *map = &maps[count];

		err = sys_in_use->ioctl(fd, VIDIOC_QUERYBUF, &buffer);
		if (err < 0 || (count && buffer.m.offset == maps[0].offset))
			break;
		map->length = buffer.length;
		map->offset = buffer.m.offset;
		err = sys_in_use->map(fd, map->length, map->offset, &map->memory);
		if (err < 0)
			break;
	}
	return count ? count : err < 0 ? err : -EIO;
}

void pmk_v4l2_unmap_buffers(struct pmk_v4l2_map *maps, int count)
{
	for (int i = 0; i < count; i++)
		sys_in_use->unmap(maps[i].memory, maps[i].length);
}

struct v4l2_fract pmk_v4l2_interval(double fps)
{
	return (struct v4l2_fract){ .numerator = 1000, .denominator = (uint32_t)(fps * 1000 + 0.5) };
}
