/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "support.h"

#include <stdlib.h>

#include <delist/letter.h>
#include <delist/ndr.h>

#define HEAD "From: MAILER-DAEMON@mx.example\nSubject: Undelivered\n\n"
#define BOUNCE                                                        \
	HEAD "<a@b.example>: host mx.b.example[198.51.100.1] said:\n" \
	     "550 5.7.511 Access denied, banned sender[203.0.113.7]\n"

static char mail[1 << 16], scratch[1 << 16];
static struct delist_verdict verdicts[4];

static struct delist_text
text_of(const char *text)
{
	return (struct delist_text){text, strlen(text)};
}

static struct delist_mailbox
mailbox(const char *text)
{
	struct delist_mailbox mailbox;

	assert_int_equal(
	    delist_mailbox_parse(&mailbox, text, strlen(text)), DELIST_OK);
	return mailbox;
}

static size_t
parse(const char *text, size_t len)
{
	size_t count = 0;

	assert_int_equal(delist_ndr_parse(verdicts, COUNT(verdicts), &count,
			     scratch, sizeof scratch, text, len),
	    DELIST_OK);
	return count;
}

static struct delist_appeal_letter
some_letter(const char *ndr)
{
	static struct delist_verdict verdict;
	struct delist_appeal_letter letter = {.size = sizeof letter,
	    .generation = 2,
	    .id = {0xab, 1},
	    .from = mailbox("postmaster@example.com"),
	    .domain = text_of("mx.example.com"),
	    .verdict = &verdict,
	    .ndr = text_of(ndr),
	    .now_s = 1795478400};

	verdict = (struct delist_verdict){.cls = DELIST_CLASS_IP_BLOCK_MAIL,
	    .status = {5, 7, 511},
	    .blocked = {delist_addr_from4(0xcb007107), 32}};
	return letter;
}

static bool
has(const char *text, size_t len, const char *word)
{
	return memmem(text, len, word, strlen(word)) != NULL;
}

static size_t
compose(const struct delist_appeal_letter *letter)
{
	size_t len = 0;

	assert_int_equal(
	    delist_letter_appeal(mail, sizeof mail, &len, letter), DELIST_OK);
	for (size_t i = 0; i < len; i++) {
		assert_int_not_equal(mail[i], '\0');
		assert_true(
		    (mail[i] == '\n') == (i > 0 && mail[i - 1] == '\r'));
	}
	return len;
}

static void
says_who_and_why(void **state)
{
	struct delist_appeal_letter letter = some_letter(BOUNCE);
	size_t len = compose(&letter);

	(void)state;
	assert_memory_equal(
	    mail, "Date: Tue, 24 Nov 2026 00:00:00 +0000\r\n", 39);
	assert_true(has(mail, len, "\r\nFrom: postmaster@example.com\r\n"));
	assert_true(has(mail, len, "\r\nTo: delist@microsoft.com\r\n"));
	assert_true(has(mail, len,
	    "\r\nSubject: Delisting request for 203.0.113.7 (5.7.511)\r\n"));
	assert_true(has(mail, len,
	    "\r\nMessage-ID: <appeal.2.ab010000000000000000000000000000@"
	    "mx.example.com>\r\n"));
	assert_true(has(mail, len, "IP address   203.0.113.7\r\n"));
	assert_true(has(mail, len, "Status code  5.7.511\r\n"));
	assert_true(has(mail, len, "Content-Type: message/rfc822\r\n"));
}

/* The bounce inside says what it said alone. */
static void
reads_back(void **state)
{
	struct delist_appeal_letter letter = some_letter(BOUNCE);
	size_t len = compose(&letter);

	(void)state;
	assert_int_equal(parse(support_guarded(mail, len), len), 1);
	assert_int_equal(verdicts[0].cls, DELIST_CLASS_IP_BLOCK_MAIL);
	assert_int_equal(verdicts[0].status.detail, 511);
	assert_int_equal(delist_addr_compare(&verdicts[0].blocked.addr,
			     &letter.verdict->blocked.addr),
	    0);
}

