/* SPDX-License-Identifier: MIT */
/* The control socket of a pipeline between a scripted camera and outputs that check every picture. */
#include "scripted.h"

#include "control/control_parts.h"
#include "control/shown_file.h"
#include "control/socket.h"
#include "settings/settings_file.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { BLACK = 16, WHITE = 235 };

static struct pmk_settings settings, reread_gives;
static struct pmk_control *control;
static bool refuses;
static int fd = -1; /* the connection */

static int reread(void *user, const char *profile, const struct pmk_source_names *in_use, const bool *saved,
	struct pmk_settings *fresh)
{
	char path[PMK_SPEC];
	int err = 0;

	*fresh = reread_gives;
	memcpy(path, settings.config, sizeof path);
	assert_int_equal(pmk_spec_copy(fresh->profile, profile), 0);
	fresh->in_use = *in_use;
	if (access(path, F_OK) == 0)
		err = pmk_settings_read_file(path, fresh);
	return err;
}

static bool allows(void *user, const struct pmk_settings *now, const struct pmk_settings *wanted)
{
	if (refuses)
		pmk_error("this would overwrite something");
	return !refuses;
}

/* What the examination of the machine writes, as a shell's words; "": it cannot be started. */
static const char *examined[] = { [PMK_EXAMINE_MACHINE] = "", [PMK_EXAMINE_CAMERAS] = "" };

static int examine(void *user, enum pmk_examination what, pid_t *pid)
{
	const char *const argv[] = { "sh", "-c", examined[what], NULL };
	posix_spawn_file_actions_t actions;
	int fds[2];

	if (!examined[what][0])
		return -ENOENT;
	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, fds[1], STDOUT_FILENO);
	assert_int_equal(posix_spawnp(pid, "sh", &actions, NULL, (char *const *)argv, environ), 0);
	posix_spawn_file_actions_destroy(&actions);
	close(fds[1]);
	return fds[0];
}

static int settle(void *user, const struct pmk_source_names *camera, struct pmk_pipeline_settings *wanted)
{
	return pmk_control_settle(control, camera, wanted);
}

static const struct pmk_control_host host = { .reread = reread, .allows = allows, .examine = examine };

static struct pmk_pipeline *begin(bool on_demand)
{
	struct pmk_pipeline *p;

	atomic_store(&watch, on_demand ? PMK_WATCH_SOMEBODY : PMK_WATCH_UNKNOWN);
	settles = settle;
	p = start_with(on_demand ? "a!" : "a", NULL, 0, on_demand);
	pmk_settings_init(&settings);
	settings.pipeline = started;
	snprintf(settings.config, sizeof settings.config, "%s/saved/potemkin.conf", runtime);
	unlink(settings.config);
	reread_gives = settings;
	refuses = false;
	assert_int_equal(pmk_control_create(&host, &settings, p, true, &control), 0);
	assert_int_equal(pmk_control_start(control), 0);
	fd = pmk_socket_connect(0);
	assert_true(fd >= 0);
	reach(p, PMK_STATE_LIVE);
	return p;
}

