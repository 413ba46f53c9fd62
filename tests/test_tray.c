/* SPDX-License-Identifier: MIT */
/* The program on a private bus, with a panel of the test's own: the icon, its menu, the application. */
#include "scripted.h"

#include "control/tray/tray_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define ITEM "org.kde.StatusNotifierItem"
#define MENU "com.canonical.dbusmenu"
#define WATCHER "org.kde.StatusNotifierWatcher"
#define APPLICATION "org.freedesktop.Application"

static pid_t daemon_pid;
static sd_bus *panel; /* the panel's connection, and that of all who call */
static struct pmk_control *control;
static struct pmk_settings settings;
static int fd = -1; /* a connection to the control */

static struct {
	char item[40]; /* the bus's name of the icon */
	int registered, status, icons, tips, titles, layouts, entries;
	char is[40]; /* the last NewStatus */
	char uri[200], token[40]; /* what the portal was asked to open */
} heard;
static char opened[200]; /* by the host */
static atomic_int opens;

/* Carry out what comes until the condition holds. */
#define pump_until(condition) wait_until(sd_bus_process(panel, NULL) >= 0 && (condition))

/* --- the bus --- */

static void write_text(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

static void start_daemon(void)
{
	char config[80], text[600], option[100], address[80], path[80];
	const char *const argv[] = { "dbus-daemon", option, "--nofork", "--nopidfile", NULL };
	posix_spawn_file_actions_t quiet;

	snprintf(config, sizeof config, "%s/bus.conf", runtime);
	snprintf(path, sizeof path, "%s/bus", runtime);
	snprintf(address, sizeof address, "unix:path=%s", path);
	snprintf(option, sizeof option, "--config-file=%s", config);
	snprintf(text, sizeof text,
		"<busconfig><type>session</type><listen>%s</listen><policy context=\"default\">"
		"<allow send_destination=\"*\"/><allow receive_sender=\"*\"/><allow own=\"*\"/></policy></busconfig>",
		address);
	write_text(config, text);
	unlink(path);
	posix_spawn_file_actions_init(&quiet);
	posix_spawn_file_actions_addopen(&quiet, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	assert_int_equal(posix_spawnp(&daemon_pid, argv[0], &quiet, NULL, (char *const *)argv, environ), 0);
	posix_spawn_file_actions_destroy(&quiet);
	setenv("DBUS_SESSION_BUS_ADDRESS", address, 1);
	wait_until(access(path, F_OK) == 0);
}

static void end_daemon(void)
{
	if (daemon_pid) {
		kill(daemon_pid, SIGKILL);
		waitpid(daemon_pid, NULL, 0);
	}
	daemon_pid = 0;
}

/* --- the panel --- */

static int on_register(sd_bus_message *call, void *user, sd_bus_error *error)
{
	const char *name;

	if (sd_bus_message_read(call, "s", &name) < 0)
		return -EINVAL;
	snprintf(heard.item, sizeof heard.item, "%s", name[0] == '/' ? sd_bus_message_get_sender(call) : name);
	heard.registered++;
	return sd_bus_reply_method_return(call, "");
}

static const sd_bus_vtable watcher[] = {
	SD_BUS_VTABLE_START(SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("RegisterStatusNotifierItem", "s", "", on_register, 0),
	SD_BUS_VTABLE_END,
};

#ifdef PMK_HAVE_PAGE
static int on_open_uri(sd_bus_message *call, void *user, sd_bus_error *error)
{
	const char *parent, *uri, *key, *token;

	if (sd_bus_message_read(call, "ss", &parent, &uri) < 0)
		return -EINVAL;
	snprintf(heard.uri, sizeof heard.uri, "%s", uri);
	if (sd_bus_message_enter_container(call, 'a', "{sv}") > 0 &&
		sd_bus_message_read(call, "{sv}", &key, "s", &token) > 0 && strcmp(key, "activation_token") == 0)
		snprintf(heard.token, sizeof heard.token, "%s", token);
	return sd_bus_reply_method_return(call, "o", "/request");
}

static const sd_bus_vtable portal[] = {
	SD_BUS_VTABLE_START(SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("OpenURI", "ssa{sv}", "o", on_open_uri, 0),
	SD_BUS_VTABLE_END,
};
#endif

static int on_signal(sd_bus_message *signal, void *user, sd_bus_error *error)
{
	const char *name = sd_bus_message_get_member(signal), *status;

	heard.icons += strcmp(name, "NewIcon") == 0;
	heard.tips += strcmp(name, "NewToolTip") == 0;
	heard.titles += strcmp(name, "NewTitle") == 0;
	heard.layouts += strcmp(name, "LayoutUpdated") == 0;
	heard.entries += strcmp(name, "ItemsPropertiesUpdated") == 0;
	if (strcmp(name, "NewStatus") == 0 && sd_bus_message_read(signal, "s", &status) > 0) {
		snprintf(heard.is, sizeof heard.is, "%s", status);
		heard.status++;
	}
	return 0;
}

static const char *name_of_panel; /* that it takes as well, if it is not NULL */

static void join_as_panel(bool watching)
{
	wait_until(sd_bus_open_user(&panel) >= 0); /* its socket is there a little before it listens */
	assert_true(sd_bus_match_signal(panel, NULL, NULL, PMK_TRAY_ITEM, ITEM, NULL, on_signal, NULL) >= 0);
	assert_true(sd_bus_match_signal(panel, NULL, NULL, PMK_TRAY_MENU, MENU, NULL, on_signal, NULL) >= 0);
	assert_true(sd_bus_add_object_vtable(panel, NULL, "/StatusNotifierWatcher", WATCHER, watcher, NULL) >= 0);
	if (watching)
		assert_true(sd_bus_request_name(panel, WATCHER, 0) >= 0);
	if (name_of_panel)
		assert_true(sd_bus_request_name(panel, name_of_panel, 0) >= 0);
}

/* Asks, and does not try to take the name: on a slow machine, the panel would get it first and keep it. */
static bool has_owner(const char *name)
{
	return sd_bus_get_name_creds(panel, name, 0, NULL) >= 0;
}

/* --- the program --- */

static int reread(void *user, const char *profile, const struct pmk_source_names *names, const bool *saved,
	struct pmk_settings *fresh)
{
	*fresh = settings;
	return 0;
}

static bool allows(void *user, const struct pmk_settings *now, const struct pmk_settings *wanted)
{
	return true;
}

static int open_page(void *user, const char *address)
{
	snprintf(opened, sizeof opened, "%s", address);
	atomic_fetch_add(&opens, 1);
	return 0;
}

static const struct pmk_control_host host = { .reread = reread, .allows = allows, .open = open_page };

static struct pmk_pipeline *begin_with(bool bus, bool watching, bool icon, bool on_demand)
{
	struct pmk_pipeline *p;

	memset(&heard, 0, sizeof heard);
	if (bus) {
		start_daemon();
		join_as_panel(watching);
	}
	atomic_store(&watch, on_demand ? PMK_WATCH_SOMEBODY : PMK_WATCH_UNKNOWN);
	p = start_with(on_demand ? "a!" : "a", NULL, 0, on_demand);
	pmk_settings_init(&settings);
	settings.pipeline = started;
	settings.tray = icon;
	snprintf(settings.backdrop_folder, sizeof settings.backdrop_folder, "%s/backdrops", runtime);
	assert_int_equal(pmk_control_create(&host, &settings, p, true, &control), 0);
	assert_int_equal(pmk_control_start(control), 0);
	fd = pmk_control_connect(control);
	assert_true(fd >= 0);
	reach(p, PMK_STATE_LIVE);
	return p;
}

static struct pmk_pipeline *begin(void)
{
	struct pmk_pipeline *p = begin_with(true, true, true, false);

	pump_until(heard.registered == 1);
	return p;
}

static void end_control(void)
{
	if (fd >= 0)
		close(fd);
	fd = -1;
	wait_until(pmk_control_destroy(control) == 0);
	control = NULL;
	panel = sd_bus_close_unref(panel);
	end_daemon();
}

static void end(struct pmk_pipeline *p)
{
	end_control();
	stop(p, 0);
}

static int clear(void **state)
{
	if (daemon_pid)
		kill(daemon_pid, SIGCONT);
	end_control();
	return clear_up(state);
}

/* The backdrop in use, as the control has it. */
static const char *backdrop(void)
{
	static const char question[] = "{\"command\":\"get\",\"args\":[\"backdrop\"]}\n";
	static char spec[PMK_SPEC];
	char line[PMK_SPEC + 200];
	cJSON *answer;
	size_t used = 0;

	assert_int_equal(write(fd, question, sizeof question - 1), sizeof question - 1);
	while (used < sizeof line - 1 && read(fd, line + used, 1) == 1 && line[used] != '\n')
		used++;
	line[used] = '\0';
	answer = cJSON_Parse(line);
	snprintf(spec, sizeof spec, "%s",
		cJSON_GetStringValue(cJSON_GetObjectItem(cJSON_GetObjectItem(answer, "settings"), "backdrop")));
	cJSON_Delete(answer);
	return spec;
}

/* --- calls --- */

/* Call a method with these arguments; the answer, or NULL with the error's text in `why`. */
static char why[300];
static sd_bus_message *call(const char *path, const char *interface, const char *member, const char *types, ...)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;
	sd_bus_message *m = NULL, *answer = NULL;
	va_list args;
	int err;

	assert_true(sd_bus_message_new_method_call(panel, &m,
			    strcmp(interface, APPLICATION) == 0 ? PMK_TRAY_NAME : heard.item, path, interface,
			    member) >= 0);
	va_start(args, types);
	assert_true(sd_bus_message_appendv(m, types, args) >= 0);
	va_end(args);
	err = sd_bus_call(panel, m, 0, &error, &answer);
	snprintf(why, sizeof why, "%s", err < 0 ? error.message ? error.message : "?" : "");
	sd_bus_error_free(&error);
	sd_bus_message_unref(m);
	return answer;
}

static void open_without_answer(const char *uri)
{
	sd_bus_message *m = NULL;

	assert_true(sd_bus_message_new_method_call(
			    panel, &m, PMK_TRAY_NAME, PMK_TRAY_APPLICATION, APPLICATION, "Open") >= 0);
	assert_true(sd_bus_message_append(m, "asa{sv}", 1, uri, 0) >= 0);
	assert_true(sd_bus_message_set_expect_reply(m, false) >= 0);
	assert_true(sd_bus_send(panel, m, NULL) >= 0);
	sd_bus_message_unref(m);
}

#define accepts(...) \
	do { \
		sd_bus_message *accepted = call(__VA_ARGS__); \
		if (!accepted) \
			fail_msg("%s", why); \
		sd_bus_message_unref(accepted); \
	} while (0)
#define refuses(text, ...) \
	do { \
		assert_null(call(__VA_ARGS__)); \
		if (!strstr(why, text)) \
			fail_msg("\"%s\" does not say \"%s\"", why, text); \
	} while (0)

static const char *property(const char *name)
{
	static char value[PMK_TRAY_TEXT];
	sd_bus_error error = SD_BUS_ERROR_NULL;
	char *text = NULL;

	if (sd_bus_get_property_string(panel, heard.item, PMK_TRAY_ITEM, ITEM, name, &error, &text) < 0)
		fail_msg("%s: %s", name, error.message);
	snprintf(value, sizeof value, "%s", text);
	free(text);
	return value;
}

static void text_is(const char *name, const char *expected)
{
	assert_string_equal(property(name), expected);
}

/* An item's property that is a text or a number. */
static const char *entry(int id, const char *name)
{
	static char value[PMK_TRAY_TEXT];
	sd_bus_message *answer = call(PMK_TRAY_MENU, MENU, "GetProperty", "is", id, name);
	const char *type, *text;
	int number = 0;

	if (!answer)
		fail_msg("%s of %d: %s", name, id, why);
	assert_true(sd_bus_message_peek_type(answer, NULL, &type) > 0);
	if (*type == 's')
		assert_true(sd_bus_message_read(answer, "v", "s", &text) > 0);
	else
		assert_true(sd_bus_message_read(answer, "v", type, &number) > 0);
	snprintf(value, sizeof value, *type == 's' ? "%s" : "%.0s%d", *type == 's' ? text : "", number);
	sd_bus_message_unref(answer);
	return value;
}

struct layout {
	uint32_t revision;
	int ids[600], depths[600], parents[600], properties[600], count;
};

static void read_node(sd_bus_message *m, struct layout *l, int parent, int depth)
{
	int id, got;
	const char *key;

	assert_true(sd_bus_message_enter_container(m, 'r', "ia{sv}av") > 0);
	assert_true(sd_bus_message_read(m, "i", &id) > 0);
	assert_true(l->count < 600);
	l->ids[l->count] = id;
	l->parents[l->count] = parent;
	l->depths[l->count] = depth;
	l->properties[l->count] = 0;
	assert_true(sd_bus_message_enter_container(m, 'a', "{sv}") >= 0);
	while ((got = sd_bus_message_enter_container(m, 'e', "sv")) > 0) {
		assert_true(sd_bus_message_read(m, "s", &key) > 0 && sd_bus_message_skip(m, "v") > 0);
		l->properties[l->count]++;
		assert_true(sd_bus_message_exit_container(m) >= 0);
	}
	l->count++;
	assert_true(got == 0 && sd_bus_message_exit_container(m) >= 0);
	assert_true(sd_bus_message_enter_container(m, 'a', "v") >= 0);
	while ((got = sd_bus_message_enter_container(m, 'v', "(ia{sv}av)")) > 0) {
		read_node(m, l, id, depth + 1);
		assert_true(sd_bus_message_exit_container(m) >= 0);
	}
	assert_true(got == 0 && sd_bus_message_exit_container(m) >= 0 && sd_bus_message_exit_container(m) >= 0);
}

static struct layout get_layout(int parent, int depth, const char *name)
{
	sd_bus_message *answer = name ? call(PMK_TRAY_MENU, MENU, "GetLayout", "iias", parent, depth, 1, name) :
					call(PMK_TRAY_MENU, MENU, "GetLayout", "iias", parent, depth, 0);
	struct layout l = { 0 };

	if (!answer)
		fail_msg("%s", why);
	assert_true(sd_bus_message_read(answer, "u", &l.revision) > 0);
	read_node(answer, &l, -1, 0);
	sd_bus_message_unref(answer);
	return l;
}

static bool click(int id)
{
	sd_bus_message *answer = call(PMK_TRAY_MENU, MENU, "Event", "isvu", id, "clicked", "i", 0, 0);
	bool good = answer;

	sd_bus_message_unref(answer);
	return good;
}

/* The number of the item below `parent` with this label; -1: none. */
static int find_entry(int parent, const char *label)
{
	struct layout l = get_layout(parent, 1, NULL);

	for (int i = 1; i < l.count; i++) {
		if (strcmp(entry(l.ids[i], "label"), label) == 0)
			return l.ids[i];
	}
	return -1;
}

/* --- tests --- */

static void test_item(void **state)
{
	struct pmk_pipeline *p = begin();
	sd_bus_message *answer = call(PMK_TRAY_ITEM, "org.freedesktop.DBus.Properties", "GetAll", "s", ITEM);

	assert_non_null(answer);
	sd_bus_message_unref(answer);
	text_is("Category", "ApplicationStatus");
	text_is("Id", PMK_TRAY_NAME);
	pump_until(strcmp(property("Title"), "Potemkin: live") == 0);
	text_is("Status", "Active"); /* also if it is covered for a moment */
	assert_int_equal(
		sd_bus_get_property(panel, heard.item, PMK_TRAY_ITEM, ITEM, "IconPixmap", NULL, &answer, "a(iiay)") < 0,
		0);
	assert_true(sd_bus_message_enter_container(answer, 'a', "(iiay)") > 0);
	for (int i = 0; i < PMK_TRAY_ICONS; i++) {
		int width, height;
		const uint8_t *argb;
		size_t bytes;

		assert_true(sd_bus_message_enter_container(answer, 'r', "iiay") > 0);
		assert_true(sd_bus_message_read(answer, "ii", &width, &height) > 0);
		assert_true(sd_bus_message_read_array(answer, 'y', (const void **)&argb, &bytes) > 0);
		assert_int_equal(bytes, 4 * width * height);
		assert_int_equal(argb[0], 0); /* a round corner; the middle is the figure */
		assert_true(argb[(size_t)(height / 2 * width + width / 2) * 4] == 255);
		assert_true(argb[(size_t)(height / 2 * width + width / 2) * 4 + 1] > 200);
		assert_true(sd_bus_message_exit_container(answer) >= 0);
	}
	sd_bus_message_unref(answer);
	end(p);
}

/* The icon says how the program is, and tells of it. */
static void test_faces(void **state)
{
	struct pmk_pipeline *p = begin_with(true, true, true, true);

	pump_until(heard.registered == 1 && strcmp(property("Title"), "Potemkin: live") == 0);
	atomic_store(&open_failures, 1 << 20);
	set_mode(LOSE);
	pump_until(strcmp(heard.is, "NeedsAttention") == 0 && strcmp(property("Title"), "Potemkin: no camera") == 0);
	pump_until(strstr(entry(PMK_TRAY_STATE, "label"), "The backdrop is shown alone: "));
	atomic_store(&open_failures, 0);
	set_mode(DELIVER);
	pump_until(strcmp(heard.is, "Active") == 0 && strcmp(property("Title"), "Potemkin: live") == 0);
	atomic_store(&watch, PMK_WATCH_NOBODY);
	pump_until(strcmp(property("Title"), "Potemkin: nobody watches") == 0);
	pump_until(heard.icons >= 3 && heard.tips >= 3 && heard.titles >= 3 && heard.entries >= 3);
	end(p);
}

static void test_layout(void **state)
{
	struct pmk_pipeline *p = begin();
	struct layout all, flat, one;

	pump_until(strcmp(property("Title"), "Potemkin: live") == 0);
	all = get_layout(0, -1, NULL);
	flat = get_layout(0, 1, NULL);
	assert_int_equal(all.ids[0], 0);
	assert_int_equal(all.depths[all.count - 1], 1);
	assert_true(all.count > flat.count + 10);
	for (int i = 0; i < flat.count; i++)
		assert_true(flat.depths[i] <= 1);
	one = get_layout(PMK_TRAY_BACKDROPS, 0, NULL);
	assert_int_equal(one.count, 1);
	one = get_layout(PMK_TRAY_PAUSE, -1, "label");
	assert_true(one.count == 1 && one.ids[0] == PMK_TRAY_PAUSE && one.properties[0] == 1);
	one = get_layout(PMK_TRAY_PAUSE, -1, "nothing");
	assert_true(one.count == 1 && one.properties[0] == 0);
	refuses("no item 999", PMK_TRAY_MENU, MENU, "GetLayout", "iias", 999, -1, 0);
	refuses("no item -7", PMK_TRAY_MENU, MENU, "GetProperty", "is", -7, "label");
	refuses("no property colour", PMK_TRAY_MENU, MENU, "GetProperty", "is", 2, "colour");
	assert_string_equal(entry(PMK_TRAY_LINE_ABOVE_QUIT, "type"), "separator");
	assert_string_equal(entry(PMK_TRAY_PAUSE, "toggle-type"), "checkmark");
	assert_string_equal(entry(PMK_TRAY_PAUSE, "visible"), "1");
	assert_string_equal(entry(PMK_TRAY_STATE, "enabled"), "0");
	assert_string_equal(entry(PMK_TRAY_BACKDROPS, "children-display"), "submenu");
	accepts(PMK_TRAY_MENU, MENU, "GetGroupProperties", "aias", 3, 1, 2, 999, 2, "label", "toggle-state");
	accepts(PMK_TRAY_MENU, MENU, "GetGroupProperties", "aias", 0, 0);
	accepts(PMK_TRAY_MENU, MENU, "AboutToShowGroup", "ai", 2, 3, 999);
	end(p);
}

static void test_pause(void **state)
{
	struct pmk_pipeline *p = begin();

	pump_until(strcmp(property("Title"), "Potemkin: live") == 0);
	assert_string_equal(entry(PMK_TRAY_PAUSE, "toggle-state"), "0");
	assert_true(click(PMK_TRAY_PAUSE));
	pump_until(strcmp(property("Title"), "Potemkin: paused") == 0);
	assert_int_equal(state_of(p), PMK_STATE_PAUSED);
	wait_until(atomic_load(&cameras_open) == 0);
	assert_string_equal(entry(PMK_TRAY_PAUSE, "toggle-state"), "1");
	accepts(PMK_TRAY_ITEM, ITEM, "SecondaryActivate", "ii", 5, 5);
	pump_until(strcmp(property("Title"), "Potemkin: live") == 0);
	reach(p, PMK_STATE_LIVE);
	accepts(PMK_TRAY_ITEM, ITEM, "Scroll", "is", 120, "vertical");
	accepts(PMK_TRAY_MENU, MENU, "EventGroup", "a(isvu)", 3, 2, "hovered", "i", 0, 0, 2, "clicked", "s", "", 0, 888,
		"clicked", "i", 0, 0);
	pump_until(strcmp(property("Title"), "Potemkin: paused") == 0);
	refuses("none of these", PMK_TRAY_MENU, MENU, "EventGroup", "a(isvu)", 1, 888, "clicked", "i", 0, 0);
	end(p);
}

static void test_backdrops(void **state)
{
	struct pmk_pipeline *p = begin();
	int green, office, layouts, file;
	char path[100], name[120];

	pump_until(find_entry(PMK_TRAY_BACKDROPS, "color:#20c040") == PMK_TRAY_FOREIGN);
	green = PMK_TRAY_FOREIGN;
	assert_string_equal(entry(green, "toggle-state"), "1");
	assert_string_equal(entry(green, "toggle-type"), "radio");
	office = get_layout(PMK_TRAY_BACKDROPS, 1, NULL).ids[2]; /* the first card */
	assert_true(click(office));
	pump_until(strcmp(entry(office, "toggle-state"), "1") == 0);
	assert_non_null(strstr(backdrop(), "builtin:"));
	assert_string_equal(entry(green, "toggle-state"), "0");
	pump_until(heard.entries >= 1);
	assert_true(click(green)); /* which is no card, but was in use */
	pump_until(strcmp(backdrop(), "color:#20c040") == 0);

	snprintf(path, sizeof path, "%s/backdrops", runtime);
	assert_int_equal(mkdir(path, 0700), 0);
	snprintf(name, sizeof name, "%s/my_\xff<b>.png", path);
	write_text(name, "no picture");
	layouts = heard.layouts;
	accepts(PMK_TRAY_MENU, MENU, "AboutToShow", "i", PMK_TRAY_BACKDROPS);
	pump_until(heard.layouts > layouts);
	assert_false(click(office)); /* of the menu of before */
	file = find_entry(PMK_TRAY_BACKDROPS, "my__?<b>");
	assert_true(file > 0);
	unit_catch_log();
	assert_true(click(file)); /* which cannot be shown */
	pump_until(unit_log_count == 1); /* a panel tells nobody */
	snprintf(name, sizeof name, "file://%s/my_%%ff%%3Cb%%3e.png", path);
	refuses("my_?<b>.png", PMK_TRAY_APPLICATION, APPLICATION, "Open", "asa{sv}", 1, name, 0);
	assert_int_equal(unit_log_count, 1); /* whoever called has been told */
	open_without_answer(name);
	pump_until(unit_log_count == 2);
	unit_catch_log(); /* anew */
	snprintf(name, sizeof name, "%s/my_\xff<b>.png", path);
	assert_string_equal(backdrop(), "color:#20c040");
	unlink(name);
	rmdir(path);
	end(p);
}

static void test_quit(void **state)
{
	struct pmk_pipeline *p = begin();
	struct pollfd quit = { .fd = pmk_control_quit_fd(control), .events = POLLIN };

	assert_int_equal(poll(&quit, 1, 0), 0);
	assert_true(click(PMK_TRAY_QUIT));
	assert_int_equal(poll(&quit, 1, 60000), 1);
	end(p);
}

#ifdef PMK_HAVE_PAGE
static void test_page(void **state)
{
	struct pmk_pipeline *p = begin();

	accepts(PMK_TRAY_ITEM, ITEM, "Activate", "ii", 0, 0); /* without a portal: by the host */
	pump_until(atomic_load(&opens) == 1);
	assert_non_null(strstr(opened, "http://127.0.0.1:"));
	assert_true(sd_bus_add_object_vtable(panel, NULL, "/org/freedesktop/portal/desktop",
			    "org.freedesktop.portal.OpenURI", portal, NULL) >= 0);
	assert_true(sd_bus_request_name(panel, "org.freedesktop.portal.Desktop", 0) >= 0);
	accepts(PMK_TRAY_ITEM, ITEM, "ProvideXdgActivationToken", "s", "a-token");
	assert_true(click(PMK_TRAY_PAGE));
	pump_until(heard.uri[0]);
	assert_non_null(strstr(heard.uri, "http://127.0.0.1:"));
	assert_string_equal(heard.token, "a-token");
	heard.uri[0] = '\0';
	accepts(PMK_TRAY_APPLICATION, APPLICATION, "Activate", "a{sv}", 0);
	pump_until(heard.uri[0]);
	assert_int_equal(atomic_load(&opens), 1);
	end(p);
}
#endif

/* Each call is answered with what became of it. */
static void test_application(void **state)
{
	struct pmk_pipeline *p = begin();
	char uri[200];

	accepts(PMK_TRAY_APPLICATION, APPLICATION, "ActivateAction", "sava{sv}", "pause", 0, 0);
	assert_int_equal(state_of(p), PMK_STATE_PAUSED);
	accepts(PMK_TRAY_APPLICATION, APPLICATION, "ActivateAction", "sava{sv}", "resume", 0, 0);
	accepts(PMK_TRAY_APPLICATION, APPLICATION, "ActivateAction", "sava{sv}", "backdrop", 1, "s", "color:#ffffff",
		0);
	assert_string_equal(backdrop(), "color:#ffffff");
	accepts(PMK_TRAY_APPLICATION, APPLICATION, "ActivateAction", "sava{sv}", "next", 0, 0);
	assert_non_null(strstr(backdrop(), "builtin:"));
	refuses("no action \"explode\"", PMK_TRAY_APPLICATION, APPLICATION, "ActivateAction", "sava{sv}", "explode", 0,
		0);
	refuses("name of a backdrop", PMK_TRAY_APPLICATION, APPLICATION, "ActivateAction", "sava{sv}", "backdrop", 1,
		"i", 3, 0);
	refuses("name of a backdrop", PMK_TRAY_APPLICATION, APPLICATION, "ActivateAction", "sava{sv}", "backdrop", 0,
		0);
	refuses("absent.png", PMK_TRAY_APPLICATION, APPLICATION, "Open", "asa{sv}", 1, "file:///absent.png", 0);
	refuses("file: URI", PMK_TRAY_APPLICATION, APPLICATION, "Open", "asa{sv}", 1, "http://a/b.png", 0);
	refuses("file: URI", PMK_TRAY_APPLICATION, APPLICATION, "Open", "asa{sv}", 0, 0);
	refuses("none", PMK_TRAY_APPLICATION, APPLICATION, "ActivateAction", "sava{sv}", "backdrop", 1, "s", "none", 0);
	snprintf(uri, sizeof uri, "file://localhost%s/x%%20y.ppm", runtime);
	refuses("x y.ppm", PMK_TRAY_APPLICATION, APPLICATION, "Open", "asa{sv}", 1, uri, 0);
	end(p);
}

/* Whatever is sent, an error comes back, and all goes on. */
static void test_hostile_callers(void **state)
{
	static const char *const members[][3] = { { PMK_TRAY_ITEM, ITEM, "Activate" },
		{ PMK_TRAY_ITEM, ITEM, "Scroll" }, { PMK_TRAY_MENU, MENU, "GetLayout" },
		{ PMK_TRAY_MENU, MENU, "GetGroupProperties" }, { PMK_TRAY_MENU, MENU, "GetProperty" },
		{ PMK_TRAY_MENU, MENU, "Event" }, { PMK_TRAY_MENU, MENU, "EventGroup" },
		{ PMK_TRAY_MENU, MENU, "AboutToShow" }, { PMK_TRAY_MENU, MENU, "AboutToShowGroup" },
		{ PMK_TRAY_APPLICATION, APPLICATION, "Activate" }, { PMK_TRAY_APPLICATION, APPLICATION, "Open" },
		{ PMK_TRAY_APPLICATION, APPLICATION, "ActivateAction" }, { PMK_TRAY_ITEM, ITEM, "Explode" } };
	struct pmk_pipeline *p = begin();
	static const int ids[5000];
	sd_bus_message *m = NULL;

	pump_until(strcmp(property("Title"), "Potemkin: live") == 0);
	for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
		assert_null(call(members[i][0], members[i][1], members[i][2], "d", 1.5));
		assert_null(call(members[i][0], members[i][1], members[i][2], "sssvu", "", "", "", "s", "", 0));
	}
	refuses("not writable", PMK_TRAY_ITEM, "org.freedesktop.DBus.Properties", "Set", "ssv", ITEM, "Title", "s",
		"x");
	assert_true(
		sd_bus_message_new_method_call(panel, &m, heard.item, PMK_TRAY_MENU, MENU, "GetGroupProperties") >= 0);
	assert_true(sd_bus_message_append_array(m, 'i', ids, sizeof ids) >= 0);
	assert_true(sd_bus_message_append(m, "as", 0) >= 0);
	assert_true(sd_bus_call(panel, m, 0, NULL, NULL) < 0); /* too many */
	sd_bus_message_unref(m);
	pump_until(strcmp(property("Title"), "Potemkin: live") == 0);
	end(p);
}

static void test_panel_that_restarts(void **state)
{
	struct pmk_pipeline *p = begin_with(true, false, true, false);

	for (int i = 0; i < 50; i++)
		sd_bus_process(panel, NULL);
	assert_int_equal(heard.registered, 0);
	for (int i = 1; i <= 3; i++) {
		assert_true(sd_bus_request_name(panel, WATCHER, 0) >= 0);
		pump_until(heard.registered == i);
		text_is("Id", PMK_TRAY_NAME);
		assert_true(sd_bus_release_name(panel, WATCHER) >= 0);
	}
	assert_int_equal(unit_log_count, 0);
	end(p);
}

/* Another instance begins without the name, and gets it once it is free. */
static void test_name_is_taken(void **state)
{
	struct pmk_pipeline *p;

	name_of_panel = PMK_TRAY_NAME;
	p = begin();
	name_of_panel = NULL;
	assert_true(click(PMK_TRAY_PAUSE));
	reach(p, PMK_STATE_PAUSED);
	assert_true(sd_bus_release_name(panel, PMK_TRAY_NAME) >= 0);
	accepts(PMK_TRAY_APPLICATION, APPLICATION, "ActivateAction", "sava{sv}", "resume", 0, 0);
	reach(p, PMK_STATE_LIVE);
	end(p);
}

static void test_no_icon(void **state)
{
	struct pmk_pipeline *p = begin_with(true, true, false, false);

	pump_until(has_owner(PMK_TRAY_NAME));
	accepts(PMK_TRAY_APPLICATION, APPLICATION, "ActivateAction", "sava{sv}", "pause", 0, 0);
	assert_int_equal(state_of(p), PMK_STATE_PAUSED);
	assert_int_equal(heard.registered, 0);
	end(p);
}

static void goes_on(struct pmk_pipeline *p)
{
	int written = seen(0).written;

	wait_written(0, written + 10);
	reach(p, PMK_STATE_LIVE);
	assert_int_equal(unit_log_count, 0);
}

static void test_bus_that_ends(void **state)
{
	struct pmk_pipeline *p = begin();

	end_daemon();
	goes_on(p);
	end(p);
}

/* It takes all, and answers nothing; the end does not wait for it. */
static void test_bus_that_hangs(void **state)
{
	struct pmk_pipeline *p = begin();

	kill(daemon_pid, SIGSTOP);
	pmk_pipeline_pause(p, true);
	reach(p, PMK_STATE_PAUSED);
	pmk_pipeline_pause(p, false);
	reach(p, PMK_STATE_LIVE);
	goes_on(p);
	wait_until(pmk_control_destroy(control) == 0);
	control = NULL;
	kill(daemon_pid, SIGCONT);
	end(p);
}

static void test_no_bus(void **state)
{
	static const char *const places[] = { NULL, "unix:path=/nonexistent/bus", "nonsense", "tcp:host=,port=0" };

	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
		struct pmk_pipeline *p;

		if (places[i])
			setenv("DBUS_SESSION_BUS_ADDRESS", places[i], 1);
		else
			unsetenv("DBUS_SESSION_BUS_ADDRESS");
		assert_true(pmk_tray_probe() < 0);
		p = begin_with(false, false, true, false);
		goes_on(p);
		end(p);
	}
}

static void test_probe(void **state)
{
	start_daemon();
	join_as_panel(false);
	wait_until(pmk_tray_probe() == -ENOENT); /* it has a second for each try */
	assert_true(sd_bus_request_name(panel, WATCHER, 0) >= 0);
	wait_until(pmk_tray_probe() == 0);
	kill(daemon_pid, SIGSTOP); /* it listens, and answers nothing */
	assert_true(pmk_tray_probe() < 0);
	kill(daemon_pid, SIGCONT);
	panel = sd_bus_close_unref(panel);
	end_daemon();
}

static void text_becomes(const char *from, enum pmk_tray_escape escape, const char *expected)
{
	char to[30];

	pmk_tray_text(from, escape, to, sizeof to);
	assert_string_equal(to, expected);
}

static void test_text(void **state)
{
	char path[PMK_SPEC] = "";

	text_becomes("a_b<&>", PMK_TRAY_PLAIN, "a_b<&>");
	text_becomes("a_b<&>", PMK_TRAY_LABEL, "a__b<&>");
	text_becomes("a_b<&>", PMK_TRAY_MARKUP, "a_b&lt;&amp;&gt;");
	text_becomes("B\xc3\xbcro\t\x01\x7f", PMK_TRAY_PLAIN, "B\xc3\xbcro   ");
	text_becomes("\xff\xc3|\xed\xa0\x80", PMK_TRAY_PLAIN, "??|???");
	text_becomes("\xef\xb7\x90\xef\xbf\xbf\xf0\x9f\xbf\xbe|", PMK_TRAY_PLAIN, "??????????|");
	text_becomes("abcdefghijklmnopqrstuvwxyz12\xc3\xbc", PMK_TRAY_PLAIN, "abcdefghijklmnopqrstuvwxyz12");
	assert_int_equal(pmk_tray_path("file:///a%20b%C3%BC.png", path), 0);
	assert_string_equal(path, "/a b\xc3\xbc.png");
	assert_int_equal(pmk_tray_path("file:/a", path), 0);
	assert_int_equal(pmk_tray_path("file://localhost/b", path), 0);
	assert_string_equal(path, "/b");
	for (int i = 0; i < 9; i++) {
		static const char *const bad[] = { "", "/a", "file:", "file:a", "file://host/a", "file:///a%0",
			"file:///a%zz", "file:///a%00b", "file:///a?b" };

		assert_int_equal(pmk_tray_path(bad[i], path), -EINVAL);
	}
	assert_string_equal(path, "/b");
}

static void test_icon_names(void **state)
{
	char path[200];

	setenv("XDG_DATA_HOME", runtime, 1);
	setenv("XDG_DATA_DIRS", "/nonexistent:relative", 1);
	assert_string_equal(pmk_tray_icon_name(PMK_TRAY_PAUSED), "");
	snprintf(path, sizeof path,
		"mkdir -p %s/icons/hicolor/scalable/status && touch "
		"%s/icons/hicolor/scalable/status/potemkin-paused.svg",
		runtime, runtime);
	assert_int_equal(system(path), 0);
	assert_string_equal(pmk_tray_icon_name(PMK_TRAY_PAUSED), "potemkin-paused");
	setenv("XDG_DATA_HOME", "/nonexistent", 1);
	assert_string_equal(pmk_tray_icon_name(PMK_TRAY_PAUSED), "");
	snprintf(path, sizeof path, "/nonexistent:%s", runtime);
	setenv("XDG_DATA_DIRS", path, 1);
	assert_string_equal(pmk_tray_icon_name(PMK_TRAY_PAUSED), "potemkin-paused");
	setenv("XDG_DATA_DIRS", "/nonexistent", 1);
}

static int set_up(void **state)
{
	int err = make_runtime(state);

	setenv("XDG_DATA_HOME", runtime, 1);
	setenv("SYSTEMD_BUS_TIMEOUT", "1h", 1); /* how long sd-bus waits for an answer: longer than any test does */
	return err;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_icon_names),
		cmocka_unit_test_teardown(test_probe, clear),
		cmocka_unit_test_teardown(test_item, clear),
		cmocka_unit_test_teardown(test_faces, clear),
		cmocka_unit_test_teardown(test_layout, clear),
		cmocka_unit_test_teardown(test_pause, clear),
		cmocka_unit_test_teardown(test_backdrops, clear),
		cmocka_unit_test_teardown(test_quit, clear),
#ifdef PMK_HAVE_PAGE
		cmocka_unit_test_teardown(test_page, clear),
#endif
		cmocka_unit_test_teardown(test_application, clear),
		cmocka_unit_test_teardown(test_hostile_callers, clear),
		cmocka_unit_test_teardown(test_panel_that_restarts, clear),
		cmocka_unit_test_teardown(test_name_is_taken, clear),
		cmocka_unit_test_teardown(test_no_icon, clear),
		cmocka_unit_test_teardown(test_bus_that_ends, clear),
		cmocka_unit_test_teardown(test_bus_that_hangs, clear),
		cmocka_unit_test_teardown(test_no_bus, clear),
	};

	if (system("command -v dbus-daemon >/dev/null")) {
		print_message("skipped: needs dbus-daemon\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, set_up, remove_runtime);
}
