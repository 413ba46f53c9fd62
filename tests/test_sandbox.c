/* SPDX-License-Identifier: MIT */
/* Tests of the process that decodes pictures, with decoders that do what hostile files make real ones do. This program
 * is its own helper. */
#include "media/media_module.h"
#include "media/sandbox/helper.h"
#include "media/sandbox/reel.h"
#include "media/sandbox/sandbox.h"

#include "base/open_file.h"
#include "media_material.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
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
		__asm__("" : : "r"(block) : "memory"); /* clang 18 would take none, since nothing reads it */
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
	allowed |= write(STDERR_FILENO, "", 0) == 0 || errno != EPERM ? 32 : 0;
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

/* --- a film of three pictures; its name is what happens at the second one --- */

struct pmk_media {
	char name[32];
	int at;
	struct pmk_media_info info;
};

/* A decoder that was taken over finds the answer: the worker's pointer to it follows the one to the film. */
static int claim_a_picture(struct pmk_media **media)
{
	struct pmk_reel_answer *answer;

	memcpy(&answer, media + 1, sizeof answer);
	answer->width = answer->height = 64;
	answer->fps = 25;
	return 1;
}

static int film_open(const char *path, struct pmk_media **media)
{
	struct pmk_media *m = calloc(1, sizeof *m);

	if (strcmp(path, "crash at open") == 0)
		__builtin_trap();
	while (strcmp(path, "hang at open") == 0)
		sched_yield();
	if (strcmp(path, "refuse") == 0) {
		pmk_error("refuse: bad");
		return -EBADMSG;
	}
	if (strcmp(path, "one at open") == 0)
		return claim_a_picture(media);
	snprintf(m->name, sizeof m->name, "%s", path);
	m->info = (struct pmk_media_info){ .layout = { .width = 70, .height = 50 }, .fps = 25, .frames = 3 };
	if (strcmp(path, "odd info") == 0)
		m->info.layout.width = -1;
	*media = m;
	return 0;
}

static const struct pmk_media_info *film_info(const struct pmk_media *m)
{
	return &m->info;
}

static void film_fit(struct pmk_media *m, int width, int height, enum pmk_media_fit fit)
{
	m->info.layout.width = width;
	m->info.layout.height = height;
}

static int film_next(struct pmk_media *m, int64_t due_ns, int64_t *position_ns)
{
	*position_ns = m->at * 40;
	return m->at < 3;
}

static int film_misbehave(const struct pmk_media *m)
{
	if (strcmp(m->name, "crash") == 0)
		__builtin_trap();
	if (strcmp(m->name, "memory") == 0)
		return take_memory();
	if (strcmp(m->name, "leave") == 0)
		return try_to_leave() ? -EPERM : 1;
	while (strcmp(m->name, "hang") == 0)
		sched_yield();
	return 1;
}

static int film_read(struct pmk_media *m, struct pmk_image *image, int64_t *position_ns)
{
	int got = m->at == 1 ? film_misbehave(m) : 1;

	if (m->at == 3)
		return 0;
	for (int p = 0; p < 3; p++)
		for (int y = 0; y < pmk_layout_plane_height(&image->layout, p); y++)
			memset(image->plane[p] + y * image->stride[p], m->at + p + y,
				(size_t)pmk_layout_plane_width(&image->layout, p));
	image->layout.matrix = PMK_MATRIX_BT709;
	*position_ns = m->at++ * 40;
	return got;
}

static int64_t film_lasts(const struct pmk_media *m)
{
	return 40;
}

static void film_bars(const struct pmk_media *m, int *x, int *y)
{
	*x = strcmp(m->name, "odd bars") == 0 ? 60 : 0;
	*y = 0;
}

static int film_rewind(struct pmk_media *m)
{
	m->at = 0;
	return 0;
}

static int64_t film_damaged(const struct pmk_media *m)
{
	return 7;
}

