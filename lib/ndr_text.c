/* SPDX-License-Identifier: ISC */
/*
 * ndr_text.c - recipients in the human text of a bounce
 *
 *	<a@example.net>: host mx.example[192.0.2.1] said: 550 5.1.1 ...
 *
 *	  b@example.net
 *	    host mx.example [192.0.2.1] ...
 *
 * A line that is a mailbox, alone or before ":", begins the section of that
 * recipient.  The copy of the original that some servers add is cut off.
 */
#include "ndr.h"

#include <string.h>

#include "ascii.h"
#include "mime.h"

static struct delist_text
without_original(struct delist_text human)
{
	static const char *const marks[] = {"below this line is a copy",
	    "this is a copy of the message", "original message follows",
	    "unsent message below", "message header follows",
	    "message headers follow", "copy of the original message",
	    "returned message follows", "original message headers",
	    "- original message -", "--- original message",
	    "returned mail below"};

	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
		struct delist_refusal e = {.rules = NULL};
		const char *at = delist_mime_find(human, marks[i]);
		size_t before = at != NULL ? (size_t)(at - human.at) : 0;

		if (at == NULL)
			continue;
		delist_reply_scan(&e, human.at, before);
		if (e.inner.cls != 0 || e.reply != 0 || e.phrase != NULL)
			human.len = before;
	}
	return human;
}

/* The recipient that a line begins with, if it begins a section. */
static bool
recipient_at(const char *line, size_t len, struct delist_text *who)
{
	size_t start = len > 0 && line[0] == '<', end = start, sign = 0;

	for (; end < len && !delist_ascii_isspace(line[end]) &&
	       !delist_ascii_isin(line[end], "<>:,;()[]\"");
	     end++)
		if (line[end] == '@')
			sign = end;
	if (sign <= start || sign + 1 >= end ||
	    delist_ascii_begins(line + start, len - start, "delist"))
		return false;
	who->at = line + start;
	who->len = end - start;
	if (start == 1 && (end == len || line[end++] != '>'))
		return false;
	return end == len || line[end] == ':' ||
	       (line[end] == ' ' && end + 1 == len);
}

/* "b@example.net: 550 ...": the answer stands behind the mailbox. */
static bool
has_answer(const char *line, size_t len)
{
	const char *colon = len > 0 ? memchr(line, ':', len) : NULL;
	size_t left = colon != NULL ? len - (size_t)(colon - line) : 0;

	return left > 4 && colon[1] == ' ' &&
	       (colon[2] == '4' || colon[2] == '5') &&
	       delist_ascii_isdigit(colon[3]);
}

/* The length of the section at text, which begins with a recipient. */
static size_t
section(struct delist_text text, struct delist_text *who, size_t skip)
{
	struct delist_text next;
	bool first = skip == 0, blank = true;

	who->len = 0;
	for (size_t at = 0; at < text.len;) {
		const char *line = text.at + at;
		const char *lf = memchr(line, '\n', text.len - at);
		size_t len = lf != NULL ? (size_t)(lf - line) : text.len - at;

		if ((blank || line[0] == '<' || has_answer(line, len)) &&
		    recipient_at(line, len, &next)) {
			if (!first && who->len != 0)
				return at;
			*who = next;
			first = false;
		}
		blank = len == 0;
		at += len + (lf != NULL);
	}
	return text.len;
}

static bool
says_something(const struct delist_refusal *e)
{
	return e->inner.cls != 0 || e->field.cls != 0 || e->reply != 0;
}

static void
add_section(struct delist_ndr *n, struct delist_text part,
    const struct delist_refusal *whole, struct delist_text who, bool bounce)
{
	struct delist_refusal e = delist_ndr_evidence(n);
	struct delist_verdict v;

	delist_reply_scan(&e, part.at, part.len);
	if (!says_something(&e))
		e = *whole;
	if (!bounce && e.inner.cls == 0 && e.reply == 0)
		return;
	if (who.len != 0)
		e.recipient = who;
	delist_reply_decide(&v, &e);
	if (v.cls != DELIST_CLASS_NONE || v.permanence == DELIST_DELIVERED)
		delist_ndr_add(n, &v);
}

size_t
delist_ndr_human(struct delist_ndr *n, struct delist_text human, bool bounce)
{
	struct delist_text rest, who, part;
	struct delist_refusal whole = delist_ndr_evidence(n);
	size_t before = n->count;

	rest = without_original(human);
	delist_reply_scan(&whole, rest.at, rest.len); /* once, not a section */
	while (rest.len > 0) {
		part = rest;
		part.len = section(rest, &who, 0);
		add_section(n, part, &whole, who, bounce);
		rest.at += part.len;
		rest.len -= part.len;
		if (n->count == n->cap)
			break;
	}
	return n->count - before;
}
