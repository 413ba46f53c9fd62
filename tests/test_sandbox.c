/* SPDX-License-Identifier: MIT */
/* Tests of the process that decodes pictures, with decoders that do what hostile files make real ones do. This program
 * is its own helper. */
#include "media/media_module.h"
#include "media/sandbox/helper.h"
#include "media/sandbox/sandbox.h"

#include "base/open_file.h"
#include "media_material.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { SANITIZED = 1 };
#else
enum { SANITIZED = 0 };
#endif

/* --- the decoders --- */

static int give(struct pmk_rgb *rgb, int width, int height)
{
	int err = pmk_rgb_alloc(rgb, width, height);

	for (int y = 0; !err && y < height; y++)
		for (int x = 0; x < 3 * width; x++)
			rgb->data[y * rgb->stride + x] = (uint8_t)(x * 7 + y);
	return err;
}

static int take_memory(void)
{
	for (int i = 0; i < 600; i++) {
		char *block = malloc(1 << 20);

		if (!block)
			return -ENOMEM;
		memset(block, 1, 1 << 20);
	}
	return 0;
}

/* What must be refused, each a bit of the result: 0 if all was. */
static int try_to_leave(void)
{
	struct rlimit more = { RLIM_INFINITY, RLIM_INFINITY };
	int allowed = 0;

	allowed |= open("/etc/passwd", O_RDONLY) >= 0 ? 1 : 0;
	allowed |= socket(AF_UNIX, SOCK_STREAM, 0) >= 0 ? 2 : 0;
	allowed |= fork() > 0 ? 4 : 0;
	allowed |= kill(getppid(), 0) == 0 ? 8 : 0;
	allowed |= setrlimit(RLIMIT_CPU, &more) == 0 ? 16 : 0;
	allowed |= write(STDERR_FILENO, "", 0) == 0 ? 32 : 0;
	return allowed;
}

static int fake_read(const char *path, struct pmk_rgb *rgb)
{
	int64_t bytes;
	char text[16] = "";

	if (strcmp(path, "crash") == 0)
		__builtin_trap();
	if (strcmp(path, "abort") == 0)
		abort();
	if (strcmp(path, "loop") == 0)
		for (volatile int i = 0;; i++)
			;
	if (strcmp(path, "memory") == 0)
		return take_memory() ? -ENOMEM : give(rgb, 5, 4);
	if (strcmp(path, "refuse") == 0) {
		pmk_error("refuse: a \x1b[31m file\nthat is bad");
		return -EBADMSG;
	}
	if (strcmp(path, "silent") == 0)
		return -EIO;
	if (strcmp(path, "leave") == 0)
		return give(rgb, 1 + try_to_leave(), 1);
	if (strcmp(path, "file") == 0) {
		int fd = pmk_open_file("any name", &bytes);

		pmk_read_at(fd, text, 5, 0);
		return strcmp(text, "hello") == 0 ? give(rgb, (int)bytes, 1) : -EBADMSG;
	}
	pmk_warn("%s: a warning", path);
	return give(rgb, 5, 4);
}

static int fake_probe(const char *path)
{
	return PMK_STILL_ANIMATED;
}

static const struct pmk_media_calls fake_calls = { .still_read = fake_read, .still_probe = fake_probe };

/* --- the tests --- */

static int run(enum pmk_job_kind kind, const char *path, struct pmk_decoded *decoded)
{
	struct pmk_job job = { .kind = kind };
	int fd, err;

	snprintf(job.path, sizeof job.path, "%s", path);
	material_store(material_path("a"), "hello", 5);
	fd = pmk_open_file(material_path("a"), &job.bytes);
	assert_true(fd >= 0);
	err = pmk_sandbox_run(&job, 0, fd, decoded);
	close(fd);
	return err;
}

