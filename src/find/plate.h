/* SPDX-License-Identifier: MIT */
/* The clean plate: remembers what stood still where the network was sure that there is room, and holds it against the
 * network where that is to be seen again. A chair, a lamp or a picture on the wall that was room does not become a
 * person while nothing about it changes.
 *
 * The picture is divided into square cells, 8000 to 32000 of them. A cell remembers its mean luma and chroma, and how
 * many looks were sure of room (less than .1) while it looked like that. Each of them is one nat of evidence, up to
 * PMK_PLATE_NATS, as long as the cell looks the same: p becomes p / (p + (1 - p) e^nats). What is room by this counts
 * as sure, unless the network alone is sure of a person (over .9), which takes one look back, of PMK_PLATE_MOST. What
 * passes in front of a cell does not change its memory: the room behind a person is known from before, and known again
 * at once when that person has gone.
 *
 * It is no evidence that a cell looks the same if the person has that very colour, if most of the cells around it do
 * not look the same, or if it is nearly black or white.
 *
 * Who never moved since the start, while somebody else did, is nobody: a portrait, a poster. That is judged by
 * connected parts, and those who touch are told apart by their heads (pmk_groups_split); less than a fiftieth of a part
 * may have changed. Nobody sits as still as a picture: of who breathes and blinks, 7 % and more changed by two levels
 * within 25 looks. So that is held against a part, too, and 25 looks are enough. With noise it is three levels (9 %) or
 * more, and with much noise it takes 45 looks. Such a part is room while it looks the same, however sure the network
 * is; but if it begins to move by itself, all of it is a person again. What moves in one piece with somebody else, as
 * an arm that is held in front of a portrait, is no movement of its own.
 *
 * A portrait right above or behind a head cannot be split off. But the upper rim of somebody who is alive moves, if
 * only by a fraction of a cell. So what stands in a part of which the rest moves, reaches higher than that, has an
 * upper rim that is clear to see, and has not changed in 60 looks, is room, too, cell by cell, until something above it
 * moves. What is below something that moves, between two such in a row, or cut off by the picture's upper border, is
 * somebody's. In the same way, a part is room of which nothing changed in 60 looks while another moved, although
 * somebody was in front of it once.
 *
 * Whoever moves inside of a border of four straight sides that stands still, and that nobody crosses, is on a screen or
 * in a mirror, or painted (plate/plate_border.c): a hanging. A door is none, as it is high and reaches low, nor is what
 * is larger than a quarter of the picture. Who is in a hanging is hidden at once, if somebody as large is elsewhere, or
 * nothing in it has moved. Whoever crosses its border is in front of it, with all that is connected with him inside.
 *
 * The memory follows the light: the median ratio of luma, now to then, is applied to all cells. When the camera moves,
 * much of the room does not look as it did, and as large a share of the evidence is forgotten where nobody can see what
 * is there now. What hangs there does not count for this: a film has cuts.
 *
 * The one rule: it only ever lowers a probability, and it never reaches a shown picture. Less than 1.5 MiB up to 1080p;
 * allocates nothing after init. One thread. */
#ifndef PMK_FIND_PLATE_H
#define PMK_FIND_PLATE_H

#include "find/box.h"
#include "find/groups.h"
#include "image/frame.h"

enum { PMK_PLATE_FIXED = 1, PMK_PLATE_HIDDEN };
enum { PMK_PLATE_NATS = 8, PMK_PLATE_MOST = 240 }; /* what counts at most; the looks that are counted */
enum { PMK_PLATE_START = 26 }; /* pictures, until two judgements of who never moved are done; 46 with much noise */

enum { PMK_PLATE_HANGINGS = 16 };

/* Four straight sides around what is taken for people: cells that the border passes. */
struct pmk_hanging {
	int left, top, right, bottom;
	bool seen; /* half of the border is to be seen */
	int left_end, right_begin; /* columns before the first and from the second on have nobody near them */
	bool stirred; /* something inside moved, at least a little */
	bool beside; /* somebody as large as who is inside is elsewhere */
	bool hides; /* who is inside is not shown */
	int known; /* pictures in which somebody was elsewhere, up to a few */
	int lost; /* pictures in a row in which it was not seen */
};

