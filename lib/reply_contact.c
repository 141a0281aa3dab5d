/* SPDX-License-Identifier: ISC */
/*
 * reply_contact.c - mailboxes and web addresses in a reply
 *
 *	... said: 550 <ann@example.net>: Recipient address rejected
 *		       ^ recipient
 *	please forward this message to delist@example.com
 *				       ^ contact
 *
 * A mailbox is the recipient only where something says so, and never behind
 * words that announce a sender or somebody to ask.
 */
#include "reply.h"

#include <string.h>

#include "ascii.h"

enum {
	MAILBOX_MAX = 254,
	URL_MAX = 512,
	ASKED_MAX = 48 /* bytes looked back for words that say whom to ask */
};

/* How sure it is that a mailbox is the recipient. */
enum {
	SEEN = 1, /* in "<>" or quotes */
	NAMED	  /* behind a word for recipients */
};

static bool
in_local(char c)
{
	if (delist_ascii_isalnum(c) || (c & 0x80) != 0)
		return true;
	return c > ' ' && delist_ascii_isin(c, ".-_+=/&'!#%*?^`{|}~$");
}

static bool
in_domain(char c)
{
	return delist_ascii_isalnum(c) || (c & 0x80) != 0 || c == '-' ||
	       c == '.';
}

static int
rank_of(struct delist_text word, const char *text, size_t len, size_t start,
    size_t end)
{
	static const char others[][DELIST_REPLY_WORD] = {"from", "sender", "by",
	    "contact", "originator", "gecos", "mail", "visit", "at", "mailto",
	    "support", "postmaster", "id", "message", "envelope"};
	static const char names[][DELIST_REPLY_WORD] = {"to", "rfc822", "utf",
	    "recipient", "recipients", "emailaddress", "rcpt", "user",
	    "mailbox", "address", "errors"};
	char before = start > 0 ? text[start - 1] : '\n';
	bool marked = start > 2 && before == ' ' &&
		      text[start - 2] == text[start - 3] &&
		      delist_ascii_isin(text[start - 2], "*=");
	bool quoted = before == '<' || before == '"' || before == '\'';

	if (delist_reply_is_any(word, others, sizeof others / sizeof *others))
		return 0;
	if (delist_reply_is_any(word, names, sizeof names / sizeof *names))
		return NAMED;
	if (marked)
		return NAMED; /* "** ann@example.net R=" of Exim's log */
	if (before == '[' && end < len && text[end] == ']')
		return SEEN;
	return quoted ? SEEN : 0;
}

static bool
takes_delistings(struct delist_text mailbox)
{
	return delist_ascii_begins(mailbox.at, mailbox.len, "delist");
}

/* "contact a@b.example", "forward this message to <a@b.example>". */
static bool
is_asked(const char *text, size_t start)
{
	size_t low = start > ASKED_MAX ? start - ASKED_MAX : 0;

	while (start > low && delist_ascii_isin(text[start - 1], "<(\"'[: "))
		start--;
	for (size_t i = start; i > low; i--) {
		char c = delist_ascii_lower(text[i - 1]);

		if (c < 'a' && delist_ascii_isin(c, ".:;<>@"))
			return false;
		if ((c == 'f' && delist_reply_match(text + i - 1, start - i + 1,
				     "forward") != 0) ||
		    (c == 'c' && delist_reply_match(text + i - 1, start - i + 1,
				     "contact") != 0))
			return true;
	}
	return false;
}

size_t
delist_reply_mailbox(
    struct delist_refusal *e, const char *text, size_t len, size_t at)
{
	size_t low = at > 64 ? at - 64 : 0, start = at, end = at + 1;
	size_t high = len - at > MAILBOX_MAX ? at + MAILBOX_MAX : len;
	struct delist_text found;
	int rank;

	while (start > low && in_local(text[start - 1]))
		start--;
	while (start < at && delist_ascii_isin(text[start], "=/'{`"))
		start++;
	while (end < high && in_domain(text[end]))
		end++;
	while (end > at + 1 && text[end - 1] == '.')
		end--;
	if (start == at || end == at + 1)
		return at + 1;
	found = (struct delist_text){text + start, end - start};
	if (takes_delistings(found) || is_asked(text, start)) {
		if (e->words.mailbox.len == 0 ||
		    (takes_delistings(found) &&
			!takes_delistings(e->words.mailbox)))
			e->words.mailbox = found;
		return end;
	}
	rank = rank_of(delist_reply_before(text, start), text, len, start, end);
	if (rank > e->recipient_rank) {
		e->recipient = found;
		e->recipient_rank = rank;
	}
	return end;
}

static bool
in_url(char c)
{
	switch (c) {
	case '<':
	case '>':
	case '"':
	case '\'':
	case '(':
	case ')':
	case '[':
	case ']':
	case '\\':
	case '\x7f':
		return false;
	default:
		return c > ' ';
	}
}

/* Pages that explain Microsoft's codes are no place to turn to. */
static bool
is_explanation(const char *host, size_t len)
{
	return delist_ascii_begins(host, len, "go.micro") ||
	       delist_ascii_begins(host, len, "aka.ms/");
}

/* Behind the "http" or "https" at `at`, and its "://", or 0. */
static size_t
host_of(const char *text, size_t len, size_t at)
{
	at += 4;
	if (at < len && delist_ascii_lower(text[at]) == 's')
		at++;
	return delist_ascii_begins(text + at, len - at, "://") ? at + 3 : 0;
}

/* "http" stands here; the rest of it is read on, for it may hold the IP. */
size_t
delist_reply_url(
    struct delist_refusal *e, const char *text, size_t len, size_t at)
{
	size_t end, host;

	if (e->words.contact.len != 0)
		return at + 4;
	host = host_of(text, len, at);
	if (host == 0 || is_explanation(text + host, len - host))
		return at + 4;
	for (end = host; end < len && end - at < URL_MAX; end++)
		if (!in_url(text[end]))
			break;
	while (end > at && delist_ascii_isin(text[end - 1], ".,;"))
		end--;
	if (end - at < 10)
		return at + 4;
	e->words.contact = (struct delist_text){text + at, end - at};
	return at + 4;
}

void
delist_reply_redaction(
    struct delist_refusal *e, const char *text, size_t len, size_t at)
{
	size_t end = at + 1;

	while (end < len && end - at < 48 &&
	       delist_ascii_isin(text[end], "xX*.?:"))
		end++;
	if (end - at > 3 && end < len && text[end] == ']')
		e->redacted = true;
}