static void
the_host_may_know_better(void **state)
{
	struct delist_appeal_letter letter = some_letter(BOUNCE);
	size_t len;

	(void)state;
	letter.to = mailbox("delist@example.net");
	letter.addr = (struct delist_addr){DELIST_INET6, {0x20, 1, 0xd, 0xb8}};
	len = compose(&letter);
	assert_true(has(mail, len, "\r\nTo: delist@example.net\r\n"));
	assert_true(has(mail, len, " for 2001:db8:: (5.7.511)\r\n"));
}

struct line_row {
	const char *name, *ndr, *want;
};

static const struct line_row line_rows[] = {
    {"LF", "A: b\n\nc\n", "\r\n\r\nA: b\r\n\r\nc\r\n\r\n--"},
    {"CRLF", "A: b\r\n\r\nc\r\n", "\r\n\r\nA: b\r\n\r\nc\r\n\r\n--"},
    {"CR", "A: b\r\rc\r", "\r\n\r\nA: b\r\n\r\nc\r\n\r\n--"},
    {"no end", "A: b\n\nc", "\r\n\r\nA: b\r\n\r\nc\r\n\r\n--"},
    {"mailbox file", "From x Thu\nA: b\n", "\r\n\r\nA: b\r\n\r\n--"},
    {"empty lines first", "\r\n\nA: b\n", "\r\n\r\nA: b\r\n\r\n--"},
    {"over 127", "A: \xc3\xa9\n", "8bit\r\n\r\nA: \xc3\xa9\r\n\r\n--"},
    {"a boundary of ours in it",
	"A: --=_appeal.ab010000000000000000000000000000\n",
	"boundary=\"=_appeal.ab010000000000000000000000000000a\""},
};

static void
keeps_every_line(void **state)
{
	const struct line_row *row = *state;
	struct delist_appeal_letter letter = some_letter(row->ndr);
	size_t len = compose(&letter);

	assert_true(has(mail, len, row->want));
}

struct bad_row {
	const char *name;
	int error;
	void (*spoil)(struct delist_appeal_letter *letter);
};

static struct delist_verdict spoilt;

static void
no_size(struct delist_appeal_letter *letter)
{
	letter->size--;
}

static void
no_verdict(struct delist_appeal_letter *letter)
{
	letter->verdict = NULL;
}

static void
a_portal(struct delist_appeal_letter *letter)
{
	spoilt = *letter->verdict;
	spoilt.cls = DELIST_CLASS_IP_BLOCK_PORTAL;
	letter->verdict = &spoilt;
}

static void
no_code(struct delist_appeal_letter *letter)
{
	spoilt = *letter->verdict;
	spoilt.status.cls = 0;
	letter->verdict = &spoilt;
}

static void
no_address(struct delist_appeal_letter *letter)
{
	spoilt = *letter->verdict;
	spoilt.blocked.addr.family = DELIST_NOADDR;
	letter->verdict = &spoilt;
}

static void
no_sender(struct delist_appeal_letter *letter)
{
	letter->from.len = 0;
}

/* What a struct filled in by hand might smuggle in. */
static void
injects_by_from(struct delist_appeal_letter *letter)
{
	memcpy(letter->from.text, "a@b.c\r\nBcc: x@y.z", 17);
	letter->from.len = 17;
}

static void
injects_by_to(struct delist_appeal_letter *letter)
{
	letter->to = letter->from;
	memcpy(letter->to.text, "a@b.c\nBcc: x@y.z", 16);
	letter->to.len = 16;
}

static void
injects_by_domain(struct delist_appeal_letter *letter)
{
	letter->domain = text_of("b.example>\r\nBcc: x@y.z");
}

static void
no_domain(struct delist_appeal_letter *letter)
{
	letter->domain = text_of("");
}

static void
no_bounce(struct delist_appeal_letter *letter)
{
	letter->ndr = (struct delist_text){NULL, 0};
}

