/* SPDX-License-Identifier: MIT */
/* The local page, asked over HTTP as browsers do: its own requests, those of other sites, and the picture. The pipeline
 * has a scripted camera. */
#include "scripted.h"

#include "base/folder.h"
#include "control/control.h"
#include "control/socket.h"

#include <arpa/inet.h>
#include <cjson/cJSON.h>
#include <dirent.h>
#include <errno.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <turbojpeg.h>
#include <unistd.h>

enum { ANSWER = 1 << 20, MASK_SIDE = 320 };

static struct pmk_settings settings;
static char chosen[PMK_SPEC]; /* folder of own backdrops; "": the usual one */
static struct pmk_control *control;
static char ticket[33], token[33], host[32], origin[48]; /* of the page */
static int port;
static char answer[ANSWER + 1];

static int reread(void *user, const char *profile, const struct pmk_source_names *in_use, const bool *saved,
	struct pmk_settings *fresh)
{
	return -EINVAL;
}

static bool allows(void *user, const struct pmk_settings *now, const struct pmk_settings *wanted)
{
	return true;
}

static const struct pmk_control_host front = { .reread = reread, .allows = allows };

/* Ask for the page, and take its address apart. */
static void open_page(void)
{
	static const char request[] = "{\"command\": \"page\"}\n";
	char line[400] = "";
	const char *address;
	cJSON *json;
	int fd = pmk_socket_connect(0);

	assert_true(fd >= 0);
	assert_int_equal(send(fd, request, sizeof request - 1, 0), sizeof request - 1);
	for (size_t used = 0; used < sizeof line - 1 && recv(fd, line + used, 1, 0) == 1 && line[used] != '\n';)
		used++;
	close(fd);
	json = cJSON_Parse(line);
	address = cJSON_GetStringValue(cJSON_GetObjectItem(json, "address"));
	assert_non_null(address);
	assert_int_equal(sscanf(address, "http://127.0.0.1:%d/#%32s", &port, ticket), 2);
	cJSON_Delete(json);
	snprintf(host, sizeof host, "127.0.0.1:%d", port);
	snprintf(origin, sizeof origin, "http://%s", host);
}

static void end_control(void)
{
	wait_until(pmk_control_destroy(control) == 0);
	control = NULL;
}

static void end(struct pmk_pipeline *p)
{
	end_control();
	stop(p, 0);
}

static int clear(void **state)
{
	end_control();
	return clear_up(state);
}

static int connect_page(void)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)
	};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
	return fd;
}

/* Send a request whose header lines are `headers`; its connection. */
static int send_request(const char *method, const char *path, const char *headers, const char *body)
{
	static char text[40000];
	int fd = connect_page(),
	    length = snprintf(text, sizeof text, "%s %s HTTP/1.0\r\nContent-Length: %zu\r\n%s\r\n%s", method, path,
		    strlen(body), headers, body);

	assert_true(length < (int)sizeof text);
	send(fd, text, (size_t)length, MSG_NOSIGNAL);
	return fd;
}

/* Gives the status, 0 if the connection was closed without one; the whole answer is in `answer`. */
static int ask(const char *method, const char *path, const char *headers, const char *body)
{
	int fd = send_request(method, path, headers, body), status = 0;
	size_t used = 0;
	ssize_t got;

	while (used < ANSWER && (got = recv(fd, answer + used, ANSWER - used, 0)) > 0)
		used += (size_t)got;
	answer[used] = '\0';
	close(fd);
	return sscanf(answer, "HTTP/1.%*d %d", &status) == 1 ? status : 0;
}

/* Header lines of the page's own script. */
static const char *own(void)
{
	static char headers[300];

	snprintf(headers, sizeof headers,
		"Host: %s\r\nOrigin: %s\r\nSec-Fetch-Site: same-origin\r\nX-Potemkin-Token: %s\r\n", host, origin,
		token);
	return headers;
}

static void log_in(void)
{
	strcpy(token, ticket);
	assert_int_equal(ask("POST", "/login", own(), ""), 200);
	assert_int_equal(sscanf(strstr(answer, "\"token\""), "\"token\":\"%32[0-9a-f]\"", token), 1);
	assert_string_not_equal(token, ticket);
}

static struct pmk_pipeline *begin(bool on_demand)
{
	struct pmk_pipeline *p;

