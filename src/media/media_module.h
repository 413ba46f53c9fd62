/* SPDX-License-Identifier: MIT */
/* The media module: a shared object with all code that uses FFmpeg's libraries, for reading and writing films, and
 * pictures other than PNG, JPEG and WebP, for rescale.h and stream.h. It is loaded once for the process, under a lock,
 * when such a file is first used, so that a live run neither pays for these libraries nor comes under their licence.
 * The program calls the functions of media.h, media_out.h, still.h, rescale.h and stream.h. In the program,
 * media_module.c implements them by calling simple/simple.h or the module; in the module, media.c, media_out.c,
 * still.c, rescale.c and stream.c do. This header is for these files and tests only.
 *
 * The one rule: program and module are built together. A change of a struct in this header, or of one that passes
 * through it, must raise the number in PMK_MEDIA_INTERFACE; a module with another PMK_MEDIA_INTERFACE is refused before
 * anything in it is called. */
#ifndef PMK_MEDIA_MEDIA_MODULE_H
#define PMK_MEDIA_MEDIA_MODULE_H

#include "base/log.h"
#include "base/mem.h"
#include "base/new_file.h"
#include "base/open_file.h"
#include "media/media.h"
#include "media/media_out.h"
#include "media/rescale.h"
#include "media/still.h"
#include "media/stream.h"
#include "module/module.h"

#define PMK_MEDIA_MODULE_FILE "potemkin-media.so"
#define PMK_MEDIA_INTERFACE PMK_VERSION " media 19"

/* Functions of the program that the module calls, so that there is only one log, and only one of everything else. */
struct pmk_media_host {
	void (*log)(enum pmk_log_level level, enum pmk_cure cure, const char *subject, const char *format, ...);
	uint64_t (*clock_now_ns)(void);
	int (*layout_plane_width)(const struct pmk_layout *layout, int plane);
	int (*layout_plane_height)(const struct pmk_layout *layout, int plane);
	int (*image_alloc)(struct pmk_image *image, const struct pmk_layout *layout);
	void (*image_free)(struct pmk_image *image);
	int (*rgb_alloc)(struct pmk_rgb *rgb, int width, int height);
	void (*rgb_free)(struct pmk_rgb *rgb);
	int (*sheet_alloc)(struct pmk_sheet *sheet, int width, int height);
	void (*sheet_premultiply)(uint8_t *row, int count);
	int (*new_file_create)(struct pmk_new_file *file, const char *path);
	int (*new_file_claim)(struct pmk_new_file *file, const char *path);
	int (*new_file_keep)(struct pmk_new_file *file);
	void (*new_file_drop)(struct pmk_new_file *file);
	int (*new_file_end)(struct pmk_new_file *file, const char *path, int fd, int err, const char *why);
	int (*open_file)(const char *path, int64_t *bytes);
	int64_t (*read_at)(int fd, void *data, size_t size, int64_t at);
	int (*mem_read_file)(const char *path, size_t budget, uint8_t **data, size_t *size);
};

/* Functions of the module: those of the five headers. */
struct pmk_media_calls {
	int (*media_open)(const char *path, struct pmk_media **media);
	int (*media_open_to_play)(const char *path, struct pmk_media **media);
	void (*media_close)(struct pmk_media *media);
	const struct pmk_media_info *(*media_info)(const struct pmk_media *media);
	int (*media_read)(struct pmk_media *media, struct pmk_image *image, int64_t *position_ns);
	void (*media_fit)(struct pmk_media *media, int width, int height, enum pmk_media_fit fit);
	int (*media_next)(struct pmk_media *media, int64_t due_ns, int64_t *position_ns);
	int64_t (*media_lasts_ns)(const struct pmk_media *media);
	void (*media_bars)(const struct pmk_media *media, int *x, int *y);
	int (*media_rewind)(struct pmk_media *media);
	int64_t (*media_damaged)(const struct pmk_media *media);
	const struct pmk_holes *(*media_holes)(const struct pmk_media *media);

	int (*media_out_open)(
		const char *path, const struct pmk_media_out_settings *settings, struct pmk_media_out **out);
	const struct pmk_layout *(*media_out_layout)(const struct pmk_media_out *out);
	int (*media_out_write)(struct pmk_media_out *out, const struct pmk_image *image, const struct pmk_mask *alpha,
		int64_t position_ns);
	int (*media_out_finish)(struct pmk_media_out *out, bool partial);
	void (*media_out_abandon)(struct pmk_media_out *out);

	int (*still_read)(const char *path, struct pmk_rgb *rgb);
	int (*still_read_sheet)(const char *path, struct pmk_sheet *sheet);
	int (*still_write_rgb)(const char *path, const struct pmk_rgb *rgb);
	int (*still_write_alpha)(
		const char *path, const struct pmk_rgb *rgb, const struct pmk_mask *alpha, int quality);
	int (*still_write_grey)(const char *path, const struct pmk_mask *mask);
	int (*still_probe)(const char *path);
	int (*still_read_one)(const char *path, struct pmk_rgb *rgb);

	int (*rescale_create)(const struct pmk_packed *from, const struct pmk_packed *to, struct pmk_rescale **rescale);
	void (*rescale_run)(
		struct pmk_rescale *rescale, const uint8_t *from, int from_stride, uint8_t *to, int to_stride);
	void (*rescale_destroy)(struct pmk_rescale *rescale);

	bool (*stream_can)(enum pmk_stream_kind kind);
	int (*stream_create)(enum pmk_stream_kind kind, struct pmk_stream **stream);
	void (*stream_destroy)(struct pmk_stream *stream);
	int (*stream_decode)(struct pmk_stream *stream, const uint8_t *data, size_t bytes, struct pmk_layout *layout);
	int (*stream_picture)(struct pmk_stream *stream, struct pmk_image *image);
	void (*stream_lose)(struct pmk_stream *stream);
	bool (*stream_awaits)(const struct pmk_stream *stream);
};

/* The only symbol that the shared object exports is pmk_media_module, of this type. `interface` always stays first. */
struct pmk_media_module {
	char interface[32]; /* PMK_MEDIA_INTERFACE when the module was built */
	void (*start)(const struct pmk_media_host *host); /* called before anything else; keeps `host` */
	struct pmk_media_calls calls;
};

/* Load the module at `path` and start it; it stays loaded. -ENOENT: there is no such file; -ENOPKG, with the reason in
 * `reason`: it cannot be loaded, or belongs to another build. Nothing is logged. [any thread, but one at a time] */
int pmk_media_module_load(const char *path, const struct pmk_media_calls **calls, char reason[PMK_MODULE_REASON])
	__attribute__((warn_unused_result));

/* For those in the program who implement what the module does (sandbox/) [any thread]. Only see whether it is there.
 * -ENOPKG, logged for the file at `path` unless that is NULL: it is not. */
int pmk_media_module_look(const char *path) __attribute__((warn_unused_result));
/* Have it loaded for good; NULL: it cannot be, for this reason. */
const struct pmk_media_calls *pmk_media_module_lend(const char **reason, enum pmk_cure *cure)
	__attribute__((warn_unused_result));
/* Log that it cannot be loaded for this reason. */
void pmk_media_module_refuse(const char *path, enum pmk_cure cure, const char *reason);

#endif
