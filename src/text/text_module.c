/* SPDX-License-Identifier: MIT */
#include "text/text_module.h"

#include "base/log.h"
#include "module/module.h"

#include <errno.h>
#include <pthread.h>

static struct {
	pthread_mutex_t lock;
	const struct pmk_text_module *loaded; /* NULL: not yet; it stays loaded */
} module = { .lock = PTHREAD_MUTEX_INITIALIZER };

static const struct pmk_text_module *load(char reason[PMK_MODULE_REASON], enum pmk_cure *cure)
{
	const struct pmk_text_module *loaded;

	pthread_mutex_lock(&module.lock);
	if (!module.loaded)
		module.loaded = pmk_module_load(
			PMK_TEXT_MODULE_FILE, "pmk_text_module", PMK_TEXT_INTERFACE, reason, cure);
	loaded = module.loaded;
	pthread_mutex_unlock(&module.lock);
	return loaded;
}

int pmk_caption_draw(const struct pmk_caption *caption, struct pmk_sheet *sheet, struct pmk_rect *plate)
{
	char reason[PMK_MODULE_REASON];
	enum pmk_cure cure;
	const struct pmk_text_module *loaded = load(reason, &cure);
	int err = loaded ? loaded->caption_draw(caption, sheet, plate) : pmk_module_error(cure);

	if (!loaded)
		pmk_log(PMK_LOG_ERROR, cure, "caption",
			"a name tag needs the module " PMK_TEXT_MODULE_FILE ", which %s", reason);
	if (err == -ENOENT)
		pmk_error_cure(PMK_CURE_INSTALL_FONT, "a name tag needs a font, and there is none");
	return err;
}

int pmk_caption_try(void)
{
	const struct pmk_caption caption = { .text = "A" };
	char reason[PMK_MODULE_REASON];
	enum pmk_cure cure;
	const struct pmk_text_module *loaded = load(reason, &cure);
	struct pmk_sheet sheet;
	struct pmk_rect plate;
	int err = loaded ? pmk_sheet_alloc(&sheet, 64, 36) : pmk_module_error(cure);

	if (err)
		return err;
	err = loaded->caption_draw(&caption, &sheet, &plate);
	pmk_sheet_free(&sheet);
	return err;
}