static const struct pmk_holes *film_holes(const struct pmk_media *m)
{
	static struct pmk_holes holes = { .faults = 3, .count = 1, .missing_ns = 5, .first = { { 2, 7 } } };

	if (m->at > 1 && strcmp(m->name, "odd holes") == 0)
		holes.first[0].to_ns = INT64_MAX;
	return &holes;
}

static const struct pmk_media_calls fake_calls = { .still_read = fake_read,
	.still_probe = fake_probe,
	.media_open = film_open,
	.media_open_to_play = film_open,
	.media_info = film_info,
	.media_fit = film_fit,
	.media_next = film_next,
	.media_read = film_read,
	.media_lasts_ns = film_lasts,
	.media_bars = film_bars,
	.media_rewind = film_rewind,
	.media_damaged = film_damaged,
	.media_holes = film_holes };

#define SLOW_LOAD "POTEMKIN_TEST_SLOW_LOAD"

/* It can be seen from outside that it is loaded. */
static const struct pmk_media_calls *load(void)
{
	if (getenv(SLOW_LOAD))
		sleep(6);
	prctl(PR_SET_NAME, "loaded");
	return &fake_calls;
}

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

/* Not under an emulator of user programs, which lets no limit of theirs bind it. */
static bool memory_can_be_limited(void)
{
	const struct rlimit little = { 1 << 26, 1 << 26 };
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		if (setrlimit(RLIMIT_AS, &little))
			_exit(EXIT_FAILURE);
		_exit(mmap(NULL, 1 << 27, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? EXIT_SUCCESS :
													 EXIT_FAILURE);
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
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
		{ "loop", -EFBIG, "loop: takes more than " }, /* 2 s; 10 s of the clock on a busy machine */
		{ "refuse", -EBADMSG, "refuse: a ?[31m file?that is bad" },
		{ "silent", -EIO, "silent: cannot be decoded: Input/output error" },
	};
	struct pmk_decoded decoded;

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_fails(run(PMK_JOB_RGB, cases[i].path, &decoded), cases[i].code, cases[i].says);
	assert_picture("good");
}

/* PMK_TRIED_... of this system. */
static unsigned try_all(void)
{
	struct pmk_decoded decoded;
	unsigned tried;

	assert_int_equal(run(PMK_JOB_TRY, "try", &decoded), 0);
	tried = decoded.reply.tried;
	pmk_decoded_free(&decoded);
	return tried;
}

