/* SPDX-License-Identifier: ISC */
/*
 * mime_decode.c - a body as plain lines
 *
 * Bytes come out of the transfer encoding (RFC 2045, 6.7 and 6.8) in runs,
 * then pass the sink (mime_sink.c), which takes away what folding, quoting and
 * line ends may change.  What is not base64 or quoted-printable is passed as
 * it is.
 *
 * One blank stays at the end of a line that had some: such a line was folded
 * between words and not inside one.
 */
#include "mime.h"

#include <string.h>

#include "ascii.h"
#include "mime_sink.h"

enum {
	CHUNK = 768 /* bytes that leave base64 at a time */
};

/* Value of a base64 digit, or -1. */
static int
digit64(char c)
{
	if (delist_ascii_isdigit(c))
		return c - '0' + 52;
	if (delist_ascii_isalpha(c))
		return c >= 'a' ? c - 'a' + 26 : c - 'A';
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

static void
decode64(struct delist_mime_sink *s, struct delist_text body)
{
	char chunk[CHUNK];
	unsigned bits = 0, n = 0;
	size_t used = 0;

	for (size_t i = 0; i < body.len && !s->full; i++) {
		int digit = digit64(body.at[i]);

		if (digit < 0)
			continue;
		bits = (bits << 6 | (unsigned)digit) & 0xffff;
		n += 6;
		if (n < 8)
			continue;
		n -= 8;
		chunk[used++] = (char)(unsigned char)(bits >> n & 0xff);
		if (used == CHUNK) {
			delist_mime_sink(s, chunk, used);
			used = 0;
		}
	}
	delist_mime_sink(s, chunk, used);
}

/* The length of "=" blanks line-end at text[0..len), or 0. */
static size_t
soft_break(const char *text, size_t len)
{
	size_t i = 1;

	while (i < len && (text[i] == ' ' || text[i] == '\t'))
		i++;
	if (i == len)
		return i;
	if (text[i] == '\n')
		return i + 1;
	if (text[i] != '\r')
		return 0;
	return i + 1 < len && text[i + 1] == '\n' ? i + 2 : i + 1;
}

/* What "=" stands for; how many bytes were taken. */
static size_t
decode_equals(struct delist_mime_sink *s, const char *at, size_t left)
{
	size_t n = soft_break(at, left);
	char c;

	if (n != 0)
		return n;
	if (left < 3 || delist_ascii_hex(at[1]) < 0 ||
	    delist_ascii_hex(at[2]) < 0) {
		delist_mime_sink(s, at, 1);
		return 1;
	}
	c = (char)(unsigned char)(delist_ascii_hex(at[1]) << 4 |
				  delist_ascii_hex(at[2]));
	delist_mime_sink(s, &c, 1);
	return 3;
}

static void
decode_qp(struct delist_mime_sink *s, struct delist_text body)
{
	for (size_t i = 0; i < body.len && !s->full;) {
		const char *at = body.at + i;
		size_t left = body.len - i;
		const char *equals = memchr(at, '=', left);
		size_t run = equals != NULL ? (size_t)(equals - at) : left;

		if (run > 0)
			delist_mime_sink(s, at, run);
		i += run;
		if (equals != NULL)
			i += decode_equals(s, equals, left - run);
	}
}

size_t
delist_mime_decode(char *out, size_t size, bool *full,
    const struct delist_mime_part *part, bool raw)
{
	struct delist_mime_sink s = {.out = out,
	    .size = size,
	    .raw = raw,
	    .html = part->type == DELIST_MIME_HTML};

	if (part->encoding == DELIST_MIME_BASE64)
		decode64(&s, part->body);
	else if (part->encoding == DELIST_MIME_QP)
		decode_qp(&s, part->body);
	else
		delist_mime_sink(&s, part->body.at, part->body.len);
	delist_mime_sink_end(&s);
	*full = *full || s.full;
	return s.len;
}