static void end_control(void)
{
	if (fd >= 0)
		close(fd);
	fd = -1;
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

static void send_text(const char *text)
{
	assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

/* The next line; "" if the other side closed. */
static const char *receive(void)
{
	static char line[32768];
	size_t used = 0;

	while (used < sizeof line - 1 && recv(fd, line + used, 1, 0) == 1 && line[used] != '\n')
		used++;
	line[used] = '\0';
	return line;
}

static cJSON *ask_text(const char *text)
{
	cJSON *answer;

	send_text(text);
	send_text("\n");
	for (;;) {
		answer = cJSON_Parse(receive());
		assert_non_null(answer);
		if (!cJSON_GetObjectItem(answer, "event"))
			return answer;
		cJSON_Delete(answer); /* on a busy machine, an output may be covered for a moment, which is told */
	}
}

/* {"command": first word, "args": the others}; words end at blanks. */
static cJSON *ask(const char *words)
{
	char request[400], copy[300], *save, *word;
	size_t used;

	snprintf(copy, sizeof copy, "%s", words);
	word = strtok_r(copy, " ", &save);
	used = (size_t)snprintf(request, sizeof request, "{\"command\": \"%s\", \"args\": [", word);
	for (int i = 0; (word = strtok_r(NULL, " ", &save)); i++)
		used += (size_t)snprintf(request + used, sizeof request - used, "%s\"%s\"", i ? ", " : "", word);
	snprintf(request + used, sizeof request - used, "]}");
	return ask_text(request);
}

static void accepts(const char *words)
{
	cJSON *answer = ask(words);

	if (!cJSON_IsTrue(cJSON_GetObjectItem(answer, "ok")))
		fail_msg("%s: %s", words, cJSON_GetStringValue(cJSON_GetObjectItem(answer, "error")));
	cJSON_Delete(answer);
}

static void refuses_with(cJSON *answer, const char *why)
{
	const char *error = cJSON_GetStringValue(cJSON_GetObjectItem(answer, "error"));

	assert_true(cJSON_IsFalse(cJSON_GetObjectItem(answer, "ok")));
	assert_true(cJSON_GetObjectItem(answer, "code")->valueint > 0);
	if (!error || !strstr(error, why))
		fail_msg("\"%s\" does not say \"%s\"", error, why);
	cJSON_Delete(answer);
}

static const char *setting(const char *name)
{
	static char value[PMK_SPEC];
	char words[64];
	cJSON *answer, *item;

	snprintf(words, sizeof words, "get %s", name);
	answer = ask(words);
	item = cJSON_GetObjectItem(cJSON_GetObjectItem(answer, "settings"), name);
	assert_non_null(item);
	item = cJSON_IsArray(item) ? cJSON_GetArrayItem(item, 0) : item;
	snprintf(value, sizeof value, "%s", item ? cJSON_GetStringValue(item) : "");
	cJSON_Delete(answer);
	return value;
}

static void setting_is(const char *name, const char *value)
{
	assert_string_equal(setting(name), value);
}

static void wait_luma(int luma)
{
	wait_until(abs(seen(0).last_luma - luma) <= 1 && !seen(0).last_is_cover);
}

static void test_settings(void **state)
{
	struct pmk_pipeline *p = begin(false);

	accepts("backdrop color:#ffffff");
	wait_luma(WHITE);
	accepts("set backdrop color:#000000");
	wait_luma(BLACK);
	setting_is("backdrop", "color:#000000");
	accepts("set smooth 40");
	setting_is("smooth", "40");
	accepts("set keep-out 0%,0%,10%x10% 90%,0%,10%x10%");
	setting_is("keep-out", "0%,0%,10%x10%");
	accepts("set keep-out none");
	setting_is("keep-out", "");
	accepts("next");
	setting_is("backdrop", "builtin:office");
	accepts("frame left");
	setting_is("auto-frame", "left");
	refuses_with(ask("frame up"), "off, auto, left, right or wide");
	accepts("set auto-frame no");
	setting_is("auto-frame", "off");
	accepts("camera other");
	assert_true(opened_by("other"));
	end(p);
}

/* What is wrong is told to whoever asked, and to nobody else; and it changes nothing. */
static void test_refused(void **state)
{
	struct pmk_pipeline *p = begin(false);
	char request[400] = "backdrop ";

	unit_catch_log();
	refuses_with(ask("set smooth 400"), "a number from 0 to 100");
	refuses_with(ask("set smooth"), "usage: potemkin ctl set NAME VALUE");
	refuses_with(ask("set smooth 1 2"), "takes one value");
	refuses_with(ask("set size 640x480"), "cannot change while potemkin runs");
	refuses_with(ask("set smoth 4"), "no setting \"smoth\"; did you mean smooth?");
	refuses_with(ask("set colour 4"), "no setting \"colour\"");
	refuses_with(ask("set config /dev/null"), "no setting");
	refuses_with(ask("dance"), "no command \"dance\"; `potemkin ctl --help` lists them");
	refuses_with(ask("stauts"), "no command \"stauts\"; did you mean status?");
	refuses_with(ask_text("{\"command\": \"backdrop\", \"args\": [\"builtin:dusk\\u0000.png\"]}"),
		"give a line such as");
	refuses_with(ask_text("{\"command\": \"snapshot\", \"args\": [\"\"]}"), "give a line such as");
	refuses_with(ask_text("{\"command\": \"set\", \"args\": [\"\", \"4\"]}"), "give a line such as");
	refuses_with(ask_text("{\"command\": \"set\", \"args\": [\"smooth\", \"\"]}"), "give a number from");
	refuses_with(ask("backdrop none"), "would show the room");
	refuses_with(ask("set show-room yes"), "cannot change while potemkin runs");
	refuses_with(ask("model absent"), "no command");
	refuses_with(ask("set model absent.tflite"), "absent.tflite");
	refuses_with(ask("backdrop absent.png"), "there is no such file; check the path");
	memset(request + 9, 'a', 300);
	refuses_with(ask(request), "aaa...\": the name is too long");
	refuses_with(ask("snapshot picture.png"), "not an absolute path");
	refuses_with(ask("snapshot picture.jpg"), "must end in .png");
	refuses_with(ask("snapshot /tmp/picture.txt"), "must end in .png");
	refuses_with(ask("snapshot /tmp/.png"), "an ending without a name");
	refuses = true;
	refuses_with(ask("set smooth 30"), "overwrite");
	if (unit_log_count)
		fail_msg("logged, too: %s", unit_logged);
	pmk_control_reload(control); /* which has nobody to tell it to */
	setting_is("smooth", "0");
	assert_non_null(strstr(unit_logged, "overwrite"));
	refuses = false;
	setting_is("backdrop", "color:#20c040");
	accepts("set smooth 30"); /* the connection has survived all that */
	end(p);
}

static void test_odd_requests(void **state)
{
	static char longer[20000];
	struct pmk_pipeline *p = begin(false);
	cJSON *answer;

	refuses_with(ask_text("hello"), "give a line such as");
	refuses_with(ask_text("[]"), "give a line such as");
	refuses_with(ask_text(""), "give a line such as");
	refuses_with(ask_text("{\"command\": 7}"), "give a line such as");
	refuses_with(ask_text("{\"command\": \"set\", \"args\": [1, 2]}"), "give a line such as");
	refuses_with(ask_text("{\"command\": \"set\", \"args\": \"smooth\"}"), "give a line such as");
	answer = ask_text("{\"id\": {\"a\": 1}, \"command\": \"pause\"}");
	assert_int_equal(cJSON_GetObjectItem(cJSON_GetObjectItem(answer, "id"), "a")->valueint, 1);
	cJSON_Delete(answer);
	send_text("{\"command\": \"res"); /* in two pieces, and two in one */
	send_text("ume\"}\n{\"command\": \"get\", \"args\": [\"fit\"]}\n");
	assert_string_equal(receive(), "{\"ok\":true}");
	assert_string_equal(receive(), "{\"settings\":{\"fit\":\"cover\"},\"ok\":true}");
	memset(longer, '[', sizeof longer - 1);
	for (int i = 0; i < 3; i++)
		assert_int_equal(send(fd, longer, sizeof longer - 1, MSG_NOSIGNAL), sizeof longer - 1);
	refuses_with(ask_text("]"), "a request has at most 16384 bytes");
	accepts("status");
	end(p);
}

/* It is for the setting to judge: no caption is a caption that is empty. */
static void test_an_empty_value(void **state)
{
	struct pmk_pipeline *p = begin(false);
	cJSON *answer = ask_text("{\"command\": \"set\", \"args\": [\"caption\", \"\"]}");

	assert_true(cJSON_IsTrue(cJSON_GetObjectItem(answer, "ok")));
	cJSON_Delete(answer);
	setting_is("caption", "none");
	end(p);
}

static void test_pause(void **state)
{
	struct pmk_pipeline *p = begin(false);
	int marks = seen(0).marks;

	accepts("pause");
	reach(p, PMK_STATE_PAUSED);
	wait_until(seen(0).last_is_cover && seen(0).last_is_marked && seen(0).marks > marks);
	wait_until(atomic_load(&cameras_open) == 0);
	accepts("backdrop color:#ffffff"); /* also in a pause, on the cover */
	wait_until(seen(0).last_is_cover && seen(0).last_luma == WHITE);
	accepts("pause");
	assert_int_equal(state_of(p), PMK_STATE_PAUSED);
	accepts("resume");
	reach(p, PMK_STATE_LIVE);
	wait_luma(WHITE);
	accepts("resume");
	end(p);
}

/* A viewer who comes during a pause sees the cover, and no camera opens. */
static void test_pause_while_asleep(void **state)
{
	struct pmk_pipeline *p = begin(true);
	int opens, rests;

	atomic_store(&watch, PMK_WATCH_NOBODY);
	reach(p, PMK_STATE_IDLE);
	wait_until(atomic_load(&cameras_open) == 0);
	opens = atomic_load(&camera_opens);
	rests = seen(0).rests;
	accepts("pause");
	assert_int_equal(state_of(p), PMK_STATE_IDLE);
	wait_until(seen(0).rests > rests); /* the marked cover is in the buffers */
	atomic_store(&watch, PMK_WATCH_SOMEBODY);
	reach(p, PMK_STATE_PAUSED);
	wait_written(0, seen(0).written + 3);
	assert_true(seen(0).last_is_cover);
	assert_int_equal(atomic_load(&camera_opens), opens);
	accepts("resume");
	reach(p, PMK_STATE_LIVE);
	end(p);
}

/* On a busy machine an output may be covered for moments, and the last second have had no picture. */
static bool tells_live(void)
{
	cJSON *answer = ask("status"), *status = cJSON_GetObjectItem(answer, "status");
	const char *now = cJSON_GetStringValue(cJSON_GetObjectItem(status, "state"));
	bool live = now && strcmp(now, "live") == 0 && cJSON_GetObjectItem(status, "fps")->valuedouble > 0;

	cJSON_Delete(answer);
	return live;
}

static void test_status(void **state)
{
	struct pmk_pipeline *p = begin(false);
	cJSON *answer, *status;

	wait_until(tells_live());
	answer = ask("status");
	status = cJSON_GetObjectItem(answer, "status");
	assert_string_equal(cJSON_GetStringValue(cJSON_GetObjectItem(status, "backdrop")), "color:#20c040");
	assert_int_equal(cJSON_GetObjectItem(status, "pid")->valueint, getpid());
	assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(status, "outputs")), 1);
	assert_true(cJSON_IsFalse(
		cJSON_GetObjectItem(cJSON_GetArrayItem(cJSON_GetObjectItem(status, "outputs"), 0), "ended")));
	assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(status, "crop")), 4);
	cJSON_Delete(answer);
	end(p);
}

