/* SPDX-License-Identifier: ISC */
/*
 * mailbox.c - e-mail addresses, strictly
 *
 * The grammar, and what it leaves out and why, is in the header.  One pass
 * over each side of the first '@'; a second '@' is no part of a domain, and
 * so the second pass stops there.
 *
 * Nothing is repaired: an address that has to be unquoted, trimmed or
 * decoded first is an address that two programs read differently.
 */
#include <delist/mailbox.h>

#include <stdbool.h>
#include <string.h>

#include "ascii.h"

enum {
	LABEL_MAX = 63 /* RFC 1035, 2.3.4 */
};

/* RFC 5322, 3.2.3, less ! % and | */
static bool
is_atext(char c)
{
	static const char marks[] = {'#', '$', '&', '\'', '*', '+', '-', '/',
	    '=', '?', '^', '_', '`', '{', '}', '~'};

	return delist_ascii_isalnum(c) ||
	       memchr(marks, c, sizeof marks) != NULL;
}

static bool
is_local(const char *text, size_t len)
{
	char before = '.';

	if (len > DELIST_MAILBOX_LOCAL_MAX)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '.' ? before == '.' : !is_atext(text[i]))
			return false;
		if (text[i] == '?' && before == '=')
			return false;
		before = text[i];
	}
	return before != '.' && text[0] != '-' && text[0] != '/';
}

static bool
is_label(const char *text, size_t len)
{
	if (len == 0 || len > LABEL_MAX)
		return false;
	for (size_t i = 0; i < len; i++)
		if (!delist_ascii_isalnum(text[i]) && text[i] != '-')
			return false;
	return text[0] != '-' && text[len - 1] != '-';
}

static bool
is_domain(const char *text, size_t len)
{
	size_t label = 0;

	for (size_t i = 0; i < len; i++) {
		if (text[i] != '.')
			continue;
		if (!is_label(text + label, i - label))
			return false;
		label = i + 1;
	}
	return label != 0 && is_label(text + label, len - label) &&
	       delist_ascii_isalpha(text[label]);
}

int
delist_mailbox_parse(
    struct delist_mailbox *mailbox, const char *text, size_t len)
{
	const char *at;
	size_t local;

	if (len == 0 || len > DELIST_MAILBOX_MAX)
		return DELIST_ESYNTAX;
	at = memchr(text, '@', len);
	if (at == NULL)
		return DELIST_ESYNTAX;
	local = (size_t)(at - text);
	if (!is_local(text, local) || !is_domain(at + 1, len - local - 1))
		return DELIST_ESYNTAX;
	*mailbox =
	    (struct delist_mailbox){.len = (uint8_t)len, .at = (uint8_t)local};
	memcpy(mailbox->text, text, len);
	return DELIST_OK;
}

/* How much of a local part names the user: "ann+tag", "ann.+tag" -> 3. */
static uint8_t
user_len(const char *local, uint8_t len)
{
	uint8_t n = 0;

	while (n < len && local[n] != '+')
		n++;
	if (n == len)
		return len;
	if (n == 0)
		return 1;
	return local[n - 1] == '.' ? (uint8_t)(n - 1) : n;
}

void
delist_mailbox_canonical(
    struct delist_mailbox *canonical, const struct delist_mailbox *mailbox)
{
	struct delist_mailbox key = {
	    .at = user_len(mailbox->text, mailbox->at)};

	for (size_t i = 0; i < mailbox->len; i++)
		if (i < key.at || i >= mailbox->at)
			key.text[key.len++] =
			    delist_ascii_lower(mailbox->text[i]);
	*canonical = key;
}

struct delist_text
delist_mailbox_domain(const struct delist_mailbox *mailbox)
{
	size_t local = (size_t)mailbox->at + 1;

	if (local > mailbox->len)
		return (struct delist_text){NULL, 0};
	return (struct delist_text){
	    mailbox->text + local, mailbox->len - local};
}
