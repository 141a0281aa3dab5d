/* SPDX-License-Identifier: ISC */
/*
 * letter_appeal.c - the mail that asks for an investigation
 *
 *	head | text: address and code | message/rfc822: the bounce
 *
 * Everything is checked before the first byte is written.  What a stranger
 * wrote is in the attachment only, where it cannot end a header or a part:
 * the boundary is one that the bounce does not hold.
 */
#include "letter.h"

#include <string.h>

#include "date.h"

enum {
	LINE_MAX = 998, /* RFC 5322, 2.1.1 */
	TRIES = 26,
	BOUNDARY_MAX = 64
};

/* The parts of the mail, all of them ours. */
struct parts {
	struct delist_text ndr;
	struct delist_mailbox to;
	char boundary[BOUNDARY_MAX];
	char ip[DELIST_ADDR_TEXT];
	char code[DELIST_STATUS_TEXT];
	char date[DELIST_DATE_LEN + 1];
	bool eight; /* the bounce has bytes over 127 */
};

static bool
is_eol(char c)
{
	return c == '\n' || c == '\r';
}

static void
skip(struct delist_text *t, size_t n)
{
	t->at += n;
	t->len -= n;
}

/* Without empty lines and the "From " line of a mailbox file before it. */
static struct delist_text
message_of(struct delist_text ndr)
{
	while (ndr.len > 0 && is_eol(*ndr.at))
		skip(&ndr, 1);
	if (ndr.len < 5 || memcmp(ndr.at, "From ", 5) != 0)
		return ndr;
	while (ndr.len > 0 && !is_eol(*ndr.at))
		skip(&ndr, 1);
	while (ndr.len > 0 && is_eol(*ndr.at))
		skip(&ndr, 1);
	return ndr;
}

static bool
begins_with_field(struct delist_text t)
{
	size_t n = 0;

	while (n < t.len && t.at[n] > ' ' && t.at[n] < 127 && t.at[n] != ':')
		n++;
	return n > 0 && n < t.len && t.at[n] == ':';
}

/* Whether mail can carry the bounce as it is; and if in 7 bits. */
static bool
can_be_sent(struct parts *p)
{
	size_t line = 0;

	for (size_t i = 0; i < p->ndr.len; i++) {
		char c = p->ndr.at[i];

		line = is_eol(c) ? 0 : line + 1;
		if (c == '\0' || line > LINE_MAX)
			return false;
		p->eight = p->eight || (c & 0x80) != 0;
	}
	return true;
}

static bool
holds(struct delist_text t, const char *word)
{
	size_t n = strlen(word);
	const char *end = t.at + t.len, *at = t.at;

	while ((size_t)(end - at) >= n) {
		at = memchr(at, word[0], (size_t)(end - at) - n + 1);
		if (at == NULL)
			return false;
		if (memcmp(at, word, n) == 0)
			return true;
		at++;
	}
	return false;
}

/* One that the bounce does not hold, which may have been written to. */
static bool
set_boundary(struct parts *p, const uint8_t id[16])
{
	struct delist_writer w = {p->boundary, BOUNDARY_MAX - 1, 0, false};
	size_t len;

	delist_writer_text(&w, "=_appeal.");
	delist_letter_put_hex(&w, id, 16);
	len = w.len;
	p->boundary[len] = p->boundary[len + 1] = '\0';
	for (int i = 0; i < TRIES; i++) {
		if (!holds(p->ndr, p->boundary))
			return true;
		p->boundary[len] = (char)('a' + i);
	}
	return false;
}

static bool
set_recipient(struct parts *p, const struct delist_appeal_letter *letter)
{
	const struct delist_rule *rule;

	if (letter->to.len != 0) {
		p->to = letter->to;
		return delist_letter_is_mailbox(&letter->to);
	}
	rule =
	    delist_verdict_rule_of(NULL, 0, &(struct delist_status){5, 7, 511});
	return rule != NULL && rule->contact != NULL &&
	       delist_mailbox_parse(
		   &p->to, rule->contact, strlen(rule->contact)) == DELIST_OK;
}

static bool
set_block(struct parts *p, const struct delist_appeal_letter *letter)
{
	const struct delist_verdict *v = letter->verdict;
	const struct delist_addr *addr = letter->addr.family != DELIST_NOADDR
					     ? &letter->addr
					     : &v->blocked.addr;

	return v->cls == DELIST_CLASS_IP_BLOCK_MAIL &&
	       delist_status_format(p->code, &v->status) != 0 &&
	       delist_addr_format(p->ip, addr) != 0;
}

