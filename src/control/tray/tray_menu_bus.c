/* SPDX-License-Identifier: MIT */
/* The menu on the bus: com.canonical.dbusmenu. */
#include "control/tray/tray_parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MENU "com.canonical.dbusmenu"

enum { VERSION = 3, DEEPEST = 3, MOST_NAMES = 16, MOST_ITEMS = 4096 };

/* The properties that somebody asks for; none: all of them. */
struct filter {
	const char *names[MOST_NAMES];
	int count;
};

/* --- what is asked --- */

static int read_filter(sd_bus_message *call, struct filter *filter)
{
	const char *name;
	int got, err = sd_bus_message_enter_container(call, 'a', "s");

	filter->count = 0;
	if (err < 0)
		return err;
	while ((got = sd_bus_message_read(call, "s", &name)) > 0) {
		if (filter->count < MOST_NAMES) /* there are fewer properties than that */
			filter->names[filter->count++] = name;
	}
	return got < 0 ? got : sd_bus_message_exit_container(call);
}

static bool wants(const struct filter *filter, const char *name)
{
	for (int i = 0; i < filter->count; i++) {
		if (strcmp(filter->names[i], name) == 0)
			return true;
	}
	return filter->count == 0;
}

static int unknown(sd_bus_error *error, int id)
{
	return sd_bus_error_setf(error, SD_BUS_ERROR_INVALID_ARGS, "the menu has no item %d", id);
}

/* --- properties of items --- */

static int append_text(sd_bus_message *m, const struct filter *filter, const char *name, const char *value)
{
	return value && *value && wants(filter, name) ? sd_bus_message_append(m, "{sv}", name, "s", value) : 0;
}

/* Only properties that differ from the protocol's defaults. */
static int append_properties(sd_bus_message *m, const struct pmk_tray_entry *e, const struct filter *filter)
{
	int err = sd_bus_message_open_container(m, 'a', "{sv}");

	if (err >= 0)
		err = append_text(m, filter, "type", e->type);
	if (err >= 0)
		err = append_text(m, filter, "label", e->label);
	if (err >= 0)
		err = append_text(m, filter, "children-display", e->children);
	if (err >= 0)
		err = append_text(m, filter, "toggle-type", e->toggle);
	if (err >= 0 && e->ticked >= 0 && wants(filter, "toggle-state"))
		err = sd_bus_message_append(m, "{sv}", "toggle-state", "i", e->ticked);
	if (err >= 0 && e->disabled && wants(filter, "enabled"))
		err = sd_bus_message_append(m, "{sv}", "enabled", "b", false);
	return err < 0 ? err : sd_bus_message_close_container(m);
}

static int append_item(sd_bus_message *m, const struct pmk_tray *t, int id, const struct filter *filter)
{
	struct pmk_tray_entry entry;
	int err = sd_bus_message_open_container(m, 'r', "ia{sv}");

	if (!pmk_tray_describe(t, id, &entry))
		return -ENOENT;
	if (err >= 0)
		err = sd_bus_message_append(m, "i", id);
	if (err >= 0)
		err = append_properties(m, &entry, filter);
	return err < 0 ? err : sd_bus_message_close_container(m);
}

/* One property, also if it has its default. -ENOENT: there is no such property. */
static int append_value(sd_bus_message *m, const struct pmk_tray_entry *e, const char *name)
{
	if (strcmp(name, "type") == 0)
		return sd_bus_message_append(m, "v", "s", e->type ? e->type : "standard");
	if (strcmp(name, "label") == 0)
		return sd_bus_message_append(m, "v", "s", e->label);
	if (strcmp(name, "children-display") == 0)
		return sd_bus_message_append(m, "v", "s", e->children ? e->children : "");
	if (strcmp(name, "toggle-type") == 0)
		return sd_bus_message_append(m, "v", "s", e->toggle ? e->toggle : "");
	if (strcmp(name, "toggle-state") == 0)
		return sd_bus_message_append(m, "v", "i", e->ticked);
	if (strcmp(name, "enabled") == 0)
		return sd_bus_message_append(m, "v", "b", !e->disabled);
	if (strcmp(name, "visible") == 0)
		return sd_bus_message_append(m, "v", "b", true);
	if (strcmp(name, "icon-name") == 0)
		return sd_bus_message_append(m, "v", "s", "");
	return -ENOENT;
}

