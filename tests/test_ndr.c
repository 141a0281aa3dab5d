/* SPDX-License-Identifier: ISC */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <ucontext.h>

#include <delist/ndr.h>

enum {
	ROOM = 1 << 16
};

static char scratch[ROOM], message[ROOM];
static struct delist_verdict verdicts[8];

static size_t
parse(const char *text, size_t len)
{
	size_t count = 99;

	assert_int_equal(delist_ndr_parse(verdicts, COUNT(verdicts), &count,
			     scratch, sizeof scratch, text, len),
	    DELIST_OK);
	assert_true(count >= 1 && count <= COUNT(verdicts));
	return count;
}

struct file_row {
	const char *name;
	unsigned detail;
	uint32_t ip;
};

static const struct file_row file_rows[] = {
    {"exim-4.96-dlfunc-606", 606, 0x7f000002},
    {"exim-4.96-to-postfix-policy-606", 606, 0x7f000002},
    {"opensmtpd-6.8.0p2-filter-606", 606, 0x7f000002},
    {"postfix-3.7.11-greeting-4.7.606-expired", 606, 0x7f000002},
    {"postfix-3.7.11-milter-606", 606, 0x7f000002},
    {"postfix-3.7.11-policy-511", 511, 0x7f000003},
    {"postfix-3.7.11-policy-606", 606, 0x7f000002},
    {"postfix-3.7.11-smtputf8-606", 606, 0x7f000002},
};

static void
reads_real_bounces(void **state)
{
	const struct file_row *row = *state;
	struct delist_addr want = delist_addr_from4(row->ip);
	char path[512];
	size_t len;
	FILE *file;

	snprintf(path, sizeof path, TESTS_DIR "/corpus/dsn/%s.eml", row->name);
	file = fopen(path, "rb");
	assert_non_null(file);
	len = fread(message, 1, sizeof message, file);
	fclose(file);
	assert_int_equal(parse(support_guarded(message, len), len), 1);
	assert_int_equal(verdicts[0].cls, row->detail == 511
					      ? DELIST_CLASS_IP_BLOCK_MAIL
					      : DELIST_CLASS_IP_BLOCK_PORTAL);
	assert_int_equal(verdicts[0].status.cls, 5);
	assert_int_equal(verdicts[0].status.detail, row->detail);
	assert_int_equal(verdicts[0].reply, 550);
	assert_int_equal(
	    delist_addr_compare(&verdicts[0].blocked.addr, &want), 0);
	assert_true(verdicts[0].recipient.len >= 13);
	assert_int_equal(verdicts[0].action, DELIST_ACTION_FAILED);
	assert_true(verdicts[0].flags & DELIST_FLAG_CONTACT_DIFFERS);
	for (size_t n = 0; n < len; n += 7)
		parse(support_guarded(message, n), n);
}

#define HEAD                                                     \
	"From: MAILER-DAEMON@mx.example\nSubject: Undelivered\n" \
	"MIME-Version: 1.0\nContent-Type: multipart/report; boundary=b\n\n"
#define REPORT "--b\nContent-Type: message/delivery-status\n\n"
#define ORIGINAL "--b\nContent-Type: message/rfc822\n\n"

#define PROSE "From: MAILER-DAEMON@x\nSubject: failure\n\n"
#define WRAP "From: x@y\nContent-Type: message/rfc822\n\n"

struct text_row {
	const char *name;
	const char *text;
	size_t count;
	int cls; /* of the last */
	const char *recipient;
};

