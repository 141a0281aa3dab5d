/* SPDX-License-Identifier: ISC */
/*
 * reply_scan.c - codes, addresses and contacts in the text of a reply
 *
 *	550 5.7.606 Access denied, banned sending IP [203.0.113.7] ...
 *	^ reply	^ in reply position			^ refused
 *
 * One pass.  A status code counts only behind a reply code, at the beginning,
 * behind "#" or behind words that announce an answer; one that is quoted as an
 * example does not.  Of several, the one that says most wins, 5.7.511 first.
 */
#include "reply.h"

#include <string.h>

#include "ascii.h"

enum {
	RANK_NOTHING = 1, /* x.0.0 */
	RANK_ZERO,	  /* x.y.0 */
	RANK_GENERIC,	  /* 5.7.1 */
	RANK_OTHER,
	RANK_RULE,
	RANK_511,
	MAILBOX_MAX = 254
};

struct scan {
	struct delist_refusal *e;
	const char *text;
	size_t len;
	size_t reply_end; /* behind the last reply code, 0: none */
	uint16_t reply;
};

static const char announces[] =
    "said was is response error returned server reply smtp message responded "
    "reason code failed data me";

static int
rank_of(const struct delist_refusal *e, const struct delist_status *code)
{
	if (code->detail == 0)
		return code->subject == 0 ? RANK_NOTHING : RANK_ZERO;
	if (code->cls == 5 && code->subject == 7 && code->detail == 511)
		return RANK_511;
	if (delist_verdict_rule_of(e->rules, e->rule_count, code) != NULL)
		return RANK_RULE;
	return code->subject == 7 && code->detail == 1 ? RANK_GENERIC
						       : RANK_OTHER;
}

/* Only marks and blanks between a reply code and here. */
static bool
behind_reply(const struct scan *s, size_t at)
{
	if (s->reply_end == 0 || at - s->reply_end > 64)
		return false;
	for (size_t i = s->reply_end; i < at; i++)
		if (!delist_ascii_isspace(s->text[i]) &&
		    !delist_ascii_isin(s->text[i], "-;:#('\"<>"))
			return false;
	return true;
}

/* A mark that announces an answer, and a word that it belongs to. */
static bool
announced(const struct scan *s, size_t at)
{
	size_t i = at;

	while (i > 0 && at - i < 32 && delist_ascii_isspace(s->text[i - 1]))
		i--;
	if (i == 0 || s->text[i - 1] == '\0' ||
	    !delist_ascii_isin(s->text[i - 1], ":;'\"(#<"))
		return false;
	if (s->text[i - 1] == '#')
		return true;
	return delist_reply_after(s->text, at, announces);
}

static void
enter_reply(struct scan *s, size_t at)
{
	struct delist_refusal *e = s->e;

	if (e->in_reply)
		return;
	e->in_reply = true;
	e->phrase = NULL; /* what was before was no part of the answer */
	e->contact.len = e->mailbox.len = 0;
	e->diagnostic.at = s->text + at;
	e->diagnostic.len = s->len - at;
}

static void
on_status(
    struct scan *s, size_t at, size_t end, const struct delist_status *code)
{
	struct delist_refusal *e = s->e;
	bool replied = behind_reply(s, at);
	int rank;

	if (!replied && delist_reply_after(s->text, at, "status dsn")) {
		if (!delist_reply_tells(&e->field))
			e->field = *code;
		return;
	}
	if (!replied && !announced(s, at) &&
	    !delist_reply_opens(s->text, at, true))
		return;
	if (code->cls == 2) {
		e->delivered = true;
		if (e->inner.cls == 0)
			e->inner = *code;
		return;
	}
	enter_reply(s, at);
	if (replied && e->reply == 0)
		e->reply = s->reply;
	rank = rank_of(e, code);
	if (rank <= e->inner_rank)
		return;
	e->inner = *code;
	e->inner_rank = rank;
	e->range_end = 0;
	if (end < s->len && s->text[end] == '-') {
		uint32_t last;
		size_t n = delist_ascii_number(
		    &last, s->text + end + 1, s->len - end - 1, 999);

		if (n != 0 && last > code->detail)
			e->range_end = (uint16_t)last;
	}
}

static void
on_reply(struct scan *s, size_t at)
{
	uint32_t value = 0;
	size_t next = at + 3;
	struct delist_refusal *e = s->e;

	delist_ascii_number(&value, s->text + at, 3, 599);
	if (value < 200 || (value > 299 && value < 400))
		return;
	if (next < s->len && !delist_ascii_isin(s->text[next], " -;:\n\r\t"))
		return;
	s->reply_end = next;
	s->reply = (uint16_t)value;
	if (!delist_reply_opens(s->text, at, false) && !announced(s, at))
		return;
	if (value < 300) {
		e->delivered = true;
		return;
	}
	enter_reply(s, at);
	if (e->reply == 0)
		e->reply = (uint16_t)value;
}

