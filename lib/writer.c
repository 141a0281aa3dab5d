/* SPDX-License-Identifier: ISC */
/*
 * writer.c - text into a buffer of fixed size
 *
 * Whoever composes asks once, at the end, whether all of it fitted.
 */
#include "writer.h"

#include <string.h>

void
delist_writer_put(struct delist_writer *w, const void *bytes, size_t len)
{
	if (w->full || len > w->cap - w->len) {
		w->full = true;
		return;
	}
	if (len != 0)
		memcpy(w->at + w->len, bytes, len);
	w->len += len;
}

void
delist_writer_text(struct delist_writer *w, const char *text)
{
	delist_writer_put(w, text, strlen(text));
}

void
delist_writer_number(struct delist_writer *w, uint64_t value)
{
	char digits[20]; /* UINT64_MAX */
	size_t first = sizeof digits;

	do {
		digits[--first] = (char)('0' + value % 10);
		value /= 10;
	} while (value != 0);
	delist_writer_put(w, digits + first, sizeof digits - first);
}
