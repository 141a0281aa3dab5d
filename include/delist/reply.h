/* SPDX-License-Identifier: ISC */
#ifndef DELIST_REPLY_H
#define DELIST_REPLY_H

#include <stddef.h>
#include <stdint.h>

#include <delist/addr.h>
#include <delist/error.h>
#include <delist/verdict.h>

/*
 * SMTP replies (RFC 5321, 4.2; RFC 2034): read one that refused a message,
 * and write the one with which a server of ours refuses a listed sender.
 *
 * Nothing here allocates, and every call may run on any thread.
 */

#ifdef __cplusplus
extern "C" {
#endif

enum {
	DELIST_REPLY_TEXT = 401 /* bytes that any reply takes, with NUL */
};

/*
 * What the reply in text[0..len) means: one line or several, with or without
 * the reply code, also as quoted by a log, a bounce or a program, folded
 * anywhere.  *verdict is always filled in; text that is no refusal
 * gives DELIST_CLASS_NONE.  Views point into the text.
 *
 *	DELIST_EINVAL	text is NULL and len is not 0
 */
DELIST_API int delist_reply_classify(
    struct delist_verdict *verdict, const char *text, size_t len);

/*
 * The same with rows of the host's own before the built-in rules.  A row with a
 * range of codes decides before any built-in row that holds the code; one with
 * a phrase decides before any built-in phrase, but no phrase decides where a
 * row knows the code.  Phrases of the host are tried at each word, so that
 * work is rule_count times the length.
 *
 *	DELIST_EINVAL	also: rules is NULL and rule_count is not 0
 */
DELIST_API int delist_reply_classify_with(struct delist_verdict *verdict,
    const struct delist_rule *rules, size_t rule_count, const char *text,
    size_t len);

/*
 * Write the 550 reply for a listed sender: status 5.7.511 (the contact is a
 * mailbox to forward the bounce to) or 5.7.606 to 5.7.649 (the contact is an
 * address of a portal), with the sender's IP and the contact.
 *
 * With `lines` 0 it is one line, as a policy service or a milter wants it; else
 * lines of at most 80 bytes with "550-5.7.606" in front of each but the last,
 * ended by CRLF but for the last.  Printable ASCII otherwise, at most 400
 * bytes; NUL-ended.  *len is its length without the NUL.
 *
 * On error text and *len are as they were.
 *
 *	DELIST_EINVAL	another code, no address, or a contact that is empty,
 *			not printable ASCII, has a blank in it, or is no
 *			mailbox (511) or no http or https address (others)
 *	DELIST_ENOSPC	the reply with its NUL is over size or over 400 bytes
 */
DELIST_API int delist_reply_format(char *text, size_t size, size_t *len,
    const struct delist_status *status, const struct delist_addr *addr,
    const char *contact, int lines);

#ifdef __cplusplus
}
#endif

#endif
