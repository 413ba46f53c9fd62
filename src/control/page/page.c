/* SPDX-License-Identifier: MIT */
#include "control/page/page.h"

#include "base/log.h"
#include "base/parse.h"
#include "control/page/answer.h"
#include "control/page/assets.h"
#include "control/page/listen.h"
#include "control/page/own/serve.h"
#include "control/page/picture.h"
#include "control/page/preview.h"
#include "control/page/thumbnail.h"
#include "media/sandbox/sandbox.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <microhttpd.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

enum { TOKEN = 32, MOST_BODY = 16384, CONNECTIONS = 24, IDLE_S = 30, NORMAL_WIDTH = 1280 };

struct pmk_page {
	struct pmk_control *control;
	struct pmk_pipeline *pipeline;
	struct pmk_preview *stream;
	struct MHD_Daemon *daemon;
	char token[TOKEN + 1]; /* hexadecimal */
	char host[32], origin[48];
	char folder[PMK_SPEC]; /* of the user's own backdrops */
	pthread_mutex_t lock; /* protects what follows */
	char ticket[TOKEN + 1]; /* of the address; it logs in once, as other users see it among a browser's arguments */
};

/* A request while its body arrives. */
struct body {
	size_t bytes;
	char text[MOST_BODY + 1];
	struct pmk_upload *upload; /* which takes the bytes in place of `text`; NULL: there is none */
};

/* --- who may ask --- */

static int make_token(char token[TOKEN + 1])
{
	uint8_t random[TOKEN / 2];

	if (getrandom(random, sizeof random, 0) != sizeof random)
		return -EIO;
	for (size_t i = 0; i < sizeof random; i++)
		snprintf(token + 2 * i, 3, "%02x", random[i]);
	return 0;
}

static const char *header(struct MHD_Connection *connection, const char *name)
{
	return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

/* Takes as long whatever is wrong in it. */
static bool is_secret(const char *secret, const char *text)
{
	unsigned char differ = 0;

	if (!text || strlen(text) != TOKEN)
		return false;
	for (int i = 0; i < TOKEN; i++)
		differ |= (unsigned char)(text[i] ^ secret[i]);
	return differ == 0;
}

/* The request was not made by another site, nor under another name of this machine (DNS rebinding). */
static bool is_local(const struct pmk_page *page, struct MHD_Connection *connection, bool asset)
{
	const char *host = header(connection, "Host"), *origin = header(connection, "Origin");
	const char *site = header(connection, "Sec-Fetch-Site");

	if (!host || strcmp(host, page->host) != 0 || (origin && strcmp(origin, page->origin) != 0))
		return false;
	return !site || strcmp(site, "same-origin") == 0 || (asset && strcmp(site, "none") == 0);
}

static bool has_token(const struct pmk_page *page, struct MHD_Connection *connection)
{
	return is_secret(page->token, header(connection, "X-Potemkin-Token"));
}

static enum MHD_Result send_asset(struct MHD_Connection *connection, const struct pmk_asset *asset)
{
	struct MHD_Response *response = MHD_create_response_from_buffer(
		asset->bytes, (void *)asset->data, MHD_RESPMEM_PERSISTENT);

	if (response)
		MHD_add_response_header(response, "Content-Type", asset->type);
	return pmk_answer(connection, MHD_HTTP_OK, response);
}

static enum MHD_Result send_thumbnail(struct MHD_Connection *connection, const char *name)
{
	struct pmk_jpeg_copy jpeg = { 0 };

	if (pmk_thumbnail_builtin(name, &jpeg))
		return pmk_answer_refuse(connection, MHD_HTTP_NOT_FOUND, "there is no such backdrop");
	return pmk_answer_jpeg(connection, &jpeg);
}

/* No content: the backdrop is shown alone, and has no mask. */
static enum MHD_Result send_mask(struct pmk_page *page, struct MHD_Connection *connection)
{
	struct pmk_jpeg_copy jpeg = { 0 };
	struct pmk_mask mask;
	int err = pmk_pipeline_mask(page->pipeline, &mask);

	if (err == -ENODATA)
		return pmk_answer(connection, MHD_HTTP_NO_CONTENT,
			MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT));
	if (err)
		return MHD_NO;
	err = pmk_thumbnail_mask(&mask, &jpeg);
	pmk_mask_free(&mask);
	return err ? MHD_NO : pmk_answer_jpeg(connection, &jpeg);
}

static enum MHD_Result send_stream(struct pmk_page *page, struct MHD_Connection *connection)
{
	const char *wish = MHD_lookup_connection_value(connection, MHD_GET_ARGUMENT_KIND, "width");
	int width = NORMAL_WIDTH;

	if (wish && pmk_parse_int(wish, 1, 8192, &width))
		return pmk_answer_refuse(connection, MHD_HTTP_BAD_REQUEST, "width is a number of pixels");
	return pmk_answer(connection, MHD_HTTP_OK, pmk_page_picture(page->stream, width));
}

