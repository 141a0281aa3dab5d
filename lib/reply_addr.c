/* SPDX-License-Identifier: ISC */
/*
 * reply_addr.c - the address that was refused
 *
 *	host mx.example[192.0.2.1] said: ... banned sending IP [203.0.113.7]
 *			^ the remote host	the refused one ^
 *
 * An address counts only where the words around it say so: 3.2.1.1 may be the
 * number of a policy.  No address is better than a wrong one, as somebody
 * will act on it.
 */
#include "reply.h"

#include <string.h>

#include "ascii.h"

enum {
	ADDR_MAX = 50, /* bytes of "addr/bits" */
	RANK_WORDS = 1,
	RANK_BRACKET,
	RANK_NAMED
};

static bool
in_addr(char c)
{
	return delist_ascii_hex(c) >= 0 || c == '.' || c == ':';
}

/* A status code is no host: "550 5.7.606 [192.0.2.9]". */
static bool
has_letter(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (delist_ascii_isalpha(text[i]))
			return true;
	return false;
}

/* "mx.example[" or "mx.example [" or "host [" but not "client host [". */
static bool
is_host_bracket(const char *text, size_t at)
{
	size_t end = at, start;

	while (end > 0 && at - end < 8 && delist_ascii_isspace(text[end - 1]))
		end--;
	for (start = end; start > 0 && end - start < 255 &&
			  !delist_ascii_isspace(text[start - 1]) &&
			  !delist_ascii_isin(text[start - 1], "(<=,:;");
	     start--)
		;
	if (end - start == 4 && delist_ascii_equal(text + start, "host", 4))
		return !delist_reply_after(text, start, "client");
	return end > start + 1 && text[end - 1] != '.' &&
	       memchr(text + start, '.', end - start) != NULL &&
	       (has_letter(text + start, end - start) ||
		   delist_reply_after(text, start, "host"));
}

static bool
is_host_after(const char *text, size_t len, size_t at)
{
	static const char *const verbs[] = {
	    "said", "refused to talk", "does not like"};

	if (at < len && text[at] == ']')
		at++;
	if (at + 3 < len && text[at] == ':' && text[at + 1] == '2')
		return true; /* relay=mx[192.0.2.1]:25 */
	at = delist_reply_gap(text, len, at);
	for (size_t i = 0; i < 3; i++)
		if (delist_ascii_begins(text + at, len - at, verbs[i]))
			return true;
	return false;
}

/* "<mail.example[192.0.2.9]>: Client host rejected" names the client. */
static bool
is_client(const char *text, size_t len, size_t at)
{
	if (!delist_ascii_begins(text + at, len - at, "]>:"))
		return false;
	at = delist_reply_gap(text, len, at + 3);
	return delist_ascii_begins(text + at, len - at, "client host");
}

static int
rank_of(const struct delist_refusal *e, const char *text, size_t start,
    bool bracket)
{
	/* A bare number behind the others may be a version or a policy. */
	static const char named[] = "ip address addr ips from";
	static const char named_in_brackets[] =
	    "ip address addr ips from sender server unknown client host";

	if (!e->in_reply)
		return bracket && delist_reply_after(text, start, "ip")
			   ? RANK_WORDS
			   : 0;
	if (delist_reply_after(
		text, start, bracket ? named_in_brackets : named))
		return RANK_NAMED;
	return bracket ? RANK_BRACKET : 0;
}

static bool
ends_well(const char *text, size_t len, size_t at)
{
	if (at == len)
		return true;
	return !delist_ascii_isalnum(text[at]) && text[at] != '_' &&
	       !(text[at] == '-' && at + 1 < len &&
		   delist_ascii_isalnum(text[at + 1]));
}

static void
note(struct delist_refusal *e, const char *text, size_t len, size_t start,
    size_t end, const struct delist_prefix *found)
{
	bool bracket = start > 0 && text[start - 1] == '[';
	int rank;

	if (start > 4 && delist_ascii_equal(text + start - 5, "ipv6:", 5)) {
		start -= 5;
		bracket = start > 0 && text[start - 1] == '[';
	}
	if (is_client(text, len, end)) {
		bracket = true;
	} else if ((bracket && is_host_bracket(text, start - 1)) ||
		   is_host_after(text, len, end)) {
		e->remote = true;
		return;
	}
	rank = rank_of(e, text, start, bracket);
	if (rank > e->ip_rank) {
		e->ip = *found;
		e->ip_rank = rank;
	}
}

/* An address or part of one starts at *at; step behind it. */
void
delist_reply_address(
    struct delist_refusal *e, const char *text, size_t len, size_t *at)
{
	size_t start = *at, end = start, cut;
	struct delist_prefix found;

	while (end < len && in_addr(text[end]))
		end++;
	*at = end;
	while (end > start && (text[end - 1] == '.' ||
				  (text[end - 1] == ':' && end > start + 1 &&
				      text[end - 2] != ':')))
		end--;
	if (end - start < 3 || end - start >= ADDR_MAX ||
	    !ends_well(text, len, end))
		return;
	cut = end;
	if (end < len && text[end] == '/')
		for (cut = end + 1; cut < len && cut < end + 4 &&
				    delist_ascii_isdigit(text[cut]);
		     cut++)
			;
	if (cut == end + 1 || delist_prefix_parse(&found, text + start,
				  cut - start) != DELIST_OK) {
		cut = end;
		if (delist_prefix_parse(&found, text + start, end - start) !=
		    DELIST_OK)
			return;
	}
	note(e, text, len, start, cut, &found);
}
