/* SPDX-License-Identifier: MIT */
/* The photos of the test data: mean IoU and mean absolute error of each group against the exact masks, as
 * bench/score.py measures them. */
#include "unit.h"

#include "base/clock.h"
#include "io/source.h"
#include "media/still.h"
#include "scene/scene.h"

#include <dirent.h>
#include <unistd.h>

enum { GROUPS = 3 };
static const char *const groups[GROUPS] = { "asl_", "man_", "ccp_" };

/* The mask of `photo` against `truth`: IoU, both cut at one half, and in *error the mean difference of alpha in 0..1.
 */
static double score(const struct pmk_scene_settings *settings, const char *photo, const char *truth, double *error)
{
	struct pmk_source_wish wish = { .unpaced = true };
	uint64_t both = 0, either = 0, off = 0;
	const struct pmk_mask *mask;
	struct pmk_source *source;
	struct pmk_frame *frame;
	struct pmk_scene *scene;
	struct pmk_rgb exact;
	char spec[4200];

	snprintf(spec, sizeof spec, "file:%s", photo);
	assert_int_equal(pmk_source_open(spec, &wish, &source), 0);
	assert_int_equal(pmk_source_read(source, &frame, pmk_clock_now_ns() + 60 * PMK_S_NS), 0);
	assert_int_equal(pmk_scene_create(settings, &source->layout, 1, &scene), 0);
	assert_int_equal(pmk_scene_mask(scene, frame, &mask, NULL), 0);
	assert_int_equal(pmk_still_read(truth, &exact), 0);
	assert_true(exact.width == mask->width && exact.height == mask->height);
	for (int y = 0; y < mask->height; y++) {
		for (int x = 0; x < mask->width; x++) {
			int alpha = mask->alpha[(size_t)y * mask->stride + x],
			    right = exact.data[(size_t)y * exact.stride + 3 * (size_t)x];
			bool p = alpha > 127, g = right > 127;
			off += (uint64_t)abs(alpha - right);
			both += p && g;
			either += p || g;
		}
	}
	*error = (double)off / 255 / mask->width / mask->height;
	pmk_rgb_free(&exact);
	pmk_frame_unref(frame);
	pmk_scene_destroy(scene);
	pmk_source_close(source);
	return either ? (double)both / (double)either : 1;
}

static void score_all(
	const char *model, enum pmk_refine_mode refine, const double least[GROUPS], const double most_error[GROUPS])
{
	struct pmk_scene_settings settings = { .threads = 1,
		.single = true,
		.backdrop = "green",
		.refine = { .mode = refine, .threshold = -1, .erode = -1, .dilate = -1, .feather = -1 } };
	double sum[GROUPS] = { 0 }, errors[GROUPS] = { 0 };
	int count[GROUPS] = { 0 };
	char folder[4000], photo[4200], truth[4200];
	struct dirent *entry;
	DIR *dir;

	assert_int_equal(pmk_spec_copy(settings.model, model), 0);
	snprintf(folder, sizeof folder, "%s/bench/images", unit_test_data());
	dir = opendir(folder);
	if (!dir) {
		puts("skipped: needs the test data");
		skip();
	}
	while ((entry = readdir(dir))) {
		char *end = strstr(entry->d_name, ".jpg");
		double error;

		for (int g = 0; end && g < GROUPS; g++) {
			if (strncmp(entry->d_name, groups[g], strlen(groups[g])) != 0)
				continue;
			snprintf(photo, sizeof photo, "%s/%s", folder, entry->d_name);
			snprintf(truth, sizeof truth, "%s/%.*s.mask.png", folder, (int)(end - entry->d_name),
				entry->d_name);
			sum[g] += score(&settings, photo, truth, &error);
			errors[g] += error;
			count[g]++;
		}
	}
	closedir(dir);
	for (int g = 0; g < GROUPS; g++) {
		assert_true(count[g] >= 8); /* the smallest group has 8 */
		printf("%s %s %d photos: IoU %.4f, at least %.3f; error %.4f, at most %.4f\n", model, groups[g],
			count[g], sum[g] / count[g], least[g], errors[g] / count[g], most_error[g]);
		assert_true(sum[g] / count[g] >= least[g]);
		assert_true(errors[g] / count[g] <= most_error[g]);
	}
}

static void test_selfie(void **state)
{
	score_all("selfie", PMK_REFINE_NONE, (double[GROUPS]){ 0.985, 0.925, 0.955 },
		(double[GROUPS]){ 0.0045, 0.020, 0.0145 });
}

/* What users get; edges that follow the picture must be better in both, not only in one. */
static void test_default(void **state)
{
	score_all("auto", PMK_REFINE_GUIDED, (double[GROUPS]){ 0.993, 0.945, 0.963 },
		(double[GROUPS]){ 0.0030, 0.018, 0.0125 });
}

static void test_deeplab(void **state)
{
	char path[4200];

	snprintf(path, sizeof path, "%s:%s/models", getenv("POTEMKIN_MODELS") ? getenv("POTEMKIN_MODELS") : "",
		unit_test_data());
	setenv("POTEMKIN_MODELS", path, 1);
	score_all("deeplabv3", PMK_REFINE_NONE, (double[GROUPS]){ 0.88, 0.86, 0.85 },
		(double[GROUPS]){ 0.04, 0.04, 0.045 });
}

int main(void)
{
	char folder[4200];

	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_selfie),
		cmocka_unit_test(test_default),
		cmocka_unit_test(test_deeplab),
	};
	snprintf(folder, sizeof folder, "%s/bench/images", unit_test_data());
	if (access(folder, R_OK)) {
		puts("skipped: needs the test data");
		return 77; /* to meson: skipped */
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
