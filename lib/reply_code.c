/* SPDX-License-Identifier: ISC */
/*
 * reply_code.c - reply codes and status codes in a text
 *
 *	550 5.7.606 Access denied, banned sending IP [203.0.113.7] ...
 *	^ reply	^ in reply position
 *
 * A status code counts only behind a reply code, at the beginning, behind "#"
 * or behind words that announce an answer; one that is quoted as an example
 * does not.  Of several, the one that says most wins, 5.7.511 first.
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
	FOLDED_MAX = 16 /* bytes of a code with a fold in it */
};

static int
rank_of(const struct delist_refusal *e, const struct delist_status *code)
{
	if (code->detail == 0)
		return code->subject == 0 ? RANK_NOTHING : RANK_ZERO;
	if (code->cls == 5 && code->subject == 7 && code->detail == 511)
		return RANK_511;
	if (code->subject == 7 && code->detail == 1)
		return RANK_GENERIC;
	return delist_verdict_rule_of(e->rules, e->rule_count, code) != NULL
		   ? RANK_RULE
		   : RANK_OTHER;
}

bool
delist_reply_known(const struct delist_refusal *e)
{
	return e->inner_rank >= RANK_RULE;
}

bool
delist_reply_behind(const struct delist_reply_walk *s, size_t at)
{
	if (s->reply_end == 0 || at - s->reply_end > 64)
		return false;
	for (size_t i = s->reply_end; i < at;) {
		size_t next = delist_reply_gap(s->text, at, i);

		if (next > i)
			i = next;
		else if (delist_ascii_isin(s->text[i], "-;:#(['\"<>,{") ||
			 ((s->text[i] == 'b' || s->text[i] == 'B') &&
			     delist_ascii_isin(s->text[i + 1], "'\"")))
			i++;
		else
			return false;
	}
	return true;
}

/* A mark that announces an answer, and a word that it belongs to. */
static bool
announced(const struct delist_reply_walk *s, size_t at)
{
	static const char words[][DELIST_REPLY_WORD] = {"said", "was", "is",
	    "response", "error", "returned", "server", "reply", "smtp",
	    "message", "responded", "reason", "code", "failed", "data", "me",
	    "diagnosticcode", "diagnostic", "smtpresponse", "statuscode",
	    "responsecode", "description", "detail", "details", "text", "msg",
	    "enhanced", "with", "failure", "accepted", "rejected", "refused",
	    "denied"};
	size_t i = at;

	while (i > 0 && at - i < 32 && delist_ascii_isspace(s->text[i - 1]))
		i--;
	if (i == 0 || !delist_ascii_isin(s->text[i - 1], ":;'\"(#<="))
		return false;
	if (s->text[i - 1] == '#')
		return true;
	if (i > 1 && s->text[i - 1] == ':' &&
	    delist_ascii_isin(s->text[i - 2], ">])\"'"))
		return true; /* "<a@b.example>: 550", "host [192.0.2.1]: 550" */
	return delist_reply_is_any(delist_reply_before(s->text, at), words,
	    sizeof words / sizeof *words);
}

/* "host: mx.example.net", then the code alone at the start of a line. */
static bool
behind_host(const struct delist_reply_walk *s, size_t at)
{
	size_t low = at > 100 ? at - 100 : 0, start;

	if (at < 8 || s->text[at - 1] != '\n')
		return false;
	for (start = at - 1; start > low && s->text[start - 1] != '\n'; start--)
		;
	return delist_ascii_begins(s->text + start, at - start, "host:");
}

static void
enter_reply(struct delist_reply_walk *s, size_t at)
{
	struct delist_refusal *e = s->e;

	if (e->in_reply)
		return;
	e->in_reply = true;
	s->before = e->words; /* they were no part of the answer */
	memset(&e->words, 0, sizeof e->words);
	e->diagnostic.at = s->text + at;
	e->diagnostic.len = s->len - at;
}

/*
 * "554 4.4.7 expired <421 4.4.2 timed out>": the one inside is what the other
 * server said.
 */
static bool
is_nested(const struct delist_reply_walk *s)
{
	size_t at = s->reply_end;

	return at >= 4 && s->e->in_reply && s->text[at - 4] == '<';
}

static void
keep_range(
    struct delist_refusal *e, const struct delist_reply_walk *s, size_t end)
{
	uint32_t last;
	size_t n;

	e->range_end = 0;
	if (end >= s->len || s->text[end] != '-')
		return;
	n = delist_ascii_number(
	    &last, s->text + end + 1, s->len - end - 1, 999);
	if (n != 0 && last > e->inner.detail)
		e->range_end = (uint16_t)last;
}

/* "Status: 5.1.1", "dsn=5.1.1". */
static bool
is_field(const struct delist_reply_walk *s, size_t at)
{
	static const char words[][DELIST_REPLY_WORD] = {"status", "dsn"};

	return delist_reply_is_any(delist_reply_before(s->text, at), words, 2);
}

