/* SPDX-License-Identifier: MIT */
/* A USB webcam without hardware, for the uvcvideo driver of the kernel.
 *
 * It attaches itself to vhci_hcd, the kernel's end of USB/IP, through a socket pair, so that it needs neither a server
 * nor a network: Documentation/usb/usbip_protocol.rst. It is a camera of UVC 1.1 with one bulk endpoint, which gives
 * YUY2, and MJPEG if it is given pictures.
 *
 *	modprobe vhci-hcd uvcvideo; mkfifo fifo; vm_uvcam fifo [FILE.mjpg]
 *
 * FILE holds JPEGs of 320x240, one behind the other. Each line on the FIFO is a word and perhaps a number:
 *	unplug, plug	the camera goes at once, and comes back
 *	freeze		no more pictures come; the bus is alive
 *	dead		nothing on the bulk endpoint is answered any more
 *	refuse		the stream cannot be started
 *	go		the end of these three
 *	stall		the bulk endpoint stalls once
 *	truncate N	the next N pictures end at two thirds
 *	corrupt N	the next N pictures have wrong bytes */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define VHCI "/sys/devices/platform/vhci_hcd.0/"

enum { SUBMIT = 1, UNLINK = 2, SUBMITTED = 3, UNLINKED = 4 }; /* USB/IP's commands and their answers */
enum { ENDPOINT = 1, PAYLOAD = 16384, HIGH_SPEED = 3, MOST_URBS = 64, SETTINGS = 34, SIZES = 2 };
enum { PROBE = 0x0100, COMMIT = 0x0200 }; /* controls of the streaming interface */
enum { SET_CUR = 0x01, GET_CUR = 0x81, GET_MIN = 0x82, GET_MAX = 0x83, GET_LEN = 0x85, GET_INFO = 0x86 };

static const struct {
	int width, height;
	uint32_t slow, fast; /* the time of a picture, in units of 100 ns */
} sizes[SIZES] = { { 320, 240, 2000000, 1000000 }, { 160, 120, 2000000, 666666 } };

struct urb {
	uint32_t number, length;
};

static struct {
	int socket;
	struct urb urbs[MOST_URBS]; /* those that wait for data */
	int urb_count;
	uint8_t probe[SETTINGS], commit[SETTINGS];
	bool streams;
} usb = { .socket = -1 };

static struct {
	const uint8_t *jpegs; /* NULL: YUY2 only */
	size_t jpegs_size, jpeg_at;
	uint8_t frame[1 << 20];
	size_t size, at; /* of the picture that is being sent */
	unsigned count;
	uint64_t next_ns;
} film;

static struct {
	bool frozen, dead, refuses, stalls;
	int truncated, corrupt; /* how many of the next pictures are */
} fault;

static uint8_t configuration[512];
static int configuration_size;

static void die(const char *what)
{
	fprintf(stderr, "uvcam: %s: %s\n", what, strerror(errno));
	exit(1);
}

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void put32(uint8_t *to, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		to[i] = (uint8_t)(value >> 8 * i);
}

static uint32_t get32(const uint8_t *from)
{
	return from[0] | (uint32_t)from[1] << 8 | (uint32_t)from[2] << 16 | (uint32_t)from[3] << 24;
}

/* --- descriptors: USB 2.0, chapter 9; UVC 1.1, chapter 3 --- */

#define WORD(v) (int)((v)&255), (int)((v) >> 8 & 255)
#define LONG(v) WORD(v), WORD((v) >> 16)

static uint32_t picture_bytes(int size)
{
	return (uint32_t)sizes[size].width * (uint32_t)sizes[size].height * 2;
}

static int formats(void)
{
	return film.jpegs ? 2 : 1;
}

static bool is_jpeg(const uint8_t *settings)
{
	return film.jpegs && settings[2] == 1;
}

/* The first byte of a descriptor is its length. */
static void add(int length, ...)
{
	va_list list;

	va_start(list, length);
	configuration[configuration_size++] = (uint8_t)length;
	for (int i = 1; i < length; i++)
		configuration[configuration_size++] = (uint8_t)va_arg(list, int);
	va_end(list);
}

