/* SPDX-License-Identifier: ISC */
/*
 * letter.c - mails that go out
 *
 *	letter, catalogue -> check -> head | empty line | body
 *
 * All that comes in is checked before the first byte is written, by the
 * same parsers that the rest of the library trusts; composing then cannot
 * fail but for want of room, and has nothing to escape.
 *
 * A text that is not ASCII goes in base64: quoted-printable is readable for
 * languages that are mostly ASCII only, and breaks URLs with "=".  8-bit is
 * not for us to choose, who do not know the next server.
 */
#include <delist/letter.h>

#include <stdbool.h>
#include <string.h>

#include "ascii.h"
#include "base64.h"
#include "bytes.h"
#include "date.h"
#include "letter.h"
#include "writer.h"

enum {
	/*
	 * Bytes in an encoded-word: it is then 64 characters, and a line of
	 * "Subject: " and one stays under 76 (RFC 2047, 2).
	 */
	WORD_BYTES = 39,
	HOUR_S = 3600
};

/* ---- what a letter is made of ---- */

bool
delist_letter_is_mailbox(const struct delist_mailbox *mailbox)
{
	struct delist_mailbox again;

	return delist_mailbox_parse(&again, mailbox->text, mailbox->len) ==
	       DELIST_OK;
}

bool
delist_letter_is_domain(const struct delist_text *domain)
{
	char text[DELIST_MAILBOX_MAX];
	struct delist_writer w = {text, sizeof text, 0, false};
	struct delist_mailbox mailbox;

	delist_writer_text(&w, "x@");
	delist_writer_put(&w, domain->at, domain->len);
	return !w.full &&
	       delist_mailbox_parse(&mailbox, text, w.len) == DELIST_OK;
}

/* A scheme that a reader makes a link of, and RFC 3986's characters. */
static bool
is_url(const struct delist_text *url)
{
	static const char foreign[] = {
	    '"', '<', '>', '\\', '^', '`', '{', '|', '}', ' '};

	if (url->len > DELIST_LETTER_URL_MAX ||
	    (!delist_ascii_begins(url->at, url->len, "https://") &&
		!delist_ascii_begins(url->at, url->len, "http://")))
		return false;
	for (size_t i = 0; i < url->len; i++)
		if (!delist_ascii_isprint(url->at[i]) ||
		    memchr(foreign, url->at[i], sizeof foreign) != NULL)
			return false;
	return true;
}

static bool
is_life(int64_t life_s)
{
	return life_s >= HOUR_S && life_s / HOUR_S <= LETTER_HOURS_MAX;
}

static int
check_letter(const struct delist_letter *letter)
{
	if (letter->size != sizeof *letter ||
	    !delist_letter_is_mailbox(&letter->from) ||
	    !delist_letter_is_mailbox(&letter->to) ||
	    !delist_letter_is_domain(&letter->domain) ||
	    !is_url(&letter->confirm_url) || !is_url(&letter->cancel_url) ||
	    !is_url(&letter->status_url) || !is_life(letter->life_s))
		return DELIST_EINVAL;
	if (letter->addr.family != DELIST_INET4 &&
	    letter->addr.family != DELIST_INET6)
		return DELIST_EINVAL;
	return DELIST_OK;
}

/* What stands in the place of a mark: a head of the host's, a tail of ours. */
struct value {
	struct delist_text head;
	char tail[DELIST_TOKEN_LEN + 1];
};

static void
set_url(struct value *value, const struct delist_text *url,
    const struct delist_token *token)
{
	value->head = *url;
	delist_token_format(value->tail, token);
}

static void
set_values(struct value values[PLACES], const struct delist_letter *letter)
{
	struct delist_writer hours = {
	    values[PLACE_HOURS].tail, DELIST_TOKEN_LEN, 0, false};

	memset(values, 0, PLACES * sizeof *values);
	delist_addr_format(values[PLACE_IP].tail, &letter->addr);
	delist_writer_number(&hours, (uint64_t)letter->life_s / HOUR_S);
	set_url(&values[PLACE_URL], &letter->confirm_url, &letter->confirm);
	set_url(&values[PLACE_CANCEL], &letter->cancel_url, &letter->cancel);
	set_url(&values[PLACE_STATUS], &letter->status_url, &letter->status);
}

/* ---- texts ---- */

/* A text on its way out: as it is, or in lines of base64. */
struct outlet {
	struct delist_writer *w;
	bool base64;
	uint8_t line[DELIST_BASE64_LINE];
	size_t used;
};

static void
end_base64_line(struct outlet *outlet)
{
	char text[DELIST_BASE64_LINE / 3 * 4];

	if (outlet->used == 0)
		return;
	delist_writer_put(outlet->w, text,
	    delist_base64_encode(text, outlet->line, outlet->used));
	delist_writer_text(outlet->w, "\r\n");
	outlet->used = 0;
}

static void
put_bytes(struct outlet *outlet, const char *bytes, size_t len)
{
	if (!outlet->base64) {
		delist_writer_put(outlet->w, bytes, len);
		return;
	}
	for (size_t i = 0; i < len; i++) {
		outlet->line[outlet->used++] = (uint8_t)bytes[i];
		if (outlet->used == sizeof outlet->line)
			end_base64_line(outlet);
	}
}

/* Put a checked text, its marks replaced and its lines ended by CRLF. */
static void
expand(
    struct outlet *outlet, const char *text, const struct value values[PLACES])
{
	size_t len = strlen(text), n;