static int
check(struct parts *p, const struct delist_appeal_letter *letter)
{
	if (letter->size != sizeof *letter || letter->verdict == NULL ||
	    letter->ndr.at == NULL ||
	    !delist_letter_is_mailbox(&letter->from) ||
	    !delist_letter_is_domain(&letter->domain) ||
	    !set_recipient(p, letter) || !set_block(p, letter))
		return DELIST_EINVAL;
	if (letter->ndr.len > DELIST_LETTER_NDR_MAX)
		return DELIST_ERANGE;
	p->ndr = message_of(letter->ndr);
	if (!begins_with_field(p->ndr))
		return DELIST_EINVAL;
	if (!can_be_sent(p))
		return DELIST_ERANGE;
	if (!set_boundary(p, letter->id))
		return DELIST_EINVAL;
	return delist_date_format(p->date, letter->now_s);
}

static void
put_subject(struct delist_writer *w, const struct parts *p)
{
	delist_writer_text(w, "Subject: Delisting request for ");
	delist_writer_text(w, p->ip);
	delist_writer_text(w, " (");
	delist_writer_text(w, p->code);
	delist_writer_text(w, ")\r\n");
}

static void
put_head(struct delist_writer *w, const struct parts *p,
    const struct delist_appeal_letter *letter)
{
	delist_letter_put_field(w, "Date", p->date, strlen(p->date));
	delist_letter_put_field(w, "From", letter->from.text, letter->from.len);
	delist_letter_put_field(w, "To", p->to.text, p->to.len);
	put_subject(w, p);
	delist_letter_put_message_id(
	    w, "appeal", letter->generation, letter->id, &letter->domain);
	delist_writer_text(w, "MIME-Version: 1.0\r\n"
			      "Content-Type: multipart/mixed;\r\n boundary=\"");
	delist_writer_text(w, p->boundary);
	delist_writer_text(
	    w, p->eight ? "\"\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
			: "\"\r\nContent-Transfer-Encoding: 7bit\r\n\r\n");
}

static void
put_boundary(struct delist_writer *w, const struct parts *p, const char *end)
{
	delist_writer_text(w, "--");
	delist_writer_text(w, p->boundary);
	delist_writer_text(w, end);
}

/* No colons: the code is named here, and not a server's answer. */
static void
put_text(struct delist_writer *w, const struct parts *p)
{
	delist_writer_text(w,
	    "Content-Type: text/plain; charset=us-ascii\r\n"
	    "Content-Transfer-Encoding: 7bit\r\n\r\n"
	    "Hello,\r\n\r\n"
	    "your servers refuse our mail, and name this mailbox in their "
	    "answer.\r\n"
	    "Please look into it, and take our address off the list.\r\n\r\n"
	    "    IP address   ");
	delist_writer_text(w, p->ip);
	delist_writer_text(w, "\r\n    Status code  ");
	delist_writer_text(w, p->code);
	delist_writer_text(w, "\r\n\r\n"
			      "The whole report that we got is attached.\r\n"
			      "Thank you.\r\n\r\n");
}

/* Lines end with CRLF, whatever ended them. */
static void
put_ndr(struct delist_writer *w, const struct parts *p)
{
	struct delist_text rest = p->ndr;

	delist_writer_text(w, "Content-Type: message/rfc822\r\n"
			      "Content-Disposition: attachment; "
			      "filename=\"report.eml\"\r\n");
	delist_writer_text(w, p->eight
				  ? "Content-Transfer-Encoding: 8bit\r\n\r\n"
				  : "Content-Transfer-Encoding: 7bit\r\n\r\n");
	while (rest.len > 0) {
		size_t n = 0;

		while (n < rest.len && !is_eol(rest.at[n]))
			n++;
		delist_writer_put(w, rest.at, n);
		delist_writer_text(w, "\r\n");
		n += n + 1 < rest.len && rest.at[n] == '\r' &&
		     rest.at[n + 1] == '\n';
		skip(&rest, n + (n < rest.len));
	}
}

int
delist_letter_appeal(char *out, size_t cap, size_t *len,
    const struct delist_appeal_letter *letter)
{
	struct delist_writer w = {out, cap, 0, false};
	struct parts p;
	int error;

	memset(&p, 0, sizeof p);
	error = check(&p, letter);
	if (error != DELIST_OK)
		return error;
	put_head(&w, &p, letter);
	put_boundary(&w, &p, "\r\n");
	put_text(&w, &p);
	put_boundary(&w, &p, "\r\n");
	put_ndr(&w, &p);
	delist_writer_text(
	    &w, "\r\n"); /* the one before belongs to the bounce */
	put_boundary(&w, &p, "--\r\n");
	return delist_letter_done(&w, len);
}
