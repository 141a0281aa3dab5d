/* SPDX-License-Identifier: ISC */
#include "support.h"

#include <delist/mailbox.h>

#include "ascii.h"

#define A10 "aaaaaaaaaa"
#define A50 A10 A10 A10 A10 A10
#define LABEL63 A50 A10 "aaa"
#define LOCAL64 LABEL63 "a"

struct row {
	const char *name;
	const char *text;
	size_t len; /* 0: up to the NUL */
};

static size_t
length(const struct row *row)
{
	return row->len != 0 ? row->len : strlen(row->text);
}

/* ---- accepted ---- */

static const struct row good_rows[] = {
    {"plain", "ann@example.com", 0},
    {"shortest", "a@b.c", 0},
    {"case kept", "Ann.Lee@Example.COM", 0},
    {"dots inside", "a.b.c@example.com", 0},
    {"digits only", "1234@example.com", 0},
    {"sub-address", "ann+delist@example.com", 0},
    {"plus first", "+tag@example.com", 0},
    {"every mark", "#$&'*+-/?=^_`{}~@example.com", 0},
    {"dash later", "a-b@example.com", 0},
    {"dash last", "a-@example.com", 0},
    {"slash later", "a/b@example.com", 0},
    {"equals and question mark apart", "a=b?c@example.com", 0},
    {"question mark then equals", "a?=b@example.com", 0},
    {"srs", "SRS0=HHH=TT=example.org=ann@example.com", 0},
    {"bounce address", "bounce+0123456789abcdef@example.com", 0},
    {"deep domain", "a@b.c.d.e.f.example", 0},
    {"dash in label", "a@mail-1.example.com", 0},
    {"two dashes in label", "a@b--c.example.com", 0},
    {"a-label", "a@xn--r8jz45g.xn--zckzah", 0},
    {"digits in labels", "a@1.2.3.4.example", 0},
    {"top label ends in digits", "a@example.c0", 0},
    {"local of 64", LOCAL64 "@example.com", 0},
    {"label of 63", "a@" LABEL63 ".com", 0},
    {"top label of 63", "a@b." LABEL63, 0},
    {"254 octets",
	LOCAL64 "@" LABEL63 "." LABEL63 "." A50 "aaaaaaaaa"
		".b",
	0},
};

static void
parses(void **state)
{
	const struct row *row = *state;
	size_t len = length(row);
	struct delist_mailbox mailbox;
	struct delist_text domain;

	memset(&mailbox, 0x5a, sizeof mailbox);
	assert_int_equal(delist_mailbox_parse(
			     &mailbox, support_guarded(row->text, len), len),
	    DELIST_OK);
	assert_int_equal(mailbox.len, len);
	assert_int_equal(mailbox.at, strchr(row->text, '@') - row->text);
	assert_string_equal(mailbox.text, row->text);
	for (size_t i = len; i < sizeof mailbox.text; i++)
		assert_int_equal(mailbox.text[i], 0);
	domain = delist_mailbox_domain(&mailbox);
	assert_ptr_equal(domain.at, mailbox.text + mailbox.at + 1);
	assert_int_equal(domain.len, len - mailbox.at - 1);
}

/* ---- refused ---- */

