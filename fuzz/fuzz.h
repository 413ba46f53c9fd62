/* SPDX-License-Identifier: MIT */
/* What libFuzzer calls in every fuzz_NAME.c; replay.c calls it in builds without libFuzzer. See fuzz/meson.build. */
#ifndef PMK_FUZZ_FUZZ_H
#define PMK_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);

/* One input of any kind. 0; what must not happen ends the process. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

#endif