static void test_findings(void **state)
{
	struct pmk_pipeline *p = begin(false);
	cJSON *answer = ask("status"), *list;

	assert_null(cJSON_GetObjectItem(cJSON_GetObjectItem(answer, "status"), "findings")); /* not asked for yet */
	cJSON_Delete(answer);
	examined[PMK_EXAMINE_MACHINE] = "echo '{\"findings\": [{\"check\": \"a\", \"verdict\": \"good\"},'\n"
					"echo '{\"check\": \"b\", \"verdict\": \"hint\"}]}'";
	examined[PMK_EXAMINE_CAMERAS] = "echo '{\"cameras\": [{\"spec\": \"presenter\"}]}'";
	answer = ask("examine");
	assert_true(cJSON_IsTrue(cJSON_GetObjectItem(answer, "ok")));
	assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(answer, "findings")), 2);
	assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(answer, "cameras")), 1);
	cJSON_Delete(answer);
	answer = ask("status");
	list = cJSON_GetObjectItem(cJSON_GetObjectItem(answer, "status"), "findings");
	assert_int_equal(cJSON_GetArraySize(list), 1); /* what is good is not worth a word */
	assert_string_equal(cJSON_GetStringValue(cJSON_GetObjectItem(cJSON_GetArrayItem(list, 0), "check")), "b");
	cJSON_Delete(answer);
	/* a run with a film for a camera misses none */
	accepts("camera file:talk.mp4");
	examined[PMK_EXAMINE_MACHINE] = "echo '{\"findings\": [{\"check\": \"camera\", \"verdict\": \"fault\"}]}'";
	answer = ask("examine");
	assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(answer, "findings")), 0);
	cJSON_Delete(answer);
	accepts("camera auto");
	answer = ask("examine");
	assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(answer, "findings")), 1);
	cJSON_Delete(answer);
	/* one that has told all, and does not end */
	examined[PMK_EXAMINE_MACHINE] = "echo '{\"findings\": []}'; exec >&-; exec sleep 1000";
	accepts("examine");
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* nor is anything left of it */
	examined[PMK_EXAMINE_MACHINE] = "echo nothing of the kind; yes | head -c 300000";
	refuses_with(ask("examine"), "could not be examined");
	examined[PMK_EXAMINE_MACHINE] = "";
	refuses_with(ask("examine"), "could not be examined");
	accepts("status");
	end(p);
}