static void add_sizes(int kind)
{
	for (int i = 0; i < SIZES; i++) {
		uint32_t bits = picture_bytes(i) * 8 * 5;

		add(34, 0x24, kind, i + 1, 0, WORD(sizes[i].width), WORD(sizes[i].height), LONG(bits), LONG(bits * 3),
			LONG(picture_bytes(i)), LONG(sizes[i].fast), 2, LONG(sizes[i].fast), LONG(sizes[i].slow));
	}
}

/* Put the size of what began at `from` into its header. */
static void set_total(int from, int at)
{
	configuration[from + at] = (uint8_t)(configuration_size - from);
	configuration[from + at + 1] = (uint8_t)((configuration_size - from) >> 8);
}

static void describe(void)
{
	int from;

	add(9, 2, 0, 0, 2, 1, 0, 0x80, 250);
	add(8, 0x0b, 0, 2, 0x0e, 3, 0, 0); /* both interfaces are one function */
	add(9, 4, 0, 0, 0, 0x0e, 1, 0, 0); /* control: a camera, and what goes to USB */
	from = configuration_size;
	add(13, 0x24, 1, WORD(0x0110), WORD(0), LONG(6000000), 1, 1);
	add(18, 0x24, 2, 1, WORD(0x0201), 0, 0, WORD(0), WORD(0), WORD(0), 3, 0, 0, 0);
	add(9, 0x24, 3, 3, WORD(0x0101), 0, 1, 0);
	set_total(from, 5);
	add(9, 4, 1, 0, 1, 0x0e, 2, 0, 0); /* streaming: the formats and their sizes */
	from = configuration_size;
	if (film.jpegs)
		add(15, 0x24, 1, 2, WORD(0), 0x80 | ENDPOINT, 0, 3, 0, 0, 0, 1, 0, 0);
	else
		add(14, 0x24, 1, 1, WORD(0), 0x80 | ENDPOINT, 0, 3, 0, 0, 0, 1, 0);
	if (film.jpegs) {
		add(11, 0x24, 6, 1, SIZES, 1, 1, 0, 0, 0, 0);
		add_sizes(7);
		add(6, 0x24, 0x0d, 1, 1, 4);
	}
	add(27, 0x24, 4, formats(), SIZES, 'Y', 'U', 'Y', '2', 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71, 16,
		1, 0, 0, 0, 0);
	add_sizes(5);
	add(6, 0x24, 0x0d, 1, 1, 4);
	set_total(from, 4);
	add(7, 5, 0x80 | ENDPOINT, 2, WORD(512), 0);
	set_total(0, 2);
}

static int string_of(int index, uint8_t *to)
{
	static const char *const strings[] = { "potemkin", "USB test camera", "0001" };
	const char *text;
	int length;

	if (index < 1 || index > 3) {
		memcpy(to, "\4\3\x09\x04", 4);
		return 4;
	}
	text = strings[index - 1];
	length = (int)strlen(text);
	for (int i = 0; i < length; i++)
		to[2 + 2 * i] = (uint8_t)text[i];
	to[0] = (uint8_t)(2 + 2 * length);
	to[1] = 3;
	return to[0];
}

/* --- control requests --- */

/* Make settings that the host proposes possible. UVC 1.1, table 4-47. */
static void settle(uint8_t *s)
{
	uint32_t time = get32(s + 4);
	int size;

	s[2] = s[2] < 1 || s[2] > formats() ? 1 : s[2];
	s[3] = s[3] < 1 || s[3] > SIZES ? 1 : s[3];
	size = s[3] - 1;
	put32(s + 4, time >= sizes[size].slow ? sizes[size].slow : sizes[size].fast);
	put32(s + 18, picture_bytes(size));
	put32(s + 22, PAYLOAD);
	put32(s + 26, 6000000);
	s[30] = 3;
}

static void stream(bool on)
{
	usb.streams = on;
	film.at = film.size = 0;
	film.next_ns = now_ns();
}

