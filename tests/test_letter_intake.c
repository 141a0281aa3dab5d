/* SPDX-License-Identifier: ISC */
#include "support.h"

#include <delist/letter.h>

/* ---- may it be answered? ---- */

struct mail_row {
	const char *name;
	const char *mail;
	bool want;
};

#define FROM "From: ann@example.com\r\n"

static const struct mail_row mail_rows[] = {
    {"plain", FROM "Subject: x\r\n\r\nbody", true},
    {"no header", "\r\nAuto-Submitted: auto-replied\r\n", true},
    {"nothing", "", true},
    {"header without end", FROM "Subject: x", true},
    {"in the body only", FROM "\r\nAuto-Submitted: auto-replied\r\n", true},
    {"no", FROM "Auto-Submitted: no\r\n\r\n", true},
    {"no in capitals", FROM "AUTO-SUBMITTED: NO\r\n\r\n", true},
    {"no without blank", "auto-submitted:no\r\n\r\n", true},
    {"no with a comment", "Auto-Submitted: (by (me) \\)) no (yes)\r\n\r\n",
	true},
    {"no with a parameter", "Auto-Submitted: no; a=b\r\n\r\n", true},
    {"no on the next line", "Auto-Submitted:\r\n no\r\n\r\n", true},
    {"no at the end of all", "Auto-Submitted: no", true},
    {"first-class", "Precedence: first-class\r\n\r\n", true},
    {"precedence in a comment", "Precedence: (bulk) normal\r\n\r\n", true},
    {"receipts only", "X-Auto-Response-Suppress: DR, RN, NRN\r\n\r\n", true},
    {"nothing suppressed", "X-Auto-Response-Suppress: None\r\n\r\n", true},
    {"return-path", "Return-Path: <ann@example.com>\r\n\r\n", true},
    {"open return-path", "Return-Path: <", true},
    {"empty return-path", "Return-Path:\r\n\r\n", true},
    {"a name that only ends so", "X-Auto-Submitted: auto-replied\r\n\r\n",
	true},
    {"a name that only begins so", "Precedence-X: bulk\r\n\r\n", true},
    {"listing is no list", "Listing: x\r\n\r\n", true},
    {"in a folded subject", "Subject: x\r\n List-Id: y\r\n\r\n", true},

    {"replied", FROM "Auto-Submitted: auto-replied\r\n\r\n", false},
    {"generated", FROM "Auto-Submitted: auto-generated\r\n\r\n", false},
    {"notified, with parameter",
	"Auto-Submitted: auto-notified; owner-email=\"a@b.c\"\r\n\r\n", false},
    {"extension", "Auto-Submitted: x-mine\r\n\r\n", false},
    {"longer than no", "Auto-Submitted: nope\r\n\r\n", false},
    {"no-thing", "Auto-Submitted: no-thing\r\n\r\n", false},
    {"no, but more", "Auto-Submitted: no auto-replied\r\n\r\n", false},
    {"empty", "Auto-Submitted:\r\n\r\n", false},
    {"open comment", "Auto-Submitted: (no\r\n\r\n", false},
    {"comment that ends in a backslash", "Auto-Submitted: (\\", false},
    {"no, then replied",
	"Auto-Submitted: no\r\nAuto-Submitted: auto-replied\r\n\r\n", false},
    {"blank before the colon", "Auto-Submitted \t: auto-replied\r\n\r\n",
	false},
    {"lines end in lf", "Subject: x\nAuto-Submitted: auto-replied\n\n", false},
    {"lines end in cr", "Subject: x\rAuto-Submitted: auto-replied\r\r", false},
    {"behind a line that is no field",
	"From ann Mon\nAuto-Submitted: auto-replied\n\n", false},
    {"folded", "Auto-Submitted:\r\n\t(x)\r\n auto-replied\r\n\r\n", false},
    {"last line", "Auto-Submitted: auto-replied", false},
    {"bulk", "Precedence: bulk\r\n\r\n", false},
    {"list", "Precedence: list\r\n\r\n", false},
    {"junk", "precedence:JUNK\r\n\r\n", false},
    {"list-id", "List-Id: <x.example.com>\r\n\r\n", false},
    {"empty list-id", "List-ID:\r\n\r\n", false},
    {"list-unsubscribe", "List-Unsubscribe: <https://x/>\r\n\r\n", false},
    {"all suppressed", "X-Auto-Response-Suppress: All\r\n\r\n", false},
    {"replies suppressed", "X-Auto-Response-Suppress: DR, AutoReply\r\n\r\n",
	false},
    {"replies suppressed, no comma",
	"X-Auto-Response-Suppress: OOF AutoReply\r\n\r\n", false},
    {"null path", "Return-Path: <>\r\n\r\n", false},
    {"null path with blank", "Return-Path: (x) < >\r\n\r\n", false},
};

