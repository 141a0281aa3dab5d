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
	ADDR_MAX = 50,	 /* bytes of an address */
	BITS_MAX = 4,	 /* and of its "/bits" */
	PIECES = 4,	 /* folds inside an address */
	AROUND_MAX = 120 /* bytes before and behind one that may refuse it */
};

static bool
in_addr(char c)
{
	return delist_ascii_hex(c) >= 0 || c == '.' || c == ':';
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

/* One that is only bare must be the only one.  True: it is kept. */
static bool
keep(struct delist_refusal *e, const struct delist_prefix *found, int rank)
{
	if (rank > e->ip_rank) {
		e->ip = *found;
		e->ip_rank = rank;
		return true;
	}
	if (rank == DELIST_REPLY_BARE && rank == e->ip_rank &&
	    (e->ip.bits != found->bits ||
		delist_addr_compare(&e->ip.addr, &found->addr) != 0)) {
		e->ip = (struct delist_prefix){0};
	}
	return false;
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

static struct delist_text
around(const char *text, size_t len, size_t start, size_t end)
{
	size_t low = start > AROUND_MAX ? start - AROUND_MAX : 0;
	size_t high = len - end > AROUND_MAX ? end + AROUND_MAX : len;

	return (struct delist_text){text + low, high - low};
}

static void
note(struct delist_refusal *e, const char *text, size_t len, size_t start,
    size_t end, const struct delist_prefix *found)
{
	int role;

	if (is_local(&found->addr))
		return;
	if (start > 4 && delist_ascii_equal(text + start - 5, "ipv6:", 5))
		start -= 5;
	role = delist_reply_role(e->in_reply, text, len, start, end);
	if (role == DELIST_REPLY_HOST)
		e->remote = true;
	else if (keep(e, found, role)) {
		e->ip_text = (struct delist_text){text + start, end - start};
		e->ip_from = e->from;
		e->around = around(text, len, start, end);
	}
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

/* Behind a fold at `at`, or `at` itself. */
static size_t
unfolded(const char *text, size_t len, size_t at)
{
	return at < len && (text[at] == '\n' || text[at] == '\r')
		   ? delist_reply_gap(text, len, at)
		   : at;
}

/* "/24" behind an address, folds in it or not, into to[]; where it ends. */
static size_t
add_bits(char *to, const char *text, size_t len, size_t end)
{
	size_t at = unfolded(text, len, end), n = 0, next;

	if (at >= len || text[at] != '/')
		return end;
	to[n++] = text[at++];
	for (; n < BITS_MAX; at = next + 1) {
		next = unfolded(text, len, at);
		if (next >= len || !delist_ascii_isdigit(text[next]))
			break;
		to[n++] = text[next];
	}
	to[n] = '\0';
	return at < len && delist_ascii_isdigit(text[at]) ? end : at;
}

/*
 * The address addr[0..n), which ends at text[end], with its "/bits" if it has
 * any; where it ends, or 0.
 */
static size_t
parse(struct delist_prefix *found, const char *addr, size_t n, const char *text,
    size_t len, size_t end)
{
	char whole[ADDR_MAX + BITS_MAX + 1];
	size_t cut;

	memcpy(whole, addr, n);
	cut = add_bits(whole + n, text, len, end);
	if (cut > end &&
	    delist_prefix_parse(found, whole, strlen(whole)) == DELIST_OK)
		return cut;
	return delist_prefix_parse(found, addr, n) == DELIST_OK ? end : 0;
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
	size_t end = trimmed(text, at, stop), cut;
	struct delist_prefix found;

	if (stop - at >= ADDR_MAX - j->len)
		return false;
	memcpy(j->text + j->len, text + at, stop - at);
	j->len += stop - at;
	if (end != stop && delist_reply_piece(text, len, stop, pieces) != 0)
		return true; /* "8600:" and more on the next line */
	if (!ends_well(text, len, end))
		return end == stop;
	cut = parse(&found, j->text, j->len - (stop - end), text, len, end);
	if (cut != 0) {
		j->again = j->again || j->end != 0;
		j->found = found;
		j->end = cut;
		j->stop = cut > stop ? cut : stop;
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
	bool bracket = delist_reply_bracket(text, start) != 0;
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
	cut = parse(&found, text + at, end - at, text, len, end);
	if (cut != 0)
		note(e, text, len, at, cut, &found);
	return stop;
}