/* --- the layout --- */

static int append_node(sd_bus_message *m, const struct pmk_tray *t, int id, int depth, const struct filter *filter)
{
	struct pmk_tray_entry entry;
	int child, err;

	pmk_tray_describe(t, id, &entry);
	err = sd_bus_message_open_container(m, 'r', "ia{sv}av");
	if (err >= 0)
		err = sd_bus_message_append(m, "i", id);
	if (err >= 0)
		err = append_properties(m, &entry, filter);
	if (err >= 0)
		err = sd_bus_message_open_container(m, 'a', "v");
	for (int i = 0; depth > 0 && err >= 0 && (child = pmk_tray_child(t, id, i)) >= 0; i++) {
		err = sd_bus_message_open_container(m, 'v', "(ia{sv}av)");
		if (err >= 0)
			err = append_node(m, t, child, depth - 1, filter);
		if (err >= 0)
			err = sd_bus_message_close_container(m);
	}
	if (err >= 0)
		err = sd_bus_message_close_container(m);
	return err < 0 ? err : sd_bus_message_close_container(m);
}

static int send_reply(sd_bus_message *reply, int err)
{
	if (err >= 0)
		err = sd_bus_send(NULL, reply, NULL);
	sd_bus_message_unref(reply);
	return err;
}

static int on_get_layout(sd_bus_message *call, void *user, sd_bus_error *error)
{
	struct pmk_tray *t = user;
	struct pmk_tray_entry entry;
	struct filter filter;
	sd_bus_message *reply = NULL;
	int id, depth, err = sd_bus_message_read(call, "ii", &id, &depth);

	if (err >= 0)
		err = read_filter(call, &filter);
	if (err < 0)
		return err;
	if (!pmk_tray_describe(t, id, &entry))
		return unknown(error, id);
	err = sd_bus_message_new_method_return(call, &reply);
	if (err >= 0)
		err = sd_bus_message_append(reply, "u", t->revision);
	if (err >= 0) /* a negative depth is any */
		err = append_node(reply, t, id, depth < 0 || depth > DEEPEST ? DEEPEST : depth, &filter);
	return send_reply(reply, err);
}

/* Items that do not exist are left out. */
static int append_items(
	sd_bus_message *m, const struct pmk_tray *t, const int *ids, size_t count, const struct filter *filter)
{
	struct pmk_tray_entry entry;
	int err = 0;

	for (size_t i = 0; i < count && err >= 0; i++) {
		if (pmk_tray_describe(t, ids[i], &entry))
			err = append_item(m, t, ids[i], filter);
	}
	return err;
}

/* The items of the root, and those of the backdrops. */
static int append_all(sd_bus_message *m, const struct pmk_tray *t, const struct filter *filter)
{
	static const int menus[] = { PMK_TRAY_ROOT, PMK_TRAY_BACKDROPS };
	int child, err = append_item(m, t, PMK_TRAY_ROOT, filter);

	for (int k = 0; k < 2; k++) {
		for (int i = 0; err >= 0 && (child = pmk_tray_child(t, menus[k], i)) >= 0; i++)
			err = append_item(m, t, child, filter);
	}
	return err;
}

static int on_get_group_properties(sd_bus_message *call, void *user, sd_bus_error *error)
{
	sd_bus_message *reply = NULL;
	struct filter filter;
	const void *ids;
	size_t bytes;
	int err = sd_bus_message_read_array(call, 'i', &ids, &bytes);

	if (err >= 0)
		err = read_filter(call, &filter);
	if (err >= 0 && bytes > MOST_ITEMS * sizeof(int))
		err = sd_bus_error_set(error, SD_BUS_ERROR_LIMITS_EXCEEDED, "these are too many items");
	if (err >= 0)
		err = sd_bus_message_new_method_return(call, &reply);
	if (err >= 0)
		err = sd_bus_message_open_container(reply, 'a', "(ia{sv})");
	if (err >= 0)
		err = bytes ? append_items(reply, user, ids, bytes / sizeof(int), &filter) :
			      append_all(reply, user, &filter);
	if (err >= 0)
		err = sd_bus_message_close_container(reply);
	return send_reply(reply, err);
}

