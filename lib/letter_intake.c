/* SPDX-License-Identifier: ISC */
/*
 * letter_intake.c - whether, and to what, an answer goes out
 *
 *	field = name *WSP ":" value *( end-of-line WSP value )	(RFC 5322, 2.2)
 *
 * One pass over the header, whatever its line ends.  A line that is no field
 * is skipped: what is behind it may still say that the mail is automatic.
 */
#include "letter.h"

#include <string.h>

#include "ascii.h"

/* ---- fields ---- */

struct field {
	struct delist_text name, value;
};

static bool
is_end(char c)
{
	return c == '\r' || c == '\n';
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* The start of the next line; rest is not empty. */
static size_t
line_len(struct delist_text rest)
{
	size_t n = 0;

	while (n < rest.len && !is_end(rest.at[n]))
		n++;
	if (n + 1 < rest.len && rest.at[n] == '\r' && rest.at[n + 1] == '\n')
		return n + 2;
	return n < rest.len ? n + 1 : n;
}

static struct delist_text
behind(struct delist_text text, size_t n)
{
	return (struct delist_text){text.at + n, text.len - n};
}

/* The next field, or false at the end of the header. */
static bool
next_field(struct field *field, struct delist_text *rest)
{
	struct delist_text line = *rest;
	const char *colon;
	size_t n;

	if (rest->len == 0 || is_end(*rest->at))
		return false;
	n = line_len(*rest);
	while (n < rest->len && is_blank(rest->at[n]))
		n += line_len(behind(*rest, n));
	line.len = n;
	*rest = behind(*rest, n);
	colon = memchr(line.at, ':', line.len);
	n = colon != NULL ? (size_t)(colon - line.at) : 0;
	field->value = behind(line, colon != NULL ? n + 1 : line.len);
	while (n != 0 && is_blank(line.at[n - 1]))
		n--;
	field->name = (struct delist_text){line.at, n};
	return true;
}

static bool
is_word(struct delist_text text, const char *word)
{
	return text.len == strlen(word) &&
	       delist_ascii_equal(text.at, word, text.len);
}

/* ---- values ---- */

/* White space and comments (RFC 5322, 3.2.2), which nest. */
static struct delist_text
skip_comments(struct delist_text text)
{
	size_t depth = 0, i;

	for (i = 0; i < text.len; i++) {
		char c = text.at[i];

		if (c == '(')
			depth++;
		else if (c == ')' && depth > 0)
			depth--;
		else if (c == '\\' && depth > 0 && i + 1 < text.len)
			i++;
		else if (depth == 0 && !delist_ascii_isspace(c))
			break;
	}
	return behind(text, i);
}

/* The first word of a value, and what is behind it. */
static struct delist_text
first_word(struct delist_text *rest, struct delist_text value)
{
	struct delist_text word = skip_comments(value);
	size_t n = 0;

	while (n < word.len && (delist_ascii_isalnum(word.at[n]) ||
				   word.at[n] == '-' || word.at[n] == '_'))
		n++;
	*rest = skip_comments(behind(word, n));
	word.len = n;
	return word;
}

/* RFC 3834, 5: only "no" is not automatic; it may have parameters. */
static bool
is_submitted_by_hand(struct delist_text value)
{
	struct delist_text rest, word = first_word(&rest, value);

	return is_word(word, "no") && (rest.len == 0 || *rest.at == ';');
}

static bool
is_for_many(struct delist_text value)
{
	struct delist_text rest, word = first_word(&rest, value);

	return is_word(word, "bulk") || is_word(word, "list") ||
	       is_word(word, "junk");
}

/* A list of words with commas (MS-OXCMAIL, 2.2.3.2.14). */
static bool
asks_for_none(struct delist_text value)
{
	while (value.len != 0) {
		struct delist_text word = first_word(&value, value);

		if (is_word(word, "all") || is_word(word, "autoreply"))
			return true;
		if (word.len == 0 && value.len != 0)
			value = behind(value, 1);
	}
	return false;
}

static bool
is_null_path(struct delist_text value)
{
	struct delist_text path = skip_comments(value);

	if (path.len == 0 || *path.at != '<')
		return false;
	path = skip_comments(behind(path, 1));
	return path.len != 0 && *path.at == '>';
}

static bool
forbids_answer(const struct field *field)
{
	if (is_word(field->name, "auto-submitted"))
		return !is_submitted_by_hand(field->value);
	if (is_word(field->name, "precedence"))
		return is_for_many(field->value);
	if (is_word(field->name, "x-auto-response-suppress"))
		return asks_for_none(field->value);
	if (is_word(field->name, "return-path"))
		return is_null_path(field->value);
	return delist_ascii_begins(field->name.at, field->name.len, "list-");
}

/* ---- senders ---- */

static bool
ends_in(struct delist_text text, const char *tail)
{
	size_t n = strlen(tail);

	return text.len >= n &&
	       delist_ascii_equal(text.at + text.len - n, tail, n);
}

/* RFC 3834, 2 names these. */
static bool
is_person(const struct delist_mailbox *sender)
{
	struct delist_text local = {sender->text, sender->at};

	return sender->len != 0 && !is_word(local, "mailer-daemon") &&
	       !delist_ascii_begins(local.at, local.len, "owner-") &&
	       !ends_in(local, "-owner") && !ends_in(local, "-request") &&
	       !ends_in(local, "-bounces");
}

bool
delist_letter_may_answer(
    const struct delist_mailbox *sender, const char *mail, size_t len)
{
	struct delist_text rest = {mail, len};
	struct field field;

	if (!is_person(sender))
		return false;
	while (next_field(&field, &rest))
		if (forbids_answer(&field))
			return false;
	return true;
}

/* ---- Message-ID ---- */

static bool
is_dot_atom(const char *text, size_t len)
{
	if (len == 0 || text[0] == '.' || text[len - 1] == '.')
		return false;
	for (size_t i = 0; i < len; i++)
		if (!delist_ascii_isalnum(text[i]) &&
		    !delist_ascii_isin(text[i], "!#$%&'*+-/=?^_`{|}~."))
			return false;
	return true;
}

/* An address in brackets; of other dtext nothing is in use. */
static bool
is_literal(const char *text, size_t len)
{
	if (len < 3 || text[0] != '[' || text[len - 1] != ']')
		return false;
	for (size_t i = 1; i < len - 1; i++)
		if (!delist_ascii_isalnum(text[i]) &&
		    !delist_ascii_isin(text[i], ".:-"))
			return false;
	return true;
}

bool
delist_letter_is_message_id(const struct delist_text *id)
{
	const char *at, *right;
	size_t left_len, right_len;

	if (id->len < 5 || id->len > DELIST_MESSAGE_ID_MAX ||
	    id->at[0] != '<' || id->at[id->len - 1] != '>')
		return false;
	at = memchr(id->at, '@', id->len);
	if (at == NULL)
		return false;
	right = at + 1;
	left_len = (size_t)(at - id->at) - 1;
	right_len = (size_t)(id->at + id->len - 1 - right);
	return is_dot_atom(id->at + 1, left_len) &&
	       (is_dot_atom(right, right_len) || is_literal(right, right_len));
}

bool
delist_letter_message_id(struct delist_text *id, const char *mail, size_t len)
{
	struct delist_text rest = {mail, len}, found;
	struct field field;

	while (next_field(&field, &rest)) {
		if (!is_word(field.name, "message-id"))
			continue;
		found = skip_comments(field.value);
		while (found.len != 0 &&
		       delist_ascii_isspace(found.at[found.len - 1]))
			found.len--;
		if (!delist_letter_is_message_id(&found))
			return false;
		*id = found;
		return true;
	}
	return false;
}
