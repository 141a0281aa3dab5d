/* SPDX-License-Identifier: ISC */
/*
 * reply_addr.c - the address that was refused
 *
 *	host mx.example[192.0.2.1] said: ... banned sending IP [203.0.113.7]
 *			^ the remote host	the refused one ^
 *
 * An address counts only where the words around it say so: 3.2.1.1 may be the
 * number of a policy.  No address is better than a wrong one, as somebody
 * will act on it; so where a fold leaves two readings, or two addresses are
 * named alike without brackets, there is none.
 */
#include "reply.h"

#include <string.h>

#include "ascii.h"

enum {
	ADDR_MAX = 50, /* bytes of "addr/bits" */
	RANK_BARE = DELIST_REPLY_BARE,
	RANK_WORDS,
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
	static const char *const verbs[] = {"said", "refused to talk",
	    "does not like", "did not like", "failed"};

	if (at < len && text[at] == ']')
		at++;
	if (at + 3 < len && text[at] == ':' && text[at + 1] == '2')
		return true; /* relay=mx[192.0.2.1]:25 */
	at = delist_reply_gap(text, len, at);
	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
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

/*
 * A bare number in a reply may be a version, a policy or a rule.  Four
 * numbers that stand alone and are in no such place are an address.
 */
static bool
is_bare(const char *text, size_t len, size_t start, size_t end)
{
	char before = start > 0 ? text[start - 1] : ' ';

	if (!delist_ascii_isspace(before) && before != '-')
		return false;
	if (end < len && !delist_ascii_isspace(text[end]) &&
	    !delist_ascii_isin(text[end], ".,;:\"'"))
		return false;
	return !delist_reply_after(text, start,
	    "version ver v policy rule release build exim postfix sendmail "
	    "engine filter pattern server host to connect relay code id esmtp "
	    "smtp rev revision update mta mx connected");
}

/* "[example.org:203.0.113.7]" of a sender's domain and its address. */
static bool
is_pair(const char *text, size_t len, size_t start, size_t end)
{
	size_t low = start > 64 ? start - 64 : 0, at = start;

	if (start < 4 || text[start - 1] != ':' || end >= len ||
	    text[end] != ']')
		return false;
	for (at--; at > low && (delist_ascii_isalnum(text[at - 1]) ||
				   text[at - 1] == '.' || text[at - 1] == '-');
	     at--)
		;
	return at > 0 && text[at - 1] == '[';
}

static int
rank_of(const struct delist_refusal *e, const char *text, size_t len,
    size_t start, size_t end, bool bracket)
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
	if (bracket)
		return RANK_BRACKET;
	return is_bare(text, len, start, end) ? RANK_BARE : 0;
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

/* One that is only bare must be the only one. */
static void
keep(struct delist_refusal *e, const struct delist_prefix *found, int rank)
{
	if (rank > e->ip_rank) {
		e->ip = *found;
		e->ip_rank = rank;
	} else if (rank == RANK_BARE && rank == e->ip_rank &&
		   (e->ip.bits != found->bits ||
		       delist_addr_compare(&e->ip.addr, &found->addr) != 0)) {
		e->ip = (struct delist_prefix){0};
	}
}

/* fe80::/10 means nothing to anybody else. */
static bool
is_local(const struct delist_addr *addr)
{
	return addr->family == DELIST_INET6 && addr->bytes[0] == 0xfe &&
	       (addr->bytes[1] & 0xc0) == 0x80;
}

static void
note(struct delist_refusal *e, const char *text, size_t len, size_t start,
    size_t end, const struct delist_prefix *found)
{
	bool bracket = start > 0 && text[start - 1] == '[';

	if (is_local(&found->addr))
		return;
	if (start > 4 && delist_ascii_equal(text + start - 5, "ipv6:", 5)) {
		start -= 5;
		bracket = start > 0 && text[start - 1] == '[';
	}
	if (is_client(text, len, end) || is_pair(text, len, start, end)) {
		bracket = true;
	} else if ((bracket && is_host_bracket(text, start - 1)) ||
		   is_host_after(text, len, end)) {
		e->remote = true;
		return;
	}
	keep(e, found, rank_of(e, text, len, start, end, bracket));
}

static size_t
trimmed(const char *text, size_t start, size_t end)
{
	while (end > start && (text[end - 1] == '.' ||
				  (text[end - 1] == ':' && end > start + 1 &&
				      text[end - 2] != ':')))
		end--;
	return end;
}

/* An address, with its "/bits" if it has any; where it ends, or 0. */
static size_t
parse(struct delist_prefix *found, const char *text, size_t len, size_t start,
    size_t end)
{
	size_t cut = end;

	if (end < len && text[end] == '/')
		for (cut = end + 1; cut < len && cut < end + 4 &&
				    delist_ascii_isdigit(text[cut]);
		     cut++)
			;
	if (cut > end + 1 &&
	    delist_prefix_parse(found, text + start, cut - start) == DELIST_OK)
		return cut;
	return delist_prefix_parse(found, text + start, end - start) ==
		       DELIST_OK
		   ? end
		   : 0;
}

/* What is before the fold and behind it, as one address. */
static bool
joins(struct delist_prefix *found, const char *a, size_t a_len, const char *b,
    size_t b_len)
{
	char both[2 * ADDR_MAX];

	memcpy(both, a, a_len);
	memcpy(both + a_len, b, b_len);
	return a_len + b_len < ADDR_MAX &&
	       delist_prefix_parse(found, both, a_len + b_len) == DELIST_OK;
}

/* The sentence ends or goes on behind it, as no counter would let it. */
static bool
is_closed(const char *text, size_t len, size_t at)
{
	if (at >= len || text[at] != ']')
		return false;
	return at + 1 == len || delist_ascii_isin(text[at + 1], ".,:;)'\"");
}

/*
 * A fold inside the address: "[203.0.\n113.7]".  Where both what is before it
 * and the whole are addresses, the whole is meant, unless the rest may be a
 * number of its own as in Gmail's "[203.0.113.7    12] Our system".
 */
static size_t
folded(struct delist_refusal *e, const char *text, size_t len, size_t start,
    size_t end)
{
	size_t next =
	    delist_reply_piece(text, len, end, "0123456789.:abcdefABCDEF");
	size_t stop = next, last;
	struct delist_prefix whole, part;
	bool bracket = start > 0 && text[start - 1] == '[';

	while (next != 0 && stop < len && stop - next < ADDR_MAX &&
	       in_addr(text[stop]))
		stop++;
	last = trimmed(text, next, stop);
	if (next == 0 || end - start >= ADDR_MAX || last - next >= ADDR_MAX ||
	    !ends_well(text, len, last) ||
	    !joins(&whole, text + start, end - start, text + next, last - next))
		return 0;
	if (delist_prefix_parse(&part, text + start, end - start) ==
		DELIST_OK &&
	    !is_closed(text, len, last)) {
		if (bracket && last < len && text[last] == ']')
			return stop; /* either may be meant */
		return 0;
	}
	note(e, text, len, start, last, &whole);
	return stop;
}

/* An address or part of one starts at `at`: where to go on. */
size_t
delist_reply_address(
    struct delist_refusal *e, const char *text, size_t len, size_t at)
{
	size_t end = at, stop, cut;
	struct delist_prefix found;

	while (end < len && in_addr(text[end]))
		end++;
	stop = folded(e, text, len, at, end);
	if (stop != 0)
		return stop;
	stop = end;
	end = trimmed(text, at, end);
	if (end - at < 3 || end - at >= ADDR_MAX || !ends_well(text, len, end))
		return stop;
	cut = parse(&found, text, len, at, end);
	if (cut != 0)
		note(e, text, len, at, cut, &found);
	return stop;
}
