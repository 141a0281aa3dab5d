/* SPDX-License-Identifier: ISC */
#include "support.h"

#include <stdio.h>

#include <delist/letter.h>
#include <delist/ndr.h>

static struct delist_text
text_of(const char *text)
{
	return (struct delist_text){text, strlen(text)};
}

static struct delist_mailbox
mailbox(const char *text)
{
	struct delist_mailbox mailbox = {0};

	assert_int_equal(
	    delist_mailbox_parse(&mailbox, text, strlen(text)), DELIST_OK);
	return mailbox;
}

/* Whatever any notice needs. */
static struct delist_notice_letter
some_letter(int notice)
{
	return (struct delist_notice_letter){
	    .size = sizeof(struct delist_notice_letter),
	    .generation = 2,
	    .id = {0xf0, 0xe1},
	    .notice = (uint8_t)notice,
	    .from = mailbox("delist@example.net"),
	    .to = mailbox("ann@example.com"),
	    .addr = delist_addr_from4(0xc0000201),
	    .domain = text_of("example.net"),
	    .answers = text_of("<what.ann@sent.example>"),
	    .url = text_of("https://delist.example.net/"),
	    .reason = text_of("the host 192.0.2.1 is an open relay"),
	    .within_s = 48 * 3600,
	    .now_s = 1795478400,
	};
}

static struct delist_text
composed(const struct delist_notice_letter *letter,
    const struct delist_catalogue *catalogue)
{
	static char out[DELIST_LETTER_MAX];
	struct delist_text mail = {out, 0};

	assert_int_equal(delist_letter_notice(
			     out, sizeof out - 1, &mail.len, letter, catalogue),
	    DELIST_OK);
	out[mail.len] = '\0';
	return mail;
}

/* ---- what ships ---- */

static void
english_is_whole(void **state)
{
	static const char want[] =
	    "Date: Tue, 24 Nov 2026 00:00:00 +0000\r\n"
	    "From: delist@example.net\r\n"
	    "To: ann@example.com\r\n"
	    "Subject: The block of 192.0.2.1 stays\r\n"
	    "Message-ID: <denied.2.f0e10000000000000000000000000000"
	    "@example.net>\r\n"
	    "In-Reply-To: <what.ann@sent.example>\r\n"
	    "References: <what.ann@sent.example>\r\n"
	    "Auto-Submitted: auto-replied\r\n"
	    "MIME-Version: 1.0\r\n"
	    "Content-Type: text/plain; charset=us-ascii\r\n"
	    "Content-Transfer-Encoding: 7bit\r\n"
	    "Content-Language: en\r\n"
	    "\r\n"
	    "We have looked into the block of this IP address:\r\n"
	    "\r\n"
	    "    192.0.2.1\r\n"
	    "\r\n"
	    "It stays for now.  The reason is:\r\n"
	    "\r\n"
	    "the host 192.0.2.1 is an open relay\r\n"
	    "\r\n"
	    "Please see to that first, and then write to us again.\r\n";
	struct delist_notice_letter letter = some_letter(DELIST_NOTICE_DENIED);

	(void)state;
	assert_string_equal(composed(&letter, NULL).at, want);
}

static const char *
golden_path(const char *directory, int language, int notice)
{
	static char path[1024];

	snprintf(path, sizeof path, "%s/notice-%s-%s.eml", directory,
	    delist_catalogue_builtin(language)->language,
	    delist_notice_name(notice));
	return path;
}

static void
are_as_shipped(void **state)
{
	(void)state;
	for (int language = 0; language < 2; language++)
		for (int n = DELIST_NOTICE_RECEIVED; n < DELIST_NOTICES; n++) {
			struct delist_notice_letter letter = some_letter(n);
			FILE *file =
			    fopen(golden_path(TESTS_DIR "/golden", language, n),
				"rb");
			char want[DELIST_LETTER_MAX];
			struct delist_text mail;
			size_t len;

			assert_non_null(file);
			len = fread(want, 1, sizeof want, file);
			fclose(file);
			letter.language = language;
			mail = composed(&letter, NULL);
			assert_int_equal(mail.len, len);
			assert_memory_equal(mail.at, want, len);
		}
}

