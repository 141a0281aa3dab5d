/* SPDX-License-Identifier: ISC */
/*
 * What the MTA asks: refuse this mail?  And the reply with which it does.
 */
#include "service_world.h"

/* One line of a list: what is done before the question. */
struct entry {
	char kind; /* b, e, a: block, except, allow; 0: the end */
	const char *prefix;
	uint16_t code;
	int64_t ttl_s; /* 0: a day */
};

struct check_row {
	const char *name;
	struct entry entries[4];
	const char *addr, *recipient;
	int64_t after_s;
	int answer;
	uint16_t code;
	const char *prefix, *pass; /* NULL: none */
};

static int
put(struct world *world, const struct entry *entry, int64_t now_s)
{
	struct delist_prefix prefix = world_prefix(entry->prefix);
	struct delist_grounds grounds = {
	    .size = sizeof grounds,
	    .source = {"list", 4},
	    .reason = {"row", 3},
	    .code = entry->code,
	    .ttl_s = entry->ttl_s != 0 ? entry->ttl_s : DAY,
	};

	switch (entry->kind) {
	case 'b':
		return delist_service_block(
		    world->service, &prefix, &grounds, now_s);
	case 'e':
		return delist_service_except(
		    world->service, &prefix, &grounds, now_s);
	default:
		return delist_service_allow(
		    world->service, &prefix, &grounds, now_s);
	}
}

#define B4                                \
	{                                 \
		'b', "192.0.2.0/24", 0, 0 \
	}
#define B6                                   \
	{                                    \
		'b', "2001:db8:1::/48", 0, 0 \
	}
#define BLOCKED DELIST_CHECK_BLOCKED
#define EXCEPTED DELIST_CHECK_EXCEPTED
#define ALLOWED DELIST_CHECK_ALLOWED
#define EXEMPT DELIST_CHECK_EXEMPT
#define TO(text) {B4}, "192.0.2.1", text, 0
#define YES EXEMPT, 606, "192.0.2.0/24", NULL
#define NO BLOCKED, 606, "192.0.2.0/24", NULL