static void file_is(const char *expected)
{
	char text[1000] = "";
	FILE *file = fopen(settings.config, "r");

	assert_non_null(file);
	text[fread(text, 1, sizeof text - 1, file)] = '\0';
	fclose(file);
	assert_string_equal(text, expected);
}

static void put_file(const char *text)
{
	FILE *file = fopen(settings.config, "w");

	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

/* The settings of a section come and go with its camera, however that is changed. */
static void test_settings_of_a_camera(void **state)
{
	struct pmk_pipeline *p = begin(false);

	accepts("set smooth 40");
	accepts("save");
	put_file("smooth = 40\n[camera fair*]\nbackdrop = color:#ffffff ; bright\nlight = 20\n"
		 "[camera foul]\nbackdrop = absent.png\n");
	accepts("reload");
	accepts("set match 30");
	name_camera("Fair weather");
	accepts("camera other");
	wait_luma(WHITE);
	setting_is("light", "20");
	setting_is("match", "30"); /* which no section says */
	accepts("set backdrop color:#000000");
	accepts("save");
	file_is("smooth = 40\ncamera = other\nmatch = 30\n[camera fair*]\nbackdrop = \"color:#000000\" ; bright\nlight "
		"= 20\n"
		"[camera foul]\nbackdrop = absent.png\n");
	name_camera("foul");
	refuses_with(ask("camera third"), "there is no such file");
	setting_is("camera", "other");
	name_camera("");
	set_mode(LOSE);
	reach(p, PMK_STATE_COVERED);
	set_mode(DELIVER);
	wait_until(strcmp(setting("light"), "0") == 0); /* by "auto", another one */
	setting_is("backdrop", "color:#20c040");
	end(p);
}

/* A section that cannot be used is reported once, and only the backdrop is shown until it is fixed. */
static void test_settings_that_a_camera_cannot_have(void **state)
{
	struct pmk_pipeline *p = begin(false);

	put_file("[camera foul]\nbackdrop = absent.png\n");
	accepts("reload");
	name_camera("foul");
	set_mode(LOSE);
	reach(p, PMK_STATE_COVERED);
	set_mode(DELIVER);
	wait_until(composes_nothing(p));
	wait_until(seen(0).last_is_cover); /* a picture of the first one may have been on its way */
	accepts("status");
	put_file("[camera foul]\nbackdrop = color:#ffffff\n");
	accepts("reload");
	wait_luma(WHITE);
	end(p);
}

/* Skip events until one tells of this state. */
static void await_event(const char *state_name)
{
	for (;;) {
		cJSON *event = cJSON_Parse(receive());
		const char *name = cJSON_GetStringValue(
			cJSON_GetObjectItem(cJSON_GetObjectItem(event, "status"), "state"));
		bool same = name && strcmp(name, state_name) == 0;

		assert_non_null(event);
		cJSON_Delete(event);
		if (same)
			return;
	}
}

static void test_subscribe(void **state)
{
	struct pmk_pipeline *p = begin(false);
	char words[PMK_SPEC + 16];

	refuses_with(ask("subscribe figures"), "usage: potemkin ctl subscribe [changes]");
	accepts("subscribe changes");
	snprintf(words, sizeof words, "set model %s", settings.pipeline.scene.model);
	accepts(words); /* what changes nothing is no event */
	accepts("backdrop color:#20c040");
	pmk_pipeline_pause(p, true);
	await_event("paused");
	pmk_pipeline_pause(p, false);
	await_event("live");
	accepts("subscribe");
	set_mode(LOSE);
	await_event("covered");
	set_mode(DELIVER);
	await_event("live");
	end(p);
}

/* A program that subscribes and does not read is dropped, and holds nothing up. */
static void test_deaf_subscriber(void **state)
{
	struct pmk_pipeline *p = begin(false);
	int deaf = fd;

	accepts("subscribe");
	fd = pmk_socket_connect(0);
	for (int i = 0; i < 600; i++)
		accepts(i % 2 ? "set smooth 40" : "set smooth 41");
	shutdown(deaf, SHUT_WR);
	wait_until(recv(deaf, (char[4096]){ 0 }, 4096, 0) == 0); /* what was sent until then, and the end */
	close(deaf);
	end(p);
}

/* Whether the new connection `fd` is served; if not, it is said why. */
static bool is_served(void)
{
	static const char request[] = "{\"command\": \"get\", \"args\": [\"smooth\"]}\n";
	cJSON *answer;
	bool served;

	(void)!send(fd, request, sizeof request - 1, MSG_NOSIGNAL); /* it may be closed already */
	answer = cJSON_Parse(receive());
	served = cJSON_IsTrue(cJSON_GetObjectItem(answer, "ok"));
	if (served)
		cJSON_Delete(answer);
	else
		refuses_with(answer, "too many connections");
	return served;
}

static bool is_served_anew(void)
{
	close(fd);
	fd = pmk_socket_connect(pmk_clock_now_ns() + 60 * PMK_S_NS);
	assert_true(fd >= 0);
	return is_served();
}

/* A connection too many is refused in words, and all others are served. */
static void test_too_many(void **state)
{
	struct pmk_pipeline *p = begin(false);
	int fds[PMK_CONTROL_CLIENTS + 8], first = fd, served = 0;

	for (size_t i = 0; i < sizeof fds / sizeof fds[0]; i++) {
		fds[i] = fd = pmk_socket_connect(pmk_clock_now_ns() + 60 * PMK_S_NS);
		assert_true(fd >= 0);
		served += is_served();
	}
	fd = first;
	setting_is("smooth", "0");
	assert_true(
		served >= PMK_CONTROL_CLIENTS - 2 && served < PMK_CONTROL_CLIENTS); /* with fd, and maybe the tray */
	for (size_t i = 0; i < sizeof fds / sizeof fds[0]; i++)
		close(fds[i]);
	wait_until(is_served_anew());
	end(p);
}

static void test_no_descriptor_left(void **state)
{
	struct pmk_pipeline *p = begin(false);
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct rlimit usual, few;
	int taken[32], count = 0, comers[3], first = fd;

	snprintf(address.sun_path, sizeof address.sun_path, "%s/potemkin/control", runtime);
	for (int i = 0; i < 3; i++)
		comers[i] = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &usual), 0);
	few = (struct rlimit){ 32, usual.rlim_max }; /* fewer than the clients that there may be */
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	while (count < 32 && (taken[count] = dup(first)) >= 0)
		count++;
	assert_int_equal(errno, EMFILE);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(connect(comers[i], (struct sockaddr *)&address, sizeof address), 0);
		fd = comers[i];
		refuses_with(cJSON_Parse(receive()), "no file descriptor left");
		assert_string_equal(receive(), "");
		close(fd);
		comers[i] = fd = first;
		setting_is("smooth", "0");
		while (count < 32 && (taken[count] = dup(first)) >= 0)
			count++;
	}
	while (count)
		close(taken[--count]);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &usual), 0);
	assert_true(is_served_anew());
	end(p);
}