static const struct text_row text_rows[] = {
    {"the original is not read",
	HEAD "--b\n\nno code\n" REPORT
	     "Reporting-MTA: dns; x\n\nFinal-Recipient: rfc822; a@b.example\n"
	     "Action: failed\nStatus: 5.1.1\n\n" ORIGINAL
	     "From: MAILER-DAEMON@x\n\n550 5.7.606 IP [192.0.2.9]\n--b--\n",
	1, DELIST_CLASS_RECIPIENT, "a@b.example"},
    {"no empty line between groups",
	HEAD REPORT "Final-Recipient: rfc822; a@b.example\nAction: failed\n"
		    "Status: 5.1.1\nFinal-Recipient: rfc822; c@d.example\n"
		    "Action: failed\nStatus: 5.7.511\n--b--\n",
	2, DELIST_CLASS_IP_BLOCK_MAIL, "c@d.example"},
    {"original recipient only",
	HEAD REPORT "Original-Recipient: rfc822; a@b.example\n"
		    "Action: failed\nStatus: 5.7.606\n--b--\n",
	1, DELIST_CLASS_IP_BLOCK_PORTAL, "a@b.example"},
    {"folded without a blank",
	HEAD REPORT "Final-Recipient: rfc822; a@b.example\nAction: failed\n"
		    "Status: 5.0.0\nDiagnostic-Code: smtp; 550\n5.7.606 banned "
		    "IP\n[192.0.2.9]\n--b--\n",
	1, DELIST_CLASS_IP_BLOCK_PORTAL, "a@b.example"},
    {"delivered",
	HEAD REPORT "Final-Recipient: rfc822; a@b.example\n"
		    "Action: relayed\nStatus: 2.0.0\n--b--\n",
	1, DELIST_CLASS_NONE, "a@b.example"},
    {"the answer's code over Status",
	HEAD REPORT "Final-Recipient: rfc822; a@b.example\nAction: failed\n"
		    "Status: 4.7.606\nDiagnostic-Code: smtp; 550 5.7.606 no\n"
		    "--b--\n",
	1, DELIST_CLASS_IP_BLOCK_PORTAL, "a@b.example"},
    {"a receipt is no bounce",
	HEAD "--b\n\n550 5.7.606 x\n--b\n"
	     "Content-Type: message/disposition-notification\n\n"
	     "Final-Recipient: rfc822; a@b.example\n--b--\n",
	1, DELIST_CLASS_NONE, ""},
    {"a letter is no bounce",
	"From: a@b.example\nSubject: hello\n\nYour list says spam, no such "
	"user.\n",
	1, DELIST_CLASS_NONE, ""},
    {"two recipients in prose",
	"From: MAILER-DAEMON@x\nSubject: failure\n\n<a@b.example>: 550 5.1.1 "
	"no\n\n<c@d.example>: 550 5.7.511 no\n",
	2, DELIST_CLASS_IP_BLOCK_MAIL, "c@d.example"},
    {"quoted-printable breaks a code",
	"From: MAILER-DAEMON@x\nSubject: failure\nContent-Transfer-Encoding: "
	"quoted-printable\n\n<a@b.example>: 550 5.7.6=\n06 no\n",
	1, DELIST_CLASS_IP_BLOCK_PORTAL, "a@b.example"},
    {"a bounce in base64, attached",
	"From: a@b.example\nMIME-Version: 1.0\nContent-Type: multipart/mixed; "
	"boundary=\"b\"\n\n--b\n\nsee below\n--b\nContent-Type: "
	"message/rfc822\nContent-Transfer-Encoding: base64\n\n"
	"RnJvbTogTUFJTEVSLURBRU1PTgoKNTUwIDUuNy42MDYgbm8K\n--b--\n",
	1, DELIST_CLASS_IP_BLOCK_PORTAL, ""},
    /* sections of human text */
    {"Exim's list",
	PROSE "a@b.example\n  SMTP error from remote mail server:\n  host x "
	      "[192.0.2.1]: 550 5.1.1 no\nc@d.example\n  host x [192.0.2.1]: "
	      "550 5.7.511 no\n",
	2, DELIST_CLASS_IP_BLOCK_MAIL, "c@d.example"},
    {"in quotes",
	PROSE "\"a@b.example\":\nhost: x\n5.1.1 no\n\"c@d.example\":\nhost: "
	      "x\n5.7.606 no\n",
	2, DELIST_CLASS_IP_BLOCK_PORTAL, "c@d.example"},
    {"a quote without its end", PROSE "\"a@b.example\n\n550 5.1.1 no\n", 1,
	DELIST_CLASS_RECIPIENT, "a@b.example"},
    {"an angle without its end", PROSE "<a@b.example\n\n550 5.1.1 no\n", 1,
	DELIST_CLASS_RECIPIENT, "a@b.example"},
    {"an answer behind the mailbox",
	PROSE "a@b.example: 550 5.1.1 no\nc@d.example 550 5.1.2 no\n", 2,
	DELIST_CLASS_RECIPIENT, "c@d.example"},
    {"words behind the mailbox", PROSE "a@b.example: gone\n\n550 5.1.1 no\n", 1,
	DELIST_CLASS_RECIPIENT, "a@b.example"},
    {"words behind it in a sentence",
	PROSE "ask\na@b.example: he knows.\n\n550 5.1.1 no\n", 1,
	DELIST_CLASS_RECIPIENT, ""},
    {"a note behind the mailbox",
	PROSE "<a@b.example> (unrecoverable)\n550 5.1.1 no\n", 1,
	DELIST_CLASS_RECIPIENT, "a@b.example"},
    {"a reply behind the mailbox", PROSE "<a@b.example>... 550 5.1.1 no\n", 1,
	DELIST_CLASS_RECIPIENT, "a@b.example"},
    {"a label",
	PROSE "Recipient address: a@b.example\nDiagnostic code: smtp; 550 "
	      "5.1.1 no\nRecipient address:  <c@d.example>\nDiagnostic code: "
	      "smtp; 550 5.7.606 no\n",
	2, DELIST_CLASS_IP_BLOCK_PORTAL, "c@d.example"},
    {"labels that are none",
	PROSE "Original sender: a@b.example\nTo: c@d.example\nYour address is: "
	      "e@f.example\nNot delivered to: g@h.example now\nRecipient:\n"
	      "550 5.1.1 no\n",
	1, DELIST_CLASS_RECIPIENT, "c@d.example"},
    {"a sender in the text",
	PROSE "A message sent by\n\n<a@b.example>\n\nfailed: 550 5.1.1 no\n", 1,
	DELIST_CLASS_RECIPIENT, ""},
    {"a mailbox in a sentence",
	PROSE "If in doubt, ask\na@b.example\nor others: 550 5.1.1 no\n", 1,
	DELIST_CLASS_RECIPIENT, ""},
    {"a mailbox behind other letters",
	PROSE "\xe3\x81\x82\na@b.example\n\n550 5.1.1 no\n", 1,
	DELIST_CLASS_RECIPIENT, "a@b.example"},
    {"a mailbox behind ISO-2022-JP",
	PROSE "\033$B!!\033(B\na@b.example\n\n550 5.1.1 no\n", 1,
	DELIST_CLASS_RECIPIENT, "a@b.example"},
    {"no mailbox", PROSE "@b.example\na@\n<@>\n@@\n550 5.1.1 no\n", 1,
	DELIST_CLASS_RECIPIENT, ""},
    {"who takes delistings", PROSE "delist@b.example\n\n550 5.7.511 no\n", 1,
	DELIST_CLASS_IP_BLOCK_MAIL, ""},
    {"a section that says nothing",
	PROSE "550 5.1.1 no\n\n<a@b.example>:\n\n<c@d.example>:\n", 2,
	DELIST_CLASS_RECIPIENT, "c@d.example"},
    {"one recipient twice, the second time with a code",
	PROSE "<a@b.example>: mailbox full\n\n<c@d.example>: mailbox full\n\n"
	      "<a@b.example>: 550 5.7.606 no\n",
	2, DELIST_CLASS_RECIPIENT, "c@d.example"},
    {"one recipient twice",
	PROSE "<a@b.example>: 550 5.1.1 no\n\n"
	      "<A@b.example>: 550 5.7.606 no\n",
	1, DELIST_CLASS_RECIPIENT, "a@b.example"},
    /* the copy of the original */
    {"a ruled mark",
	PROSE "550 5.1.1 no\n--- Original message ---\n550 "
	      "5.7.511 no\n",
	1, DELIST_CLASS_RECIPIENT, ""},
    {"a rule that is no mark",
	PROSE "550 5.7.606 no\n-------\n550 5.7.511 "
	      "no\n",
	1, DELIST_CLASS_IP_BLOCK_MAIL, ""},
    {"a mark in words",
	PROSE "550 5.1.1 no\nReturn-Path: <x@y.example>\n550 "
	      "5.7.511 no\n",
	1, DELIST_CLASS_RECIPIENT, ""},
    {"a mark before anything was said",
	PROSE "--- Original message ---\n\n550 5.7.511 no\n", 1,
	DELIST_CLASS_IP_BLOCK_MAIL, ""},
    {"many such marks",
	PROSE "- message text\n- message text\n- message text\n- message "
	      "text\n- message text\n550 5.7.511 no\n- message text\n",
	1, DELIST_CLASS_IP_BLOCK_MAIL, ""},
    {"a phrase before the mark",
	PROSE "mailbox full\n- original message\n550 5.7.511 no\n", 1,
	DELIST_CLASS_RECIPIENT, ""},
    /* fields of the header */
    {"failed recipients",
	"From: x@y\nX-Failed-Recipients: a@b.example,\n <c@d.example>\n\n550 "
	"5.1.1 no\n",
	2, DELIST_CLASS_RECIPIENT, "c@d.example"},
    {"a mailbox file", "From x Thu\nFrom: postmaster@x\n\n550 5.1.1 no\n", 1,
	DELIST_CLASS_RECIPIENT, ""},
    {"no header", "Hello: x\nto you\n\n550 5.1.1 no\n", 1,
	DELIST_CLASS_RECIPIENT, ""},
    {"no field first", "Hello, all\nFrom: x\n\n550 5.1.1 no\n", 1,
	DELIST_CLASS_RECIPIENT, ""},
    /* reports in odd places */
    {"fields in the text",
	PROSE "Sorry.\n\nAction: failed\nFinal-Recipient: rfc822;a@b.example\n"
	      "Status: 5.0.0\nDiagnostic-Code: smtp; 550 5.7.606 no\n",
	1, DELIST_CLASS_IP_BLOCK_PORTAL, "a@b.example"},
    {"fields that name nobody",
	PROSE "Final-Recipient:\nStatus: 5.1.1\nOriginal-Recipient:\n\n550 "
	      "5.1.1 no\n",
	1, DELIST_CLASS_RECIPIENT, ""},
    {"blanks before a colon",
	HEAD REPORT "Final-Recipient : rfc822; a@b.example\nAction : failed\n"
		    "Status : 5.7.606\n--b--\n",
	1, DELIST_CLASS_IP_BLOCK_PORTAL, "a@b.example"},
    {"a name without a colon",
	HEAD REPORT "Final-Recipient: rfc822; a@b.example\nStatus 5.7.606\n"
		    "--b--\n",
	1, DELIST_CLASS_NONE, "a@b.example"},
    {"a report as lines of HTML",
	"From: x@y\nContent-Type: text/html\n\n"
	"<div>Final-Recipient: rfc822; a@b.example</div>\n"
	"<div>Status: 5.0.0</div>\n"
	"<div>Diagnostic-Code: smtp; 550 5.7.511 no,</div>\n"
	"<div>&nbsp;&nbsp;550 5.1.1</div>\n",
	1, DELIST_CLASS_IP_BLOCK_MAIL, "a@b.example"},
    {"the original as HTML, behind a recipient named twice",
	"From: postmaster@x\nContent-Type: text/html\n\n<p>a@b.example<p>"
	"a@b.example<br>Remote Server returned &#39;550 5.7.606 no&#39;<p>"
	"<pre>Received: from x\n550 5.7.511 no</pre>\n",
	1, DELIST_CLASS_IP_BLOCK_PORTAL, "a@b.example"},
    {"a bounce as a file",
	"From: x@y\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nsee\n"
	"--b\nContent-Type: application/octet-stream\n"
	"Content-Disposition: attachment; filename=\"a.eml\"\n\n" PROSE
	"550 5.7.606 no\n--b--\n",
	1, DELIST_CLASS_IP_BLOCK_PORTAL, ""},
    {"another file",
	"From: x@y\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nsee\n"
	"--b\nContent-Type: application/octet-stream; name=a.bin\n\n" PROSE
	"550 5.7.606 no\n--b--\n",
	1, DELIST_CLASS_NONE, ""},
    {"lost boundaries",
	HEAD "Final-Recipient: rfc822; a@b.example\nAction: failed\nStatus: "
	     "5.7.511\n",
	1, DELIST_CLASS_IP_BLOCK_MAIL, "a@b.example"},
    {"the reply is in the text only",
	HEAD "--b\n\n<a@b.example>: 550 5.7.606 banned IP [192.0.2.9]\n" REPORT
	     "Final-Recipient: rfc822; a@b.example\nStatus: 5.0.0\n--b--\n",
	1, DELIST_CLASS_IP_BLOCK_PORTAL, "a@b.example"},
    {"the reply of each is in the text only",
	HEAD "--b\n\n<c@d.example>: 550 5.7.511 no\n\n<a@b.example>: 550 5.1.1 "
	     "no\n" REPORT
	     "Final-Recipient: rfc822; a@b.example\nStatus: 5.0.0\n\n"
	     "Final-Recipient: rfc822; e@f.example\nStatus: 5.0.0\n\n"
	     "Final-Recipient: rfc822; c@d.example\nStatus: 5.0.0\n--b--\n",
	3, DELIST_CLASS_IP_BLOCK_MAIL, "c@d.example"},
    {"too many are not in the text",
	HEAD "--b\n\ntext\n" REPORT "Final-Recipient: rfc822; a@b.example\n\n"
	     "Final-Recipient: rfc822; b@b.example\n\n"
	     "Final-Recipient: rfc822; c@b.example\n\n"
	     "Final-Recipient: rfc822; d@b.example\n\n"
	     "Final-Recipient: rfc822; e@b.example\n\n"
	     "Final-Recipient: rfc822; f@b.example\n\n"
	     "Final-Recipient: rfc822; g@b.example\n\n"
	     "Final-Recipient: rfc822; h@b.example\n\n"
	     "Final-Recipient: rfc822; i@b.example\nAction: failed\n--b--\n",
	8, DELIST_CLASS_NONE, "h@b.example"},
    {"a damaged recipient",
	HEAD REPORT "Final-Recipient: rfc822; <a@b.example>\n ction: failed\n"
		    "Status: 5.1.1\n--b--\n",
	1, DELIST_CLASS_RECIPIENT, "a@b.example"},
    {"a quoted recipient",
	HEAD REPORT "Final-Recipient: rfc822; \"a b\"@c.example\nStatus: "
		    "5.1.1\n--b--\n",
	1, DELIST_CLASS_RECIPIENT, "\"a b\"@c.example"},
    {"delayed",
	HEAD REPORT "Final-Recipient: rfc822; a@b.example\nAction: delayed\n"
		    "Status: 4.4.1\nX-Supplementary-Info: <x #4.4.1 smtp;451 "
		    "4.7.650 IP [192.0.2.9]>\n--b--\n",
	1, DELIST_CLASS_THROTTLED, "a@b.example"},
    {"no action and no code",
	HEAD REPORT
	"Final-Recipient: rfc822; a@b.example\nAction: odd\n--b--\n",
	1, DELIST_CLASS_NONE, "a@b.example"},
    {"international",
	"From: postmaster@x\nContent-Type: multipart/report; boundary=b\n\n"
	"--b\nContent-Type: message/global-delivery-status\n\n"
	"Final-Recipient: utf-8; \xc3\xa9@b.example\nStatus: 5.7.606\n"
	"--b\nContent-Type: message/global\n\nFrom: x@y\n--b--\n",
	1, DELIST_CLASS_IP_BLOCK_PORTAL, "\xc3\xa9@b.example"},
    /* no bounces */
    {"a complaint",
	HEAD "--b\n\n550 5.7.606 x\n--b\nContent-Type: message/"
	     "feedback-report\n\nFeedback-Type: abuse\n--b--\n",
	1, DELIST_CLASS_NONE, ""},
    {"an international receipt",
	HEAD "--b\nContent-Type: message/global-disposition-notification\n\n"
	     "Final-Recipient: rfc822; a@b.example\n--b--\n",
	1, DELIST_CLASS_NONE, ""},
    /* forwards */
    {"a wrapper without a code",
	"From: postmaster@x\nContent-Type: multipart/mixed; boundary=q\n\n"
	"--q\n\nsee below\n--q\nContent-Type: message/rfc822\n\n" PROSE
	"550 5.7.606 no\n--q--\n",
	1, DELIST_CLASS_IP_BLOCK_PORTAL, ""},
    {"an original behind a wrapper without a code",
	"From: postmaster@x\nContent-Type: multipart/mixed; boundary=q\n\n"
	"--q\n\nsee below\n--q\nContent-Type: message/rfc822\n\nFrom: x@y\n"
	"Subject: hi\n\n550 5.7.606 no\n--q--\n",
	1, DELIST_CLASS_NONE, ""},
    {"words of who forwards",
	"From: x@y\nContent-Type: multipart/mixed; boundary=q\n\n"
	"--q\n\nthey said: 550 5.7.511\n--q\nContent-Type: message/rfc822\n\n" PROSE
	"550 5.7.606 no\n--q--\n",
	1, DELIST_CLASS_IP_BLOCK_PORTAL, ""},
    {"words of who forwards, and no bounce",
	"From: x@y\nContent-Type: multipart/mixed; boundary=q\n\n"
	"--q\n\nthey said: 550 5.7.511\n--q\nContent-Type: message/rfc822\n\n"
	"From: a@b\n\nhi\n--q--\n",
	1, DELIST_CLASS_IP_BLOCK_MAIL, ""},
    {"it came back, with the original",
	"From: x@y\nContent-Type: multipart/mixed; boundary=q\n\n"
	"--q\n\nCould not be delivered to: <a@b.example>\nAs their mailbox is "
	"full.\n--q\nContent-Type: message/rfc822\n\nFrom: a@b\n\nhi\n--q--\n",
	1, DELIST_CLASS_RECIPIENT, "a@b.example"},
    {"forwarded too often", WRAP WRAP WRAP WRAP WRAP "From: x@y\n\n550 5.1.1\n",
	1, DELIST_CLASS_NONE, ""},
    {"text twice, HTML not",
	"From: postmaster@x\nContent-Type: multipart/mixed; "
	"boundary=q\n\n--q\n\n550\n--q\nContent-Type: text/x\n\n5.7.606 no\n"
	"--q\nContent-Type: text/html\n\n550 5.7.511\n--q\nContent-Type: a/b\n"
	"\n550 5.7.511\n--q--\n",
	1, DELIST_CLASS_IP_BLOCK_PORTAL, ""},
    {"nothing", "", 1, DELIST_CLASS_NONE, ""},
    {"blank", " \r\n\t", 1, DELIST_CLASS_NONE, ""},
};

