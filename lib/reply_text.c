/* SPDX-License-Identifier: ISC */
/*
 * reply_text.c - places and phrases in a reply
 *
 * Blanks, folds and "> " quoting between two words are one gap.  Words that
 * decide what a number is stand before it: "banned sending IP [", "host [".
 */
#include "reply.h"

#include <string.h>

#include "ascii.h"

enum {
	WORD_MAX = 24, /* bytes looked back for a word */
	PUNCT_MAX = 32 /* and for what is between it and a number */
};

size_t
delist_reply_gap(const char *text, size_t len, size_t at)
{
	bool line = false;

	for (; at < len; at++) {
		if (text[at] == '\n' || text[at] == '\r')
			line = true;
		else if (!delist_ascii_isspace(text[at]) &&
			 !(line && text[at] == '>'))
			break;
	}
	return at;
}

static bool
is_punct(char c)
{
	return delist_ascii_isspace(c) || delist_ascii_isin(c, "[('\":=<;>/");
}

/* words: " one two "; true if the word before `at` is one of them. */
bool
delist_reply_after(const char *text, size_t at, const char *words)
{
	size_t end = at, start, low = at > PUNCT_MAX ? at - PUNCT_MAX : 0;

	while (end > low && is_punct(text[end - 1]))
		end--;
	low = end > WORD_MAX ? end - WORD_MAX : 0;
	for (start = end; start > low && delist_ascii_isalnum(text[start - 1]);
	     start--)
		;
	if (start == end)
		return false;
	for (const char *w = words; *w != '\0';) {
		const char *next = memchr(w, ' ', strlen(w));
		size_t n = next != NULL ? (size_t)(next - w) : strlen(w);

		if (n == end - start && delist_ascii_equal(w, text + start, n))
			return true;
		w += n + (next != NULL);
	}
	return false;
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

	if (at > 1 && (text[at - 1] == '\'' || text[at - 1] == '"') &&
	    (text[at - 2] == 'b' || text[at - 2] == 'B'))
		at -= 2;
	for (; at > low; at--) {
		char c = text[at - 1];

		if (c == '\n')
			lines++;
		if (lines > (blank_before ? 1 : 0))
			return true;
		if (!delist_ascii_isspace(c) &&
		    !delist_ascii_isin(c, "[('\"<>#"))
			return false;
	}
	return at == 0;
}

/* Lower-case phrase at text[0..len); one blank in it is any gap. */
static bool
holds(const char *text, size_t len, const char *phrase)
{
	size_t at = 0;

	for (; *phrase != '\0'; phrase++) {
		size_t next = delist_reply_gap(text, len, at);

		if (*phrase == ' ') {
			if (next == at)
				return false;
			at = next;
			continue;
		}
		if (at < len && text[at] == '\n') /* folded inside a word */
			at = next;
		if (at >= len || delist_ascii_lower(text[at]) != *phrase)
			return false;
		at++;
	}
	return true;
}

static void
try_rules(struct delist_refusal *e, const struct delist_rule *rules, size_t n,
    size_t base, const char *text, size_t len)
{
	char first = delist_ascii_lower(text[0]);

	for (size_t i = 0; i < n; i++) {
		if (e->phrase != NULL && base + i + 1 >= e->phrase_at)
			return;
		if (rules[i].phrase == NULL || rules[i].phrase[0] != first ||
		    !holds(text, len, rules[i].phrase))
			continue;
		e->phrase = &rules[i];
		e->phrase_at = base + i + 1;
		return;
	}
}

/* The first rule of all whose phrase begins here, if it comes earlier. */
void
delist_reply_phrases(
    struct delist_refusal *e, const char *text, size_t len, size_t at)
{
	size_t n;
	const struct delist_rule *rules = delist_verdict_rules(&n);

	try_rules(e, e->rules, e->rule_count, 0, text + at, len - at);
	try_rules(e, rules, n, e->rule_count, text + at, len - at);
}