struct pmk_plate {
	struct pmk_layout layout; /* of the pictures */
	bool single; /* each picture stands alone, so nobody is held back; set after init */
	int halved, columns, rows; /* a cell is 2^halved px wide and high */
	float *novel; /* 1: what differs from the memory, and is nobody's who is followed */
	float *worn, worn_cells; /* the person's colours: cells of each, and of all, over some time */
	int16_t *stood[3]; /* the memory: Y, U, V in 1/32 levels */
	int16_t *first; /* luma since the start, which follows slow changes */
	uint8_t *moved; /* 1: it has changed since the start */
	uint8_t *was, *stays; /* luma, and pictures since it was that but for noise, up to some */
	uint8_t *calm; /* pictures in a row without even a small change, up to a few */
	float noise; /* mean change of luma of what is room from picture to picture, in levels */
	uint8_t *claimed; /* 1: taken for a person in this picture */
	/* taken for a person, and never moved while others did: room; and not to be seen now */
	uint8_t *fixed;
	uint8_t *behind; /* 1: fixed while it is joined with somebody who moves */
	int watched; /* pictures since the start, or since the camera moved; -1: this is the first */
	int age; /* pictures since the start, also those not looked at, up to the longest start */
	uint8_t *start; /* who was there before anybody moved is trusted; who does not move is held back */
	uint8_t *now[3], *then[3]; /* the picture, and the last one */
	uint8_t *seen; /* looks in a row that were sure of a person, up to a few */
	uint8_t *held; /* 1: somebody is there whom this picture's looks take for room */
	int holding; /* pictures in a row in which somebody was held */
	uint8_t *looks; /* that were sure of room; 0: nothing is known */
	uint8_t *same; /* 1: the cell looks as it did, and could look otherwise */
	uint8_t *off; /* 1: it does not look as it did */
	uint8_t *nats; /* what is held against the network in this picture */
	int8_t *vote; /* of this picture's looks: 1 room, -1 person, 0 neither */
	uint8_t *mover; /* what moves by itself, and what moves with others; of who is judged or held back */
	uint8_t *edge[2]; /* 1: brightness changes from row to row; from column to column */
	uint16_t *edges[2]; /* that stand, from the start of the row; of the column */
	uint8_t *border; /* luma of the border of a hanging when nobody was in front of it; 0: not known */
	uint8_t *hung; /* 1: hangs there, and is not shown */
	struct pmk_hanging hanging[PMK_PLATE_HANGINGS];
	int hangings;
	bool found; /* one in the last picture, so the network will see the next one otherwise */
	uint8_t *scratch;
	void *block;
};

/* For pictures of this size and sampling; their range may change. -ENOMEM. */
int pmk_plate_init(struct pmk_plate *plate, const struct pmk_layout *layout) __attribute__((warn_unused_result));
void pmk_plate_finish(struct pmk_plate *plate); /* a zeroed one is allowed */
void pmk_plate_forget(struct pmk_plate *plate); /* at a cut */

/* Begin a picture: compare it with the memory. */
void pmk_plate_begin(struct pmk_plate *plate, const struct pmk_image *image);
/* Weigh a look at the part `view` of the picture, which may stick out of it: width x height probabilities as the
 * network gave them. Where looks at a picture overlap, the last one is remembered. */
void pmk_plate_weigh(struct pmk_plate *plate, const struct pmk_rect *view, float *probability, int width, int height);
/* Weigh likewise what was not seen in this picture, and is not remembered: only where it was judged to be room. */
void pmk_plate_overrule(
	const struct pmk_plate *plate, const struct pmk_rect *view, float *probability, int width, int height);
/* Before a look at the part `view`: fill the columns of what hangs there that nobody is near to with their mean colour,
 * in a picture of width x height px and three channels. The network makes up bodies for heads on a wall. */
void pmk_plate_flatten_hangings(
	const struct pmk_plate *plate, const struct pmk_rect *view, float *input, int width, int height);
/* After all looks: find what hangs there. */
void pmk_plate_find_hangings(struct pmk_plate *plate);
/* Then nobody is there in a look at `view`. */
void pmk_plate_clear_hangings(
	const struct pmk_plate *plate, const struct pmk_rect *view, float *probability, int width, int height);
/* A picture is not looked at, because it is as the last one. */
void pmk_plate_skip(struct pmk_plate *plate);
/* Whether it is not known yet who never moves: in the first PMK_PLATE_START pictures, or more with noise. It is over
 * when the camera moves, as whoever is there was seen before. After pmk_plate_begin. */
bool pmk_plate_is_starting(const struct pmk_plate *plate);
/* Find which of the groups in a look at `view` are somebody: who moved since the start, or of late even a little, or is
 * trusted. */
void pmk_plate_find_alive(
	struct pmk_plate *plate, const struct pmk_groups *groups, const struct pmk_rect *view, bool *alive);
/* Trust the group of this number, from 0 on, until the camera moves. */
void pmk_plate_trust(struct pmk_plate *plate, const struct pmk_groups *groups, const struct pmk_rect *view, int number);
/* Remember which groups are shown, and which are held back. */
void pmk_plate_hold_back(
	struct pmk_plate *plate, const struct pmk_groups *groups, const struct pmk_rect *view, const bool *shown);
/* The box, in px, of the largest connected part outside of `people` that is new since the room was known. Empty:
 * nothing is new, or everything, as when the camera moves. */
struct pmk_box pmk_plate_novel(const struct pmk_plate *plate, const struct pmk_box *people);
/* Find those who were surely seen in the last pictures and are still there, but whom this picture's looks missed: in
 * plate->held, and in (*dx, *dy) how far, in px, they have moved since the last picture. False: nobody. After all
 * looks.
 */
bool pmk_plate_hold(struct pmk_plate *plate, int *dx, int *dy);
void pmk_plate_end(struct pmk_plate *plate); /* remember this picture, if it was looked at */

#endif