static void assert_picture(const char *path)
{
	struct pmk_decoded decoded;

	assert_int_equal(run(PMK_JOB_RGB, path, &decoded), 0);
	assert_int_equal(decoded.layout.width, 5);
	assert_int_equal(decoded.layout.height, 4);
	for (int i = 0; i < 60; i++)
		assert_int_equal(decoded.picture[i], (uint8_t)(i % 15 * 7 + i / 15));
	pmk_decoded_free(&decoded);
}

static void a_picture_comes_back(void **state)
{
	struct pmk_decoded decoded;

	material_warnings = 0;
	assert_picture("good");
	assert_int_equal(material_warnings, 1);
	assert_string_equal(material_line, "good: a warning");
	assert_int_equal(run(PMK_JOB_PROBE, "good", &decoded), PMK_STILL_ANIMATED);
	pmk_decoded_free(&decoded);
	assert_int_equal(run(PMK_JOB_RGB, "file", &decoded), 0);
	assert_int_equal(decoded.layout.width, 5); /* the size of the one file there is */
	pmk_decoded_free(&decoded);
}

static void what_goes_wrong_there_is_one_line(void **state)
{
	static const struct {
		const char *path;
		int code;
		const char *says;
	} cases[] = {
		{ "crash", -EBADMSG, "crash: damaged: its decoder ended with" },
		{ "abort", -EBADMSG, "abort: damaged: its decoder ended with" },
		{ "loop", -EFBIG, "loop: takes more than 2 s" },
		{ "refuse", -EBADMSG, "refuse: a ?[31m file?that is bad" },
		{ "silent", -EIO, "silent: cannot be decoded: Input/output error" },
		{ "memory", -EFBIG, "memory: needs more than 320 MiB" },
	};
	struct pmk_decoded decoded;

	for (size_t i = 0; i < sizeof cases / sizeof cases[0] - SANITIZED; i++)
		assert_fails(run(PMK_JOB_RGB, cases[i].path, &decoded), cases[i].code, cases[i].says);
	assert_picture("good");
}

static void it_cannot_leave(void **state)
{
	struct pmk_decoded decoded;
	unsigned tried;

	assert_int_equal(run(PMK_JOB_TRY, "try", &decoded), 0);
	tried = decoded.reply.tried;
	pmk_decoded_free(&decoded);
	if (tried & (PMK_TRIED_SECCOMP | PMK_TRIED_LANDLOCK))
		assert_true(tried & PMK_TRIED_FILES);
	if (!(tried & PMK_TRIED_SECCOMP))
		skip();
	assert_true(tried & PMK_TRIED_NETWORK && tried & PMK_TRIED_PROGRAMS);
	assert_int_equal(run(PMK_JOB_RGB, "leave", &decoded), 0);
	assert_int_equal(decoded.layout.width, 1);
	pmk_decoded_free(&decoded);
}

static void *decode_some(void *user)
{
	for (int i = 0; i < 5; i++) {
		struct pmk_decoded decoded;
		struct pmk_job job = { .kind = PMK_JOB_RGB, .path = "good" };
		int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

		*(int *)user += pmk_sandbox_run(&job, 0, fd, &decoded) == 0 && decoded.layout.width == 5;
		pmk_decoded_free(&decoded);
		close(fd);
	}
	return NULL;
}

static void several_at_once(void **state)
{
	pthread_t threads[5];
	int done[5] = { 0 };

	for (int i = 0; i < 5; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, decode_some, &done[i]), 0);
	for (int i = 0; i < 5; i++) {
		pthread_join(threads[i], NULL);
		assert_int_equal(done[i], 5);
	}
}

static pid_t helper_of_this(void)
{
	char path[64];
	FILE *file;
	int pid = 0;

	snprintf(path, sizeof path, "/proc/self/task/%d/children", getpid());
	file = fopen(path, "re");
	if (!file)
		skip();
	assert_int_equal(fscanf(file, "%d", &pid), 1);
	fclose(file);
	return pid;
}

static void a_helper_that_was_killed_is_replaced(void **state)
{
	assert_picture("good");
	assert_int_equal(kill(helper_of_this(), SIGKILL), 0);
	assert_picture("good");
}