static void it_cannot_leave(void **state)
{
	struct pmk_decoded decoded;
	unsigned tried = try_all();

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

static void a_helper_that_hangs_is_replaced(void **state)
{
	pid_t hangs;

	assert_picture("good");
	hangs = helper_of_this();
	assert_int_equal(kill(hangs, SIGSTOP), 0);
	assert_picture("good");
	assert_int_equal(kill(hangs, 0), -1); /* nothing is left of it */
}

static void assert_loaded(bool loaded)
{
	char path[64], name[16] = "";
	FILE *file;

	snprintf(path, sizeof path, "/proc/%d/comm", helper_of_this());
	file = fopen(path, "re");
	assert_non_null(file);
	assert_int_equal(fscanf(file, "%15s", name), 1);
	fclose(file);
	assert_int_equal(strcmp(name, "loaded") == 0, loaded);
}

static void replace_helper(void)
{
	kill(helper_of_this(), SIGKILL);
	assert_true(pmk_sandbox_try() & PMK_TRIED_RAN);
	assert_loaded(false);
}

/* The libraries that take long to load are for what needs them. */
static void a_plain_picture_loads_nothing(void **state)
{
	struct pmk_decoded decoded;
	struct pmk_rgb rgb;

	if (!pmk_media_simple_kinds())
		skip();
	assert_int_equal(pmk_rgb_alloc(&rgb, 16, 16), 0);
	assert_int_equal(pmk_still_write_rgb(material_path("plain.png"), &rgb), 0);
	pmk_rgb_free(&rgb);
	replace_helper();
	assert_int_equal(pmk_still_read(material_path("plain.png"), &rgb), 0);
	assert_int_equal(rgb.width, 16);
	pmk_rgb_free(&rgb);
	assert_loaded(false);
	assert_picture("good");
	assert_loaded(true);
	replace_helper();
	assert_int_equal(run(PMK_JOB_PROBE, "good", &decoded), PMK_STILL_ANIMATED);
	pmk_decoded_free(&decoded);
	assert_loaded(true);
	replace_helper();
	pmk_sandbox_ready(true);
	assert_true(pmk_sandbox_try() & PMK_TRIED_RAN);
	assert_loaded(true);
}

/* From a cold disk, the libraries may take that long: neither the job that needs them nor one that comes behind gives
 * the helper up. */
static void a_helper_that_loads_slowly_is_kept(void **state)
{
	if (!pmk_media_simple_kinds())
		skip();
	for (int behind = 0; behind < 2; behind++) {
		pid_t loads;

		setenv(SLOW_LOAD, "", 1);
		replace_helper();
		unsetenv(SLOW_LOAD);
		loads = helper_of_this();
		if (behind)
			pmk_sandbox_ready(true);
		assert_picture("good");
		assert_int_equal(helper_of_this(), loads);
	}
}

/* In a child with a mount namespace of its own, where /dev/null is a socket. */
static int try_without_dev_null(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof address.sun_path, "%s", material_path("null"));
	if (bind(fd, (struct sockaddr *)&address, sizeof address) ||
		(unshare(CLONE_NEWUSER | CLONE_NEWNS) && unshare(CLONE_NEWNS)) ||
		mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
		mount(address.sun_path, "/dev/null", NULL, MS_BIND, NULL))
		return -errno;
	if (open("/dev/null", O_RDONLY) >= 0)
		return 1;
	return pmk_sandbox_try() & PMK_TRIED_RAN ? 0 : 1;
}

/* There are machines on which only root may write to it. */
static void it_needs_no_dev_null(void **state)
{
	pid_t child = fork();
	int status;

	if (!child)
		_exit(try_without_dev_null() & 0xff);
	assert_true(child > 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	unlink(material_path("null"));
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) > 1) {
		print_message("skipped: no mount namespace here: %s\n", strerror(256 - WEXITSTATUS(status)));
		skip();
	}
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void nothing_is_left_of_a_helper_that_ended(void **state)
{
	struct pollfd end = { .events = POLLIN };

	for (int i = 0; i < 2; i++) {
		assert_picture("good");
		end.fd = pmk_sandbox_end_fd();
		assert_int_equal(poll(&end, 1, 0), 0);
		assert_int_equal(kill(helper_of_this(), SIGTERM), 0);
		assert_int_equal(poll(&end, 1, 60000), 1);
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
	REFUSES(PMK_JOB_RGB, reply.lines.count = PMK_REPLY_LINES + 1);
	REFUSES(PMK_JOB_RGB, reply.lines.count = 1; reply.lines.line[0].level = 9);
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
	reply.lines.count = 1;
	memset(reply.lines.line[0].text, 'x', sizeof reply.lines.line[0].text);
	assert_int_equal(pmk_reply_check(PMK_JOB_RGB, &reply, &layout), 0);
	assert_int_equal(strlen(reply.lines.line[0].text), PMK_REPLY_TEXT - 1);
}

/* Of an answer, too, whatever its result is. */
static void a_nonsense_answer_is_refused(void **state)
{
	static struct pmk_reel_answer good = { .width = 64, .height = 48, .fps = 25 }, failed = { .result = -EIO },
				      answer;
	struct pmk_media_info info;

#define REFUSES(change) \
	do { \
		for (int i = 0; i < 2; i++) { \
			answer = i ? failed : good; \
			change; \
			assert_int_equal(pmk_reel_check(&answer, &info), -EBADMSG); \
		} \
	} while (0)

	assert_int_equal(pmk_reel_check(&good, &info), 0);
	assert_int_equal(pmk_reel_check(&failed, &info), 0);
	REFUSES(answer.bar_x = 8192);
	REFUSES(answer.bar_y = -1);
	REFUSES(answer.lasts_ns = INT64_MAX);
	REFUSES(answer.position_ns = INT64_MIN);
	REFUSES(answer.damaged = -1);
	REFUSES(answer.holes.count = -1);
	REFUSES(answer.holes.missing_ns = INT64_MAX);
	REFUSES(answer.holes.first[PMK_HOLES_TOLD - 1].to_ns = INT64_MIN);
	REFUSES(answer.holes.last.from_ns = INT64_MAX);
	REFUSES(answer.lines.count = PMK_REPLY_LINES + 1);
#undef REFUSES
}

static int open_film(const char *name, struct pmk_reel **reel)
{
	struct pmk_job job = { .kind = PMK_JOB_PLAY };
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC), err;

	snprintf(job.path, sizeof job.path, "%s", name);
	err = pmk_reel_open(&job, fd, reel);
	close(fd);
	return err;
}