static size_t
on_digit(struct scan *s, size_t at)
{
	struct delist_status code;
	size_t used, end = at;
	int error;

	while (end < s->len && (delist_ascii_isdigit(s->text[end]) ||
				   (s->text[end] == '.' && end + 1 < s->len &&
				       delist_ascii_isdigit(s->text[end + 1]))))
		end++;
	error = delist_status_parse(&code, &used, s->text + at, s->len - at);
	if (error == DELIST_OK) {
		on_status(s, at, at + used, &code);
		return end;
	}
	if (behind_reply(s, at) && end - at > 4 && s->text[at + 1] == '.')
		s->e->broken = true;
	if (end - at == 3) {
		on_reply(s, at);
		if (end == s->len || s->text[end] != ':')
			return end;
	}
	used = at;
	delist_reply_address(s->e, s->text, s->len, &used);
	return used > end ? used : end;
}

static bool
in_mailbox(char c)
{
	return delist_ascii_isalnum(c) || (c & 0x80) != 0 ||
	       delist_ascii_isin(c, ".-_+=/&'!#%*?^`{|}~$");
}

static void
on_mailbox(struct scan *s, size_t at)
{
	size_t start = at, end = at + 1;
	struct delist_text found;

	while (start > 0 && at - start < 64 && in_mailbox(s->text[start - 1]))
		start--;
	while (start < at && delist_ascii_isin(s->text[start], "=/'"))
		start++;
	while (end < s->len && end - at < MAILBOX_MAX &&
	       (delist_ascii_isalnum(s->text[end]) || s->text[end] == '-' ||
		   s->text[end] == '.'))
		end++;
	while (end > at + 1 && s->text[end - 1] == '.')
		end--;
	if (start == at || end == at + 1)
		return;
	found.at = s->text + start;
	found.len = end - start;
	if (delist_ascii_begins(found.at, found.len, "delist") ||
	    delist_reply_after(s->text, start, "forward message"))
		s->e->mailbox = s->e->mailbox.len == 0 ? found : s->e->mailbox;
	else if (s->e->recipient.len == 0 &&
		 ((start > 0 && s->text[start - 1] == '<') ||
		     delist_reply_after(s->text, start, "rfc822 to")))
		s->e->recipient = found;
}

static void
on_url(struct scan *s, size_t at)
{
	size_t end = at;
	struct delist_text *contact = &s->e->contact;

	while (end < s->len && end - at < 512 && s->text[end] > ' ' &&
	       !delist_ascii_isin(s->text[end], "<>\"'()[]"))
		end++;
	while (end > at && delist_ascii_isin(s->text[end - 1], ".,;"))
		end--;
	if (contact->len != 0 || end - at < 10 ||
	    delist_ascii_begins(s->text + at, end - at, "http://go.micro") ||
	    delist_ascii_begins(s->text + at, end - at, "https://go.micro"))
		return;
	contact->at = s->text + at;
	contact->len = end - at;
}

static void
on_redaction(struct scan *s, size_t at)
{
	size_t end = at + 1;

	while (end < s->len && end - at < 48 &&
	       memchr("xX*.?:", s->text[end], 6) != NULL)
		end++;
	if (end - at > 3 && end < s->len && s->text[end] == ']')
		s->e->redacted = true;
}

static bool
starts_word(const char *text, size_t at)
{
	return at == 0 ||
	       !(delist_ascii_isalnum(text[at - 1]) || text[at - 1] == '.');
}

/* Where an IPv6 address can begin: behind a bracket or a blank. */
static bool
may_be6(const struct scan *s, size_t at)
{
	size_t i = at;

	while (i < s->len && i < at + 5 && delist_ascii_hex(s->text[i]) >= 0)
		i++;
	return i < s->len && i < at + 5 && s->text[i] == ':';
}

void
delist_reply_scan(struct delist_refusal *e, const char *text, size_t len)
{
	struct scan s = {.e = e, .text = text, .len = len};
	size_t at = 0;

	e->in_reply = false;
	while (at < len) {
		char c = text[at];
		bool word = starts_word(text, at);

		if (c == '@')
			on_mailbox(&s, at);
		else if (c == '[')
			on_redaction(&s, at);
		if (word && !delist_ascii_isspace(c))
			delist_reply_phrases(e, text, len, at);
		if (word && delist_ascii_begins(text + at, len - at, "http"))
			on_url(&s, at);
		if (word && (delist_ascii_hex(c) >= 0 || c == ':') &&
		    may_be6(&s, at) && !behind_reply(&s, at)) {
			size_t end = at;

			delist_reply_address(e, text, len, &end);
			if (end > at + 4) {
				at = end;
				continue;
			}
		}
		at =
		    word && delist_ascii_isdigit(c) ? on_digit(&s, at) : at + 1;
	}
}
