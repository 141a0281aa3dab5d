/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "support.h"

#include <stdio.h>
#include <stdlib.h>

#include <delist/letter.h>

#include "date.h"

#define A10 "aaaaaaaaaa"
#define A50 A10 A10 A10 A10 A10
#define LABEL63 A50 A10 "aaa"

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

static struct delist_token
token(uint8_t byte)
{
	struct delist_token token;

	memset(&token, byte, sizeof token);
	return token;
}

static struct delist_letter
some_letter(void)
{
	struct delist_letter letter = {
	    .size = sizeof letter,
	    .generation = 1,
	    .from = mailbox("delist@example.net"),
	    .to = mailbox("ann@example.com"),
	    .addr = delist_addr_from4(0xc0000201),
	    .domain = text_of("example.net"),
	    .confirm_url = text_of("https://delist.example.net/confirm?t="),
	    .cancel_url = text_of("https://delist.example.net/cancel?t="),
	    .status_url = text_of("https://delist.example.net/status?t="),
	    .confirm = token(1),
	    .cancel = token(2),
	    .status = token(3),
	    .life_s = 86400,
	    .now_s = 1795478400,
	};

	for (uint8_t i = 0; i < 16; i++)
		letter.id[i] = (uint8_t)(0xf0 - 15 * i);
	return letter;
}

/* As long as each part may be. */
static struct delist_letter
longest_letter(void)
{
	static char url[DELIST_LETTER_URL_MAX + 1];
	static const char longest[] =
	    LABEL63 "a@" LABEL63 "." LABEL63 "." A50 "aaaaaaaaa.b";
	static const uint8_t ones[16] = {0x88, 0x88, 0x88, 0x88, 0x88, 0x88,
	    0x88, 0x88, 0x88, 0x88, 0x88, 0x88, 0x88, 0x88, 0x88, 0x88};
	struct delist_letter letter = some_letter();

	memset(url, 'u', sizeof url);
	memcpy(url, "https://", 8);
	letter.confirm_url = (struct delist_text){url, DELIST_LETTER_URL_MAX};
	letter.cancel_url = letter.status_url = letter.confirm_url;
	letter.from = letter.to = mailbox(longest);
	letter.domain =
	    text_of(LABEL63 "." LABEL63 "." LABEL63 "." A50 "aaaaaaaa.b");
	letter.addr = delist_addr_from6(ones);
	letter.life_s = 9999 * 3600 + 3599;
	letter.generation = UINT32_MAX;
	return letter;
}

/* Compose into a buffer of this function's, good until the next call. */
static struct delist_text
composed(const struct delist_letter *letter,
    const struct delist_catalogue *catalogue)
{
	static char out[DELIST_LETTER_MAX];
	struct delist_text mail = {out, 0};

	assert_int_equal(delist_letter_confirm(
			     out, sizeof out, &mail.len, letter, catalogue),
	    DELIST_OK);
	return mail;
}

/* ---- an own, small reader of mail ---- */

struct mail {
	char head[4096]; /* unfolded: "Name: value\n" */
	char body[16384];
};

static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			     "abcdefghijklmnopqrstuvwxyz0123456789+/";

static size_t
decode_base64(char *out, const char *text, size_t len)
{
	unsigned held = 0, bits = 0;
	size_t n = 0;

	for (size_t i = 0; i < len && text[i] != '='; i++) {
		const char *at = strchr(base64, text[i]);

		if (text[i] == '\r' || text[i] == '\n')
			continue;
		assert_non_null(at);
		held = held << 6 | (unsigned)(at - base64);
		bits += 6;
		if (bits >= 8)
			out[n++] = (char)(held >> (bits -= 8));
	}
	return n;
}

/* Each header line and each line of a body, by RFC 5322, 2.1.1. */
static void
assert_lines(const char *mail, size_t len)
{
	size_t begin = 0;

	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)mail[i];

		assert_true((c >= ' ' && c < 0x7f) || c == '\r' || c == '\n');
		if (c == '\r')
			assert_true(i + 1 < len && mail[i + 1] == '\n');
		if (c != '\n')
			continue;
		assert_true(i > 0 && mail[i - 1] == '\r');
		if (i - 1 - begin > 78) {
			/* one word */
			assert_true(i - 1 - begin <= 998);
			for (size_t j = begin + 1; j < i - 1; j++)
				assert_true(mail[j] != ' ');
		}
		begin = i + 1;
	}
	assert_int_equal(begin, len);
}

static void
read_mail(struct mail *mail, struct delist_text text)
{
	char *copy = calloc(1, text.len + 1), *end, *h = mail->head;

	assert_non_null(copy);
	memcpy(copy, text.at, text.len);
	assert_lines(copy, text.len);
	end = strstr(copy, "\r\n\r\n");
	assert_non_null(end);
	for (char *c = copy; c < end; c++) {
		if (c[0] == '\r' && c[2] == ' ') {
			c++; /* unfold: the space stays */
			continue;
		}
		if (c[0] != '\r')
			*h++ = *c;
	}
	memcpy(h, "\n", 2);
	end += 4;
	if (strstr(mail->head, "\nContent-Transfer-Encoding: base64\n") != NULL)
		mail->body[decode_base64(mail->body, end, strlen(end))] = '\0';
	else
		memcpy(mail->body, end, strlen(end) + 1);
	free(copy);
}

