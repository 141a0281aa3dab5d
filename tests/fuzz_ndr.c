/* SPDX-License-Identifier: ISC */
/*
 * Any bytes as a message: views lie inside the scratch memory, whatever its
 * size; 5.7.511 never leads to the portal; CRLF, LF and CR as line ends give
 * the same verdicts.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <delist/ndr.h>

enum {
	CAP = 4,
	ROOM = 4096,
	ENDS_MAX = 1000 /* bytes of a message whose line ends are changed */
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
inside(struct delist_text view, const char *scratch, size_t size)
{
	if (view.len == 0)
		return;
	if (view.at < scratch || view.len > size ||
	    view.at + view.len > scratch + size)
		abort();
}

static size_t
check(struct delist_verdict v[CAP], const char *data, size_t size,
    char *scratch, size_t room)
{
	size_t count = 0;

	if (delist_ndr_parse(v, CAP, &count, scratch, room, data, size) !=
		DELIST_OK ||
	    count < 1 || count > CAP)
		abort();
	for (size_t i = 0; i < count; i++) {
		inside(v[i].recipient, scratch, room);
		inside(v[i].diagnostic, scratch, room);
		inside(v[i].contact, scratch, room);
		inside(v[i].remote_host, scratch, room);
		inside(v[i].list, scratch, room);
		inside(v[i].vendor, scratch, room);
		inside(v[i].matched, scratch, room);
		if (v[i].status.detail == 511 && v[i].status.subject == 7 &&
		    v[i].remedy == DELIST_REMEDY_PORTAL)
			abort();
	}
	return count;
}

static void
same(const struct delist_verdict *a, const struct delist_verdict *b)
{
	if (a->cls != b->cls || a->remedy != b->remedy ||
	    a->reply != b->reply || a->flags != b->flags ||
	    delist_status_compare(&a->status, &b->status) != 0 ||
	    delist_addr_compare(&a->blocked.addr, &b->blocked.addr) != 0 ||
	    a->recipient.len != b->recipient.len ||
	    (a->recipient.len != 0 && memcmp(a->recipient.at, b->recipient.at,
					  a->recipient.len) != 0))
		abort();
}

/* The message with other line ends; its length. */
static size_t
end_lines(char *out, const uint8_t *data, size_t size, const char *end)
{
	size_t n = 0;

	for (size_t i = 0; i < size; i++)
		if (data[i] != '\n') {
			out[n++] = (char)data[i];
		} else {
			memcpy(out + n, end, strlen(end));
			n += strlen(end);
		}
	return n;
}

static void
line_ends_mean_nothing(const struct delist_verdict *v, size_t count,
    const uint8_t *data, size_t size)
{
	static const char *const ends[] = {"\r\n", "\r"};
	struct delist_verdict other[CAP];
	char *text, *scratch;

	if (size == 0 || size > ENDS_MAX || memchr(data, '\r', size) != NULL)
		return;
	text = malloc(2 * size);
	scratch = malloc(ROOM);
	if (text == NULL || scratch == NULL)
		abort();
	for (int k = 0; k < 2; k++) {
		size_t len = end_lines(text, data, size, ends[k]);

		if (check(other, text, len, scratch, ROOM) != count)
			abort();
		for (size_t i = 0; i < count; i++)
			same(&v[i], &other[i]);
	}
	free(scratch);
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct delist_verdict v[CAP];
	char *scratch = malloc(ROOM);

	if (scratch == NULL)
		abort();
	line_ends_mean_nothing(
	    v, check(v, (const char *)data, size, scratch, ROOM), data, size);
	if (size > 0)
		check(v, (const char *)data, size, scratch, data[0]);
	free(scratch);
	return 0;
}