/* --- commands --- */

/* Send the request as a program that is connected to the control socket would; gives its answer, or NULL. */
static char *ask(struct pmk_page *page, const char *command, const cJSON *args)
{
	cJSON *request = cJSON_CreateObject();
	int fd = pmk_control_connect(page->control);
	FILE *stream = fd >= 0 ? fdopen(fd, "r+") : NULL;
	char *line = NULL, *text;
	size_t size = 0;

	cJSON_AddStringToObject(request, "command", command);
	if (args)
		cJSON_AddItemToObject(request, "args", cJSON_Duplicate(args, true));
	text = cJSON_PrintUnformatted(request);
	if (!stream || !text || fprintf(stream, "%s\n", text) < 0 || fflush(stream) ||
		getline(&line, &size, stream) <= 0) {
		free(line);
		line = NULL;
	}
	if (stream)
		fclose(stream);
	else if (fd >= 0)
		close(fd);
	cJSON_free(text);
	cJSON_Delete(request);
	return line;
}

/* The page may do what a person at it may want; it writes no files but the configuration, and own backdrops
 * (own/). */
static bool is_offered(const char *command)
{
	static const char *const names[] = { "status", "examine", "get", "describe", "set", "add", "backdrop", "next",
		"camera", "pause", "resume", "profile", "save", "reload", "quit" };

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (strcmp(names[i], command) == 0)
			return true;
	}
	return false;
}

static enum MHD_Result run_command(
	struct pmk_page *page, struct MHD_Connection *connection, const char *command, const char *body)
{
	cJSON *json = *body ? cJSON_Parse(body) : NULL;
	char *text;

	if (!is_offered(command) || (*body && !cJSON_IsObject(json))) {
		cJSON_Delete(json);
		return pmk_answer_refuse(
			connection, MHD_HTTP_BAD_REQUEST, "there is no such command, or its body is no JSON object");
	}
	text = ask(page, command, cJSON_GetObjectItemCaseSensitive(json, "args"));
	cJSON_Delete(json);
	return text ? pmk_answer_json(connection, MHD_HTTP_OK, text) :
		      pmk_answer_refuse(connection, MHD_HTTP_SERVICE_UNAVAILABLE,
			      "potemkin is ending, or has too many connections");
}

/* The ticket of the address is used up by this. */
static bool use_ticket(struct pmk_page *page, const char *text)
{
	bool good;

	pthread_mutex_lock(&page->lock);
	good = is_secret(page->ticket, text) && make_token(page->ticket) == 0;
	pthread_mutex_unlock(&page->lock);
	return good;
}

/* With the ticket, or again with the token, as when the page is loaded anew. */
static enum MHD_Result log_in(struct pmk_page *page, struct MHD_Connection *connection)
{
	char text[TOKEN + 40];

	if (!has_token(page, connection) && !use_ticket(page, header(connection, "X-Potemkin-Token")))
		return pmk_answer_refuse(
			connection, MHD_HTTP_FORBIDDEN, "the address has been used already, or is wrong");
	pmk_sandbox_ready(false);
	snprintf(text, sizeof text, "{\"ok\":true,\"token\":\"%s\"}", page->token);
	return pmk_answer_json(connection, MHD_HTTP_OK, strdup(text));
}

/* --- requests [the server's threads] --- */

static enum MHD_Result get(struct pmk_page *page, struct MHD_Connection *connection, const char *path)
{
	const struct pmk_asset *asset = pmk_asset_find(path);
	const char *name = pmk_parse_after(path, "/thumbnail/");

	if (!is_local(page, connection, asset != NULL))
		return pmk_answer_refuse(
			connection, MHD_HTTP_FORBIDDEN, "only requests of the page itself are answered");
	if (asset)
		return send_asset(connection, asset);
	if (!has_token(page, connection))
		return pmk_answer_refuse(connection, MHD_HTTP_FORBIDDEN, "the token is missing or wrong");
	if (strcmp(path, "/stream") == 0)
		return send_stream(page, connection);
	if (strcmp(path, "/mask") == 0)
		return send_mask(page, connection);
	if (name)
		return send_thumbnail(connection, name);
	if (strcmp(path, "/own") == 0)
		return pmk_own_list(connection, page->folder);
	if (pmk_parse_after(path, "/own/"))
		return pmk_own_thumbnail(connection, page->folder, pmk_parse_after(path, "/own/"));
	return pmk_answer_refuse(connection, MHD_HTTP_NOT_FOUND, "there is no such page");
}

static enum MHD_Result post(
	struct pmk_page *page, struct MHD_Connection *connection, const char *path, const char *body)
{
	const char *command = pmk_parse_after(path, "/api/");

