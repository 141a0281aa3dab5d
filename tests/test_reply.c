/* SPDX-License-Identifier: ISC */
#include "support.h"

#include <delist/reply.h>

struct reply_row {
	const char *name;
	const char *text;
	int cls;
	const char *status;
	const char *ip;
	uint32_t flags;
};

#define PORTAL DELIST_CLASS_IP_BLOCK_PORTAL
#define MAIL DELIST_CLASS_IP_BLOCK_MAIL
#define NONE DELIST_CLASS_NONE
#define OTHER DELIST_CLASS_OTHER
#define WORDS " Access denied, banned sending IP [192.0.2.9]."

static const struct reply_row reply_rows[] = {
    /* boundaries */
    {"605", "550 5.7.605" WORDS, OTHER, "5.7.605", "", 0},
    {"a range that leaves portal", "550 5.7.606-699 denied", OTHER, "5.7.606",
	"", DELIST_FLAG_RANGE},
    {"a version behind server", "550 5.7.606 blocked by server 4.16.55.1 b",
	PORTAL, "5.7.606", "", 0},
    {"606", "550 5.7.606" WORDS, PORTAL, "5.7.606", "192.0.2.9", 0},
    {"649", "550 5.7.649" WORDS, PORTAL, "5.7.649", "192.0.2.9", 0},
    {"650", "550 5.7.650" WORDS, OTHER, "5.7.650", "", 0},
    {"511", "550 5.7.511" WORDS, MAIL, "5.7.511", "192.0.2.9", 0},
    {"51", "550 5.7.51" WORDS, OTHER, "5.7.51", "", 0},
    {"0511", "550 5.7.0511" WORDS, OTHER, "", "", 0},
    {"511 after overflow", "550 5.7.4294967807" WORDS, OTHER, "", "", 0},
    {"606 after 16 bits", "550 5.7.66142" WORDS, OTHER, "", "", 0},
    {"temporary", "451 4.7.606 later, IP [192.0.2.9]", DELIST_CLASS_THROTTLED,
	"4.7.606", "192.0.2.9", 0},
    /* shapes */
    {"continued", "550-5.7.606 banned\r\n550 5.7.606 IP [192.0.2.9]", PORTAL,
	"5.7.606", "192.0.2.9", 0},
    {"twice", "550 550 5.7.606 IP [192.0.2.9]", PORTAL, "5.7.606", "192.0.2.9",
	0},
    {"semicolon", "550; 5.7.606 IP [192.0.2.9]", PORTAL, "5.7.606", "192.0.2.9",
	0},
    {"bare", "5.7.606 IP [192.0.2.9]", PORTAL, "5.7.606", "192.0.2.9", 0},
    {"bytes", "b'5.7.606 IP [192.0.2.9]'", PORTAL, "5.7.606", "192.0.2.9", 0},
    {"hash", "#5.7.606 IP [192.0.2.9]", PORTAL, "5.7.606", "192.0.2.9", 0},
    {"hash behind", "550 no IP [192.0.2.9] (#5.7.606)", PORTAL, "5.7.606",
	"192.0.2.9", 0},
    {"smtp", "smtp;550 5.7.606 IP [192.0.2.9]", PORTAL, "5.7.606", "192.0.2.9",
	0},
    {"quoted reply", "Remote Server returned '550 5.7.606 IP [192.0.2.9]'",
	PORTAL, "5.7.606", "192.0.2.9", 0},
    {"log",
	"relay=mx[192.0.2.1]:25, dsn=5.7.606, status=bounced (host "
	"[192.0.2.1] said: 550 5.7.606 banned IP [192.0.2.9])",
	PORTAL, "5.7.606", "192.0.2.9", 0},
    {"folded before the code", "550\n    5.7.606 IP\n [192.0.2.9]", PORTAL,
	"5.7.606", "192.0.2.9", 0},
    {"quoted by a client", "> 550\n> 5.7.606 IP\n> [192.0.2.9]", PORTAL,
	"5.7.606", "192.0.2.9", 0},
    {"capitals", "550 5.7.606 BANNED SENDING IP [2001:DB8::7]", PORTAL,
	"5.7.606", "2001:db8::7", 0},
    {"range", "550 5.7.606-649 denied", PORTAL, "5.7.606", "",
	DELIST_FLAG_RANGE},
    /* one wins, examples never */
    {"511 wins", "550 5.7.606 IP [192.0.2.9] 550 5.7.511 no", MAIL, "5.7.511",
	"192.0.2.9", 0},
    {"example", "550 5.7.606 IP [192.0.2.9] (ex. 5.7.511 denied)", PORTAL,
	"5.7.606", "192.0.2.9", 0},
    {"no code", "banned sending IP [192.0.2.9]", PORTAL, "", "192.0.2.9",
	DELIST_FLAG_BY_TEXT},
    {"generic and mailbox", "550 5.7.1 mail delist@microsoft.com", MAIL,
	"5.7.1", "", DELIST_FLAG_BY_TEXT},
    {"another code and mailbox", "550 5.7.99 mail delist@microsoft.com", OTHER,
	"5.7.99", "", 0},
    {"a word folded", "550 blocked us\ning a list, client host [192.0.2.9]",
	DELIST_CLASS_IP_BLOCK_DNSBL, "", "192.0.2.9", DELIST_FLAG_BY_TEXT},
    /* addresses */
    {"host only", "host mx.example[192.0.2.1] said: 550 5.7.606 denied", PORTAL,
	"5.7.606", "", 0},
    {"sender", "550 5.7.511 banned sender[192.0.2.9]", MAIL, "5.7.511",
	"192.0.2.9", 0},
    {"number behind", "550 5.7.606 [192.0.2.9      12] denied", PORTAL,
	"5.7.606", "192.0.2.9", 0},
    {"query", "554 5.7.1 blocked using x https://x.example/?ip=192.0.2.9",
	DELIST_CLASS_IP_BLOCK_DNSBL, "5.7.1", "192.0.2.9", DELIST_FLAG_BY_TEXT},
    {"tagged", "550 5.7.606 [IPv6:2001:db8::7] denied", PORTAL, "5.7.606",
	"2001:db8::7", 0},
    {"network", "550 5.7.606 banned IP [192.0.2.0/24]", PORTAL, "5.7.606",
	"192.0.2.0/24", 0},
    {"redacted", "550 5.7.606 banned sending IP [xxx.xx.x.xxx]", PORTAL,
	"5.7.606", "", DELIST_FLAG_REDACTED_IP},
    {"over 255", "550 5.7.606 banned IP [220.108.46.270]", PORTAL, "5.7.606",
	"", 0},
    {"code in an address", "550 denied [40.107.5.7]", OTHER, "", "", 0},
    {"policy number", "550 5.7.606 policy (3.2.1.1)", PORTAL, "5.7.606", "", 0},
    {"number of four", "550 5.7.606 see 4.16.55.1", PORTAL, "5.7.606", "", 0},
    {"version", "550 denied Version=3.5.7.607", OTHER, "", "", 0},
    {"delays", "delays=0.63/3.5/2.5, 550 no", NONE, "", "", 0},
    /* no refusal */
    {"delivered", "250 2.1.5 ok", NONE, "2.1.5", "", 0},
    {"prose", "thank you for 550 letters", NONE, "", "", 0},
    {"empty", "", NONE, "", "", 0},
    {"conflict", "550 4.7.1 no", OTHER, "4.7.1", "", DELIST_FLAG_CONFLICT},
};

