/* SPDX-License-Identifier: ISC */
/*
 * reply_text.c - places in a reply
 *
 * Blanks, folds and "> " quoting between two words are one gap; so are a
 * no-break space (C2 A0 in UTF-8), the "\n" that a program printed for a
 * line end, and the "_" of qmail's log.  Words that decide what a number is stand before it: "banned
 * sending IP [", "host [".
 */
#include "reply.h"

#include <string.h>

#include "ascii.h"

enum {
	WORD_MAX = 24, /* bytes looked back for a word */
	PUNCT_MAX = 32 /* and for what is between it and a number */
};

static bool
is_escape(char c)
{
	return c == 'n' || c == 'r' || c == 't';
}

size_t
delist_reply_gap(const char *text, size_t len, size_t at)
{
	bool line = false;

	while (at < len) {
		char c = text[at];

		if (c == '\n' || c == '\r')
			line = true;
		else if (c == '\xc2' && at + 1 < len && text[at + 1] == '\xa0')
			at++;
		else if (c == '\\' && at + 1 < len && is_escape(text[at + 1]))
			at++;
		else if (!delist_ascii_isspace(c) && c != '_' &&
			 !(line && c == '>'))
			break;
		at++;
	}
	return at;
}

size_t
delist_reply_piece(const char *text, size_t len, size_t at, const char *set)
{
	size_t next;

	if (at >= len || (text[at] != '\n' && text[at] != '\r'))
		return 0;
	next = delist_reply_gap(text, len, at);
	return next < len && delist_ascii_isin(text[next], set) ? next : 0;
}

static bool
is_punct(char c)
{
	switch (c) {
	case '[':
	case '(':
	case '\'':
	case '"':
	case ':':
	case '=':
	case '<':
	case ';':
	case '>':
	case '/':
	case '\\':
	case '_':
		return true;
	default:
		return delist_ascii_isspace(c);
	}
}

/* A no-break space ends in front of `at`. */
static bool
is_nbsp(const char *text, size_t at)
{
	return at > 1 && text[at - 1] == '\xa0' && text[at - 2] == '\xc2';
}

struct delist_text
delist_reply_before(const char *text, size_t at)
{
	size_t end = at, start, low = at > PUNCT_MAX ? at - PUNCT_MAX : 0;

	while (end > low && (is_punct(text[end - 1]) || is_nbsp(text, end)))
		end -= is_nbsp(text, end) ? 2 : 1;
	low = end > WORD_MAX ? end - WORD_MAX : 0;
	for (start = end; start > low && delist_ascii_isalnum(text[start - 1]);
	     start--)
		;
	return (struct delist_text){text + start, end - start};
}

bool
delist_reply_is_any(
    struct delist_text word, const char (*rows)[DELIST_REPLY_WORD], size_t n)
{
	char first = word.len != 0 ? delist_ascii_lower(word.at[0]) : '\0';

	if (word.len == 0 || word.len >= DELIST_REPLY_WORD)
		return false;
	for (size_t i = 0; i < n; i++)
		if (rows[i][0] == first && rows[i][word.len] == '\0' &&
		    delist_ascii_equal(rows[i], word.at, word.len))
			return true;
	return false;
}

bool
delist_reply_after(const char *text, size_t at, const char *word)
{
	struct delist_text before = delist_reply_before(text, at);

	return before.len == strlen(word) &&
	       delist_ascii_equal(before.at, word, before.len);
}

/* b' or b" of a printed byte string. */
static bool
is_bytes_mark(const char *text, size_t at)
{
	return at > 1 && (text[at - 1] == '\'' || text[at - 1] == '"') &&
	       (text[at - 2] == 'b' || text[at - 2] == 'B') &&
	       (at == 2 || !delist_ascii_isalnum(text[at - 3]));
}

/*
 * Whether a line, or with blank_before a paragraph, begins here but for
 * quoting and opening marks such as b' or <<<.
 */
bool
delist_reply_opens(const char *text, size_t at, bool blank_before)
{
	size_t low = at > PUNCT_MAX ? at - PUNCT_MAX : 0;
	int lines = 0;

	if (is_bytes_mark(text, at))
		at -= 2;
	for (; at > low; at--) {
		char c = text[at - 1];

		if (c == '\n')
			lines++;
		if (at > 1 && text[at - 2] == '\\' && is_escape(c)) {
			lines++;
			at--;
			continue;
		}
		if (lines > (blank_before ? 1 : 0))
			return true;
		if (!delist_ascii_isspace(c) &&
		    !delist_ascii_isin(c, "[('\"<>#"))
			return false;
	}
	return at == 0;
}
