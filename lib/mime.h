/* SPDX-License-Identifier: ISC */
#ifndef LIB_MIME_H
#define LIB_MIME_H

#include <stdbool.h>
#include <stddef.h>

#include <delist/text.h>

/*
 * The parts of a message (RFC 2045, 2046), one after the other, as views.
 * A part that is a message is handed out whole; walk it with a walk of its
 * own.  Line ends are CRLF, LF or CR.
 */
enum delist_mime_type {
	DELIST_MIME_OTHER = 0,
	DELIST_MIME_TEXT,
	DELIST_MIME_HTML,
	DELIST_MIME_STATUS,  /* message/delivery-status, also global- */
	DELIST_MIME_MESSAGE, /* message/rfc822, message/global */
	DELIST_MIME_RECEIPT  /* RFC 5965 or 8098: no bounce */
};

enum delist_mime_encoding {
	DELIST_MIME_PLAIN = 0,
	DELIST_MIME_QP,
	DELIST_MIME_BASE64
};

struct delist_mime_part {
	enum delist_mime_type type;
	enum delist_mime_encoding encoding;
	struct delist_text body;
};

enum {
	DELIST_MIME_DEPTH = 8
};

struct delist_mime {
	const char *at, *end;
	struct delist_text boundaries[DELIST_MIME_DEPTH];
	size_t depth;
	bool in_header;
	bool truncated; /* multiparts too deep were left out */
};

void delist_mime_init(struct delist_mime *m, const char *text, size_t len);
bool delist_mime_next(struct delist_mime *m, struct delist_mime_part *part);

/* The end of the header block: where the body begins. */
const char *delist_mime_body(const char *at, const char *end);

/* The raw value of the first field of that name; {NULL, 0} if none. */
struct delist_text delist_mime_field(
    const char *at, const char *end, const char *name);

/* Where `word` (lower case) is in text, whatever the case; NULL: nowhere. */
const char *delist_mime_find(struct delist_text text, const char *word);

/*
 * Decode into out[0..size): quoting "> " and blanks that begin or end a line
 * go, other blanks are one, line ends are "\n".  raw keeps all that.  The
 * length; *full if it did not fit.
 */
size_t delist_mime_decode(char *out, size_t size, bool *full,
    const struct delist_mime_part *part, bool raw);

#endif
