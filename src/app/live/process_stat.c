/* SPDX-License-Identifier: MIT */
#include "app/live/process_stat.h"

#include <stdio.h>

struct pmk_process_stat pmk_process_stat(pid_t pid)
{
	struct pmk_process_stat stat = { 0 };
	char path[40];
	FILE *file;

	snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	file = pid > 0 ? fopen(path, "re") : NULL;
	if (!file)
		return stat;
	if (fscanf(file, "%*d (%*[^)]) %c %d", &stat.state, &stat.parent) != 2)
		stat = (struct pmk_process_stat){ 0 };
	fclose(file);
	return stat;
}
