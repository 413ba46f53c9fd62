/* SPDX-License-Identifier: MIT */
#include "io/source_names.h"

#include "io/source.h"

#include <fnmatch.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

void pmk_source_names_get(const struct pmk_source *source, const char *spec, struct pmk_source_names *names)
{
	const struct pmk_source_place *place = &source->place;

	*names = (struct pmk_source_names){ 0 };
	if (source->node[0])
		snprintf(names->spec, sizeof names->spec, "pipewire:%s", source->node);
	else
		snprintf(names->spec, sizeof names->spec, "%s", place->path[0] ? place->path : spec);
	snprintf(names->title, sizeof names->title, "%s", source->title[0] ? source->title : place->card);
	snprintf(names->id, sizeof names->id, "%s", source->node[0] ? source->node : place->bus);
}

bool pmk_source_names_equal(const struct pmk_source_names *a, const struct pmk_source_names *b)
{
	return strcmp(a->spec, b->spec) == 0 && strcmp(a->title, b->title) == 0 && strcmp(a->id, b->id) == 0;
}

static bool fits(const char *name, const char *pattern)
{
	return name[0] && (strcasecmp(name, pattern) == 0 || fnmatch(pattern, name, FNM_NOESCAPE | FNM_CASEFOLD) == 0);
}

bool pmk_source_names_fit(const struct pmk_source_names *names, const char *pattern)
{
	return fits(names->spec, pattern) || fits(names->title, pattern) || fits(names->id, pattern);
}
