/* SPDX-License-Identifier: MIT */
/* Answers of the desktop portal, or of another program in its place on the session's bus: a bus of our own, on which
 * the program asks for the cameras, answers with the input. A descriptor that is accepted is a socket, and none is left
 * open.
 *
 * The input: a byte of flags, then records: a byte of kind, a byte of length of the signature or of the error's name,
 * two bytes of length of the body, these two. The n-th record answers the n-th call: a reply, the person's answer, a
 * fault, or bytes as they are. */
#include "base/clock.h"
#include "fuzz.h"
#include "io/pipewire/portal.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum flag { OWN_HELLO = 1, ONLY_PRESENT = 2 }; /* the input answers the first call, too; no cameras are asked for */
enum kind { REPLY, RESPONSE, FAULT, RAW, KINDS, WITH_SOCKET = 16, WITH_FILE = 32 };
enum type { METHOD_RETURN = 2, ERROR, SIGNAL }; /* of the D-Bus specification, as the codes of fields are */
enum field { PATH = 1, INTERFACE, MEMBER, ERROR_NAME, REPLY_SERIAL, SENDER = 7, SIGNATURE, FDS };

enum { MOST = 1 << 16 };

/* Libsystemd 252 loses its list of descriptors, not these, when the message that they came with is malformed. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:reallocarray\n";
}

static const uint8_t *input;
static size_t input_size;
static int listening = -1;
static pthread_barrier_t turn;

struct message {
	uint8_t bytes[MOST + 4096];
	size_t size;
};

static void put(struct message *m, const void *bytes, size_t size)
{
	memcpy(m->bytes + m->size, bytes, size);
	m->size += size;
}

static void align(struct message *m, size_t to)
{
	while (m->size % to)
		m->bytes[m->size++] = 0;
}

static void put_number(struct message *m, uint32_t number)
{
	align(m, 4);
	put(m, &number, sizeof number);
}

static void begin_field(struct message *m, enum field field, char type)
{
	const uint8_t start[] = { (uint8_t)field, 1, (uint8_t)type, 0 };

	align(m, 8);
	put(m, start, sizeof start);
}

static void put_text(struct message *m, enum field field, const char *text, size_t length)
{
	uint8_t small = (uint8_t)length;

	begin_field(m, field, field == PATH ? 'o' : field == SIGNATURE ? 'g' : 's');
	if (field == SIGNATURE)
		put(m, &small, 1);
	else
		put_number(m, (uint32_t)length);
	put(m, text, length);
	put(m, "", 1);
}

static void put_string(struct message *m, enum field field, const char *text)
{
	put_text(m, field, text, strlen(text));
}

static void put_field_number(struct message *m, enum field field, uint32_t number)
{
	begin_field(m, field, 'u');
	put_number(m, number);
}

static void send_message(int to, const struct message *m, int fd)
{
	struct iovec part = { (void *)(uintptr_t)m->bytes, m->size };
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof fd)];
	} control = { .bytes = { 0 } };
	struct msghdr h = { .msg_iov = &part, .msg_iovlen = 1 };

	if (fd >= 0) {
		h.msg_control = control.bytes;
		h.msg_controllen = sizeof control.bytes;
		*CMSG_FIRSTHDR(&h) = (struct cmsghdr){ CMSG_LEN(sizeof fd), SOL_SOCKET, SCM_RIGHTS };
		memcpy(CMSG_DATA(CMSG_FIRSTHDR(&h)), &fd, sizeof fd);
	}
	if (sendmsg(to, &h, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		return; /* the program has enough of it */
}

/* `text` is the signature, or a fault's name. */
static void send_one(
	int to, int kind, uint32_t number, const uint8_t *text, size_t length, const uint8_t *body, size_t size)
{
	static const enum type types[] = { METHOD_RETURN, SIGNAL, ERROR };
	static struct message m;
	int fd = kind & WITH_SOCKET ? socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0) :
		kind & WITH_FILE    ? open("/dev/null", O_RDWR | O_CLOEXEC) :
				      -1;
	uint32_t fields;

	kind &= 3;
	m.size = 0;
	if (kind == RAW) {
		put(&m, body, size);
	} else {
		const uint8_t start[] = { 'l', (uint8_t)types[kind], 1, 1 };

		put(&m, start, sizeof start);
		put_number(&m, (uint32_t)size);
		put_number(&m, number + 100);
		put_number(&m, 0);
		put_string(&m, SENDER, ":1.9");
		if (kind != RESPONSE)
			put_field_number(&m, REPLY_SERIAL, number);
		if (kind == RESPONSE) {
			put_string(&m, PATH, "/org/freedesktop/portal/desktop/request/1_1/potemkin");
			put_string(&m, INTERFACE, "org.freedesktop.portal.Request");
			put_string(&m, MEMBER, "Response");
		}
		if (kind == FAULT)
			put_text(&m, ERROR_NAME, (const char *)text, length);
		if (kind != FAULT && length)
			put_text(&m, SIGNATURE, (const char *)text, length);
		if (fd >= 0)
			put_field_number(&m, FDS, 1);
		fields = (uint32_t)m.size - 16;
		memcpy(m.bytes + 12, &fields, sizeof fields);
		align(&m, 8);
		put(&m, body, size);
	}
	send_message(to, &m, fd);
	if (fd >= 0)
		close(fd);
}