static void assert_row(const struct pmk_image *image, int plane, int y, int value)
{
	for (int x = 0; x < pmk_layout_plane_width(&image->layout, plane); x++)
		assert_int_equal(image->plane[plane][y * image->stride[plane] + x], value);
}

static void a_film_comes_picture_by_picture(void **state)
{
	const struct pmk_reel_ask fit = { .what = PMK_REEL_FIT, .width = 33, .height = 20 },
				  next = { .what = PMK_REEL_NEXT }, rewind = { .what = PMK_REEL_REWIND };
	struct pmk_reel *reel;
	struct pmk_image image;
	int64_t position = 0;

	assert_int_equal(open_film("good", &reel), 0);
	assert_int_equal(pmk_reel_info(reel)->layout.width, 70);
	assert_int_equal(pmk_reel_do(reel, &fit), 0);
	assert_int_equal(pmk_reel_info(reel)->layout.width, 33);
	assert_int_equal(pmk_image_alloc(&image, &pmk_reel_info(reel)->layout), 0);
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < 3; i++) {
			assert_int_equal(pmk_reel_do(reel, &next), 1);
			assert_int_equal(pmk_reel_last(reel)->position_ns, i * 40);
			assert_int_equal(pmk_reel_read(reel, &image, &position), 1);
			assert_int_equal(position, i * 40);
			assert_int_equal(image.layout.matrix, PMK_MATRIX_BT709);
			assert_row(&image, 0, 19, i + 19);
			assert_row(&image, 2, 9, i + 2 + 9);
		}
		assert_int_equal(pmk_reel_last(reel)->damaged, 7);
		assert_int_equal(pmk_reel_last(reel)->holes.first[0].to_ns, 7);
		assert_int_equal(pmk_reel_read(reel, &image, &position), 0);
		assert_int_equal(pmk_reel_do(reel, &rewind), 0);
	}
	pmk_image_free(&image);
	pmk_reel_close(reel);
}

/* Read to the second picture. Its result. */
static int read_two(const char *name)
{
	struct pmk_reel *reel;
	struct pmk_image image;
	int64_t position;
	int got;

	assert_int_equal(open_film(name, &reel), 0);
	assert_int_equal(pmk_image_alloc(&image, &pmk_reel_info(reel)->layout), 0);
	got = pmk_reel_read(reel, &image, &position);
	if (got == 1)
		got = pmk_reel_read(reel, &image, &position);
	if (got == -EBADMSG) /* and it stays so, without another word */
		assert_int_equal(pmk_reel_read(reel, &image, &position) < 0, 1);
	pmk_image_free(&image);
	pmk_reel_close(reel);
	return got;
}

