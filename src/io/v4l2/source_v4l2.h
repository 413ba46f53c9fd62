/* SPDX-License-Identifier: MIT */
/* A V4L2 camera: the struct that its parts share, for source_v4l2*.c only. One thread.
 *
 * The one rule: a buffer is read only while the driver does not have it. */
#ifndef PMK_IO_V4L2_SOURCE_V4L2_H
#define PMK_IO_V4L2_SOURCE_V4L2_H

#include "io/source.h"
#include "io/unpack.h"
#include "io/v4l2/v4l2.h"

enum { PMK_V4L2_SOURCE_BUFFERS = 16 }; /* the most */

struct pmk_v4l2_source {
	struct pmk_source base;
	char path[64];
	int fd;
	uint32_t type; /* of buffers, see pmk_v4l2_capture_type */
	struct v4l2_pix_format pix; /* as negotiated */
	int planes; /* blocks of memory of a buffer: 1 unless the planes are apart */
	int strides[PMK_V4L2_PLANES]; /* bytes; of the blocks' rows */
	bool streaming;
	struct pmk_v4l2_map maps[PMK_V4L2_SOURCE_BUFFERS * PMK_V4L2_PLANES]; /* `planes` of each buffer */
	bool queued[PMK_V4L2_SOURCE_BUFFERS]; /* the driver has the buffer */
	int map_count;
	struct pmk_unpack unpack;
	struct pmk_frame_pool *pool;
	bool doubled; /* each buffer has one field, half as high as the frames */
	bool bottom, left_out; /* the field that frames are made of; the last buffer had the other one */
	struct pmk_image fields; /* what frames are made of, if they cannot be made in place */
	uint64_t signal_ns; /* when the input's signal was asked for */
	bool settled; /* the first picture has shown the sampling, or none came; base.layout stays */
	uint64_t number; /* of the next frame */
	uint32_t sequence; /* of a stream's last buffer; a gap means that buffers were lost */
};

/* A buffer that the driver gave, of either kind. */
struct pmk_v4l2_taken {
	struct v4l2_buffer buffer; /* its bytes are told by planes */
	struct v4l2_plane planes[PMK_V4L2_PLANES]; /* bytesused and data_offset */
};

/* Map the driver's buffers, hand them over, and start the camera. 0 or negative errno; logged. */
int pmk_v4l2_source_start(struct pmk_v4l2_source *source) __attribute__((warn_unused_result));
void pmk_v4l2_source_stop(struct pmk_v4l2_source *source); /* unmaps them */

/* Take the newest buffer that is ready, and give the older ones back; of a stream, the next one. 1: got one; 0: none is
 * ready; negative errno. */
int pmk_v4l2_source_take(struct pmk_v4l2_source *source, struct pmk_v4l2_taken *newest)
	__attribute__((warn_unused_result));
int pmk_v4l2_source_give_back(struct pmk_v4l2_source *source, uint32_t index) __attribute__((warn_unused_result));

/* Ask whether the input has a signal, at most twice a second; sets base.trouble and its words. */
void pmk_v4l2_source_check_signal(struct pmk_v4l2_source *source);

/* Agree with the camera on the mode that is nearest to the wish; fills type, pix, planes, strides, unpack, and the
 * layout, rate, place and name of base. 0 or negative errno; logged. */
int pmk_v4l2_source_negotiate(struct pmk_v4l2_source *source, const struct pmk_source_wish *wish)
	__attribute__((warn_unused_result));

/* Note in the place what other cameras have the name of this one. */
void pmk_v4l2_source_note_twins(struct pmk_source_place *place);

/* Log why the camera `path` cannot be used, and return the errno to pass on. */
int pmk_v4l2_source_report(const char *path, int err);

static inline int pmk_v4l2_source_ioctl(struct pmk_v4l2_source *s, unsigned long request, void *argument)
{
	return pmk_v4l2_kernel.ioctl(s->fd, request, argument);
}

#endif