/* The only field of that name. */
static void
assert_field(const struct mail *mail, const char *name, const char *want)
{
	size_t len = strlen(name), found = 0;
	const char *line = mail->head;

	while (*line != '\0') {
		const char *end = strchr(line, '\n');

		if (strncmp(line, name, len) == 0 && line[len] == ':') {
			const char *value = line + len + 1;

			while (*value == ' ')
				value++;
			assert_int_equal(end - value, strlen(want));
			assert_memory_equal(value, want, strlen(want));
			found++;
		}
		line = end + 1;
	}
	assert_int_equal(found, 1);
}

/* All encoded-words of the subject, joined (RFC 2047, 6.2). */
static void
assert_subject(const struct mail *mail, const char *want)
{
	char text[1024];
	const char *at = strstr(mail->head, "\nSubject: "), *end;
	size_t n = 0;

	assert_non_null(at);
	at += sizeof "\nSubject: " - 1;
	while (*at != '\n') {
		assert_memory_equal(at, "=?utf-8?B?", 10);
		end = strstr(at, "?=");
		assert_non_null(end);
		assert_true(end + 2 - at <= 75);
		n += decode_base64(text + n, at + 10, (size_t)(end - at - 10));
		/* words hold whole characters */
		at = end + 2;
		if (*at == ' ')
			at++;
	}
	text[n] = '\0';
	assert_string_equal(text, want);
}

/* The body has the line, once. */
static void
assert_line(const struct mail *mail, const char *line)
{
	size_t len = strlen(line), found = 0;
	const char *at = mail->body;

	for (const char *end; (end = strstr(at, "\r\n")) != NULL; at = end + 2)
		found +=
		    (size_t)(end - at) == len && memcmp(at, line, len) == 0;
	assert_int_equal(found, 1);
}

static void
assert_url_line(const struct mail *mail, const struct delist_text *url,
    const struct delist_token *token)
{
	char line[1000];

	memcpy(line, url->at, url->len);
	delist_token_format(line + url->len, token);
	assert_line(mail, line);
}

static void
assert_same_fields(const struct mail *mail, const struct delist_letter *letter)
{
	char date[DELIST_DATE_LEN + 1], id[400], *at = id;

	assert_int_equal(delist_date_format(date, letter->now_s), DELIST_OK);
	assert_field(mail, "Date", date);
	assert_field(mail, "From", letter->from.text);
	assert_field(mail, "To", letter->to.text);
	at += sprintf(at, "<confirm.%lu.", (unsigned long)letter->generation);
	for (size_t i = 0; i < 16; i++)
		at += sprintf(at, "%02x", letter->id[i]);
	sprintf(at, "@%.*s>", (int)letter->domain.len, letter->domain.at);
	assert_field(mail, "Message-ID", id);
	assert_field(mail, "Auto-Submitted", "auto-generated");
	assert_field(mail, "MIME-Version", "1.0");
	assert_url_line(mail, &letter->confirm_url, &letter->confirm);
	assert_url_line(mail, &letter->cancel_url, &letter->cancel);
	assert_url_line(mail, &letter->status_url, &letter->status);
}

/* ---- the letters that ship ---- */

static void
english_reads_back(void **state)
{
	struct delist_letter letter = some_letter();
	struct mail mail = {0};

	(void)state;
	read_mail(&mail, composed(&letter, NULL));
	assert_same_fields(&mail, &letter);
	assert_field(&mail, "Subject", "Confirm the delisting of 192.0.2.1");
	assert_field(&mail, "Content-Type", "text/plain; charset=us-ascii");
	assert_field(&mail, "Content-Transfer-Encoding", "7bit");
	assert_field(&mail, "Content-Language", "en");
	assert_line(&mail, "    192.0.2.1");
	assert_line(&mail, "The link works for 24 hours.");
}

static void
japanese_reads_back(void **state)
{
	struct delist_letter letter = some_letter();
	struct mail mail = {0};

	(void)state;
	letter.language = DELIST_JAPANESE;
	letter.addr.family = DELIST_NOADDR;
	assert_int_equal(
	    delist_addr_parse(&letter.addr, "2001:db8::1", 11), DELIST_OK);
	read_mail(&mail, composed(&letter, NULL));
	assert_same_fields(&mail, &letter);
	assert_subject(
	    &mail, "【要確認】ブロック解除のお申し込み（2001:db8::1）");
	assert_field(&mail, "Content-Type", "text/plain; charset=utf-8");
	assert_field(&mail, "Content-Transfer-Encoding", "base64");
	assert_field(&mail, "Content-Language", "ja");
	assert_line(&mail, "    2001:db8::1");
	assert_line(&mail, "このリンクの有効期間は 24 時間です。");
}

static const char *
golden_path(const char *directory, const char *language)
{
	static char path[1024];

	snprintf(path, sizeof path, "%s/letter-%s.eml", directory, language);
	return path;
}

