/* SPDX-License-Identifier: ISC */
#ifndef DELIST_LETTER_H
#define DELIST_LETTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <delist/addr.h>
#include <delist/error.h>
#include <delist/event.h>
#include <delist/mailbox.h>
#include <delist/text.h>
#include <delist/token.h>
#include <delist/verdict.h>

/*
 * Letters
 *
 * The mails that go out: the one that asks the holder of a mailbox to confirm
 * a request, those that answer who writes to the delist mailbox, and that of a
 * blocked sender to somebody else's.  They are composed whole, with CRLF, ready
 * for SMTP's DATA (which doubles dots at the beginning of lines; the library
 * does not):
 *
 *	Date: Tue, 24 Nov 2026 00:00:00 +0000
 *	From: delist@example.net
 *	To: ann@example.com
 *	Subject: Confirm the delisting of 192.0.2.1
 *	Message-ID: <confirm.1.0f1e2d...@example.net>
 *	Auto-Submitted: auto-generated
 *	MIME-Version: 1.0
 *	Content-Type: text/plain; charset=us-ascii
 *	Content-Transfer-Encoding: 7bit
 *	Content-Language: en
 *
 * Only ASCII is in it: a text in other characters is UTF-8 in base64, its
 * subject in encoded-words (RFC 2045, RFC 2047).  Lines have at most 78
 * characters; a URL has a line of its own, and it, an address or a
 * Message-ID that is longer still is not broken (nothing passes 998).
 *
 * The same letter gives the same bytes, so a mail that is sent again after a
 * crash is recognised by its Message-ID; a resend has another generation,
 * and so another one.
 *
 * Nothing that a stranger typed is in it but the checked mailbox, in an answer
 * the checked Message-ID, and in a mail to somebody else the bounce, attached;
 * the IP address is printed from its binary form.  Text that has a control
 * character is refused and not escaped.
 *
 * All calls are pure; any thread.
 */