static void test_reload_and_quit(void **state)
{
	struct pmk_pipeline *p = begin(false);
	struct pollfd quit = { .fd = pmk_control_quit_fd(control), .events = POLLIN };

	assert_int_equal(pmk_spec_copy(reread_gives.pipeline.scene.backdrop, "color:#ffffff"), 0);
	accepts("reload");
	wait_luma(WHITE);
	assert_int_equal(pmk_spec_copy(reread_gives.pipeline.scene.backdrop, "color:#000000"), 0);
	pmk_control_reload(control);
	wait_luma(BLACK);
	assert_int_equal(poll(&quit, 1, 0), 0);
	accepts("quit");
	assert_int_equal(poll(&quit, 1, 60000), 1);
	end(p);
}

static void test_save_and_profiles(void **state)
{
	struct pmk_pipeline *p = begin(false);
	cJSON *answer, *list;

	accepts("set smooth 40");
	accepts("save"); /* the folder does not exist yet */
	file_is("smooth = 40\n");
	put_file("# mine\nsmooth = 40 ; soft\nfit = tile\n\n[profile bright]\nbackdrop = color:#ffffff\n# "
		 "end\n[notes]\n");
	accepts("set smooth 41");
	accepts("set fit cover");
	accepts("save");
	file_is("# mine\nsmooth = 41 ; soft\nfit = cover\n\n[profile bright]\nbackdrop = color:#ffffff\n# "
		"end\n[notes]\n");
	answer = ask("describe");
	list = cJSON_GetObjectItem(answer, "profiles");
	assert_int_equal(cJSON_GetArraySize(list), 1);
	assert_string_equal(cJSON_GetStringValue(cJSON_GetArrayItem(list, 0)), "bright");
	cJSON_Delete(answer);
	accepts("profile bright");
	wait_luma(WHITE);
	accepts("set mirror yes");
	accepts("save");
	file_is("# mine\nsmooth = 41 ; soft\nfit = cover\n\n[profile bright]\nbackdrop = color:#ffffff\n# end\nmirror "
		"= yes\n"
		"[notes]\n");
	refuses_with(ask("profile dark"), "there is no profile \"dark\" in it; there are: bright");
	setting_is("mirror", "yes");
	accepts("profile none");
	setting_is("mirror", "no");
	setting_is("smooth", "41");
	put_file("smooth = 41\n[profile bright]\nsmooth = 1000\n");
	refuses_with(ask("reload"), "line 3, in [profile bright]: smooth \"1000\"");
	refuses_with(ask("save"), "line 3");
	assert_int_equal(unlink(settings.config), 0);
	end(p);
}