static void
is_as_shipped(void **state)
{
	(void)state;
	for (int language = 0; language < 2; language++) {
		struct delist_letter letter = some_letter();
		const char *path = golden_path(TESTS_DIR "/golden",
		    delist_catalogue_builtin(language)->language);
		FILE *file = fopen(path, "rb");
		char want[DELIST_LETTER_MAX];
		struct delist_text mail;
		size_t n;

		assert_non_null(file);
		n = fread(want, 1, sizeof want, file);
		fclose(file);
		letter.language = language;
		mail = composed(&letter, NULL);
		assert_int_equal(mail.len, n);
		assert_memory_equal(mail.at, want, n);
	}
}

/* test_letter --write DIRECTORY makes the golden files anew. */
static int
write_golden_files(const char *directory)
{
	for (int language = 0; language < 2; language++) {
		struct delist_letter letter = some_letter();
		const char *path = golden_path(
		    directory, delist_catalogue_builtin(language)->language);
		FILE *file = fopen(path, "wb");
		struct delist_text mail;

		letter.language = language;
		mail = composed(&letter, NULL);
		if (file == NULL || fwrite(mail.at, mail.len, 1, file) != 1 ||
		    fclose(file) != 0)
			return 1;
	}
	return 0;
}

static void
the_longest_letter_fits(void **state)
{
	(void)state;
	for (int language = 0; language < 2; language++) {
		struct delist_letter letter = longest_letter();
		struct delist_text mail;
		struct mail read = {0};

		letter.language = language;
		letter.cancel = letter.confirm;
		mail = composed(&letter, NULL);
		assert_lines(mail.at, mail.len);
		read_mail(&read, mail);
		assert_field(&read, "To", letter.to.text);
		assert_non_null(strstr(
		    read.body, "8888:8888:8888:8888:8888:8888:8888:8888"));
	}
}

/* A line of 78 stays whole, one of 79 has its value on the next. */
static void
long_fields_are_folded(void **state)
{
	static const char of_74[] = A50 "@" A10 A10 ".aa";
	struct delist_letter letter = some_letter();
	char want[256];
	struct delist_text mail;

	(void)state;
	assert_int_equal(sizeof of_74 - 1, 74);
	letter.to = mailbox(of_74);
	mail = composed(&letter, NULL);
	sprintf(want, "\r\nTo: %s\r\n", of_74);
	assert_non_null(memmem(mail.at, mail.len, want, strlen(want)));

	sprintf(want, "%sa", of_74);
	letter.to = mailbox(want);
	mail = composed(&letter, NULL);
	sprintf(want, "\r\nTo:\r\n %sa\r\n", of_74);
	assert_non_null(memmem(mail.at, mail.len, want, strlen(want)));
}

static void
random_letters_read_back(void **state)
{
	static const char *const boxes[] = {"a@b.c", "Ann.Lee+x@Example.COM",
	    "#$&'*+-/?=^_`{}~@xn--r8jz45g.xn--zckzah", "a=b@c.d",
	    LABEL63 "@" LABEL63 "." LABEL63 ".example"};
	static const char *const urls[] = {"http://h/", "https://h.example/?a=",
	    "https://delist.example/~user/(x)/%7B;a=1&b=[2]#t:", "HTTPS://H/",
	    "https://" A50 A50 "/"};
	struct support_random random = {5322};

	(void)state;
	for (int i = 0; i < 2000; i++) {
		struct delist_letter letter = some_letter();
		struct mail mail = {0};

		letter.language = (int)support_below(&random, 2);
		letter.from = mailbox(boxes[support_below(&random, 5)]);
		letter.to = mailbox(boxes[support_below(&random, 5)]);
		letter.domain = delist_mailbox_domain(&letter.from);
		letter.confirm_url = text_of(urls[support_below(&random, 5)]);
		letter.cancel_url = text_of(urls[support_below(&random, 5)]);
		letter.status_url = text_of(urls[support_below(&random, 5)]);
		letter.generation = (uint32_t)support_random(&random);
		letter.now_s = (int64_t)support_below(&random, 250000000000);
		letter.id[support_below(&random, 16)] =
		    (uint8_t)support_random(&random);
		letter.addr = delist_addr_from4((uint32_t)i);
		read_mail(&mail, composed(&letter, NULL));
		assert_same_fields(&mail, &letter);
	}
}

static void
the_message_id_is_the_mails(void **state)
{
	struct delist_letter letter = some_letter();
	char first[4096], *at;
	struct delist_text mail;

	(void)state;
	mail = composed(&letter, NULL);
	memcpy(first, mail.at, mail.len);
	mail = composed(&letter, NULL);
	assert_memory_equal(first, mail.at, mail.len);

	/* a resend differs in nothing else */
	letter.generation = 2;
	mail = composed(&letter, NULL);
	at = strstr(first, "<confirm.1.");
	assert_non_null(at);
	at[9] = '2';
	assert_memory_equal(first, mail.at, mail.len);
}

/* ---- room ---- */

