/* SPDX-License-Identifier: ISC */
/*
 * mime_sink.c - text without what may change on its way
 *
 * Folding, quoting, line ends and runs of blanks go, and so do the tags of
 * HTML.  Most bytes are words with one blank between two: they are found eight
 * at a time and copied as they are.
 */
#include "mime_sink.h"

#include <stdint.h>
#include <string.h>

#include "ascii.h"

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
put(struct delist_mime_sink *s, const char *bytes, size_t len)
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
put_text(struct delist_mime_sink *s, const char *bytes, size_t len)
{
	if (s->blank)
		put(s, " ", 1);
	s->blank = false;
	s->begun = true;
	put(s, bytes, len);
}

static void
put_line_end(struct delist_mime_sink *s)
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
sink_special(struct delist_mime_sink *s, char c, bool after_cr)
{
	switch (special[(unsigned char)c]) {
	case BLANK:
		s->blank = s->begun;
		break;
	case LINE_END:
		if ((c != '\n' || !after_cr) &&
		    (s->begun || s->pre || !s->html))
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
was_nbsp(struct delist_mime_sink *s, char c)
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
sink_plain(struct delist_mime_sink *s, const char *bytes, size_t len)
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

/* "&#46", "&#x2e": the byte of ASCII, or NUL. */
static char
numbered(const struct delist_mime_sink *s)
{
	bool hex = (s->name[2] | 0x20) == 'x';
	unsigned value = 0;

	for (size_t i = hex ? 3 : 2; i < s->name_len; i++) {
		int digit = delist_ascii_hex(s->name[i]);

		if (digit < 0 || (!hex && digit > 9))
			return '\0';
		value = value * (hex ? 16 : 10) + (unsigned)digit;
	}
	return value > ' ' && value < 0x7f ? (char)value : '\0';
}

/*
 * The name of a tag or entity is complete: what stands for it.  "\v" ends a
 * line that has text, "\n" any.
 */
static void
end_markup(struct delist_mime_sink *s)
{
	static const struct {
		const char *name, *text;
	} names[] = {{"<br", "\n"}, {"<p", "\n"}, {"</p", "\n"}, {"<div", "\v"},
	    {"</div", "\v"}, {"<tr", "\v"}, {"<li", "\v"}, {"<pre", "\v"},
	    {"</pre", "\v"}, {"</td", " "}, {"</h1", "\n"}, {"</h2", "\n"},
	    {"&lt", "<"}, {"&gt", ">"}, {"&amp", "&"}, {"&quot", "\""},
	    {"&nbsp", " "}, {"&apos", "'"}};
	const char *text = s->tag == '<' ? "" : " ";
	char c;

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (names[i].name[1] == delist_ascii_lower(s->name[1]) &&
		    strlen(names[i].name) == s->name_len &&
		    delist_ascii_equal(names[i].name, s->name, s->name_len))
			text = names[i].text;
	if (delist_ascii_begins(s->name, s->name_len, "<pre"))
		s->pre = true;
	if (delist_ascii_begins(s->name, s->name_len, "</pre"))
		s->pre = false;
	c = s->name_len > 2 && s->name[1] == '#' ? numbered(s) : '\0';
	s->tag = '\0';
	s->cr = false; /* what a tag stands for is no half of a line end */
	if (c != '\0')
		sink_plain(s, &c, 1);
	else if (text[0] == '>')
		put_text(s, text, 1);
	else if (text[0] == '\n' || (text[0] == '\v' && s->begun))
		put_line_end(s);
	else
		sink_plain(s, text, strlen(text));
}

/* Tags go, but for those that end a line; few entities matter. */
static void
sink_html(struct delist_mime_sink *s, const char *bytes, size_t len)
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
		} else if (!s->named && s->name_len < DELIST_MIME_NAME) {
			s->name[s->name_len++] = c;
		}
	}
}

void
delist_mime_sink(struct delist_mime_sink *s, const char *bytes, size_t len)
{
	if (s->raw)
		put(s, bytes, len);
	else if (s->html)
		sink_html(s, bytes, len);
	else
		sink_plain(s, bytes, len);
}

void
delist_mime_sink_end(struct delist_mime_sink *s)
{
	if (s->nbsp)
		put_text(s, "\xc2", 1);
	s->nbsp = false;
}
