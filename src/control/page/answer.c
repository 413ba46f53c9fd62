/* SPDX-License-Identifier: MIT */
#include "control/page/answer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum MHD_Result pmk_answer(struct MHD_Connection *connection, unsigned status, struct MHD_Response *response)
{
	static const char *const headers[][2] = {
		{ "Content-Security-Policy",
			"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src "
			"'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'" },
		{ "X-Content-Type-Options", "nosniff" },
		{ "Referrer-Policy", "no-referrer" },
		{ "Cross-Origin-Resource-Policy", "same-origin" },
		{ "Cross-Origin-Opener-Policy", "same-origin" },
		{ "Cache-Control", "no-store" },
	};
	enum MHD_Result result;

	if (!response)
		return MHD_NO;
	for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++)
		MHD_add_response_header(response, headers[i][0], headers[i][1]);
	result = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return result;
}

enum MHD_Result pmk_answer_json(struct MHD_Connection *connection, unsigned status, char *text)
{
	struct MHD_Response *response = text ?
		MHD_create_response_from_buffer(strlen(text), text, MHD_RESPMEM_MUST_FREE) :
		NULL;

	if (response)
		MHD_add_response_header(response, "Content-Type", "application/json");
	return pmk_answer(connection, status, response);
}

enum MHD_Result pmk_answer_refuse(struct MHD_Connection *connection, unsigned status, const char *why)
{
	char text[200];

	snprintf(text, sizeof text, "{\"ok\":false,\"code\":2,\"error\":\"%s\"}", why);
	return pmk_answer_json(connection, status, strdup(text));
}

enum MHD_Result pmk_answer_jpeg(struct MHD_Connection *connection, struct pmk_jpeg_copy *jpeg)
{
	struct MHD_Response *response = MHD_create_response_from_buffer(jpeg->bytes, jpeg->data, MHD_RESPMEM_MUST_FREE);

	if (response)
		MHD_add_response_header(response, "Content-Type", "image/jpeg");
	else
		free(jpeg->data);
	return pmk_answer(connection, MHD_HTTP_OK, response);
}