/* test_letter_notice --write DIRECTORY makes the golden files anew. */
static int
write_golden_files(const char *directory)
{
	for (int language = 0; language < 2; language++)
		for (int n = DELIST_NOTICE_RECEIVED; n < DELIST_NOTICES; n++) {
			struct delist_notice_letter letter = some_letter(n);
			FILE *file =
			    fopen(golden_path(directory, language, n), "wb");
			struct delist_text mail;

			letter.language = language;
			mail = composed(&letter, NULL);
			if (file == NULL ||
			    fwrite(mail.at, mail.len, 1, file) != 1 ||
			    fclose(file) != 0)
				return 1;
		}
	return 0;
}

/* Our own answer is one that we would not answer. */
static void
answers_are_not_answered(void **state)
{
	struct delist_mailbox delist = mailbox("delist@example.net");

	(void)state;
	for (int n = DELIST_NOTICE_RECEIVED; n < DELIST_NOTICES; n++) {
		struct delist_notice_letter letter = some_letter(n);
		struct delist_text mail = composed(&letter, NULL);

		assert_false(
		    delist_letter_may_answer(&delist, mail.at, mail.len));
	}
}

/* Sent back or quoted, they are no bounce, whatever they speak of. */
static void
answers_are_no_bounces(void **state)
{
	static char scratch[DELIST_NDR_SCRATCH];

	(void)state;
	for (int i = 0; i < 2 * DELIST_NOTICES; i++) {
		struct delist_notice_letter letter =
		    some_letter(i % DELIST_NOTICES);
		struct delist_verdict verdict;
		struct delist_text mail;
		size_t count;

		if (letter.notice == DELIST_NOTICE_NONE)
			continue;
		letter.language = i / DELIST_NOTICES;
		mail = composed(&letter, NULL);
		assert_int_equal(delist_ndr_parse(&verdict, 1, &count, scratch,
				     sizeof scratch, mail.at, mail.len),
		    DELIST_OK);
		assert_int_equal(verdict.cls, DELIST_CLASS_NONE);
		assert_int_equal(verdict.blocked.addr.family, DELIST_NOADDR);
	}
}

static void
each_mail_has_its_message_id(void **state)
{
	struct delist_notice_letter letter =
	    some_letter(DELIST_NOTICE_RECEIVED);
	struct delist_text mail = composed(&letter, NULL), id;
	char first[64 + 64];

	(void)state;
	assert_true(delist_letter_message_id(&id, mail.at, mail.len));
	memcpy(first, id.at, id.len);
	first[id.len] = '\0';
	assert_string_equal(
	    first, "<received.2.f0e10000000000000000000000000000@example.net>");
	letter.generation++;
	mail = composed(&letter, NULL);
	assert_true(delist_letter_message_id(&id, mail.at, mail.len));
	assert_memory_not_equal(first, id.at, id.len);
}

static void
no_thread_is_fine(void **state)
{
	struct delist_notice_letter letter =
	    some_letter(DELIST_NOTICE_RECEIVED);
	struct delist_text mail;

	(void)state;
	letter.answers = (struct delist_text){NULL, 0};
	mail = composed(&letter, NULL);
	assert_null(strstr(mail.at, "In-Reply-To"));
	assert_null(strstr(mail.at, "References"));
}

/* An English text with a reason that is not is no ASCII any more. */
static void
a_foreign_reason_is_encoded(void **state)
{
	struct delist_notice_letter letter = some_letter(DELIST_NOTICE_DENIED);
	struct delist_text mail;

	(void)state;
	letter.reason = text_of("\xe3\x82\xb9\xe3\x83\x91\xe3\x83\xa0");
	mail = composed(&letter, NULL);
	assert_non_null(
	    strstr(mail.at, "\r\nContent-Type: text/plain; "
			    "charset=utf-8\r\n"
			    "Content-Transfer-Encoding: base64\r\n"));
	for (size_t i = 0; i < mail.len; i++)
		assert_true((unsigned char)mail.at[i] < 0x80);
	/* a reason that looks like a mark is none */
	letter.reason = text_of("{ip} {url} \xc3\xbc");
	mail = composed(&letter, NULL);
	letter.reason = text_of("{ip}");
	mail = composed(&letter, NULL);
	assert_non_null(strstr(mail.at, "\r\n{ip}\r\n"));
}