static const struct row bad_rows[] = {
    {"no at", "ann.example.com", 0},
    {"at alone", "@", 0},
    {"no local part", "@example.com", 0},
    {"no domain", "ann@", 0},
    {"two ats", "ann@example.com@example.net", 0},
    {"two ats, together", "ann@@example.com", 0},
    {"dot first", ".ann@example.com", 0},
    {"dot last in local part", "ann.@example.com", 0},
    {"two dots in local part", "a..b@example.com", 0},
    {"dot alone", ".@example.com", 0},
    {"space before", " ann@example.com", 0},
    {"space behind", "ann@example.com ", 0},
    {"space inside", "an n@example.com", 0},
    {"space in domain", "ann@exam ple.com", 0},
    {"tab", "ann\t@example.com", 0},
    {"line feed behind", "ann@example.com\n", 0},
    {"header injection", "ann@example.com\r\nBcc: bob@example.net", 0},
    {"header injection in local part", "ann\r\nBcc:bob@example.com", 0},
    {"nul inside", "ann\0b@example.com", 17},
    {"nul behind", "ann@example.com\0", 16},
    {"nul in domain", "ann@example\0.com", 16},
    {"delete", "ann\x7f@example.com", 0},
    {"escape", "ann\x1b[2J@example.com", 0},
    {"angle brackets", "<ann@example.com>", 0},
    {"display name", "Ann <ann@example.com>", 0},
    {"list", "ann@example.com,bob@example.com", 0},
    {"semicolon", "ann;x@example.com", 0},
    {"colon", "a:b@example.com", 0},
    {"backslash", "a\\b@example.com", 0},
    {"comment", "ann(x)@example.com", 0},
    {"comment in domain", "ann@(x)example.com", 0},
    {"quoted", "\"ann\"@example.com", 0},
    {"quoted with at", "\"ann@example.net\"@example.com", 0},
    {"quoted empty", "\"\"@example.com", 0},
    {"source route", "@a.example,@b.example:ann@example.com", 0},
    {"percent hack", "ann%example.net@example.com", 0},
    {"bang path", "host!ann@example.com", 0},
    {"pipe", "|prog@example.com", 0},
    {"pipe later", "a|prog@example.com", 0},
    {"file", "/etc/passwd@example.com", 0},
    {"option", "-oQ/tmp@example.com", 0},
    {"encoded-word", "=?utf-8?q?ann=40example.net=3e?=@example.com", 0},
    {"encoded-word later", "x=?utf-8?b?YQ?=@example.com", 0},
    {"domain literal", "ann@[192.0.2.1]", 0},
    {"domain literal, ipv6", "ann@[IPv6:2001:db8::1]", 0},
    {"ipv4 domain", "ann@192.0.2.1", 0},
    {"number domain", "ann@3221225985", 0},
    {"hexadecimal domain", "ann@0xc0.0x0.0x2.0x1", 0},
    {"top label is a number", "ann@example.1", 0},
    {"top label begins with a digit", "ann@example.1a", 0},
    {"one label", "root@localhost", 0},
    {"dot first in domain", "ann@.example.com", 0},
    {"dot last in domain", "ann@example.com.", 0},
    {"one label with a dot behind", "ann@localhost.", 0},
    {"two dots in domain", "ann@example..com", 0},
    {"dot as domain", "ann@.", 0},
    {"dash first in label", "ann@-example.com", 0},
    {"dash last in label", "ann@example-.com", 0},
    {"dash first in top label", "ann@example.-com", 0},
    {"dash last in top label", "ann@example.com-", 0},
    {"empty a-label", "ann@xn--.com", 0},
    {"underscore in domain", "ann@_dmarc.example.com", 0},
    {"plus in domain", "ann@exa+mple.com", 0},
    {"slash in domain", "ann@example.com/x", 0},
    {"port", "ann@example.com:25", 0},
    {"utf-8 local part", "j\xc3\xbcrgen@example.com", 0},
    {"utf-8 domain",
	"ann@b\xc3\xbc"
	"cher.example",
	0},
    {"fullwidth at",
	"ann\xef\xbc\xa0"
	"example.com",
	0},
    {"ideographic full stop",
	"ann@example\xe3\x80\x82"
	"com",
	0},
    {"line separator, U+2028", "ann\xe2\x80\xa8@example.com", 0},
    {"paragraph separator, U+2029", "ann@example.com\xe2\x80\xa9", 0},
    {"next line, U+0085", "ann\xc2\x85@example.com", 0},
    {"no-break space", "ann\xc2\xa0@example.com", 0},
    {"right-to-left override", "ann\xe2\x80\xae@example.com", 0},
    {"zero width space", "ann\xe2\x80\x8b@example.com", 0},
    {"overlong at",
	"ann\xc1\x80"
	"example.com",
	0},
    {"overlong dot",
	"ann@example\xc0\xae"
	"com",
	0},
    {"surrogate", "ann\xed\xa0\x80@example.com", 0},
    {"beyond U+10FFFF", "ann\xf4\x90\x80\x80@example.com", 0},
    {"lone continuation", "ann\x80@example.com", 0},
    {"cut sequence", "ann@example.co\xc3", 0},
    {"local of 65", LOCAL64 "a@example.com", 0},
    {"label of 64", "a@" LABEL63 "a.com", 0},
    {"top label of 64", "a@b." LABEL63 "a", 0},
    {"255 octets", LOCAL64 "@" LABEL63 "." LABEL63 "." A50 A10 ".b", 0},
};

static void
refuses(void **state)
{
	const struct row *row = *state;
	size_t len = length(row);
	struct delist_mailbox mailbox, before;

	memset(&mailbox, 0x5a, sizeof mailbox);
	before = mailbox;
	assert_int_equal(delist_mailbox_parse(
			     &mailbox, support_guarded(row->text, len), len),
	    DELIST_ESYNTAX);
	assert_memory_equal(&mailbox, &before, sizeof mailbox);
}

static void
nothing_is_no_mailbox(void **state)
{
	struct delist_mailbox mailbox;

	(void)state;
	assert_int_equal(
	    delist_mailbox_parse(&mailbox, NULL, 0), DELIST_ESYNTAX);
	assert_int_equal(
	    delist_mailbox_parse(&mailbox, support_guarded(NULL, 0), 0),
	    DELIST_ESYNTAX);
}

