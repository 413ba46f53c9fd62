/* SPDX-License-Identifier: MIT */
#include "control/page/own/kind.h"

#include <string.h>

/* The first that fits counts: `mark` stands at `at`, and `also`, if any, at `also_at`. */
static const struct {
	size_t at;
	const char *mark;
	size_t mark_bytes, also_at;
	const char *also;
	struct pmk_own_kind kind;
} kinds[] = {
	{ 0, "\x89PNG\r\n\x1a\n", 8, 0, NULL, { ".png" } },
	{ 0, "\xff\xd8\xff", 3, 0, NULL, { ".jpg" } },
	{ 0, "GIF8", 4, 0, NULL, { ".gif" } },
	{ 0, "RIFF", 4, 8, "WEBP", { ".webp" } },
	{ 0, "BM", 2, 0, NULL, { ".bmp" } },
	{ 0, "II*\0", 4, 0, NULL, { ".tif" } },
	{ 0, "MM\0*", 4, 0, NULL, { ".tif" } },
	{ 0, "\xff\x0a", 2, 0, NULL, { ".jxl" } },
	{ 0, "\0\0\0\x0cJXL ", 8, 0, NULL, { ".jxl" } },
	{ 4, "ftyp", 4, 8, "avi", { ".avif" } },
	{ 4, "ftyp", 4, 8, "hei", { ".heic" } },
	{ 4, "ftyp", 4, 8, "mif1", { ".heic" } },
	{ 4, "ftyp", 4, 8, "qt  ", { ".mov" } },
	{ 4, "ftyp", 4, 0, NULL, { ".mp4" } },
};

static const struct pmk_own_kind webm = { ".webm" }, matroska = { ".mkv" };

const struct pmk_own_kind *pmk_own_kind_of(const uint8_t *head, size_t bytes)
{
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		size_t also = kinds[i].also ? strlen(kinds[i].also) : 0;

		if (bytes >= kinds[i].at + kinds[i].mark_bytes && bytes >= kinds[i].also_at + also &&
			memcmp(head + kinds[i].at, kinds[i].mark, kinds[i].mark_bytes) == 0 &&
			(!also || memcmp(head + kinds[i].also_at, kinds[i].also, also) == 0))
			return &kinds[i].kind;
	}
	if (bytes < 4 ||
		memcmp(head,
			"\x1a"
			"E\xdf\xa3",
			4) != 0)
		return NULL;
	return memmem(head, bytes, "webm", 4) ? &webm : &matroska;
}