/* ---- room ---- */

static void
every_room_is_kept(void **state)
{
	struct delist_notice_letter letter =
	    some_letter(DELIST_NOTICE_NEED_INFO);
	char whole[4096], zeros[4096] = {0};
	struct delist_text mail = composed(&letter, NULL);

	(void)state;
	assert_true(mail.len < sizeof whole);
	memcpy(whole, mail.at, mail.len);
	for (size_t cap = 0; cap <= mail.len; cap++) {
		char *out = support_guarded(zeros, cap);
		size_t len = 77;

		assert_int_equal(
		    delist_letter_notice(out, cap, &len, &letter, NULL),
		    cap < mail.len ? DELIST_ENOSPC : DELIST_OK);
		assert_int_equal(len, cap < mail.len ? 77 : mail.len);
		assert_memory_equal(out, cap < mail.len ? zeros : whole, cap);
	}
}

/* As long as each part may be; lines keep to 78, or are one word. */
static void
the_longest_fit(void **state)
{
	static const uint8_t ones[16] = {0x88, 0x88, 0x88, 0x88, 0x88, 0x88,
	    0x88, 0x88, 0x88, 0x88, 0x88, 0x88, 0x88, 0x88, 0x88, 0x88};
	static char url[DELIST_LETTER_URL_MAX], id[DELIST_MESSAGE_ID_MAX];
	static char reason[DELIST_LETTER_REASON_MAX];

	(void)state;
	memset(url, 'u', sizeof url);
	memcpy(url, "https://", 8);
	memset(id, 'i', sizeof id);
	id[0] = '<';
	id[5] = '@';
	id[sizeof id - 1] = '>';
	memset(reason, 'r', sizeof reason);
	for (int i = 0; i < 2 * DELIST_NOTICES; i++) {
		struct delist_notice_letter letter =
		    some_letter(i % DELIST_NOTICES);
		struct delist_text mail;
		const char *line, *end;

		if (letter.notice == DELIST_NOTICE_NONE)
			continue;
		letter.language = i / DELIST_NOTICES;
		letter.addr = delist_addr_from6(ones);
		letter.url = (struct delist_text){url, sizeof url};
		letter.answers = (struct delist_text){id, sizeof id};
		letter.reason = (struct delist_text){reason, sizeof reason};
		letter.within_s = 9999 * 3600 + 3599;
		mail = composed(&letter, NULL);
		for (line = mail.at; *line != '\0'; line = end + 2) {
			end = strstr(line, "\r\n");
			assert_non_null(end);
			assert_true(end - line <= 78 ||
				    (end - line <= 998 &&
					memchr(line + 1, ' ',
					    (size_t)(end - line) - 1) == NULL));
		}
	}
}

/* ---- letters that are refused ---- */

struct letter_row {
	const char *name;
	int notice;
	void (*change)(struct delist_notice_letter *letter);
	int want;
};

/* clang-format off */
#define CHANGE(name, ...) \
	static void name(struct delist_notice_letter *letter) { __VA_ARGS__; }

