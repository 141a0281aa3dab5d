/* SPDX-License-Identifier: ISC */
#ifndef LIB_LETTER_H
#define LIB_LETTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <delist/mailbox.h>
#include <delist/text.h>

#include "writer.h"

/* What the files of the module share. */

/* The marks {ip}, {hours}, ... */
enum place {
	PLACE_IP,
	PLACE_HOURS,
	PLACE_URL,
	PLACE_CANCEL,
	PLACE_STATUS,
	PLACES
};

enum {
	LETTER_LINE = 78, /* RFC 5322, 2.1.1 */
	LETTER_HOURS_MAX = 9999
};

/* Which mark starts text[0..len), and its length; PLACES if none does. */
enum place delist_letter_place(size_t *used, const char *text, size_t len);

/* What is in the struct is one that delist_mailbox_parse() takes. */
bool delist_letter_is_mailbox(const struct delist_mailbox *mailbox);
bool delist_letter_is_domain(const struct delist_text *domain);

/* A value that may not be broken goes to a line of its own if it is long. */
void delist_letter_put_field(
    struct delist_writer *w, const char *name, const char *value, size_t len);

/* Lower case. */
void delist_letter_put_hex(
    struct delist_writer *w, const uint8_t *bytes, size_t len);

#endif