static int on_get_property(sd_bus_message *call, void *user, sd_bus_error *error)
{
	struct pmk_tray_entry entry;
	sd_bus_message *reply = NULL;
	const char *name;
	int id, err = sd_bus_message_read(call, "is", &id, &name);

	if (err < 0)
		return err;
	if (!pmk_tray_describe(user, id, &entry))
		return unknown(error, id);
	err = sd_bus_message_new_method_return(call, &reply);
	if (err >= 0)
		err = append_value(reply, &entry, name);
	if (err == -ENOENT)
		err = sd_bus_error_setf(error, SD_BUS_ERROR_INVALID_ARGS, "a menu's item has no property %.60s", name);
	return send_reply(reply, err);
}

/* --- events --- */

/* Read one "isvu", and act on it. 1; 0: there is no more; -ENOENT, with `id`: there is no such item. */
static int take_event(struct pmk_tray *t, sd_bus_message *call, int *id)
{
	struct pmk_tray_entry entry;
	uint32_t time;
	const char *what;
	int got = sd_bus_message_read(call, "is", id, &what);

	if (got > 0)
		got = sd_bus_message_skip(call, "v");
	if (got > 0)
		got = sd_bus_message_read(call, "u", &time);
	if (got <= 0)
		return got;
	if (!pmk_tray_describe(t, *id, &entry))
		return -ENOENT;
	if (strcmp(what, "clicked") == 0)
		pmk_tray_click(t, *id);
	else if (strcmp(what, "opened") == 0)
		pmk_tray_refresh_menu(t);
	return 1;
}

static int on_event(sd_bus_message *call, void *user, sd_bus_error *error)
{
	int id = 0, err = take_event(user, call, &id);

	if (err == -ENOENT)
		return unknown(error, id);
	return err < 0 ? err : sd_bus_reply_method_return(call, "");
}

static int on_event_group(sd_bus_message *call, void *user, sd_bus_error *error)
{
	sd_bus_message *reply = NULL;
	int id, good = 0, bad = 0, got = 0, err = sd_bus_message_new_method_return(call, &reply);

	if (err >= 0)
		err = sd_bus_message_open_container(reply, 'a', "i");
	if (err >= 0)
		err = sd_bus_message_enter_container(call, 'a', "(isvu)");
	while (err >= 0 && (err = sd_bus_message_enter_container(call, 'r', "isvu")) > 0) {
		got = take_event(user, call, &id);
		good += got > 0;
		bad += got == -ENOENT;
		err = got == -ENOENT ? sd_bus_message_append(reply, "i", id) : got;
		if (err >= 0)
			err = sd_bus_message_exit_container(call);
	}
	if (err >= 0)
		err = sd_bus_message_close_container(reply);
	if (err >= 0 && bad && !good) /* as the protocol has it */
		err = sd_bus_error_set(error, SD_BUS_ERROR_INVALID_ARGS, "the menu has none of these items");
	return send_reply(reply, err);
}

static int on_about_to_show(sd_bus_message *call, void *user, sd_bus_error *error)
{
	struct pmk_tray_entry entry;
	int id, err = sd_bus_message_read(call, "i", &id);

	if (err < 0)
		return err;
	if (!pmk_tray_describe(user, id, &entry))
		return unknown(error, id);
	return sd_bus_reply_method_return(call, "b", pmk_tray_refresh_menu(user));
}

