/* SPDX-License-Identifier: ISC */
#ifndef LIB_MIME_SINK_H
#define LIB_MIME_SINK_H

#include <stdbool.h>
#include <stddef.h>

enum {
	DELIST_MIME_NAME = 8 /* bytes of an HTML tag or entity that matter */
};

/* Where decoded bytes go; `out`, `size`, `raw` and `html` are set before. */
struct delist_mime_sink {
	char *out;
	size_t size, len;
	bool raw, html;
	bool full;
	bool cr;    /* the last byte was CR */
	bool nbsp;  /* the last byte was C2, perhaps of a no-break space */
	bool blank; /* blanks wait to be written */
	bool begun; /* the line has text */
	bool pre;   /* inside <pre>, where empty lines of HTML are some */
	bool named; /* the name of the tag is complete */
	char tag;   /* inside an HTML tag '<' or entity '&' */
	size_t name_len;
	char name[DELIST_MIME_NAME];
};

/* Bytes as they come out of the transfer encoding, any number at a time. */
void delist_mime_sink(
    struct delist_mime_sink *s, const char *bytes, size_t len);
void delist_mime_sink_end(struct delist_mime_sink *s);

#endif