static void
every_room_is_kept(void **state)
{
	(void)state;
	for (int language = 0; language < 2; language++) {
		struct delist_letter letter = some_letter();
		char whole[4096], zeros[4096] = {0};
		struct delist_text mail;

		letter.language = language;
		mail = composed(&letter, NULL);
		assert_true(mail.len < sizeof whole);
		memcpy(whole, mail.at, mail.len);
		for (size_t cap = 0; cap < mail.len; cap++) {
			char *out = support_guarded(zeros, cap);
			size_t len = 77;

			assert_int_equal(delist_letter_confirm(
					     out, cap, &len, &letter, NULL),
			    DELIST_ENOSPC);
			assert_int_equal(len, 77);
			/* no token is left behind */
			assert_memory_equal(out, zeros, cap);
		}
		for (size_t more = 0; more < 2; more++) {
			size_t cap = mail.len + more, len = 77;
			char *out = support_guarded(zeros, cap);

			assert_int_equal(delist_letter_confirm(
					     out, cap, &len, &letter, NULL),
			    DELIST_OK);
			assert_int_equal(len, mail.len);
			assert_memory_equal(out, whole, len);
		}
	}
}

/* ---- letters that are refused ---- */

struct letter_row {
	const char *name;
	void (*change)(struct delist_letter *letter);
	int want;
};

/* clang-format off */
#define CHANGE(name, ...) \
	static void name(struct delist_letter *letter) { __VA_ARGS__; }

CHANGE(nothing, (void)letter)
CHANGE(size_less, letter->size--)
CHANGE(size_more, letter->size++)
CHANGE(no_from, letter->from.len = 0)
CHANGE(no_to, letter->to.len = 0)
CHANGE(bad_to, letter->to.text[3] = '\n')
CHANGE(second_at, letter->to.text[6] = '@')
CHANGE(no_addr, letter->addr.family = DELIST_NOADDR)
CHANGE(odd_addr, letter->addr.family = 5)
CHANGE(no_domain, letter->domain.len = 0)
CHANGE(null_domain, letter->domain = text_of(""); letter->domain.at = NULL)
CHANGE(one_label, letter->domain = text_of("localhost"))
CHANGE(domain_space, letter->domain = text_of("example.net x"))
CHANGE(domain_end, letter->domain = text_of("example.net\r\nX: y"))
CHANGE(domain_at, letter->domain = text_of("a@example.net"))
CHANGE(domain_252, letter->domain = text_of(
    LABEL63 "." LABEL63 "." LABEL63 "." A50 "aaaaaaaa.b"))
CHANGE(domain_253, letter->domain = text_of(
    LABEL63 "." LABEL63 "." LABEL63 "." A50 "aaaaaaaaa.b"))
CHANGE(domain_300, letter->domain = text_of(A50 A50 A50 A50 A50 A50))
CHANGE(no_url, letter->confirm_url = (struct delist_text){NULL, 0})
CHANGE(no_cancel_url, letter->cancel_url.len = 0)
CHANGE(no_status_url, letter->status_url.len = 0)
CHANGE(url_end, letter->confirm_url = text_of("https://h/\r\n"))
CHANGE(url_space, letter->confirm_url = text_of("https://h/a b"))
CHANGE(url_tab, letter->cancel_url = text_of("https://h/\t"))
CHANGE(url_delete, letter->cancel_url = text_of("https://h/\x7f"))
CHANGE(url_nul, letter->status_url.at = "https://h/\0";
    letter->status_url.len = 11)
CHANGE(url_angle, letter->status_url = text_of("https://h/<"))
CHANGE(url_quote, letter->status_url = text_of("https://h/\""))
CHANGE(url_brace, letter->status_url = text_of("https://h/{ip}"))
CHANGE(url_utf8, letter->confirm_url = text_of("https://h/\xc3\xbc"))
CHANGE(url_scheme, letter->confirm_url = text_of("javascript:h//"))
CHANGE(url_relative, letter->confirm_url = text_of("//h/"))
CHANGE(url_952, letter->confirm_url = longest_letter().confirm_url)
CHANGE(url_953, letter->confirm_url = longest_letter().confirm_url;
    letter->confirm_url.len++)
CHANGE(an_hour, letter->life_s = 3600)
CHANGE(no_hour, letter->life_s = 3599)
CHANGE(no_life, letter->life_s = INT64_MIN)
CHANGE(hours_9999, letter->life_s = 36000000 - 1)
CHANGE(hours_10000, letter->life_s = 36000000)
CHANGE(all_hours, letter->life_s = INT64_MAX)
CHANGE(first_second, letter->now_s = -62167219200)
CHANGE(before_dates, letter->now_s = -62167219201)
CHANGE(last_second, letter->now_s = 253402300799)
CHANGE(behind_dates, letter->now_s = 253402300800)
CHANGE(last_time, letter->now_s = INT64_MAX)
CHANGE(language_2, letter->language = 2)
CHANGE(language_below, letter->language = -1)
/* clang-format on */