	atomic_store(&watch, on_demand ? PMK_WATCH_SOMEBODY : PMK_WATCH_UNKNOWN);
	p = start_with(on_demand ? "a!" : "a", NULL, 0, on_demand);
	pmk_settings_init(&settings);
	settings.pipeline = started;
	memcpy(settings.backdrop_folder, chosen, sizeof chosen);
	assert_int_equal(pmk_control_create(&front, &settings, p, true, &control), 0);
	assert_int_equal(pmk_control_start(control), 0);
	reach(p, PMK_STATE_LIVE);
	open_page();
	log_in();
	return p;
}

static void test_own_requests(void **state)
{
	struct pmk_pipeline *p = begin(false);

	assert_int_equal(ask("GET", "/", own(), ""), 200);
	assert_non_null(strstr(answer, "<title>Potemkin</title>"));
	assert_non_null(strstr(answer, "default-src 'none'"));
	assert_null(strstr(answer, token)); /* it is only in the address */
	assert_int_equal(ask("POST", "/login", own(), ""), 200); /* as after a reload of the page */
	assert_null(strstr(answer, "Set-Cookie")); /* browsers send cookies to other ports, too */
	assert_int_equal(ask("POST", "/api/describe", own(), ""), 200);
	assert_non_null(strstr(answer, "\"name\":\"smooth\""));
	assert_int_equal(ask("POST", "/api/set", own(), "{\"args\": [\"smooth\", \"40\"]}"), 200);
	assert_non_null(strstr(answer, "\"ok\":true"));
	assert_int_equal(ask("POST", "/api/get", own(), "{\"args\": [\"smooth\"]}"), 200);
	assert_non_null(strstr(answer, "\"smooth\":\"40\""));
	assert_int_equal(ask("POST", "/api/set", own(), "{\"args\": [\"smooth\", \"400\"]}"), 200);
	assert_non_null(strstr(answer, "from 0 to 100"));
	assert_int_equal(ask("GET", "/thumbnail/office", own(), ""), 200);
	assert_non_null(strstr(answer, "image/jpeg"));
	assert_int_equal(ask("GET", "/thumbnail/cellar", own(), ""), 404);
	assert_int_equal(ask("GET", "/etc/passwd", own(), ""), 404);
	assert_int_equal(ask("GET", "/stream?width=none", own(), ""), 400);
	assert_int_equal(ask("PUT", "/api/pause", own(), ""), 405);
	assert_int_equal(ask("POST", "/api/pause", own(), "[1]"), 400);
	assert_int_not_equal(state_of(p), PMK_STATE_PAUSED);
	end(p);
}

/* What writes files, or never ends, is not offered. */
static void test_what_is_not_offered(void **state)
{
	struct pmk_pipeline *p = begin(false);

	assert_int_equal(ask("POST", "/api/snapshot", own(), "{\"args\": [\"/tmp/picture.png\"]}"), 400);
	assert_int_equal(ask("POST", "/api/subscribe", own(), ""), 400);
	assert_int_equal(ask("POST", "/api/page", own(), ""), 400);
	end(p);
}

/* Every kind of request that another site, another program or another name for this machine could make. */
static void test_others_get_nothing(void **state)
{
	struct pmk_pipeline *p = begin(false);
	const struct {
		const char *host, *origin, *site, *secret; /* NULL: the header is not sent */
	} others[] = {
		{ host, NULL, NULL, NULL }, /* no token */
		{ host, NULL, NULL, "X-Potemkin-Token: 00000000000000000000000000000000" },
		{ host, NULL, NULL, "X-Potemkin-Token: " },
		{ host, NULL, NULL, "Cookie: potemkin=00000000000000000000000000000000" },
		{ host, "http://evil.example", "cross-site", NULL }, /* a form, fetch, img or script of another site */
		{ host, "http://evil.example", "cross-site", token },
		{ host, "null", "cross-site", token }, /* a sandboxed frame */
		{ host, NULL, "cross-site", token },
		{ host, NULL, "same-site", token }, /* another port of this machine */
		{ host, "http://127.0.0.1:1", NULL, token },
		{ "evil.example", NULL, NULL, token }, /* a name that was bound to this machine again */
		{ "evil.example", "http://evil.example", "same-origin", token },
		{ "localhost", NULL, NULL, token },
		{ "127.0.0.1", NULL, NULL, token },
		{ NULL, NULL, NULL, token },
	};
	static const char *const requests[][2] = { { "POST", "/api/pause" }, { "POST", "/api/status" },
		{ "POST", "/login" }, { "GET", "/stream" }, { "GET", "/mask" }, { "GET", "/thumbnail/office" } };

	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
		const char *secret = others[i].secret;
		char headers[400], own_secret[64];

		snprintf(own_secret, sizeof own_secret, "X-Potemkin-Token: %s", token);
		secret = secret == token ? own_secret : secret;
		snprintf(headers, sizeof headers, "%s%s%s%s%s%s%s%s%s%s%s", others[i].host ? "Host: " : "",
			others[i].host ? others[i].host : "", others[i].host ? "\r\n" : "",
			others[i].origin ? "Origin: " : "", others[i].origin ? others[i].origin : "",
			others[i].origin ? "\r\n" : "", others[i].site ? "Sec-Fetch-Site: " : "",
			others[i].site ? others[i].site : "", others[i].site ? "\r\n" : "", secret ? secret : "",
			secret ? "\r\n" : "");
		for (size_t r = 0; r < sizeof requests / sizeof requests[0]; r++) {
			int status = ask(requests[r][0], requests[r][1], headers, "");

			if (status != 403 && status != 400)
				fail_msg("%s %s with %s: %d", requests[r][0], requests[r][1], headers, status);
			assert_null(strstr(answer, "Access-Control"));
		}
	}
	assert_int_not_equal(state_of(p), PMK_STATE_PAUSED);
	end(p);
}

