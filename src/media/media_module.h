/* SPDX-License-Identifier: MIT */
/* The module that holds all that uses FFmpeg's libraries: reading and writing picture and video files, and rescale.h.
 * It is one shared object of its own, loaded at the first use of a file, so that a live run neither pays for those
 * libraries nor comes under their licence. The program calls media.h, media_out.h, still.h and rescale.h as ever:
 * media_module.c answers there by calling the module, in which media.c, media_out.c, still.c and rescale.c answer. It
 * is loaded once for the whole process, under a lock. For these files and tests only.
 *
 * The one rule: program and module are built together. Whoever changes a struct of this header, or one that passes
 * through it, raises PMK_MEDIA_INTERFACE; a module that says another is refused before anything in it is called. */
#ifndef PMK_MEDIA_MEDIA_MODULE_H
#define PMK_MEDIA_MEDIA_MODULE_H

#include "base/log.h"
#include "base/new_file.h"
#include "media/media.h"
#include "media/media_out.h"
#include "media/rescale.h"
#include "media/still.h"

#define PMK_MEDIA_MODULE_FILE "potemkin-media.so"
#define PMK_MEDIA_INTERFACE PMK_VERSION " media 2"

/* What the module asks of the program, so that there is one log and one of everything else. */
struct pmk_media_host {
	void (*log)(enum pmk_log_level level, enum pmk_cure cure, const char *subject, const char *format, ...);
	int (*layout_plane_width)(const struct pmk_layout *layout, int plane);
	int (*layout_plane_height)(const struct pmk_layout *layout, int plane);
	int (*image_alloc)(struct pmk_image *image, const struct pmk_layout *layout);
	void (*image_free)(struct pmk_image *image);
	int (*rgb_alloc)(struct pmk_rgb *rgb, int width, int height);
	void (*rgb_free)(struct pmk_rgb *rgb);
	int (*new_file_create)(struct pmk_new_file *file, const char *path);
	int (*new_file_keep)(struct pmk_new_file *file);
	void (*new_file_drop)(struct pmk_new_file *file);
};

/* What the module does: the functions of the four headers. */
struct pmk_media_calls {
	int (*media_open)(const char *path, struct pmk_media **media);
	void (*media_close)(struct pmk_media *media);
	const struct pmk_media_info *(*media_info)(const struct pmk_media *media);
	int (*media_read)(struct pmk_media *media, struct pmk_image *image, int64_t *position_ns);
	int (*media_rewind)(struct pmk_media *media);
	int64_t (*media_damaged)(const struct pmk_media *media);

	int (*media_out_open)(
		const char *path, const struct pmk_media_out_settings *settings, struct pmk_media_out **out);
	int (*media_out_write)(struct pmk_media_out *out, const struct pmk_image *image, int64_t position_ns);
	int (*media_out_finish)(struct pmk_media_out *out);
	void (*media_out_abandon)(struct pmk_media_out *out);

	int (*still_read)(const char *path, struct pmk_rgb *rgb);
	int (*still_write_rgb)(const char *path, const struct pmk_rgb *rgb);
	int (*still_write_grey)(const char *path, const struct pmk_mask *mask);
	int (*still_probe)(const char *path);

	int (*rescale_create)(const struct pmk_packed *from, const struct pmk_packed *to, struct pmk_rescale **rescale);
	void (*rescale_run)(
		struct pmk_rescale *rescale, const uint8_t *from, int from_stride, uint8_t *to, int to_stride);
	void (*rescale_destroy)(struct pmk_rescale *rescale);
};

/* The one symbol that the shared object exports, by the name pmk_media_module. `interface` stays first, whatever
 * changes. */
struct pmk_media_module {
	char interface[32]; /* PMK_MEDIA_INTERFACE as it was when the module was built */
	void (*start)(const struct pmk_media_host *host); /* before any call; `host` is kept */
	struct pmk_media_calls calls;
};

/* Load the module at `path` and start it; it stays loaded. -ENOENT where there is no such file; -ENOPKG, with the
 * reason in `reason`, where it cannot be loaded or is of another build. Logs nothing. [any thread, but one at a time]
 */
int pmk_media_module_load(const char *path, const struct pmk_media_calls **calls, char reason[512])
	__attribute__((warn_unused_result));

#endif
