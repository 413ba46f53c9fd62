/* SPDX-License-Identifier: MIT */
/* The painters of the built-in backdrops, for draw/builtin.c and this folder only. Each fills the whole canvas,
 * whatever its aspect, with a picture that is developed (lens.h). 0 or -ENOMEM. */
#ifndef PMK_DRAW_SCENERY_SCENERY_PARTS_H
#define PMK_DRAW_SCENERY_SCENERY_PARTS_H

#include "draw/scenery/lens.h"

typedef int pmk_painter(struct pmk_canvas *canvas);

pmk_painter pmk_scenery_office, pmk_scenery_library, pmk_scenery_lamp; /* rooms */
pmk_painter pmk_scenery_dusk, pmk_scenery_meadow, pmk_scenery_mountains; /* views */
pmk_painter pmk_scenery_lights, pmk_scenery_forest; /* bokeh */
pmk_painter pmk_scenery_plaster, pmk_scenery_brick, pmk_scenery_studio; /* walls */

#endif