static const struct letter_row letter_rows[] = {
    {"some letter", nothing, DELIST_OK},
    {"size less", size_less, DELIST_EINVAL},
    {"size more", size_more, DELIST_EINVAL},
    {"no from", no_from, DELIST_EINVAL},
    {"no to", no_to, DELIST_EINVAL},
    {"line end in to", bad_to, DELIST_EINVAL},
    {"second @ in to", second_at, DELIST_EINVAL},
    {"no address", no_addr, DELIST_EINVAL},
    {"odd family", odd_addr, DELIST_EINVAL},
    {"no domain", no_domain, DELIST_EINVAL},
    {"NULL domain", null_domain, DELIST_EINVAL},
    {"domain of one label", one_label, DELIST_EINVAL},
    {"domain with a space", domain_space, DELIST_EINVAL},
    {"domain with a line end", domain_end, DELIST_EINVAL},
    {"domain with an @", domain_at, DELIST_EINVAL},
    {"domain of 252", domain_252, DELIST_OK},
    {"domain of 253", domain_253, DELIST_EINVAL},
    {"domain of 300", domain_300, DELIST_EINVAL},
    {"no url", no_url, DELIST_EINVAL},
    {"no cancel url", no_cancel_url, DELIST_EINVAL},
    {"no status url", no_status_url, DELIST_EINVAL},
    {"url with a line end", url_end, DELIST_EINVAL},
    {"url with a space", url_space, DELIST_EINVAL},
    {"url with a tab", url_tab, DELIST_EINVAL},
    {"url with a delete", url_delete, DELIST_EINVAL},
    {"url with a NUL", url_nul, DELIST_EINVAL},
    {"url with <", url_angle, DELIST_EINVAL},
    {"url with a quote", url_quote, DELIST_EINVAL},
    {"url with a mark", url_brace, DELIST_EINVAL},
    {"url with UTF-8", url_utf8, DELIST_EINVAL},
    {"url of another scheme", url_scheme, DELIST_EINVAL},
    {"url without a scheme", url_relative, DELIST_EINVAL},
    {"url of 952", url_952, DELIST_OK},
    {"url of 953", url_953, DELIST_EINVAL},
    {"an hour", an_hour, DELIST_OK},
    {"a second less", no_hour, DELIST_EINVAL},
    {"no life", no_life, DELIST_EINVAL},
    {"9999 hours", hours_9999, DELIST_OK},
    {"10000 hours", hours_10000, DELIST_EINVAL},
    {"for ever", all_hours, DELIST_EINVAL},
    {"first second of year 0", first_second, DELIST_OK},
    {"second before", before_dates, DELIST_ERANGE},
    {"last second of year 9999", last_second, DELIST_OK},
    {"second behind", behind_dates, DELIST_ERANGE},
    {"last time", last_time, DELIST_ERANGE},
    {"third language", language_2, DELIST_EINVAL},
    {"language -1", language_below, DELIST_EINVAL},
};

static void
looks_over_letters(void **state)
{
	const struct letter_row *row = *state;
	struct delist_letter letter = some_letter();
	static char out[DELIST_LETTER_MAX];
	size_t len = 77;

	memset(out, 0, sizeof out);
	row->change(&letter);
	assert_int_equal(
	    delist_letter_confirm(out, sizeof out, &len, &letter, NULL),
	    row->want);
	if (row->want != DELIST_OK) {
		assert_int_equal(len, 77);
		assert_int_equal(out[0], 0);
	} else {
		assert_lines(out, len);
	}
}

/* ---- a host's own texts ---- */

struct catalogue_row {
	const char *name;
	const char *language, *subject, *body;
	int want;
};

#define URLS "{url}\n{cancel}\n"
#define X10 "xxxxxxxxxx"
#define X70 X10 X10 X10 X10 X10 X10 X10

