/* SPDX-License-Identifier: ISC */
/*
 * mime_decode.c - a body as plain lines
 *
 * A byte comes out of the transfer encoding (RFC 2045, 6.7 and 6.8), then
 * passes the sink, which takes away all that folding, quoting and line ends
 * may change.  What is not base64 or quoted-printable is passed as it is.
 */
#include "mime.h"

#include <string.h>

#include "ascii.h"

struct sink {
	char *out;
	size_t size, len;
	bool raw, html;
	bool full;
	bool tag;   /* inside an HTML tag */
	bool cr;    /* the last byte was CR */
	bool blank; /* blanks wait to be written */
	bool begun; /* the line has text */
};

static void
put(struct sink *s, char c)
{
	if (s->len < s->size)
		s->out[s->len++] = c;
	else
		s->full = true;
}

static void
put_line_end(struct sink *s)
{
	s->begun = s->blank = false;
	if (s->len >= 2 && s->out[s->len - 1] == '\n' &&
	    s->out[s->len - 2] == '\n')
		return;
	put(s, '\n');
}

static void
sink_byte(struct sink *s, char c)
{
	bool after_cr = s->cr;

	s->cr = c == '\r';
	if (s->raw) {
		put(s, c);
		return;
	}
	if (s->html && (c == '<' || s->tag)) {
		s->tag = c != '>';
		c = ' ';
	}
	if (c == '\n' && after_cr)
		return;
	if (c == '\n' || c == '\r') {
		put_line_end(s);
	} else if (delist_ascii_isspace(c)) {
		s->blank = s->begun;
	} else if (s->begun || c != '>') {
		if (s->blank)
			put(s, ' ');
		s->blank = false;
		s->begun = true;
		put(s, c);
	}
}

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
decode64(struct sink *s, struct delist_text body)
{
	unsigned bits = 0, n = 0;

	for (size_t i = 0; i < body.len; i++) {
		int digit = digit64(body.at[i]);

		if (digit < 0)
			continue;
		bits = (bits << 6 | (unsigned)digit) & 0xffff;
		n += 6;
		if (n >= 8) {
			n -= 8;
			sink_byte(s, (char)(unsigned char)(bits >> n & 0xff));
		}
	}
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

static void
decode_qp(struct sink *s, struct delist_text body)
{
	for (size_t i = 0; i < body.len;) {
		const char *at = body.at + i;
		size_t left = body.len - i, n;

		if (*at != '=') {
			sink_byte(s, *at);
			i++;
		} else if ((n = soft_break(at, left)) != 0) {
			i += n;
		} else if (left > 2 && delist_ascii_hex(at[1]) >= 0 &&
			   delist_ascii_hex(at[2]) >= 0) {
			sink_byte(s,
			    (char)(unsigned char)(delist_ascii_hex(at[1]) << 4 |
						  delist_ascii_hex(at[2])));
			i += 3;
		} else {
			sink_byte(s, *at);
			i++;
		}
	}
}

size_t
delist_mime_decode(char *out, size_t size, bool *full,
    const struct delist_mime_part *part, bool raw)
{
	struct sink s = {.out = out,
	    .size = size,
	    .raw = raw,
	    .html = part->type == DELIST_MIME_HTML};

	if (part->encoding == DELIST_MIME_BASE64)
		decode64(&s, part->body);
	else if (part->encoding == DELIST_MIME_QP)
		decode_qp(&s, part->body);
	else
		for (size_t i = 0; i < part->body.len; i++)
			sink_byte(&s, part->body.at[i]);
	*full = *full || s.full;
	return s.len;
}
