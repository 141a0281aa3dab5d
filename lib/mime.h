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
	DELIST_MIME_DEPTH = 8,	 /* multiparts in each other */
	DELIST_MIME_PARTS = 256, /* parts of a message, multiparts too */
	DELIST_MIME_VALUE = 1024 /* bytes of a field that are looked at */
};

/* Lines of text[0..], however they end: where the next LF and CR are. */
struct delist_mime_lines {
	const char *end, *lf, *cr;
};

/* The fields of a header that are asked for; raw values, the first of each. */
enum delist_mime_field {
	DELIST_MIME_CONTENT_TYPE,
	DELIST_MIME_CODING,	 /* Content-Transfer-Encoding */
	DELIST_MIME_DISPOSITION, /* Content-Disposition */
	DELIST_MIME_FROM,
	DELIST_MIME_SUBJECT,
	DELIST_MIME_FAILED, /* X-Failed-Recipients */
	DELIST_MIME_FIELDS
};

struct delist_mime_header {
	struct delist_text field[DELIST_MIME_FIELDS];
	bool usual;	  /* a field that every message has is there */
	const char *body; /* where the body begins */
};

struct delist_mime {
	const char *at, *end;
	struct delist_mime_lines lines;
	struct delist_text boundaries[DELIST_MIME_DEPTH];
	size_t depth, parts;
	struct delist_mime_header header; /* of the part that came last */
	bool in_header;			  /* a part begins at `at` */
	bool is_read;			  /* and its header was read */
	bool truncated; /* too deep or too many parts were left out */
};

void delist_mime_lines(
    struct delist_mime_lines *lines, const char *text, size_t len);

/* The start of the next line, and with stop not NULL where this one ends. */
const char *delist_mime_line(
    struct delist_mime_lines *lines, const char *at, const char **stop);

void delist_mime_header(struct delist_mime_header *header,
    struct delist_mime_lines *lines, const char *at);

/* m->header is then that of the message. */
void delist_mime_init(struct delist_mime *m, const char *text, size_t len);

/* The next part, without its end; `end` looks for that. */
bool delist_mime_next(struct delist_mime *m, struct delist_mime_part *part);
void delist_mime_end(struct delist_mime *m, struct delist_mime_part *part);

/* Where `word` (lower case) is in text, whatever the case; NULL: nowhere. */
const char *delist_mime_find(struct delist_text text, const char *word);

/*
 * Decode into out[0..size): quoting "> " and blanks that begin a line go,
 * other blanks are one, line ends are "\n".  raw keeps all that.  The
 * length; *full if it did not fit.
 */
size_t delist_mime_decode(char *out, size_t size, bool *full,
    const struct delist_mime_part *part, bool raw);

#endif