static const struct catalogue_row catalogue_rows[] = {
    {"least", "xx", "s", URLS, DELIST_OK},
    {"all marks", "en", "{ip} {hours}", "{ip}{hours}\n" URLS "{status}\n",
	DELIST_OK},
    {"marks twice", "en", "{ip}{ip}", URLS "{ip} {ip}\n" URLS, DELIST_ERANGE},
    {"urls twice", "en", "s", URLS URLS, DELIST_OK},
    {"empty lines", "en", "s", "\n\n" URLS "\n", DELIST_OK},
    {"utf-8", "el", "\xce\xb1", "\xce\xb2\n" URLS, DELIST_OK},

    {"language of 8", "abcdefgh", "s", URLS, DELIST_OK},
    {"language of 9", "abcdefghi", "s", URLS, DELIST_EINVAL},
    {"language with region", "pt-BR", "s", URLS, DELIST_OK},
    {"language with digits", "es-419", "s", URLS, DELIST_OK},
    {"language of 35", "abcdefgh-abcdefgh-abcdefgh-abcdefgh", "s", URLS,
	DELIST_OK},
    {"language of 36", "abcdefg-abcdefgh-abcdefgh-abcdefgh-a", "s", URLS,
	DELIST_EINVAL},
    {"no language", NULL, "s", URLS, DELIST_EINVAL},
    {"empty language", "", "s", URLS, DELIST_EINVAL},
    {"language begins with a digit", "1a", "s", URLS, DELIST_EINVAL},
    {"language begins with a dash", "-en", "s", URLS, DELIST_EINVAL},
    {"language ends with a dash", "en-", "s", URLS, DELIST_EINVAL},
    {"language has two dashes", "en--US", "s", URLS, DELIST_EINVAL},
    {"language has an underscore", "en_US", "s", URLS, DELIST_EINVAL},
    {"language has a line end", "en\r\nX: y", "s", URLS, DELIST_EINVAL},

    {"no subject", "en", NULL, URLS, DELIST_EINVAL},
    {"empty subject", "en", "", URLS, DELIST_EINVAL},
    {"subject with a line end", "en", "s\nX: y", URLS, DELIST_EINVAL},
    {"subject with a return", "en", "s\r", URLS, DELIST_EINVAL},
    {"subject with a url", "en", "{url}", URLS, DELIST_EINVAL},
    {"subject with the status", "en", "{status}", URLS, DELIST_EINVAL},
    {"subject of 69", "en", "xxxxxxxxx" X10 X10 X10 X10 X10 X10, URLS,
	DELIST_OK},
    {"subject of 70", "en", X70, URLS, DELIST_ERANGE},
    {"subject of 69 with the longest address", "en", X10 X10 X10 "{ip}", URLS,
	DELIST_OK},
    {"subject of 70 with it", "en", X10 X10 X10 "x{ip}", URLS, DELIST_ERANGE},
    {"subject of 69 with the hours", "en",
	X10 X10 X10 X10 X10 X10 "xxxxx"
				"{hours}",
	URLS, DELIST_OK},
    {"subject of 70 with them", "en",
	X10 X10 X10 X10 X10 X10 "xxxxxx"
				"{hours}",
	URLS, DELIST_ERANGE},
    {"subject of 200, utf-8", "en",
	X70 X70 X10 X10 X10 X10 X10 "xxxxxxxx"
				    "\xc3\xbc",
	URLS, DELIST_OK},
    {"subject of 201, utf-8", "en",
	X70 X70 X10 X10 X10 X10 X10 "xxxxxxxxx"
				    "\xc3\xbc",
	URLS, DELIST_EINVAL},
    {"subject with many addresses", "en", "\xc3\xbc{ip}{ip}{ip}{ip}{ip}{ip}",
	URLS, DELIST_EINVAL},

    {"no body", "en", "s", NULL, DELIST_EINVAL},
    {"empty body", "en", "s", "", DELIST_EINVAL},
    {"no url", "en", "s", "{cancel}\n", DELIST_EINVAL},
    {"no cancel", "en", "s", "{url}\n", DELIST_EINVAL},
    {"no line end at the end", "en", "s", URLS "x", DELIST_EINVAL},
    {"text before a url", "en", "s", "see {url}\n{cancel}\n", DELIST_EINVAL},
    {"text behind a url", "en", "s", "{url}.\n{cancel}\n", DELIST_EINVAL},
    {"space behind a url", "en", "s", "{url} \n{cancel}\n", DELIST_EINVAL},
    {"two urls in a line", "en", "s", "{url}{cancel}\n", DELIST_EINVAL},
    {"text before the status", "en", "s", URLS "x{status}\n", DELIST_EINVAL},
    {"a notice's mark", "en", "s", URLS "{days}\n", DELIST_EINVAL},
    {"a notice's mark in the subject", "en", "{days}", URLS, DELIST_EINVAL},
    {"reason", "en", "s", URLS "{reason}\n", DELIST_EINVAL},
    {"unknown mark", "en", "s", URLS "{name}\n", DELIST_EINVAL},
    {"mark in capitals", "en", "s", URLS "{IP}\n", DELIST_EINVAL},
    {"mark with a space", "en", "s", URLS "{ip }\n", DELIST_EINVAL},
    {"open mark", "en", "s", URLS "{ip\n", DELIST_EINVAL},
    {"open mark at the end", "en", "s", URLS "{\n", DELIST_EINVAL},
    {"closing brace", "en", "s", URLS "ip}\n", DELIST_EINVAL},
    {"doubled brace", "en", "s", URLS "{{ip}}\n", DELIST_EINVAL},
    {"return", "en", "s", "{url}\r\n{cancel}\r\n", DELIST_EINVAL},
    {"tab", "en", "s", URLS "\tx\n", DELIST_EINVAL},
    {"escape", "en", "s", URLS "\x1b[1m\n", DELIST_EINVAL},
    {"delete", "en", "s", URLS "\x7f\n", DELIST_EINVAL},
    {"next line, U+0085", "en", "s", URLS "\xc2\x85\n", DELIST_EINVAL},
    {"last control, U+009F", "en", "s", URLS "\xc2\x9f\n", DELIST_EINVAL},
    {"no control, U+00A0", "en", "s", URLS "\xc2\xa0\n", DELIST_OK},
    {"U+2027", "en", "s", URLS "\xe2\x80\xa7\n", DELIST_OK},
    {"line separator", "en", "s", URLS "\xe2\x80\xa8\n", DELIST_EINVAL},
    {"paragraph separator", "en", "s", URLS "\xe2\x80\xa9\n", DELIST_EINVAL},
    {"U+202A", "en", "s", URLS "\xe2\x80\xaa\n", DELIST_OK},
    {"latin-1", "en", "s", URLS "\xfc\n", DELIST_EINVAL},
    {"overlong", "en", "s", URLS "\xc0\xae\n", DELIST_EINVAL},
    {"surrogate", "en", "s", URLS "\xed\xa0\x80\n", DELIST_EINVAL},
    {"cut at the end of a line", "en", "s", URLS "\xe3\x82\n", DELIST_EINVAL},
    {"line of 78", "en", "s", URLS X70 "xxxxxxxx\n", DELIST_OK},
    {"line of 79", "en", "s", URLS X70 "xxxxxxxxx\n", DELIST_ERANGE},
    {"line of 78 with the longest address", "en", "s",
	URLS X10 X10 X10 "xxxxxxxxx{ip}\n", DELIST_OK},
    {"line of 79 with it", "en", "s", URLS X10 X10 X10 X10 "{ip}\n",
	DELIST_ERANGE},
    {"line of 79, utf-8", "en", "s", URLS X70 "xxxxxxx\xc3\xbc\n", DELIST_OK},
};

