/* SPDX-License-Identifier: MIT */
#include "control/page/picture.h"

#include "base/num.h"

#include <errno.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEAD = 160, PIECE = 1 << 16 };

struct reader {
	struct pmk_preview *stream;
	struct pmk_jpeg_copy jpeg;
	char head[HEAD];
	size_t head_bytes, at; /* bytes of head and JPEG together that were sent */
};

static int next_part(struct reader *r)
{
	if (pmk_preview_next(r->stream, &r->jpeg))
		return -ECANCELED;
	r->head_bytes = (size_t)snprintf(r->head, sizeof r->head,
		"\r\n--picture\r\nContent-Type: image/jpeg\r\nContent-Length: %zu\r\n\r\n", r->jpeg.bytes);
	r->at = 0;
	return 0;
}

static ssize_t read_some(void *user, uint64_t position, char *to, size_t room)
{
	struct reader *r = user;
	size_t all = r->head_bytes + r->jpeg.bytes, bytes;

	if (r->at == all && next_part(r))
		return MHD_CONTENT_READER_END_OF_STREAM;
	if (r->at < r->head_bytes) {
		bytes = pmk_min_size(room, r->head_bytes - r->at);
		memcpy(to, r->head + r->at, bytes);
	} else {
		bytes = pmk_min_size(room, r->head_bytes + r->jpeg.bytes - r->at);
		memcpy(to, r->jpeg.data + (r->at - r->head_bytes), bytes);
	}
	r->at += bytes;
	return (ssize_t)bytes;
}

static void release(void *user)
{
	struct reader *r = user;

	pmk_preview_leave(r->stream);
	free(r->jpeg.data);
	free(r);
}

struct MHD_Response *pmk_page_picture(struct pmk_preview *stream, int width)
{
	struct reader *r = calloc(1, sizeof *r);
	struct MHD_Response *response = r ?
		MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, PIECE, read_some, r, release) :
		NULL;

	if (!response) {
		free(r);
		return NULL;
	}
	r->stream = stream;
	pmk_preview_join(stream, width);
	MHD_add_response_header(response, "Content-Type", "multipart/x-mixed-replace; boundary=picture");
	return response;
}