	for (size_t i = 0; i < len; i += n) {
		enum place place = delist_letter_place(&n, text + i, len - i);

		if (place != PLACES) {
			const struct value *value = &values[place];

			put_bytes(outlet, value->head.at, value->head.len);
			put_bytes(outlet, value->tail, strlen(value->tail));
			continue;
		}
		if (text[i] == '\n')
			put_bytes(outlet, "\r", 1);
		put_bytes(outlet, text + i, 1);
		n = 1;
	}
}

/* Can stand in a mail as it is: ASCII, and no encoded-word by chance. */
static bool
is_plain(const char *text)
{
	for (; *text != '\0'; text++)
		if ((uint8_t)*text > 0x7f || (text[0] == '=' && text[1] == '?'))
			return false;
	return true;
}

/* ---- the head ---- */

void
delist_letter_put_field(
    struct delist_writer *w, const char *name, const char *value, size_t len)
{
	delist_writer_text(w, name);
	delist_writer_text(
	    w, strlen(name) + 2 + len > LETTER_LINE ? ":\r\n " : ": ");
	delist_writer_put(w, value, len);
	delist_writer_text(w, "\r\n");
}

/* RFC 2047, 4.1; words hold whole characters (5, rule 3 of the end). */
static void
put_encoded_words(struct delist_writer *w, const char *text, size_t len)
{
	char word[(WORD_BYTES + 2) / 3 * 4];

	while (len != 0) {
		size_t n = len < WORD_BYTES ? len : WORD_BYTES;

		while (n < len && ((uint8_t)text[n] & 0xc0) == 0x80)
			n--;
		delist_writer_text(w, "=?utf-8?B?");
		delist_writer_put(w, word, delist_base64_encode(word, text, n));
		delist_writer_text(w, "?=");
		text += n;
		len -= n;
		if (len != 0)
			delist_writer_text(w, "\r\n ");
	}
}

static void
put_subject(struct delist_writer *w, const char *text,
    const struct value values[PLACES])
{
	char subject[DELIST_LETTER_SUBJECT_MAX];
	struct delist_writer s = {subject, sizeof subject, 0, false};
	struct outlet outlet = {.w = &s};

	expand(&outlet, text, values);
	if (is_plain(text)) {
		delist_letter_put_field(w, "Subject", subject, s.len);
		return;
	}
	delist_writer_text(w, "Subject: ");
	put_encoded_words(w, subject, s.len);
	delist_writer_text(w, "\r\n");
}

static void
put_message_id(struct delist_writer *w, const struct delist_letter *letter)
{
	char id[64 + DELIST_MAILBOX_MAX];
	struct delist_writer i = {id, sizeof id, 0, false};

	delist_writer_text(&i, "<confirm.");
	delist_writer_number(&i, letter->generation);
	delist_writer_text(&i, ".");
	delist_letter_put_hex(&i, letter->id, sizeof letter->id);
	delist_writer_text(&i, "@");
	delist_writer_put(&i, letter->domain.at, letter->domain.len);
	delist_writer_text(&i, ">");
	delist_letter_put_field(w, "Message-ID", id, i.len);
}

static void
put_head(struct delist_writer *w, const struct delist_letter *letter,
    const struct delist_catalogue *catalogue, const char *date,
    const struct value values[PLACES])
{
	delist_letter_put_field(w, "Date", date, strlen(date));
	delist_letter_put_field(w, "From", letter->from.text, letter->from.len);
	delist_letter_put_field(w, "To", letter->to.text, letter->to.len);
	put_subject(w, catalogue->confirm_subject, values);
	put_message_id(w, letter);
	delist_writer_text(w, "Auto-Submitted: auto-generated\r\n"
			      "MIME-Version: 1.0\r\n");
	delist_writer_text(
	    w, is_plain(catalogue->confirm_body)
		   ? "Content-Type: text/plain; charset=us-ascii\r\n"
		     "Content-Transfer-Encoding: 7bit\r\n"
		   : "Content-Type: text/plain; charset=utf-8\r\n"
		     "Content-Transfer-Encoding: base64\r\n");
	delist_letter_put_field(w, "Content-Language", catalogue->language,
	    strlen(catalogue->language));
	delist_writer_text(w, "\r\n");
}

static void
put_body(struct delist_writer *w, const char *text,
    const struct value values[PLACES])
{
	struct outlet outlet = {.w = w, .base64 = !is_plain(text)};

	expand(&outlet, text, values);
	end_base64_line(&outlet);
}

int
delist_letter_confirm(char *out, size_t cap, size_t *len,
    const struct delist_letter *letter,
    const struct delist_catalogue *catalogue)
{
	struct delist_writer w = {out, cap, 0, false};
	struct value values[PLACES];
	char date[DELIST_DATE_LEN + 1];
	int error = check_letter(letter);

	if (error != DELIST_OK)
		return error;
	if (catalogue == NULL)
		catalogue = delist_catalogue_builtin(letter->language);
	if (catalogue == NULL)
		return DELIST_EINVAL;
	error = delist_catalogue_check(catalogue);
	if (error == DELIST_OK)
		error = delist_date_format(date, letter->now_s);
	if (error != DELIST_OK)
		return error;
	set_values(values, letter);
	put_head(&w, letter, catalogue, date, values);
	put_body(&w, catalogue->confirm_body, values);
	delist_bytes_wipe(values, sizeof values);
	if (w.full) {
		delist_bytes_wipe(out, w.len);
		return DELIST_ENOSPC;
	}
	*len = w.len;
	return DELIST_OK;
}