static struct delist_catalogue
catalogue_of(const char *language, const char *subject, const char *body)
{
	return (struct delist_catalogue){
	    .size = sizeof(struct delist_catalogue),
	    .language = language,
	    .confirm_subject = subject,
	    .confirm_body = body,
	};
}

static void
looks_over_catalogues(void **state)
{
	const struct catalogue_row *row = *state;
	struct delist_catalogue catalogue =
	    catalogue_of(row->language, row->subject, row->body);
	struct delist_letter letter = longest_letter();
	static char out[2 * DELIST_LETTER_MAX];
	size_t len = 77;

	assert_int_equal(delist_catalogue_check(&catalogue), row->want);
	assert_int_equal(
	    delist_letter_confirm(out, sizeof out, &len, &letter, &catalogue),
	    row->want);
	if (row->want == DELIST_OK)
		assert_lines(out, len);
	else
		assert_int_equal(len, 77);
	catalogue.size++;
	assert_int_equal(delist_catalogue_check(&catalogue), DELIST_EINVAL);
}

static void
our_own_texts_pass(void **state)
{
	(void)state;
	assert_null(delist_catalogue_builtin(-1));
	assert_null(delist_catalogue_builtin(2));
	for (int language = 0; language < 2; language++)
		assert_int_equal(
		    delist_catalogue_check(delist_catalogue_builtin(language)),
		    DELIST_OK);
}

static void
a_hosts_texts_are_used(void **state)
{
	struct delist_catalogue catalogue = catalogue_of(
	    "fr-CA", "Confirmez {ip} ({hours} h)", "IP {ip}, {hours} h\n" URLS);
	struct delist_letter letter = some_letter();
	struct mail mail = {0};

	(void)state;
	read_mail(&mail, composed(&letter, &catalogue));
	assert_field(&mail, "Subject", "Confirmez 192.0.2.1 (24 h)");
	assert_field(&mail, "Content-Language", "fr-CA");
	assert_line(&mail, "IP 192.0.2.1, 24 h");
	assert_url_line(&mail, &letter.confirm_url, &letter.confirm);
	assert_null(strstr(mail.body, "status"));
}

/* Subjects of every length, cut anywhere but inside a character. */
static void
subjects_are_cut_between_characters(void **state)
{
	static const char *const characters[] = {
	    "x", "\xc3\xbc", "\xe3\x81\x82", "\xf0\x9f\x93\xab"};
	struct support_random random = {2047};

	(void)state;
	for (int i = 0; i < 3000; i++) {
		char subject[DELIST_LETTER_SUBJECT_MAX + 1] = "\xc3\xbc";
		size_t len = 2, max = support_below(&random, 196) + 2;
		struct delist_catalogue catalogue =
		    catalogue_of("ja", subject, URLS);
		struct delist_letter letter = some_letter();
		struct mail mail = {0};
		struct delist_text text;

		while (len < max) {
			const char *c = characters[support_below(&random, 4)];

			memcpy(subject + len, c, strlen(c));
			len += strlen(c);
		}
		if (len > DELIST_LETTER_SUBJECT_MAX)
			continue;
		text = composed(&letter, &catalogue);
		read_mail(&mail, text);
		assert_subject(&mail, subject);
		/* a word never begins inside a character */
		for (const char *at = mail.head;
		     (at = strstr(at, "=?utf-8?B?")) != NULL; at++) {
			char word[64];

			decode_base64(word, at + 10, 4);
			assert_true(((uint8_t)word[0] & 0xc0) != 0x80);
		}
	}
}

/* An ASCII subject that a reader would take for an encoded-word. */
static void
an_encoded_word_by_chance_is_encoded(void **state)
{
	struct delist_catalogue catalogue =
	    catalogue_of("en", "=?utf-8?q?x?=", "a =? b\n" URLS);
	struct delist_letter letter = some_letter();
	struct mail mail = {0};

	(void)state;
	read_mail(&mail, composed(&letter, &catalogue));
	assert_subject(&mail, "=?utf-8?q?x?=");
	assert_line(&mail, "a =? b");
}

/* ---- the reverse-path ---- */

#define HEX_ID "00112233445566778899aabbccddeeff"
#define HEX_MAC "0123456789abcdef"

static const uint8_t some_id[16] = {0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66,
    0x77, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff};
static const uint8_t some_mac[8] = {
    0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef};