/* Other users see the address among the arguments of the browser. */
static void test_ticket_works_once(void **state)
{
	struct pmk_pipeline *p = begin(false);
	char headers[300];

	snprintf(headers, sizeof headers, "Host: %s\r\nX-Potemkin-Token: %s\r\n", host, ticket);
	assert_int_equal(ask("POST", "/login", headers, ""), 403);
	assert_int_equal(ask("POST", "/api/status", headers, ""), 403);
	open_page(); /* there is another */
	log_in();
	assert_int_equal(ask("POST", "/api/status", own(), ""), 200);
	end(p);
}

/* A request that comes while the program ends holds nothing up. */
static void test_end_under_requests(void **state)
{
	struct pmk_pipeline *p = begin(false);
	int fds[8];

	for (int i = 0; i < 8; i++)
		fds[i] = send_request("POST", "/api/status", own(), "");
	end(p);
	for (int i = 0; i < 8; i++)
		close(fds[i]);
}

static void test_zones(void **state)
{
	struct pmk_pipeline *p = begin(false);

	assert_int_equal(ask("POST", "/api/set", own(), "{\"args\": [\"keep-out\", \"0,0,20x100%\"]}"), 200);
	assert_int_equal(ask("POST", "/api/add", own(), "{\"args\": [\"keep-out\", \"50%,0%,10.5%x20%\"]}"), 200);
	assert_int_equal(ask("POST", "/api/get", own(), "{\"args\": [\"keep-out\"]}"), 200);
	assert_non_null(strstr(answer, "[\"0,0,20x100%\",\"50%,0%,10.5%x20%\"]"));
	assert_int_equal(ask("POST", "/api/add", own(), "{\"args\": [\"smooth\", \"4\"]}"), 200);
	assert_non_null(strstr(answer, "no list"));
	end(p);
}

static void test_large_body(void **state)
{
	static char large[30000];
	struct pmk_pipeline *p = begin(false);

	memset(large, ' ', sizeof large - 1);
	assert_int_equal(ask("POST", "/api/pause", own(), large), 0); /* closed */
	assert_int_equal(ask("POST", "/api/status", own(), ""), 200);
	end(p);
}

static int count_own(const char *folder)
{
	struct pmk_folder list = { 0 };
	int count = pmk_folder_read(folder, &list) ? 0 : list.count;
	DIR *directory = opendir(folder);

	for (const struct dirent *entry; directory && (entry = readdir(directory));)
		count += entry->d_name[0] == '.' && entry->d_name[1] == 'u'; /* one that is not complete */
	if (directory)
		closedir(directory);
	pmk_folder_free(&list);
	return count;
}

/* The head of an upload that says it is so long, and some of its bytes. */
static int send_upload(const char *length, const char *bytes)
{
	char text[600];
	int fd = connect_page();

	snprintf(text, sizeof text, "POST /upload?name=a HTTP/1.0\r\nContent-Length: %s\r\n%s\r\n%s", length, own(),
		bytes);
	send(fd, text, strlen(text), MSG_NOSIGNAL);
	return fd;
}

