/* SPDX-License-Identifier: ISC */
#include "support.h"

#include <delist/guard.h>

static struct delist_prefix
prefix_of(const char *text)
{
	struct delist_prefix prefix;

	assert_int_equal(
	    delist_prefix_parse(&prefix, text, strlen(text)), DELIST_OK);
	return prefix;
}

struct check_row {
	const char *name;
	const char *prefix;
	int want;
};

/* clang-format off */
static const struct check_row check_rows[] = {
	{"an address",			"192.0.2.1",		DELIST_OK},
	{"the widest IPv4",		"198.51.0.0/16",	DELIST_OK},
	{"one wider, IPv4",		"198.50.0.0/15",	DELIST_EWIDE},
	{"all of IPv4",			"0.0.0.0/0",		DELIST_EWIDE},
	{"an IPv6 address",		"2001:db8::1",		DELIST_OK},
	{"the widest IPv6",		"2001:db8::/32",	DELIST_OK},
	{"one wider, IPv6",		"2001:db8::/31",	DELIST_EWIDE},
	{"all of IPv6",			"::/0",			DELIST_EWIDE},
	{"width is told first",		"10.0.0.0/8",		DELIST_EWIDE},
	{"0/8, first",			"0.0.0.0",		DELIST_EPROTECTED},
	{"0/8, last",			"0.255.255.255",	DELIST_EPROTECTED},
	{"behind 0/8",			"1.0.0.0",		DELIST_OK},
	{"before 10/8",			"9.255.255.255",	DELIST_OK},
	{"10/8, first",			"10.0.0.0",		DELIST_EPROTECTED},
	{"10/8, last",			"10.255.255.255",	DELIST_EPROTECTED},
	{"behind 10/8",			"11.0.0.0",		DELIST_OK},
	{"before 100.64/10",		"100.63.255.255",	DELIST_OK},
	{"100.64/10, first",		"100.64.0.0",		DELIST_EPROTECTED},
	{"100.64/10, last",		"100.127.255.255",	DELIST_EPROTECTED},
	{"behind 100.64/10",		"100.128.0.0",		DELIST_OK},
	{"before loopback",		"126.255.255.255",	DELIST_OK},
	{"127.0.0.1",			"127.0.0.1",		DELIST_EPROTECTED},
	{"127.0.0.2, the test entry",	"127.0.0.2",		DELIST_EPROTECTED},
	{"loopback, last",		"127.255.255.255",	DELIST_EPROTECTED},
	{"behind loopback",		"128.0.0.0",		DELIST_OK},
	{"before link-local",		"169.253.255.255",	DELIST_OK},
	{"link-local as a whole",	"169.254.0.0/16",	DELIST_EPROTECTED},
	{"behind link-local",		"169.255.0.0",		DELIST_OK},
	{"before 172.16/12",		"172.15.255.255",	DELIST_OK},
	{"172.16/12, first",		"172.16.0.0",		DELIST_EPROTECTED},
	{"172.16/12, last",		"172.31.255.255",	DELIST_EPROTECTED},
	{"behind 172.16/12",		"172.32.0.0",		DELIST_OK},
	{"before 192.168/16",		"192.167.255.255",	DELIST_OK},
	{"a home router",		"192.168.0.0/24",	DELIST_EPROTECTED},
	{"behind 192.168/16",		"192.169.0.0",		DELIST_OK},
	{"before multicast",		"223.255.255.255",	DELIST_OK},
	{"multicast",			"224.0.0.0",		DELIST_EPROTECTED},
	{"reserved",			"240.0.0.0",		DELIST_EPROTECTED},
	{"broadcast",			"255.255.255.255",	DELIST_EPROTECTED},
	{"mapped loopback",		"::ffff:127.0.0.1",	DELIST_EPROTECTED},
	{"documentation, net 1",	"192.0.2.0/24",		DELIST_OK},
	{"documentation, net 2",	"198.51.100.0/24",	DELIST_OK},
	{"documentation, net 3",	"203.0.113.0/24",	DELIST_OK},
	{"unspecified",			"::",			DELIST_EPROTECTED},
	{"IPv6 loopback",		"::1",			DELIST_EPROTECTED},
	{"covers ::1",			"::/64",		DELIST_EPROTECTED},
	{"covers ::1, tightly",		"::/127",		DELIST_EPROTECTED},
	{"behind ::1",			"::2",			DELIST_OK},
	{"before unique local",		"fb00::/32",		DELIST_OK},
	{"unique local, first",		"fc00::1",		DELIST_EPROTECTED},
	{"unique local, last",		"fdff:ffff::/32",	DELIST_EPROTECTED},
	{"behind unique local",		"fe00::",		DELIST_OK},
	{"before fe80::/10",		"fe7f:ffff::/32",	DELIST_OK},
	{"fe80::/10, first",		"fe80::1",		DELIST_EPROTECTED},
	{"fe80::/10, last",		"febf:ffff::/32",	DELIST_EPROTECTED},
	{"behind fe80::/10",		"fec0::",		DELIST_OK},
	{"before IPv6 multicast",	"feff:ffff::/32",	DELIST_OK},
	{"IPv6 multicast",		"ff02::1",		DELIST_EPROTECTED},
};
/* clang-format on */