/* As on a full disk: it is an output that is lost, and no bad input. */
static void test_save_without_room(void **state)
{
	struct rlimit none = { 0 }, usual;
	struct pmk_pipeline *p = begin(false);
	cJSON *answer;

	put_file("fit = tile\n");
	accepts("set smooth 40");
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &usual), 0);
	none.rlim_max = usual.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
	answer = ask("save");
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &usual), 0);
	assert_int_equal(cJSON_GetNumberValue(cJSON_GetObjectItem(answer, "code")), 6);
	refuses_with(answer, "cannot be written: the limit of a file's size is reached");
	file_is("fit = tile\n");
	assert_int_equal(unlink(settings.config), 0);
	end(p);
}

/* Many random commands: the settings are what a model of them says, nothing is covered but by a pause. */
static uint64_t snapshot_ns; /* capture time of the picture that was to be written */

/* In place of the one in src/control/shown_file.c. */
int __wrap_pmk_shown_write_file(const struct pmk_shown *shown, const char *path);
int __wrap_pmk_shown_write_file(const struct pmk_shown *shown, const char *path)
{
	snapshot_ns = pmk_shown_time_ns(shown);
	return 0;
}

/* Not the picture that was on its way when the change was made, unless there is no other for half a second. */
static void test_a_snapshot_shows_what_was_changed(void **state)
{
	static const char *const changes[] = { "set mirror yes", "set mirror no", "pause", "resume" };
	struct pmk_pipeline *p = begin(false);

	for (int i = 0; i < 12; i++) {
		uint64_t asked_ns = pmk_clock_now_ns();

		cJSON_Delete(ask(changes[i % 4]));
		assert_true(control->changed_ns >= asked_ns);
		cJSON_Delete(ask("snapshot /tmp/picture.png"));
		if (pmk_clock_now_ns() < control->changed_ns + 500 * PMK_MS_NS)
			assert_true(snapshot_ns >= control->changed_ns);
	}
	end(p);
}

static void test_random_commands(void **state)
{
	static const char *const fits[] = { "cover", "contain", "stretch", "tile" };
	struct pmk_pipeline *p = begin(false);
	char smooth[8] = "0", fit[12] = "cover", words[64];
	uint32_t seed = 13;
	uint64_t covered = report_of(p).covered;

	for (int i = 0; i < 1000; i++) {
		unsigned value = unit_random(&seed) % 120;

		switch (unit_random(&seed) % 4) {
		case 0:
			snprintf(words, sizeof words, "set smooth %u", value);
			if (value <= 100)
				snprintf(smooth, sizeof smooth, "%u", value);
			cJSON_Delete(ask(words));
			break;
		case 1:
			snprintf(words, sizeof words, "set fit %s", value < 100 ? fits[value % 4] : "none");
			if (value < 100)
				snprintf(fit, sizeof fit, "%s", fits[value % 4]);
			cJSON_Delete(ask(words));
			break;
		case 2:
			setting_is("smooth", smooth);
			break;
		default:
			setting_is("fit", fit);
		}
	}
	setting_is("smooth", smooth);
	setting_is("fit", fit);
	wait_written(0, seen(0).written + 3);
	assert_int_equal(report_of(p).covered, covered);
	reach(p, PMK_STATE_LIVE); /* an output that had to wait on a busy machine may be covered now */
	end(p);
}

/* --- the socket --- */

static void path_of(const char *name, char path[100])
{
	snprintf(path, 100, "%s/potemkin%s", runtime, name);
}

