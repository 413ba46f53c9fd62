/* SPDX-License-Identifier: MIT */
#include "core/outputs/outputs.h"

#include "base/log.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* An output and the state of its thread. */
struct member {
	struct pmk_output *output;
	struct pmk_outputs *all;
	bool finishes; /* a video file, whose end is worth waiting for; const after create */
	int first; /* index of its first output; const after create */
	bool ended; /* under the lock below */
};

struct pmk_outputs {
	struct pmk_outputs_settings settings; /* const after create, like what follows */
	char (*names)[sizeof((struct pmk_sink *)0)->name];
	int member_count;

	pthread_mutex_t lock; /* protects what follows */
	int left; /* how many have not ended */

	struct member members[]; /* const after create, except for `ended` */
};

/* --- what outputs tell [output threads] --- */

static void end_member(struct member *member, int error)
{
	struct pmk_outputs *o = member->all;
	bool last;

	pthread_mutex_lock(&o->lock);
	o->left -= !member->ended;
	last = !member->ended && !o->left;
	member->ended = true;
	pthread_mutex_unlock(&o->lock);
	if (last)
		o->settings.ended(o->settings.user, error);
}

static void heard(void *user, enum pmk_output_event event, int error)
{
	struct member *member = user;
	struct pmk_outputs *o = member->all;
	bool of_state;

	if (event == PMK_OUTPUT_LOST && error == -ECANCELED) /* nobody needs more of it */
		event = PMK_OUTPUT_DONE;
	of_state = event == PMK_OUTPUT_LIVE || event == PMK_OUTPUT_COVERED;

	if (event != PMK_OUTPUT_DONE && (!of_state || member == &o->members[0]))
		o->settings.tell(o->settings.user, event, error);
	if (event == PMK_OUTPUT_DONE || event == PMK_OUTPUT_LOST)
		end_member(member, event == PMK_OUTPUT_LOST ? error : 0);
}

/* --- main thread --- */

static int open_sinks(
	struct pmk_outputs *o, struct pmk_port *ports, const char *const *specs, int count, struct pmk_shown *cover)
{
	struct pmk_sink_setup setup = o->settings.setup;
	int left_out = 0;

	for (int i = 0; i < count; i++) {
		int err;

		setup.optional = o->settings.optional && o->settings.optional[i];
		err = pmk_sink_open(specs[i], &setup, cover, &ports[i].sink);
		ports[i].spec = specs[i];
		ports[i].index = i;
		if (err && !(setup.optional && err == -EBUSY))
			return err;
		if (err)
			left_out++;
		snprintf(o->names[i], sizeof o->names[i], "%s", err ? specs[i] : ports[i].sink->name);
	}
	if (left_out == count)
		pmk_error("none of the virtual cameras can be used now");
	return left_out == count ? -EBUSY : 0;
}

/* Move virtual cameras to the front and keep the order of the others. Returns the number of virtual cameras. */
static int sort_ports(struct pmk_port *ports, int count)
{
	int live = 0;

	for (int i = 0; i < count; i++) {
		struct pmk_port port = ports[i];

		if (!pmk_port_is_live(&port))
			continue;
		memmove(&ports[live + 1], &ports[live], (size_t)(i - live) * sizeof *ports);
		ports[live++] = port;
	}
	return live;
}

/* Moves the sinks out of `ports`; they stay there on failure. */
static int add_member(struct pmk_outputs *o, struct pmk_port *ports, int count, bool on_demand, struct pmk_shown *cover)
{
	struct member *member = &o->members[o->member_count];
	struct pmk_output_settings settings = { .setup = o->settings.setup,
		.frames = o->settings.frames,
		.on_demand = on_demand,
		.tell = heard,
		.user = member };
	int err;

	*member = (struct member){
		.all = o, .finishes = ports[0].sink && ports[0].sink->finishes, .first = ports[0].index
	};
	err = pmk_output_create(&settings, ports, count, cover, &member->output);
	if (err)
		return err;
	for (int i = 0; i < count; i++)
		ports[i].sink = NULL;
	o->left = ++o->member_count;
	return 0;
}

static int add_members(struct pmk_outputs *o, struct pmk_port *ports, int count, struct pmk_shown *cover)
{
	int live = sort_ports(ports, count), err = 0;

	if (live)
		err = add_member(o, ports, live, o->settings.on_demand && live == count, cover);
	for (int i = live; !err && i < count; i++)
		err = add_member(o, &ports[i], 1, false, cover);
	return err;
}