static int on_about_to_show_group(sd_bus_message *call, void *user, sd_bus_error *error)
{
	struct pmk_tray_entry entry;
	sd_bus_message *reply = NULL;
	bool changed = pmk_tray_refresh_menu(user);
	size_t bytes, bad = 0;
	const int *ids;
	int *wrong = NULL, backdrops = PMK_TRAY_BACKDROPS,
	    err = sd_bus_message_read_array(call, 'i', (const void **)&ids, &bytes);

	if (err >= 0 && !(wrong = malloc(bytes + 1)))
		err = -ENOMEM;
	for (size_t i = 0; err >= 0 && i < bytes / sizeof *ids; i++) {
		if (!pmk_tray_describe(user, ids[i], &entry))
			wrong[bad++] = ids[i];
	}
	if (err >= 0)
		err = sd_bus_message_new_method_return(call, &reply);
	if (err >= 0)
		err = sd_bus_message_append_array(reply, 'i', &backdrops, changed ? sizeof backdrops : 0);
	if (err >= 0)
		err = sd_bus_message_append_array(reply, 'i', wrong, bad * sizeof *wrong);
	free(wrong);
	return send_reply(reply, err);
}

/* --- the object --- */

static int get_constant(sd_bus *bus, const char *path, const char *interface, const char *property,
	sd_bus_message *reply, void *user, sd_bus_error *error)
{
	if (strcmp(property, "Version") == 0)
		return sd_bus_message_append(reply, "u", VERSION);
	if (strcmp(property, "IconThemePath") == 0)
		return sd_bus_message_append(reply, "as", 0);
	return sd_bus_message_append(reply, "s", strcmp(property, "Status") == 0 ? "normal" : "ltr");
}

static const sd_bus_vtable menu[] = {
	SD_BUS_VTABLE_START(SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_PROPERTY("Version", "u", get_constant, 0, 0),
	SD_BUS_PROPERTY("TextDirection", "s", get_constant, 0, 0),
	SD_BUS_PROPERTY("Status", "s", get_constant, 0, 0),
	SD_BUS_PROPERTY("IconThemePath", "as", get_constant, 0, 0),
	SD_BUS_METHOD("GetLayout", "iias", "u(ia{sv}av)", on_get_layout, 0),
	SD_BUS_METHOD("GetGroupProperties", "aias", "a(ia{sv})", on_get_group_properties, 0),
	SD_BUS_METHOD("GetProperty", "is", "v", on_get_property, 0),
	SD_BUS_METHOD("Event", "isvu", "", on_event, 0),
	SD_BUS_METHOD("EventGroup", "a(isvu)", "ai", on_event_group, 0),
	SD_BUS_METHOD("AboutToShow", "i", "b", on_about_to_show, 0),
	SD_BUS_METHOD("AboutToShowGroup", "ai", "aiai", on_about_to_show_group, 0),
	SD_BUS_SIGNAL("ItemsPropertiesUpdated", "a(ia{sv})a(ias)", 0),
	SD_BUS_SIGNAL("LayoutUpdated", "ui", 0),
	SD_BUS_SIGNAL("ItemActivationRequested", "iu", 0),
	SD_BUS_VTABLE_END,
};

int pmk_tray_add_menu(struct pmk_tray *t)
{
	return sd_bus_add_object_vtable(t->bus, NULL, PMK_TRAY_MENU, MENU, menu, t);
}

void pmk_tray_tell_layout(struct pmk_tray *t)
{
	if (t->bus && t->icon)
		sd_bus_emit_signal(t->bus, PMK_TRAY_MENU, MENU, "LayoutUpdated", "ui", t->revision, PMK_TRAY_ROOT);
}

static int append_changes(sd_bus_message *m, struct pmk_tray *t)
{
	static const struct filter ticks = { { "label", "toggle-state" }, 2 };
	int err = sd_bus_message_open_container(m, 'a', "(ia{sv})");

	if (err >= 0)
		err = append_all(m, t, &ticks);
	if (err >= 0)
		err = sd_bus_message_close_container(m);
	return err < 0 ? err : sd_bus_message_append(m, "a(ias)", 0);
}

void pmk_tray_tell_entries(struct pmk_tray *t)
{
	sd_bus_message *signal = NULL;

	if (!t->bus || !t->icon)
		return;
	if (sd_bus_message_new_signal(t->bus, &signal, PMK_TRAY_MENU, MENU, "ItemsPropertiesUpdated") >= 0 &&
		append_changes(signal, t) >= 0)
		sd_bus_send(t->bus, signal, NULL);
	sd_bus_message_unref(signal);
}
