/* SPDX-License-Identifier: MIT */
#include "core/exit_code.h"

#include <errno.h>
#include <string.h>

enum pmk_exit pmk_exit_of(enum pmk_part part, int error, const char *camera)
{
	if (error == 0)
		return PMK_EXIT_OK;
	if (error == -EBUSY)
		return PMK_EXIT_BUSY;
	if (error == -ENOPKG) /* files cannot be read or written here */
		return PMK_EXIT_INPUT;
	if (error == -ENOMEM || error == -ECHILD || part == PMK_PART_NONE)
		return PMK_EXIT_INTERNAL;
	if (part == PMK_PART_SCENE)
		return error == -EAGAIN ? PMK_EXIT_INTERNAL : PMK_EXIT_INPUT;
	if (error == -EINVAL && part != PMK_PART_OUTPUT && strncmp(camera, "file:", 5) != 0)
		return PMK_EXIT_USAGE;
	if (part == PMK_PART_CAMERA)
		return strncmp(camera, "file:", 5) == 0 ? PMK_EXIT_INPUT : PMK_EXIT_NO_CAMERA;
	return error == -EINVAL ? PMK_EXIT_USAGE : PMK_EXIT_NO_OUTPUT;
}
