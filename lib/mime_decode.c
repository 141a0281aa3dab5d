/* SPDX-License-Identifier: ISC */
/*
 * mime_decode.c - a body as plain lines
 *
 * Bytes come out of the transfer encoding (RFC 2045, 6.7 and 6.8) in runs,
 * then pass the sink, which takes away what folding, quoting and line ends
 * may change.  What is not base64 or quoted-printable is passed as it is.
 *
 * One blank stays at the end of a line that had some: such a line was folded
 * between words and not inside one.
 */
#include "mime.h"

#include <stdint.h>
#include <string.h>

#include "ascii.h"

enum {
	NAME_MAX = 8, /* bytes of an HTML tag or entity that matter */
	CHUNK = 768   /* bytes that leave base64 at a time */
};

struct sink {
	char *out;
	size_t size, len;
	bool raw, html;
	bool full;
	bool cr;    /* the last byte was CR */
	bool nbsp;  /* the last byte was C2, perhaps of a no-break space */
	bool blank; /* blanks wait to be written */
	bool begun; /* the line has text */
	bool named; /* the name of the tag is complete */
	char tag;   /* inside an HTML tag '<' or entity '&' */
	size_t name_len;
	char name[NAME_MAX];
};

/* What bytes are that are more than themselves. */
enum special {
	QUOTE = 1, /* where a line begins */
	BLANK,
	LINE_END,
	C2
};

#define ONES UINT64_C(0x0101010101010101)

static const unsigned char special[256] = {
    /* clang-format off */
	0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 3, 2, 2, 3, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    /* clang-format on */
};

static void
put(struct sink *s, const char *bytes, size_t len)
{
	if (len > s->size - s->len) {
		len = s->size - s->len;
		s->full = true;
	}
	memcpy(s->out + s->len, bytes, len);
	s->len += len;
}

/* Text of a line, behind the blanks that wait. */
static void
put_text(struct sink *s, const char *bytes, size_t len)
{
	if (s->blank)
		put(s, " ", 1);
	s->blank = false;
	s->begun = true;
	put(s, bytes, len);
}

static void
put_line_end(struct sink *s)
{
	if (s->blank)
		put(s, " ", 1);
	s->begun = s->blank = false;
	if (s->len >= 2 && s->out[s->len - 1] == '\n' &&
	    s->out[s->len - 2] == '\n')
		return;
	put(s, "\n", 1);
}

static void
sink_special(struct sink *s, char c, bool after_cr)
{
	switch (special[(unsigned char)c]) {
	case BLANK:
		s->blank = s->begun;
		break;
	case LINE_END:
		if (c != '\n' || !after_cr)
			put_line_end(s);
		s->cr = c == '\r';
		break;
	case QUOTE:
		if (s->begun)
			put_text(s, &c, 1);
		break;
	default:
		s->nbsp = true;
	}
}

/* A C2 waits for its second byte. */
static bool
was_nbsp(struct sink *s, char c)
{
	s->nbsp = false;
	if (c == '\xa0') {
		s->blank = s->begun;
		return true;
	}
	put_text(s, "\xc2", 1);
	return false;
}

/*
 * 0x80 in the lowest byte of x that is less than c, and perhaps in some above
 * it; 0: none is.
 */
static uint64_t
less(uint64_t x, unsigned char c)
{
	return (x - ONES * c) & ~x & (ONES * 0x80);
}

/* Eight bytes of words, one blank between two, that end in no blank. */
static bool
are_words(const char *bytes)
{
	uint64_t x, blanks;

	memcpy(&x, bytes, sizeof x);
	blanks = less(x ^ ONES * ' ', 1);
	return ((blanks & blanks << 8) | less(x, ' ') |
		   less(x ^ ONES * 0xc2, 1)) == 0 &&
	       bytes[sizeof x - 1] != ' ';
}

/* The end of text that goes as it is: words, one blank between two. */
static size_t
run_end(const char *bytes, size_t at, size_t len)
{
	for (;;) {
		size_t stop;

		while (len - at >= 8 && are_words(bytes + at))
			at += 8;
		for (stop = len - at < 8 ? len : at + 8; at < stop; at++) {
			unsigned char kind = special[(unsigned char)bytes[at]];

			if (kind > QUOTE &&
			    (bytes[at] != ' ' || at + 1 == len ||
				special[(unsigned char)bytes[at + 1]] != 0))
				return at;
		}
		if (at == len)
			return at;
	}
}

