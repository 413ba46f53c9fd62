/* SPDX-License-Identifier: MIT */
/* Names for the files that a batch writes.
 *
 * The one rule: each name is new. It is the input's without its folder and its end; "-2", "-3" and so on are added if
 * another file of the batch has the name (a.jpg and a.png), or if it is that of an input (settings/inputs.h), whatever
 * end it gets. Upper and lower case count as equal. Any other file of that name is replaced. One thread. */
#ifndef PMK_APP_FILES_BATCH_NAMES_H
#define PMK_APP_FILES_BATCH_NAMES_H

struct pmk_settings;

/* Paths below `folder`, without ends, one for each of the inputs. The caller frees each and the array:
 * pmk_batch_names_free. The errors of pmk_inputs_find. */
int pmk_batch_names(const char *const *inputs, int count, const char *folder, const struct pmk_settings *settings,
	char ***names) __attribute__((warn_unused_result));
void pmk_batch_names_free(char **names, int count); /* NULL is allowed */

#endif