static void nothing_is_left_of_a_helper_that_ended(void **state)
{
	struct pollfd end = { .events = POLLIN };

	for (int i = 0; i < 2; i++) {
		assert_picture("good");
		end.fd = pmk_sandbox_end_fd();
		assert_int_equal(poll(&end, 1, 0), 0);
		assert_int_equal(kill(helper_of_this(), SIGTERM), 0);
		assert_int_equal(poll(&end, 1, 10000), 1);
		pmk_sandbox_tidy();
		assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
		assert_int_equal(poll(&end, 1, 0), 0);
		pmk_sandbox_tidy();
	}
}

/* Of a reply, only what makes sense is believed. */
static void nonsense_is_refused(void **state)
{
	static struct pmk_reply good = { .done = PMK_REPLY_DONE, .width = 64, .height = 48 }, reply;
	struct pmk_layout layout;

#define REFUSES(kind, change) \
	do { \
		reply = good; \
		change; \
		assert_int_equal(pmk_reply_check(kind, &reply, &layout), -EBADMSG); \
	} while (0)

	assert_int_equal(pmk_reply_check(PMK_JOB_RGB, &good, &layout), 0);
	assert_int_equal(pmk_reply_check(PMK_JOB_PLANES, &good, &layout), 0);
	assert_int_equal(layout.width, 64);
	REFUSES(PMK_JOB_RGB, reply.done = 0);
	REFUSES(PMK_JOB_RGB, reply.width = 0);
	REFUSES(PMK_JOB_RGB, reply.height = -48);
	REFUSES(PMK_JOB_RGB, reply.width = 16385);
	REFUSES(PMK_JOB_RGB, reply.width = reply.height = 16384);
	REFUSES(PMK_JOB_RGB, reply.result = 1);
	REFUSES(PMK_JOB_RGB, reply.result = -5000);
	REFUSES(PMK_JOB_RGB, reply.result = -EIO); /* and a picture all the same */
	REFUSES(PMK_JOB_RGB, reply.line_count = PMK_REPLY_LINES + 1);
	REFUSES(PMK_JOB_RGB, reply.line_count = 1; reply.lines[0].level = 9);
	REFUSES(PMK_JOB_PLANES, reply.width = 8193);
	REFUSES(PMK_JOB_PLANES, reply.chroma = 2);
	REFUSES(PMK_JOB_PLANES, reply.matrix = -1);
	REFUSES(PMK_JOB_PLANES, reply.transfer = 256);
	REFUSES(PMK_JOB_PLANES, reply.bar_x = 32);
	REFUSES(PMK_JOB_PLANES, reply.bar_y = -1);
	REFUSES(PMK_JOB_PROBE, reply.result = 1);
	REFUSES(PMK_JOB_TRY, reply.tried = 0);
#undef REFUSES
	reply = good;
	reply.line_count = 1;
	memset(reply.lines[0].text, 'x', sizeof reply.lines[0].text);
	assert_int_equal(pmk_reply_check(PMK_JOB_RGB, &reply, &layout), 0);
	assert_int_equal(strlen(reply.lines[0].text), PMK_REPLY_TEXT - 1);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_picture_comes_back),
		cmocka_unit_test(what_goes_wrong_there_is_one_line),
		cmocka_unit_test(it_cannot_leave),
		cmocka_unit_test(several_at_once),
		cmocka_unit_test(a_helper_that_was_killed_is_replaced),
		cmocka_unit_test(nothing_is_left_of_a_helper_that_ended),
		cmocka_unit_test(nonsense_is_refused),
	};
	static const struct pmk_helper_hello hello = { .ready = 1 };

	if (argc == 2 && strcmp(argv[1], PMK_HELPER_ARGUMENT) == 0)
		return pmk_helper_serve(&fake_calls, &hello);
	return cmocka_run_group_tests(tests, material_setup, material_teardown);
}