static void
no_header(struct delist_appeal_letter *letter)
{
	letter->ndr = text_of("550 5.7.511 banned\n");
}

static void
a_nul(struct delist_appeal_letter *letter)
{
	letter->ndr = (struct delist_text){"A: b\n\n\0", 7};
}

static void
too_long(struct delist_appeal_letter *letter)
{
	letter->ndr.len = DELIST_LETTER_NDR_MAX + 1; /* not read */
}

static void
no_date(struct delist_appeal_letter *letter)
{
	letter->now_s = INT64_MAX;
}

static const struct bad_row bad_rows[] = {
    {"another size", DELIST_EINVAL, no_size},
    {"no verdict", DELIST_EINVAL, no_verdict},
    {"a case for the portal", DELIST_EINVAL, a_portal},
    {"no code", DELIST_EINVAL, no_code},
    {"no address", DELIST_EINVAL, no_address},
    {"no sender", DELIST_EINVAL, no_sender},
    {"a header in From", DELIST_EINVAL, injects_by_from},
    {"a header in To", DELIST_EINVAL, injects_by_to},
    {"a header in the domain", DELIST_EINVAL, injects_by_domain},
    {"no domain", DELIST_EINVAL, no_domain},
    {"no bounce", DELIST_EINVAL, no_bounce},
    {"no header", DELIST_EINVAL, no_header},
    {"a NUL", DELIST_ERANGE, a_nul},
    {"too long a bounce", DELIST_ERANGE, too_long},
    {"a date out of range", DELIST_ERANGE, no_date},
};

static void
refuses(void **state)
{
	const struct bad_row *row = *state;
	struct delist_appeal_letter letter = some_letter(BOUNCE);
	size_t len = 77;

	row->spoil(&letter);
	memset(mail, 0, sizeof mail);
	assert_int_equal(
	    delist_letter_appeal(mail, sizeof mail, &len, &letter), row->error);
	assert_int_equal(len, 77);
	assert_int_equal(mail[0], 0);
}

static void
lines_are_bounded(void **state)
{
	static char ndr[1100];
	struct delist_appeal_letter letter;
	size_t len = 77;

	(void)state;
	memset(ndr, 'a', sizeof ndr - 1);
	memcpy(ndr, "A: b\n", 5);
	ndr[5 + 998] = '\0';
	letter = some_letter(ndr);
	compose(&letter);
	ndr[5 + 998] = 'a';
	ndr[5 + 999] = '\0';
	letter = some_letter(ndr);
	assert_int_equal(delist_letter_appeal(mail, sizeof mail, &len, &letter),
	    DELIST_ERANGE);
	assert_int_equal(len, 77);
}

static void
every_room_is_kept(void **state)
{
	struct delist_appeal_letter letter = some_letter(BOUNCE);
	size_t full = compose(&letter), len = 77;

	(void)state;
	memset(scratch, 0, sizeof scratch);
	assert_true(full <= 2 * letter.ndr.len + DELIST_LETTER_APPEAL);
	for (size_t cap = 0; cap < full; cap++) {
		char *out = support_guarded(scratch, cap);

		assert_int_equal(delist_letter_appeal(out, cap, &len, &letter),
		    DELIST_ENOSPC);
		assert_int_equal(len, 77);
		for (size_t i = 0; i < cap; i += 97)
			assert_int_equal(out[i], 0);
	}
	assert_int_equal(delist_letter_appeal(support_guarded(scratch, full),
			     full, &len, &letter),
	    DELIST_OK);
	assert_int_equal(len, full);
}

int
main(void)
{
	TEST(says_who_and_why);
	TEST(reads_back);
	TEST(the_host_may_know_better);
	ROWS(keeps_every_line, line_rows);
	ROWS(refuses, bad_rows);
	TEST(lines_are_bounded);
	TEST(every_room_is_kept);
	return support_run("letter_appeal");
}
