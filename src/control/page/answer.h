/* SPDX-License-Identifier: MIT */
/* Answers of the page's server.
 *
 * The one rule: each has the headers that keep other sites out, whatever it contains. [the server's threads] */
#ifndef PMK_CONTROL_PAGE_ANSWER_H
#define PMK_CONTROL_PAGE_ANSWER_H

#include "control/page/preview.h"

#include <microhttpd.h>

/* Takes over the response. NULL: no memory, and the connection is closed. */
enum MHD_Result pmk_answer(struct MHD_Connection *connection, unsigned status, struct MHD_Response *response);
/* Takes over the text, which may be NULL likewise. */
enum MHD_Result pmk_answer_json(struct MHD_Connection *connection, unsigned status, char *text);
enum MHD_Result pmk_answer_jpeg(
	struct MHD_Connection *connection, struct pmk_jpeg_copy *jpeg); /* takes over its data */
/* An answer of the form of the control socket's: "ok" is false, and "error" says why, in words without quotes. */
enum MHD_Result pmk_answer_refuse(struct MHD_Connection *connection, unsigned status, const char *why);

#endif
