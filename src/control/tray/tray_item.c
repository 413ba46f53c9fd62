/* SPDX-License-Identifier: MIT */
/* The icon: org.kde.StatusNotifierItem. */
#include "control/tray/tray_parts.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define ITEM "org.kde.StatusNotifierItem"

/* --- what it says --- */

static const struct {
	const char *word, *sentence;
} faces[PMK_TRAY_FACES] = {
	[PMK_TRAY_IDLE] = { "nobody watches", "Nobody watches, and the camera is off" },
	[PMK_TRAY_LIVE] = { "live", "Live" },
	[PMK_TRAY_COVERED] = { "backdrop alone", "The backdrop is shown alone until the camera gives a picture" },
	[PMK_TRAY_PAUSED] = { "paused", "Paused: the backdrop is shown alone, and the camera is off" },
	[PMK_TRAY_FAULT] = { "no camera", "The backdrop is shown alone" },
};

void pmk_tray_sentence(const struct pmk_tray *t, char *text, size_t size)
{
	snprintf(text, size, "%s%s%s", faces[t->face].sentence, t->trouble[0] ? ": " : "", t->trouble);
}

static const char *status_of(const struct pmk_tray *t)
{
	return t->face == PMK_TRAY_FAULT ? "NeedsAttention" : "Active";
}

/* --- properties --- */

static int get_text(sd_bus *bus, const char *path, const char *interface, const char *property, sd_bus_message *reply,
	void *user, sd_bus_error *error)
{
	const struct pmk_tray *t = user;
	char title[80];
	const char *text = ""; /* OverlayIconName, AttentionMovieName, IconThemePath */

	snprintf(title, sizeof title, "Potemkin: %s", faces[t->face].word);
	if (strcmp(property, "Category") == 0)
		text = "ApplicationStatus";
	else if (strcmp(property, "Id") == 0)
		text = PMK_TRAY_NAME;
	else if (strcmp(property, "Title") == 0)
		text = title;
	else if (strcmp(property, "Status") == 0)
		text = status_of(t);
	else if (strcmp(property, "IconName") == 0 || strcmp(property, "AttentionIconName") == 0)
		text = pmk_tray_icon_name(t->face);
	return sd_bus_message_append(reply, "s", text);
}

static int get_window(sd_bus *bus, const char *path, const char *interface, const char *property, sd_bus_message *reply,
	void *user, sd_bus_error *error)
{
	return sd_bus_message_append(reply, "i", 0);
}

static int get_menu(sd_bus *bus, const char *path, const char *interface, const char *property, sd_bus_message *reply,
	void *user, sd_bus_error *error)
{
	return sd_bus_message_append(reply, "o", PMK_TRAY_MENU);
}

/* Whether a click of the first button is to open the menu too: only where there is no page to open. */
static int get_is_menu(sd_bus *bus, const char *path, const char *interface, const char *property,
	sd_bus_message *reply, void *user, sd_bus_error *error)
{
#ifdef PMK_HAVE_PAGE
	return sd_bus_message_append(reply, "b", false);
#else
	return sd_bus_message_append(reply, "b", true);
#endif
}

static int append_icon(sd_bus_message *reply, const struct pmk_tray_icon *icon)
{
	int err = sd_bus_message_open_container(reply, 'r', "iiay");

	if (err >= 0)
		err = sd_bus_message_append(reply, "ii", icon->size, icon->size);
	if (err >= 0)
		err = sd_bus_message_append_array(reply, 'y', icon->argb, (size_t)icon->size * (size_t)icon->size * 4);
	return err < 0 ? err : sd_bus_message_close_container(reply);
}

static int get_pixels(sd_bus *bus, const char *path, const char *interface, const char *property, sd_bus_message *reply,
	void *user, sd_bus_error *error)
{
	const struct pmk_tray *t = user;
	int err = sd_bus_message_open_container(reply, 'a', "(iiay)"),
	    count = strcmp(property, "OverlayIconPixmap") == 0 ? 0 : PMK_TRAY_ICONS;

	for (int i = 0; i < count && err >= 0; i++) {
		if (t->icons[i].size)
			err = append_icon(reply, &t->icons[i]);
	}
	return err < 0 ? err : sd_bus_message_close_container(reply);
}

