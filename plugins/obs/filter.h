/* SPDX-License-Identifier: MIT */
/* The filter for OBS: of each frame of an asynchronous source (cameras, media), the person is kept and the room
 * replaced, in the frame's own format and colours.
 *
 * The one rule: no frame leaves filter_video with the room in it. While there is no scene yet, frames are black; when
 * settings are refused or a format cannot be read, they are the backdrop alone.
 *
 * A media source also shows pictures past its filters (its first one, and where a paused one is moved to), and a frame
 * has no alpha to be transparent with. In these cases, and for the first few frames of any source, the filter draws a
 * picture of its own, of the source pmk_obs_picture_info, in place of what the source shows.
 *
 * Threads: OBS's graphics thread filters, draws and gets new settings. A worker of each filter makes and changes its
 * scene, which reads files; meanwhile frames go on with the scene as it was. */
#ifndef PMK_PLUGINS_OBS_FILTER_H
#define PMK_PLUGINS_OBS_FILTER_H

#include <obs.h>

extern const struct obs_source_info pmk_obs_filter_info, pmk_obs_picture_info;

#endif
