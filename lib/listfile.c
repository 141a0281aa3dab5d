/* SPDX-License-Identifier: ISC */
/*
 * listfile.c - plain and CIDR lists
 *
 *	file	= [BOM] line *(end line)
 *	end	= CR LF / CR / LF
 *	line	= blanks [entry blanks] [("#" / ";") comment]
 *	entry	= address / address "/" length
 *
 * A pull parser: the rest of the text is all of its state.  It refuses what
 * it does not know; formats with more in a line (exclusions, values) are
 * other formats, and reading half of them would list the wrong half.
 */
#include <delist/listfile.h>

#include <string.h>

#include "writer.h"

static void
skip(struct delist_text *text, size_t n)
{
	text->at += n;
	text->len -= n;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static struct delist_text
trimmed(struct delist_text text)
{
	while (text.len != 0 && is_blank(text.at[0]))
		skip(&text, 1);
	while (text.len != 0 && is_blank(text.at[text.len - 1]))
		text.len--;
	return text;
}

/* Take one line off the rest; false at the end of the text. */
static bool
take_line(struct delist_listfile *file, struct delist_text *line)
{
	struct delist_text *rest = &file->rest;
	size_t n = 0;

	if (rest->len == 0)
		return false;
	while (n < rest->len && rest->at[n] != '\n' && rest->at[n] != '\r')
		n++;
	*line = (struct delist_text){rest->at, n};
	skip(rest, n);
	if (rest->len >= 2 && memcmp(rest->at, "\r\n", 2) == 0)
		skip(rest, 2);
	else if (rest->len != 0)
		skip(rest, 1);
	file->line++;
	return true;
}

/* Cut a line at its comment: what is before it, and the comment's text. */
static void
split(struct delist_text line, struct delist_text *entry,
    struct delist_text *comment)
{
	size_t n = 0;

	while (n < line.len && line.at[n] != '#' && line.at[n] != ';')
		n++;
	*entry = trimmed((struct delist_text){line.at, n});
	*comment = (struct delist_text){NULL, 0};
	if (n < line.len) {
		skip(&line, n + 1);
		*comment = trimmed(line);
	}
}

void
delist_listfile_init(struct delist_listfile *file, const char *text, size_t len,
    const struct delist_guard *guard)
{
	*file = (struct delist_listfile){{text, len}, guard, 0};
	if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		skip(&file->rest, 3);
}

int
delist_listfile_next(struct delist_listfile *file, bool *found,
    struct delist_prefix *prefix, struct delist_text *note)
{
	struct delist_text line, entry, comment;
	struct delist_prefix read;
	int error;

	do {
		if (!take_line(file, &line)) {
			*found = false;
			return DELIST_OK;
		}
		split(line, &entry, &comment);
	} while (entry.len == 0);
	error = delist_prefix_parse(&read, entry.at, entry.len);
	if (error == DELIST_OK && file->guard != NULL)
		error = delist_guard_check(file->guard, &read);
	if (error != DELIST_OK)
		return error;
	*found = true;
	*prefix = read;
	if (note != NULL)
		*note = comment;
	return DELIST_OK;
}

int
delist_listfile_check(size_t *entries, size_t *line, const char *text,
    size_t len, const struct delist_guard *guard)
{
	struct delist_listfile file;
	struct delist_prefix prefix;
	size_t n = 0;

	delist_listfile_init(&file, text, len, guard);
	for (bool found = true;; n++) {
		int error = delist_listfile_next(&file, &found, &prefix, NULL);

		if (error != DELIST_OK) {
			*line = file.line;
			return error;
		}
		if (!found)
			break;
	}
	*entries = n;
	return DELIST_OK;
}

static bool
is_one_line(struct delist_text note)
{
	for (size_t i = 0; i < note.len; i++)
		if ((unsigned char)note.at[i] < ' ' || note.at[i] == 0x7f)
			return false;
	return true;
}

int
delist_listfile_format(char *out, size_t cap, size_t *len,
    const struct delist_prefix *prefix, struct delist_text note)
{
	struct delist_writer w = {out, cap, 0, false};
	char text[DELIST_PREFIX_TEXT];
	bool host =
	    prefix->bits == (prefix->addr.family == DELIST_INET4 ? 32 : 128);

	if (!delist_prefix_valid(prefix) || !is_one_line(note))
		return DELIST_EINVAL;
	if (host)
		delist_addr_format(text, &prefix->addr);
	else
		delist_prefix_format(text, prefix);
	delist_writer_text(&w, text);
	if (note.len != 0) {
		delist_writer_text(&w, " # ");
		delist_writer_put(&w, note.at, note.len);
	}
	delist_writer_text(&w, "\n");
	if (w.full)
		return DELIST_ENOSPC;
	*len = w.len;
	return DELIST_OK;
}
