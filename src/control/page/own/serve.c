/* SPDX-License-Identifier: MIT */
#include "control/page/own/serve.h"

#include "base/folder.h"
#include "base/open_file.h"
#include "base/parse.h"
#include "base/words/phrase.h"
#include "control/client.h"
#include "control/page/own/folder.h"
#include "control/page/own/kind.h"
#include "control/page/own/place.h"
#include "control/page/thumbnail.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { NOT_DECODED = 1, BAD_INPUT = 3, NOT_WRITTEN = 6 }; /* as exit codes */

static enum MHD_Result answer(struct MHD_Connection *connection, unsigned status, cJSON *json)
{
	char *text = json ? cJSON_PrintUnformatted(json) : NULL;

	cJSON_Delete(json);
	return pmk_answer_json(connection, status, text);
}

static enum MHD_Result fail(struct MHD_Connection *connection, unsigned status, int code, const char *why)
{
	return answer(connection, status, pmk_client_refusal(code, why));
}

/* By its first bytes. */
static bool is_known(const char *path)
{
	uint8_t head[PMK_OWN_HEAD];
	int64_t bytes = 0;
	int fd = pmk_open_file(path, &bytes);

	bytes = fd < 0 ? 0 : pmk_read_at(fd, head, sizeof head, 0);
	if (fd >= 0)
		close(fd);
	return bytes > 0 && pmk_own_kind_of(head, (size_t)bytes);
}

static bool is_film(const char *name)
{
	static const char *const ends[] = { ".mp4", ".mov", ".mkv", ".webm", ".avi" };

	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
		if (pmk_parse_ends(name, ends[i]))
			return true;
	}
	return false;
}

enum MHD_Result pmk_own_list(struct MHD_Connection *connection, const char *chosen)
{
	cJSON *json = cJSON_CreateObject(), *files;
	struct pmk_folder folder = { 0 };
	char path[PATH_MAX];

	cJSON_AddTrueToObject(json, "ok");
	files = cJSON_AddArrayToObject(json, "files");
	if (!pmk_own_folder(chosen, path) && pmk_folder_read(path, &folder))
		folder = (struct pmk_folder){ 0 }; /* there is none yet */
	for (int i = 0; i < folder.count; i++) {
		cJSON *file = cJSON_CreateObject();

		if (pmk_own_path(chosen, folder.names[i], path) || !is_known(path)) {
			cJSON_Delete(file);
			continue;
		}
		cJSON_AddStringToObject(file, "name", folder.names[i]);
		cJSON_AddStringToObject(file, "path", path);
		cJSON_AddBoolToObject(file, "film", is_film(folder.names[i]));
		cJSON_AddItemToArray(files, file);
	}
	pmk_folder_free(&folder);
	return answer(connection, MHD_HTTP_OK, json);
}

enum MHD_Result pmk_own_thumbnail(struct MHD_Connection *connection, const char *chosen, const char *name)
{
	struct pmk_jpeg_copy jpeg = { 0 };
	char path[PATH_MAX], why[PMK_LOG_LINE] = "";
	int err;

	if (pmk_own_path(chosen, name, path) || is_film(name) || access(path, F_OK))
		return pmk_answer_refuse(connection, MHD_HTTP_NOT_FOUND, "there is no such picture");
	pmk_log_overhear(why);
	pmk_log_answer(true); /* the card tells it, each time that the page is loaded */
	err = pmk_thumbnail_file(path, &jpeg);
	pmk_log_answer(false);
	pmk_log_overhear(NULL);
	if (err)
		return fail(connection, MHD_HTTP_UNSUPPORTED_MEDIA_TYPE, BAD_INPUT, why);
	return pmk_answer_jpeg(connection, &jpeg);
}

enum MHD_Result pmk_own_remove_file(struct MHD_Connection *connection, const char *chosen, const char *body)
{
	cJSON *json = cJSON_Parse(body);
	const char *name = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(json, "name"));
	char why[PMK_LOG_LINE], path[PATH_MAX];
	int err = name ? pmk_own_path(chosen, name, path) : -EINVAL;

	if (!err)
		err = access(path, F_OK) == 0 && !is_known(path) ? -EINVAL : pmk_own_remove(chosen, name);

	if (err == -EINVAL)
		snprintf(why, sizeof why, "%s: that is no file in the folder of your backdrops",
			pmk_short(name ? name : "", 200).text);
	else if (err)
		pmk_own_explain(err, name, why);
	cJSON_Delete(json);
	if (err)
		return fail(connection, err == -ENOENT ? MHD_HTTP_NOT_FOUND : MHD_HTTP_BAD_REQUEST, NOT_WRITTEN, why);
	return pmk_answer_json(connection, MHD_HTTP_OK, strdup("{\"ok\":true}"));
}

enum MHD_Result pmk_own_upload_begin(struct MHD_Connection *connection, const char *chosen, struct pmk_upload **upload)
{
	const char *length = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Content-Length");
	const char *name = MHD_lookup_connection_value(connection, MHD_GET_ARGUMENT_KIND, "name");
	char why[PMK_LOG_LINE];
	int err;

	*upload = NULL;
	if (length && strtoumax(length, NULL, 10) > PMK_UPLOAD_MOST) {
		snprintf(why, sizeof why, "the file is larger than %d MB", PMK_UPLOAD_MOST >> 20);
		return fail(connection, MHD_HTTP_CONTENT_TOO_LARGE, BAD_INPUT, why);
	}
	err = pmk_upload_begin(chosen, name ? name : "", upload);
	if (!err)
		return MHD_YES;
	pmk_own_explain(err, "the folder of your backdrops cannot be written", why);
	if (err == -ENOENT)
		strncat(why, "; make it, and add the file again", sizeof why - strlen(why) - 1);
	return fail(connection, MHD_HTTP_INSUFFICIENT_STORAGE, NOT_WRITTEN, why);
}

static enum MHD_Result refuse_upload(struct MHD_Connection *connection, int err, const char *why)
{
	switch (err) {
	case -EMSGSIZE:
		return fail(connection, MHD_HTTP_CONTENT_TOO_LARGE, BAD_INPUT, why);
	case -EBADMSG:
	case -EFBIG:
	case -EINVAL:
	case -ENOPKG:
		return fail(connection, MHD_HTTP_UNSUPPORTED_MEDIA_TYPE, BAD_INPUT, why);
	case -ECHILD:
		return fail(connection, MHD_HTTP_SERVICE_UNAVAILABLE, NOT_DECODED, why);
	default:
		return fail(connection, MHD_HTTP_INSUFFICIENT_STORAGE, NOT_WRITTEN, why);
	}
}

enum MHD_Result pmk_own_upload(
	struct MHD_Connection *connection, struct pmk_upload *upload, const char *data, size_t *bytes)
{
	char path[PATH_MAX], why[PMK_LOG_LINE];
	cJSON *json;
	int err;

	if (*bytes) {
		pmk_upload_add(upload, data, *bytes);
		*bytes = 0;
		return MHD_YES;
	}
	err = pmk_upload_end(upload, path, why);
	if (err)
		return refuse_upload(connection, err, why);
	json = cJSON_CreateObject();
	cJSON_AddTrueToObject(json, "ok");
	cJSON_AddStringToObject(json, "path", path);
	return answer(connection, MHD_HTTP_OK, json);
}