static int describe_to(int kind, int index, uint8_t *to)
{
	static const uint8_t device[] = { 18, 1, 0, 2, 0xef, 2, 1, 64, 0x09, 0x12, 1, 0, 0, 1, 1, 2, 3, 1 };
	static const uint8_t qualifier[] = { 10, 6, 0, 2, 0xef, 2, 1, 64, 1, 0 };

	switch (kind) {
	case 1:
		memcpy(to, device, sizeof device);
		return sizeof device;
	case 2:
		memcpy(to, configuration, (size_t)configuration_size);
		return configuration_size;
	case 3:
		return string_of(index, to);
	case 6:
		memcpy(to, qualifier, sizeof qualifier);
		return sizeof qualifier;
	default:
		return -1;
	}
}

static int get_settings(int request, const uint8_t *from, uint8_t *to)
{
	int size = (from[3] ? from[3] : 1) - 1;

	if (request == GET_LEN || request == GET_INFO) {
		to[0] = request == GET_LEN ? SETTINGS : 3;
		return request == GET_LEN ? 2 : 1;
	}
	memcpy(to, from, SETTINGS);
	if (request == GET_MIN || request == GET_MAX)
		put32(to + 4, request == GET_MIN ? sizes[size].fast : sizes[size].slow);
	settle(to);
	return SETTINGS;
}

static int set_settings(int control, const uint8_t *data, int length)
{
	uint8_t *settings = control == PROBE ? usb.probe : usb.commit;

	if (control == COMMIT && fault.refuses)
		return -1;
	memcpy(settings, data, (size_t)(length < SETTINGS ? length : SETTINGS));
	settle(settings);
	if (control == COMMIT)
		stream(true);
	return 0;
}

/* Bytes of the answer, or -1: the endpoint stalls. */
static int answer(const uint8_t *setup, const uint8_t *data, int length, uint8_t *to)
{
	int type = setup[0], request = setup[1], value = setup[2] | setup[3] << 8, interface = setup[4];
	bool of_stream = interface == 1 && (value == PROBE || value == COMMIT);

	if (type == 0x80 && request == 6)
		return describe_to(value >> 8, value & 255, to);
	if ((type & 0x9f) == 0x80 || (type & 0x9f) == 0x81) { /* status, configuration, setting */
		if ((type & 0x60) == 0) {
			to[0] = request == 8;
			return request == 0 ? 2 : 1;
		}
	}
	if (type == 0x02 && request == 1 && usb.streams)
		stream(false); /* CLEAR_FEATURE(HALT) is how a host ends a bulk stream */
	if (type == 0x00 || type == 0x01 || type == 0x02)
		return 0;
	if (type == 0xa1 && of_stream)
		return get_settings(request, value == PROBE ? usb.probe : usb.commit, to);
	if (type == 0x21 && of_stream)
		return set_settings(value, data, length);
	if (type == 0xa1 && interface == 0)
		return 1; /* the last error: none */
	return -1;
}

/* --- pictures --- */

static const uint8_t *find(const uint8_t *from, const uint8_t *end, uint8_t marker)
{
	for (; from && from + 1 < end; from++)
		if (from[0] == 0xff && from[1] == marker)
			return from;
	return NULL;
}

static size_t next_jpeg(void)
{
	const uint8_t *end = film.jpegs + film.jpegs_size;
	const uint8_t *from = find(film.jpegs + film.jpeg_at, end, 0xd8), *stop = find(from, end, 0xd9);

	if (!stop) {
		film.jpeg_at = 0;
		from = find(film.jpegs, end, 0xd8);
		stop = find(from, end, 0xd9);
	}
	if (!stop || (size_t)(stop + 2 - from) > sizeof film.frame)
		return 0;
	film.jpeg_at = (size_t)(stop + 2 - film.jpegs);
	memcpy(film.frame, from, (size_t)(stop + 2 - from));
	return (size_t)(stop + 2 - from);
}

/* Four bars without red, which move with each picture. */
static size_t draw_bars(int width, int height)
{
	static const uint8_t bars[4][3] = { { 112, 72, 58 }, { 35, 212, 114 }, { 131, 156, 44 }, { 60, 128, 128 } };
	uint8_t *to = film.frame;

	for (int i = 0; i < width * height / 2; i++, to += 4) {
		const uint8_t *bar = bars[(i % (width / 2) * 8 / width + (int)film.count) & 3];

		to[0] = to[2] = bar[0];
		to[1] = bar[1];
		to[3] = bar[2];
	}
	return (size_t)(to - film.frame);
}

