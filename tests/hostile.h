/* SPDX-License-Identifier: ISC */
#ifndef TESTS_HOSTILE_H
#define TESTS_HOSTILE_H

/*
 * Messages that are made to take long: a head, then the same bytes again and
 * again.  For bench_ndr and linear_ndr.
 */
#include <string.h>

struct family {
	const char *name, *head, *again;
	const char *then; /* in the second half, instead of `again` */
};

#define LONG                                                                    \
	"a@b.d and a@b.e and nothing that ends a paragraph, so that all of it " \
	"is one\na@b.f, a@b.g, a@b.h and so on for as long as there is room\n"

static const struct family families[] = {
    {"nested multiparts", "",
	"Content-Type: multipart/mixed; boundary=b\n\n--b\n", NULL},
    {"nested messages", "From: postmaster@x\n",
	"Content-Type: message/rfc822\n\nFrom: postmaster@x\n", NULL},
    {"tiny parts", "Content-Type: multipart/mixed; boundary=b\n\n", "--b\n\n",
	NULL},
    {"one line", "550 5.7.606 ", "banned ", NULL},
    {"line ends", "550 5.7.606 ", "\r", NULL},
    {"100000 recipients",
	"From: postmaster@x\nContent-Type: multipart/report; boundary=b\n\n"
	"--b\nContent-Type: message/delivery-status\n\n",
	"Final-Recipient: rfc822; aaaaaaaaaaaaaaaaaaaaaaaaaaa@b.example\n"
	"Action: failed\nStatus: 5.7.606\n\n",
	NULL},
    {"recipients in prose", "From: postmaster@x\n\n", "<a@b.c>: 550 no\n\n",
	NULL},
    {"unterminated boundaries", "Content-Type: multipart/mixed; boundary=b\n\n",
	"--c\n", NULL},
    {"boundary look-alikes",
	"Content-Type: multipart/mixed; boundary=bbbbbbbbbbbbbbbb\n\n",
	"--bbbbbbbbbbbbbbbc\n", NULL},
    {"base64 garbage",
	"From: postmaster@x\nContent-Transfer-Encoding: base64\n\n",
	"!NTUwIDUuNy42MDY", NULL},
    {"quoted-printable garbage",
	"From: postmaster@x\nContent-Transfer-Encoding: quoted-printable\n\n",
	"=5=\n==zz=", NULL},
    {"header without end", "From: postmaster@x\n", "X-A: b\n c\n", NULL},
    {"long subject", "From: a@b\nSubject: ", "undelivere ", NULL},
    {"http", "550 5.7.1 ", "http://", NULL},
    {"mailboxes", "550 5.7.1 ", "<a@b.c> ", NULL},
    {"digits", "550 5.7.1 ", "[1.2.3.4\n", NULL},
    {"tags", "From: postmaster@x\nContent-Type: text/html\n\n", "<p><a b=c>&",
	NULL},
    {"groups, then a long text",
	"From: postmaster@x\nContent-Type: multipart/report; boundary=b\n\n"
	"--b\nContent-Type: message/delivery-status\n\n",
	"Final-Recipient: rfc822; a@b.c\nAction: failed\n",
	"--b\n\n" LONG LONG LONG LONG LONG LONG LONG LONG "\n"},
    {"NULs", "550 5.7.606 ", "", NULL},
    {"phrases", "From: postmaster@x\n\n550 no ", "mailbox ", NULL},
    {"recipients without answers", "From: postmaster@x\n\n", "<a@b.c>:\n\n",
	NULL},
    {"marks of an original", "From: postmaster@x\n\n", "--- original message\n",
	NULL},
    {"brackets", "550 5.7.1 ", "[::", NULL},
    {"paragraphs of fields", "From: postmaster@x\n\n",
	"Original-Recipient: x\n", NULL},
    {"goodbyes", "550 5.7.1 ", "421 (no) ", NULL},
};

enum {
	FAMILIES = sizeof families / sizeof *families
};

static void
hostile_fill(char *text, size_t size, const struct family *f)
{
	size_t at = strlen(f->head);

	memset(text, 0, size);
	memcpy(text, f->head, at);
	for (;;) {
		const char *again =
		    f->then != NULL && at > size / 2 ? f->then : f->again;
		size_t step = strlen(again);

		if (step == 0 || at + step > size)
			return;
		memcpy(text + at, again, step);
		at += step;
	}
}

#endif