	if (!is_local(page, connection, false))
		return pmk_answer_refuse(
			connection, MHD_HTTP_FORBIDDEN, "only requests of the page itself are answered");
	if (strcmp(path, "/login") == 0)
		return log_in(page, connection);
	if (!has_token(page, connection))
		return pmk_answer_refuse(connection, MHD_HTTP_FORBIDDEN, "the token is missing or wrong");
	if (strcmp(path, "/own/remove") == 0)
		return pmk_own_remove_file(connection, page->folder, body);
	return command ? run_command(page, connection, command, body) :
			 pmk_answer_refuse(connection, MHD_HTTP_NOT_FOUND, "there is no such page");
}

/* The head of a request has come. An upload is refused before its body is sent. */
static enum MHD_Result begin_post(
	struct pmk_page *page, struct MHD_Connection *connection, const char *path, void **state)
{
	struct body *body = calloc(1, sizeof *body);

	*state = body;
	if (!body)
		return MHD_NO;
	if (strcmp(path, "/upload") != 0)
		return MHD_YES;
	if (!is_local(page, connection, false) || !has_token(page, connection))
		return pmk_answer_refuse(connection, MHD_HTTP_FORBIDDEN, "only the page itself may add backdrops");
	return pmk_own_upload_begin(connection, page->folder, &body->upload);
}

static enum MHD_Result handle(void *user, struct MHD_Connection *connection, const char *url, const char *method,
	const char *version, const char *data, size_t *bytes, void **state)
{
	struct pmk_page *page = user;
	struct body *body = *state;

	if (strcmp(method, "GET") == 0)
		return get(page, connection, url);
	if (strcmp(method, "POST") != 0)
		return pmk_answer_refuse(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "only GET and POST are answered");
	if (!body)
		return begin_post(page, connection, url, state);
	if (body->upload)
		return pmk_own_upload(connection, body->upload, data, bytes);
	if (!*bytes)
		return post(page, connection, url, body->text);
	if (*bytes > MOST_BODY - body->bytes)
		return MHD_NO; /* the connection is closed */
	memcpy(body->text + body->bytes, data, *bytes);
	body->bytes += *bytes;
	*bytes = 0;
	return MHD_YES;
}

static void finish(void *user, struct MHD_Connection *connection, void **state, enum MHD_RequestTerminationCode code)
{
	struct body *body = *state;

	if (body)
		pmk_upload_free(body->upload);
	free(body);
	*state = NULL;
}

/* --- start, stop --- */

static int serve(struct pmk_page *page, int port)
{
	int fd = pmk_page_listen(&port);

	if (fd < 0)
		return fd;
	page->daemon = MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION, 0, NULL, NULL,
		handle, page, MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT, CONNECTIONS,
		MHD_OPTION_CONNECTION_TIMEOUT, IDLE_S, MHD_OPTION_NOTIFY_COMPLETED, finish, NULL, MHD_OPTION_END);
	if (!page->daemon)
		return errno ? -errno : -EIO;
	snprintf(page->host, sizeof page->host, "127.0.0.1:%d", port);
	snprintf(page->origin, sizeof page->origin, "http://%s", page->host);
	return 0;
}

int pmk_page_start(struct pmk_control *control, struct pmk_pipeline *pipeline, int port, const char *folder,
	struct pmk_page **page)
{
	struct pmk_page *made = calloc(1, sizeof *made);
	int err = made ? 0 : -ENOMEM;

	if (!err) {
		pthread_mutex_init(&made->lock, NULL);
		err = make_token(made->token);
	}
	if (!err)
		err = make_token(made->ticket);
	if (!err) {
		made->control = control;
		made->pipeline = pipeline;
		snprintf(made->folder, sizeof made->folder, "%s", folder);
		err = pmk_preview_create(pipeline, &made->stream);
	}
	if (!err)
		err = serve(made, port);
	if (err) {
		pmk_error_cure(pmk_starter_cure(err), "the page cannot be served on %s%.0d of 127.0.0.1: %s",
			port ? "port " : "any port", port, pmk_starter_reason(err));
		pmk_page_stop(made);
		return err;
	}
	*page = made;
	return 0;
}

void pmk_page_address(struct pmk_page *page, char address[PMK_PAGE_ADDRESS])
{
	pthread_mutex_lock(&page->lock);
	snprintf(address, PMK_PAGE_ADDRESS, "%s/#%s", page->origin, page->ticket);
	pthread_mutex_unlock(&page->lock);
}

void pmk_page_stop(struct pmk_page *page)
{
	if (!page)
		return;
	if (page->stream)
		pmk_preview_stop(page->stream);
	if (page->daemon)
		MHD_stop_daemon(page->daemon);
	pmk_preview_destroy(page->stream);
	pthread_mutex_destroy(&page->lock);
	free(page);
}
