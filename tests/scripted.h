/* SPDX-License-Identifier: MIT */
/* A live pipeline between a scripted camera and two outputs that check every picture. A test that links scripted_io.c
 * gets its pmk_source_* and pmk_sink_* in place of io's. It also runs under the thread sanitizer.
 *
 * The one rule: each test starts a pipeline with start or start_with, ends it with stop, and has clear_up as its
 * teardown. */
#ifndef PMK_TESTS_SCRIPTED_H
#define PMK_TESTS_SCRIPTED_H

#include "unit.h"

#include "base/clock.h"
#include "core/pipeline.h"

#include <pthread.h>
#include <stdatomic.h>

/* Wait until the condition holds, with a generous limit: on a busy machine any thread may be stopped for long. */
#define wait_until(condition) \
	do { \
		uint64_t wait_end_ns = pmk_clock_now_ns() + 60 * PMK_S_NS; \
		while (!(condition)) { \
			assert_true(pmk_clock_now_ns() < wait_end_ns); \
			pmk_clock_sleep_until(pmk_clock_now_ns() + 2 * PMK_MS_NS); \
		} \
	} while (0)

/* --- the camera: a room of one glaring colour, nobody in it --- */

/* OLD: pictures taken long ago; NO_SIGNAL: STALL that says why */
enum camera_mode { DELIVER, STALL, LOSE, END, HANG, OLD, NO_SIGNAL };

bool opened_by(const char *spec); /* the last time */
void name_camera(const char *title); /* of the next one that is opened; "" at the start */
/* camera_drops: frames lost between two pictures */
extern atomic_int camera_mode, camera_opens, cameras_open, open_failures, camera_width, camera_drops;
extern atomic_ullong opened_ns[8]; /* when it was opened, for the first few times */
extern atomic_ullong given_ns; /* capture time of the last picture that it gave */
/* the mode that the last read saw when it began; a read that began earlier may still give a picture */
extern atomic_int heard_mode;

/* --- the scene --- */

extern atomic_bool scene_blocks; /* making a picture does not end */
extern atomic_bool scene_is_blocked; /* one is being made now, and does not end */

/* --- figures --- */

/* called by the thread that is about to sort durations; NULL: nothing */
extern void (*_Atomic while_sorting)(void);

/* --- the outputs: "a" and "b"; "a!" and "b!" are virtual cameras --- */

struct output {
	struct pmk_sink base;
	bool open, opened_covered, closed_covered;
	int written, covers, rests, opens, fail_after, failing_rests; /* fail_after: 0 is never */
	int held; /* so many openings fail, because another program holds it */
	int covers_in_a_row; /* now */
	bool last_is_cover, last_is_marked, leaked, wrong_layout;
	int last_luma; /* of the first pixel, which shows the backdrop */
	int marks; /* covers with words on them */
	/* capture time of the last composed picture; the shortest time from a capture to a cover */
	uint64_t taken_ns, least_ns;
};

extern pthread_mutex_t output_lock; /* protects the outputs */
extern struct output outputs[2];
extern atomic_int watch; /* what they answer when asked who watches */
extern atomic_bool others_block; /* writes to outputs that are not live do not return */
extern atomic_bool one_blocks; /* one of them is blocked now */
/* how often they were asked; the watch_fd works only if broken_fd is -1 */
extern atomic_int looks, broken_fd;

struct output seen(int index); /* a copy of the present state */
void fail_after(int index, int count);

/* --- the pipeline --- */

extern char network[64]; /* its model */
extern double cpu_limit; /* of the pipelines that the tests start */
extern bool outputs_are_optional;
/* struct pmk_pipeline_settings.settle of theirs */
extern int (*settles)(void *user, const struct pmk_source_names *camera, struct pmk_pipeline_settings *wanted);
extern int held_by_another[2]; /* outputs[].held at the start */
extern int drops; /* frames that their cameras drop between two pictures */
extern pmk_log_sink *listener; /* gets their log lines from the start; NULL: nobody */
extern struct pmk_pipeline_settings started; /* what the last pipeline was started with */
extern struct pmk_pipeline *running; /* what a failed test leaves behind */

int write_network(void **state); /* the setup and the teardown of a whole group */
int remove_network(void **state);
extern char runtime[]; /* XDG_RUNTIME_DIR of a group that is steered */
int make_runtime(void **state); /* with the network; the setup and the teardown of such a group */
int remove_runtime(void **state);

struct pmk_pipeline *start_with(const char *first, const char *second, uint64_t frames, bool on_demand);
/* its outputs cannot tell who watches */
struct pmk_pipeline *start(const char *first, const char *second, uint64_t frames);
/* pmk_pipeline_stop, called again if the machine is too busy */
int stop_slowly(struct pmk_pipeline *p, enum pmk_part *part);
void stop(struct pmk_pipeline *p, int error); /* also checks what must hold at the end of every run */
int clear_up(void **state); /* after each test, so that none spoils the next one */

struct pmk_pipeline_report report_of(struct pmk_pipeline *p);
enum pmk_state state_of(struct pmk_pipeline *p);
int reach(struct pmk_pipeline *p, enum pmk_state state); /* wait for a state; returns how long it took, ms */
void wait_written(int index, int count);
void wait_opens(int count);
/* Wait until all that the camera gave has been written. It gives no more, so that no late picture shows up
 * afterwards. */
void drain(int index);
bool composes_nothing(struct pmk_pipeline *p); /* while 20 frames are read */
void set_mode(enum camera_mode mode);
/* From now on the camera gives nothing, and nothing that it gave is still on its way. It stalls first: a cover that
 * says that the camera is lost would replace the last picture on its way to a slow output. */
void dry_up(enum camera_mode mode);

#endif
