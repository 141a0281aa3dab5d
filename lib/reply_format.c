/* SPDX-License-Identifier: ISC */
/*
 * reply_format.c - the reply that refuses a listed sender
 *
 * Its words are ours; code, bracketed address and contact stand where readers
 * of Microsoft's replies look for them.  RFC 5321, 4.5.3.1.5 allows 512
 * bytes; 400 leaves room for what servers put in front.
 */
#include "reply.h"

#include <string.h>

#include "ascii.h"
#include "refusal.h"
#include "writer.h"

enum {
	LINE_MAX = 80,
	PREFIX = 12 /* "550-5.7.606 " */
};

static bool
is_contact(const char *contact, bool by_mail)
{
	size_t len = strlen(contact);
	const char *sign = memchr(contact, '@', strlen(contact));

	for (size_t i = 0; i < len; i++)
		if (!delist_ascii_isprint(contact[i]) ||
		    delist_ascii_isin(contact[i], " <>\"'()[],;"))
			return false;
	if (by_mail)
		return sign != NULL && sign != contact && sign[1] != '\0';
	return (delist_ascii_begins(contact, len, "https://") && len > 8) ||
	       (delist_ascii_begins(contact, len, "http://") && len > 7);
}

static void
put_words(struct delist_writer *w, const char *addr, const char *contact,
    bool by_mail)
{
	delist_writer_text(w, by_mail ? "Access denied, banned sender ["
				      : "Access denied, banned sending IP [");
	delist_writer_text(w, addr);
	delist_writer_text(
	    w, by_mail ? "]. To request removal, forward this message to "
		       : "]. To request removal, please visit ");
	delist_writer_text(w, contact);
}

static void
put_code(struct delist_writer *w, const char *code, bool last)
{
	delist_writer_text(w, last ? "550 " : "550-");
	delist_writer_text(w, code);
	delist_writer_text(w, " ");
}

/* Where the line that starts words[0..len) ends: at a blank, if it can. */
static size_t
break_at(const char *words, size_t len)
{
	size_t at = LINE_MAX - PREFIX;

	if (len <= at)
		return len;
	while (at > 0 && words[at] != ' ')
		at--;
	if (at > 0)
		return at;
	while (at < len && words[at] != ' ')
		at++;
	return at;
}

static void
put_lines(struct delist_writer *w, const char *code, const char *words,
    size_t len, bool folded)
{
	while (len > 0) {
		size_t n = folded ? break_at(words, len) : len;

		put_code(w, code, n == len);
		delist_writer_put(w, words, n);
		if (n == len)
			return;
		delist_writer_text(w, "\r\n");
		words += n + 1;
		len -= n + 1;
	}
}

int
delist_reply_format(char *text, size_t size, size_t *len,
    const struct delist_status *status, const struct delist_addr *addr,
    const char *contact, int lines)
{
	char ip[DELIST_ADDR_TEXT], code[DELIST_STATUS_TEXT];
	char words[DELIST_REPLY_TEXT], reply[DELIST_REPLY_TEXT];
	struct delist_writer w = {.at = words, .cap = sizeof words - 1};
	struct delist_writer r = {.at = reply, .cap = sizeof reply - 1};
	bool by_mail = status->detail == REFUSAL_PERSON;

	if (status->cls != 5 || status->subject != 7 ||
	    !delist_refusal_is_code(status->detail))
		return DELIST_EINVAL;
	if (delist_addr_format(ip, addr) == 0 || contact == NULL ||
	    !is_contact(contact, by_mail))
		return DELIST_EINVAL;
	delist_status_format(code, status);
	put_words(&w, ip, contact, by_mail);
	put_lines(&r, code, words, w.len, lines != 0);
	if (w.full || r.full || r.len >= size)
		return DELIST_ENOSPC;
	memcpy(text, reply, r.len);
	text[r.len] = '\0';
	*len = r.len;
	return DELIST_OK;
}
