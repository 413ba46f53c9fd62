/* SPDX-License-Identifier: MIT */
/* The questions in the filter's window, and the library's settings that the answers mean. Backdrop, blur, edge and
 * smoothing come first; all other settings of a scene are asked for as the library describes them, in a group that can
 * be switched off, and then they are as if nobody had set them.
 *
 * In OBS's data, a setting has its own name. "backdrop" holds what the setting takes, or "blur", which goes with the
 * number "blur"; "file", with the path "backdrop_file"; "other", with the text "backdrop_other". Edge is "feather", in
 * which 0 is automatic.
 *
 * Any thread. */
#ifndef PMK_PLUGINS_OBS_FORM_H
#define PMK_PLUGINS_OBS_FORM_H

#include <obs.h>
#include <potemkin/potemkin.h>

enum { PMK_OBS_SETTINGS = 128 };

/* Settings to make a scene with; the values are its own. All zeros: none. */
struct pmk_obs_wish {
	size_t count;
	struct potemkin_setting settings[PMK_OBS_SETTINGS];
};

obs_properties_t *pmk_obs_ask(void);
void pmk_obs_defaults(obs_data_t *data);

void pmk_obs_wish_read(obs_data_t *data, struct pmk_obs_wish *wish);
void pmk_obs_wish_copy(const struct pmk_obs_wish *from, struct pmk_obs_wish *to);
void pmk_obs_wish_free(struct pmk_obs_wish *wish);
bool pmk_obs_wish_equal(const struct pmk_obs_wish *a, const struct pmk_obs_wish *b);
/* The value of a setting; NULL: it is not among them. */
const char *pmk_obs_wish_value(const struct pmk_obs_wish *wish, const char *name);

#endif
