/* SPDX-License-Identifier: ISC */
/*
 * Any bytes as a message: views lie inside the scratch memory, whatever its
 * size; 5.7.511 never leads to the portal; line ends change nothing.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <delist/ndr.h>

enum {
	CAP = 4,
	ROOM = 4096
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
inside(struct delist_text view, const char *scratch, size_t size)
{
	if (view.len == 0)
		return;
	if (view.at < scratch || view.at + view.len > scratch + size)
		abort();
}

static size_t
check(struct delist_verdict v[CAP], const uint8_t *data, size_t size,
    char *scratch, size_t room)
{
	size_t count = 0;

	if (delist_ndr_parse(v, CAP, &count, scratch, room, (const char *)data,
		size) != DELIST_OK ||
	    count < 1 || count > CAP)
		abort();
	for (size_t i = 0; i < count; i++) {
		inside(v[i].recipient, scratch, room);
		inside(v[i].diagnostic, scratch, room);
		inside(v[i].contact, scratch, room);
		inside(v[i].remote_host, scratch, room);
		if (v[i].status.detail == 511 && v[i].status.subject == 7 &&
		    v[i].remedy == DELIST_REMEDY_PORTAL)
			abort();
	}
	return count;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct delist_verdict v[CAP];
	char *scratch = malloc(ROOM);

	if (scratch == NULL)
		abort();
	check(v, data, size, scratch, ROOM);
	if (size > 0)
		check(v, data, size, scratch, data[0]);
	free(scratch);
	return 0;
}
