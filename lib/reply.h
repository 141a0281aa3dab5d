/* SPDX-License-Identifier: ISC */
#ifndef LIB_REPLY_H
#define LIB_REPLY_H

#include <stdbool.h>
#include <stddef.h>

#include <delist/reply.h>

enum {
	DELIST_REPLY_WORD = 20 /* bytes of a word, with NUL */
};

/* What an address is, the surest last. */
enum {
	DELIST_REPLY_HOST = -1, /* the remote host's */
	DELIST_REPLY_NONE,
	DELIST_REPLY_ASIDE, /* named as one, in front of the reply code */
	DELIST_REPLY_BARE,  /* it stands in a reply, that is all we know */
	DELIST_REPLY_WORDS,
	DELIST_REPLY_BRACKET,
	DELIST_REPLY_NAMED
};

/* What the words of a reply say, without its codes and addresses. */
struct delist_reply_words {
	const struct delist_rule *phrase;
	size_t phrase_at; /* its place in the rules, from 1 */
	uint8_t phrase_from;
	struct delist_text phrase_text, contact, mailbox, list, vendor;
};

/*
 * What texts say about one recipient.  Zeroed, it says nothing; each scan
 * adds to it, and a verdict is drawn from it at the end.
 */
struct delist_refusal {
	const struct delist_rule *rules; /* the host's */
	size_t rule_count;
	uint8_t from; /* enum delist_source, set by the caller */
	uint8_t inner_from, ip_from;
	struct delist_status inner; /* in reply position */
	struct delist_status field; /* of Status: or dsn= */
	int inner_rank;
	uint16_t range_end;
	uint16_t reply;
	bool nested;	/* the reply was quoted inside another one */
	bool broken;	/* a reply code, then what is no status code */
	bool delivered; /* a 2xx in reply position */
	bool in_reply;	/* the scan is behind a reply code */
	bool redacted, remote;
	int ip_rank;
	int recipient_rank;
	struct delist_prefix ip;
	struct delist_text ip_text, around; /* where it stands */
	struct delist_reply_words words;
	struct delist_text inner_text, field_text;
	struct delist_text recipient, diagnostic;
};

/* A walk over one text. */
struct delist_reply_walk {
	struct delist_refusal *e;
	const char *text;
	size_t len;
	size_t reply_end; /* behind the last reply code, 0: none */
	uint16_t reply;
	size_t code_end; /* behind the last code that counted */
	struct delist_reply_words before; /* those in front of the first */
};

void delist_reply_scan(struct delist_refusal *e, const char *text, size_t len);
void delist_reply_decide(
    struct delist_verdict *verdict, const struct delist_refusal *e);

/* The code is one and is not x.0.0. */
bool delist_reply_tells(const struct delist_status *code);

/* The code leaves the cause open: 5.7.1, or any detail 0. */
bool delist_reply_generic(const struct delist_status *code);

/* A row knows the code in reply position: then no phrase can decide. */
bool delist_reply_known(const struct delist_refusal *e);

/* Only marks and blanks stand between a reply code and text[at]. */
bool delist_reply_behind(const struct delist_reply_walk *s, size_t at);

/* A number begins at text[at]: a code, or perhaps an address; its end. */
size_t delist_reply_code(struct delist_reply_walk *s, size_t at);

/*
 * Places in text, for reply*.c.
 *
 * gap: behind all blanks, folds and quoting at `at`, or `at` itself.
 * before: the word before `at`, marks between; len 0: there is none.
 * is_any: the word is one of those in rows[0..n), which are lower case.
 * after: the word before `at` is this one.
 * opens: a line begins at `at`, or a paragraph, but for opening marks.
 * match: how much of text[0..len) a lower-case phrase takes, one blank in it
 * for any gap; 0: it is not there.
 * piece: where what stands at the end of a line goes on behind the fold, if a
 * byte of `set` comes first there; 0: it does not.
 */
size_t delist_reply_gap(const char *text, size_t len, size_t at);
struct delist_text delist_reply_before(const char *text, size_t at);
bool delist_reply_is_any(
    struct delist_text word, const char (*rows)[DELIST_REPLY_WORD], size_t n);
bool delist_reply_after(const char *text, size_t at, const char *word);
bool delist_reply_opens(const char *text, size_t at, bool blank_before);
size_t delist_reply_match(const char *text, size_t len, const char *phrase);
size_t delist_reply_piece(
    const char *text, size_t len, size_t at, const char *set);

/*
 * What the address text[start..end) is.  bracket: behind the "[" in front of
 * text[at], a fold between them or not; 0: there is none.
 */
int delist_reply_role(
    bool in_reply, const char *text, size_t len, size_t start, size_t end);
size_t delist_reply_bracket(const char *text, size_t at);

/*
 * reply_refusal.c: the row for an address that is refused in the sentence in
 * which it stands; NULL: it is not, or an earlier row decides.
 */
const struct delist_rule *delist_reply_refused(const struct delist_refusal *e);

/* What stands at `at`, and where to go on; `at` itself if nothing does. */
size_t delist_reply_address(
    struct delist_refusal *e, const char *text, size_t len, size_t at);
size_t delist_reply_mailbox(
    struct delist_refusal *e, const char *text, size_t len, size_t at);
size_t delist_reply_url(
    struct delist_refusal *e, const char *text, size_t len, size_t at);
void delist_reply_phrases(
    struct delist_refusal *e, const char *text, size_t len, size_t at);
void delist_reply_vendor(
    struct delist_refusal *e, const char *text, size_t len, size_t at);
void delist_reply_redaction(
    struct delist_refusal *e, const char *text, size_t len, size_t at);

#endif