static void
reads(void **state)
{
	const struct text_row *row = *state;
	size_t len = strlen(row->text);
	const struct delist_verdict *v;

	assert_int_equal(
	    parse(support_guarded(row->text, len), len), row->count);
	v = &verdicts[row->count - 1];
	assert_string_equal(
	    delist_class_name(v->cls), delist_class_name(row->cls));
	assert_int_equal(v->recipient.len, strlen(row->recipient));
	if (v->recipient.len != 0)
		assert_memory_equal(
		    v->recipient.at, row->recipient, v->recipient.len);
	for (size_t n = 0; n < len; n++)
		parse(support_guarded(row->text, n), n);
}

static void
limits_are_told(void **state)
{
	const char *text = text_rows[1].text;
	size_t count, len = strlen(text);

	(void)state;
	for (size_t room = 0; room < 400; room++)
		assert_int_equal(
		    delist_ndr_parse(verdicts, 8, &count,
			support_guarded(scratch, room), room, text, len),
		    DELIST_OK);
	delist_ndr_parse(verdicts, 8, &count, scratch, 20, text, len);
	assert_true(verdicts[count - 1].flags & DELIST_FLAG_TRUNCATED);
	delist_ndr_parse(verdicts, 1, &count, scratch, ROOM, text, len);
	assert_int_equal(count, 1);
	assert_true(verdicts[0].flags & DELIST_FLAG_TRUNCATED);
	text = "From: postmaster@x\n\n<a@b.c>: 550 5.1.1 no\n\n<d@e.f>: 550 "
	       "5.1.1 no\n";
	delist_ndr_parse(
	    verdicts, 1, &count, scratch, ROOM, text, strlen(text));
	assert_int_equal(count, 1);
	text = text_rows[1].text;
	count = 77;
	assert_int_equal(
	    delist_ndr_parse(verdicts, 0, &count, scratch, ROOM, text, len),
	    DELIST_EINVAL);
	assert_int_equal(
	    delist_ndr_parse(verdicts, 1, &count, NULL, ROOM, text, len),
	    DELIST_EINVAL);
	assert_int_equal(
	    delist_ndr_parse(verdicts, 1, &count, scratch, ROOM, NULL, 1),
	    DELIST_EINVAL);
	assert_int_equal(count, 77);
}