/* clang-format off */
static const struct check_row check_rows[] = {
    {"nothing is listed", {{0}}, "192.0.2.1", "", 0, 0, 0, NULL, NULL},
    {"no address", {B4, B6}, NULL, "", 0, 0, 0, NULL, NULL},
    {"covered", {B4}, "192.0.2.1", "", 0, BLOCKED, 606, "192.0.2.0/24", NULL},
    {"first address", {B4}, "192.0.2.0", "", 0,
	BLOCKED, 606, "192.0.2.0/24", NULL},
    {"last address", {B4}, "192.0.2.255", "", 0,
	BLOCKED, 606, "192.0.2.0/24", NULL},
    {"one before", {B4}, "192.0.1.255", "", 0, 0, 0, NULL, NULL},
    {"one behind", {B4}, "192.0.3.0", "", 0, 0, 0, NULL, NULL},
    {"the longest is reported", {B4, {'b', "192.0.2.0/28", 610, 0}},
	"192.0.2.1", "", 0, BLOCKED, 610, "192.0.2.0/28", NULL},
    {"one second before its end", {B4}, "192.0.2.1", "", DAY - 1,
	BLOCKED, 606, "192.0.2.0/24", NULL},
    {"at its end, without tick", {B4}, "192.0.2.1", "", DAY, 0, 0, NULL, NULL},
    {"the longest is over, the next decides",
	{B4, {'b', "192.0.2.0/28", 610, 60}},
	"192.0.2.1", "", 60, BLOCKED, 606, "192.0.2.0/24", NULL},
    {"the longest goes on when the next is over",
	{B4, {'b', "192.0.2.0/28", 610, 2 * DAY}},
	"192.0.2.1", "", DAY, BLOCKED, 610, "192.0.2.0/28", NULL},
    {"511 over 606", {B4, {'b', "192.0.2.0/28", 511, 0}},
	"192.0.2.1", "", 0, BLOCKED, 511, "192.0.2.0/28", NULL},
    {"511 under 606", {{'b', "192.0.2.0/24", 511, 0},
	{'b', "192.0.2.0/28", 606, 0}},
	"192.0.2.1", "", 0, BLOCKED, 511, "192.0.2.0/28", NULL},
    {"511 two under", {{'b', "192.0.0.0/16", 511, 0}, B4,
	{'b', "192.0.2.1", 649, 0}},
	"192.0.2.1", "", 0, BLOCKED, 511, "192.0.2.1/32", NULL},
    {"511 under that is over", {{'b', "192.0.2.0/24", 511, 60},
	{'b', "192.0.2.0/28", 606, 0}},
	"192.0.2.1", "", 60, BLOCKED, 606, "192.0.2.0/28", NULL},
    {"exception as long", {B4, {'e', "192.0.2.0/24", 0, 0}},
	"192.0.2.1", "", 0, EXCEPTED, 606, "192.0.2.0/24", "192.0.2.0/24"},
    {"exception longer", {B4, {'e', "192.0.2.0/28", 0, 0}},
	"192.0.2.1", "", 0, EXCEPTED, 606, "192.0.2.0/24", "192.0.2.0/28"},
    {"exception longer, beside it", {B4, {'e', "192.0.2.0/28", 0, 0}},
	"192.0.2.16", "", 0, BLOCKED, 606, "192.0.2.0/24", NULL},
    {"exception shorter", {B4, {'e', "192.0.0.0/16", 0, 0}},
	"192.0.2.1", "", 0, BLOCKED, 606, "192.0.2.0/24", NULL},
    {"exception for /0", {B4, {'e', "0.0.0.0/0", 0, 0}},
	"192.0.2.1", "", 0, BLOCKED, 606, "192.0.2.0/24", NULL},
    {"exception between two blocks", {B4, {'e', "192.0.2.0/26", 0, 0},
	{'b', "192.0.2.0/28", 0, 0}},
	"192.0.2.1", "", 0, BLOCKED, 606, "192.0.2.0/28", NULL},
    {"exception one second before its end",
	{B4, {'e', "192.0.2.0/28", 0, 60}},
	"192.0.2.1", "", 59, EXCEPTED, 606, "192.0.2.0/24", "192.0.2.0/28"},
    {"exception at its end", {B4, {'e', "192.0.2.0/28", 0, 60}},
	"192.0.2.1", "", 60, BLOCKED, 606, "192.0.2.0/24", NULL},
    {"exception without a block", {{'e', "192.0.2.0/28", 0, 0}},
	"192.0.2.1", "", 0, 0, 0, NULL, NULL},
    {"allow, shorter", {B4, {'a', "192.0.0.0/16", 0, 0}},
	"192.0.2.1", "", 0, ALLOWED, 606, "192.0.2.0/24", "192.0.0.0/16"},
    {"allow for /0", {B4, {'a', "0.0.0.0/0", 0, 0}},
	"192.0.2.1", "", 0, ALLOWED, 606, "192.0.2.0/24", "0.0.0.0/0"},
    {"allow, longest is reported", {B4, {'a', "192.0.0.0/16", 0, 0},
	{'a', "192.0.2.1", 0, 0}},
	"192.0.2.1", "", 0, ALLOWED, 606, "192.0.2.0/24", "192.0.2.1/32"},
    {"allow beats the most specific 511", {{'b', "192.0.2.1", 511, 0},
	{'a', "192.0.2.0/24", 0, 0}},
	"192.0.2.1", "", 0, ALLOWED, 511, "192.0.2.1/32", "192.0.2.0/24"},
    {"allow one second before its end", {B4, {'a', "192.0.2.1", 0, 60}},
	"192.0.2.1", "", 59, ALLOWED, 606, "192.0.2.0/24", "192.0.2.1/32"},
    {"allow at its end", {B4, {'a', "192.0.2.1", 0, 60}},
	"192.0.2.1", "", 60, BLOCKED, 606, "192.0.2.0/24", NULL},
    {"allow beside it", {B4, {'a', "192.0.2.1", 0, 0}},
	"192.0.2.2", "", 0, BLOCKED, 606, "192.0.2.0/24", NULL},
    {"allow without a block", {{'a', "192.0.2.1", 0, 0}},
	"192.0.2.1", "", 0, 0, 0, NULL, NULL},
    {"exception and allow", {B4, {'e', "192.0.2.1", 0, 0},
	{'a', "192.0.2.0/24", 0, 0}},
	"192.0.2.1", "", 0, EXCEPTED, 606, "192.0.2.0/24", "192.0.2.1/32"},

    {"IPv6", {B4, B6}, "2001:db8:1::1", "", 0,
	BLOCKED, 606, "2001:db8:1::/48", NULL},
    {"IPv6 beside it", {B4, B6}, "2001:db8:2::1", "", 0, 0, 0, NULL, NULL},
    {"IPv6 exception", {B6, {'e', "2001:db8:1:2::/64", 0, 0}},
	"2001:db8:1:2:3::", "", 0, EXCEPTED, 606,
	"2001:db8:1::/48", "2001:db8:1:2::/64"},
    {"IPv6 exact", {{'b', "2001:db8::1", 0, 0}}, "2001:db8::1", "", 0,
	BLOCKED, 606, "2001:db8::1/128", NULL},
    {"allowing ::/0 allows no IPv4", {B4, {'a', "::/0", 0, 0}},
	"192.0.2.1", "", 0, BLOCKED, 606, "192.0.2.0/24", NULL},
    {"mapped is IPv4", {B4}, "::ffff:192.0.2.1", "", 0,
	BLOCKED, 606, "192.0.2.0/24", NULL},

    {"to nobody known", TO(""), NO},
    {"to somebody", TO("ann@example.net"), NO},
    {"to postmaster", TO("postmaster@example.net"), YES},
    {"to Postmaster", TO("Postmaster@EXAMPLE.net"), YES},
    {"to postmaster alone", TO("postmaster"), YES},
    {"to POSTMASTER alone", TO("POSTMASTER"), YES},
    {"to postmaster of another domain", TO("postmaster@example.com"), YES},
    {"to postmaster2", TO("postmaster2"), NO},
    {"to postmaster+tag", TO("postmaster+tag@example.net"), NO},
    {"to postmaste", TO("postmaste"), NO},
    {"to xpostmaster", TO("xpostmaster@example.net"), NO},
    {"to the delist mailbox", TO("delist@example.net"), YES},
    {"to the delist mailbox, capital letters", TO("DeList@Example.NET"), YES},
    {"to the delist mailbox with a tag", TO("delist+511@example.net"), YES},
    {"to delist at another domain", TO("delist@example.com"), NO},
    {"to delist at a subdomain", TO("delist@mx.example.net"), NO},
    {"to delist2", TO("delist2@example.net"), NO},
    {"to delist alone", TO("delist"), NO},
    {"to delist with blanks", TO(" delist@example.net"), NO},
    {"to delist in brackets", TO("<delist@example.net>"), NO},
    {"to delist with a NUL's worth more", TO("delist@example.net\n"), NO},
    {"to postmaster, not listed", {{0}}, "192.0.2.1", "postmaster", 0,
	0, 0, NULL, NULL},
    {"to postmaster, allowed", {B4, {'a', "192.0.2.1", 0, 0}},
	"192.0.2.1", "postmaster", 0,
	ALLOWED, 606, "192.0.2.0/24", "192.0.2.1/32"},
    {"to postmaster, 511", {{'b', "192.0.2.1", 511, 0}},
	"192.0.2.1", "postmaster", 0, EXEMPT, 511, "192.0.2.1/32", NULL},
};
/* clang-format on */