static void a_film_that_goes_wrong_is_one_line(void **state)
{
	struct pmk_reel *reel;

	assert_fails(open_film("crash at open", &reel), -EBADMSG, "crash at open: damaged: its decoder ended with");
	assert_fails(open_film("refuse", &reel), -EBADMSG, "refuse: bad");
	assert_fails(open_film("odd info", &reel), -EBADMSG, "odd info: damaged: its decoder gave nonsense");
	assert_fails(open_film("one at open", &reel), -EBADMSG, "one at open: damaged: its decoder gave nonsense");
	assert_fails(read_two("odd bars"), -EBADMSG, "odd bars: damaged: its decoder gave nonsense");
	assert_fails(read_two("crash"), -EBADMSG, "crash: damaged: its decoder ended with");
	material_errors = 0;
	assert_int_equal(read_two("good"), 1);
	assert_int_equal(material_errors, 0);
}

static void too_much_memory_is_one_line(void **state)
{
	struct pmk_decoded decoded;

	if (SANITIZED || !memory_can_be_limited()) { /* a sanitizer needs more than all */
		print_message("skipped: a limit of memory does not hold here\n");
		skip();
	}
	assert_fails(run(PMK_JOB_RGB, "memory", &decoded), -EFBIG, "memory: needs more than 320 MiB");
	assert_fails(read_two("memory"), -EFBIG, "memory: needs more than 448 MiB");
	assert_picture("good");
}

static _Atomic bool done_killing;

/* 0: it has none. */
static pid_t child_of(pid_t pid)
{
	char path[64];
	FILE *file;
	int child = 0;

	snprintf(path, sizeof path, "/proc/%d/task/%d/children", pid, pid);
	file = pid ? fopen(path, "re") : NULL;
	if (file && fscanf(file, "%d", &child) != 1)
		child = 0;
	if (file)
		fclose(file);
	return child;
}

/* Kills each worker, as a system does that is short of memory. How many there were. */
static void *kill_workers(void *helper)
{
	intptr_t killed = 0;

	while (!done_killing) {
		pid_t worker = child_of(child_of(*(pid_t *)helper));

		if (worker && kill(worker, SIGKILL) == 0)
			killed++;
		while (worker && !done_killing && child_of(child_of(*(pid_t *)helper)) == worker)
			usleep(1000);
	}
	return (void *)killed;
}

static pthread_t begin_killing(void)
{
	static pid_t helper;
	pthread_t thread;

	helper = helper_of_this();
	done_killing = false;
	assert_int_equal(pthread_create(&thread, NULL, kill_workers, &helper), 0);
	return thread;
}

static intptr_t end_killing(pthread_t thread)
{
	void *killed;

	done_killing = true;
	pthread_join(thread, &killed);
	return (intptr_t)killed;
}

/* It is told with what helps, as of a picture, and no other process is killed for the same. */
static void a_worker_that_is_killed_is_told(void **state)
{
	struct pmk_image image;
	struct pmk_reel *reel;
	int64_t position;
	pthread_t killer;

	assert_picture("good"); /* the helper is there */
	killer = begin_killing();
	assert_fails(open_film("hang at open", &reel), -ECHILD, "hang at open: its decoder was killed, as when memory");
	assert_int_equal(end_killing(killer), 1);

	assert_int_equal(open_film("hang", &reel), 0);
	assert_int_equal(pmk_image_alloc(&image, &pmk_reel_info(reel)->layout), 0);
	assert_int_equal(pmk_reel_read(reel, &image, &position), 1);
	killer = begin_killing();
	assert_fails(pmk_reel_read(reel, &image, &position), -ECHILD,
		"hang: its decoder was killed, as when memory is short");
	assert_int_equal(end_killing(killer), 1);
	pmk_image_free(&image);
	pmk_reel_close(reel);
}