static void
checks_by_default(void **state)
{
	const struct check_row *row = *state;
	struct delist_prefix prefix = prefix_of(row->prefix);
	struct delist_guard guard;

	assert_int_equal(delist_guard_init(&guard, sizeof guard), DELIST_OK);
	assert_int_equal(delist_guard_check(&guard, &prefix), row->want);
	assert_int_equal(delist_guard_check(NULL, &prefix), row->want);
}

/* A test bench on loopback, whose own two networks are protected. */
static void
another_table(void **state)
{
	struct delist_prefix space[] = {
	    prefix_of("192.0.2.128/25"), prefix_of("2001:db8::/32")};
	static const struct check_row rows[] = {
	    {"", "127.0.0.1", DELIST_OK},
	    {"", "127.0.0.0/8", DELIST_OK},
	    {"", "126.0.0.0/7", DELIST_EWIDE},
	    {"", "192.0.2.1", DELIST_OK},
	    {"", "192.0.2.129", DELIST_EPROTECTED},
	    {"", "192.0.2.0/24", DELIST_EPROTECTED},
	    {"", "2001:db8:1::/48", DELIST_EPROTECTED},
	    {"", "2001:d00::/24", DELIST_EPROTECTED},
	    {"", "2000::/23", DELIST_EWIDE},
	    {"", "2001:db9::/32", DELIST_OK},
	};
	struct delist_guard guard;

	(void)state;
	assert_int_equal(delist_guard_init(&guard, sizeof guard), DELIST_OK);
	guard.widest4 = 8;
	guard.widest6 = 24;
	guard.protected_space = space;
	guard.protected_count = COUNT(space);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct delist_prefix prefix = prefix_of(rows[i].prefix);

		assert_int_equal(
		    delist_guard_check(&guard, &prefix), rows[i].want);
	}
}

static void
no_table_and_no_width(void **state)
{
	struct delist_prefix all4 = prefix_of("0.0.0.0/0");
	struct delist_prefix all6 = prefix_of("::/0");
	struct delist_guard guard;

	(void)state;
	assert_int_equal(delist_guard_init(&guard, sizeof guard), DELIST_OK);
	guard.widest4 = guard.widest6 = 0;
	guard.protected_space = NULL;
	guard.protected_count = 0;
	assert_int_equal(delist_guard_check(&guard, &all4), DELIST_OK);
	assert_int_equal(delist_guard_check(&guard, &all6), DELIST_OK);
}

static void
refuses_what_was_not_set_up(void **state)
{
	struct delist_prefix host = prefix_of("192.0.2.1"), bad = host;
	struct delist_guard guard = {.widest4 = 7};

	(void)state;
	assert_int_equal(
	    delist_guard_init(&guard, sizeof guard - 1), DELIST_EINVAL);
	assert_int_equal(
	    delist_guard_init(&guard, sizeof guard + 1), DELIST_EINVAL);
	assert_int_equal(guard.widest4, 7);
	assert_int_equal(delist_guard_init(NULL, sizeof guard), DELIST_EINVAL);
	assert_int_equal(delist_guard_check(&guard, &host), DELIST_EINVAL);
	bad.bits = 31;
	assert_int_equal(delist_guard_check(NULL, &bad), DELIST_EINVAL);
}

/* Every prefix of the table is well formed, or it would match nothing. */
static void
table_is_well_formed(void **state)
{
	struct delist_guard guard;

	(void)state;
	assert_int_equal(delist_guard_init(&guard, sizeof guard), DELIST_OK);
	assert_int_equal(guard.protected_count, 14);
	for (size_t i = 0; i < guard.protected_count; i++)
		assert_true(delist_prefix_valid(&guard.protected_space[i]));
}

int
main(void)
{
	ROWS(checks_by_default, check_rows);
	TEST(another_table);
	TEST(no_table_and_no_width);
	TEST(refuses_what_was_not_set_up);
	TEST(table_is_well_formed);
	return support_run("guard");
}
