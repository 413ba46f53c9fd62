/* SPDX-License-Identifier: MIT */
#include "media/still/kind.h"

#include "base/log.h"
#include "base/open_file.h"
#include "image/frame.h"
#include "media/av.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define PICTURE PMK_KIND_PICTURE
#define FOREIGN PMK_KIND_FOREIGN
#define OTHER PMK_KIND_OTHER

/* The first entry that fits counts. A text's `mark` is looked for anywhere, in upper or lower case, where `at` is
 * negative; a binary's stands at `at`. */
static const struct mark {
	int at, bytes;
	const char *mark;
	struct pmk_kind kind;
} marks[] = {
	{ 0, 3, "\xff\xd8\xff", { "a JPEG picture", PICTURE, PMK_CURE_SAVE_PNG } },
	{ 0, 8, "\x89PNG\r\n\x1a\n", { "a PNG picture", PICTURE, PMK_CURE_SAVE_PNG } },
	{ 0, 4, "GIF8", { "a GIF picture", PICTURE, PMK_CURE_SAVE_PNG } },
	{ 0, 2, "\xff\x0a", { "a JPEG XL picture", PICTURE, PMK_CURE_SAVE_PNG } },
	{ 0, 12, "\0\0\0\x0cJXL \r\n\x87\n", { "a JPEG XL picture", PICTURE, PMK_CURE_SAVE_PNG } },
	{ 0, 8, "\0\0\0\x0cjP  ", { "a JPEG 2000 picture", PICTURE, PMK_CURE_SAVE_PNG } },
	{ 0, 4, "8BPS", { "a Photoshop document", PICTURE, PMK_CURE_SAVE_PNG } },
	{ 0, 10, "II*\0\x10\0\0\0CR", { "a raw photo (CR2)", OTHER, PMK_CURE_DEVELOP_RAW } },
	{ 0, 4, "II*\0", { "a TIFF picture", PICTURE, PMK_CURE_SAVE_PNG } },
	{ 0, 4, "MM\0*", { "a TIFF picture", PICTURE, PMK_CURE_SAVE_PNG } },
	{ 0, 4, "II+\0", { "a BigTIFF picture", FOREIGN, PMK_CURE_SAVE_PNG } },
	{ 0, 4, "MM\0+", { "a BigTIFF picture", FOREIGN, PMK_CURE_SAVE_PNG } },
	{ 4, 8, "ftypavif", { "an AVIF picture", PICTURE, PMK_CURE_SAVE_PNG } },
	{ 4, 8, "ftypavis", { "an animated AVIF", PICTURE, PMK_CURE_SAVE_PNG } },
	{ 4, 7, "ftyphei", { "a HEIC picture", FOREIGN, PMK_CURE_CONVERT_HEIC } },
	{ 4, 7, "ftyphev", { "a HEIC picture", FOREIGN, PMK_CURE_CONVERT_HEIC } },
	{ 4, 8, "ftypmif1", { "a HEIC picture", FOREIGN, PMK_CURE_CONVERT_HEIC } },
	{ 4, 8, "ftypmsf1", { "a HEIC picture", FOREIGN, PMK_CURE_CONVERT_HEIC } },
	{ 4, 7, "ftypcrx", { "a raw photo (CR3)", OTHER, PMK_CURE_DEVELOP_RAW } },
	{ 0, 16, "FUJIFILMCCD-RAW ", { "a raw photo (RAF)", OTHER, PMK_CURE_DEVELOP_RAW } },
	{ 0, 4, "IIU\0", { "a raw photo (RW2)", OTHER, PMK_CURE_DEVELOP_RAW } },
	{ 0, 4, "IIRO", { "a raw photo (ORF)", OTHER, PMK_CURE_DEVELOP_RAW } },
	{ 0, 4, "IIRS", { "a raw photo (ORF)", OTHER, PMK_CURE_DEVELOP_RAW } },
	{ 0, 4, "MMOR", { "a raw photo (ORF)", OTHER, PMK_CURE_DEVELOP_RAW } },
	{ 0, 4, "FOVb", { "a raw photo (X3F)", OTHER, PMK_CURE_DEVELOP_RAW } },
	{ 0, 8, "gimp xcf", { "a GIMP document", FOREIGN, PMK_CURE_SAVE_PNG } },
	{ 0, 2, "BM", { "a BMP picture", PICTURE, PMK_CURE_SAVE_PNG } },
	{ 0, 4, "\0\0\1\0", { "an icon", PICTURE, PMK_CURE_SAVE_PNG } },
	{ 0, 4, "v/1\x01", { "an OpenEXR picture", PICTURE, PMK_CURE_SAVE_PNG } },
	{ 0, 5, "%PDF-", { "a PDF document", OTHER, PMK_CURE_CONVERT_PDF } },
	{ 0, 4, "%!PS", { "a PostScript document", OTHER, PMK_CURE_SAVE_PNG } },
	{ 0, 8, "AT&TFORM", { "a DjVu document", OTHER, PMK_CURE_SAVE_PNG } },
	{ 0, 4, "PK\3\4", { "a ZIP archive or a document in one", OTHER, PMK_CURE_SAVE_PNG } },
	{ 0, 3, "\x1f\x8b\x08", { "a file compressed with gzip", OTHER, PMK_CURE_SAVE_PNG } },
	{ -1, 4, "<svg", { "an SVG drawing", OTHER, PMK_CURE_CONVERT_SVG } },
	{ -1, 14, "<!doctype html", { "a web page", OTHER, PMK_CURE_SAVE_FROM_PAGE } },
	{ -1, 5, "<html", { "a web page", OTHER, PMK_CURE_SAVE_FROM_PAGE } },
	{ -1, 5, "<head", { "a web page", OTHER, PMK_CURE_SAVE_FROM_PAGE } },
};

