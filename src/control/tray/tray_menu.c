/* SPDX-License-Identifier: MIT */
/* The entries of the menu, and their actions. */
#include "base/log.h"
#include "control/tray/tray_parts.h"

#include <stdio.h>
#include <string.h>

/* --- the gallery --- */

static bool same_cards(const struct pmk_gallery *a, const struct pmk_gallery *b)
{
	if (a->count != b->count)
		return false;
	for (int i = 0; i < a->count; i++) {
		if (strcmp(a->cards[i].spec, b->cards[i].spec) != 0 ||
			strcmp(a->cards[i].title, b->cards[i].title) != 0)
			return false;
	}
	return true;
}

/* True: the list of cards is another. */
static bool read_gallery(struct pmk_tray *t)
{
	struct pmk_gallery fresh = { 0 };

	if (pmk_gallery_read(t->folder, &fresh))
		return false;
	if (same_cards(&fresh, &t->gallery)) {
		pmk_gallery_free(&fresh);
		return false;
	}
	t->first_card = t->first_card > INT32_MAX - 2 * PMK_GALLERY_MOST ? PMK_TRAY_FIRST_CARD :
									   t->first_card + t->gallery.count;
	pmk_gallery_free(&t->gallery);
	t->gallery = fresh;
	return true;
}

/* Keep what the user began with, such as a blurred room, so that the menu leads back to it. True: that changed. */
static bool keep_foreign(struct pmk_tray *t)
{
	if (!t->backdrop[0] || pmk_gallery_find(&t->gallery, t->backdrop) >= 0 || strcmp(t->foreign, t->backdrop) == 0)
		return false;
	memcpy(t->foreign, t->backdrop, sizeof t->foreign);
	return true;
}

bool pmk_tray_refresh_menu(struct pmk_tray *t)
{
	bool cards = read_gallery(t), foreign = keep_foreign(t);

	if (!cards && !foreign)
		return false;
	t->revision++;
	pmk_tray_tell_layout(t);
	return true;
}

/* --- items --- */

static const char *spec_of(const struct pmk_tray *t, int id)
{
	if (id == PMK_TRAY_FOREIGN)
		return t->foreign[0] ? t->foreign : NULL;
	if (id < t->first_card || id - t->first_card >= t->gallery.count)
		return NULL;
	return t->gallery.cards[id - t->first_card].spec;
}

static bool describe_backdrop(const struct pmk_tray *t, int id, struct pmk_tray_entry *e)
{
	const char *spec = spec_of(t, id);

	if (!spec)
		return false;
	pmk_tray_text(id == PMK_TRAY_FOREIGN ? spec : t->gallery.cards[id - t->first_card].title, PMK_TRAY_LABEL,
		e->label, sizeof e->label);
	e->toggle = "radio";
	e->ticked = strcmp(spec, t->backdrop) == 0;
	return true;
}

bool pmk_tray_describe(const struct pmk_tray *t, int id, struct pmk_tray_entry *e)
{
	static const char *const labels[] = { [PMK_TRAY_PAUSE] = "Pause",
		[PMK_TRAY_BACKDROPS] = "Backdrops",
		[PMK_TRAY_PAGE] = "Open the page",
		[PMK_TRAY_QUIT] = "Quit" };
	char sentence[PMK_TRAY_TEXT];

	*e = (struct pmk_tray_entry){ .ticked = -1 };
	if (id < 0 || id >= PMK_TRAY_FOREIGN)
		return describe_backdrop(t, id, e);
	if (id == PMK_TRAY_STATE) {
		pmk_tray_sentence(t, sentence, sizeof sentence);
		pmk_tray_text(sentence, PMK_TRAY_LABEL, e->label, sizeof e->label);
	} else if (id < (int)(sizeof labels / sizeof labels[0]) && labels[id]) {
		snprintf(e->label, sizeof e->label, "%s", labels[id]);
	}
	e->disabled = id == PMK_TRAY_STATE;
	e->type = id == PMK_TRAY_LINE_ABOVE_QUIT ? "separator" : NULL;
	e->children = id == PMK_TRAY_ROOT || id == PMK_TRAY_BACKDROPS ? "submenu" : NULL;
	if (id == PMK_TRAY_PAUSE) {
		e->toggle = "checkmark";
		e->ticked = t->face == PMK_TRAY_PAUSED;
	}
	return true;
}

int pmk_tray_child(const struct pmk_tray *t, int id, int index)
{
	static const int top[] = {
		PMK_TRAY_STATE,
		PMK_TRAY_PAUSE,
		PMK_TRAY_BACKDROPS,
#ifdef PMK_HAVE_PAGE
		PMK_TRAY_PAGE,
#endif
		PMK_TRAY_LINE_ABOVE_QUIT,
		PMK_TRAY_QUIT,
	};

	if (id == PMK_TRAY_ROOT)
		return index < (int)(sizeof top / sizeof top[0]) ? top[index] : -1;
	if (id != PMK_TRAY_BACKDROPS)
		return -1;
	if (t->foreign[0] && index-- == 0)
		return PMK_TRAY_FOREIGN;
	return index < t->gallery.count ? t->first_card + index : -1;
}

void pmk_tray_click(struct pmk_tray *t, int id)
{
	const char *command = id == PMK_TRAY_PAUSE ? (t->face == PMK_TRAY_PAUSED ? "resume" : "pause") :
		id == PMK_TRAY_PAGE                ? "page" :
		id == PMK_TRAY_QUIT                ? "quit" :
						     NULL;
	const char *spec = id >= PMK_TRAY_FOREIGN ? spec_of(t, id) : NULL;
	int err = 0;

	if (spec)
		err = pmk_tray_order(t, "backdrop", spec, NULL);
	else if (command)
		err = pmk_tray_order(t, command, NULL, NULL);
	if (err)
		pmk_warn("the menu's order was not carried out: %s", strerror(-err));
}
