/* SPDX-License-Identifier: MIT */
/* The module that OBS loads: the filter, and its texts. */
#include "obs/filter.h"

#include <obs-module.h>
#include <potemkin/potemkin.h>

OBS_DECLARE_MODULE()
OBS_MODULE_USE_DEFAULT_LOCALE("potemkin", "en-US")

MODULE_EXPORT const char *obs_module_description(void)
{
	return obs_module_text("Filter.help");
}

bool obs_module_load(void)
{
	obs_register_source(&pmk_obs_filter_info);
	obs_register_source(&pmk_obs_picture_info);
	blog(LOG_INFO, "[potemkin] libpotemkin %s", potemkin_version());
	return true;
}
