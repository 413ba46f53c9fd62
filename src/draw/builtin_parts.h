/* SPDX-License-Identifier: MIT */
/* The painters of the built-in backdrops, for builtin*.c only. Each fills the whole canvas, whatever its aspect. */
#ifndef PMK_DRAW_BUILTIN_PARTS_H
#define PMK_DRAW_BUILTIN_PARTS_H

#include "draw/paint.h"

void pmk_builtin_office(struct pmk_canvas *canvas);
void pmk_builtin_library(struct pmk_canvas *canvas);
void pmk_builtin_dusk(struct pmk_canvas *canvas);
void pmk_builtin_studio(struct pmk_canvas *canvas);
void pmk_builtin_meadow(struct pmk_canvas *canvas);

#endif