static const char *
ip_text(char text[50], const struct delist_verdict *v)
{
	unsigned all = v->blocked.addr.family == DELIST_INET4 ? 32 : 128;

	if (v->blocked.bits == all || v->blocked.addr.family == 0)
		delist_addr_format(text, &v->blocked.addr);
	else
		delist_prefix_format(text, &v->blocked);
	return text;
}

static void
classifies(void **state)
{
	const struct reply_row *row = *state;
	char status[DELIST_STATUS_TEXT], ip[DELIST_PREFIX_TEXT];
	size_t len = strlen(row->text);
	struct delist_verdict v;

	assert_int_equal(
	    delist_reply_classify(&v, support_guarded(row->text, len), len),
	    DELIST_OK);
	assert_string_equal(
	    delist_class_name(v.cls), delist_class_name(row->cls));
	delist_status_format(status, &v.status);
	assert_string_equal(status, row->status);
	assert_string_equal(ip_text(ip, &v), row->ip);
	assert_int_equal(
	    v.flags & ~(uint32_t)DELIST_FLAG_REMOTE_IP, row->flags);
}

static void
no_prefix_reads_too_far(void **state)
{
	const struct reply_row *row = *state;

	for (size_t n = 0; n <= strlen(row->text); n++) {
		struct delist_verdict v;

		delist_reply_classify(&v, support_guarded(row->text, n), n);
		delist_reply_classify(
		    &v, support_guarded_front(row->text, n), n);
	}
}

struct format_row {
	const char *name;
	struct delist_status status;
	const char *contact;
	size_t size;
	int want;
};

