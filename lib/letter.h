/* SPDX-License-Identifier: ISC */
#ifndef LIB_LETTER_H
#define LIB_LETTER_H

#include <stddef.h>
#include <stdint.h>

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

/* Lower case. */
void delist_letter_put_hex(
    struct delist_writer *w, const uint8_t *bytes, size_t len);

#endif
