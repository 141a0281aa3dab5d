/* SPDX-License-Identifier: ISC */
/*
 * Any bytes as a list: entries are whole prefixes, notes lie in the text,
 * check and walk agree, and what is written is read as it was.
 */
#include <stdlib.h>
#include <string.h>

#include <delist/listfile.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
hold(bool truth)
{
	if (!truth)
		abort();
}

static void
comes_back(const struct delist_prefix *prefix, struct delist_text note)
{
	struct delist_listfile file;
	struct delist_prefix again;
	char *line = malloc(note.len + 64);
	size_t len;
	bool found;

	hold(line != NULL);
	if (delist_listfile_format(line, note.len + 64, &len, prefix, note) ==
	    DELIST_OK) {
		struct delist_text read;

		delist_listfile_init(&file, line, len, NULL);
		hold(delist_listfile_next(&file, &found, &again, &read) ==
		     DELIST_OK);
		hold(found && delist_prefix_compare(&again, prefix) == 0);
		hold(
		    read.len == note.len &&
		    (read.len == 0 || memcmp(read.at, note.at, read.len) == 0));
	}
	free(line);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	struct delist_listfile file;
	struct delist_guard guard;
	size_t entries = 0, n = 0, line = 0;
	bool found = true;
	int error = DELIST_OK;

	delist_guard_init(&guard, sizeof guard);
	delist_listfile_init(&file, text, size, &guard);
	for (;;) {
		struct delist_prefix prefix;
		struct delist_text note;

		error = delist_listfile_next(&file, &found, &prefix, &note);
		if (error != DELIST_OK || !found)
			break;
		n++;
		hold(delist_prefix_valid(&prefix));
		hold(delist_guard_check(&guard, &prefix) == DELIST_OK);
		hold(note.len == 0 ||
		     (note.at >= text && note.at + note.len <= text + size));
		comes_back(&prefix, note);
	}
	hold(delist_listfile_check(&entries, &line, text, size, &guard) ==
	     error);
	hold(error == DELIST_OK ? entries == n : line == file.line);
	return 0;
}
