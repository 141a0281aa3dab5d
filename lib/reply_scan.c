/* SPDX-License-Identifier: ISC */
/*
 * reply_scan.c - the walk over a reply
 *
 * One pass, a word at a time: what a byte begins says who looks at it, and that
 * says where to go on.
 */
#include "reply.h"

#include <string.h>

#include "ascii.h"

/* What a byte begins. */
enum kind {
	NOTHING,
	LETTER,
	DIGIT,
	MAILBOX, /* @ */
	BRACKET, /* [ */
	MARK,	 /* a phrase may begin with it */
	ESCAPE	 /* \ of "\n" */
};

static const unsigned char kinds[256] = {
    /* clang-format off */
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 5, 0,	/* (  . */
	2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 0, 0, 0, 0, 0, 0,
	3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,	/* @ */
	1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 4, 6, 0, 0, 5,	/* [ \ _ */
	0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
	1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0,
    /* clang-format on */
};

static enum kind
kind_of(char c)
{
	return (enum kind)kinds[(unsigned char)c];
}

/* Where an IPv6 address can begin: up to four digits and a colon. */
static bool
may_be6(const struct delist_reply_walk *s, size_t at, size_t end)
{
	if (end - at > 4 || end >= s->len || s->text[end] != ':')
		return false;
	for (size_t i = at; i < end; i++)
		if (delist_ascii_hex(s->text[i]) < 0)
			return false;
	return end + 1 < s->len &&
	       (s->text[end + 1] == ':' || s->text[end + 1] == '\n' ||
		   delist_ascii_hex(s->text[end + 1]) >= 0);
}

static size_t
on_word(struct delist_reply_walk *s, size_t at)
{
	struct delist_refusal *e = s->e;
	size_t end = at, letters;

	if (!delist_reply_known(e) && (at == 0 || s->text[at - 1] != '.'))
		delist_reply_phrases(e, s->text, s->len, at);
	while (end < s->len && kind_of(s->text[end]) == LETTER)
		end++;
	letters = end - at;
	if (end == s->len)
		return end;
	if (letters < 5 && e->words.vendor.len == 0 &&
	    (kind_of(s->text[end]) == DIGIT || s->text[end] == '('))
		delist_reply_vendor(e, s->text, s->len, at);
	if (letters <= 5 && (s->text[at] | 0x20) == 'h' &&
	    delist_ascii_begins(s->text + at, letters, "http"))
		return delist_reply_url(e, s->text, s->len, at);
	while (end < s->len && (kind_of(s->text[end]) == DIGIT ||
				   kind_of(s->text[end]) == LETTER))
		end++;
	if (end < s->len && s->text[end] == ':' && may_be6(s, at, end)) {
		size_t stop = delist_reply_address(e, s->text, s->len, at);

		return stop > end ? stop : end;
	}
	return end;
}

/* Two of them make a status code, any other number perhaps an address. */
static int
dots(const struct delist_reply_walk *s, size_t at)
{
	int n = 0;

	for (; at < s->len; at++)
		if (s->text[at] == '.')
			n += at + 1 < s->len &&
			     delist_ascii_isdigit(s->text[at + 1]);
		else if (!delist_ascii_isdigit(s->text[at]))
			break;
	return n;
}

static size_t
on_number(struct delist_reply_walk *s, size_t at)
{
	size_t end = at;

	while (
	    end < s->len && end - at < 5 && delist_ascii_hex(s->text[end]) >= 0)
		end++;
	if (at > 0 && s->text[at - 1] == '[' && dots(s, at) != 2) {
		size_t stop = delist_reply_address(s->e, s->text, s->len, at);

		if (stop > at + 3)
			return stop;
	}
	if (may_be6(s, at, end) && !delist_reply_behind(s, at)) {
		size_t stop = delist_reply_address(s->e, s->text, s->len, at);

		if (stop > at + 4)
			return stop;
	}
	return delist_reply_code(s, at);
}

static size_t
on_bracket(struct delist_reply_walk *s, size_t at)
{
	delist_reply_redaction(s->e, s->text, s->len, at);
	if (!delist_reply_known(s->e))
		delist_reply_phrases(s->e, s->text, s->len, at);
	if (at + 2 < s->len && s->text[at + 1] == ':' && s->text[at + 2] == ':')
		return delist_reply_address(s->e, s->text, s->len, at + 1);
	return at + 1;
}

/* Words follow the code, in the paragraph in which it stands. */
static bool
has_words(const struct delist_reply_walk *s)
{
	int letters = 0;

	for (size_t i = s->code_end; i < s->len && letters < 3; i++) {
		if (s->text[i] == '(' && delist_reply_match(s->text + i,
					     s->len - i, "(in reply to") != 0)
			return false;
		if (i > 0 && s->text[i] == '\n' && s->text[i - 1] == '\n')
			return false;
		letters =
		    kind_of(s->text[i]) == LETTER || (s->text[i] & 0x80) != 0
			? letters + 1
			: 0;
	}
	return letters == 3;
}

/*
 * "IP 192.0.2.9 is on our list, 550 5.7.1": where nothing is said behind the
 * code, or there is none, the words in front of it are the answer.
 */
static void
finish(struct delist_reply_walk *s)
{
	struct delist_refusal *e = s->e;

	if (e->in_reply && has_words(s)) {
		if (e->ip_rank == DELIST_REPLY_ASIDE) {
			e->ip = (struct delist_prefix){0};
			e->ip_rank = DELIST_REPLY_NONE;
		}
		return;
	}
	if (e->ip_rank == DELIST_REPLY_ASIDE)
		e->ip_rank = DELIST_REPLY_WORDS;
	if (!e->in_reply || s->before.phrase == NULL || e->words.phrase != NULL)
		return;
	e->words = s->before;
}

void
delist_reply_scan(struct delist_refusal *e, const char *text, size_t len)
{
	struct delist_reply_walk s;
	size_t at = 0;

	s.e = e;
	s.text = text;
	s.len = len;
	s.reply_end = s.code_end = 0;
	s.before.phrase = NULL;
	e->in_reply = false;
	while (at < len) {
		switch (kind_of(text[at])) {
		case LETTER:
			at = on_word(&s, at);
			break;
		case DIGIT:
			at = on_number(&s, at);
			while (at < len && kind_of(text[at]) == LETTER)
				at++;
			break;
		case MAILBOX:
			at = delist_reply_mailbox(e, text, len, at);
			break;
		case BRACKET:
			at = on_bracket(&s, at);
			break;
		case MARK:
			if (!delist_reply_known(e) && at + 1 < len &&
			    delist_ascii_isalnum(text[at + 1]))
				delist_reply_phrases(e, text, len, at);
			at++;
			break;
		case ESCAPE:
			at += at + 1 < len &&
				      delist_ascii_isin(text[at + 1], "nrt")
				  ? 2
				  : 1;
			break;
		default:
			at++;
		}
	}
	finish(&s);
}
