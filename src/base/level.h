/* SPDX-License-Identifier: MIT */
/* For sources that are compiled once for each level of the CPU: PMK_LEVEL names it. */
#ifndef PMK_BASE_LEVEL_H
#define PMK_BASE_LEVEL_H

#ifndef PMK_LEVEL
#define PMK_LEVEL base
#endif
#define PMK_LEVEL_PASTE2(a, b) a##_##b
#define PMK_LEVEL_PASTE(a, b) PMK_LEVEL_PASTE2(a, b)
#define LEVEL(name) PMK_LEVEL_PASTE(name, PMK_LEVEL) /* an external symbol of this level */

#endif
