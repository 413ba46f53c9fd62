/* SPDX-License-Identifier: MIT */
/* Requests of the page about the user's own backdrops: what there is, uploads, removal.
 *
 * The one rule: the caller has made sure that the page itself asks. `chosen`: the folder, as for pmk_gallery_folder.
 * [the server's threads] */
#ifndef PMK_CONTROL_PAGE_OWN_SERVE_H
#define PMK_CONTROL_PAGE_OWN_SERVE_H

#include "control/page/answer.h"
#include "control/page/own/upload.h"

/* The files, as JSON: name, path, and whether it can only be a film. */
enum MHD_Result pmk_own_list(struct MHD_Connection *connection, const char *chosen);
/* A small picture of the file `name`. */
enum MHD_Result pmk_own_thumbnail(struct MHD_Connection *connection, const char *chosen, const char *name);
/* Remove the file that the JSON object `body` names: only what the list shows, as the folder may hold other things. */
enum MHD_Result pmk_own_remove_file(struct MHD_Connection *connection, const char *chosen, const char *body);

/* Begin the upload of a request whose body is yet to come; its argument "name" is the file's name. If *upload is NULL
 * then, it was refused. */
enum MHD_Result pmk_own_upload_begin(struct MHD_Connection *connection, const char *chosen, struct pmk_upload **upload);
/* More of the body, or with *bytes 0, its end, which is answered with the file's path, or with what is wrong. */
enum MHD_Result pmk_own_upload(
	struct MHD_Connection *connection, struct pmk_upload *upload, const char *data, size_t *bytes);

#endif
