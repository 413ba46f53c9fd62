/* SPDX-License-Identifier: MIT */
#include "media/carry/tags.h"

static const AVRational nanoseconds = { 1, 1000000000 };
static const int64_t most_ns = INT64_C(1000000000000000000); /* later chapters are damage, and muxers refuse them */

static const char *const film_keys[] = { "title", "artist", "album", "album_artist", "composer", "genre", "track",
	"disc", "date", "copyright", "description", "synopsis", "show", "episode_id", "season_number", "episode_sort",
	"network", "creation_time", NULL };
static const char *const track_keys[] = { "title", "language", NULL };
static const char *const chapter_keys[] = { "title", "language", NULL };

/* What says how a track is meant to be used. */
static const int dispositions = AV_DISPOSITION_DEFAULT | AV_DISPOSITION_DUB | AV_DISPOSITION_ORIGINAL |
	AV_DISPOSITION_COMMENT | AV_DISPOSITION_LYRICS | AV_DISPOSITION_KARAOKE | AV_DISPOSITION_FORCED |
	AV_DISPOSITION_HEARING_IMPAIRED | AV_DISPOSITION_VISUAL_IMPAIRED | AV_DISPOSITION_CLEAN_EFFECTS |
	AV_DISPOSITION_CAPTIONS | AV_DISPOSITION_DESCRIPTIONS;

static int copy_keys(const AVDictionary *from, AVDictionary **to, const char *const *keys)
{
	int err = 0;

	for (; *keys && err >= 0; keys++) {
		const AVDictionaryEntry *entry = av_dict_get(from, *keys, NULL, 0);

		if (entry)
			err = av_dict_set(to, *keys, entry->value, 0);
	}
	return err < 0 ? err : 0;
}

int pmk_tags_film(const AVFormatContext *from, AVFormatContext *to)
{
	return copy_keys(from->metadata, &to->metadata, film_keys);
}

int pmk_tags_track(const AVStream *from, AVStream *to)
{
	to->disposition = from->disposition & dispositions;
	return copy_keys(from->metadata, &to->metadata, track_keys);
}

static int add_chapter(const AVChapter *from, AVFormatContext *to, int64_t start_ns, int64_t end_ns)
{
	AVChapter **more = av_realloc_array(to->chapters, to->nb_chapters + 1, sizeof *more);
	AVChapter *made = av_mallocz(sizeof *made);

	if (more)
		to->chapters = more;
	if (!more || !made) {
		av_free(made);
		return AVERROR(ENOMEM);
	}
	to->chapters[to->nb_chapters++] = made;
	made->id = from->id;
	made->time_base = nanoseconds;
	made->start = start_ns;
	made->end = end_ns;
	return copy_keys(from->metadata, &made->metadata, chapter_keys);
}

int pmk_tags_chapters(const AVFormatContext *from, AVFormatContext *to, int64_t origin_ns, int64_t length_ns)
{
	int64_t end_of_all_ns = length_ns ? length_ns : most_ns;
	int err = 0;

	for (unsigned i = 0; i < from->nb_chapters && err >= 0; i++) {
		const AVChapter *chapter = from->chapters[i];
		int64_t start_ns = av_rescale_q(chapter->start, chapter->time_base, nanoseconds) - origin_ns;
		int64_t end_ns = av_rescale_q(chapter->end, chapter->time_base, nanoseconds) - origin_ns;

		if (end_ns > 0 && end_ns >= start_ns && start_ns < end_of_all_ns)
			err = add_chapter(chapter, to, FFMAX(start_ns, 0), FFMIN(end_ns, end_of_all_ns));
	}
	return err;
}
