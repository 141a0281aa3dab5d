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
	PIECES = 4,    /* folds inside an address */
	FOLD_MAX = 24, /* bytes of one */
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

/* Behind the "[" in front of text[at], a fold between them or not; or 0. */
static size_t
bracket_before(const char *text, size_t at)
{
	size_t low = at > FOLD_MAX ? at - FOLD_MAX : 0, i = at;
	bool line = false;

	while (i > low &&
	       (delist_ascii_isspace(text[i - 1]) || text[i - 1] == '>')) {
		i--;
		line = line || text[i] == '\n' || text[i] == '\r';
	}
	return i > 0 && text[i - 1] == '[' && (i == at || line) ? i : 0;
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
			  !delist_ascii_isin(text[start - 1], "(<=,:;\\\xa0");
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
		if (delist_reply_match(text + at, len - at, verbs[i]) != 0)
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
	return delist_reply_match(text + at, len - at, "client host") != 0;
}

/*
 * A bare number in a reply may be a version, a policy or a rule.  Four
 * numbers that stand alone and are in no such place are an address.
 */
static bool
is_bare(const char *text, size_t len, size_t start, size_t end)
{
	static const char others[][DELIST_REPLY_WORD] = {"version", "ver", "v",
	    "policy", "rule", "release", "build", "exim", "postfix", "sendmail",
	    "engine", "filter", "pattern", "server", "host", "to", "connect",
	    "relay", "code", "id", "esmtp", "smtp", "rev", "revision", "update",
	    "mta", "mx", "connected"};
	char before = start > 0 ? text[start - 1] : ' ';

	if (!delist_ascii_isspace(before) && before != '-')
		return false;
	if (end < len && !delist_ascii_isspace(text[end]) &&
	    !delist_ascii_isin(text[end], ".,;:\"'"))
		return false;
	return !delist_reply_is_any(delist_reply_before(text, start), others,
	    sizeof others / sizeof *others);
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
	enum {
		NAMED = 5
	};
	static const char names[][DELIST_REPLY_WORD] = {"ip", "address", "addr",
	    "ips", "from", "sender", "server", "unknown", "client", "host"};
	struct delist_text word = delist_reply_before(text, start);

	if (!e->in_reply)
		return bracket && delist_reply_is_any(word, names, 1)
			   ? RANK_WORDS
			   : 0;
	if (delist_reply_is_any(
		word, names, bracket ? sizeof names / sizeof *names : NAMED))
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

/* No address, and fe80::/10, mean nothing to anybody else. */
static bool
is_local(const struct delist_addr *addr)
{
	static const uint8_t none[16];

	if (memcmp(addr->bytes, none, sizeof none) == 0)
		return true;
	return addr->family == DELIST_INET6 && addr->bytes[0] == 0xfe &&
	       (addr->bytes[1] & 0xc0) == 0x80;
}

static void
note(struct delist_refusal *e, const char *text, size_t len, size_t start,
    size_t end, const struct delist_prefix *found)
{
	size_t open;

	if (is_local(&found->addr))
		return;
	if (start > 4 && delist_ascii_equal(text + start - 5, "ipv6:", 5))
		start -= 5;
	open = bracket_before(text, start);
	if (is_client(text, len, end) || is_pair(text, len, start, end)) {
		open = start;
	} else if ((open != 0 && is_host_bracket(text, open - 1)) ||
		   is_host_after(text, len, end)) {
		e->remote = true;
		return;
	}
	keep(e, found, rank_of(e, text, len, start, end, open != 0));
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

/* The sentence ends or goes on behind it, as no counter would let it. */
static bool
is_closed(const char *text, size_t len, size_t at)
{
	if (at >= len || text[at] != ']')
		return false;
	return at + 1 == len || delist_ascii_isin(text[at + 1], ".,:;)'\"");
}

/* What goes on with an address behind a fold. */
static const char pieces[] = "0123456789.:abcdefABCDEF";

/* An address with folds in it, as it is put together. */
struct joint {
	char text[ADDR_MAX];
	size_t len;
	struct delist_prefix found; /* by the most pieces that make one */
	size_t end, stop;	    /* of it in the text; 0: none so far */
	bool again;		    /* fewer pieces made one, too */
};

/* False: no piece can follow. */
static bool
add_piece(struct joint *j, const char *text, size_t len, size_t at, size_t stop)
{
	size_t end = trimmed(text, at, stop);
	struct delist_prefix found;

	if (stop - at >= ADDR_MAX - j->len)
		return false;
	memcpy(j->text + j->len, text + at, stop - at);
	j->len += stop - at;
	if (end != stop && delist_reply_piece(text, len, stop, pieces) != 0)
		return true; /* "8600:" and more on the next line */
	if (ends_well(text, len, end) &&
	    delist_prefix_parse(&found, j->text, j->len - (stop - end)) ==
		DELIST_OK) {
		j->again = j->again || j->end != 0;
		j->found = found;
		j->end = end;
		j->stop = stop;
	}
	return end == stop;
}

/*
 * Folds inside the address: "[203.0.\n113.7]".  Where both what is before one
 * and the whole are addresses, the whole is meant, unless the rest may be a
 * number of its own as in Gmail's "[203.0.113.7    12] Our system".
 */
static size_t
folded(struct delist_refusal *e, const char *text, size_t len, size_t start,
    size_t end)
{
	struct joint j = {.len = end - start};
	bool bracket = bracket_before(text, start) != 0;
	struct delist_prefix first;
	size_t next, stop = end;

	if (end - start >= ADDR_MAX)
		return 0;
	memcpy(j.text, text + start, j.len);
	for (int i = 0; i < PIECES; i++) {
		next = delist_reply_piece(text, len, stop, pieces);
		if (next == 0)
			break;
		for (stop = next; stop < len && stop - next < ADDR_MAX &&
				  in_addr(text[stop]);
		     stop++)
			;
		if (!add_piece(&j, text, len, next, stop))
			break;
	}
	if (j.end == 0)
		return 0;
	if ((j.again || delist_prefix_parse(
			    &first, text + start, end - start) == DELIST_OK) &&
	    !is_closed(text, len, j.end))
		return bracket ? j.stop : 0; /* either may be meant */
	note(e, text, len, start, j.end, &j.found);
	return j.stop;
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
