/* SPDX-License-Identifier: MIT */
/* A scripted V4L2 driver in the place of the kernel: cameras that misbehave, and v4l2loopback as its versions behave.
 */
#ifndef PMK_TESTS_FAKE_V4L2_H
#define PMK_TESTS_FAKE_V4L2_H

#include "io/source.h"
#include "io/v4l2/v4l2.h"

enum { FAKE_NODES = 8, FAKE_BUFFERS = 32, FAKE_ANSWERS = 64 };

/* The answer to the next DQBUF of the camera. */
struct fake_answer {
	int error; /* returned instead of a buffer */
	int index; /* the index of the buffer, plus 1; 0: the next queued one */
	const void *data;
	size_t bytes; /* copied into the buffer */
	int64_t bytesused; /* reported in the place of `bytes` unless 0; -1 reports 0 */
	uint32_t flags, field, sequence;
	uint64_t stamp_ns;
};

struct fake_camera {
	const struct pmk_device_mode *modes;
	int mode_count;
	const struct v4l2_frmsize_stepwise *range; /* a range of sizes instead of a list */
	void (*tamper)(struct v4l2_pix_format *pix); /* changes the answer to S_FMT */
	struct v4l2_fract interval; /* answer to S_PARM; 0/0 accepts what was asked for */
	int set_error, request_error, start_error; /* negative errno of S_FMT, REQBUFS, STREAMON */
	int grant; /* how many buffers are given, unless 0 */
	size_t length; /* bytes of a buffer, unless 0 */
	uint32_t input_status; /* V4L2_IN_ST_* */
	bool multi; /* a multi-planar driver; node->caps is as it */
	uint32_t data_offset; /* multi: bytes before the data in each block */
	int pad; /* multi: bytes added to each row of each block */
	bool hides_strides; /* multi: of all blocks but the first, which are padded like that */
	short poll_events; /* what poll returns when no answer is left; 0: the deadline has passed */
	struct fake_answer answers[FAKE_ANSWERS];
	int answer_count, answer_next;
	/* what happened */
	struct v4l2_pix_format pix;
	int key_frames_asked;
	double asked_fps;
	bool queued[FAKE_BUFFERS], streaming;
	uint8_t *memory[FAKE_BUFFERS];
	int buffers, mapped;
};

struct fake_loopback {
	int version; /* 0xMMmmpp; 0.12 does not tell it */
	bool exclusive;
	int ring, used; /* buffers; how many of them take part */
	int format_error, write_error; /* scripted, negative errno */
	bool foreign_writer, foreign_feeds; /* another producer has the node open; and is writing pictures */
	uint64_t foreign_start_ns; /* its time stamps count from here */
	bool polling_client; /* asks for buffers again and again, which stamps all of them */
	bool reader; /* a reader keeps the format */
	bool opened; /* another program has it open; before 0.14, the ring then keeps its size, unless it has none yet
		      */
	uint32_t ring_bytes; /* of a buffer */
	bool steals; /* a client sets another format just before the first picture, which 0.13 allows */
	int races; /* for so many S_FMT, a client that polls keeps it */
	int keep_format, timeout; /* the controls */
	/* state and what happened */
	struct v4l2_pix_format pix;
	double fps;
	uint8_t *memory[FAKE_BUFFERS];
	uint64_t stamp_ns[FAKE_BUFFERS], passed_ns;
	int writer, format_owner; /* descriptors; 0: none */
	bool ready_for_capture, ready_for_output, ruined, file_io;
	bool exposed_unpainted; /* a client could have seen a buffer that was never painted */
	bool painted[FAKE_BUFFERS];
	uint64_t position; /* how many pictures were put */
	int streamed_on, streamed_off, written, mapped, formats_set;
	int viewers, subscribed; /* readers that stream; the descriptor that subscribed, or 0 */
	bool event_waits;
	bool forgets_events; /* scripted: no event tells of a change */
};

struct fake_node {
	int number, open_error;
	const char *driver, *card, *bus;
	uint32_t caps; /* device_caps of a node that is no loopback */
	bool old_caps; /* a driver without V4L2_CAP_DEVICE_CAPS */
	struct fake_camera *camera;
	struct fake_loopback *loopback;
	int open_count, opened; /* now; ever */
};

extern struct fake_node fake_nodes[FAKE_NODES];
extern int fake_node_count;
extern char fake_log[4096]; /* all lines of the log */

void fake_begin(void); /* removes all nodes, puts the fake in the place of the kernel, catches the log */
void fake_end(void); /* restores everything; fails the test if a node is still open or a buffer mapped */
struct fake_node *fake_add_camera(int number, struct fake_camera *camera);
struct fake_node *fake_add_loopback(int number, struct fake_loopback *loopback);
struct fake_node *fake_add_other(int number, const char *driver, uint32_t caps);
void fake_push(struct fake_camera *camera, struct fake_answer answer);

/* fake_loopback.c */
void fake_loopback_reset(struct fake_loopback *l);
void fake_loopback_free(struct fake_loopback *l);
uint32_t fake_loopback_caps(const struct fake_loopback *l);
int fake_loopback_ioctl(struct fake_loopback *l, int fd, unsigned long request, void *argument);
int fake_loopback_map(struct fake_loopback *l, size_t length, uint32_t offset, void **memory);
ssize_t fake_loopback_write(struct fake_loopback *l, int fd, const void *data, size_t bytes);
void fake_loopback_watch(struct fake_loopback *l, int viewers); /* this many readers stream from now on */
void fake_loopback_close(struct fake_loopback *l, int fd);

#endif
