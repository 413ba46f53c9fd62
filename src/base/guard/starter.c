/* SPDX-License-Identifier: MIT */
#include "base/guard/starter.h"

#include "base/guard/starter_parts.h"
#include "base/reap.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

static const uint64_t PATIENCE_NS = 5 * PMK_S_NS; /* for an answer */
static const uint64_t END_NS = PMK_S_NS; /* once the program ends, for MOST_LATE answers; then for none */

enum {
	LOOK_MS = 20, /* meanwhile, whether the program ends */
	MOST_LATE = 2,
};

static struct {
	pthread_mutex_t lock; /* one order at a time */
	int keeper, socket; /* to the keeper; to the starter, -1: there is none yet */
	pid_t keeper_pid;
	bool asked; /* the keeper's answer is yet to come */
	atomic_bool ends; /* the program */
	int late; /* answers that did not come since then */
	pid_t owner; /* the process that has them; 0: none. One that was forked from it has none. */
} starter = { .lock = PTHREAD_MUTEX_INITIALIZER, .socket = -1 };

static uint64_t patience_ns(void)
{
	if (!atomic_load(&starter.ends))
		return PATIENCE_NS;
	return starter.late < MOST_LATE ? END_NS : 0;
}

/* Receive an answer. -ETIME: none came. `look`: do no more than look. */
static int await(int socket, struct pmk_order *order, int *fd, bool look)
{
	struct pollfd ready = { .fd = socket, .events = POLLIN };
	uint64_t begin = pmk_clock_now_ns();
	int count;

	do
		count = poll(&ready, 1, LOOK_MS);
	while (count <= 0 && !look && pmk_clock_now_ns() - begin < patience_ns());
	if (count > 0)
		return pmk_order_receive(socket, order, fd);
	starter.late += atomic_load(&starter.ends);
	return -ETIME;
}

static void let_starter_go(void)
{
	if (starter.socket >= 0)
		close(starter.socket);
	starter.socket = -1;
}

/* Have the keeper make a starter, and kill the one before. A keeper that did not answer once is not waited for again,
 * until it does. */
static int renew(void)
{
	struct pmk_order order = { 0 };
	bool look = starter.asked;
	int fd = -1, err = 0;

	let_starter_go();
	if (!starter.asked)
		err = pmk_order_send(starter.keeper, &order, -1);
	starter.asked = !err;
	if (!err)
		err = await(starter.keeper, &order, &fd, look);
	starter.asked = err == -ETIME;
	if (!err)
		err = order.result;
	if (!err && fd < 0)
		err = -EMFILE;
	if (!err)
		starter.socket = fd;
	return err;
}

int pmk_starter_create(const pmk_start_act acts[PMK_STARTS])
{
	int err;

	starter.owner = getpid();
	err = pmk_keeper_fork(acts, &starter.keeper, &starter.keeper_pid);
	if (!err) {
		err = renew();
		if (err)
			close(starter.keeper);
	}
	starter.owner = err ? 0 : starter.owner;
	return err;
}

int pmk_starter_end_fd(void)
{
	return pmk_starter_is_there() ? starter.keeper : -1;
}

void pmk_starter_tidy(void)
{
	(void)!pmk_reap(starter.keeper_pid, PMK_S_NS);
}

pid_t pmk_starter_owner(void)
{
	return starter.owner;
}

bool pmk_starter_is_there(void)
{
	return starter.owner && starter.owner == getpid();
}

static int ask_once(struct pmk_order *order, int *fd)
{
	int err = -EPIPE;

	if (starter.socket >= 0)
		err = pmk_order_send(starter.socket, order, -1);
	if (err) { /* it was killed, and has not seen the order */
		err = renew();
		if (!err)
			err = pmk_order_send(starter.socket, order, -1);
	}
	if (!err)
		err = await(starter.socket, order, fd, false);
	if (err)
		let_starter_go();
	return err;
}

/* Whether an order may be done twice, as by a starter that was killed before it answered. */
static bool may_come_again(int32_t what)
{
	return what != PMK_START_BROWSER && what != PMK_START_OWN_RENAME && what != PMK_START_OWN_REMOVE;
}

static int ask(struct pmk_order *order, int *fd)
{
	const struct pmk_order asked = *order;
	int err;

	pthread_mutex_lock(&starter.lock);
	err = ask_once(order, fd);
	if ((err == -EPIPE || err == -ETIME) && may_come_again(asked.what)) {
		*order = asked;
		err = ask_once(order, fd);
	}
	pthread_mutex_unlock(&starter.lock);
	return err ? err : order->result;
}

void pmk_starter_end_soon(void)
{
	atomic_store(&starter.ends, true);
}

int pmk_starter_do(struct pmk_order *order, pmk_start_act direct, int *fd)
{
	*fd = -1;
	return pmk_starter_is_there() ? ask(order, fd) : direct(order, fd);
}

const char *pmk_starter_reason(int err)
{
	return err == -EPIPE  ? "potemkin's helper process was killed" :
		err == -ETIME ? "potemkin's helper process does not answer" :
				strerror(-err);
}

enum pmk_cure pmk_starter_cure(int err)
{
	return err == -EPIPE || err == -ETIME ? PMK_CURE_START_AGAIN : PMK_CURE_NONE;
}

int pmk_starter_open(struct pmk_order *order, pmk_start_act direct)
{
	int fd, err = pmk_starter_do(order, direct, &fd);

	if (err)
		return err;
	return fd < 0 ? -EMFILE : fd;
}

int pmk_starter_end(pid_t pid, uint64_t patience_ns)
{
	struct pmk_order order = { .what = PMK_ORDER_END, .number = pid, .result = (int32_t)(patience_ns / PMK_MS_NS) };
	int fd;

	return pmk_starter_is_there() ? ask(&order, &fd) : pmk_reap_or_kill(pid, patience_ns);
}