/* What a page of the user's own may send, and what must not come through; good pictures are in test_upload.c. */
static void test_uploads(void **state)
{
	char folder[200], foreign[200], head[16] = "";
	struct pmk_pipeline *p;
	int fd;

	setenv("XDG_DATA_HOME", runtime, 1);
	p = begin(false);
	snprintf(folder, sizeof folder, "%s/potemkin/backdrops", runtime);
	snprintf(foreign, sizeof foreign, "Host: %s\r\nOrigin: %s\r\n", host, origin);
	assert_int_equal(ask("POST", "/upload?name=a.png", foreign, "bytes"), 403);
	assert_int_equal(ask("GET", "/own", foreign, ""), 403);
	assert_int_equal(ask("POST", "/own/remove", foreign, "{\"name\":\"a.png\"}"), 403);
	assert_int_equal(access(folder, F_OK), -1);

	assert_int_equal(ask("POST", "/upload?name=..%2f..%2fa.png", own(), "no picture"), 415);
	assert_non_null(strstr(answer, "a: neither a picture nor a film"));
	assert_int_equal(ask("POST", "/upload", own(), ""), 415);
	fd = send_upload("70000000", "");
	assert_int_equal(recv(fd, head, 12, MSG_WAITALL), 12);
	assert_non_null(strstr(head, " 413"));
	close(fd);
	close(send_upload("1000", "\x89PNG"));
	assert_int_equal(ask("GET", "/own", own(), ""), 200);
	assert_non_null(strstr(answer, "\"files\":[]"));
	assert_int_equal(ask("GET", "/own/..%2f..%2f..%2fetc%2fpasswd", own(), ""), 404);
	assert_int_equal(ask("POST", "/own/remove", own(), "{\"name\":\"../a\"}"), 400);
	assert_int_equal(ask("POST", "/own/remove", own(), "{}"), 400);
	assert_int_equal(ask("POST", "/own/remove", own(), "{\"name\":\"absent.png\"}"), 404);
	end(p); /* ends all connections, and so the upload that was cut off */
	assert_int_equal(count_own(folder), 0);
	assert_int_equal(rmdir(folder), 0);
	*strrchr(folder, '/') = '\0';
	assert_int_equal(rmdir(folder), 0);
}

static int errors;

static void count_error(void *user, enum pmk_log_level level, const char *line)
{
	errors += level <= PMK_LOG_WARN;
}

/* A folder of the user's choice may hold more than backdrops. */
static void test_chosen_folder(void **state)
{
	static const uint8_t gif[] = "GIF89a\1\0\1\0\0\0\0;";
	struct pmk_pipeline *p;
	char path[PMK_SPEC + 16];
	FILE *file;

	snprintf(chosen, sizeof chosen, "%s/chosen", runtime);
	assert_int_equal(mkdir(chosen, 0700), 0);
	snprintf(path, sizeof path, "%s/letter.txt", chosen);
	file = fopen(path, "w");
	fputs("Dear Jane", file);
	fclose(file);
	p = begin(false);
	assert_int_equal(ask("POST", "/own/remove", own(), "{\"name\":\"letter.txt\"}"), 400);
	assert_int_equal(unlink(path), 0);
	snprintf(path, sizeof path, "%s/a.gif", chosen);
	file = fopen(path, "w");
	fwrite(gif, 1, sizeof gif, file);
	fclose(file);
	assert_int_equal(ask("GET", "/own", own(), ""), 200);
	assert_non_null(strstr(answer, "/chosen/a.gif"));
	errors = 0;
	pmk_log_redirect(count_error, NULL);
	assert_int_equal(ask("GET", "/own/a.gif", own(), ""), 415); /* no picture is in it */
	pmk_log_redirect(NULL, NULL);
	assert_non_null(strstr(answer, "/chosen/a.gif: "));
	assert_int_equal(errors, 0); /* the card tells it */
	assert_int_equal(ask("POST", "/own/remove", own(), "{\"name\":\"a.gif\"}"), 200);
	assert_int_equal(access(path, F_OK), -1);
	end(p);
	assert_int_equal(rmdir(chosen), 0);
	chosen[0] = '\0';
}

/* Read the stream until a whole JPEG is in `answer`; where it begins, and its bytes. */
static const unsigned char *next_picture(int fd, size_t *bytes)
{
	size_t used = 0, length;
	char *head;

	for (;;) {
		ssize_t got = recv(fd, answer + used, ANSWER - used, 0);

		assert_true(got > 0);
		used += (size_t)got;
		answer[used] = '\0';
		head = memmem(answer, used, "image/jpeg\r\nContent-Length: ", 28);
		if (!head || sscanf(head + 28, "%zu", &length) != 1)
			continue;
		head = memmem(head, used - (size_t)(head - answer), "\r\n\r\n", 4);
		if (head && used - (size_t)(head + 4 - answer) >= length)
			break;
	}
	*bytes = length;
	return (unsigned char *)head + 4;
}