static void
assert_prefix(const struct delist_prefix *prefix, const char *want)
{
	char text[DELIST_PREFIX_TEXT];

	delist_prefix_format(text, prefix);
	assert_string_equal(text, want != NULL ? want : "");
}

static void
checks(void **state)
{
	const struct check_row *row = *state;
	struct delist_addr addr = {DELIST_NOADDR, {0}};
	struct delist_check check;
	struct world world;
	size_t len = strlen(row->recipient), calls;
	const char *recipient = support_guarded(row->recipient, len);
	bool blocked;

	world_start(&world);
	for (size_t i = 0; i < 4 && row->entries[i].kind != 0; i++)
		assert_int_equal(put(&world, &row->entries[i], NOW), 0);
	if (row->addr != NULL)
		addr = world_addr(row->addr);
	/* The same after a restart, and neither asks the store. */
	for (int again = 0; again < 2; again++) {
		calls = world.store_calls;
		memset(&check, 0xff, sizeof check);
		blocked = delist_service_check(world.service, &check, &addr,
		    recipient, len, NOW + row->after_s);
		assert_int_equal(check.answer, row->answer);
		assert_int_equal(blocked, row->answer == BLOCKED);
		assert_int_equal(check.code, row->code);
		assert_prefix(&check.prefix, row->prefix);
		assert_prefix(&check.pass, row->pass);
		if (row->prefix != NULL)
			assert_true(check.until_s > NOW + row->after_s);
		assert_int_equal(
		    blocked, delist_service_check(world.service, NULL, &addr,
				 recipient, len, NOW + row->after_s));
		assert_int_equal(world.store_calls, calls);
		world_reopen(&world);
	}
	world_close(&world);
}

