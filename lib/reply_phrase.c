/* SPDX-License-Identifier: ISC */
/*
 * reply_phrase.c - the words of the rules, lists and vendor tags in a reply
 *
 * A phrase is tried only where one can begin by its first four bytes: see
 * verdict.h.  Of all phrases that a reply holds, the first in the table
 * counts, so a row is tried no more once an earlier one was found.
 */
#include "reply.h"

#include <string.h>

#include "ascii.h"
#include "verdict.h"

enum {
	SECOND_MAX = 32 /* bytes looked ahead for the second word */
};

/* Behind a gap or a fold at `at`, the lower-case byte there; 0: the end. */
static char
byte_at(const char *text, size_t len, size_t *at)
{
	if (*at < len && (text[*at] == '\n' || text[*at] == '\r'))
		*at = delist_reply_gap(text, len, *at);
	return *at < len ? delist_ascii_lower(text[*at]) : '\0';
}

/* From where text and phrase differ: perhaps at a gap or a fold. */
static size_t
match_slowly(const char *text, size_t len, size_t at, const char *phrase)
{
	for (; *phrase != '\0'; phrase++) {
		size_t gap = at;

		if (*phrase != ' ') {
			if (byte_at(text, len, &at) != *phrase)
				return 0;
			at++;
			continue;
		}
		at = delist_reply_gap(text, len, at);
		if (at == gap)
			return 0;
	}
	return at;
}

static bool
is_gap(const char *text, size_t len, size_t at)
{
	char c = text[at];

	return (unsigned char)c <= ' ' || c == '\\' || c == '_' ||
	       (c == '\xc2' && at + 1 < len && text[at + 1] == '\xa0');
}

/* A byte that may begin a gap, a fold, or what goes on with one. */
static bool
may_be_gap(char c)
{
	return (unsigned char)c <= ' ' || c == '\\' || c == '\xc2' ||
	       c == '>' || c == '_';
}

size_t
delist_reply_match(const char *text, size_t len, const char *phrase)
{
	size_t at = 0, word = 0;

	for (; phrase[at] != '\0'; at++) {
		if (at < len && delist_ascii_lower(text[at]) == phrase[at]) {
			if (phrase[at] == ' ')
				word = at;
			continue;
		}
		if (at < len && !may_be_gap(text[at]))
			return 0;
		return match_slowly(text, len, word, phrase + word);
	}
	return at;
}

static bool
in_name(char c)
{
	return delist_ascii_isalnum(c) || c == '.' || c == '-' || c == '_';
}

/* A list is named by the phrase itself, or by the word behind it. */
static struct delist_text
list_at(const char *text, size_t len, size_t at, size_t end)
{
	size_t low = at > 64 ? at - 64 : 0, high;
	bool behind = false;

	for (size_t i = at; i < end; i++)
		behind = behind || delist_ascii_isspace(text[i]);
	if (behind) {
		at = delist_reply_gap(text, len, end);
		while (at < len && delist_ascii_isin(text[at], "\"'(<[:"))
			at++;
		end = at;
	} else {
		while (at > low && in_name(text[at - 1]))
			at--;
	}
	high = len - end > 64 ? end + 64 : len;
	while (end < high && in_name(text[end]))
		end++;
	while (end > at && (text[end - 1] == '.' || text[end - 1] == '-'))
		end--;
	return (struct delist_text){text + at, end - at};
}

static void
found(struct delist_refusal *e, const struct delist_rule *rule, size_t place,
    const char *text, size_t len, size_t at, size_t used)
{
	e->words.phrase = rule;
	e->words.phrase_at = place;
	e->words.phrase_from = e->from;
	e->words.phrase_text = (struct delist_text){text + at, used};
	if (rule->cls == DELIST_CLASS_IP_BLOCK_DNSBL)
		e->words.list = list_at(text, len, at, at + used);
}

/* Rows of the host, which has few: each is tried. */
static void
try_host(struct delist_refusal *e, const char *text, size_t len, size_t at)
{
	for (size_t i = 0; i < e->rule_count; i++) {
		size_t used;

		if (e->words.phrase != NULL && i + 1 >= e->words.phrase_at)
			return;
		if (e->rules[i].phrase == NULL || e->rules[i].phrase[0] == '\0')
			continue;
		used =
		    delist_reply_match(text + at, len - at, e->rules[i].phrase);
		if (used == 0)
			continue;
		found(e, &e->rules[i], i + 1, text, len, at, used);
		return;
	}
}

