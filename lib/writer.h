/* SPDX-License-Identifier: ISC */
#ifndef LIB_WRITER_H
#define LIB_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Bytes that grow to the right inside a buffer of the caller's.  What does
 * not fit is dropped whole and sets `full`, which stays set: look once, at
 * the end.
 */
struct delist_writer {
	char *at;
	size_t cap;
	size_t len;
	bool full;
};

void delist_writer_put(struct delist_writer *w, const void *bytes, size_t len);
void delist_writer_text(struct delist_writer *w, const char *text);
void delist_writer_number(struct delist_writer *w, uint64_t value);

#endif