static void
sink_plain(struct sink *s, const char *bytes, size_t len)
{
	for (size_t i = 0; i < len;) {
		size_t start = i;
		bool after_cr = s->cr;

		if (s->nbsp && was_nbsp(s, bytes[i])) {
			i++;
			continue;
		}
		if (special[(unsigned char)bytes[i]] == 0)
			i = run_end(bytes, i, len);
		s->cr = false;
		if (i > start)
			put_text(s, bytes + start, i - start);
		else
			sink_special(s, bytes[i++], after_cr);
	}
}

/* The name of a tag or entity is complete: what stands for it. */
static void
end_markup(struct sink *s)
{
	static const struct {
		const char *name, *text;
	} names[] = {{"<br", "\n"}, {"<p", "\n"}, {"</p", "\n"}, {"<div", "\n"},
	    {"</div", "\n"}, {"<tr", "\n"}, {"<li", "\n"}, {"<pre", "\n"},
	    {"</td", " "}, {"</h1", "\n"}, {"</h2", "\n"}, {"&lt", "<"},
	    {"&gt", ">"}, {"&amp", "&"}, {"&quot", "\""}, {"&nbsp", " "},
	    {"&#160", " "}, {"&#39", "'"}, {"&#64", "@"}, {"&#46", "."}};
	const char *text = s->tag == '<' ? "" : " ";

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (names[i].name[1] == delist_ascii_lower(s->name[1]) &&
		    strlen(names[i].name) == s->name_len &&
		    delist_ascii_equal(names[i].name, s->name, s->name_len))
			text = names[i].text;
	s->tag = '\0';
	s->cr = false; /* what a tag stands for is no half of a line end */
	if (text[0] == '>')
		put_text(s, text, 1);
	else
		sink_plain(s, text, strlen(text));
}

/* Tags go, but for those that end a line; few entities matter. */
static void
sink_html(struct sink *s, const char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		char c = bytes[i];
		bool name = delist_ascii_isalnum(c) || c == '/' || c == '#';

		if (s->tag == '\0' && (c == '<' || c == '&')) {
			s->tag = s->name[0] = c;
			s->name_len = 1;
			s->named = false;
		} else if (s->tag == '\0') {
			size_t start = i;

			while (i + 1 < len && bytes[i + 1] != '<' &&
			       bytes[i + 1] != '&')
				i++;
			sink_plain(s, bytes + start, i + 1 - start);
		} else if (s->tag == '<' && c == '>') {
			end_markup(s);
		} else if (s->tag == '&' && !name) {
			end_markup(s);
			if (c != ';')
				i--;
		} else if (!name) {
			s->named = true; /* attributes follow */
		} else if (!s->named && s->name_len < NAME_MAX) {
			s->name[s->name_len++] = c;
		}
	}
}

static void
sink(struct sink *s, const char *bytes, size_t len)
{
	if (s->raw)
		put(s, bytes, len);
	else if (s->html)
		sink_html(s, bytes, len);
	else
		sink_plain(s, bytes, len);
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
			sink(s, chunk, used);
			used = 0;
		}
	}
	sink(s, chunk, used);
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
decode_equals(struct sink *s, const char *at, size_t left)
{
	size_t n = soft_break(at, left);
	char c;

	if (n != 0)
		return n;
	if (left < 3 || delist_ascii_hex(at[1]) < 0 ||
	    delist_ascii_hex(at[2]) < 0) {
		sink(s, at, 1);
		return 1;
	}
	c = (char)(unsigned char)(delist_ascii_hex(at[1]) << 4 |
				  delist_ascii_hex(at[2]));
	sink(s, &c, 1);
	return 3;
}

static void
decode_qp(struct sink *s, struct delist_text body)
{
	for (size_t i = 0; i < body.len && !s->full;) {
		const char *at = body.at + i;
		size_t left = body.len - i;
		const char *equals = memchr(at, '=', left);
		size_t run = equals != NULL ? (size_t)(equals - at) : left;

		if (run > 0)
			sink(s, at, run);
		i += run;
		if (equals != NULL)
			i += decode_equals(s, equals, left - run);
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
		sink(&s, part->body.at, part->body.len);
	if (s.nbsp)
		put_text(&s, "\xc2", 1);
	*full = *full || s.full;
	return s.len;
}
