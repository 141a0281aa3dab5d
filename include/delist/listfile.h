/* SPDX-License-Identifier: ISC */
#ifndef DELIST_LISTFILE_H
#define DELIST_LISTFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <delist/addr.h>
#include <delist/error.h>
#include <delist/guard.h>
#include <delist/text.h>

/*
 * List files
 *
 * Plain and CIDR lists, as list operators publish them: one address or
 * prefix a line.
 *
 *	# a comment
 *	192.0.2.1
 *	198.51.100.0/24 ; SBL000001
 *	2001:db8::/32   # a note
 *
 * Lines end in LF, CRLF or CR; the last one needs no end.  Blanks (space,
 * tab) around an entry, empty lines and a UTF-8 byte order mark in front
 * mean nothing.  A comment begins with '#' or ';', and one behind an entry
 * is the entry's note.  Anything else is an error: a typo never becomes a
 * prefix that nobody meant.
 *
 * The text is the caller's, is only read, and must stay while it is walked.
 * Nothing is allocated; any thread.
 *
 * To load a file whole or not at all, check it first, then walk it:
 *
 *	struct delist_listfile file;
 *
 *	error = delist_listfile_check(&entries, &line, text, len, &guard);
 *	...
 *	delist_listfile_init(&file, text, len, NULL);
 *	while (delist_listfile_next(&file, &found, &prefix, &note) ==
 *	    DELIST_OK && found)
 *		...
 */

#ifdef __cplusplus
extern "C" {
#endif

/* A walk over a text.  Only `line` is of interest outside. */
struct delist_listfile {
	struct delist_text rest;
	const struct delist_guard *guard;
	size_t line; /* number of the line last read, from 1 */
};

/*
 * Begin a walk over text[0..len).  Each entry is held to *guard, which must
 * stay as long as the walk; NULL holds it to nothing.
 */
DELIST_API void delist_listfile_init(struct delist_listfile *file,
    const char *text, size_t len, const struct delist_guard *guard);

/*
 * The next entry.  *found is false at the end of the text.  *note, a view
 * into the text, is what the comment behind the entry says, without the
 * blanks around it; note may be NULL.
 *
 * On an error file->line is the line at fault, *found, *prefix and *note
 * are as they were, and the walk may go on behind that line.
 *
 *	DELIST_ESYNTAX		not an address, a prefix or a comment
 *	DELIST_ERANGE		a prefix length over 32 or 128
 *	DELIST_EHOSTBITS	bits behind the prefix length are set
 *	DELIST_EWIDE		the guard finds it too wide
 *	DELIST_EPROTECTED	the guard finds it protected
 */
DELIST_API int delist_listfile_next(struct delist_listfile *file, bool *found,
    struct delist_prefix *prefix, struct delist_text *note);

/*
 * Walk all of the text without using it.  On DELIST_OK, *entries is how
 * many there are; on one of the errors of delist_listfile_next(), *line is
 * the number of the first bad line.  The other of the two is untouched.
 */
DELIST_API int delist_listfile_check(size_t *entries, size_t *line,
    const char *text, size_t len, const struct delist_guard *guard);

/*
 * Write one line: the prefix, and " # note" if there is one, and LF.  A full
 * length prefix is written as an address.  *len is the length; no NUL.
 *
 *	DELIST_EINVAL	not a prefix, or a control character in the note
 *	DELIST_ENOSPC	out[0..cap) is too small; *len is as it was
 */
DELIST_API int delist_listfile_format(char *out, size_t cap, size_t *len,
    const struct delist_prefix *prefix, struct delist_text note);

#ifdef __cplusplus
}
#endif

#endif