static struct delist_mailbox
mailbox(const char *text)
{
	struct delist_mailbox mailbox = {0};

	assert_int_equal(
	    delist_mailbox_parse(&mailbox, text, strlen(text)), DELIST_OK);
	return mailbox;
}

static void
may_answer(void **state)
{
	const struct mail_row *row = *state;
	struct delist_mailbox ann = mailbox("ann@example.com"), nobody = {0};
	size_t len = strlen(row->mail);
	const char *mail = support_guarded(row->mail, len);

	assert_int_equal(delist_letter_may_answer(&ann, mail, len), row->want);
	assert_false(delist_letter_may_answer(&nobody, mail, len));
	mail = support_guarded_front(row->mail, len);
	assert_int_equal(delist_letter_may_answer(&ann, mail, len), row->want);
}

/* No prefix is read beyond; one that is cut may be answered or not. */
static void
every_prefix_is_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(mail_rows); i++) {
		struct delist_mailbox ann = mailbox("ann@example.com");
		size_t len = strlen(mail_rows[i].mail);

		for (size_t n = 0; n < len; n++) {
			const char *mail =
			    support_guarded(mail_rows[i].mail, n);
			struct delist_text id;

			(void)delist_letter_may_answer(&ann, mail, n);
			(void)delist_letter_message_id(&id, mail, n);
		}
	}
}

struct sender_row {
	const char *name;
	const char *sender;
	bool want;
};

static const struct sender_row sender_rows[] = {
    {"person", "ann@example.com", true},
    {"postmaster", "postmaster@example.com", true},
    {"begins like a program", "mailer-daemons@example.com", true},
    {"has owner in it", "houseowner@example.com", true},
    {"is a request", "request@example.com", true},
    {"list in the domain", "ann@owner-x.example", true},

    {"mailer-daemon", "MAILER-DAEMON@example.com", false},
    {"owner-", "owner-news@example.com", false},
    {"-owner", "news-owner@example.com", false},
    {"-request", "news-Request@example.com", false},
    {"-bounces", "news-bounces@example.com", false},
};

static void
has_a_sender(void **state)
{
	const struct sender_row *row = *state;
	struct delist_mailbox sender = mailbox(row->sender);

	assert_int_equal(
	    delist_letter_may_answer(&sender, FROM "\r\n", sizeof FROM + 1),
	    row->want);
}

/* ---- Message-ID ---- */

struct id_row {
	const char *name;
	const char *mail;
	const char *want; /* NULL: none */
};

#define X10 "xxxxxxxxxx"
#define X60 X10 X10 X10 X10 X10 X10