/* Wait for the first call. Descriptors that come while the two still agree on the protocol are refused. */
static bool is_greeted(int from)
{
	char said[4096];
	size_t size = 0;

	for (;;) {
		ssize_t more = read(from, said + size, sizeof said - 1 - size);
		const char *begin;

		if (more <= 0)
			return false;
		size += (size_t)more;
		begin = memmem(said, size, "BEGIN\r\n", 7);
		if (begin && begin + 7 < said + size)
			return true;
	}
}

static void send_input(int to)
{
	static const char agreed[] = "DATA\r\nOK 0123456789abcdef0123456789abcdef\r\nAGREE_UNIX_FD\r\n";
	static const uint8_t name[] = "\4\0\0\0:1.1";
	const uint8_t *at = input + 1, *end = input + input_size;
	uint32_t calls = 1;

	if (send(to, agreed, sizeof agreed - 1, MSG_NOSIGNAL) < 0 || !is_greeted(to))
		return;
	if (!(input[0] & OWN_HELLO))
		send_one(to, REPLY, calls++, (const uint8_t *)"s", 1, name, sizeof name);
	while (end - at >= 4) {
		size_t length = at[1], size = (size_t)(at[2] | at[3] << 8);
		int kind = *at;

		at += 4;
		if (length + size > (size_t)(end - at))
			break;
		send_one(to, kind, calls, at, length, at + length, size);
		calls++; /* an answer is followed by a call that expects none */
		at += length + size;
	}
}

/* The bus: for each input, one connection. */
static void *serve(void *unused)
{
	char sink[4096];

	for (;;) {
		struct pollfd coming = { .fd = listening, .events = POLLIN };
		int to;

		while (poll(&coming, 1, -1) != 1)
			; /* accept would have a descriptor's number while it waits */
		to = accept4(listening, NULL, NULL, SOCK_CLOEXEC);
		if (to < 0)
			abort();
		send_input(to);
		shutdown(to, SHUT_WR);
		while (read(to, sink, sizeof sink) > 0)
			;
		close(to);
		pthread_barrier_wait(&turn);
	}
	return unused;
}

static void begin(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	char variable[sizeof address.sun_path + 20];
	pthread_t thread;
	int length = snprintf(address.sun_path + 1, sizeof address.sun_path - 1, "pmk-fuzz-portal-%d", (int)getpid());

	snprintf(variable, sizeof variable, "unix:abstract=%s", address.sun_path + 1);
	setenv("DBUS_SESSION_BUS_ADDRESS", variable, 1);
	listening = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(listening, (struct sockaddr *)&address, (socklen_t)(sizeof address.sun_family + 1 + (size_t)length)) ||
		listen(listening, 1) || pthread_barrier_init(&turn, NULL, 2) ||
		pthread_create(&thread, NULL, serve, NULL))
		abort();
}

static int next_descriptor(void)
{
	int fd = fcntl(0, F_DUPFD_CLOEXEC, 3);

	close(fd);
	return fd;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	int fd = -1, before, domain = 0;
	socklen_t length = sizeof domain;

	if (!size || size > MOST)
		return 0;
	if (listening < 0)
		begin();
	before = next_descriptor();
	input = bytes;
	input_size = size;
	if (bytes[0] & ONLY_PRESENT) {
		pmk_portal_has_camera();
	} else if (pmk_portal_open_cameras(pmk_clock_now_ns() + 20 * PMK_MS_NS, &fd) == 0) {
		if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &length) || domain != AF_UNIX)
			abort();
		close(fd);
	}
	pthread_barrier_wait(&turn);
	if (next_descriptor() != before)
		abort();
	return 0;
}