CHANGE(nothing, (void)letter)
CHANGE(size_less, letter->size--)
CHANGE(no_notice, letter->notice = DELIST_NOTICE_NONE)
CHANGE(notice_beyond, letter->notice = DELIST_NOTICES)
CHANGE(no_from, letter->from.len = 0)
CHANGE(no_to, letter->to.len = 0)
CHANGE(bad_to, letter->to.text[3] = '\n')
CHANGE(no_domain, letter->domain.len = 0)
CHANGE(no_addr, letter->addr.family = DELIST_NOADDR)
CHANGE(no_url, letter->url.len = 0)
CHANGE(bad_url, letter->url = text_of("https://h/\r\n"))
CHANGE(no_reason, letter->reason.len = 0)
CHANGE(reason_64, letter->reason = text_of(
    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"))
CHANGE(reason_65, letter->reason = text_of(
    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"))
CHANGE(reason_lines, letter->reason = text_of("a\r\nb"))
CHANGE(reason_latin1, letter->reason = text_of("\xfc"))
CHANGE(an_hour, letter->within_s = 3600)
CHANGE(under_an_hour, letter->within_s = 3599)
CHANGE(hours_9999, letter->within_s = (int64_t)10000 * 3600 - 1)
CHANGE(hours_10000, letter->within_s = (int64_t)10000 * 3600)
CHANGE(a_day, letter->within_s = 86400)
CHANGE(under_a_day, letter->within_s = 86399)
CHANGE(days_9999, letter->within_s = (int64_t)10000 * 86400 - 1)
CHANGE(days_10000, letter->within_s = (int64_t)10000 * 86400)
CHANGE(negative, letter->within_s = INT64_MIN)
CHANGE(bad_id, letter->answers = text_of("<a@b>\r\nX: y"))
CHANGE(bad_language, letter->language = 2)
CHANGE(bad_date, letter->now_s = INT64_MAX)

#define RECEIVED DELIST_NOTICE_RECEIVED
#define SEND_NDR DELIST_NOTICE_SEND_NDR
#define PORTAL DELIST_NOTICE_PORTAL
#define DENIED DELIST_NOTICE_DENIED
#define NOT_LISTED DELIST_NOTICE_NOT_LISTED

static const struct letter_row letter_rows[] = {
	{"nothing", RECEIVED, nothing, DELIST_OK},
	{"size", RECEIVED, size_less, DELIST_EINVAL},
	{"no notice", RECEIVED, no_notice, DELIST_EINVAL},
	{"notice beyond the last", RECEIVED, notice_beyond, DELIST_EINVAL},
	{"no from", RECEIVED, no_from, DELIST_EINVAL},
	{"no to", RECEIVED, no_to, DELIST_EINVAL},
	{"to with a line end", RECEIVED, bad_to, DELIST_EINVAL},
	{"no domain", RECEIVED, no_domain, DELIST_EINVAL},
	{"no address", RECEIVED, no_addr, DELIST_EINVAL},
	{"no address where none stands", SEND_NDR, no_addr, DELIST_OK},
	{"no address for the portal", PORTAL, no_addr, DELIST_OK},
	{"no url", PORTAL, no_url, DELIST_EINVAL},
	{"url with a line end", PORTAL, bad_url, DELIST_EINVAL},
	{"no url where none stands", RECEIVED, no_url, DELIST_OK},
	{"no reason", DENIED, no_reason, DELIST_EINVAL},
	{"no reason where none stands", NOT_LISTED, no_reason, DELIST_OK},
	{"reason of 64", DENIED, reason_64, DELIST_OK},
	{"reason of 65", DENIED, reason_65, DELIST_EINVAL},
	{"reason with a line end", DENIED, reason_lines, DELIST_EINVAL},
	{"reason in latin-1", DENIED, reason_latin1, DELIST_EINVAL},
	{"an hour", RECEIVED, an_hour, DELIST_OK},
	{"under an hour", RECEIVED, under_an_hour, DELIST_EINVAL},
	{"9999 hours", RECEIVED, hours_9999, DELIST_OK},
	{"10000 hours", RECEIVED, hours_10000, DELIST_EINVAL},
	{"a day", SEND_NDR, a_day, DELIST_OK},
	{"under a day", SEND_NDR, under_a_day, DELIST_EINVAL},
	{"9999 days", SEND_NDR, days_9999, DELIST_OK},
	{"10000 days", SEND_NDR, days_10000, DELIST_EINVAL},
	{"before the beginning", RECEIVED, negative, DELIST_EINVAL},
	{"no time where none stands", DENIED, negative, DELIST_OK},
	{"other mail's id", RECEIVED, bad_id, DELIST_EINVAL},
	{"language", RECEIVED, bad_language, DELIST_EINVAL},
	{"date", RECEIVED, bad_date, DELIST_ERANGE},
};
/* clang-format on */

static void
looks_over_letters(void **state)
{
	const struct letter_row *row = *state;
	struct delist_notice_letter letter = some_letter(row->notice);
	char out[DELIST_LETTER_MAX];
	size_t len = 77;

	row->change(&letter);
	assert_int_equal(
	    delist_letter_notice(out, sizeof out, &len, &letter, NULL),
	    row->want);
	if (row->want != DELIST_OK)
		assert_int_equal(len, 77);
}

/* ---- texts of a host ---- */

struct text_row {
	const char *name;
	int notice;
	const char *subject, *body;
	int want;   /* of the check */
	int letter; /* of the letter */
};

static const struct text_row text_rows[] = {
    {"left out", RECEIVED, NULL, NULL, DELIST_OK, DELIST_EINVAL},
    {"without marks", RECEIVED, "s", "b\n", DELIST_OK, DELIST_OK},
    {"all that may be", RECEIVED, "{ip} {hours}", "{ip} {hours}\n", DELIST_OK,
	DELIST_OK},
    {"portal", PORTAL, "s", "{url}\n", DELIST_OK, DELIST_OK},
    {"denied", DENIED, "{ip}", "{ip}\n{reason}\n", DELIST_OK, DELIST_OK},
    {"days", SEND_NDR, "{days}", "{days}\n", DELIST_OK, DELIST_OK},

    {"no subject", RECEIVED, NULL, "b\n", DELIST_EINVAL, DELIST_EINVAL},
    {"no body", RECEIVED, "s", NULL, DELIST_EINVAL, DELIST_EINVAL},
    {"empty body", RECEIVED, "s", "", DELIST_EINVAL, DELIST_EINVAL},
    {"portal without url", PORTAL, "s", "b\n", DELIST_EINVAL, DELIST_EINVAL},
    {"portal with an address", PORTAL, "s", "{url}\n{ip}\n", DELIST_EINVAL,
	DELIST_EINVAL},
    {"denied without reason", DENIED, "s", "{ip}\n", DELIST_EINVAL,
	DELIST_EINVAL},
    {"reason not alone", DENIED, "s", "x {reason}\n", DELIST_EINVAL,
	DELIST_EINVAL},
    {"reason in the subject", DENIED, "{reason}", "{reason}\n", DELIST_EINVAL,
	DELIST_EINVAL},
    {"address where it may be missing", SEND_NDR, "{ip}", "b\n", DELIST_EINVAL,
	DELIST_EINVAL},
    {"cancel", RECEIVED, "s", "{cancel}\n", DELIST_EINVAL, DELIST_EINVAL},
    {"days for hours", RECEIVED, "s", "{days}\n", DELIST_EINVAL, DELIST_EINVAL},
    {"texts of no notice", DELIST_NOTICE_NONE, "s", "b\n", DELIST_EINVAL,
	DELIST_EINVAL},
};

static void
looks_over_texts(void **state)
{
	const struct text_row *row = *state;
	struct delist_catalogue catalogue = {
	    .size = sizeof catalogue,
	    .language = "fr",
	    .confirm_subject = "s",
	    .confirm_body = "{url}\n{cancel}\n",
	};
	struct delist_notice_letter letter = some_letter(row->notice);
	char out[DELIST_LETTER_MAX];
	size_t len = 77;

	catalogue.notices[row->notice].subject = row->subject;
	catalogue.notices[row->notice].body = row->body;
	assert_int_equal(delist_catalogue_check(&catalogue), row->want);
	assert_int_equal(
	    delist_letter_notice(out, sizeof out, &len, &letter, &catalogue),
	    row->letter);
	if (row->letter != DELIST_OK)
		assert_int_equal(len, 77);
}

int
main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "--write") == 0)
		return write_golden_files(argv[2]);
	TEST(english_is_whole);
	TEST(are_as_shipped);
	TEST(answers_are_not_answered);
	TEST(answers_are_no_bounces);
	TEST(each_mail_has_its_message_id);
	TEST(no_thread_is_fine);
	TEST(a_foreign_reason_is_encoded);
	TEST(every_room_is_kept);
	TEST(the_longest_fit);
	ROWS(looks_over_letters, letter_rows);
	ROWS(looks_over_texts, text_rows);
	return support_run("letter_notice");
}
