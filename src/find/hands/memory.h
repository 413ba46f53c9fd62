/* SPDX-License-Identifier: MIT */
/* Keeps what closer looks found in live video or a recording, block by block, for as long as the picture there stays
 * as it was then: up to noise, in luma and chroma. If a quarter of what was found as a hand, or as a person, is lost,
 * it has gone, and all is forgotten. What was found counts for 5 s at most.
 *
 * The one rule: what was found counts only where the picture is as it was then, and is not known to show room. One
 * thread. */
#ifndef PMK_FIND_HANDS_MEMORY_H
#define PMK_FIND_HANDS_MEMORY_H

#include "find/hands/hands.h"

enum { PMK_HANDS_GRID = 32 }; /* the view is compared in so many rows and columns of blocks */

/* Columns left..right - 1 and rows top..bottom - 1 of the grid. */
struct pmk_hands_blocks {
	int left, top, right, bottom;
};

struct pmk_hands_memory {
	int width, height; /* px, of the network */
	struct pmk_rect view; /* what the memory covers; empty: there is none */
	float *found; /* the probability in known blocks */
	float *lowered; /* what of it counts in this picture */
	uint8_t *then[3], *reference[3]; /* planes, 4:2:0: when it was found; of the picture that is compared with */
	uint64_t now_ns; /* of the last picture */
	/* for each block: until when what was found counts, 0: nothing is known; and what it was */
	uint64_t until_ns[PMK_HANDS_GRID][PMK_HANDS_GRID];
	uint8_t what[PMK_HANDS_GRID][PMK_HANDS_GRID];
	uint8_t still[PMK_HANDS_GRID][PMK_HANDS_GRID]; /* 1: as in the picture that is compared with */
	/* parts that were seen closer */
	struct pmk_rect part[PMK_DOUBTS];
	float *closer[PMK_DOUBTS];
	int parts;
	uint8_t *column; /* scratch: the block of each column of a part */
	void *block;
};

int pmk_hands_memory_init(struct pmk_hands_memory *memory, int width, int height)
	__attribute__((warn_unused_result)); /* -ENOMEM */
void pmk_hands_memory_finish(struct pmk_hands_memory *memory); /* a zeroed struct is allowed */
/* Forget all; what comes is in `view`. */
void pmk_hands_memory_forget(struct pmk_hands_memory *memory, const struct pmk_rect *view);

/* Forget the blocks that do not look as they did. `small` is what the network saw at that time. */
void pmk_hands_memory_check(struct pmk_hands_memory *memory, const struct pmk_image *small, uint64_t now_ns);
/* Find the blocks that stand still. */
void pmk_hands_memory_compare(struct pmk_hands_memory *memory, const struct pmk_image *small);
/* Compare with this picture from now on. */
void pmk_hands_memory_begin(struct pmk_hands_memory *memory, const struct pmk_image *small);

/* The blocks of `box`, px of the picture, as far as it is inside the view. */
struct pmk_hands_blocks pmk_hands_memory_blocks(const struct pmk_hands_memory *memory, const struct pmk_box *box);
/* Whether most of these blocks stand still; whether what was found in most of them counts for some time yet. */
bool pmk_hands_memory_is_still(const struct pmk_hands_memory *memory, const struct pmk_hands_blocks *blocks);
bool pmk_hands_memory_is_known(const struct pmk_hands_memory *memory, const struct pmk_hands_blocks *blocks);

/* Keep `found` in these blocks of the picture that is compared with, where a look had `seen` less or more. */
void pmk_hands_memory_keep(
	struct pmk_hands_memory *memory, const struct pmk_hands_blocks *blocks, const float *seen, const float *found);
/* Keep hands->part, in place of all parts before. What was seen of them stays in hands->part. */
void pmk_hands_memory_keep_parts(struct pmk_hands_memory *memory, const struct pmk_hands *hands);

/* Put what was found in place of what a look saw, where it counts, as `eye` lowers it. */
void pmk_hands_memory_recall(struct pmk_hands_memory *memory, const struct pmk_hands_eye *eye, float *probability);
/* Fill in hands->part as it was found, likewise lowered, 0 where that does not count. */
void pmk_hands_memory_recall_parts(
	const struct pmk_hands_memory *memory, struct pmk_hands *hands, const struct pmk_hands_eye *eye);

#endif