static const struct format_row format_rows[] = {
    {"by mail", {5, 7, 511}, "delist@example.net", 401, DELIST_OK},
    {"first of portal", {5, 7, 606}, "https://d.example/", 401, DELIST_OK},
    {"last of portal", {5, 7, 649}, "http://d.example/", 401, DELIST_OK},
    {"605", {5, 7, 605}, "https://d.example/", 401, DELIST_EINVAL},
    {"650", {5, 7, 650}, "https://d.example/", 401, DELIST_EINVAL},
    {"510", {5, 7, 510}, "delist@example.net", 401, DELIST_EINVAL},
    {"temporary", {4, 7, 606}, "https://d.example/", 401, DELIST_EINVAL},
    {"subject", {5, 6, 606}, "https://d.example/", 401, DELIST_EINVAL},
    {"portal by mail", {5, 7, 606}, "delist@example.net", 401, DELIST_EINVAL},
    {"mail by portal", {5, 7, 511}, "https://d.example/", 401, DELIST_EINVAL},
    {"no contact", {5, 7, 606}, NULL, 401, DELIST_EINVAL},
    {"empty", {5, 7, 511}, "", 401, DELIST_EINVAL},
    {"no host", {5, 7, 606}, "https://", 401, DELIST_EINVAL},
    {"line end", {5, 7, 606}, "https://d\r\n250 ok", 401, DELIST_EINVAL},
    {"blank", {5, 7, 606}, "https://d 250", 401, DELIST_EINVAL},
    {"not ASCII", {5, 7, 511}, "\xc3\xbc@example.net", 401, DELIST_EINVAL},
    {"small", {5, 7, 606}, "https://d.example/", 50, DELIST_ENOSPC},
    {"no room", {5, 7, 606}, "https://d.example/", 0, DELIST_ENOSPC},
};

static void
formats(void **state)
{
	const struct format_row *row = *state;
	struct delist_addr addr = delist_addr_from4(0xc0000209);

	for (int lines = 0; lines < 2; lines++) {
		char text[DELIST_REPLY_TEXT] = "as it was";
		size_t len = 77;
		struct delist_verdict v;

		assert_int_equal(delist_reply_format(text, row->size, &len,
				     &row->status, &addr, row->contact, lines),
		    row->want);
		if (row->want != DELIST_OK) {
			assert_string_equal(text, "as it was");
			assert_int_equal(len, 77);
			continue;
		}
		assert_int_equal(len, strlen(text));
		delist_reply_classify(&v, text, len);
		assert_int_equal(
		    v.cls, row->status.detail == 511 ? MAIL : PORTAL);
		assert_int_equal(
		    delist_status_compare(&v.status, &row->status), 0);
		assert_int_equal(
		    delist_addr_compare(&v.blocked.addr, &addr), 0);
		assert_int_equal(v.contact.len, strlen(row->contact));
		assert_memory_equal(v.contact.at, row->contact, v.contact.len);
		assert_int_equal(v.reply, 550);
	}
}

static void
a_long_contact_has_a_limit(void **state)
{
	struct delist_addr addr = delist_addr_from4(1);
	struct delist_status code = {5, 7, 606};
	char contact[512] = "https://", text[600];
	size_t len, longest = 0;

	(void)state;
	for (size_t n = 9; n < sizeof contact; n++) {
		int error;

		contact[n - 1] = 'x';
		error = delist_reply_format(
		    text, sizeof text, &len, &code, &addr, contact, 1);
		if (error == DELIST_OK) {
			assert_true(len <= 400);
			longest = len;
		} else {
			assert_int_equal(error, DELIST_ENOSPC);
		}
	}
	assert_int_equal(longest, 400);
}

static void
rules_of_the_host_come_first(void **state)
{
	static const struct delist_rule own = {.name = "own",
	    .phrase = "our own words",
	    .cls = DELIST_CLASS_THROTTLED,
	    .remedy = DELIST_REMEDY_WAIT,
	    .source = "here"};
	static const char text[] = "550 Our own\r\n words, spamhaus";
	struct delist_verdict v;

	(void)state;
	assert_int_equal(
	    delist_reply_classify_with(&v, &own, 1, text, strlen(text)),
	    DELIST_OK);
	assert_string_equal(v.rule, "own");
	assert_int_equal(delist_reply_classify(&v, NULL, 0), DELIST_OK);
	assert_int_equal(v.cls, NONE);
	assert_int_equal(delist_reply_classify(&v, NULL, 1), DELIST_EINVAL);
}

int
main(void)
{
	ROWS(classifies, reply_rows);
	ROWS(no_prefix_reads_too_far, reply_rows);
	ROWS(formats, format_rows);
	TEST(a_long_contact_has_a_limit);
	TEST(rules_of_the_host_come_first);
	return support_run("reply");
}
