/* SPDX-License-Identifier: ISC */
/*
 * reply_role.c - what an address is, by the words around it
 *
 *	host mx.example[192.0.2.1] said: 550 ... banned sending IP [203.0.113.7]
 *			^ the host that said it	       the refused one ^
 *
 * The remote host comes with its name or with what it did; the refused address
 * with words for it, or in brackets of its own.  A bare number may be a version.
 */
#include "reply.h"

#include <string.h>

#include "ascii.h"

enum {
	FOLD_MAX = 24, /* bytes of a fold behind "[" */
	URL_MAX = 200  /* bytes of one in front of an address */
};

/* Behind the "[" in front of text[at], a fold between them or not; or 0. */
size_t
delist_reply_bracket(const char *text, size_t at)
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

/* Before "host" or "server": it is the one that was answered. */
static const char ours[][DELIST_REPLY_WORD] = {"client", "sending", "your",
    "connecting", "sender", "source", "originating"};

static bool
is_ours(struct delist_text word)
{
	return delist_reply_is_any(word, ours, sizeof ours / sizeof *ours);
}

/*
 * "host [" of who answers.  In a reply it is who was answered, unless the
 * word before tells; outside of one it is the other way round.
 */
static bool
is_theirs(bool in_reply, const char *text, size_t at)
{
	static const char theirs[][DELIST_REPLY_WORD] = {
	    "remote", "by", "to", "at", "via"};
	struct delist_text word = delist_reply_before(text, at);

	return in_reply ? delist_reply_is_any(
			      word, theirs, sizeof theirs / sizeof *theirs)
			: !is_ours(word);
}

/* "mx.example[" or "mx.example [" or "host [" but not "client host [". */
static bool
is_host_bracket(bool in_reply, const char *text, size_t at)
{
	size_t end = at, start;

	while (end > 0 && at - end < 8 && delist_ascii_isspace(text[end - 1]))
		end--;
	for (start = end;
	     start > 0 && end - start < 255 &&
	     !delist_ascii_isspace(text[start - 1]) &&
	     !delist_ascii_isin(text[start - 1], "(<=,:;'\"\\_\xa0");
	     start--)
		;
	if (end - start == 4 && delist_ascii_equal(text + start, "host", 4))
		return is_theirs(in_reply, text, start);
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
	if (at + 3 < len && memcmp(text + at, ":25", 3) == 0 &&
	    !delist_ascii_isdigit(text[at + 3]))
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

/* "?ip=203.0.113.7", "?203.0.113.7", "/query/203.0.113.7" of a web page. */
static bool
is_in_url(const char *text, size_t start)
{
	size_t low = start > URL_MAX ? start - URL_MAX : 0, at = start;
	char c = start > 1 ? text[start - 1] : ' ';

	if (!delist_ascii_isin(c, "?=/") || text[start - 2] == '/')
		return false;
	while (at > low && (unsigned char)text[at - 1] > ' ')
		at--;
	for (; at + 3 < start; at++)
		if (text[at] == ':' && text[at + 1] == '/')
			return true;
	return false;
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
	    "mta", "mx", "connected", "on"};
	char before = start > 0 ? text[start - 1] : ' ';

	if (is_in_url(text, start))
		return true;
	if (!delist_ascii_isspace(before) && before != '-' &&
	    !(start > 1 && before == '\xa0' && text[start - 2] == '\xc2'))
		return false;
	if (end < len && !delist_ascii_isspace(text[end]) &&
	    !delist_ascii_isin(text[end], ".,;:)\"'\xc2"))
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

/* A word in front that names an address, of those that want brackets or not. */
static bool
is_named(const char *text, struct delist_text word, bool bracket)
{
	/* A bare number behind the others may be a version or a policy. */
	enum {
		ALONE = 5
	};
	static const char names[][DELIST_REPLY_WORD] = {"ip", "address", "addr",
	    "ips", "from", "sender", "server", "unknown", "client", "host",
	    "network", "relay"};
	size_t n = sizeof names / sizeof *names;

	if (delist_reply_is_any(word, names, bracket ? n : ALONE))
		return true;
	return delist_reply_is_any(word, names, n) &&
	       is_ours(delist_reply_before(text, (size_t)(word.at - text)));
}

static int
rank_of(bool in_reply, const char *text, size_t len, size_t start, size_t end,
    bool bracket)
{
	static const char ip[][DELIST_REPLY_WORD] = {"ip", "address", "addr"};
	struct delist_text word = delist_reply_before(text, start);
	bool paren = start > 0 && text[start - 1] == '(' && end < len &&
		     text[end] == ')';

	if (!in_reply && bracket && delist_reply_is_any(word, ip, 1))
		return DELIST_REPLY_WORDS;
	if (!in_reply)
		return delist_reply_is_any(word, ip, 3) ? DELIST_REPLY_ASIDE
							: DELIST_REPLY_NONE;
	if (is_named(text, word, bracket || paren))
		return DELIST_REPLY_NAMED;
	if (bracket)
		return DELIST_REPLY_BRACKET;
	return is_bare(text, len, start, end) ? DELIST_REPLY_BARE
					      : DELIST_REPLY_NONE;
}

int
delist_reply_role(
    bool in_reply, const char *text, size_t len, size_t start, size_t end)
{
	size_t open = delist_reply_bracket(text, start);

	if (is_client(text, len, end) || is_pair(text, len, start, end))
		open = start;
	else if ((open != 0 && is_host_bracket(in_reply, text, open - 1)) ||
		 is_host_after(text, len, end))
		return DELIST_REPLY_HOST;
	return rank_of(in_reply, text, len, start, end, open != 0);
}
