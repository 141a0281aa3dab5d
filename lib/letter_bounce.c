/* SPDX-License-Identifier: ISC */
/*
 * letter_bounce.c - the reverse-path that brings a failure home
 *
 *	bounce+00112233445566778899aabbccddeeff.0123456789abcdef@domain
 *	       |          request id           | MAC over the id
 *
 * Hexadecimal, for a local part may lose its case on the way; the whole has
 * 56 of the 64 characters that a local part may have.
 */
#include <delist/letter.h>

#include <stdbool.h>
#include <string.h>

#include "ascii.h"
#include "letter.h"
#include "writer.h"

static const char bounce[] = "bounce+";

enum {
	AT_ID = sizeof bounce - 1,
	AT_DOT = AT_ID + 2 * DELIST_ID_LEN,
	AT_MAC = AT_DOT + 1,
	LOCAL_LEN = AT_MAC + 2 * DELIST_BOUNCE_MAC_LEN
};

void
delist_letter_put_hex(struct delist_writer *w, const uint8_t *bytes, size_t len)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < len; i++) {
		delist_writer_put(w, &digits[bytes[i] >> 4], 1);
		delist_writer_put(w, &digits[bytes[i] & 15], 1);
	}
}

/* Lower case only: one text for one value. */
static bool
read_hex(uint8_t *bytes, size_t len, const char *text)
{
	for (size_t i = 0; i < 2 * len; i++) {
		int digit = delist_ascii_hex(text[i]);

		if (digit < 0 || delist_ascii_lower(text[i]) != text[i])
			return false;
		bytes[i / 2] = (uint8_t)(bytes[i / 2] << 4 | digit);
	}
	return true;
}

int
delist_letter_reverse_path(struct delist_mailbox *path, const uint8_t id[16],
    const uint8_t mac[8], const char *domain, size_t domain_len)
{
	char text[DELIST_MAILBOX_MAX];
	struct delist_writer w = {text, sizeof text, 0, false};

	delist_writer_text(&w, bounce);
	delist_letter_put_hex(&w, id, DELIST_ID_LEN);
	delist_writer_text(&w, ".");
	delist_letter_put_hex(&w, mac, DELIST_BOUNCE_MAC_LEN);
	delist_writer_text(&w, "@");
	delist_writer_put(&w, domain, domain_len);
	if (w.full || delist_mailbox_parse(path, text, w.len) != DELIST_OK)
		return DELIST_EINVAL;
	return DELIST_OK;
}

int
delist_letter_bounce_parse(
    uint8_t id[16], uint8_t mac[8], const char *text, size_t len)
{
	uint8_t read_id[DELIST_ID_LEN] = {0};
	uint8_t read_mac[DELIST_BOUNCE_MAC_LEN] = {0};
	struct delist_mailbox path;

	if (delist_mailbox_parse(&path, text, len) != DELIST_OK ||
	    path.at != LOCAL_LEN || memcmp(text, bounce, AT_ID) != 0 ||
	    text[AT_DOT] != '.' ||
	    !read_hex(read_id, sizeof read_id, text + AT_ID) ||
	    !read_hex(read_mac, sizeof read_mac, text + AT_MAC))
		return DELIST_ESYNTAX;
	memcpy(id, read_id, sizeof read_id);
	memcpy(mac, read_mac, sizeof read_mac);
	return DELIST_OK;
}