static void begin_picture(void)
{
	int size = usb.commit[3] - 1;

	film.size = is_jpeg(usb.commit) ? next_jpeg() : draw_bars(sizes[size].width, sizes[size].height);
	film.at = 0;
	film.count++;
	if (fault.truncated > 0 && fault.truncated--)
		film.size = film.size * 2 / 3;
	if (fault.corrupt > 0 && fault.corrupt--)
		for (size_t i = 300; i < film.size; i += 97)
			film.frame[i] ^= (uint8_t)(i * 31 + film.count);
}

/* The next payload: a header of two bytes, then data. UVC 1.1, table 2-5. */
static size_t next_payload(uint8_t *to, size_t room)
{
	size_t part = film.size - film.at;

	part = part < room - 2 ? part : room - 2;
	to[0] = 2;
	to[1] = (uint8_t)(0x80 | (film.count & 1));
	memcpy(to + 2, film.frame + film.at, part);
	film.at += part;
	if (film.at == film.size)
		to[1] |= 2; /* the end of the picture */
	return part + 2;
}

/* --- USB/IP --- */

static bool move_all(ssize_t (*move)(int, void *, size_t, int), void *data, size_t size)
{
	for (char *at = data; size;) {
		ssize_t moved = move(usb.socket, at, size, MSG_NOSIGNAL);

		if (moved < 0 && errno == EINTR)
			continue;
		if (moved <= 0)
			return false;
		at += moved;
		size -= (size_t)moved;
	}
	return true;
}

static ssize_t give_some(int fd, void *data, size_t size, int flags)
{
	return send(fd, data, size, flags);
}

static bool give(void *data, size_t size)
{
	return move_all(give_some, data, size);
}

static bool take(void *data, size_t size)
{
	return move_all(recv, data, size);
}

static bool give_answer(uint32_t number, int status, uint8_t *data, size_t size, size_t told)
{
	uint32_t head[12] = { htonl(SUBMITTED), htonl(number), 0, 0, 0, htonl((uint32_t)status),
		htonl((uint32_t)told) };

	return give(head, sizeof head) && (!size || give(data, size));
}

static bool on_submit(const uint32_t *head)
{
	static uint8_t data[65536], reply[1024];
	uint32_t number = ntohl(head[1]), in = ntohl(head[3]), endpoint = ntohl(head[4]), length = ntohl(head[6]);
	int size;

	if (!in && (length > sizeof data || !take(data, length)))
		return false;
	if (endpoint) {
		if (usb.urb_count == MOST_URBS)
			return give_answer(number, -EOVERFLOW, NULL, 0, 0);
		usb.urbs[usb.urb_count++] = (struct urb){ number, length };
		return true;
	}
	memset(reply, 0, sizeof reply);
	size = answer((const uint8_t *)&head[10], data, (int)length, reply);
	if (size < 0)
		return give_answer(number, -EPIPE, NULL, 0, 0);
	size = size < (int)length ? size : (int)length;
	return in ? give_answer(number, 0, reply, (size_t)size, (size_t)size) : give_answer(number, 0, NULL, 0, length);
}

static void drop_urb(int index)
{
	memmove(usb.urbs + index, usb.urbs + index + 1, sizeof *usb.urbs * (size_t)(--usb.urb_count - index));
}

static bool on_unlink(const uint32_t *head)
{
	uint32_t reply[12] = { htonl(UNLINKED), head[1] };

	for (int i = 0; i < usb.urb_count; i++) {
		if (usb.urbs[i].number != ntohl(head[5]))
			continue;
		drop_urb(i);
		reply[5] = htonl((uint32_t)-ECONNRESET);
		break;
	}
	return give(reply, sizeof reply);
}

static bool hear(void)
{
	uint32_t head[12];

	if (!take(head, sizeof head))
		return false;
	return ntohl(head[0]) == SUBMIT ? on_submit(head) : ntohl(head[0]) == UNLINK && on_unlink(head);
}