static void test_socket_places(void **state)
{
	char folder[100], socket_path[100];
	struct stat st;
	int first, peer;

	path_of("", folder);
	path_of("/control", socket_path);
	unit_catch_log();
	assert_true(pmk_socket_connect(0) < 0);
	first = pmk_socket_listen(PMK_NO_GROUP);
	assert_true(first >= 0);
	assert_int_equal(pmk_socket_accept(first, PMK_NO_GROUP), -EAGAIN);
	assert_int_equal(stat(socket_path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(pmk_socket_listen(PMK_NO_GROUP), -EADDRINUSE);
	peer = pmk_socket_connect(0);
	assert_true(peer >= 0);
	close(peer);
	close(first); /* as by a crash: the file stays, and is replaced */
	first = pmk_socket_listen(PMK_NO_GROUP);
	assert_true(first >= 0);
	pmk_socket_remove(first);
	assert_int_equal(access(socket_path, F_OK), -1);
	assert_int_equal(unit_log_count, 0);
	assert_int_equal(symlink("/tmp/elsewhere", socket_path), 0);
	assert_int_equal(pmk_socket_listen(PMK_NO_GROUP), -EPERM);
	assert_int_equal(unlink(socket_path), 0);
	assert_int_equal(chmod(folder, 0755), 0);
	assert_int_equal(pmk_socket_listen(PMK_NO_GROUP), -EPERM);
	assert_true(unit_log_count >= 1);
	assert_int_equal(rmdir(folder), 0);
	assert_int_equal(symlink("/tmp", folder), 0);
	assert_int_equal(pmk_socket_listen(PMK_NO_GROUP), -EPERM);
	assert_int_equal(unlink(folder), 0);
	pmk_log_redirect(NULL, NULL);
}

/* An instance beside the one that listens takes the socket over once that one ends, be it by a crash. */
static void test_stand_by(void **state)
{
	struct pmk_pipeline *p;
	int first = pmk_socket_listen(PMK_NO_GROUP), peer = -1;

	assert_true(first >= 0);
	p = begin(false); /* connects to the first */
	wait_until((peer = pmk_socket_accept(first, PMK_NO_GROUP)) >= 0);
	close(peer);
	close(fd);
	close(first);
	wait_until((fd = pmk_socket_connect(0)) >= 0);
	accepts("get mirror");
	end(p);
}

/* Without a place for the socket, a warning says what to do. */
static void test_no_place(void **state)
{
	static const char *const wrong[] = { "", "runtime", "/no/such/folder", "/dev/null", "/dev/null/in", "/tmp" };
	static const char *const why[] = { "not set", "no absolute path", "not there", "no folder", "not there",
		"everybody may write to" };

	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		assert_int_equal(setenv("XDG_RUNTIME_DIR", wrong[i], 1), 0);
		unit_catch_log();
		assert_int_equal(pmk_socket_listen(PMK_NO_GROUP), -ENOENT);
		assert_int_equal(unit_log_count, 1);
		assert_non_null(strstr(unit_logged, why[i]));
		assert_non_null(strstr(unit_logged, "export XDG_RUNTIME_DIR="));
		assert_true(pmk_socket_connect(0) < 0);
	}
	assert_int_equal(unsetenv("XDG_RUNTIME_DIR"), 0);
	assert_int_equal(pmk_socket_listen(PMK_NO_GROUP), -ENOENT);
	assert_int_equal(setenv("XDG_RUNTIME_DIR", runtime, 1), 0);
	assert_null(pmk_socket_no_place());
	if (geteuid() == 0) { /* under sudo, the folder may be that of the user who called it */
		assert_int_equal(chown(runtime, 65534, 65534), 0);
		assert_non_null(strstr(pmk_socket_no_place(), "belongs to another user"));
		assert_int_equal(pmk_socket_listen(PMK_NO_GROUP), -ENOENT);
		assert_int_equal(chown(runtime, 0, 0), 0);
	}
	pmk_log_redirect(NULL, NULL);
}

/* Even with the folder open to all, which it never is. */
static void test_another_user(void **state)
{
	char folder[100], socket_path[100];
	int listening, status;
	pid_t child;

	if (!unit_can_be_others()) {
		print_message("skipped: needs root, to be another user\n");
		skip();
	}
	path_of("", folder);
	path_of("/control", socket_path);
	unit_catch_log();
	listening = pmk_socket_listen(PMK_NO_GROUP);
	assert_true(listening >= 0);
	assert_int_equal(chmod(runtime, 0755) || chmod(folder, 0755) || chmod(socket_path, 0666), 0);
	for (mode_t mode = 0700; mode <= 0755; mode += 055) { /* one that it cannot look into is no service's, either */
		assert_int_equal(chmod(folder, mode), 0);
		child = fork();
		if (!child)
			_exit(setuid(65534) || pmk_socket_connect(0) != -EPERM);
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_int_equal(status, 0); /* our client refuses a folder of another user */
	}
	child = fork();
	if (!child) {
		struct sockaddr_un address = { .sun_family = AF_UNIX };
		int s = socket(AF_UNIX, SOCK_STREAM, 0);
		char byte;

		snprintf(address.sun_path, sizeof address.sun_path, "%s", socket_path);
		_exit(setuid(65534) || connect(s, (struct sockaddr *)&address, sizeof address) ||
			read(s, &byte, 1) != 0);
	}
	wait_until(pmk_socket_accept(listening, PMK_NO_GROUP) == -EPERM);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0); /* it was closed without a byte */
	assert_non_null(strstr(unit_logged, "another user"));
	assert_int_equal(chmod(folder, 0700) || chmod(runtime, 0700), 0);
	pmk_socket_remove(listening);
	assert_int_equal(rmdir(folder), 0);
	pmk_log_redirect(NULL, NULL);
}

