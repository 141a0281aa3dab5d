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
	URL_MAX = 512
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
rank_of(const char *text, size_t len, size_t start, size_t end)
{
	char before = start > 0 ? text[start - 1] : '\n';
	bool quoted = before == '<' || before == '"' || before == '\'';

	if (delist_reply_after(text, start,
		"from sender by contact originator gecos mail visit at "
		"mailto support postmaster id message envelope"))
		return 0;
	if (delist_reply_after(text, start,
		"to rfc822 utf recipient recipients emailaddress rcpt user "
		"mailbox address errors"))
		return NAMED;
	if (before == '[' && end < len && text[end] == ']')
		return SEEN;
	return quoted ? SEEN : 0;
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
	if (delist_ascii_begins(found.at, found.len, "delist") ||
	    delist_reply_after(text, start, "forward")) {
		if (e->mailbox.len == 0)
			e->mailbox = found;
		return end;
	}
	rank = rank_of(text, len, start, end);
	if (rank > e->recipient_rank) {
		e->recipient = found;
		e->recipient_rank = rank;
	}
	return end;
}

/* Pages that explain Microsoft's codes are no place to turn to. */
static bool
is_explanation(struct delist_text url)
{
	return delist_ascii_begins(url.at, url.len, "http://go.micro") ||
	       delist_ascii_begins(url.at, url.len, "https://go.micro") ||
	       delist_ascii_begins(url.at, url.len, "https://aka.ms/");
}

/* "http" stands here; the rest of it is read on, for it may hold the IP. */
size_t
delist_reply_url(
    struct delist_refusal *e, const char *text, size_t len, size_t at)
{
	size_t end = at + 4;
	struct delist_text url = {text + at, len - at};

	if (e->contact.len != 0 || is_explanation(url) ||
	    !(delist_ascii_begins(url.at, url.len, "http://") ||
		delist_ascii_begins(url.at, url.len, "https://")))
		return end;
	for (end = at; end < len && end - at < URL_MAX; end++)
		if (text[end] <= ' ' || text[end] == '\x7f' ||
		    delist_ascii_isin(text[end], "<>\"'()[]\\"))
			break;
	while (end > at && delist_ascii_isin(text[end - 1], ".,;"))
		end--;
	if (end - at < 10)
		return at + 4;
	url.len = end - at;
	e->contact = url;
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