/* Send what is due. False: the host has gone. */
static bool send_pictures(void)
{
	static uint8_t data[PAYLOAD];

	if (fault.dead)
		return true;
	if (now_ns() >= film.next_ns) {
		if (!fault.frozen && film.at == film.size)
			begin_picture();
		film.next_ns = now_ns() + get32(usb.commit + 4) * 100ull;
	}
	while (usb.urb_count && (fault.stalls || film.at < film.size)) {
		struct urb urb = usb.urbs[0];
		size_t size;

		drop_urb(0);
		size = fault.stalls ? 0 : next_payload(data, urb.length < PAYLOAD ? urb.length : PAYLOAD);
		if (!give_answer(urb.number, fault.stalls ? -EPIPE : 0, data, size, size))
			return false;
		fault.stalls = false;
	}
	return true;
}

/* --- the plug, and the words --- */

static int free_port(void)
{
	FILE *file = fopen(VHCI "status", "re");
	int found = -1, number, status;
	char line[256], hub[8];

	if (!file)
		die(VHCI "status");
	while (found < 0 && fgets(line, sizeof line, file))
		if (sscanf(line, "%7s %d %d", hub, &number, &status) == 3 && strcmp(hub, "hs") == 0 && status == 4)
			found = number;
	fclose(file);
	return found;
}

static bool attach(int socket)
{
	int port = free_port();
	FILE *file = port < 0 ? NULL : fopen(VHCI "attach", "we");

	if (!file)
		return false;
	fprintf(file, "%d %d %d %d", port, socket, 0x10002, HIGH_SPEED);
	return fclose(file) == 0;
}

/* The driver takes its time to free the port of a device that has gone. */
static void plug(void)
{
	int pair[2], tries = 200;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
		die("socketpair");
	while (!attach(pair[1])) {
		if (!--tries)
			die(VHCI "attach");
		usleep(50000);
	}
	usb.socket = pair[0];
	close(pair[1]);
}

static void unplug(void)
{
	if (usb.socket < 0)
		return;
	shutdown(usb.socket, SHUT_RDWR);
	close(usb.socket);
	usb.socket = -1;
	usb.streams = false;
	usb.urb_count = 0;
}

static void obey(const char *line)
{
	char word[16] = "";
	int count = 1;

	sscanf(line, "%15s %d", word, &count);
	if (strcmp(word, "unplug") == 0)
		unplug();
	else if (strcmp(word, "plug") == 0 && usb.socket < 0)
		plug();
	else if (strcmp(word, "go") == 0)
		fault.frozen = fault.dead = fault.refuses = false;
	fault.frozen |= strcmp(word, "freeze") == 0;
	fault.dead |= strcmp(word, "dead") == 0;
	fault.refuses |= strcmp(word, "refuse") == 0;
	fault.stalls |= strcmp(word, "stall") == 0;
	fault.truncated = strcmp(word, "truncate") == 0 ? count : fault.truncated;
	fault.corrupt = strcmp(word, "corrupt") == 0 ? count : fault.corrupt;
	printf("%s", line);
	fflush(stdout);
}

static void read_film(const char *path)
{
	static uint8_t all[8 << 20];
	FILE *file = fopen(path, "re");

	if (!file)
		die(path);
	film.jpegs_size = fread(all, 1, sizeof all, file);
	film.jpegs = all;
	fclose(file);
}

int main(int argc, char **argv)
{
	FILE *words = argc > 1 ? fopen(argv[1], "r+e") : NULL; /* for writing, too, so that it never ends */
	char line[80];

	if (!words)
		die(argc > 1 ? argv[1] : "usage: vm_uvcam FIFO [FILE.mjpg]");
	if (argc > 2)
		read_film(argv[2]);
	signal(SIGPIPE, SIG_IGN);
	setvbuf(words, NULL, _IONBF, 0);
	settle(usb.probe);
	settle(usb.commit);
	describe();
	plug();
	for (;;) {
		struct pollfd fds[2] = { { fileno(words), POLLIN, 0 }, { usb.socket, POLLIN, 0 } };

		poll(fds, 2, usb.streams ? 10 : -1);
		if (fds[0].revents && fgets(line, sizeof line, words))
			obey(line);
		else if (usb.socket >= 0 && ((fds[1].revents && !hear()) || (usb.streams && !send_pictures())))
			unplug();
	}
}
