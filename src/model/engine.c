/* SPDX-License-Identifier: MIT */
#include "model/engine_impl.h"

#include "base/log.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static const struct {
	const char *name;
	pmk_engine_maker *create; /* NULL: not built in */
} engines[] = {
	[PMK_ENGINE_AUTO] = { "auto", pmk_engine_create_own },
	[PMK_ENGINE_OWN] = { "own", pmk_engine_create_own },
#ifdef PMK_HAVE_XNNPACK
	[PMK_ENGINE_XNNPACK] = { "xnnpack", pmk_engine_create_xnnpack },
#else
	[PMK_ENGINE_XNNPACK] = { "xnnpack", NULL },
#endif
};

int pmk_engine_kind_parse(const char *name, enum pmk_engine_kind *kind)
{
	for (int i = PMK_ENGINE_AUTO; i <= PMK_ENGINE_XNNPACK; i++) {
		if (strcmp(name, engines[i].name) == 0) {
			*kind = (enum pmk_engine_kind)i;
			return 0;
		}
	}
	return -EINVAL;
}

bool pmk_engine_is_built(enum pmk_engine_kind kind)
{
	return engines[kind].create;
}

int pmk_engine_threads(int asked)
{
	int cores = (int)sysconf(_SC_NPROCESSORS_ONLN);

	return asked == 0 || asked > cores ? cores : asked;
}

int pmk_engine_create(const struct pmk_graph *graph, enum pmk_engine_kind kind, int threads, struct pmk_engine **engine)
{
	const char *lacks = "this program was built without it", *first;
	int err = engines[kind].create ? engines[kind].create(graph, threads, engine, &lacks) : -ENOTSUP;

	if (err == -ENOTSUP && kind == PMK_ENGINE_AUTO && pmk_engine_is_built(PMK_ENGINE_XNNPACK)) {
		first = lacks;
		err = engines[PMK_ENGINE_XNNPACK].create(graph, threads, engine, &lacks);
		if (err == 0)
			pmk_debug("XNNPACK runs the network: our own engine cannot (%s)", first);
	}
	if (err == -ENOTSUP)
		pmk_error("engine %s cannot run this network: %s", engines[kind].name, lacks);
	return err;
}

void pmk_engine_destroy(struct pmk_engine *engine)
{
	if (engine)
		engine->destroy(engine);
}

float *pmk_engine_input(struct pmk_engine *engine)
{
	return engine->input;
}

const float *pmk_engine_output(const struct pmk_engine *engine)
{
	return engine->output;
}

int pmk_engine_run(struct pmk_engine *engine)
{
	return engine->run(engine);
}

const char *pmk_engine_name(const struct pmk_engine *engine)
{
	return engine->name;
}
