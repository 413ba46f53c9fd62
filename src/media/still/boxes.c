/* SPDX-License-Identifier: MIT */
#include "media/still/boxes.h"

#include <string.h>

struct box {
	const uint8_t *at; /* its content */
	size_t bytes;
	char type[5];
};

/* Big-endian number of `bytes` bytes at `at` in the content, or 0 if they are not there. */
static uint64_t number(const struct box *box, size_t at, size_t bytes)
{
	uint64_t value = 0;

	if (box->bytes < bytes || at > box->bytes - bytes)
		return 0;
	for (size_t i = 0; i < bytes; i++)
		value = value << 8 | box->at[at + i];
	return value;
}

/* The box at *at in `inside`; *at moves behind it. */
static bool next_box(const struct box *inside, size_t *at, struct box *box)
{
	size_t left = inside->bytes - *at, head = 8;
	uint64_t size = number(inside, *at, 4);

	if (left < head)
		return false;
	if (size == 1) {
		head = 16;
		size = number(inside, *at + 8, 8);
	} else if (size == 0) { /* to the end */
		size = left;
	}
	if (size < head || size > left)
		return false;
	*box = (struct box){ .at = inside->at + *at + head, .bytes = (size_t)size - head };
	memcpy(box->type, inside->at + *at + 4, 4);
	*at += (size_t)size;
	return true;
}

static bool find_box(const struct box *inside, size_t from, const char *type, struct box *box)
{
	while (next_box(inside, &from, box)) {
		if (strcmp(box->type, type) == 0)
			return true;
	}
	return false;
}

static bool nth_box(const struct box *inside, size_t n, struct box *box)
{
	size_t at = 0;

	do {
		if (!next_box(inside, &at, box))
			return false;
	} while (--n);
	return true;
}

/* A turn and a mirroring, after that which is there already. In `orientation` the picture is first swapped top to
 * bottom or not, then rotated clockwise by quarters; mirroring after a rotation is mirroring before the opposite
 * one. */
struct held {
	unsigned quarters;
	bool flip;
};

static void turn(struct held *held, const struct box *box)
{
	if (strcmp(box->type, "irot") == 0) { /* anticlockwise */
		held->quarters = (held->quarters + 4 - (unsigned)(number(box, 0, 1) & 3)) & 3;
	} else if (strcmp(box->type, "imir") == 0) { /* 0: top and bottom, 1: left and right */
		held->quarters = ((number(box, 0, 1) & 1 ? 2 : 0) + 4 - held->quarters) & 3;
		held->flip = !held->flip;
	}
}

static void take_property(const struct box *box, struct held *held, struct pmk_still_facts *facts)
{
	bool profile = strcmp(box->type, "colr") == 0 && box->bytes > 4 &&
		(memcmp(box->at, "prof", 4) == 0 || memcmp(box->at, "rICC", 4) == 0);

	turn(held, box);
	if (profile) {
		facts->icc = box->at + 4;
		facts->icc_bytes = box->bytes - 4;
	}
}

/* Go through the properties that `ipma` gives to the item `wanted`, in their order. */
static void take_properties(
	const struct box *ipma, const struct box *ipco, uint64_t wanted, struct pmk_still_facts *facts)
{
	static const uint8_t codes[2][4] = { { 1, 6, 3, 8 }, { 4, 5, 2, 7 } };
	size_t id_bytes = number(ipma, 0, 1) ? 4 : 2, index_bytes = number(ipma, 3, 1) & 1 ? 2 : 1, at = 8;
	uint64_t mask = index_bytes == 2 ? 0x7fff : 0x7f;
	struct held held = { 0 };

	for (uint64_t items = number(ipma, 4, 4); items && at < ipma->bytes; items--) {
		bool mine = number(ipma, at, id_bytes) == wanted;
		size_t count = (size_t)number(ipma, at + id_bytes, 1);

		at += id_bytes + 1;
		for (; count; count--, at += index_bytes) {
			size_t index = (size_t)(number(ipma, at, index_bytes) & mask);
			struct box property;

			if (mine && index && nth_box(ipco, index, &property))
				take_property(&property, &held, facts);
		}
		if (mine)
			break;
	}
	facts->orientation = codes[held.flip][held.quarters];
}

void pmk_still_boxes(const uint8_t *data, size_t bytes, struct pmk_still_facts *facts)
{
	const struct box file = { .at = data, .bytes = bytes };
	struct box meta, pitm, iprp, ipco, ipma;

	/* 4: meta is a full box, with version and flags in front */
	if (!find_box(&file, 0, "meta", &meta) || meta.bytes < 4 || !find_box(&meta, 4, "pitm", &pitm) ||
		!find_box(&meta, 4, "iprp", &iprp) || !find_box(&iprp, 0, "ipco", &ipco) ||
		!find_box(&iprp, 0, "ipma", &ipma))
		return;
	take_properties(&ipma, &ipco, number(&pitm, 4, number(&pitm, 0, 1) ? 4 : 2), facts);
}