static void close_spoilt(struct pmk_port *ports, int count, struct pmk_shown *cover)
{
	for (int i = 0; i < count; i++) {
		if (!ports[i].sink)
			continue;
		ports[i].sink->spoilt = true;
		pmk_sink_close(ports[i].sink, cover);
	}
}

static struct pmk_outputs *allocate(const struct pmk_outputs_settings *settings, int count)
{
	struct pmk_outputs *o = calloc(1, sizeof *o + (size_t)count * sizeof o->members[0]);

	if (!o)
		return NULL;
	o->names = calloc((size_t)count, sizeof *o->names);
	if (!o->names) {
		free(o);
		return NULL;
	}
	o->settings = *settings;
	pthread_mutex_init(&o->lock, NULL);
	return o;
}

int pmk_outputs_create(const struct pmk_outputs_settings *settings, const char *const *specs, int count,
	struct pmk_shown *cover, struct pmk_outputs **outputs)
{
	struct pmk_port *ports = calloc((size_t)count, sizeof *ports);
	struct pmk_outputs *o = allocate(settings, count);
	int err = ports && o ? open_sinks(o, ports, specs, count, cover) : -ENOMEM;

	if (!err)
		err = add_members(o, ports, count, cover);
	if (err) {
		if (ports)
			close_spoilt(ports, count, cover);
		pmk_outputs_destroy(o);
	} else {
		*outputs = o;
	}
	free(ports);
	return err;
}

int pmk_outputs_start(struct pmk_outputs *o)
{
	int err = 0;

	for (int i = 0; !err && i < o->member_count; i++)
		err = pmk_output_start(o->members[i].output);
	return err;
}

void pmk_outputs_put(struct pmk_outputs *o, struct pmk_shown *shown)
{
	for (int i = 0; i < o->member_count; i++) {
		pmk_shown_ref(shown);
		pmk_output_put(o->members[i].output, shown);
	}
	pmk_shown_unref(shown);
}

void pmk_outputs_set_cover(struct pmk_outputs *o, struct pmk_shown *cover)
{
	for (int i = 0; i < o->member_count; i++)
		pmk_output_set_cover(o->members[i].output, cover);
}

void pmk_outputs_stop(struct pmk_outputs *o)
{
	for (int i = 0; i < o->member_count; i++)
		pmk_output_stop(o->members[i].output);
}

void pmk_outputs_watch(struct pmk_outputs *o, bool watch)
{
	for (int i = 0; i < o->member_count; i++)
		pmk_output_watch(o->members[i].output, watch);
}

int pmk_outputs_join(struct pmk_outputs *o, const struct timespec *until, const struct timespec *finished)
{
	int err = 0;

	for (int i = 0; i < o->member_count; i++) {
		int one = pmk_output_join(o->members[i].output, o->members[i].finishes ? finished : until);

		err = err ? err : one;
	}
	return err;
}

void pmk_outputs_destroy(struct pmk_outputs *o)
{
	if (!o)
		return;
	for (int i = 0; i < o->member_count; i++)
		pmk_output_destroy(o->members[i].output);
	pthread_mutex_destroy(&o->lock);
	free(o->names);
	free(o);
}

const char *pmk_outputs_name(const struct pmk_outputs *o, int index)
{
	return o->names[index];
}

bool pmk_outputs_has_ended(struct pmk_outputs *o, int index)
{
	bool ended = false;

	pthread_mutex_lock(&o->lock);
	for (int i = 0; i < o->member_count; i++)
		ended |= o->members[i].first == index && o->members[i].ended;
	pthread_mutex_unlock(&o->lock);
	return ended;
}

struct pmk_output_figures pmk_outputs_figures(struct pmk_outputs *o)
{
	return pmk_output_figures(o->members[0].output);
}

struct pmk_shown *pmk_outputs_shown(struct pmk_outputs *o)
{
	return pmk_output_shown(o->members[0].output);
}

bool pmk_outputs_hang(struct pmk_outputs *o, uint64_t now_ns)
{
	for (int i = 0; i < o->member_count; i++) {
		if (pmk_output_hangs(o->members[i].output, now_ns))
			return true;
	}
	return false;
}