/* As a host may fill it in, with bytes of a socket address. */
static void
mapped_by_hand_is_ipv4(void **state)
{
	struct delist_addr mapped = {
	    DELIST_INET6, {[10] = 0xff, [11] = 0xff, 192, 0, 2, 1}};
	struct delist_submit_answer answer;
	struct delist_submission form;
	struct delist_check check;
	struct world world;

	(void)state;
	world_start(&world);
	assert_int_equal(world_block(&world, "192.0.2.1", NOW), 0);
	assert_true(
	    delist_service_check(world.service, &check, &mapped, NULL, 0, NOW));
	assert_prefix(&check.prefix, "192.0.2.1/32");
	form = world_form("ann@example.org", "192.0.2.1");
	form.addr = mapped;
	form.submitter = mapped;
	assert_int_equal(
	    delist_service_submit(world.service, &answer, &form, NOW), 0);
	assert_int_equal(answer.result, DELIST_SUBMIT_WAITING);
	assert_int_equal(
	    world_redeem(&world, world_mail(&world, 0)->confirm, NOW), 0);
	assert_false(
	    delist_service_check(world.service, NULL, &mapped, NULL, 0, NOW));
	world_close(&world);
}

static void
removed_does_not_block(void **state)
{
	struct delist_prefix prefix = world_prefix("192.0.2.1");
	struct delist_listing listing;
	struct world world;
	bool found;

	(void)state;
	world_start(&world);
	assert_int_equal(
	    world_redeem(&world,
		world_ask(&world, "ann@example.org", "192.0.2.1", NOW)->confirm,
		NOW + 1),
	    0);
	assert_int_equal(delist_service_listing(world.service, &found, &listing,
			     DELIST_LISTING_BLOCK, &prefix),
	    0);
	assert_true(found);
	assert_int_equal(listing.state, DELIST_LISTING_PROBATION);
	assert_false(world_refuses(&world, "192.0.2.1", NOW + 1));
	world_reopen(&world);
	assert_false(world_refuses(&world, "192.0.2.1", NOW + 1));
	world_close(&world);
}

/* Some nodes may still have it, this one does not. */
static void
lifting_does_not_block(void **state)
{
	struct delist_listing listing;
	struct delist_record_key key;
	struct delist_record value;
	struct delist_store_change change = {.kind = DELIST_STORE_PUT};
	struct delist_prefix prefix = world_prefix("192.0.2.1");
	struct world world;
	bool found;

	(void)state;
	world_start(&world);
	assert_int_equal(world_block(&world, "192.0.2.1", NOW), 0);
	assert_int_equal(delist_service_listing(world.service, &found, &listing,
			     DELIST_LISTING_BLOCK, &prefix),
	    0);
	listing.state = DELIST_LISTING_LIFTING;
	listing.effective_by_s = NOW + DAY;
	delist_record_listing_key(&key, DELIST_LISTING_BLOCK, &prefix);
	assert_int_equal(delist_record_write_listing(&value, &listing), 0);
	change.key = delist_record_key_text(&key);
	change.value = delist_record_text(&value);
	assert_int_equal(world.inner.ops->commit(world.inner.arg, &change, 1,
			     (const uint8_t *)"0123456789abcdef"),
	    0);
	world_reopen(&world);
	assert_false(world_refuses(&world, "192.0.2.1", NOW));
	world_tick(&world, NOW + DAY);
	assert_int_equal(delist_service_listing(world.service, &found, &listing,
			     DELIST_LISTING_BLOCK, &prefix),
	    0);
	assert_int_equal(listing.state, DELIST_LISTING_PROBATION);
	world_close(&world);
}