static void
on_status(struct delist_reply_walk *s, size_t at, size_t end,
    const struct delist_status *code)
{
	struct delist_refusal *e = s->e;
	struct delist_text view = {s->text + at, end - at};
	bool replied = delist_reply_behind(s, at);
	int rank;

	if (!replied && is_field(s, at)) {
		if (!delist_reply_tells(&e->field)) {
			e->field = *code;
			e->field_text = view;
		}
		return;
	}
	if (!replied && !announced(s, at) &&
	    !delist_reply_opens(s->text, at, true) && !behind_host(s, at))
		return;
	if (code->cls == 2) {
		e->delivered = true;
		if (e->inner.cls == 0)
			e->inner = *code;
		return;
	}
	enter_reply(s, at);
	rank = rank_of(e, code);
	if (replied && is_nested(s) && e->inner_rank < RANK_511 && !e->nested) {
		e->nested = true;
		e->inner_rank = 0;
		e->reply = s->reply;
	}
	if (replied && e->reply == 0)
		e->reply = s->reply;
	s->code_end = end;
	if (rank <= e->inner_rank)
		return;
	e->inner = *code;
	e->inner_rank = rank;
	e->inner_from = e->from;
	e->inner_text = view;
	keep_range(e, s, end);
}

/* The server closed the session when it was asked to: no refusal. */
static bool
is_goodbye(const struct delist_reply_walk *s, size_t at)
{
	size_t end = s->len - at > 256 ? at + 256 : s->len;

	if (delist_reply_after(s->text, at, "quit"))
		return true;
	while (at < end) {
		const char *paren = memchr(s->text + at, '(', end - at);

		if (paren == NULL)
			return false;
		at = (size_t)(paren - s->text) + 1;
		if (delist_reply_match(
			s->text + at, s->len - at, "in reply to quit") != 0)
			return true;
	}
	return false;
}

static void
on_reply(struct delist_reply_walk *s, size_t at, size_t next, uint32_t value)
{
	struct delist_refusal *e = s->e;

	if (value < 200 || (value > 299 && value < 400))
		return;
	if (next < s->len &&
	    !delist_ascii_isin(s->text[next], " -;:,_\n\r\t\"'\\\xc2)"))
		return;
	if (value == 421 && is_goodbye(s, at))
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
	s->code_end = next;
	if (e->reply == 0)
		e->reply = (uint16_t)value;
}

/* Behind digits and single dots between them. */
static size_t
number_end(const struct delist_reply_walk *s, size_t at)
{
	while (at < s->len && (delist_ascii_isdigit(s->text[at]) ||
				  (s->text[at] == '.' && at + 1 < s->len &&
				      delist_ascii_isdigit(s->text[at + 1]))))
		at++;
	return at;
}

/* Which of "5.7.60" and, with the next line, "5.7.606" is meant. */
static bool
is_whole(const struct delist_reply_walk *s, const char *text, size_t part,
    size_t len, struct delist_status *code)
{
	const struct delist_refusal *e = s->e;
	struct delist_status first;
	size_t used;

	if (delist_status_parse(code, &used, text, len) != DELIST_OK ||
	    used != len)
		return false;
	if (delist_status_parse(&first, &used, text, part) != DELIST_OK)
		return true;
	return first.detail != 1 && first.detail != 0 &&
	       delist_verdict_rule_of(e->rules, e->rule_count, &first) ==
		   NULL &&
	       delist_verdict_rule_of(e->rules, e->rule_count, code) != NULL;
}

static uint32_t
three_digits(const char *at)
{
	return (uint32_t)(at[0] - '0') * 100 + (uint32_t)(at[1] - '0') * 10 +
	       (uint32_t)(at[2] - '0');
}

/* A code with a fold inside: "5.7.6\n06", "55\n0 5.7.606".  Its end, or 0. */
static size_t
folded_code(struct delist_reply_walk *s, size_t at, size_t end)
{
	char both[FOLDED_MAX];
	size_t dot = end < s->len && s->text[end] == '.';
	size_t part = end + dot - at, next, stop;
	struct delist_status code;

	next = delist_reply_piece(s->text, s->len, end + dot, "0123456789.");
	if (next == 0 || part >= FOLDED_MAX)
		return 0;
	stop = number_end(s, next);
	if (stop - next > FOLDED_MAX - part)
		return 0;
	memcpy(both, s->text + at, part);
	memcpy(both + part, s->text + next, stop - next);
	part += stop - next;
	if (stop < s->len && delist_ascii_isalnum(s->text[stop]))
		return 0;
	if (is_whole(s, both, end + dot - at, part, &code)) {
		on_status(s, at, stop, &code);
		return stop;
	}
	if (part == 3 && dot == 0 && end - at < 3 && stop + 2 < s->len &&
	    (both[0] == '4' || both[0] == '5') && s->text[stop] == ' ' &&
	    s->text[stop + 1] == both[0] && s->text[stop + 2] == '.' &&
	    memchr(both, '.', 3) == NULL) {
		on_reply(s, at, stop, three_digits(both));
		return stop;
	}
	return 0;
}

size_t
delist_reply_code(struct delist_reply_walk *s, size_t at)
{
	const char *text = s->text;
	struct delist_status code;
	size_t used, end = number_end(s, at);

	if (at > 0 && text[at - 1] == '.')
		return end;
	used = folded_code(s, at, end);
	if (used != 0)
		return used;
	if (end - at > 4 && text[at + 1] == '.' &&
	    delist_status_parse(&code, &used, text + at, s->len - at) ==
		DELIST_OK) {
		on_status(s, at, at + used, &code);
		return end;
	}
	if (end - at > 4 && text[at + 1] == '.' && delist_reply_behind(s, at)) {
		s->e->broken = true; /* 5.7.0511, or 4.16.55.1 */
		return end;
	}
	if (end - at == 3 && text[at + 1] != '.') {
		on_reply(s, at, end, three_digits(text + at));
		if (end == s->len || text[end] != ':')
			return end;
	}
	used = delist_reply_address(s->e, text, s->len, at);
	return used > end ? used : end;
}