static int count_descriptors(void)
{
	int count = 0;

	for (int fd = 0; fd < 256; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

/* What follows nonsense is what was good before. */
static void holes_are_checked(void **state)
{
	struct pmk_image image;
	struct pmk_reel *reel;
	int64_t position;

	assert_int_equal(open_film("odd holes", &reel), 0);
	assert_int_equal(pmk_image_alloc(&image, &pmk_reel_info(reel)->layout), 0);
	assert_int_equal(pmk_reel_read(reel, &image, &position), 1);
	assert_fails(pmk_reel_read(reel, &image, &position), -EBADMSG, "odd holes: damaged: its decoder gave nonsense");
	assert_int_equal(pmk_reel_last(reel)->holes.first[0].to_ns, 7);
	pmk_image_free(&image);
	pmk_reel_close(reel);
}

/* By the end of its socket; the film is still open. */
static void a_worker_that_lies_is_ended(void **state)
{
	struct pmk_reel *reel;
	struct pmk_image image;
	int64_t position;
	int before;

	assert_picture("good"); /* the helper is there */
	before = count_descriptors();
	assert_int_equal(open_film("odd bars", &reel), 0);
	assert_int_equal(count_descriptors(), before + 1);
	assert_int_equal(pmk_image_alloc(&image, &pmk_reel_info(reel)->layout), 0);
	assert_int_equal(pmk_reel_read(reel, &image, &position), -EBADMSG);
	assert_int_equal(count_descriptors(), before);
	assert_int_equal(pmk_reel_read(reel, &image, &position), -EBADMSG);
	pmk_image_free(&image);
	pmk_reel_close(reel);
	assert_int_equal(count_descriptors(), before);
}

static void a_film_cannot_leave(void **state)
{
	unsigned tried = try_all();

	if (!(tried & PMK_TRIED_SECCOMP))
		skip();
	assert_int_equal(read_two("leave"), 1);
}

static void *read_on(void *result)
{
	struct pmk_reel *reel;
	struct pmk_image image = { 0 };
	int64_t position;
	int got = open_film("hang", &reel);

	if (!got) {
		got = pmk_image_alloc(&image, &pmk_reel_info(reel)->layout);
		for (int i = 0; i < 2 && got >= 0; i++)
			got = pmk_reel_read(reel, &image, &position);
		pmk_image_free(&image);
		pmk_reel_close(reel);
	}
	*(int *)result = got;
	return NULL;
}

/* The last test: this process starts no helper any more. */
static void at_the_end_nobody_waits(void **state)
{
	struct pmk_decoded decoded;
	pthread_t thread;
	int result = 0;

	assert_picture("good"); /* the helper is there */
	material_errors = 0;
	assert_int_equal(pthread_create(&thread, NULL, read_on, &result), 0);
	pmk_sandbox_stop();
	pthread_join(thread, NULL);
	assert_int_equal(result, -ECANCELED);
	assert_int_equal(run(PMK_JOB_RGB, "good", &decoded), -ECANCELED);
	assert_int_equal(material_errors, 0);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_picture_comes_back),
		cmocka_unit_test(what_goes_wrong_there_is_one_line),
		cmocka_unit_test(it_cannot_leave),
		cmocka_unit_test(several_at_once),
		cmocka_unit_test(a_helper_that_was_killed_is_replaced),
		cmocka_unit_test(a_helper_that_hangs_is_replaced),
		cmocka_unit_test(a_plain_picture_loads_nothing),
		cmocka_unit_test(a_helper_that_loads_slowly_is_kept),
		cmocka_unit_test(it_needs_no_dev_null),
		cmocka_unit_test(nothing_is_left_of_a_helper_that_ended),
		cmocka_unit_test(nonsense_is_refused),
		cmocka_unit_test(a_nonsense_answer_is_refused),
		cmocka_unit_test(a_film_comes_picture_by_picture),
		cmocka_unit_test(a_film_that_goes_wrong_is_one_line),
		cmocka_unit_test(holes_are_checked),
		cmocka_unit_test(a_worker_that_is_killed_is_told),
		cmocka_unit_test(too_much_memory_is_one_line),
		cmocka_unit_test(a_worker_that_lies_is_ended),
		cmocka_unit_test(a_film_cannot_leave),
		cmocka_unit_test(at_the_end_nobody_waits),
	};
	static const struct pmk_helper_hello hello = { .ready = 1 };

	if (argc == 2 && strcmp(argv[1], PMK_HELPER_ARGUMENT) == 0)
		return pmk_helper_serve(&hello, load);
	return cmocka_run_group_tests(tests, material_setup, material_teardown);
}