static void check_picture(int fd, int value)
{
	tjhandle jpeg = tjInitDecompress();
	size_t bytes;
	const unsigned char *data = next_picture(fd, &bytes);
	int width, height, sampling, space;
	unsigned char *rgb;

	assert_int_equal(tjDecompressHeader3(jpeg, data, bytes, &width, &height, &sampling, &space), 0);
	assert_int_equal(width, 160);
	rgb = malloc((size_t)(3 * width * height));
	assert_int_equal(tjDecompress2(jpeg, data, bytes, rgb, width, 0, height, TJPF_RGB, 0), 0);
	for (int i = 0; i < 3; i++)
		assert_in_range(rgb[i], value > 3 ? value - 3 : 0, value < 252 ? value + 3 : 255);
	free(rgb);
	tjDestroy(jpeg);
}

/* The picture wakes the camera while it is looked at, and only then; it is what viewers see. */
static void test_picture(void **state)
{
	struct pmk_pipeline *p = begin(true);
	int fd;

	assert_int_equal(ask("POST", "/api/backdrop", own(), "{\"args\": [\"color:#ffffff\"]}"), 200);
	atomic_store(&watch, PMK_WATCH_NOBODY);
	reach(p, PMK_STATE_IDLE);
	fd = send_request("GET", "/stream?width=160", own(), "");
	reach(p, PMK_STATE_LIVE);
	check_picture(fd, 255);
	close(fd);
	reach(p, PMK_STATE_IDLE);
	fd = send_request("GET", "/stream?width=160", own(), ""); /* still open at the end */
	reach(p, PMK_STATE_LIVE);
	end(p);
	close(fd);
}

/* The scripted camera shows a room with nobody in it, so its mask is black, whatever the room looks like. Until the
 * last frame that was on its way has been composed, there may be one more mask; on a busy machine, no frame may come
 * for as long as the page waits for one. */
static void test_mask(void **state)
{
	struct pmk_pipeline *p = begin(false);
	tjhandle jpeg = tjInitDecompress();
	int width, height, sampling, space;
	uint8_t grey[MASK_SIDE * MASK_SIDE];
	const unsigned char *data;
	unsigned long bytes;

	wait_until(ask("GET", "/mask", own(), "") == 200);
	assert_non_null(strstr(answer, "image/jpeg"));
	assert_int_equal(sscanf(strstr(answer, "Content-Length: "), "Content-Length: %lu", &bytes), 1);
	data = (const unsigned char *)strstr(answer, "\r\n\r\n") + 4;
	assert_int_equal(tjDecompressHeader3(jpeg, data, bytes, &width, &height, &sampling, &space), 0);
	assert_int_equal(sampling, TJSAMP_GRAY);
	assert_true(width <= MASK_SIDE && height <= MASK_SIDE);
	assert_int_equal(tjDecompress2(jpeg, data, bytes, grey, width, 0, height, TJPF_GRAY, 0), 0);
	for (int i = 0; i < width * height; i++)
		assert_int_equal(grey[i], 0);
	tjDestroy(jpeg);
	dry_up(LOSE);
	reach(p, PMK_STATE_COVERED);
	assert_int_equal(ask("GET", "/mask", own(), ""), 204); /* a cover has none */
	set_mode(DELIVER);
	reach(p, PMK_STATE_LIVE);
	assert_int_equal(ask("POST", "/api/pause", own(), ""), 200);
	wait_until(ask("GET", "/mask", own(), "") == 204);
	end(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_own_requests, clear),
		cmocka_unit_test_teardown(test_what_is_not_offered, clear),
		cmocka_unit_test_teardown(test_others_get_nothing, clear),
		cmocka_unit_test_teardown(test_ticket_works_once, clear),
		cmocka_unit_test_teardown(test_end_under_requests, clear),
		cmocka_unit_test_teardown(test_zones, clear),
		cmocka_unit_test_teardown(test_uploads, clear),
		cmocka_unit_test_teardown(test_chosen_folder, clear),
		cmocka_unit_test_teardown(test_large_body, clear),
		cmocka_unit_test_teardown(test_picture, clear),
		cmocka_unit_test_teardown(test_mask, clear),
	};

	return cmocka_run_group_tests(tests, make_runtime, remove_runtime);
}
