/* SPDX-License-Identifier: MIT */
/* The connection to the control: orders there; answers and news from there. */
#include "base/log.h"
#include "control/tray/tray_parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* --- orders --- */

static int send_line(struct pmk_tray *t, char *text)
{
	size_t bytes = strlen(text);

	text[bytes++] = '\n'; /* in place of the final zero */
	return send(t->link, text, bytes, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)bytes ? 0 : -EBUSY;
}

int pmk_tray_order(struct pmk_tray *t, const char *command, const char *arg, sd_bus_message *call)
{
	sd_bus_message **slot = &t->calls[t->orders % PMK_TRAY_CALLS];
	cJSON *request;
	char *text;
	int err;

	if (call && *slot)
		return -EBUSY;
	request = cJSON_CreateObject();
	cJSON_AddStringToObject(request, "command", command);
	if (arg)
		cJSON_AddItemToObject(request, "args", cJSON_CreateStringArray(&arg, 1));
	if (call)
		cJSON_AddNumberToObject(request, "id", (double)t->orders);
	text = cJSON_PrintUnformatted(request);
	err = text ? send_line(t, text) : -ENOMEM;
	if (!err && call)
		*slot = sd_bus_message_ref(call);
	t->orders += !err && call;
	cJSON_free(text);
	cJSON_Delete(request);
	return err;
}

void pmk_tray_drop_calls(struct pmk_tray *t)
{
	for (int i = 0; i < PMK_TRAY_CALLS; i++)
		t->calls[i] = sd_bus_message_unref(t->calls[i]);
}

/* --- the page --- */

struct page {
	struct pmk_tray *tray;
	char address[]; /* of the page */
};

static void show_by_host(struct pmk_tray *t, const char *address)
{
	if (!t->host.open || t->host.open(t->host.user, address))
		pmk_info("the page is at %s (this address works once)", address);
}

static int on_portal(sd_bus_message *answer, void *user, sd_bus_error *error)
{
	struct page *page = user;

	if (sd_bus_message_is_method_error(answer, NULL))
		show_by_host(page->tray, page->address);
	return 0;
}

/* The portal starts the browser outside of whatever a service manager shuts this process into. */
static int ask_portal(struct pmk_tray *t, struct page *page)
{
	sd_bus_message *call = NULL;
	sd_bus_slot *slot = NULL;
	int err = sd_bus_message_new_method_call(t->bus, &call, "org.freedesktop.portal.Desktop",
		"/org/freedesktop/portal/desktop", "org.freedesktop.portal.OpenURI", "OpenURI");

	if (err >= 0)
		err = t->token[0] ? sd_bus_message_append(
					    call, "ssa{sv}", "", page->address, 1, "activation_token", "s", t->token) :
				    sd_bus_message_append(call, "ssa{sv}", "", page->address, 0);
	if (err >= 0)
		err = sd_bus_call_async(t->bus, &slot, call, on_portal, page, 0);
	if (err >= 0) {
		sd_bus_slot_set_destroy_callback(slot, free);
		sd_bus_slot_set_floating(slot, true);
		sd_bus_slot_unref(slot);
	}
	sd_bus_message_unref(call);
	t->token[0] = '\0';
	return err;
}

void pmk_tray_show_page(struct pmk_tray *t, const char *address)
{
	size_t bytes = strlen(address) + 1;
	struct page *page = malloc(sizeof *page + bytes);

	if (!page)
		return;
	page->tray = t;
	memcpy(page->address, address, bytes);
	if (t->bus && ask_portal(t, page) >= 0)
		return; /* the slot owns it */
	show_by_host(t, address);
	free(page);
}

/* --- answers and news --- */

static const char *text_of(const cJSON *object, const char *name)
{
	const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));

	return text ? text : "";
}

static enum pmk_tray_face face_of(const char *state, bool trouble)
{
	if (strcmp(state, "live") == 0)
		return PMK_TRAY_LIVE;
	if (strcmp(state, "paused") == 0)
		return PMK_TRAY_PAUSED;
	if (strcmp(state, "idle") == 0)
		return PMK_TRAY_IDLE;
	return trouble ? PMK_TRAY_FAULT : PMK_TRAY_COVERED;
}

static void take_state(struct pmk_tray *t, const cJSON *status)
{
	enum pmk_tray_face before = t->face;
	char trouble[PMK_TRAY_TEXT];

	pmk_tray_text(text_of(status, "trouble"), PMK_TRAY_PLAIN, trouble, sizeof trouble);
	t->face = face_of(text_of(status, "state"), trouble[0]);
	if (t->face != PMK_TRAY_FAULT)
		trouble[0] = '\0';
	if (t->face == before && strcmp(t->trouble, trouble) == 0)
		return;
	memcpy(t->trouble, trouble, sizeof trouble);
	if (t->face != before)
		pmk_tray_draw_icons(t->face, t->icons);
	pmk_tray_tell_item(t);
	pmk_tray_tell_entries(t);
}

static void take_backdrop(struct pmk_tray *t, const char *spec)
{
	if (strcmp(t->backdrop, spec) == 0 || pmk_spec_copy(t->backdrop, spec))
		return;
	if (!pmk_tray_refresh_menu(t))
		pmk_tray_tell_entries(t);
}

/* Give the answer to whoever waits for it. */
static void take_answer(struct pmk_tray *t, const cJSON *message)
{
	const cJSON *id = cJSON_GetObjectItemCaseSensitive(message, "id");
	const char *error = text_of(message, "error"), *address = text_of(message, "address");
	sd_bus_message **slot = cJSON_IsNumber(id) ? &t->calls[(uint64_t)id->valuedouble % PMK_TRAY_CALLS] : NULL;
	char why[PMK_TRAY_TEXT];

	if (*address)
		pmk_tray_show_page(t, address);
	if (*error && !(slot && *slot && sd_bus_message_get_expect_reply(*slot) > 0)) /* nobody is told */
		pmk_error("%s", error);
	if (!slot || !*slot)
		return;
	pmk_tray_text(error, PMK_TRAY_PLAIN, why, sizeof why);
	if (*error)
		sd_bus_reply_method_errorf(*slot, SD_BUS_ERROR_FAILED, "%s", why);
	else
		sd_bus_reply_method_return(*slot, "");
	*slot = sd_bus_message_unref(*slot);
}

static void take_line(struct pmk_tray *t, const char *line)
{
	cJSON *message = cJSON_Parse(line), *status = cJSON_GetObjectItemCaseSensitive(message, "status");

	if (status) {
		take_state(t, status);
		take_backdrop(t, text_of(status, "backdrop"));
	}
	take_answer(t, message);
	cJSON_Delete(message);
}

bool pmk_tray_hear(struct pmk_tray *t)
{
	ssize_t got = recv(t->link, t->line + t->used, PMK_TRAY_LINE - t->used, MSG_DONTWAIT);
	char *begin = t->line, *end;

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return true;
	if (got <= 0)
		return false;
	t->used += (size_t)got;
	while ((end = memchr(begin, '\n', t->used - (size_t)(begin - t->line)))) {
		*end = '\0';
		take_line(t, begin);
		begin = end + 1;
	}
	t->used -= (size_t)(begin - t->line);
	memmove(t->line, begin, t->used);
	return t->used < PMK_TRAY_LINE;
}