#ifdef __cplusplus
extern "C" {
#endif

enum {
	DELIST_LETTER_MAX = 12288, /* enough for any letter in our own texts */
	DELIST_LETTER_URL_MAX = 952,	 /* bytes of a URL before the token */
	DELIST_LETTER_SUBJECT_MAX = 200, /* bytes of a subject in a catalogue */
	DELIST_LETTER_REASON_MAX = 64,	 /* bytes of what a person adds */
	DELIST_MESSAGE_ID_MAX = 128	 /* bytes of one that is repeated */
};

/* Whose texts are built in. */
enum delist_language {
	DELIST_ENGLISH = 0,
	DELIST_JAPANESE = 1
};

/*
 * The texts of one language, as a host may put them in the place of ours.
 * The strings are the host's, UTF-8, and stay as they are during the call.
 * In the two texts of the mail stand
 *
 *	{ip}		the address, such as 192.0.2.1
 *	{hours}		how many hours the confirmation is good for
 *
 * and in the body, each alone on a line, must stand
 *
 *	{url}		the page that confirms
 *	{cancel}	the page for "this was not me"
 *
 * and may stand, again alone on a line,
 *
 *	{status}	the page that shows what became of the request
 *
 * In the notices (enum delist_notice) may stand {ip}, but not in SEND_NDR and
 * PORTAL, {hours} in RECEIVED and DELISTED, {days} in SEND_NDR and NEED_INFO;
 * and each alone on a line must stand {url} in PORTAL, the portal's page, and
 * {reason} in DENIED and NEED_INFO, what a person adds.  A notice may be left
 * out, both texts NULL: then it cannot be composed.
 *
 * No other brace is allowed.  Lines end in "\n", the last one too.
 */
struct delist_notice_text {
	const char *subject;
	const char *body;
};

struct delist_catalogue {
	uint32_t size;		     /* sizeof(struct delist_catalogue) */
	const char *language;	     /* RFC 5646, such as "en" or "pt-BR" */
	const char *confirm_subject; /* one line, without "\n" */
	const char *confirm_body;
	struct delist_notice_text notices[8]; /* by enum delist_notice */
};

/* The built-in texts of enum delist_language; static.  NULL: no such one. */
DELIST_API const struct delist_catalogue *delist_catalogue_builtin(
    int language);

/*
 * Look a host's texts over.
 *
 *	DELIST_EINVAL	size is unknown; a text is missing or empty; the
 *			language is no tag; the subject is longer than 200
 *			bytes; a mark is missing or does not belong there;
 *			another brace, or a line with more beside a URL; a
 *			control character, also U+0080 to U+009F, U+2028 and
 *			U+2029; bytes that are not UTF-8; no "\n" at the end
 *	DELIST_ERANGE	the text is ASCII, and with the longest address a
 *			line (the subject's with its name) passes 78
 */
DELIST_API int delist_catalogue_check(const struct delist_catalogue *catalogue);

/* What is to be said to whom. */
struct delist_letter {
	uint32_t size;		    /* sizeof(struct delist_letter) */
	uint32_t generation;	    /* of the mail: goes up by resend */
	uint8_t id[16];		    /* of the request */
	struct delist_mailbox from; /* of the operator */
	struct delist_mailbox to;   /* as given, not its key */
	struct delist_addr addr;    /* that is to be delisted */
	struct delist_text domain;  /* right side of the Message-ID */
	/*
	 * Three pages: what stands before the token, such as
	 * "https://delist.example.net/confirm?t=".
	 */
	struct delist_text confirm_url;
	struct delist_text cancel_url;
	struct delist_text status_url;
	struct delist_token confirm;
	struct delist_token cancel;
	struct delist_token status;
	int64_t life_s; /* of the token: 1 to 9999 hours, rounded down */
	int64_t now_s;	/* the Date */
	int language;	/* enum delist_language, where no catalogue is given */
};

/*
 * Compose the letter into out[0..cap) and write its length to *len.  No NUL.
 * `catalogue` may be NULL: the built-in texts of letter->language.
 *
 *	DELIST_EINVAL	size is unknown; a mailbox, the domain or a URL is
 *			none, or the URL longer than 952 bytes; no address;
 *			life_s; the language; what
 *			delist_catalogue_check() says
 *	DELIST_ERANGE	now_s is outside the years 0 to 9999; what
 *			delist_catalogue_check() says
 *	DELIST_ENOSPC	cap is too small
 *
 * On error *len is as it was, and out holds nothing of the letter.
 */
DELIST_API int delist_letter_confirm(char *out, size_t cap, size_t *len,
    const struct delist_letter *letter,
    const struct delist_catalogue *catalogue);

/* ---- answers to who writes to the delist mailbox ---- */

/*
 * Whether an automatic reply may go out to a mail[0..len), of which only the
 * header is read (RFC 3834, 2).  `sender` is its envelope sender, zeroed for a
 * null reverse-path.  false for mail that
 *
 *	- has no sender, one that is a program's (mailer-daemon) or a mailing
 *	  list's (owner-x, x-owner, x-request, x-bounces), or a Return-Path
 *	  that is null
 *	- is automatic: Auto-Submitted other than "no"
 *	- is for many: Precedence bulk, list or junk, a List-Id or another List-
 *	  field
 *	- asks for none: X-Auto-Response-Suppress with "All" or "AutoReply"
 */
DELIST_API bool delist_letter_may_answer(
    const struct delist_mailbox *sender, const char *mail, size_t len);

/*
 * The Message-ID of mail[0..len) with its < and >, a view into it.  false
 * where there is none, or one that is longer than 128 bytes or is not made of
 * dot-atoms and an address in brackets (RFC 5322, 3.6.4); *id is then as it
 * was, and an answer goes out without.
 */
DELIST_API bool delist_letter_message_id(
    struct delist_text *id, const char *mail, size_t len);

/* An answer: what `notice` says, to whom. */
struct delist_notice_letter {
	uint32_t size;		    /* sizeof(struct delist_notice_letter) */
	uint32_t generation;	    /* of the mail */
	uint8_t id[16];		    /* of the investigation */
	uint8_t notice;		    /* enum delist_notice */
	struct delist_mailbox from; /* of the operator */
	struct delist_mailbox to;   /* the envelope sender, nobody else */
	struct delist_addr addr;    /* where the notice may name it */
	struct delist_text domain;  /* right side of the Message-ID */
	struct delist_text answers; /* Message-ID of the other mail, or none */
	struct delist_text url;	    /* PORTAL: its page */
	struct delist_text reason;  /* DENIED, NEED_INFO: one line */
	/*
	 * RECEIVED: the answer comes, DELISTED: all servers know, within so
	 * many hours; SEND_NDR, NEED_INFO: we wait so many days.  Rounded
	 * down, 1 to 9999.
	 */
	int64_t within_s;
	int64_t now_s; /* the Date */
	int language;  /* enum delist_language, where no catalogue is given */
};

/*
 * Compose it, as delist_letter_confirm() does its letter, with
 *
 *	Message-ID: <denied.2.0f1e2d...@example.net>
 *	In-Reply-To: <what.they@sent.example>
 *	References: <what.they@sent.example>
 *	Auto-Submitted: auto-replied
 *
 * RECEIVED, SEND_NDR and PORTAL are automatic: send them only where
 * delist_letter_may_answer() allows it, with a null reverse-path.  The others
 * are a person's; send them with delist_letter_reverse_path(), so that a
 * failure is known.
 *
 *	DELIST_EINVAL	size is unknown; the notice is none, or not in the
 *			catalogue; a part that it needs is missing or
 *			malformed; the reason is longer than 64 bytes, no UTF-8
 *			or has a control character; the language; what
 *			delist_catalogue_check() says
 *	DELIST_ERANGE	now_s is outside the years 0 to 9999; what
 *			delist_catalogue_check() says
 *	DELIST_ENOSPC	cap is too small
 *
 * On error *len is as it was, and out holds nothing of the letter.
 */
DELIST_API int delist_letter_notice(char *out, size_t cap, size_t *len,
    const struct delist_notice_letter *letter,
    const struct delist_catalogue *catalogue);

/* ---- reverse-paths ---- */

/*
 * The reverse-path to send the letter with, so that a failure comes back as
 * the request's, and a forged one does not (see delist_token_bounce_mac()):
 *
 *	bounce+<id, 32 hexadecimal digits>.<MAC, 16 of them>@domain
 *
 *	DELIST_EINVAL	the domain is none, or longer than 197 bytes;
 *			*path is as it was
 */
DELIST_API int delist_letter_reverse_path(struct delist_mailbox *path,
    const uint8_t id[16], const uint8_t mac[8], const char *domain,
    size_t domain_len);

/*
 * Read a reverse-path of that form.  The digits are in lower case; any
 * domain will do.  What comes out is a claim: compute the MAC and compare.
 *
 *	DELIST_ESYNTAX	it is none; id and mac are as they were
 */
DELIST_API int delist_letter_bounce_parse(
    uint8_t id[16], uint8_t mac[8], const char *text, size_t len);

enum {
	DELIST_LETTER_NDR_MAX = 10485760, /* bytes of a bounce to attach */
	DELIST_LETTER_APPEAL = 2048 /* what a mail takes besides the bounce */
};

/* A block that is lifted by mail only (5.7.511), and the bounce that told. */
struct delist_appeal_letter {
	uint32_t size;		    /* sizeof(struct delist_appeal_letter) */
	uint32_t generation;	    /* of the mail: each has a Message-ID */
	uint8_t id[16];		    /* of the case */
	struct delist_mailbox from; /* the sender's, who gets the answer */
	struct delist_mailbox to;   /* none: as the rule of 5.7.511 says */
	struct delist_text domain;  /* right side of the Message-ID */
	struct delist_addr addr;    /* none: as the verdict says */
	const struct delist_verdict *verdict; /* of the bounce */
	struct delist_text ndr; /* the bounce, as it came, all of it */
	int64_t now_s;		/* the Date */
};

/*
 * Compose the mail that asks for an investigation into out[0..cap), and write
 * its length to *len.  No NUL.
 *
 *	From: postmaster@example.com
 *	To: delist@microsoft.com
 *	Subject: Delisting request for 203.0.113.7 (5.7.511)
 *	Content-Type: multipart/mixed; boundary="=_appeal.0f1e2d..."
 *
 * The first part says in English which address is refused with which code.
 * The second is the whole bounce as message/rfc822, with CRLF at each line's
 * end and otherwise as it came; if it has bytes over 127 the mail needs a
 * server with 8BITMIME.  A "From " line of a mailbox file is left out.
 * 2 * ndr.len + DELIST_LETTER_APPEAL bytes are always enough.
 *
 * The verdict's own texts are not used, for strangers wrote them: neither its
 * contact nor its recipient.  A host that wants to write to the contact that
 * it found checks it and puts it in `to`.
 *
 *	DELIST_EINVAL	size is unknown; a mailbox or the domain is none; the
 *			verdict's class is not DELIST_CLASS_IP_BLOCK_MAIL, or
 *			it has no code; no address in it and none given; the
 *			bounce does not begin with a header
 *	DELIST_ERANGE	now_s is outside the years 0 to 9999; the bounce is
 *			longer than DELIST_LETTER_NDR_MAX, or has a NUL or a
 *			line over 998 bytes, which mail cannot carry as it is,
 *			and a message/rfc822 may not be encoded (RFC 2046,
 *			5.2.1)
 *	DELIST_ENOSPC	cap is too small
 *
 * On error *len is as it was, and out holds nothing of the mail.
 */
DELIST_API int delist_letter_appeal(char *out, size_t cap, size_t *len,
    const struct delist_appeal_letter *letter);

#ifdef __cplusplus
}
#endif

#endif
