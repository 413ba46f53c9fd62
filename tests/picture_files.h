/* SPDX-License-Identifier: MIT */
/* Picture files made byte by byte: one small picture, 96x64, of four quarters (red, green / blue, white or grey
 * levels), in many kinds of file, with EXIF and ICC data spliced in. */
#ifndef PMK_TESTS_PICTURE_FILES_H
#define PMK_TESTS_PICTURE_FILES_H

#include "image/colour.h"
#include "media/still.h"
#include "media_material.h"

#include <lcms2.h>
#include <jpeglib.h>

enum { FILE_W = 96, FILE_H = 64 };

struct file { /* bytes that grow at their end */
	uint8_t data[64 << 10];
	size_t bytes;
};

static inline void add(struct file *file, const void *data, size_t bytes)
{
	assert_true(file->bytes + bytes <= sizeof file->data);
	memcpy(file->data + file->bytes, data, bytes);
	file->bytes += bytes;
}

static inline void add_number(struct file *file, uint32_t value, int bytes, bool little_endian)
{
	for (int i = 0; i < bytes; i++) {
		uint8_t byte = (uint8_t)(value >> 8 * (little_endian ? i : bytes - 1 - i));

		add(file, &byte, 1);
	}
}

static inline void colour_of_quarter(int x, int y, uint8_t rgb[3])
{
	static const uint8_t quarters[4][3] = { { 255, 0, 0 }, { 0, 255, 0 }, { 0, 0, 255 }, { 255, 255, 255 } };

	memcpy(rgb, quarters[(y >= FILE_H / 2) * 2 + (x >= FILE_W / 2)], 3);
}

/* A TIFF structure of one entry. */
static inline void make_exif(struct file *file, int orientation, bool little_endian)
{
	file->bytes = 0;
	add(file, little_endian ? "II*\0" : "MM\0*", 4);
	add_number(file, 8, 4, little_endian);
	add_number(file, 1, 2, little_endian);
	add_number(file, 0x0112, 2, little_endian);
	add_number(file, 3, 2, little_endian);
	add_number(file, 1, 4, little_endian);
	add_number(file, (uint32_t)orientation, 2, little_endian);
	add_number(file, 0, 2, little_endian);
	add_number(file, 0, 4, little_endian);
}