static void
a_bounce_finds_its_request(void **state)
{
	static const char want[] = "bounce+" HEX_ID "." HEX_MAC "@example.net";
	struct delist_mailbox path;
	uint8_t id[16], mac[8];

	(void)state;
	assert_int_equal(delist_letter_reverse_path(&path, some_id, some_mac,
			     support_guarded("example.net", 11), 11),
	    DELIST_OK);
	assert_string_equal(path.text, want);
	assert_int_equal(path.len, strlen(want));
	assert_int_equal(
	    delist_letter_bounce_parse(id, mac,
		support_guarded(want, sizeof want - 1), sizeof want - 1),
	    DELIST_OK);
	assert_memory_equal(id, some_id, 16);
	assert_memory_equal(mac, some_mac, 8);
}

static void
a_reverse_path_needs_a_domain(void **state)
{
	static const char longest[] = LABEL63 "." LABEL63 "." LABEL63 ".aaaaa";
	struct delist_mailbox path, before;

	(void)state;
	memset(&path, 0x5a, sizeof path);
	before = path;
	assert_int_equal(
	    delist_letter_reverse_path(&path, some_id, some_mac, NULL, 0),
	    DELIST_EINVAL);
	assert_int_equal(delist_letter_reverse_path(
			     &path, some_id, some_mac, "localhost", 9),
	    DELIST_EINVAL);
	assert_int_equal(
	    delist_letter_reverse_path(&path, some_id, some_mac, "a.b\r\n", 5),
	    DELIST_EINVAL);
	assert_int_equal(sizeof longest - 1, 197);
	assert_int_equal(
	    delist_letter_reverse_path(&path, some_id, some_mac, longest, 198),
	    DELIST_EINVAL);
	assert_memory_equal(&path, &before, sizeof path);
	assert_int_equal(
	    delist_letter_reverse_path(&path, some_id, some_mac, longest, 197),
	    DELIST_OK);
	assert_int_equal(path.len, DELIST_MAILBOX_MAX);
}

struct bounce_row {
	const char *name;
	const char *text;
};

static const struct bounce_row bounce_rows[] = {
    {"nothing", ""},
    {"plain address", "ann@example.com"},
    {"no prefix", HEX_ID "." HEX_MAC "@example.net"},
    {"other prefix", "return+" HEX_ID "." HEX_MAC "@example.net"},
    {"prefix in capitals", "Bounce+" HEX_ID "." HEX_MAC "@example.net"},
    {"dash for plus", "bounce-" HEX_ID "." HEX_MAC "@example.net"},
    {"plus for dot", "bounce+" HEX_ID "+" HEX_MAC "@example.net"},
    {"no mac", "bounce+" HEX_ID "@example.net"},
    {"mac too short", "bounce+" HEX_ID ".0123456789abcde@example.net"},
    {"mac too long", "bounce+" HEX_ID ".0123456789abcdef0@example.net"},
    {"id too short",
	"bounce+0112233445566778899aabbccddeeff." HEX_MAC "@example.net"},
    {"digit moved over", "bounce+" HEX_ID "0.123456789abcdef@example.net"},
    {"capitals in the id",
	"bounce+00112233445566778899aAbbccddeeff." HEX_MAC "@example.net"},
    {"capitals in the mac", "bounce+" HEX_ID ".0123456789ABCDEF@example.net"},
    {"no digit in the id",
	"bounce+g0112233445566778899aabbccddeeff." HEX_MAC "@example.net"},
    {"no digit in the mac", "bounce+" HEX_ID ".0123456789abcdeg@example.net"},
    {"angle brackets", "<bounce+" HEX_ID "." HEX_MAC "@example.net>"},
    {"no domain", "bounce+" HEX_ID "." HEX_MAC},
    {"domain of one label", "bounce+" HEX_ID "." HEX_MAC "@localhost"},
    {"line end", "bounce+" HEX_ID "." HEX_MAC "@example.net\n"},
};

static void
is_no_bounce(void **state)
{
	const struct bounce_row *row = *state;
	size_t len = strlen(row->text);
	uint8_t id[16], mac[8], before[16];

	memset(id, 0x5a, sizeof id);
	memset(mac, 0x5a, sizeof mac);
	memset(before, 0x5a, sizeof before);
	assert_int_equal(delist_letter_bounce_parse(
			     id, mac, support_guarded(row->text, len), len),
	    DELIST_ESYNTAX);
	assert_memory_equal(id, before, 16);
	assert_memory_equal(mac, before, 8);
}

int
main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "--write") == 0)
		return write_golden_files(argv[2]);
	TEST(english_reads_back);
	TEST(japanese_reads_back);
	TEST(is_as_shipped);
	TEST(the_longest_letter_fits);
	TEST(long_fields_are_folded);
	TEST(random_letters_read_back);
	TEST(the_message_id_is_the_mails);
	TEST(every_room_is_kept);
	ROWS(looks_over_letters, letter_rows);
	ROWS(looks_over_catalogues, catalogue_rows);
	TEST(our_own_texts_pass);
	TEST(a_hosts_texts_are_used);
	TEST(subjects_are_cut_between_characters);
	TEST(an_encoded_word_by_chance_is_encoded);
	TEST(a_bounce_finds_its_request);
	TEST(a_reverse_path_needs_a_domain);
	ROWS(is_no_bounce, bounce_rows);
	return support_run("letter");
}
