/* SPDX-License-Identifier: ISC */
#ifndef DELIST_MAILBOX_H
#define DELIST_MAILBOX_H

#include <stddef.h>
#include <stdint.h>

#include <delist/error.h>
#include <delist/text.h>

/*
 * Mailboxes
 *
 * One e-mail address, as it stands between < and > in an SMTP envelope
 * (RFC 5321, 4.1.2, Mailbox).  The library mails a stranger's word for an
 * address, so it takes the part of the grammar that every mail server takes
 * in one way, and refuses the rest:
 *
 *	Mailbox    = Local "@" Domain		at most 254 octets
 *	Local      = Atom *( "." Atom )		at most 64 octets
 *	Atom       = 1*( letter / digit / one of # $ & ' * + - / = ? ^ _
 *		     ` { } ~ )
 *	Domain     = 1*( Label "." ) Label
 *	Label      = letters, digits and "-", neither first nor last a "-",
 *		     at most 63 octets; the last label begins with a letter
 *
 * Refused although RFC 5321 has it:
 *
 *	"quoted"@	white space, @ and controls in disguise; each hop
 *			unquotes it in its own way
 *	%  !  |		%-hack and bang paths make a server relay to where
 *			the domain does not say; | starts a program
 *	-x@  /x@	an option or a file name to what is run with it
 *	=?...?=@	readers decode it as an encoded-word (RFC 2047), and
 *			what comes out is another address
 *	@[192.0.2.1]	skips the DNS, so it aims mail at any machine
 *	@localhost	one label means another host on each machine
 *	@1.2.3.4	resolvers take numbers (and 0x7f.0x1) for an address
 *	source routes, comments, white space, a dot at the end of the domain
 *
 * Refused although RFC 6531 has it: every octet over 127.  The library's
 * mails must pass servers without SMTPUTF8.  A host that takes domains in
 * other scripts turns them into A-labels ("xn--...") first (RFC 5891).
 *
 * All calls are pure; any thread.
 */

#ifdef __cplusplus
extern "C" {
#endif

enum {
	DELIST_MAILBOX_MAX = 254,     /* RFC 5321, 4.5.3.1.3, less < and > */
	DELIST_MAILBOX_LOCAL_MAX = 64 /* RFC 5321, 4.5.3.1.1 */
};

/*
 * A plain value: copy it with `=`.  Zeroed is "no mailbox".  Other values
 * come from the calls below; what they say of a struct that was filled in
 * by hand holds only if delist_mailbox_parse() takes its text.
 */
struct delist_mailbox {
	uint8_t len;	/* of text; 0 is "no mailbox" */
	uint8_t at;	/* index of the '@' */
	char text[256]; /* as given; zero from len on */
};

/*
 * Read text[0..len), all of it, as a Mailbox.  The case is kept.
 *
 *	DELIST_ESYNTAX	it is none, too long, or of a refused kind;
 *			*mailbox is as it was
 */
DELIST_API int delist_mailbox_parse(
    struct delist_mailbox *mailbox, const char *text, size_t len);

/*
 * The key under which a mailbox is counted, suppressed and bound to a token.
 * It is itself a mailbox, but not one to send mail to.
 *
 *	- letters are lower case, in the local part too.  RFC 5321 lets a
 *	  server tell "Ann" from "ann"; those that do are gone, and a limit
 *	  that case can dodge is none
 *	- the sub-address is cut: "ann+tag" counts as "ann" (RFC 5233), and
 *	  so does "ann.+tag".  Where nothing is before the '+', it stays:
 *	  "+tag" counts as "+"
 *	- other dots stay: only a few providers ignore them
 *
 * The key of a key is itself.  `canonical` may be `mailbox`.
 */
DELIST_API void delist_mailbox_canonical(
    struct delist_mailbox *canonical, const struct delist_mailbox *mailbox);

/*
 * What is behind the '@', as a view into *mailbox.  {NULL, 0} for no
 * mailbox.
 */
DELIST_API struct delist_text delist_mailbox_domain(
    const struct delist_mailbox *mailbox);

#ifdef __cplusplus
}
#endif

#endif