static const struct id_row id_rows[] = {
    {"plain", "Message-ID: <a.b@example.com>\r\n\r\n", "<a.b@example.com>"},
    {"other case", FROM "message-id:<a@b>\r\n\r\n", "<a@b>"},
    {"folded", "Message-Id:\r\n <a@b>\r\n\r\n", "<a@b>"},
    {"with comment and blanks", "Message-ID: (x) <a@b> \t\r\n\r\n", "<a@b>"},
    {"the first of two", "Message-ID: <a@b>\nMessage-ID: <c@d>\n\n", "<a@b>"},
    {"literal", "Message-ID: <a@[IPv6:::1]>\r\n\r\n", "<a@[IPv6:::1]>"},
    {"all of atext", "Message-ID: <!#$%&'*+-/=?^_`{|}~@b>\n\n",
	"<!#$%&'*+-/=?^_`{|}~@b>"},
    {"of 128", "Message-ID: <" X60 "@" X60 "xxxxx>\n\n",
	"<" X60 "@" X60 "xxxxx>"},

    {"of 129", "Message-ID: <" X60 "@" X60 "xxxxxx>\n\n", NULL},
    {"none", FROM "\r\nMessage-ID: <a@b>\r\n", NULL},
    {"empty", "Message-ID:\r\n\r\n", NULL},
    {"no brackets", "Message-ID: a@b\r\n\r\n", NULL},
    {"open", "Message-ID: <a@b\r\n\r\n", NULL},
    {"no at", "Message-ID: <ab.c>\r\n\r\n", NULL},
    {"two ats", "Message-ID: <a@b@c>\r\n\r\n", NULL},
    {"no left side", "Message-ID: <@bcd>\r\n\r\n", NULL},
    {"no right side", "Message-ID: <abc@>\r\n\r\n", NULL},
    {"ends in a dot", "Message-ID: <a.@b>\r\n\r\n", NULL},
    {"begins with a dot", "Message-ID: <a@.b>\r\n\r\n", NULL},
    {"two of them", "Message-ID: <a@b> <c@d>\r\n\r\n", NULL},
    {"text behind", "Message-ID: <a@b> x\r\n\r\n", NULL},
    {"quoted", "Message-ID: <\"a b\"@c>\r\n\r\n", NULL},
    {"blank inside", "Message-ID: <a b@c>\r\n\r\n", NULL},
    {"folded inside", "Message-ID: <a\r\n b@c>\r\n\r\n", NULL},
    {"control", "Message-ID: <a\x01@b>\r\n\r\n", NULL},
    {"8 bit", "Message-ID: <\xc3\xbc@b>\r\n\r\n", NULL},
    {"bracket inside", "Message-ID: <a<@b>\r\n\r\n", NULL},
    {"literal with a bracket", "Message-ID: <a@[b]c]>\r\n\r\n", NULL},
    {"literal with a blank", "Message-ID: <a@[b c]>\r\n\r\n", NULL},
    {"literal with a parenthesis", "Message-ID: <a@[IPv(6]>\r\n\r\n", NULL},
    {"empty literal", "Message-ID: <a@[]>\r\n\r\n", NULL},
    {"open literal", "Message-ID: <a@[>\r\n\r\n", NULL},
};

static void
finds_the_message_id(void **state)
{
	const struct id_row *row = *state;
	size_t len = strlen(row->mail);
	struct delist_text id = {NULL, 77};

	assert_int_equal(
	    delist_letter_message_id(&id, support_guarded(row->mail, len), len),
	    row->want != NULL);
	if (row->want == NULL) {
		assert_null(id.at);
		assert_int_equal(id.len, 77);
		return;
	}
	assert_int_equal(id.len, strlen(row->want));
	assert_memory_equal(id.at, row->want, id.len);
}

/* Any bytes at all: nothing is read outside, and the end is reached. */
static void
any_bytes_are_read(void **state)
{
	static const char alphabet[] =
	    "\r\n\t :;,()<>@\\[]aAuto-Submitted:nList-Message-ID:";
	struct delist_mailbox ann = mailbox("ann@example.com");
	struct support_random random = {3834};

	(void)state;
	for (int i = 0; i < 20000; i++) {
		char mail[64];
		size_t len = support_below(&random, sizeof mail + 1);
		struct delist_text id = {NULL, 0};

		for (size_t j = 0; j < len; j++)
			mail[j] = alphabet[support_below(
			    &random, sizeof alphabet - 1)];
		(void)delist_letter_may_answer(
		    &ann, support_guarded(mail, len), len);
		if (delist_letter_message_id(
			&id, support_guarded(mail, len), len))
			assert_true(id.len >= 5);
	}
}

int
main(void)
{
	ROWS(may_answer, mail_rows);
	TEST(every_prefix_is_read);
	ROWS(has_a_sender, sender_rows);
	ROWS(finds_the_message_id, id_rows);
	TEST(any_bytes_are_read);
	return support_run("letter_intake");
}