/* Panels show the text with markup in it. */
static int get_tool_tip(sd_bus *bus, const char *path, const char *interface, const char *property,
	sd_bus_message *reply, void *user, sd_bus_error *error)
{
	char sentence[PMK_TRAY_TEXT], text[PMK_TRAY_TEXT];

	pmk_tray_sentence(user, sentence, sizeof sentence);
	pmk_tray_text(sentence, PMK_TRAY_MARKUP, text, sizeof text);
	return sd_bus_message_append(reply, "(sa(iiay)ss)", "", 0, "Potemkin", text);
}

/* --- what it does --- */

static int on_activate(sd_bus_message *call, void *user, sd_bus_error *error)
{
	int err = pmk_tray_order(user, "page", NULL, NULL);

	return err ? err : sd_bus_reply_method_return(call, "");
}

static int on_second(sd_bus_message *call, void *user, sd_bus_error *error)
{
	pmk_tray_click(user, PMK_TRAY_PAUSE);
	return sd_bus_reply_method_return(call, "");
}

static int on_nothing(sd_bus_message *call, void *user, sd_bus_error *error)
{
	return sd_bus_reply_method_return(call, "");
}

static int on_token(sd_bus_message *call, void *user, sd_bus_error *error)
{
	struct pmk_tray *t = user;
	const char *token;
	int err = sd_bus_message_read(call, "s", &token);

	if (err < 0)
		return err;
	snprintf(t->token, sizeof t->token, "%s", strlen(token) < sizeof t->token ? token : "");
	return sd_bus_reply_method_return(call, "");
}

#define TEXT(name) SD_BUS_PROPERTY(name, "s", get_text, 0, 0)
#define PIXELS(name) SD_BUS_PROPERTY(name, "a(iiay)", get_pixels, 0, 0)

static const sd_bus_vtable item[] = {
	SD_BUS_VTABLE_START(SD_BUS_VTABLE_UNPRIVILEGED),
	TEXT("Category"),
	TEXT("Id"),
	TEXT("Title"),
	TEXT("Status"),
	SD_BUS_PROPERTY("WindowId", "i", get_window, 0, 0),
	TEXT("IconName"),
	PIXELS("IconPixmap"),
	TEXT("OverlayIconName"),
	PIXELS("OverlayIconPixmap"),
	TEXT("AttentionIconName"),
	PIXELS("AttentionIconPixmap"),
	TEXT("AttentionMovieName"),
	TEXT("IconThemePath"),
	SD_BUS_PROPERTY("ToolTip", "(sa(iiay)ss)", get_tool_tip, 0, 0),
	SD_BUS_PROPERTY("ItemIsMenu", "b", get_is_menu, 0, 0),
	SD_BUS_PROPERTY("Menu", "o", get_menu, 0, 0),
	SD_BUS_METHOD("Activate", "ii", "", on_activate, 0),
	SD_BUS_METHOD("SecondaryActivate", "ii", "", on_second, 0),
	SD_BUS_METHOD("ContextMenu", "ii", "", on_nothing, 0),
	SD_BUS_METHOD("Scroll", "is", "", on_nothing, 0),
	SD_BUS_METHOD("ProvideXdgActivationToken", "s", "", on_token, 0),
	SD_BUS_SIGNAL("NewTitle", "", 0),
	SD_BUS_SIGNAL("NewIcon", "", 0),
	SD_BUS_SIGNAL("NewAttentionIcon", "", 0),
	SD_BUS_SIGNAL("NewOverlayIcon", "", 0),
	SD_BUS_SIGNAL("NewToolTip", "", 0),
	SD_BUS_SIGNAL("NewStatus", "s", 0),
	SD_BUS_VTABLE_END,
};

int pmk_tray_add_item(struct pmk_tray *t)
{
	return sd_bus_add_object_vtable(t->bus, NULL, PMK_TRAY_ITEM, ITEM, item, t);
}

void pmk_tray_tell_item(struct pmk_tray *t)
{
	static const char *const changed[] = { "NewTitle", "NewIcon", "NewAttentionIcon", "NewToolTip" };

	if (!t->bus || !t->icon)
		return;
	for (size_t i = 0; i < sizeof changed / sizeof changed[0]; i++)
		sd_bus_emit_signal(t->bus, PMK_TRAY_ITEM, ITEM, changed[i], "");
	sd_bus_emit_signal(t->bus, PMK_TRAY_ITEM, ITEM, "NewStatus", "s", status_of(t));
}
