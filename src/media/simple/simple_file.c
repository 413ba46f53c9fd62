/* SPDX-License-Identifier: MIT */
#include "media/simple/simple.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/open_file.h"
#include "media/simple/simple_parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { HEAD = 16 }; /* bytes */

static const struct kind {
	const char *mark, *name;
	size_t at, bytes;
	pmk_simple_decode *decode;
} kinds[] = {
	{ "\x89PNG\r\n\x1a\n", "a PNG picture", 0, 8, pmk_simple_png },
	{ "\xff\xd8\xff", "a JPEG picture", 0, 3, pmk_simple_jpeg },
#ifdef PMK_HAVE_WEBP
	{ "WEBP", "a WebP picture", 8, 4, pmk_simple_webp },
#endif
};

const char *pmk_media_simple_kinds(void)
{
	return sizeof kinds / sizeof kinds[0] > 2 ? "PNG, JPEG and WebP pictures" : "PNG and JPEG pictures";
}

static const struct kind *kind_of(const uint8_t *head, size_t bytes)
{
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		if (bytes >= kinds[i].at + kinds[i].bytes &&
			memcmp(head + kinds[i].at, kinds[i].mark, kinds[i].bytes) == 0)
			return &kinds[i];
	}
	return NULL;
}

pmk_simple_decode *pmk_simple_find(const uint8_t *head, size_t bytes)
{
	const struct kind *kind = kind_of(head, bytes);

	return kind ? kind->decode : NULL;
}

/* --- the file --- */

/* Kind and content of the file at `path`; the caller frees that. */
static int load(const char *path, const struct kind **kind, uint8_t **data, size_t *bytes)
{
	uint8_t head[HEAD];
	int64_t size = 0, got = 0;
	int fd = pmk_open_file(path, &size), err;

	if (fd >= 0) {
		got = pmk_read_at(fd, head, HEAD, 0);
		close(fd);
	}
	*kind = kind_of(head, got > 0 ? (size_t)got : 0);
	if (!*kind)
		return -ENOTSUP; /* the module says what is wrong with it */
	if (size > PMK_STILL_MAX_BYTES) {
		pmk_error_cure(PMK_CURE_SCALE_FILE, "%s: larger than %d MiB", path, PMK_STILL_MAX_BYTES >> 20);
		return -EFBIG;
	}
	err = pmk_mem_read_file(path, PMK_STILL_MAX_BYTES, data, bytes);
	if (err)
		pmk_error_cure(PMK_CURE_READABLE_FILE, "%s: cannot be read: %s", path, strerror(-err));
	return err;
}

/* ITU-T T.81, B.1: in a scan, a byte 0xff of data is followed by a zero, and RST markers may be there. These, SOI and
 * TEM have no length. */
static bool has_length(uint8_t marker)
{
	return marker > 1 && marker != 0xff && !(marker >= 0xd0 && marker <= 0xd8);
}

/* Whether another JPEG follows the first one, as in a film. */
static bool is_series(const uint8_t *data, size_t bytes)
{
	size_t at = 2;

	while (at + 4 <= bytes) {
		uint8_t marker = data[at + 1];

		if (data[at] != 0xff || !has_length(marker)) {
			const uint8_t *next = memchr(data + at + 1, 0xff, bytes - at - 1);
			at = next ? (size_t)(next - data) : bytes;
		} else if (marker == 0xd9) {
			return memmem(data + at, bytes - at, "\xff\xd8\xff", 3) != NULL;
		} else {
			at += 2 + ((size_t)data[at + 2] << 8 | data[at + 3]);
		}
	}
	return false;
}

/* A file of several JPEGs is a photo by its name, and else a film; what is animated is for the module, too. */
static bool is_one(const char *path, const struct kind *kind, const uint8_t *data, size_t bytes)
{
	enum { FLAGS = 20, ANIMATED = 2 };

	if (kind->decode == pmk_simple_jpeg)
		return pmk_still_named_photo(path) || !is_series(data, bytes);
	if (kind->decode == pmk_simple_png)
		return !pmk_png_is_animated(data, bytes);
	return bytes <= FLAGS || memcmp(data + 12, "VP8X", 4) != 0 || !(data[FLAGS] & ANIMATED);
}

int pmk_simple_probe(const char *path)
{
	const struct kind *kind;
	uint8_t *data;
	size_t bytes;
	int err = load(path, &kind, &data, &bytes);

	if (err)
		return err;
	err = is_one(path, kind, data, bytes) ? PMK_STILL_ONE : -ENOTSUP;
	free(data);
	return err;
}

/* --- its picture --- */

static void refuse(const char *path, const struct kind *kind, const struct pmk_simple_picture *picture)
{
	pmk_error_cure(PMK_CURE_OTHER_OR_PNG, "%s: %s that is damaged, cut off, or of an unusual kind: %s", path,
		kind->name, picture->said);
}

int pmk_simple_decode_file(struct pmk_simple_file *file, struct pmk_simple_picture *picture)
{
	const struct kind *kind;
	uint8_t *data;
	size_t bytes;
	int err = load(file->path, &kind, &data, &bytes);

	if (err)
		return err;
	file->data = data;
	file->bytes = bytes;
	pmk_still_facts(data, bytes, &file->facts);
	if (kind->decode == pmk_simple_png && file->facts.orientation == 1)
		file->facts.orientation = pmk_max(pmk_png_text_orientation(data, bytes), 1);
	err = is_one(file->path, kind, data, bytes) ? kind->decode(file, picture) : -ENOTSUP;
	if (err == -EBADMSG)
		refuse(file->path, kind, picture);
	free(data);
	file->data = NULL;
	if (err)
		pmk_simple_free(picture);
	return err;
}
