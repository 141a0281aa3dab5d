/* SPDX-License-Identifier: ISC */
#ifndef LIB_LETTER_H
#define LIB_LETTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <delist/letter.h>

#include "writer.h"

/* What the files of the module share. */

/* The marks {ip}, {hours}, ...; sets of them are bits 1 << place. */
enum place {
	PLACE_IP,
	PLACE_HOURS,
	PLACE_URL,
	PLACE_CANCEL,
	PLACE_STATUS,
	PLACE_DAYS,
	PLACE_REASON,
	PLACES
};

enum {
	LETTER_LINE = 78, /* RFC 5322, 2.1.1 */
	LETTER_HOURS_MAX = 9999
};

/* Which mark starts text[0..len), and its length; PLACES if none does. */
enum place delist_letter_place(size_t *used, const char *text, size_t len);

/* What stands in the place of a mark: a head of the host's, a tail of ours. */
struct letter_value {
	struct delist_text head;
	char tail[DELIST_TOKEN_LEN + 1];
};

/* A mail whose parts are all checked. */
struct letter_mail {
	const struct delist_mailbox *from, *to;
	struct delist_text domain; /* of the Message-ID, which also has: */
	const char *kind;
	uint32_t generation;
	const uint8_t *id;
	struct delist_text answers; /* a Message-ID; none: no answer */
	const char *auto_submitted;
	const char *language, *subject, *body;
	const struct letter_value *values; /* PLACES */
	int64_t now_s;
};

/* DELIST_ERANGE: the date; DELIST_ENOSPC: out is cleared, *len as it was. */
int delist_letter_write(
    char *out, size_t cap, size_t *len, const struct letter_mail *mail);

extern const struct delist_catalogue delist_letter_english;
extern const struct delist_catalogue delist_letter_japanese;

/* The marks that may stand in a notice; 0 for one that is none. */
unsigned delist_letter_notice_marks(int notice);

/* "<left@right>" without what would need quotes. */
bool delist_letter_is_message_id(const struct delist_text *id);

/* The built-in texts where *catalogue is NULL, else what is wrong with it. */
int delist_letter_texts(
    const struct delist_catalogue **catalogue, int language);

bool delist_letter_is_mailbox(const struct delist_mailbox *mailbox);
bool delist_letter_is_domain(const struct delist_text *domain);

/* A scheme that a reader makes a link of, and RFC 3986's characters. */
bool delist_letter_is_url(const struct delist_text *url);

/* A value that may not be broken goes to a line of its own if it is long. */
void delist_letter_put_field(
    struct delist_writer *w, const char *name, const char *value, size_t len);

/* <kind.generation.id@domain>: the same mail has the same one. */
void delist_letter_put_message_id(struct delist_writer *w, const char *kind,
    uint32_t generation, const uint8_t id[16],
    const struct delist_text *domain);

/* DELIST_ENOSPC where not all of it had room: what was written is wiped. */
int delist_letter_done(const struct delist_writer *w, size_t *len);

/* Lower case. */
void delist_letter_put_hex(
    struct delist_writer *w, const uint8_t *bytes, size_t len);

#endif
