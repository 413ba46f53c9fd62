/* SPDX-License-Identifier: MIT */
#include "lib/lib_context.h"

#include "base/log.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct potemkin_context {
	struct potemkin_context_settings settings; /* const after create */
	atomic_int users;
	pthread_mutex_t lock; /* one line at a time */
};

/* Whoever uses the library hears it by a context, and what belongs to none is for nobody. */
static void say_nothing(void *user, enum pmk_log_level level, const char *line)
{
}

__attribute__((constructor)) static void be_silent(void)
{
	pmk_log_redirect(say_nothing, NULL);
}

static void hear(void *user, enum pmk_log_level level, const char *line)
{
	potemkin_context *c = user;

	if (!c->settings.log || (int)level > (int)c->settings.log_most)
		return;
	pthread_mutex_lock(&c->lock);
	c->settings.log(c->settings.log_user, (enum potemkin_log_level)level, line);
	pthread_mutex_unlock(&c->lock);
}

const char *potemkin_version(void)
{
	return PMK_VERSION;
}

int pmk_lib_take_struct(void *to, size_t size, const void *from, size_t least)
{
	size_t theirs = 0;

	if (from)
		memcpy(&theirs, from, sizeof theirs);
	if (theirs < least) {
		pmk_error("struct_size of the settings is %zu, but must be at least %zu", theirs, least);
		return -EINVAL;
	}
	memset(to, 0, size);
	memcpy(to, from, theirs < size ? theirs : size);
	return 0;
}

int potemkin_context_create(const struct potemkin_context_settings *settings, potemkin_context **context)
{
	potemkin_context *c = calloc(1, sizeof *c);
	int err = 0;

	if (!c)
		return -ENOMEM;
	if (settings)
		err = pmk_lib_take_struct(&c->settings, sizeof c->settings, settings, sizeof(size_t));
	if (err) {
		free(c);
		return err;
	}
	pthread_mutex_init(&c->lock, NULL);
	c->users = 1;
	*context = c;
	return 0;
}

void potemkin_context_destroy(potemkin_context *context)
{
	pmk_lib_unref(context);
}

void pmk_lib_ref(potemkin_context *context)
{
	atomic_fetch_add(&context->users, 1);
}

void pmk_lib_unref(potemkin_context *context)
{
	if (!context || atomic_fetch_sub(&context->users, 1) != 1)
		return;
	pthread_mutex_destroy(&context->lock);
	free(context);
}

void pmk_lib_listen(potemkin_context *context)
{
	pmk_log_listen(hear, context);
}

void pmk_lib_leave(void)
{
	pmk_log_listen(NULL, NULL);
}
