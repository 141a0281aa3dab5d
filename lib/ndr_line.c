/* SPDX-License-Identifier: ISC */
/*
 * ndr_line.c - what a line of human text begins
 *
 *	<a@example.net>: host mx.example[192.0.2.1] said: 550 5.1.1 ...
 *
 *	b@example.net
 *	host mx.example [192.0.2.1] ...
 *
 *	Recipient address: c@example.net
 *
 *	------ This is a copy of the message ...
 *
 * Blanks in front of a line are gone when it comes here, so what is around
 * a lone mailbox says whether it is a recipient or part of a sentence.
 */
#include "ndr.h"

#include <string.h>

#include "ascii.h"
#include "mime.h"

bool
delist_ndr_line(struct delist_ndr_line *line, struct delist_text rest)
{
	const char *lf;

	if (rest.len == 0)
		return false;
	lf = memchr(rest.at, '\n', rest.len);
	line->at = rest.at;
	line->len = lf != NULL ? (size_t)(lf - rest.at) : rest.len;
	line->next = line->len + (lf != NULL);
	if (line->len > 0 && line->at[line->len - 1] == ' ')
		line->len--;
	return true;
}

static bool
begins_any(const char *at, size_t len, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (delist_ascii_lower(at[0]) == words[i][0] &&
		    delist_ascii_begins(at, len, words[i]))
			return true;
	return false;
}

#define COUNT(table) (sizeof(table) / sizeof *(table))

/* Behind "-----": what follows is the original. */
static bool
is_ruled_mark(struct delist_text line)
{
	static const char *const words[] = {"original me", "original mail",
	    "copy of the", "copy of your", "header", "returned m",
	    "unsent message", "below this line", "message follows",
	    "original ebent", "message text", "your message", "mail follows"};

	for (size_t i = 0; i < COUNT(words); i++)
		if (delist_mime_find(line, words[i]) != NULL)
			return true;
	return false;
}

bool
delist_ndr_begins_original(const struct delist_ndr_line *line)
{
	static const char *const marks[] = {"original message follows",
	    "original message:", "original message headers",
	    "below this line is a copy", "this is a copy of",
	    "message header follows", "message headers follow",
	    "returned message follows", "included is a copy", "here is a copy",
	    "a copy of the original", "a copy of your message",
	    "the following is a copy", "unsent message",
	    "return-path:", "received: from", "received: by", "received: (",
	    "received-spf:", "message-id:", "authentication-results:",
	    "arc-seal:", "dkim-signature:", "your message:",
	    "the original message was:", "original mail"};
	size_t len = line->len > 120 ? 120 : line->len;

	if (len == 0)
		return false;
	if (line->at[0] == '-')
		return is_ruled_mark((struct delist_text){line->at, len});
	return begins_any(line->at, len, marks, COUNT(marks));
}

static bool
in_mailbox(char c)
{
	return !delist_ascii_isspace(c) && !delist_ascii_isin(c, "<>:,;()[]\"");
}

/* A mailbox at line[at..len): its length, or 0. */
static size_t
mailbox_at(const char *line, size_t len, size_t at)
{
	size_t end = at, sign = 0;

	while (end < len && in_mailbox(line[end])) {
		if (line[end] == '@')
			sign = end;
		end++;
	}
	while (end > at && line[end - 1] == '.')
		end--;
	if (sign <= at || sign + 1 >= end ||
	    delist_ascii_begins(line + at, end - at, "delist"))
		return 0;
	return end - at;
}

/* "550 ..." or "5.1.1 ...", marks before it. */
static bool
is_answer(const char *at, size_t len)
{
	size_t i = 0;

	while (i < len && delist_ascii_isin(at[i], " :.-("))
		i++;
	return i + 3 < len && (at[i] == '4' || at[i] == '5') &&
	       (delist_ascii_isdigit(at[i + 1]) || at[i + 1] == '.') &&
	       delist_ascii_isdigit(at[i + 2]);
}

/* Words that go on about a recipient named in the line before. */
static bool
is_detail(struct delist_text rest)
{
	static const char *const words[] = {"smtp error", "host ", "(reason",
	    "(ultimately", "(generated", "(expanded", "unrouteable", "mailbox",
	    "retry", "delay reason", "error", "remote ", "reason", "user ",
	    "message ", "all hosts", "lowest", "unable to", "host:", "<<<",
	    "connection", "no ", "diagnostic"};

	return rest.len > 0 &&
	       (is_answer(rest.at, rest.len) ||
		   begins_any(rest.at, rest.len, words, COUNT(words)));
}

/* The line before is no sentence that goes on here. */
static bool
stands_alone(const struct delist_ndr_line *before, struct delist_text rest)
{
	char last = before->len > 0 ? before->at[before->len - 1] : '\n';

	if (before->len == 0 || last == ':' || (last & 0x80) != 0 ||
	    memchr(before->at, '\033', before->len) != NULL)
		return true;
	return is_detail(rest);
}

/* "Could not be delivered to:", "Recipient address:": where it ends. */
static size_t
label_end(const char *line, size_t len)
{
	static const char *const words[] = {"recipient", "deliver", "to:"};
	static const char *const others[] = {"from", "sender", "copy", "cc:"};
	const char *colon = memchr(line, ':', len > 80 ? 80 : len);
	struct delist_text label = {line, 0};
	bool found = false;

	if (colon == NULL)
		return 0;
	label.len = (size_t)(colon - line) + 1;
	for (size_t i = 0; i < COUNT(others); i++)
		if (delist_mime_find(label, others[i]) != NULL)
			return 0;
	if (label.len < 10)
		return 0;
	for (size_t i = 0; i < COUNT(words); i++)
		found = found || delist_mime_find(label, words[i]) != NULL;
	if (!found)
		return 0;
	while (label.len < len && line[label.len] == ' ')
		label.len++;
	return label.len;
}

static bool
ends_in(const struct delist_ndr_line *line, const char *word)
{
	size_t n = strlen(word);

	return line->len >= n &&
	       delist_ascii_equal(line->at + line->len - n, word, n);
}

bool
delist_ndr_begins_section(struct delist_text *who,
    const struct delist_ndr_line *line, const struct delist_ndr_line *before,
    const struct delist_ndr_line *words, struct delist_text rest)
{
	const char *at = line->at;
	size_t label = 0, start, end, n;
	bool quoted;

	if (line->len < 3 || memchr(at, '@', line->len) == NULL)
		return false;
	quoted = at[0] == '<' || at[0] == '"';
	if (!quoted && mailbox_at(at, line->len, 0) == 0) {
		label = label_end(at, line->len);
		if (label == 0 || label >= line->len)
			return false;
		quoted = at[label] == '<' || at[label] == '"';
	}
	start = label + quoted;
	n = mailbox_at(at, line->len, start);
	end = start + n;
	if (n == 0 || ends_in(words, " by") || ends_in(words, " from"))
		return false;
	*who = (struct delist_text){at + start, n};
	if (quoted &&
	    (end == line->len || !delist_ascii_isin(at[end++], ">\"")))
		return false;
	if (label != 0)
		return end == line->len;
	if (quoted)
		return end == line->len || at[end] == ':' ||
		       delist_ascii_begins(at + end, line->len - end, " (") ||
		       is_answer(at + end, line->len - end);
	if (end == line->len || (end + 1 == line->len && at[end] == ':'))
		return stands_alone(before, rest);
	return is_answer(at + end, line->len - end) ||
	       delist_ascii_begins(
		   at + end, line->len - end, " invalid address, error_code") ||
	       (at[end] == ':' && stands_alone(before, rest));
}