static const struct pmk_kind empty = { "an empty file", OTHER, PMK_CURE_OTHER_FILE };
static const struct pmk_kind tga = { "a TGA picture", FOREIGN, PMK_CURE_SAVE_PNG };
static const struct pmk_kind webp = { "a WebP picture", PICTURE, PMK_CURE_SAVE_PNG };
#ifdef PMK_HAVE_WEBP
static const struct pmk_kind animated_webp = { "an animated WebP", PICTURE, PMK_CURE_SAVE_FIRST };
#else
static const struct pmk_kind animated_webp = { "an animated WebP", FOREIGN, PMK_CURE_SAVE_FIRST };
#endif

static bool is_text(const uint8_t *head, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++) {
		if (head[i] < ' ' && !strchr("\t\n\r\f", head[i]))
			return false;
	}
	return true;
}

static bool holds(const uint8_t *head, size_t bytes, const struct mark *mark)
{
	size_t length = (size_t)mark->bytes;

	if (mark->at >= 0)
		return bytes >= (size_t)mark->at + length && memcmp(head + mark->at, mark->mark, length) == 0;
	for (size_t i = 0; i + length <= bytes; i++) {
		if (strncasecmp((const char *)head + i, mark->mark, length) == 0)
			return true;
	}
	return false;
}

/* TGA files have no mark. What their header may hold: a colour map or not, six types, five depths. */
static bool is_tga(const uint8_t *head, size_t bytes)
{
	return bytes >= 18 && head[1] <= 1 && head[2] && (head[2] & ~8) <= 3 && head[12] + head[13] &&
		head[14] + head[15] && head[16] && strchr("\x08\x0f\x10\x18\x20", head[16]);
}

const struct pmk_kind *pmk_kind_of(const uint8_t *head, size_t bytes)
{
	bool text = is_text(head, bytes);

	if (!bytes)
		return &empty;
	if (bytes >= 12 && memcmp(head, "RIFF", 4) == 0 && memcmp(head + 8, "WEBP", 4) == 0)
		return bytes > 20 && memcmp(head + 12, "VP8X", 4) == 0 && head[20] & 2 ? &animated_webp : &webp;
	for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
		if ((text || marks[i].at >= 0) && holds(head, bytes, &marks[i]))
			return &marks[i].kind;
	}
	return is_tga(head, bytes) ? &tga : NULL;
}

static size_t read_head(const char *path, uint8_t head[PMK_KIND_BYTES])
{
	int64_t bytes, got;
	int fd = pmk_open_file(path, &bytes);

	if (fd < 0)
		return 0;
	got = pmk_read_at(fd, head, PMK_KIND_BYTES, 0);
	close(fd);
	return got < 0 ? 0 : (size_t)got;
}

bool pmk_kind_is_known(const char *path)
{
	uint8_t head[PMK_KIND_BYTES];

	return pmk_kind_of(head, read_head(path, head)) != NULL;
}

bool pmk_kind_is_jpeg(const char *path)
{
	uint8_t head[PMK_KIND_BYTES];

	return read_head(path, head) >= 3 && memcmp(head, "\xff\xd8\xff", 3) == 0;
}

