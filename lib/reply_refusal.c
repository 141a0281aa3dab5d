/* SPDX-License-Identifier: ISC */
/*
 * reply_refusal.c - an address and a refusal in one sentence
 *
 *	550 5.7.1 Mail from IP 203.0.113.7 is refused by our administrators
 *		       ^^^^^^^^^^^^^^^^^      ^^^^^^^
 *
 * Administrators write this in words of their own and in any language, so no
 * table of phrases holds them all.  What they share is the address and a word
 * that refuses it.  Words for a list or a block are enough; "denied" and the
 * like may speak of something else, and want the address to be named as one.
 */
#include "reply.h"

#include <string.h>

#include "ascii.h"
#include "verdict.h"

/* Beginnings of words; those without ASCII may stand anywhere. */
static const char blocks[][DELIST_REPLY_WORD] = {"block", "blacklist",
    "black-list", "black list", "banned", "denylist", "deny list", "reputation",
    "gesperrt", "sperrliste", "blockiert", "bloqu", "blocc", "liste noire",
    "lista negra", "lista nera", "geblok", "zablok", "blok", "svartlist",
    "engellen", "estolist", "rbl", "dnsbl",
    "\xd0\x9b\xd0\x9e\xd0\x9a\xd0\x98\xd0\xa0",
    "\xd0\xbb\xd0\xbe\xd0\xba\xd0\xb8\xd1\x80",
    "\xd1\x87\xd1\x91\xd1\x80\xd0\xbd", "\xd1\x87\xd0\xb5\xd1\x80\xd0\xbd",
    "\xe3\x83\x96\xe3\x83\xad\xe3\x83\x83\xe3\x82\xaf", "\xe5\xb0\x81",
    "\xe9\xbb\x91", "\xe5\xb1\x8f\xe8\x94\xbd", "\xec\xb0\xa8\xeb\x8b\xa8"};
static const char refusals[][DELIST_REPLY_WORD] = {"refus", "reject", "denied",
    "not allowed", "not accept", "not welcome", "not permitted", "prohibited",
    "abgelehnt", "abgewiesen", "verweigert", "rechaz", "rifiut", "recus",
    "geweigerd", "odrzuc", "avvis", "nekad",
    "\xd1\x82\xd0\xba\xd0\xbb\xd0\xbe\xd0\xbd",
    "\xd0\xb0\xd0\xbf\xd1\x80\xd0\xb5\xd1\x89", "\xe6\x8b\x92",
    "\xea\xb1\xb0\xeb\xb6\x80"};

/* ". " and an empty line end a sentence. */
static bool
is_end(const char *text, size_t len, size_t at)
{
	if (at + 1 >= len)
		return false;
	return (text[at] == '.' && delist_ascii_isspace(text[at + 1])) ||
	       (text[at] == '\n' && text[at + 1] == '\n');
}

static struct delist_text
sentence_of(const struct delist_refusal *e)
{
	const char *text = e->around.at;
	size_t start = (size_t)(e->ip_text.at - text);
	size_t end = start + e->ip_text.len;

	while (start > 0 && !is_end(text, e->around.len, start - 1))
		start--;
	while (end < e->around.len && !is_end(text, e->around.len, end))
		end++;
	return (struct delist_text){text + start, end - start};
}

/* One of the words begins at t.at[at]. */
static bool
begins_any(struct delist_text t, size_t at,
    const char (*words)[DELIST_REPLY_WORD], size_t n)
{
	char first = delist_ascii_lower(t.at[at]);

	for (size_t i = 0; i < n; i++)
		if (words[i][0] == first &&
		    delist_reply_match(t.at + at, t.len - at, words[i]) != 0)
			return true;
	return false;
}

/* "IP", alone or in "IP-Adresse". */
static bool
is_ip(struct delist_text t, size_t at)
{
	return t.len - at > 2 && delist_ascii_equal(t.at + at, "ip", 2) &&
	       !delist_ascii_isalnum(t.at[at + 2]);
}

static bool
refuses(struct delist_text t, bool named)
{
	bool refused = false;

	for (size_t i = 0; i < t.len; i++) {
		if (i > 0 && delist_ascii_isalnum(t.at[i - 1]))
			continue;
		if (begins_any(t, i, blocks, sizeof blocks / sizeof *blocks))
			return true;
		named = named || is_ip(t, i);
		refused = refused || begins_any(t, i, refusals,
					 sizeof refusals / sizeof *refusals);
	}
	return named && refused;
}

const struct delist_rule *
delist_reply_refused(const struct delist_refusal *e)
{
	static const char phrase[] = "# refused";
	size_t n, i = delist_verdict_first[delist_verdict_chain(
		      delist_verdict_four(phrase), delist_verdict_fold('r'))];
	const struct delist_rule *rules = delist_verdict_rules(&n);

	if (e->ip.addr.family == DELIST_NOADDR)
		return NULL;
	while (i != 0 && rules[i - 1].phrase[0] != phrase[0])
		i = delist_verdict_next[i];
	if (i == 0 ||
	    (e->words.phrase != NULL && e->words.phrase_at < e->rule_count + i))
		return NULL;
	return refuses(sentence_of(e), e->ip_rank >= DELIST_REPLY_NAMED)
		   ? &rules[i - 1]
		   : NULL;
}