/* Try to connect as this user, with these groups. 0: it was let in. */
static int try_as(uid_t user, gid_t first, gid_t second, const char *folder, int listening, gid_t group)
{
	pid_t child = fork();
	int status, peer;

	if (!child) {
		if (setgroups(1, &second) || setgid(first) || setuid(user))
			_exit(9);
		peer = pmk_socket_connect_shared(folder, 0);
		_exit(peer < 0 ? -peer : read(peer, &status, 1) == 1 ? 0 : 8);
	}
	while (waitpid(child, &status, WNOHANG) == 0) {
		peer = pmk_socket_accept(listening, group);
		if (peer >= 0 && write(peer, "!", 1) == 1)
			close(peer);
		pmk_clock_sleep_until(pmk_clock_now_ns() + PMK_MS_NS);
	}
	return WEXITSTATUS(status);
}

/* The members of a group, if that is wanted, and root. */
static void test_a_group(void **state)
{
	const uid_t service = 64111, somebody = 64112, shared = 64113, other = 64114;
	char folder[100];
	struct stat st;
	int listening;
	gid_t group;

	assert_int_equal(pmk_socket_group("", &group), 0);
	assert_int_equal(group, PMK_NO_GROUP);
	assert_int_equal(pmk_socket_group("no such group", &group), -ENOENT);
	assert_int_equal(pmk_socket_group("root", &group), 0);
	assert_int_equal(group, 0);
	if (!unit_can_be_others()) {
		print_message("skipped: needs root, to be another user\n");
		skip();
	}
	path_of("", folder);
	unit_catch_log();
	assert_int_equal(chmod(runtime, 0755) || mkdir(folder, 0700) || chown(folder, service, service), 0);
	assert_int_equal(setgroups(1, &shared) || seteuid(service), 0);
	listening = pmk_socket_listen(shared);
	assert_true(listening >= 0);
	assert_int_equal(stat(folder, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0750);
	assert_int_equal(st.st_gid, shared);
	assert_int_equal(seteuid(0), 0);
	assert_int_equal(try_as(somebody, somebody, shared, folder, listening, shared), 0);
	assert_int_equal(try_as(somebody, shared, somebody, folder, listening, shared), 0);
	assert_int_equal(try_as(0, 0, 0, folder, listening, shared), 0);
	assert_int_equal(try_as(somebody, somebody, other, folder, listening, shared), EACCES);
	assert_int_equal(chmod(folder, 0755), 0); /* what the folder keeps out, the socket does, too */
	assert_int_equal(try_as(somebody, somebody, other, folder, listening, shared), EACCES);
	path_of("/control", folder);
	assert_int_equal(chmod(folder, 0666), 0);
	path_of("", folder);
	assert_int_equal(try_as(somebody, somebody, other, folder, listening, shared), 8);
	assert_int_equal(try_as(somebody, shared, other, folder, listening, PMK_NO_GROUP), 8);
	assert_int_equal(chmod(folder, 0777), 0); /* others could have put a socket of theirs there */
	assert_int_equal(try_as(somebody, shared, other, folder, listening, shared), EPERM);
	close(listening);
	path_of("/control", folder);
	assert_int_equal(unlink(folder), 0);
	path_of("", folder);
	assert_int_equal(rmdir(folder) || chmod(runtime, 0700) || setgroups(0, NULL), 0);
	pmk_log_redirect(NULL, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_stand_by, clear),
		cmocka_unit_test(test_no_place),
		cmocka_unit_test(test_socket_places),
		cmocka_unit_test(test_another_user),
		cmocka_unit_test(test_a_group),
		cmocka_unit_test_teardown(test_settings, clear),
		cmocka_unit_test_teardown(test_refused, clear),
		cmocka_unit_test_teardown(test_odd_requests, clear),
		cmocka_unit_test_teardown(test_an_empty_value, clear),
		cmocka_unit_test_teardown(test_pause, clear),
		cmocka_unit_test_teardown(test_pause_while_asleep, clear),
		cmocka_unit_test_teardown(test_status, clear),
		cmocka_unit_test_teardown(test_findings, clear),
		cmocka_unit_test_teardown(test_settings_of_a_camera, clear),
		cmocka_unit_test_teardown(test_settings_that_a_camera_cannot_have, clear),
		cmocka_unit_test_teardown(test_subscribe, clear),
		cmocka_unit_test_teardown(test_deaf_subscriber, clear),
		cmocka_unit_test_teardown(test_too_many, clear),
		cmocka_unit_test_teardown(test_no_descriptor_left, clear),
		cmocka_unit_test_teardown(test_reload_and_quit, clear),
		cmocka_unit_test_teardown(test_save_and_profiles, clear),
		cmocka_unit_test_teardown(test_save_without_room, clear),
		cmocka_unit_test_teardown(test_a_snapshot_shows_what_was_changed, clear),
		cmocka_unit_test_teardown(test_random_commands, clear),
	};

	return cmocka_run_group_tests(tests, make_runtime, remove_runtime);
}
