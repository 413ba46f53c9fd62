/* SPDX-License-Identifier: MIT */
#include "app/files/wrong_name.h"

#include "base/log.h"
#include "base/parse.h"
#include "base/words/near.h"
#include "base/words/phrase.h"
#include "io/stream/stream_pipe.h"

#include <string.h>
#include <unistd.h>

/* Whether the text is near one of these two names, but no path. */
static bool is_slip(const char *text, const char *what, const char *a, const char *b)
{
	struct pmk_near near = pmk_near_to(strpbrk(text, "/.") ? "" : text);
	char ask[PMK_NEAR_ASK];

	pmk_near_try(&near, "", a);
	pmk_near_try(&near, "", b);
	pmk_near_ask(&near, ask);
	if (!*ask || strcmp(text, a) == 0 || strcmp(text, b) == 0 || access(text, F_OK) == 0)
		return false;
	pmk_error("the %s \"%s\" is not known%s", what, pmk_short(text, 100).text, ask);
	return true;
}

bool pmk_wrong_name_in(const char *in)
{
	return !pmk_parse_kind(in, "presenter") && is_slip(in, "input", "presenter[:SEED]", "presenter[:SEED]");
}

bool pmk_wrong_name_out(const char *out)
{
	return is_slip(out, "output", "null", "hash");
}

void pmk_wrong_name_end(const char *out, const char *what, const char *in, bool still, const char *ends)
{
	const char *end = pmk_parse_only_end(out);

	if (end)
		pmk_error("the %s \"%s\" is an ending without a name; put one before it, as in new%s", what, out, end);
	else
		pmk_error("%s is a %s, so the %s \"%s\" must end in %s", pmk_pipe_name(in, false),
			still ? "picture" : "video", what, out, ends);
}