/* More text for people than is looked at. */
static void
long_text_is_cut(void **state)
{
	static char text[1 << 18] = "550 5.7.606 no ";
	static char room[1 << 18];
	size_t count;

	(void)state;
	memset(text + 15, 'a', sizeof text - 15);
	assert_int_equal(delist_ndr_parse(verdicts, 8, &count, room,
			     sizeof room, text, sizeof text),
	    DELIST_OK);
	assert_int_equal(verdicts[0].cls, DELIST_CLASS_IP_BLOCK_PORTAL);
	assert_true(verdicts[0].flags & DELIST_FLAG_TRUNCATED);
}

/* The linker puts these in the place of the library's. */
static size_t allocations;
void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *block, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *block, size_t size);

void *
__wrap_malloc(size_t size)
{
	allocations++;
	return __real_malloc(size);
}

void *
__wrap_calloc(size_t n, size_t size)
{
	allocations++;
	return __real_calloc(n, size);
}

void *
__wrap_realloc(void *block, size_t size)
{
	allocations++;
	return __real_realloc(block, size);
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__has_feature)
enum {
	STACK = 8192,	     /* what the page promises */
	STACK_ROOM = 1 << 16 /* what there is, so that more is seen */
};

static unsigned char stack[STACK_ROOM];
static ucontext_t back, there;
static const char *stack_text;