/* The bytes of the box at `at` (ISO/IEC 18181-2), or 0 if they are not all there; 1: it goes to the end. */
static uint64_t box_bytes(int fd, uint64_t at, uint64_t end)
{
	uint8_t head[16] = { 0 };
	int64_t got = pmk_read_at(fd, head, sizeof head, (int64_t)at);
	uint64_t bytes = 0;
	bool large;

	for (int i = 0; i < 4; i++)
		bytes = bytes << 8 | head[i];
	large = bytes == 1;
	if (got >= 8 && bytes == 0)
		return 1;
	for (int i = 8; large && i < 16; i++)
		bytes = (i == 8 ? 0 : bytes) << 8 | head[i];
	return got < (large ? 16 : 8) || bytes < (large ? 16u : 8u) || bytes > end - at ? 0 : bytes;
}

/* Whether a JPEG XL file in boxes is cut off. With some of these FFmpeg 5.1 never comes to an end. */
static bool is_cut_jxl(const char *path, const uint8_t *head, size_t bytes)
{
	static const char mark[] = "\0\0\0\x0cJXL \r\n\x87\n";
	bool boxed = bytes >= 4 && memcmp(head, mark, bytes < 12 ? bytes : 12) == 0;
	uint64_t at = 0, box = 0;
	int64_t end;
	int fd = boxed ? pmk_open_file(path, &end) : -1;

	if (fd < 0)
		return false;
	while (at < (uint64_t)end) {
		box = box_bytes(fd, at, (uint64_t)end);
		if (box <= 1)
			break;
		at += box;
	}
	close(fd);
	return box == 0;
}

int pmk_kind_check(const char *path)
{
	uint8_t head[PMK_KIND_BYTES];
	size_t bytes = read_head(path, head);
	const struct pmk_kind *kind = pmk_kind_of(head, bytes);

	if ((kind && kind->relation == PMK_KIND_OTHER) || is_cut_jxl(path, head, bytes))
		return pmk_kind_refuse(path, 0, NULL);
	return 0;
}

static int refuse_unknown(const char *path, int averror, const char *reason)
{
	if (averror == AVERROR_STREAM_NOT_FOUND)
		pmk_error_cure(PMK_CURE_OTHER_FILE, "%s: there is no picture or video in it", path);
	else if (averror == AVERROR(EINVAL) || averror == AVERROR_INVALIDDATA) /* says no more */
		pmk_error_cure(PMK_CURE_OTHER_FILE, "%s: not a picture or video, or damaged", path);
	else
		pmk_error_cure(PMK_CURE_OTHER_FILE, "%s: not a picture or video, or damaged: %s", path, reason);
	return -EBADMSG;
}

int pmk_kind_refuse(const char *path, int averror, const char *said)
{
	uint8_t head[PMK_KIND_BYTES];
	const struct pmk_kind *kind = pmk_kind_of(head, read_head(path, head));
	char reason[160];

	pmk_av_reason(averror, reason);
	if (averror >= 0)
		snprintf(reason, sizeof reason, "no picture is complete, or it is larger than %d pixels a side",
			PMK_IMAGE_MAX_PX);
	if (averror == AVERROR(ENOMEM) || (said && strstr(said, "get_buffer() failed")))
		snprintf(reason, sizeof reason, "it needs more memory than decoding may take");
	else if (said && *said)
		snprintf(reason, sizeof reason, "FFmpeg says \"%s\"", said);
	if (!kind)
		return refuse_unknown(path, averror, reason);
	if (kind->relation == PMK_KIND_OTHER)
		pmk_error_cure(kind->cure, "%s: %s, not a picture or video", path, kind->name);
	else if (kind->relation == PMK_KIND_FOREIGN)
		pmk_error_cure(kind->cure, "%s: %s, which this FFmpeg (%s) does not read, or damaged", path, kind->name,
			av_version_info());
	else
		pmk_error_cure(PMK_CURE_OTHER_OR_PNG, "%s: %s that is damaged, cut off, or of an unusual kind: %s",
			path, kind->name, reason);
	return -EBADMSG;
}

int pmk_kind_refuse_form(const char *path, const char *why)
{
	uint8_t head[PMK_KIND_BYTES];
	const struct pmk_kind *kind = pmk_kind_of(head, read_head(path, head));

	pmk_error_cure(PMK_CURE_SAVE_PNG, "%s: %s, damaged or of a kind that this FFmpeg (%s) does not read: %s", path,
		kind ? kind->name : "a picture", av_version_info(), why);
	return -EBADMSG;
}
