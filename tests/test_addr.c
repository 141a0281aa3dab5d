/* SPDX-License-Identifier: ISC */
#include "support.h"

#include <arpa/inet.h>
#include <stdio.h>

#include <delist/addr.h>

/* What outputs hold before a call, to see that an error left them alone. */
static const struct delist_addr untouched = {
    .family = 4, .bytes = {9, 9, 9, 9}};

static struct delist_addr
addr_of(const char *text)
{
	struct delist_addr addr;

	assert_int_equal(
	    delist_addr_parse(&addr, text, strlen(text)), DELIST_OK);
	return addr;
}

static struct delist_prefix
prefix_of(const char *text)
{
	struct delist_prefix prefix;

	assert_int_equal(
	    delist_prefix_parse(&prefix, text, strlen(text)), DELIST_OK);
	return prefix;
}

static bool
same_addr(const struct delist_addr *a, const struct delist_addr *b)
{
	return a->family == b->family &&
	       memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

/* The address as inet_pton() has it, mapped folded by hand. */
static bool
by_inet_pton(struct delist_addr *addr, const char *text)
{
	static const uint8_t mapped[12] = {
	    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

	memset(addr, 0, sizeof *addr);
	if (inet_pton(AF_INET, text, addr->bytes) == 1) {
		addr->family = DELIST_INET4;
		return true;
	}
	if (inet_pton(AF_INET6, text, addr->bytes) != 1)
		return false;
	addr->family = DELIST_INET6;
	if (memcmp(addr->bytes, mapped, 12) == 0) {
		addr->family = DELIST_INET4;
		memmove(addr->bytes, addr->bytes + 12, 4);
		memset(addr->bytes + 4, 0, 12);
	}
	return true;
}

/* ---- parsing ---- */

/* want NULL: refused; else what the address is written as. */
struct text_row {
	const char *name;
	const char *text;
	const char *want;
};

/* clang-format off */
static const struct text_row text_rows[] = {
	{"IPv4",			"192.0.2.1",		"192.0.2.1"},
	{"IPv4 lowest",			"0.0.0.0",		"0.0.0.0"},
	{"IPv4 highest",		"255.255.255.255",	"255.255.255.255"},
	{"octet 256",			"192.0.2.256",		NULL},
	{"octet of four digits",	"192.0.2.1000",		NULL},
	{"leading zero",		"192.0.2.01",		NULL},
	{"leading zero, octal look",	"010.0.0.1",		NULL},
	{"two zeros",			"00.0.0.1",		NULL},
	{"hexadecimal octet",		"0x7f.0.0.1",		NULL},
	{"short form 127.1",		"127.1",		NULL},
	{"one number",			"2130706433",		NULL},
	{"three octets",		"192.0.2",		NULL},
	{"five octets",			"192.0.2.1.1",		NULL},
	{"empty octet",			"192..2.1",		NULL},
	{"dot at the end",		"192.0.2.1.",		NULL},
	{"dot in front",		".192.0.2.1",		NULL},
	{"sign",			"+192.0.2.1",		NULL},
	{"port",			"192.0.2.1:25",		NULL},
	{"blank in front",		" 192.0.2.1",		NULL},
	{"blank behind",		"192.0.2.1 ",		NULL},
	{"line end behind",		"192.0.2.1\n",		NULL},
	{"a length is no address",	"192.0.2.1/32",		NULL},
	{"nothing",			"",			NULL},
	{"a name",			"localhost",		NULL},
	{"a word of hex letters",	"face",			NULL},
	{"all zeros",			"::",			"::"},
	{"loopback",			"::1",			"::1"},
	{"eight groups",		"1:2:3:4:5:6:7:8",	"1:2:3:4:5:6:7:8"},
	{"seven groups",		"1:2:3:4:5:6:7",	NULL},
	{"nine groups",			"1:2:3:4:5:6:7:8:9",	NULL},
	{"upper case",			"2001:DB8::ABCD",	"2001:db8::abcd"},
	{"leading zeros in groups",	"2001:0db8::0001",	"2001:db8::1"},
	{"five digits",			"2001:0db80::1",	NULL},
	{"five digits, all zero",	"00000::",		NULL},
	{"not a digit",			"2001:db8::g",		NULL},
	{"gap at the end",		"2001:db8::",		"2001:db8::"},
	{"gap of one group in front",	"::2:3:4:5:6:7:8",	"0:2:3:4:5:6:7:8"},
	{"gap of one group at the end",	"1:2:3:4:5:6:7::",	"1:2:3:4:5:6:7:0"},
	{"gap of no group in front",	"::1:2:3:4:5:6:7:8",	NULL},
	{"gap of no group inside",	"1:2:3:4::5:6:7:8",	NULL},
	{"gap of no group at the end",	"1:2:3:4:5:6:7:8::",	NULL},
	{"two gaps",			"1::2::3",		NULL},
	{"two gaps at the ends",	"::1::",		NULL},
	{"three colons",		"1:::2",		NULL},
	{"three colons alone",		":::",			NULL},
	{"one colon",			":",			NULL},
	{"one colon in front",		":1:2:3:4:5:6:7",	NULL},
	{"one colon in front of eight",	":1:2:3:4:5:6:7:8",	NULL},
	{"one colon at the end",	"1:2:3:4:5:6:7:",	NULL},
	{"colon behind eight",		"1:2:3:4:5:6:7:8:",	NULL},
	{"colon behind a gap's group",	"1::2:",		NULL},
	{"zone id",			"fe80::1%eth0",		NULL},
	{"brackets",			"[::1]",		NULL},
	{"IPv4 at the end",		"64:ff9b::192.0.2.33",	"64:ff9b::c000:221"},
	{"IPv4 behind six groups",	"1:2:3:4:5:6:1.2.3.4",	"1:2:3:4:5:6:102:304"},
	{"IPv4 behind five groups",	"1:2:3:4:5:1.2.3.4",	NULL},
	{"IPv4 behind seven groups",	"1:2:3:4:5:6:7:1.2.3.4",	NULL},
	{"IPv4 behind gap of none",	"1:2:3:4:5:6::1.2.3.4",	NULL},
	{"IPv4 not at the end",		"1.2.3.4::",		NULL},
	{"IPv4 in the middle",		"::1.2.3.4:5",		NULL},
	{"IPv4 with a leading zero",	"::1.2.3.04",		NULL},
	{"IPv4 of three octets",	"::1.2.3",		NULL},
	{"IPv4 of a hex octet",		"::a.2.3.4",		NULL},
	{"IPv4 of four digits",		"::1000.2.3.4",		NULL},
	{"IPv4-compatible",		"::1.2.3.4",		"::102:304"},
	{"IPv4-mapped",			"::ffff:1.2.3.4",	"1.2.3.4"},
	{"IPv4-mapped in hexadecimal",	"::FFFF:102:304",	"1.2.3.4"},
	{"IPv4-mapped in full",		"0:0:0:0:0:ffff:0:0",	"0.0.0.0"},
	{"nearly mapped, bit 95",	"::fffe:1.2.3.4",	"::fffe:102:304"},
	{"nearly mapped, bit 79",	"::1:ffff:1.2.3.4",	"::1:ffff:102:304"},
	{"6to4 is not unwrapped",	"2002:c000:201::1",	"2002:c000:201::1"},
	{"longest zero run",		"1:0:0:2:0:0:0:3",	"1:0:0:2::3"},
	{"longest run in front",	"0:0:0:1:0:0:2:3",	"::1:0:0:2:3"},
	{"longest run at the end",	"1:0:0:2:0:0:0:0",	"1:0:0:2::"},
	{"the first of equal runs",	"1:0:0:2:3:0:0:4",	"1::2:3:0:0:4"},
	{"one zero group is no run",	"1:0:2:3:4:5:6:7",	"1:0:2:3:4:5:6:7"},
	{"one zero group in front",	"0:1:2:3:4:5:6:7",	"0:1:2:3:4:5:6:7"},
	{"single zeros",		"0:1:0:1:0:1:0:1",	"0:1:0:1:0:1:0:1"},
	{"the longest text", "1234:5678:9abc:def1:1234:5678:9abc:def1",
	    "1234:5678:9abc:def1:1234:5678:9abc:def1"},
	{"the longest with IPv4",
	    "1111:1111:1111:1111:1111:1111:255.255.255.255",
	    "1111:1111:1111:1111:1111:1111:ffff:ffff"},
};
/* clang-format on */

static void
reads_and_writes(void **state)
{
	const struct text_row *row = *state;
	size_t len = strlen(row->text);
	struct delist_addr addr = untouched;
	char text[DELIST_ADDR_TEXT];
	int want = row->want != NULL ? DELIST_OK : DELIST_ESYNTAX;

	assert_int_equal(
	    delist_addr_parse(&addr, support_guarded(row->text, len), len),
	    want);
	if (row->want == NULL) {
		assert_true(same_addr(&addr, &untouched));
		return;
	}
	assert_int_equal(delist_addr_format(text, &addr), strlen(row->want));
	assert_string_equal(text, row->want);
}

/* Each prefix of the text is what inet_pton() says that it is. */
static void
cut_short(void **state)
{
	const struct text_row *row = *state;
	char text[64];

	for (size_t len = 0; len <= strlen(row->text); len++) {
		struct delist_addr got, want;
		bool is;

		memcpy(text, row->text, len);
		text[len] = '\0';
		is = by_inet_pton(&want, text);
		assert_int_equal(
		    delist_addr_parse(&got, support_guarded(text, len), len) ==
			DELIST_OK,
		    is);
		if (is)
			assert_true(same_addr(&got, &want));
	}
}

static void
a_nul_is_not_the_end(void **state)
{
	struct delist_addr addr;

	(void)state;
	assert_int_equal(
	    delist_addr_parse(&addr, "1.2.3.4\0", 8), DELIST_ESYNTAX);
	assert_int_equal(delist_addr_parse(&addr, "::1\0", 4), DELIST_ESYNTAX);
	assert_int_equal(delist_addr_parse(&addr, NULL, 0), DELIST_ESYNTAX);
}

/* Text that looks like an address, with up to three slips. */
static size_t
near_miss(struct support_random *random, char text[64])
{
	static const char slips[] = "0123456789abcdefABCDEF::::....gx% /";
	uint8_t bytes[16];
	size_t len;

	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = support_below(random, 3) == 0
			       ? (uint8_t)support_random(random)
			       : 0;
	if (support_below(random, 4) == 0)
		bytes[10] = bytes[11] = 0xff;
	inet_ntop(support_below(random, 3) == 0 ? AF_INET : AF_INET6, bytes,
	    text, 46);
	len = strlen(text);
	for (uint64_t n = support_below(random, 4); n > 0; n--) {
		size_t at = support_below(random, len + 1);
		char slip = slips[support_below(random, sizeof slips - 1)];

		switch (support_below(random, 3)) {
		case 0:
			memmove(text + at + 1, text + at, len - at);
			text[at] = slip;
			len++;
			break;
		case 1:
			if (at < len)
				text[at] = slip;
			break;
		default:
			if (at < len)
				memmove(text + at, text + at + 1, --len - at);
		}
	}
	text[len] = '\0';
	return len;
}

static size_t
noise(struct support_random *random, char text[64])
{
	static const char letters[] = "01259af::::....";
	size_t len = support_below(random, 20);

	for (size_t i = 0; i < len; i++)
		text[i] = letters[support_below(random, sizeof letters - 1)];
	text[len] = '\0';
	return len;
}

static void
agrees_with_inet_pton(void **state)
{
	struct support_random random = {1};
	size_t good = 0;

	(void)state;
	for (int i = 0; i < 3000000; i++) {
		char text[64], again[DELIST_ADDR_TEXT];
		size_t len = i % 4 == 0 ? noise(&random, text)
					: near_miss(&random, text);
		struct delist_addr got = untouched, want, back;
		bool is = by_inet_pton(&want, text);

		if ((delist_addr_parse(&got, text, len) == DELIST_OK) != is)
			fail_msg("%s", text);
		if (!is)
			continue;
		good++;
		if (!same_addr(&got, &want))
			fail_msg("%s", text);
		len = delist_addr_format(again, &got);
		if (delist_addr_parse(&back, again, len) != DELIST_OK ||
		    !same_addr(&got, &back))
			fail_msg("%s", again);
	}
	assert_in_range(good, 300000, 2700000);
}

/*
 * inet_ntop() differs from RFC 5952 only where it writes the last 32 bits as
 * IPv4, which is for ::a.b.c.d.
 */
static void
writes_like_inet_ntop(void **state)
{
	static const uint8_t none[12];
	struct support_random random = {2};

	(void)state;
	for (int i = 0; i < 500000; i++) {
		uint8_t bytes[16];
		char got[DELIST_ADDR_TEXT], want[DELIST_ADDR_TEXT];
		struct delist_addr addr;

		for (size_t k = 0; k < 16; k++)
			bytes[k] = support_below(&random, 4) == 0
				       ? (uint8_t)support_random(&random)
				       : 0;
		addr = delist_addr_from6(bytes);
		if (memcmp(bytes, none, 12) == 0)
			continue;
		inet_ntop(AF_INET6, bytes, want, sizeof want);
		assert_int_equal(delist_addr_format(got, &addr), strlen(want));
		assert_string_equal(got, want);
	}
}

static void
no_address_is_no_text(void **state)
{
	struct delist_addr none = {0};
	struct delist_prefix nothing = {0};
	char text[DELIST_PREFIX_TEXT] = "x";

	(void)state;
	assert_int_equal(delist_addr_format(text, &none), 0);
	assert_string_equal(text, "");
	text[0] = 'x';
	assert_int_equal(delist_prefix_format(text, &nothing), 0);
	assert_string_equal(text, "");
}

/* ---- making and comparing ---- */

static void
made_from_numbers(void **state)
{
	static const uint8_t mapped[16] = {
	    [10] = 0xff, [11] = 0xff, [12] = 192, [14] = 2, [15] = 1};
	static const uint8_t loopback[16] = {[15] = 1};
	struct delist_addr addr = delist_addr_from4(0xc0000201), want;

	(void)state;
	want = addr_of("192.0.2.1");
	assert_true(same_addr(&addr, &want));
	addr = delist_addr_from6(mapped);
	assert_true(same_addr(&addr, &want));
	addr = delist_addr_from6(loopback);
	want = addr_of("::1");
	assert_true(same_addr(&addr, &want));
}

/* Each comes before the next. */
static void
ordered(void **state)
{
	static const char *const order[] = {"0.0.0.0/0", "0.0.0.0/1",
	    "0.0.0.0/32", "0.0.0.1", "127.0.0.0/8", "127.0.0.0/9",
	    "128.0.0.0/1", "255.255.255.255", "::/0", "::/128", "::1",
	    "2001:db8::/32", "2001:db8::/33", "2001:db8::", "8000::/1"};

	(void)state;
	for (size_t i = 0; i < COUNT(order); i++)
		for (size_t k = 0; k < COUNT(order); k++) {
			struct delist_prefix a = prefix_of(order[i]);
			struct delist_prefix b = prefix_of(order[k]);
			int got = delist_prefix_compare(&a, &b);

			assert_int_equal(
			    (got > 0) - (got < 0), (i > k) - (i < k));
		}
}

static void
no_address_comes_first(void **state)
{
	struct delist_addr none = {0}, lowest = addr_of("0.0.0.0");

	(void)state;
	assert_true(delist_addr_compare(&none, &lowest) < 0);
	assert_true(delist_addr_compare(&lowest, &none) > 0);
	assert_int_equal(delist_addr_compare(&none, &none), 0);
}

/* ---- prefixes ---- */

struct prefix_row {
	const char *name;
	const char *text;
	int want;
	const char *written;
};

/* clang-format off */
static const struct prefix_row prefix_rows[] = {
	{"IPv4", "192.0.2.0/24", DELIST_OK, "192.0.2.0/24"},
	{"IPv4 address alone", "192.0.2.1", DELIST_OK, "192.0.2.1/32"},
	{"IPv4 /32", "192.0.2.1/32", DELIST_OK, "192.0.2.1/32"},
	{"IPv4 /31", "192.0.2.2/31", DELIST_OK, "192.0.2.2/31"},
	{"IPv4 /31, host bit", "192.0.2.1/31", DELIST_EHOSTBITS, NULL},
	{"IPv4 /33", "192.0.2.1/33", DELIST_ERANGE, NULL},
	{"IPv4 /1", "128.0.0.0/1", DELIST_OK, "128.0.0.0/1"},
	{"IPv4 /0", "0.0.0.0/0", DELIST_OK, "0.0.0.0/0"},
	{"IPv4 /0, host bits", "128.0.0.0/0", DELIST_EHOSTBITS, NULL},
	{"host bit in the same byte", "192.0.2.8/28", DELIST_EHOSTBITS, NULL},
	{"host bit in a later byte", "192.0.2.1/16", DELIST_EHOSTBITS, NULL},
	{"no length", "192.0.2.0/", DELIST_ESYNTAX, NULL},
	{"a letter", "192.0.2.0/x", DELIST_ESYNTAX, NULL},
	{"a letter behind", "192.0.2.0/24x", DELIST_ESYNTAX, NULL},
	{"leading zero", "192.0.2.0/024", DELIST_ESYNTAX, NULL},
	{"leading zero 08", "10.0.0.0/08", DELIST_ESYNTAX, NULL},
	{"two zeros", "0.0.0.0/00", DELIST_ESYNTAX, NULL},
	{"plus", "192.0.2.0/+24", DELIST_ESYNTAX, NULL},
	{"minus", "192.0.2.0/-1", DELIST_ESYNTAX, NULL},
	{"blank before the length", "192.0.2.0/ 24", DELIST_ESYNTAX, NULL},
	{"blank behind", "192.0.2.0/24 ", DELIST_ESYNTAX, NULL},
	{"netmask", "192.0.2.0/255.255.255.0", DELIST_ESYNTAX, NULL},
	{"two slashes", "192.0.2.0//24", DELIST_ESYNTAX, NULL},
	{"two lengths", "192.0.2.0/24/24", DELIST_ESYNTAX, NULL},
	{"length alone", "/24", DELIST_ESYNTAX, NULL},
	{"slash alone", "/", DELIST_ESYNTAX, NULL},
	{"nothing", "", DELIST_ESYNTAX, NULL},
	{"short address", "10/8", DELIST_ESYNTAX, NULL},
	{"wraps 8 bits", "192.0.2.0/280", DELIST_ERANGE, NULL},
	{"wraps 32 bits", "192.0.2.0/4294967320", DELIST_ERANGE, NULL},
	{"wraps 64 bits", "0.0.0.0/18446744073709551616", DELIST_ERANGE, NULL},
	{"IPv6", "2001:db8::/32", DELIST_OK, "2001:db8::/32"},
	{"IPv6 address alone", "2001:DB8::1", DELIST_OK, "2001:db8::1/128"},
	{"IPv6 /127", "2001:db8::2/127", DELIST_OK, "2001:db8::2/127"},
	{"IPv6 /127, host bit", "2001:db8::1/127", DELIST_EHOSTBITS, NULL},
	{"IPv6 /128", "::/128", DELIST_OK, "::/128"},
	{"IPv6 /129", "::/129", DELIST_ERANGE, NULL},
	{"IPv6 /0", "::/0", DELIST_OK, "::/0"},
	{"IPv6 /1", "8000::/1", DELIST_OK, "8000::/1"},
	{"IPv6 /33, host bit", "2001:db8:4000::/33", DELIST_EHOSTBITS, NULL},
	{"mapped address", "::ffff:192.0.2.1", DELIST_OK, "192.0.2.1/32"},
	{"mapped /120", "::ffff:1.2.3.0/120", DELIST_OK, "1.2.3.0/24"},
	{"mapped /128", "::ffff:1.2.3.4/128", DELIST_OK, "1.2.3.4/32"},
	{"mapped /120, host bit", "::ffff:1.2.3.4/120", DELIST_EHOSTBITS, NULL},
	{"mapped /129", "::ffff:1.2.3.4/129", DELIST_ERANGE, NULL},
	{"mapped /97", "::ffff:128.0.0.0/97", DELIST_OK, "128.0.0.0/1"},
	{"mapped /96 is all of IPv4", "::ffff:0:0/96", DELIST_OK, "0.0.0.0/0"},
	{"mapped /95 has bit 95 set", "::ffff:0:0/95", DELIST_EHOSTBITS, NULL},
	{"mapped /90", "::ffff:0:0/90", DELIST_EHOSTBITS, NULL},
	{"over mapped, not mapped", "::fffe:0:0/95", DELIST_OK,
	    "::fffe:0:0/95"},
};
/* clang-format on */

static void
reads_and_writes_prefixes(void **state)
{
	const struct prefix_row *row = *state;
	size_t len = strlen(row->text);
	struct delist_prefix prefix = {.addr = untouched, .bits = 7};
	char text[DELIST_PREFIX_TEXT];

	assert_int_equal(
	    delist_prefix_parse(&prefix, support_guarded(row->text, len), len),
	    row->want);
	if (row->want != DELIST_OK) {
		assert_true(same_addr(&prefix.addr, &untouched));
		assert_int_equal(prefix.bits, 7);
		return;
	}
	assert_true(delist_prefix_valid(&prefix));
	assert_int_equal(
	    delist_prefix_format(text, &prefix), strlen(row->written));
	assert_string_equal(text, row->written);
}

static void
prefixes_cut_short(void **state)
{
	const struct prefix_row *row = *state;

	for (size_t len = 0; len < strlen(row->text); len++) {
		struct delist_prefix prefix;
		char *text = support_guarded(row->text, len);

		if (delist_prefix_parse(&prefix, text, len) == DELIST_OK)
			assert_true(delist_prefix_valid(&prefix));
	}
}

/* Both ways round, and the address of b as such. */
struct cover_row {
	const char *name;
	const char *a, *b;
	bool a_covers_b, b_covers_a;
};

static const struct cover_row cover_rows[] = {
    {"itself", "192.0.2.0/24", "192.0.2.0/24", true, true},
    {"/0 covers all", "0.0.0.0/0", "255.255.255.255", true, false},
    {"inside", "192.0.2.0/24", "192.0.2.128/25", true, false},
    {"the first address", "192.0.2.0/24", "192.0.2.0/32", true, false},
    {"the last address", "192.0.2.0/24", "192.0.2.255/32", true, false},
    {"one behind", "192.0.2.0/24", "192.0.3.0/32", false, false},
    {"beside", "192.0.2.0/25", "192.0.2.128/25", false, false},
    {"two of /31", "192.0.2.0/31", "192.0.2.1/32", true, false},
    {"hosts beside", "192.0.2.0/32", "192.0.2.1/32", false, false},
    {"IPv6 is not IPv4", "::/0", "1.2.3.4", false, false},
    {"IPv4 /0 is not IPv6", "0.0.0.0/0", "::/0", false, false},
    {"IPv6", "2001:db8::/32", "2001:db8:ffff::/48", true, false},
    {"IPv6 /127", "2001:db8::/127", "2001:db8::1", true, false},
    {"IPv6 beside", "2001:db8::/127", "2001:db8::2", false, false},
};

static void
covers(void **state)
{
	const struct cover_row *row = *state;
	struct delist_prefix a = prefix_of(row->a), b = prefix_of(row->b);

	assert_int_equal(delist_prefix_covers(&a, &b), row->a_covers_b);
	assert_int_equal(delist_prefix_covers(&b, &a), row->b_covers_a);
	if (row->a_covers_b)
		assert_true(delist_prefix_has(&a, &b.addr));
}

static void
no_address_is_in_nothing(void **state)
{
	struct delist_addr none = {0}, zero = addr_of("0.0.0.0");
	struct delist_prefix nothing = {0}, all = prefix_of("0.0.0.0/0");

	(void)state;
	assert_false(delist_prefix_has(&nothing, &none));
	assert_false(delist_prefix_has(&nothing, &zero));
	assert_false(delist_prefix_has(&all, &none));
}

static void
prefix_of_cuts(void **state)
{
	struct delist_addr four = addr_of("255.255.255.255");
	struct delist_addr six =
	    addr_of("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
	struct delist_addr none = {0};
	struct delist_prefix made;

	(void)state;
	for (unsigned bits = 0; bits <= 300; bits++) {
		for (int family = 0; family < 2; family++) {
			unsigned max = family == 0 ? 32 : 128, ones = 0;

			made =
			    delist_prefix_of(family == 0 ? &four : &six, bits);
			assert_int_equal(made.bits, bits < max ? bits : max);
			assert_true(delist_prefix_valid(&made));
			while (ones < 128 && (made.addr.bytes[ones / 8] &
						 0x80 >> ones % 8) != 0)
				ones++;
			assert_int_equal(ones, made.bits);
		}
	}
	made = delist_prefix_of(&none, 8);
	assert_int_equal(made.addr.family, DELIST_NOADDR);
	assert_int_equal(made.bits, 0);
}

static void
knows_a_prefix(void **state)
{
	struct delist_prefix prefix = prefix_of("192.0.2.0/24");
	struct delist_prefix mapped = {.addr = {.family = DELIST_INET6,
					   .bytes = {[10] = 0xff, [11] = 0xff}},
	    .bits = 128};
	struct delist_prefix nothing = {0};

	(void)state;
	assert_true(delist_prefix_valid(&prefix));
	assert_false(delist_prefix_valid(&nothing));
	assert_false(delist_prefix_valid(&mapped));
	prefix.bits = 22;
	assert_false(delist_prefix_valid(&prefix));
	prefix.bits = 33;
	assert_false(delist_prefix_valid(&prefix));
	prefix.bits = 24;
	prefix.addr.bytes[4] = 1;
	assert_false(delist_prefix_valid(&prefix));
	prefix.addr.bytes[4] = 0;
	prefix.addr.family = 5;
	assert_false(delist_prefix_valid(&prefix));
	prefix = prefix_of("2001:db8::/32");
	prefix.bits = 129;
	assert_false(delist_prefix_valid(&prefix));
}

int
main(void)
{
	ROWS(reads_and_writes, text_rows);
	ROWS(cut_short, text_rows);
	TEST(a_nul_is_not_the_end);
	TEST(agrees_with_inet_pton);
	TEST(writes_like_inet_ntop);
	TEST(no_address_is_no_text);
	TEST(made_from_numbers);
	TEST(ordered);
	TEST(no_address_comes_first);
	ROWS(reads_and_writes_prefixes, prefix_rows);
	ROWS(prefixes_cut_short, prefix_rows);
	ROWS(covers, cover_rows);
	TEST(no_address_is_in_nothing);
	TEST(prefix_of_cuts);
	TEST(knows_a_prefix);
	return support_run("addr");
}