static void
parse_there(void)
{
	size_t count;

	delist_ndr_parse(verdicts, COUNT(verdicts), &count, scratch,
	    sizeof scratch, stack_text, strlen(stack_text));
}

/* Run on painted memory: where paint is gone, stack was used. */
static size_t
stack_of(const char *text)
{
	size_t clean = 0;

	memset(stack, 0xa5, sizeof stack);
	stack_text = text;
	there.uc_stack.ss_sp = stack;
	there.uc_stack.ss_size = sizeof stack;
	there.uc_link = &back;
	makecontext(&there, parse_there, 0);
	swapcontext(&back, &there);
	while (clean < sizeof stack && stack[clean] == 0xa5)
		clean++;
	return sizeof stack - clean;
}

static void
stack_is_bounded(void **state)
{
	(void)state;
	getcontext(&there);
	for (size_t i = 0; i < COUNT(text_rows); i++)
		assert_in_range(stack_of(text_rows[i].text), 200, STACK);
}
#endif

static void
nothing_is_allocated(void **state)
{
	size_t before = allocations, count;
	void *volatile block;

	(void)state;
	for (size_t i = 0; i < COUNT(text_rows); i++)
		delist_ndr_parse(verdicts, COUNT(verdicts), &count, scratch,
		    sizeof scratch, text_rows[i].text,
		    strlen(text_rows[i].text));
	assert_int_equal(allocations, before);
	block = malloc(1); /* the count works */
	free(block);
	assert_int_equal(allocations, before + 1);
}

int
main(void)
{
	ROWS(reads_real_bounces, file_rows);
	ROWS(reads, text_rows);
	TEST(limits_are_told);
	TEST(long_text_is_cut);
	TEST(nothing_is_allocated);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__has_feature)
	TEST(stack_is_bounded);
#endif
	return support_run("ndr");
}