static inline uint32_t crc_32(const uint8_t *data, size_t bytes)
{
	uint32_t crc = ~0u;

	for (size_t b = 0; b < bytes; b++) {
		crc ^= data[b];
		for (int k = 0; k < 8; k++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
	}
	return ~crc;
}

static inline void add_png_chunk(struct file *file, const char *type, const void *data, size_t bytes)
{
	size_t start;

	add_number(file, (uint32_t)bytes, 4, false);
	start = file->bytes;
	add(file, type, 4);
	add(file, data, bytes);
	add_number(file, crc_32(file->data + start, bytes + 4), 4, false);
}

/* RFC 1950 and 1951: one block that is stored as it is. */
static inline void add_zlib(struct file *file, const uint8_t *data, size_t bytes)
{
	uint32_t a = 1, b = 0;

	assert_true(bytes < 65536);
	add(file, "\x78\x01\x01", 3);
	add_number(file, (uint32_t)bytes, 2, true);
	add_number(file, (uint32_t)bytes ^ 0xffff, 2, true);
	add(file, data, bytes);
	for (size_t i = 0; i < bytes; i++) {
		a = (a + data[i]) % 65521;
		b = (b + a) % 65521;
	}
	add_number(file, b << 16 | a, 4, false);
}

/* Put `chunks`, which are complete, behind the header of a PNG file. */
static inline void put_into_png(const char *path, const struct file *chunks)
{
	struct file *file = calloc(1, sizeof *file);
	uint8_t *data;
	size_t size;

	data = material_load(path, &size);
	add(file, data, 33);
	add(file, chunks->data, chunks->bytes);
	add(file, data + 33, size - 33);
	material_store(path, file->data, file->bytes);
	free(data);
	free(file);
}

/* Write `rgb` with one chunk more. */
static inline void write_png_with(
	const char *path, const struct pmk_rgb *rgb, const char *type, const struct file *chunk)
{
	struct file chunks = { 0 };

	add_png_chunk(&chunks, type, chunk->data, chunk->bytes);
	assert_int_equal(pmk_still_write_rgb(path, rgb), 0);
	put_into_png(path, &chunks);
}

static inline void make_quarters(struct pmk_rgb *rgb)
{
	assert_int_equal(pmk_rgb_alloc(rgb, FILE_W, FILE_H), 0);
	for (int y = 0; y < FILE_H; y++) {
		for (int x = 0; x < FILE_W; x++)
			colour_of_quarter(x, y, rgb->data + y * rgb->stride + 3 * x);
	}
}

static inline void add_webp_chunk(struct file *file, const char *type, const void *data, size_t bytes)
{
	add(file, type, 4);
	add_number(file, (uint32_t)bytes, 4, true);
	add(file, data, bytes);
	if (bytes % 2)
		add(file, "", 1);
}

/* The quarters, lossless; the EXIF data stand behind the picture, as the format has it. */
static inline void write_webp(const char *path, const struct file *exif, const struct file *icc, bool animated)
{
	static const uint8_t vp8l[28] = { 0x2f, 0x5f, 0xc0, 0x0f, 0x00, 0x10, 0xd3, 0x10, 0xfa, 0x97, 0xf6, 0x0b, 0x60,
		0xf3, 0x3f, 0xff, 0xfd, 0x9f, 0x00, 0xca, 0x4b, 0xfe, 0xcf, 0x61, 0xde, 0xf3, 0x7f, 0x0e };
	uint8_t head[10] = { (uint8_t)((icc ? 0x20 : 0) | (exif ? 8 : 0) | (animated ? 2 : 0)), 0, 0, 0, FILE_W - 1, 0,
		0, FILE_H - 1, 0, 0 };
	struct file *chunks = calloc(1, sizeof *chunks), *file = calloc(1, sizeof *file);

	add_webp_chunk(chunks, "VP8X", head, sizeof head);
	if (icc)
		add_webp_chunk(chunks, "ICCP", icc->data, icc->bytes);
	if (animated)
		add_webp_chunk(chunks, "ANIM", "\0\0\0\0\0\0", 6);
	else
		add_webp_chunk(chunks, "VP8L", vp8l, sizeof vp8l);
	if (exif)
		add_webp_chunk(chunks, "EXIF", exif->data, exif->bytes);
	add(file, "RIFF", 4);
	add_number(file, (uint32_t)chunks->bytes + 4, 4, true);
	add(file, "WEBP", 4);
	add(file, chunks->data, chunks->bytes);
	material_store(path, file->data, file->bytes);
	free(chunks);
	free(file);
}

struct tiff_kind {
	int orientation; /* 0: without */
	uint32_t compression; /* what the file says; the pixels are never compressed */
	uint32_t photometric; /* 2: RGB; 6: YCbCr, of a grey picture of 200 */
	bool tiled, preview, dng, little_endian;
};

static inline void add_tiff_entry(struct file *file, uint32_t tag, uint32_t value, bool little_endian)
{
	add_number(file, tag, 2, little_endian);
	add_number(file, 4, 2, little_endian);
	add_number(file, 1, 4, little_endian);
	add_number(file, value, 4, little_endian);
}

static inline void write_tiff(const char *path, const struct tiff_kind *kind)
{
	bool tiled = kind->tiled;
	const uint32_t entries[][2] = { { 254, kind->preview }, { 256, FILE_W }, { 257, FILE_H }, { 258, 8 },
		{ 259, kind->compression }, { 262, kind->photometric }, { tiled ? 324 : 273, 8 },
		{ 274, (uint32_t)kind->orientation }, { 277, 3 }, { tiled ? 323 : 278, FILE_H },
		{ tiled ? 325 : 279, FILE_W * FILE_H * 3 }, { 322, FILE_W }, { 50706, 0x01040000 } };
	enum { ENTRIES = sizeof entries / sizeof entries[0] };
	struct file *file = calloc(1, sizeof *file);
	int count = 0;

	add(file, kind->little_endian ? "II*\0" : "MM\0*", 4);
	add_number(file, 8 + FILE_W * FILE_H * 3, 4, kind->little_endian);
	for (int i = 0; i < FILE_W * FILE_H; i++) {
		uint8_t pixel[3] = { 200, 128, 128 };

		if (kind->photometric == 2)
			colour_of_quarter(i % FILE_W, i / FILE_W, pixel);
		add(file, pixel, 3);
	}
	for (int pass = 0; pass < 2; pass++) {
		if (pass)
			add_number(file, (uint32_t)count, 2, kind->little_endian);
		for (int i = 0; i < ENTRIES; i++) {
			bool there = (entries[i][0] != 274 || kind->orientation) &&
				(entries[i][0] != 322 || kind->tiled) && (entries[i][0] != 50706 || kind->dng);

			if (there && pass)
				add_tiff_entry(file, entries[i][0], entries[i][1], kind->little_endian);
			count += there && !pass;
		}
	}
	add_number(file, 0, 4, kind->little_endian);
	material_store(path, file->data, file->bytes);
	free(file);
}

/* The quarters with boxes irot and imir, both 0. */
enum { AVIF_IROT = 0x103, AVIF_IMIR = 0x10c };
static const uint8_t avif_file[381] = { 0x00, 0x00, 0x00, 0x20, 0x66, 0x74, 0x79, 0x70, 0x61, 0x76, 0x69, 0x66, 0x00,
	0x00, 0x00, 0x00, 0x61, 0x76, 0x69, 0x66, 0x6d, 0x69, 0x66, 0x31, 0x6d, 0x69, 0x61, 0x66, 0x4d, 0x41, 0x31,
	0x41, 0x00, 0x00, 0x01, 0x06, 0x6d, 0x65, 0x74, 0x61, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x28, 0x68,
	0x64, 0x6c, 0x72, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x70, 0x69, 0x63, 0x74, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x6c, 0x69, 0x62, 0x61, 0x76, 0x69, 0x66, 0x00, 0x00,
	0x00, 0x00, 0x0e, 0x70, 0x69, 0x74, 0x6d, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x1e, 0x69,
	0x6c, 0x6f, 0x63, 0x00, 0x00, 0x00, 0x00, 0x44, 0x00, 0x00, 0x01, 0x00, 0x01, 0x00, 0x00, 0x00, 0x01, 0x00,
	0x00, 0x01, 0x2e, 0x00, 0x00, 0x00, 0x4f, 0x00, 0x00, 0x00, 0x28, 0x69, 0x69, 0x6e, 0x66, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x1a, 0x69, 0x6e, 0x66, 0x65, 0x02, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00,
	0x00, 0x61, 0x76, 0x30, 0x31, 0x43, 0x6f, 0x6c, 0x6f, 0x72, 0x00, 0x00, 0x00, 0x00, 0x7e, 0x69, 0x70, 0x72,
	0x70, 0x00, 0x00, 0x00, 0x5d, 0x69, 0x70, 0x63, 0x6f, 0x00, 0x00, 0x00, 0x14, 0x69, 0x73, 0x70, 0x65, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x60, 0x00, 0x00, 0x00, 0x40, 0x00, 0x00, 0x00, 0x10, 0x70, 0x69, 0x78,
	0x69, 0x00, 0x00, 0x00, 0x00, 0x03, 0x08, 0x08, 0x08, 0x00, 0x00, 0x00, 0x0c, 0x61, 0x76, 0x31, 0x43, 0x81,
	0x20, 0x00, 0x00, 0x00, 0x00, 0x00, 0x13, 0x63, 0x6f, 0x6c, 0x72, 0x6e, 0x63, 0x6c, 0x78, 0x00, 0x01, 0x00,
	0x0d, 0x00, 0x06, 0x80, 0x00, 0x00, 0x00, 0x09, 0x69, 0x72, 0x6f, 0x74, 0x00, 0x00, 0x00, 0x00, 0x09, 0x69,
	0x6d, 0x69, 0x72, 0x00, 0x00, 0x00, 0x00, 0x19, 0x69, 0x70, 0x6d, 0x61, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x01, 0x00, 0x01, 0x06, 0x01, 0x02, 0x83, 0x04, 0x85, 0x86, 0x00, 0x00, 0x00, 0x57, 0x6d, 0x64, 0x61,
	0x74, 0x12, 0x00, 0x0a, 0x09, 0x38, 0x19, 0x6f, 0xff, 0xca, 0x02, 0x1a, 0x0d, 0x20, 0x32, 0x40, 0x10, 0x00,
	0x00, 0xce, 0xf5, 0x26, 0xe5, 0x22, 0xbe, 0x61, 0x71, 0x61, 0x20, 0x3d, 0x5d, 0x58, 0x12, 0x7d, 0x50, 0x9b,
	0xf7, 0x04, 0xd1, 0x9c, 0xf5, 0xb5, 0x1e, 0xde, 0x42, 0xe3, 0xbd, 0x3e, 0xc9, 0xab, 0x7f, 0x8f, 0x37, 0xaa,
	0xd3, 0x13, 0x6a, 0x2c, 0x8c, 0x8f, 0xe4, 0x68, 0x7c, 0x96, 0xcc, 0xc9, 0x94, 0xb7, 0x5d, 0xac, 0x83, 0x50,
	0xa9, 0x1b, 0x13, 0x1b, 0x5d, 0xfb, 0x62, 0xa0 };

/* The quarters, which its own header turns as EXIF's 6 does. */
static const uint8_t jxl_file[94] = { 0x00, 0x00, 0x00, 0x0c, 0x4a, 0x58, 0x4c, 0x20, 0x0d, 0x0a, 0x87, 0x0a, 0x00,
	0x00, 0x00, 0x14, 0x66, 0x74, 0x79, 0x70, 0x6a, 0x78, 0x6c, 0x20, 0x00, 0x00, 0x00, 0x00, 0x6a, 0x78, 0x6c,
	0x20, 0x00, 0x00, 0x00, 0x3e, 0x6a, 0x78, 0x6c, 0x63, 0xff, 0x0a, 0x0f, 0x2d, 0x10, 0x50, 0x5c, 0x12, 0x08,
	0x02, 0x01, 0x00, 0xa0, 0x00, 0x4b, 0x18, 0x13, 0xef, 0x38, 0x78, 0x08, 0x80, 0xfa, 0xf7, 0x3f, 0xc6, 0x18,
	0xe3, 0x5f, 0x20, 0x08, 0x80, 0x6f, 0xb3, 0x53, 0x00, 0xf1, 0x73, 0xff, 0xfe, 0x0e, 0xd3, 0x7e, 0xf8, 0x48,
	0x76, 0xa5, 0xf0, 0x41, 0x6b, 0x22, 0x4b, 0xa5, 0x2a };

struct jpeg_kind {
	int components; /* 3: YCbCr; 4: CMYK, or YCCK if `ycck` */
	bool arithmetic, adobe, ycck;
	const struct file *exif, *icc;
};

/* Inks of a colour, 255: all of it; black is put into K. */
static inline void inks_of(const uint8_t rgb[3], uint8_t inks[4])
{
	uint8_t most = rgb[0] > rgb[1] ? rgb[0] : rgb[1];

	most = most > rgb[2] ? most : rgb[2];
	for (int c = 0; c < 3; c++)
		inks[c] = (uint8_t)(most - rgb[c]);
	inks[3] = (uint8_t)(255 - most);
}

static inline void write_rows(struct jpeg_compress_struct *library, const struct jpeg_kind *kind)
{
	for (int y = 0; y < FILE_H; y++) {
		uint8_t row[FILE_W * 4], rgb[3], *at = row;

		for (int x = 0; x < FILE_W; x++, at += kind->components) {
			colour_of_quarter(x, y, rgb);
			if (kind->components == 3)
				memcpy(at, rgb, 3);
			else
				inks_of(rgb, at);
			for (int c = 0; c < kind->components && kind->adobe; c++)
				at[c] = (uint8_t)(255 - at[c]);
		}
		at = row;
		jpeg_write_scanlines(library, &at, 1);
	}
}

static inline void write_jpeg_kind(const char *path, const struct jpeg_kind *kind)
{
	struct jpeg_compress_struct library;
	struct jpeg_error_mgr errors;
	struct file *segment = calloc(1, sizeof *segment);
	unsigned char *data = NULL;
	unsigned long bytes = 0;

	library.err = jpeg_std_error(&errors);
	jpeg_create_compress(&library);
	jpeg_mem_dest(&library, &data, &bytes);
	library.image_width = FILE_W;
	library.image_height = FILE_H;
	library.input_components = kind->components;
	library.in_color_space = kind->components == 4 ? JCS_CMYK : JCS_RGB;
	jpeg_set_defaults(&library);
	jpeg_set_colorspace(&library, kind->components == 3 ? JCS_YCbCr : kind->ycck ? JCS_YCCK : JCS_CMYK);
	for (int i = 0; i < kind->components; i++)
		library.comp_info[i].h_samp_factor = library.comp_info[i].v_samp_factor = 1;
	jpeg_set_quality(&library, 98, TRUE);
	library.arith_code = kind->arithmetic;
	library.write_Adobe_marker = kind->adobe;
	jpeg_start_compress(&library, TRUE);
	if (kind->exif) {
		add(segment, "Exif\0\0", 6);
		add(segment, kind->exif->data, kind->exif->bytes);
		jpeg_write_marker(&library, JPEG_APP0 + 1, segment->data, (unsigned)segment->bytes);
	}
	if (kind->icc)
		jpeg_write_icc_profile(&library, kind->icc->data, (unsigned)kind->icc->bytes);
	write_rows(&library, kind);
	jpeg_finish_compress(&library);
	jpeg_destroy_compress(&library);
	material_store(path, data, bytes);
	free(data);
	free(segment);
}

static inline void save_profile(struct file *file, cmsHPROFILE profile)
{
	cmsUInt32Number bytes = 0;

	assert_true(cmsSaveProfileToMem(profile, NULL, &bytes) && bytes <= sizeof file->data);
	assert_true(cmsSaveProfileToMem(profile, file->data, &bytes));
	file->bytes = bytes;
	cmsCloseProfile(profile);
}

/* An ICC profile of RGB with these chromaticities (x and y of white, red, green, blue) and a power law. */
static inline void make_profile(struct file *file, const double xy[8], double gamma)
{
	const cmsCIExyY white = { xy[0], xy[1], 1 };
	const cmsCIExyYTRIPLE primaries = { { xy[2], xy[3], 1 }, { xy[4], xy[5], 1 }, { xy[6], xy[7], 1 } };
	cmsToneCurve *curve = cmsBuildGamma(NULL, gamma);
	cmsToneCurve *const curves[3] = { curve, curve, curve };

	save_profile(file, cmsCreateRGBProfile(&white, &primaries, curves));
	cmsFreeToneCurve(curve);
}

#endif