/* ---- the reply ---- */

static const struct {
	const char *name;
	uint16_t code;
	int lines;
} reply_rows[] = {
    {"511", 511, 0},
    {"511 in lines", 511, 1},
    {"606", 606, 0},
    {"606 in lines", 606, 1},
    {"630", 630, 0},
    {"649", 649, 0},
    {"649 in lines", 649, 1},
};

static void
replies(void **state)
{
	const struct {
		const char *name;
		uint16_t code;
		int lines;
	} *row = *state;
	struct entry entry = {'b', "2001:db8::/64", row->code, 0};
	struct delist_addr addr = world_addr("2001:db8::1");
	const char *contact = row->code == 511 ? "delist@example.net"
					       : "https://delist.example.net/";
	struct delist_verdict verdict;
	struct delist_check check;
	char text[DELIST_REPLY_TEXT], none[1] = {7};
	struct world world;
	size_t len = 77;

	world_start(&world);
	assert_int_equal(put(&world, &entry, NOW), 0);
	assert_true(
	    delist_service_check(world.service, &check, &addr, NULL, 0, NOW));
	assert_int_equal(delist_service_reply(world.service, none, 1, &len,
			     &check, &addr, row->lines),
	    DELIST_ENOSPC);
	assert_int_equal(len, 77);
	assert_int_equal(none[0], 7);
	assert_int_equal(delist_service_reply(world.service, text, sizeof text,
			     &len, &check, &addr, row->lines),
	    0);
	assert_int_equal(strlen(text), len);
	assert_int_equal(delist_reply_classify(&verdict, text, len), 0);
	assert_int_equal(verdict.status.cls, 5);
	assert_int_equal(verdict.status.detail, row->code);
	assert_int_equal(verdict.cls, row->code == 511
					  ? DELIST_CLASS_IP_BLOCK_MAIL
					  : DELIST_CLASS_IP_BLOCK_PORTAL);
	assert_int_equal(delist_addr_compare(&verdict.blocked.addr, &addr), 0);
	assert_int_equal(verdict.contact.len, strlen(contact));
	assert_memory_equal(verdict.contact.at, contact, strlen(contact));
	world_close(&world);
}

static void
there_is_no_reply_for_who_passes(void **state)
{
	struct delist_addr addr = world_addr("192.0.2.1"), none = {0, {0}};
	struct delist_check check = {.code = 606};
	char text[DELIST_REPLY_TEXT] = "x";
	struct world world;
	size_t len = 77;

	(void)state;
	world_start(&world);
	for (int answer = DELIST_CHECK_PASS; answer <= DELIST_CHECK_EXEMPT;
	     answer++) {
		check.answer = (uint8_t)answer;
		assert_int_equal(
		    delist_service_reply(world.service, text, sizeof text, &len,
			&check, answer == BLOCKED ? &none : &addr, 0),
		    DELIST_EINVAL);
	}
	assert_int_equal(len, 77);
	assert_string_equal(text, "x");
	world_close(&world);
}

int
main(void)
{
	ROWS(checks, check_rows);
	TEST(mapped_by_hand_is_ipv4);
	TEST(removed_does_not_block);
	TEST(lifting_does_not_block);
	ROWS(replies, reply_rows);
	TEST(there_is_no_reply_for_who_passes);
	return support_run("service_check");
}
