/* SPDX-License-Identifier: MIT */
/* Motion of the presenter: swaying, glances, blinks, words and gestures, all functions of time alone. */
#include "draw/presenter_parts.h"

#include <math.h>

static const float eye_level = 0.41f; /* share of the picture's height */

/* A smooth random value between -1 and 1 that changes direction about once per unit of t. */
static float drift(double t, uint32_t seed)
{
	double whole = floor(t);
	uint32_t at = (uint32_t)(int64_t)whole * UINT32_C(0x9e3779b1);
	float a = (float)(pmk_hash(at ^ seed) >> 8), b = (float)(pmk_hash((at + UINT32_C(0x9e3779b1)) ^ seed) >> 8);

	return (a + (b - a) * pmk_ramp(0, 1, (float)(t - whole))) / 8388608.0f - 1;
}

static int mouth_at(double t, uint32_t seed)
{
	float phrase = pmk_ramp(-0.75f, -0.35f, drift(t * 0.8, seed + 1));
	float open = phrase * pmk_clamp01(0.42f + 0.75f * drift(t * 7.5, seed + 2));

	return (int)(open * (PMK_MOUTHS - 0.01f));
}

static int lids_at(double t, uint32_t seed)
{
	double slot = floor(t / 3.1);
	float when = 0.3f + 2.4f * (float)(pmk_hash(seed + 3 + (uint32_t)(int64_t)slot) >> 8) / 16777216.0f;

	return (int)(pmk_clamp01(fabsf((float)(t - slot * 3.1) - when) * 12 - 0.25f) * (PMK_LIDS - 0.01f));
}

/* How high a hand is held, 0..1. Every four seconds a random choice determines which hands rise. */
static float lift_at(double t, uint32_t seed, int hand)
{
	static const uint8_t choices[8] = { 1, 2, 1, 3, 2, 1, 2, 0 }; /* a bit per hand */
	double slot = floor(t / 4);
	float since = (float)(t - slot * 4);
	int choice = choices[pmk_hash(seed + 5 + (uint32_t)(int64_t)slot) >> 29];

	return choice >> hand & 1 ? pmk_ramp(0.2f, 0.8f, since) * pmk_ramp(3.9f, 3.3f, since) : 0;
}

static void pose_arm(struct pmk_pose *pose, double t, uint32_t seed, int hand, float head)
{
	float side = hand ? 1 : -1, lift = lift_at(t + drift(0.5, seed + 6) + 1, seed, hand);
	float shake = 0.5f + 0.5f * drift(t * 0.6, seed + 7);
	float x = 1.35f + 0.25f * (1 - lift) + 0.16f * drift(t * 1.1, seed + 8 + (uint32_t)hand);
	float y = 2.80f + 2.6f * (1 - lift) + 0.12f * shake * pmk_wave(t * 1.35 + hand * 0.3) +
		0.10f * drift(t * 0.7, seed + 10 + (uint32_t)hand);
	float lean = side * (0.020f - 0.05f * (1 - lift) + 0.010f * drift(t, seed + 12 + (uint32_t)hand));
	struct pmk_transform *fore = &pose->forearm[hand], *palm = &pose->hand[hand];

	pose->raised[hand] = lift > 0;
	*fore = (struct pmk_transform){
		.x = pose->body.x + side * x * head,
		.y = pose->body.y + y * head,
		.angle = -lean,
	};
	*palm = *fore;
	palm->angle += side * (0.025f + 0.03f * shake * pmk_wave(t * 1.35 + 0.2 + hand * 0.3));
}

struct pmk_pose pmk_pose_at(uint32_t figure_seed, double time_s, int width, int height, float head)
{
	uint32_t seed = pmk_hash(figure_seed ^ UINT32_C(0x50524553));
	double t = fabs(time_s) < 1e8 ? time_s : 0;
	float x = 0.5f * (float)width - 0.05f * head, y = eye_level * (float)height;
	struct pmk_pose pose = { .mouth = mouth_at(t, seed), .lids = lids_at(t, seed) };

	pose.body = (struct pmk_transform){
		.x = x + 0.07f * head * drift(t * 0.35, seed + 20),
		.y = y + 0.012f * head * pmk_wave(t * 0.27),
	};
	pose.head = pose.body;
	pose.head.x += head * (0.07f * drift(t * 0.5, seed + 21) + 0.02f * drift(t * 1.7, seed + 22));
	pose.head.y += head * (0.03f * drift(t * 0.8, seed + 23) + 0.015f * (float)pose.mouth / PMK_MOUTHS);
	pose.head.angle = 0.010f * drift(t * 0.45, seed + 24) + 0.003f * drift(t * 1.9, seed + 25);
	pose.head.push_x = 0.10f * drift(t * 0.55, seed + 26);
	pose.head.push_y = 0.05f * drift(t * 0.9, seed + 27);
	pose_arm(&pose, t, seed, 0, head);
	pose_arm(&pose, t, seed, 1, head);
	return pose;
}