/* Rows that begin with these four bytes and this second word, or none. */
static void
try_chain(struct delist_refusal *e, const char *text, size_t len, size_t at,
    unsigned chain)
{
	size_t n;
	const struct delist_rule *rules = delist_verdict_rules(&n);

	for (size_t i = delist_verdict_first[chain]; i != 0;
	     i = delist_verdict_next[i]) {
		size_t used;

		if (e->words.phrase != NULL &&
		    e->rule_count + i >= e->words.phrase_at)
			return;
		used = delist_reply_match(
		    text + at, len - at, rules[i - 1].phrase);
		if (used == 0)
			continue;
		found(e, &rules[i - 1], e->rule_count + i, text, len, at, used);
		return;
	}
}

/*
 * The second word begins behind the first gap.  A line end may be a fold
 * inside the first word instead, so what is behind the next one is tried, too.
 */
static void
try_chains(struct delist_refusal *e, const char *text, size_t len, size_t at,
    uint32_t four)
{
	size_t high = len - at > SECOND_MAX ? at + SECOND_MAX : len, gap = at;

	try_chain(e, text, len, at, delist_verdict_chain(four, 0));
	while (gap < high) {
		size_t next = gap;

		while (next < high && !is_gap(text, len, next))
			next++;
		if (next == high)
			return;
		gap = next + 1;
		if (gap == len || may_be_gap(text[gap]) || text[next] != ' ')
			gap = delist_reply_gap(text, len, next);
		if (gap < len && gap > next)
			try_chain(e, text, len, at,
			    delist_verdict_chain(
				four, delist_verdict_fold(text[gap])));
		if (text[next] != '\n' && text[next] != '\r')
			return;
	}
}

/*
 * The first four bytes with one blank for any gap; a line end is one, too, or
 * it is a fold inside a word and nothing.
 */
static uint32_t
unfolded(const char *text, size_t len, size_t at, bool inside)
{
	char c[4] = {0};

	for (int i = 0; i < 4; i++) {
		size_t next = delist_reply_gap(text, len, at);

		if (inside && next > at &&
		    (text[at] == '\n' || text[at] == '\r'))
			at = next;
		if (at >= len)
			break;
		c[i] = next > at ? ' ' : text[at++];
		if (next > at)
			at = next;
	}
	return delist_verdict_four(c);
}

/* 0x80 in the lowest byte that is less than c, perhaps in others above it. */
static uint32_t
less(uint32_t four, unsigned char c)
{
	return (four - 0x01010101u * c) & ~four & 0x80808080;
}

/* A line end, two blanks, "_" or C2 are among them. */
static bool
is_folded(uint32_t four)
{
	uint32_t blanks = less(four ^ 0x20202020, 1);

	return (less(four, ' ') | (blanks & blanks << 8) |
		   less(four ^ 0x5f5f5f5f, 1) | less(four ^ 0xc2c2c2c2, 1)) !=
	       0;
}

/* The first rule of all whose phrase begins here, if it comes earlier. */
void
delist_reply_phrases(
    struct delist_refusal *e, const char *text, size_t len, size_t at)
{
	uint32_t four;

	if (e->rule_count != 0)
		try_host(e, text, len, at);
	if (len - at < 4)
		return;
	four = delist_verdict_four(text + at);
	if (delist_verdict_begins[delist_verdict_slot(four)])
		try_chains(e, text, len, at, four);
	if (!is_folded(four))
		return;
	for (int inside = 0; inside < 2; inside++) {
		four = unfolded(text, len, at, inside != 0);
		if (delist_verdict_begins[delist_verdict_slot(four)])
			try_chains(e, text, len, at, four);
	}
}

/*
 * Letters and a number, perhaps "_" and another: "S3140", "LPN006_107"; or a
 * number in parentheses behind "AS".  Bare ones need the underscore.
 */
void
delist_reply_vendor(
    struct delist_refusal *e, const char *text, size_t len, size_t at)
{
	size_t end = at, digits, joints = 0;
	bool bracket = at > 0 && (text[at - 1] == '(' || text[at - 1] == '[');
	bool paren;
	char stop;

	while (end < len && end - at < 5 && delist_ascii_isalpha(text[end]))
		end++;
	if (end - at > 4 || end == len)
		return;
	paren = text[end] == '(' && delist_ascii_begins(text + at, 3, "as(");
	digits = end += paren;
	for (; end < len && end - digits < 12; end++)
		if (text[end] == '_' && end > digits)
			joints++;
		else if (!delist_ascii_isdigit(text[end]))
			break;
	stop = end < len ? text[end] : '\0';
	if (end - digits < 2 || delist_ascii_isalnum(stop))
		return;
	if (paren ? stop != ')'
		  : joints != 1 && !(bracket && (stop == ')' || stop == ']')))
		return;
	e->words.vendor = (struct delist_text){text + at, end + paren - at};
}
