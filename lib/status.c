/* SPDX-License-Identifier: ISC */
/*
 * status.c - enhanced mail system status codes
 *
 *	status-code = class "." subject "." detail	(RFC 3463, section 2)
 *	class	    = "2" / "4" / "5"
 *	subject	    = 1*3digit				; no "07"
 *	detail	    = 1*3digit
 *
 * One pass, left to right, no copy.  A number that is too long is refused
 * whole and never cut or wrapped: 5.7.4294967807 is not 5.7.511.
 */
#include <delist/status.h>

#include <string.h>

#include "ascii.h"
#include "writer.h"

enum {
	NUMBER_MAX = 999
};

/* "." and a number; its length with the ".", 0 or a negative error. */
static int
parse_number(uint16_t *number, const char *text, size_t len)
{
	size_t digits = 0;
	uint32_t value;

	if (len < 2 || text[0] != '.')
		return DELIST_ESYNTAX;
	if (delist_ascii_number(&value, text + 1, len - 1, NUMBER_MAX) == 0) {
		while (digits < 4 && digits + 1 < len &&
		       delist_ascii_isdigit(text[digits + 1]))
			digits++;
		return digits == 4 && text[1] != '0' ? DELIST_ERANGE
						     : DELIST_ESYNTAX;
	}
	*number = (uint16_t)value;
	return value > 99 ? 4 : value > 9 ? 3 : 2;
}

/* A digit of another script in UTF-8, as localised replies have them. */
static bool
is_foreign_digit(const char *text, size_t len)
{
	static const struct {
		const char *lead;
		unsigned char zero; /* last byte of the digit 0 */
	} scripts[] = {
	    {"\xd9", 0xa0},	/* Arabic-Indic */
	    {"\xdb", 0xb0},	/* Persian */
	    {"\xe0\xa5", 0xa6}, /* Devanagari */
	    {"\xe0\xb9", 0x90}, /* Thai */
	    {"\xef\xbc", 0x90}, /* fullwidth */
	};

	for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++) {
		size_t n = strlen(scripts[i].lead);

		if (n < len && memcmp(text, scripts[i].lead, n) == 0 &&
		    (unsigned char)text[n] >= scripts[i].zero &&
		    (unsigned char)text[n] < scripts[i].zero + 10)
			return true;
	}
	return false;
}

static bool
goes_on(const char *text, size_t len)
{
	if (len == 0)
		return false;
	return delist_ascii_isalnum(text[0]) || is_foreign_digit(text, len) ||
	       (text[0] == '.' && len > 1 && delist_ascii_isdigit(text[1]));
}

int
delist_status_parse(
    struct delist_status *status, size_t *used, const char *text, size_t len)
{
	struct delist_status found;
	int subject, detail;
	size_t at = 1;

	if (len == 0 || (text[0] != '2' && text[0] != '4' && text[0] != '5'))
		return DELIST_ESYNTAX;
	found.cls = (uint16_t)(text[0] - '0');
	subject = parse_number(&found.subject, text + at, len - at);
	if (subject < 0)
		return subject;
	at += (size_t)subject;
	detail = parse_number(&found.detail, text + at, len - at);
	if (detail < 0)
		return detail;
	at += (size_t)detail;
	if (goes_on(text + at, len - at))
		return DELIST_ESYNTAX;
	*status = found;
	*used = at;
	return DELIST_OK;
}

size_t
delist_status_format(char text[10], const struct delist_status *status)
{
	struct delist_writer w = {.at = text, .cap = DELIST_STATUS_TEXT - 1};

	if (status->cls != 0 && status->cls <= 9 &&
	    status->subject <= NUMBER_MAX && status->detail <= NUMBER_MAX) {
		delist_writer_number(&w, status->cls);
		delist_writer_text(&w, ".");
		delist_writer_number(&w, status->subject);
		delist_writer_text(&w, ".");
		delist_writer_number(&w, status->detail);
	}
	text[w.len] = '\0';
	return w.len;
}

int
delist_status_compare(
    const struct delist_status *a, const struct delist_status *b)
{
	if (a->cls != b->cls)
		return (int)a->cls - (int)b->cls;
	if (a->subject != b->subject)
		return (int)a->subject - (int)b->subject;
	return (int)a->detail - (int)b->detail;
}