/* Which single characters may stand where, against a list written here. */
static void
every_character_has_its_places(void **state)
{
	static const char marks[] = "#$&'*+-/=?^_`{}~";

	(void)state;
	for (int c = 0; c < 256; c++) {
		char text[] = "a.b@c-d.example";
		bool word = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
			    (c >= 'a' && c <= 'z');
		bool atext = word || (c != 0 && strchr(marks, c) != NULL);
		struct delist_mailbox mailbox;

		for (size_t i = 0; i < sizeof text - 1; i++) {
			char was = text[i];
			bool want = i < 4 ? atext : word;

			if (i == 0 && (c == '-' || c == '/'))
				want = false;
			if (c == '-' && i == 5)
				want = true;
			if ((c == '.' && (i == 1 || i == 5 || i == 7)) ||
			    (c == '-' && i > 8 && i < 14))
				want = true;
			if (c == '@' && i == 3)
				want = true;
			if (i == 3 && c != '@')
				want = false;
			/* "c-dxexample" is one label, "9xample" is no top */
			if ((i == 7 && c != '.') || (i == 8 && c < 'A'))
				want = false;
			/* a dot makes "x.ample" of "example" */
			if (c == '.' && i > 8 && i < 14)
				want = true;
			text[i] = (char)c;
			assert_int_equal(delist_mailbox_parse(&mailbox, text,
					     sizeof text - 1) == DELIST_OK,
			    want);
			text[i] = was;
		}
	}
}

static void
every_prefix_is_bounded(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(good_rows); i++) {
		const char *text = good_rows[i].text;
		size_t len = strlen(text);

		for (size_t n = 0; n <= len; n++) {
			struct delist_mailbox mailbox = {0};
			char *at = support_guarded(text, n);

			if (delist_mailbox_parse(&mailbox, at, n) != DELIST_OK)
				assert_int_equal(mailbox.len, 0);
			else
				assert_memory_equal(mailbox.text, text, n);
		}
	}
}

/* ---- keys ---- */

struct key_row {
	const char *name;
	const char *text;
	const char *want;
};

static const struct key_row key_rows[] = {
    {"itself", "ann@example.com", "ann@example.com"},
    {"case of both parts", "ANN@Example.COM", "ann@example.com"},
    {"sub-address", "ann+tag@example.com", "ann@example.com"},
    {"empty sub-address", "ann+@example.com", "ann@example.com"},
    {"two of them", "ann+a+b@example.com", "ann@example.com"},
    {"dots stay", "a.n.n@example.com", "a.n.n@example.com"},
    {"dots in the sub-address", "ann+a.b@example.com", "ann@example.com"},
    {"dot before the sub-address", "ann.+a@example.com", "ann@example.com"},
    {"no user", "+tag@example.com", "+@example.com"},
    {"no user, two", "++@example.com", "+@example.com"},
    {"dash is no separator", "ann-tag@example.com", "ann-tag@example.com"},
    {"marks", "a#$&'*-/?=^_`{}~@b.c", "a#$&'*-/?=^_`{}~@b.c"},
};

static void
canonical(void **state)
{
	const struct key_row *row = *state;
	struct delist_mailbox mailbox, want, key;

	assert_int_equal(
	    delist_mailbox_parse(&mailbox, row->text, strlen(row->text)),
	    DELIST_OK);
	assert_int_equal(
	    delist_mailbox_parse(&want, row->want, strlen(row->want)),
	    DELIST_OK);
	delist_mailbox_canonical(&key, &mailbox);
	assert_memory_equal(&key, &want, sizeof key);
	delist_mailbox_canonical(&key, &key);
	assert_memory_equal(&key, &want, sizeof key);
}

static void
no_mailbox_stays_none(void **state)
{
	struct delist_mailbox none = {0}, key;

	(void)state;
	delist_mailbox_canonical(&key, &none);
	assert_memory_equal(&key, &none, sizeof key);
	assert_null(delist_mailbox_domain(&none).at);
	assert_int_equal(delist_mailbox_domain(&none).len, 0);
}

/* Not a value of ours, yet nothing outside it is read or handed out. */
static void
nonsense_stays_inside(void **state)
{
	struct delist_mailbox nonsense = {.len = 3, .at = 200}, key;

	(void)state;
	memset(nonsense.text, '+', sizeof nonsense.text);
	assert_null(delist_mailbox_domain(&nonsense).at);
	delist_mailbox_canonical(&key, &nonsense);
	nonsense.len = nonsense.at = 255;
	memset(nonsense.text, 'A', sizeof nonsense.text);
	delist_mailbox_canonical(&key, &nonsense);
	assert_int_equal(key.len, 255);
	assert_int_equal(key.text[255], 0);
}

int
main(void)
{
	ROWS(parses, good_rows);
	ROWS(refuses, bad_rows);
	TEST(nothing_is_no_mailbox);
	TEST(every_character_has_its_places);
	TEST(every_prefix_is_bounded);
	ROWS(canonical, key_rows);
	TEST(no_mailbox_stays_none);
	TEST(nonsense_stays_inside);
	return support_run("mailbox");
}
