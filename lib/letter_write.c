/* SPDX-License-Identifier: ISC */
/*
 * letter_write.c - a mail, whatever it says
 *
 *	head | empty line | body
 *
 * All that comes in was checked by the same parsers that the rest of the
 * library trusts; writing then cannot fail but for want of room, and has
 * nothing to escape.
 *
 * A text that is not ASCII goes in base64: quoted-printable is readable for
 * languages that are mostly ASCII only, and breaks URLs with "=".  8-bit is
 * not for us to choose, who do not know the next server.
 */
#include "letter.h"

#include <string.h>

#include "ascii.h"
#include "base64.h"
#include "bytes.h"
#include "date.h"

enum {
	/*
	 * Bytes in an encoded-word: it is then 64 characters, and a line of
	 * "Subject: " and one stays under 76 (RFC 2047, 2).
	 */
	WORD_BYTES = 39
};

/* ---- parts ---- */

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

bool
delist_letter_is_url(const struct delist_text *url)
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
expand(struct outlet *outlet, const char *text,
    const struct letter_value values[PLACES])
{
	size_t len = strlen(text), n;

	for (size_t i = 0; i < len; i += n) {
		enum place place = delist_letter_place(&n, text + i, len - i);

		if (place != PLACES) {
			const struct letter_value *value = &values[place];

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
is_plain(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((uint8_t)text[i] > 0x7f ||
		    (text[i] == '=' && i + 1 < len && text[i + 1] == '?'))
			return false;
	return true;
}

/* ---- the head ---- */

/* A body is plain if its text is, and all that stands in it. */
static bool
is_plain_body(const struct letter_mail *mail)
{
	for (size_t i = 0; i < PLACES; i++)
		if (!is_plain(
			mail->values[i].head.at, mail->values[i].head.len))
			return false;
	return is_plain(mail->body, strlen(mail->body));
}

/* A value that may not be broken goes to a line of its own if it is long. */
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
    const struct letter_value values[PLACES])
{
	char subject[DELIST_LETTER_SUBJECT_MAX];
	struct delist_writer s = {subject, sizeof subject, 0, false};
	struct outlet outlet = {.w = &s};

	expand(&outlet, text, values);
	if (is_plain(text, strlen(text))) {
		delist_letter_put_field(w, "Subject", subject, s.len);
		return;
	}
	delist_writer_text(w, "Subject: ");
	put_encoded_words(w, subject, s.len);
	delist_writer_text(w, "\r\n");
}

void
delist_letter_put_message_id(struct delist_writer *w, const char *kind,
    uint32_t generation, const uint8_t id[16], const struct delist_text *domain)
{
	char text[64 + DELIST_MAILBOX_MAX];
	struct delist_writer i = {text, sizeof text, 0, false};

	delist_writer_text(&i, "<");
	delist_writer_text(&i, kind);
	delist_writer_text(&i, ".");
	delist_writer_number(&i, generation);
	delist_writer_text(&i, ".");
	delist_letter_put_hex(&i, id, DELIST_ID_LEN);
	delist_writer_text(&i, "@");
	delist_writer_put(&i, domain->at, domain->len);
	delist_writer_text(&i, ">");
	delist_letter_put_field(w, "Message-ID", text, i.len);
}

static void
put_thread(struct delist_writer *w, const struct delist_text *answers)
{
	if (answers->len == 0)
		return;
	delist_letter_put_field(w, "In-Reply-To", answers->at, answers->len);
	delist_letter_put_field(w, "References", answers->at, answers->len);
}

static void
put_head(struct delist_writer *w, const struct letter_mail *mail,
    const char *date, bool plain)
{
	delist_letter_put_field(w, "Date", date, strlen(date));
	delist_letter_put_field(w, "From", mail->from->text, mail->from->len);
	delist_letter_put_field(w, "To", mail->to->text, mail->to->len);
	put_subject(w, mail->subject, mail->values);
	delist_letter_put_message_id(
	    w, mail->kind, mail->generation, mail->id, &mail->domain);
	put_thread(w, &mail->answers);
	delist_letter_put_field(w, "Auto-Submitted", mail->auto_submitted,
	    strlen(mail->auto_submitted));
	delist_writer_text(w, "MIME-Version: 1.0\r\n");
	delist_writer_text(
	    w, plain ? "Content-Type: text/plain; charset=us-ascii\r\n"
		       "Content-Transfer-Encoding: 7bit\r\n"
		     : "Content-Type: text/plain; charset=utf-8\r\n"
		       "Content-Transfer-Encoding: base64\r\n");
	delist_letter_put_field(
	    w, "Content-Language", mail->language, strlen(mail->language));
	delist_writer_text(w, "\r\n");
}

static void
put_body(struct delist_writer *w, const struct letter_mail *mail, bool plain)
{
	struct outlet outlet = {.w = w, .base64 = !plain};

	expand(&outlet, mail->body, mail->values);
	end_base64_line(&outlet);
}

int
delist_letter_done(const struct delist_writer *w, size_t *len)
{
	if (w->full) {
		delist_bytes_wipe(w->at, w->len);
		return DELIST_ENOSPC;
	}
	*len = w->len;
	return DELIST_OK;
}

int
delist_letter_write(
    char *out, size_t cap, size_t *len, const struct letter_mail *mail)
{
	struct delist_writer w = {out, cap, 0, false};
	char date[DELIST_DATE_LEN + 1];
	bool plain = is_plain_body(mail);
	int error = delist_date_format(date, mail->now_s);

	if (error != DELIST_OK)
		return error;
	put_head(&w, mail, date, plain);
	put_body(&w, mail, plain);
	return delist_letter_done(&w, len);
}
