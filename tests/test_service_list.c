/* SPDX-License-Identifier: ISC */
/*
 * The operator's calls: what they refuse, and how a listing lives by them.
 */
#include "service_world.h"

static const struct delist_grounds grounds = {
    .size = sizeof grounds,
    .source = {"trap", 4},
    .reason = {"spam", 4},
};

static struct delist_listing
listing_of(struct world *world, int kind, const char *text)
{
	struct delist_prefix prefix = world_prefix(text);
	struct delist_listing listing = {.state = DELIST_LISTING_ABSENT};
	bool found = false;

	assert_int_equal(delist_service_listing(
			     world->service, &found, &listing, kind, &prefix),
	    0);
	assert_int_equal(found, listing.state != DELIST_LISTING_ABSENT);
	return listing;
}

/* A week from now_s on. */
static int
block_seen(struct world *world, const char *text, int64_t seen_s, int64_t now_s)
{
	struct delist_prefix prefix = world_prefix(text);
	struct delist_grounds seen = grounds;

	seen.at_s = seen_s;
	return delist_service_block(world->service, &prefix, &seen, now_s);
}

static void
confirm(
    struct world *world, const char *mailbox, const char *addr, int64_t now_s)
{
	assert_int_equal(world_submit(world, NULL, mailbox, addr, now_s), 0);
	assert_int_equal(
	    world_redeem(world, world_mail(world, 0)->confirm, now_s), 0);
	assert_false(world_refuses(world, addr, now_s));
}

/* ---- what is refused ---- */

struct refuse_row {
	const char *name;
	const char *prefix; /* NULL: none */
	struct delist_grounds grounds;
	int block, other; /* other: allow and except */
};

#define SIZE .size = sizeof(struct delist_grounds)
#define SOURCE .source = {"trap", 4}
#define REASON .reason = {"spam", 4}
#define LONG "0123456789012345678901234567890123456789012345678901234567890123x"
#define BAD DELIST_EINVAL, DELIST_EINVAL

static const struct refuse_row refuse_rows[] = {
    {"nothing wrong", "192.0.2.1", {SIZE, SOURCE, REASON}, 0, 0},
    {"no size", "192.0.2.1", {SOURCE, REASON}, BAD},
    {"no prefix", NULL, {SIZE, SOURCE, REASON}, BAD},
    {"no source", "192.0.2.1", {SIZE, REASON}, BAD},
    {"source of 32", "192.0.2.1", {SIZE, .source = {LONG, 32}, REASON}, 0, 0},
    {"source of 33", "192.0.2.1", {SIZE, .source = {LONG, 33}, REASON}, BAD},
    {"no reason", "192.0.2.1", {SIZE, SOURCE}, BAD},
    {"reason of 64", "192.0.2.1", {SIZE, SOURCE, .reason = {LONG, 64}}, 0, 0},
    {"reason of 65", "192.0.2.1", {SIZE, SOURCE, .reason = {LONG, 65}}, BAD},
    {"last origin", "192.0.2.1", {SIZE, SOURCE, REASON, .origin = 2}, 0, 0},
    {"no such origin", "192.0.2.1", {SIZE, SOURCE, REASON, .origin = 3}, BAD},
    {"code 510", "192.0.2.1", {SIZE, SOURCE, REASON, .code = 510},
	DELIST_ERANGE, DELIST_ERANGE},
    {"code 511", "192.0.2.1", {SIZE, SOURCE, REASON, .code = 511}, 0, 0},
    {"code 512", "192.0.2.1", {SIZE, SOURCE, REASON, .code = 512},
	DELIST_ERANGE, DELIST_ERANGE},
    {"code 605", "192.0.2.1", {SIZE, SOURCE, REASON, .code = 605},
	DELIST_ERANGE, DELIST_ERANGE},
    {"code 606", "192.0.2.1", {SIZE, SOURCE, REASON, .code = 606}, 0, 0},
    {"code 649", "192.0.2.1", {SIZE, SOURCE, REASON, .code = 649}, 0, 0},
    {"code 650", "192.0.2.1", {SIZE, SOURCE, REASON, .code = 650},
	DELIST_ERANGE, DELIST_ERANGE},
    {"IPv4 /16", "198.51.0.0/16", {SIZE, SOURCE, REASON}, 0, 0},
    {"IPv4 /15", "198.50.0.0/15", {SIZE, SOURCE, REASON}, DELIST_EWIDE, 0},
    {"all of IPv4", "0.0.0.0/0", {SIZE, SOURCE, REASON}, DELIST_EWIDE, 0},
    {"IPv6 /32", "2001:db8::/32", {SIZE, SOURCE, REASON}, 0, 0},
    {"IPv6 /31", "2001:db8::/31", {SIZE, SOURCE, REASON}, DELIST_EWIDE, 0},
    {"all of IPv6", "::/0", {SIZE, SOURCE, REASON}, DELIST_EWIDE, 0},
    {"loopback", "127.0.0.1", {SIZE, SOURCE, REASON}, DELIST_EPROTECTED, 0},
    {"own network", "10.1.0.0/16", {SIZE, SOURCE, REASON}, DELIST_EPROTECTED,
	0},
};

static int (*const calls[])(struct delist_service *service,
    const struct delist_prefix *prefix, const struct delist_grounds *grounds,
    int64_t now_s) = {
    delist_service_block, delist_service_except, delist_service_allow};

static void
lists_or_refuses(void **state)
{
	const struct refuse_row *row = *state;
	struct delist_prefix none = {{DELIST_NOADDR, {0}}, 0};
	struct delist_prefix prefix =
	    row->prefix != NULL ? world_prefix(row->prefix) : none;

	for (int kind = 0; kind < 3; kind++) {
		int want = kind == 0 ? row->block : row->other;
		struct world world;
		uint64_t before;
		int64_t due_s;

		world_start(&world);
		assert_int_equal(world_block(&world, "203.0.113.9", NOW), 0);
		before = world_fingerprint(&world);
		due_s = delist_service_next_due(world.service);
		assert_int_equal(
		    calls[kind](world.service, &prefix, &row->grounds, NOW),
		    want);
		assert_int_equal(
		    world_fingerprint(&world) == before, want != 0);
		if (want != 0)
			assert_true(
			    delist_service_next_due(world.service) == due_s);
		else
			assert_int_equal(
			    listing_of(&world, kind, row->prefix).state,
			    DELIST_LISTING_LISTED);
		if (want != 0)
			assert_true(world_refuses(&world, "203.0.113.9", NOW));
		world_close(&world);
	}
}

static void
a_fifth_source_is_refused(void **state)
{
	struct delist_prefix prefix = world_prefix("192.0.2.1");
	struct delist_grounds source = grounds;
	const char *names = "abcde";
	struct world world;
	uint64_t before;

	(void)state;
	world_start(&world);
	for (int i = 0; i < 4; i++) {
		source.source = (struct delist_text){names + i, 1};
		assert_int_equal(
		    delist_service_block(world.service, &prefix, &source, NOW),
		    0);
	}
	before = world_fingerprint(&world);
	source.source = (struct delist_text){names + 4, 1};
	assert_int_equal(
	    delist_service_block(world.service, &prefix, &source, NOW),
	    DELIST_ENOSPC);
	assert_true(world_fingerprint(&world) == before);
	assert_int_equal(
	    listing_of(&world, DELIST_LISTING_BLOCK, "192.0.2.1").evidences, 4);
	world_close(&world);
}

/* ---- how long ---- */

static const struct {
	const char *name;
	uint8_t origin;
	int64_t ttl_s, days; /* days 0: until a person looks */
} life_rows[] = {
    {"automatic", DELIST_ORIGIN_AUTOMATIC, 0, 7},
    {"trap", DELIST_ORIGIN_TRAP, 0, 1},
    {"manual", DELIST_ORIGIN_MANUAL, 0, 0},
    {"own ttl", DELIST_ORIGIN_AUTOMATIC, 3 * DAY, 3},
    {"own ttl, manual", DELIST_ORIGIN_MANUAL, 3 * DAY, 3},
    {"ttl below 0 is none", DELIST_ORIGIN_TRAP, -1, 1},
    {"ttl over the cap", DELIST_ORIGIN_TRAP, INT64_MAX, 90},
};

static void
lives_so_long(void **state)
{
	const struct {
		const char *name;
		uint8_t origin;
		int64_t ttl_s, days;
	} *row = *state;
	struct delist_prefix prefix = world_prefix("192.0.2.1");
	struct delist_grounds mine = grounds;
	int64_t end_s = NOW + row->days * DAY;
	struct world world;

	world_start(&world);
	mine.origin = row->origin;
	mine.ttl_s = row->ttl_s;
	assert_int_equal(
	    delist_service_block(world.service, &prefix, &mine, NOW), 0);
	for (int again = 0; again < 2; again++) {
		if (row->days == 0) {
			assert_true(world_refuses(
			    &world, "192.0.2.1", NOW + 10000 * (int64_t)DAY));
		} else {
			assert_true(
			    world_refuses(&world, "192.0.2.1", end_s - 1));
			assert_false(world_refuses(&world, "192.0.2.1", end_s));
		}
		world_reopen(&world);
	}
	world_tick(&world, NOW + 91 * DAY);
	assert_int_equal(
	    listing_of(&world, DELIST_LISTING_BLOCK, "192.0.2.1").state,
	    row->days == 0 ? DELIST_LISTING_LISTED : DELIST_LISTING_ABSENT);
	world_close(&world);
}

static void
renewal_never_ends_it_sooner(void **state)
{
	struct delist_prefix prefix = world_prefix("192.0.2.1");
	struct delist_grounds shorter = grounds;
	struct world world;

	(void)state;
	world_start(&world);
	assert_int_equal(world_block(&world, "192.0.2.1", NOW), 0);
	shorter.ttl_s = 60;
	assert_int_equal(
	    delist_service_block(world.service, &prefix, &shorter, NOW), 0);
	assert_true(world_refuses(&world, "192.0.2.1", NOW + 7 * DAY - 1));
	assert_int_equal(world_block(&world, "192.0.2.1", NOW + DAY), 0);
	assert_true(world_refuses(&world, "192.0.2.1", NOW + 8 * DAY - 1));
	assert_false(world_refuses(&world, "192.0.2.1", NOW + 8 * DAY));
	assert_int_equal(
	    listing_of(&world, DELIST_LISTING_BLOCK, "192.0.2.1").strikes, 0);
	world_close(&world);
}

/* ---- strikes ---- */

static void
what_comes_back_is_a_strike(void **state)
{
	struct delist_listing listing;
	struct world world;
	int64_t now_s = NOW;

	(void)state;
	world_start(&world);
	world.config.policy.cooldown_s = 1;
	world.config.policy.self_delists.max = 100;
	world_reopen(&world);
	for (uint32_t strikes = 0; strikes < 4; strikes++) {
		assert_int_equal(world_block(&world, "192.0.2.1", now_s), 0);
		listing = listing_of(&world, DELIST_LISTING_BLOCK, "192.0.2.1");
		assert_int_equal(listing.strikes, strikes);
		assert_int_equal(listing.code, strikes < 3 ? 606 : 511);
		/* Each doubles how long it lasts. */
		assert_true(delist_listing_live_until_s(&listing) ==
			    now_s + 7 * DAY * (1 << strikes));
		world_reopen(&world);
		if (strikes == 3)
			break;
		confirm(&world, "ann@example.org", "192.0.2.1", now_s + DAY);
		now_s += 2 * DAY;
	}
	world_close(&world);
}

/* Probation ends by its date, and not when somebody calls tick. */
static void
probation_ends_without_tick(void **state)
{
	struct delist_listing listing;

	for (int tick = 0; tick < 2; tick++) {
		struct world world;

		(void)state;
		world_start(&world);
		assert_int_equal(world_block(&world, "192.0.2.1", NOW), 0);
		confirm(&world, "ann@example.org", "192.0.2.1", NOW);
		if (tick)
			world_tick(&world, NOW + 30 * DAY);
		assert_int_equal(
		    world_block(&world, "192.0.2.1", NOW + 30 * DAY), 0);
		listing = listing_of(&world, DELIST_LISTING_BLOCK, "192.0.2.1");
		assert_int_equal(listing.strikes, 0);
		assert_true(listing.listed_s == NOW + 30 * DAY);
		world_close(&world);
	}
}

/* A block that is over is not renewed: it is another one. */
static void
a_block_ends_without_tick(void **state)
{
	struct delist_prefix prefix = world_prefix("192.0.2.1");
	struct delist_grounds bad = grounds;

	(void)state;
	bad.code = 511;
	for (int tick = 0; tick < 2; tick++) {
		struct delist_listing listing;
		struct world world;

		world_start(&world);
		assert_int_equal(
		    delist_service_block(world.service, &prefix, &bad, NOW), 0);
		if (tick)
			world_tick(&world, NOW + 7 * DAY);
		assert_int_equal(
		    world_block(&world, "192.0.2.1", NOW + 7 * DAY), 0);
		listing = listing_of(&world, DELIST_LISTING_BLOCK, "192.0.2.1");
		assert_int_equal(listing.code, 606);
		assert_true(listing.listed_s == NOW + 7 * DAY);
		assert_true(world_refuses(&world, "192.0.2.1", NOW + 8 * DAY));
		world_tick(&world, NOW + 14 * DAY);
		assert_int_equal(world_rows(&world, 'L'), 0);
		world_close(&world);
	}
}

/* ---- exceptions ---- */

static void
an_exact_block_takes_the_exception_away(void **state)
{
	struct world world;

	(void)state;
	world_start(&world);
	assert_int_equal(world_block(&world, "192.0.2.0/24", NOW), 0);
	confirm(&world, "ann@example.org", "192.0.2.1", NOW + 10);
	assert_int_equal(world_state(&world, DELIST_PURPOSE_CONFIRM,
			     world_mail(&world, 0)->confirm, NOW + 11),
	    DELIST_REQUEST_EFFECTIVE);
	/* What was seen before or then is what was forgiven. */
	for (int64_t seen_s = NOW + 9; seen_s <= NOW + 10; seen_s++) {
		assert_int_equal(
		    block_seen(&world, "192.0.2.1", seen_s, NOW + 20), 0);
		assert_false(world_refuses(&world, "192.0.2.1", NOW + 20));
	}
	assert_int_equal(
	    block_seen(&world, "192.0.2.1", NOW + 11, NOW + 20), 0);
	assert_true(world_refuses(&world, "192.0.2.1", NOW + 20));
	assert_int_equal(
	    listing_of(&world, DELIST_LISTING_EXCEPTION, "192.0.2.1").state,
	    DELIST_LISTING_ABSENT);
	assert_int_equal(world_state(&world, DELIST_PURPOSE_CONFIRM,
			     world_mail(&world, 0)->confirm, NOW + 21),
	    DELIST_REQUEST_RELISTED);
	world_reopen(&world);
	assert_true(world_refuses(&world, "192.0.2.1", NOW + 20));
	world_close(&world);
}

static void
a_wider_block_leaves_the_exception(void **state)
{
	struct world world;

	(void)state;
	world_start(&world);
	assert_int_equal(world_block(&world, "192.0.2.0/24", NOW), 0);
	confirm(&world, "ann@example.org", "192.0.2.1", NOW + 10);
	assert_int_equal(world_block(&world, "192.0.2.0/31", NOW + 20), 0);
	assert_int_equal(world_block(&world, "192.0.0.0/16", NOW + 20), 0);
	assert_false(world_refuses(&world, "192.0.2.1", NOW + 20));
	assert_true(world_refuses(&world, "192.0.2.0", NOW + 20));
	world_close(&world);
}

/* An exception of the operator's is nobody's request. */
static void
a_block_drops_the_operators_exception(void **state)
{
	struct delist_prefix prefix = world_prefix("192.0.2.1");
	struct world world;

	(void)state;
	world_start(&world);
	assert_int_equal(world_block(&world, "192.0.2.0/24", NOW), 0);
	assert_int_equal(
	    delist_service_except(world.service, &prefix, &grounds, NOW), 0);
	assert_false(world_refuses(&world, "192.0.2.1", NOW));
	assert_int_equal(world_block(&world, "192.0.2.1", NOW + 1), 0);
	assert_true(world_refuses(&world, "192.0.2.1", NOW + 1));
	world_close(&world);
}

static void
a_removed_block_that_returns_tells_its_request(void **state)
{
	struct world world;
	struct kept_mail *mail;

	(void)state;
	world_start(&world);
	mail = world_ask(&world, "ann@example.org", "192.0.2.1", NOW);
	assert_int_equal(world_redeem(&world, mail->confirm, NOW + 1), 0);
	assert_int_equal(world_block(&world, "192.0.2.1", NOW + 2), 0);
	assert_int_equal(
	    world_state(&world, DELIST_PURPOSE_CONFIRM, mail->confirm, NOW + 3),
	    DELIST_REQUEST_RELISTED);
	assert_int_equal(
	    world_state(&world, DELIST_PURPOSE_STATUS, mail->status, NOW + 3),
	    DELIST_REQUEST_RELISTED);
	world_close(&world);
}

/* Its row may be gone by then. */
static void
a_forgotten_request_is_told_nothing(void **state)
{
	struct delist_prefix prefix = world_prefix("192.0.2.1");
	struct delist_grounds manual = grounds;
	struct world world;

	(void)state;
	world_start(&world);
	world.config.policy.probation_s = 200 * DAY;
	world_reopen(&world);
	manual.origin = DELIST_ORIGIN_MANUAL;
	assert_int_equal(
	    delist_service_block(world.service, &prefix, &manual, NOW), 0);
	confirm(&world, "ann@example.org", "192.0.2.1", NOW);
	world_tick(&world, NOW + 100 * DAY);
	assert_int_equal(world_rows(&world, 'R'), 0);
	assert_int_equal(world_block(&world, "192.0.2.1", NOW + 100 * DAY), 0);
	assert_int_equal(
	    listing_of(&world, DELIST_LISTING_BLOCK, "192.0.2.1").strikes, 1);
	world_close(&world);
}

/* ---- used up ---- */

static const struct {
	const char *name;
	const char *prefix, *addr;
	uint16_t code, want; /* of the block after the removals */
} exhausted_rows[] = {
    {"the address", "192.0.2.1", "192.0.2.1", 0, 511},
    {"the address, 606", "192.0.2.1", "192.0.2.1", 606, 511},
    {"the address, 649", "192.0.2.1", "192.0.2.1", 649, 511},
    {"another address", "192.0.2.2", "192.0.2.1", 0, 606},
    {"its range", "192.0.2.0/31", "192.0.2.1", 0, 606},
    {"IPv6, the address", "2001:db8::1", "2001:db8::1", 0, 511},
    {"IPv6, its /64", "2001:db8::/64", "2001:db8::1", 0, 511},
    {"IPv6, its neighbour", "2001:db8::2", "2001:db8::1", 0, 511},
    {"IPv6, its /63", "2001:db8::/63", "2001:db8::1", 0, 606},
};

static void
used_up_self_service_is_for_investigation(void **state)
{
	const struct {
		const char *name;
		const char *prefix, *addr;
		uint16_t code, want;
	} *row = *state;
	struct delist_prefix prefix = world_prefix(row->prefix);
	struct delist_grounds coded = grounds;
	struct world world;

	world_init(&world, NULL);
	world.config.policy.cooldown_s = 1;
	world.config.policy.cooldown_cap_s = 1;
	world.config.policy.strikes.max = 8;
	world_open(&world);
	coded.code = row->code;
	for (int64_t i = 0; i < 3; i++) {
		assert_int_equal(
		    world_block(&world, row->addr, NOW + i * DAY), 0);
		confirm(&world, "ann@example.org", row->addr, NOW + i * DAY);
	}
	world_reopen(&world);
	assert_int_equal(delist_service_block(world.service, &prefix, &coded,
			     NOW + 4 * (int64_t)DAY),
	    0);
	assert_int_equal(
	    listing_of(&world, DELIST_LISTING_BLOCK, row->prefix).code,
	    row->want);
	world_close(&world);
}

static void
a_limit_of_0_switches_self_service_off(void **state)
{
	struct delist_submit_answer answer;
	struct world world;

	(void)state;
	world_init(&world, NULL);
	world.config.policy.self_delists.max = 0;
	world_open(&world);
	assert_int_equal(world_block(&world, "192.0.2.1", NOW), 0);
	assert_int_equal(
	    listing_of(&world, DELIST_LISTING_BLOCK, "192.0.2.1").code, 511);
	assert_int_equal(world_block(&world, "198.51.100.0/24", NOW), 0);
	assert_int_equal(world_submit(&world, &answer, "ann@example.org",
			     "198.51.100.1", NOW),
	    0);
	assert_int_equal(answer.result, DELIST_SUBMIT_INVESTIGATE);
	assert_int_equal(world.mails_n, 0);
	world_close(&world);
}

/* ---- taken away ---- */

static void
unlists(void **state)
{
	struct delist_prefix prefix = world_prefix("192.0.2.1");
	struct delist_prefix none = {{DELIST_NOADDR, {0}}, 0};
	struct delist_listing listing = {.state = 77};
	struct world world;
	bool removed = true, found = true;

	(void)state;
	world_start(&world);
	for (int kind = 0; kind < 3; kind++) {
		assert_int_equal(delist_service_unlist(world.service, &removed,
				     kind, &prefix, NOW),
		    0);
		assert_false(removed);
		assert_int_equal(delist_service_listing(world.service, &found,
				     &listing, kind, &prefix),
		    0);
		assert_false(found);
		assert_int_equal(listing.state, 77);
	}
	assert_int_equal(world.commits, 0);
	for (int kind = 0; kind < 3; kind++)
		assert_int_equal(
		    calls[kind](world.service, &prefix, &grounds, NOW), 0);
	for (int kind = 2; kind >= 0; kind--) {
		assert_int_equal(
		    world_refuses(&world, "192.0.2.1", NOW), kind == 0);
		assert_int_equal(delist_service_unlist(world.service, &removed,
				     kind, &prefix, NOW),
		    0);
		assert_true(removed);
		world_reopen(&world);
	}
	assert_false(world_refuses(&world, "192.0.2.1", NOW));
	assert_int_equal(world_rows(&world, 'L'), 0);
	for (int kind = -1; kind <= 3; kind += 4) {
		removed = found = true;
		assert_int_equal(delist_service_unlist(world.service, &removed,
				     kind, &prefix, NOW),
		    DELIST_EINVAL);
		assert_int_equal(delist_service_listing(world.service, &found,
				     &listing, kind, &prefix),
		    DELIST_EINVAL);
	}
	assert_int_equal(
	    delist_service_unlist(world.service, &removed, 0, &none, NOW),
	    DELIST_EINVAL);
	assert_true(removed && found);
	world_close(&world);
}

/* Of a removal nothing is left: what comes back is no strike. */
static void
unlist_forgets_strikes(void **state)
{
	struct delist_prefix prefix = world_prefix("192.0.2.1");
	struct world world;
	bool removed;

	(void)state;
	world_start(&world);
	assert_int_equal(world_block(&world, "192.0.2.1", NOW), 0);
	confirm(&world, "ann@example.org", "192.0.2.1", NOW);
	assert_int_equal(delist_service_unlist(world.service, &removed,
			     DELIST_LISTING_BLOCK, &prefix, NOW),
	    0);
	assert_true(removed);
	assert_int_equal(world_block(&world, "192.0.2.1", NOW + 1), 0);
	assert_int_equal(
	    listing_of(&world, DELIST_LISTING_BLOCK, "192.0.2.1").strikes, 0);
	world_close(&world);
}

/* The policy is stricter now than when the rows were written. */
static void
a_stored_block_is_held_to_the_guard(void **state)
{
	struct delist_prefix all = world_prefix("0.0.0.0/0");
	struct world world;

	(void)state;
	world_init(&world, NULL);
	world.config.policy.guard.widest4 = 0;
	world.config.policy.guard.protected_count = 0;
	world_open(&world);
	assert_int_equal(
	    delist_service_block(world.service, &all, &grounds, NOW), 0);
	assert_int_equal(world_block(&world, "198.51.0.0/24", NOW), 0);
	assert_true(world_refuses(&world, "8.8.8.8", NOW));
	assert_int_equal(delist_guard_init(&world.config.policy.guard,
			     sizeof world.config.policy.guard),
	    0);
	world_reopen(&world);
	assert_false(world_refuses(&world, "8.8.8.8", NOW));
	assert_false(world_refuses(&world, "127.0.0.1", NOW));
	assert_true(world_refuses(&world, "198.51.0.1", NOW));
	/* It ends like any other. */
	world_tick(&world, NOW + 7 * DAY);
	assert_int_equal(world_rows(&world, 'L'), 0);
	world_close(&world);
}

int
main(void)
{
	ROWS(lists_or_refuses, refuse_rows);
	TEST(a_fifth_source_is_refused);
	ROWS(lives_so_long, life_rows);
	TEST(renewal_never_ends_it_sooner);
	TEST(what_comes_back_is_a_strike);
	TEST(probation_ends_without_tick);
	TEST(a_block_ends_without_tick);
	TEST(an_exact_block_takes_the_exception_away);
	TEST(a_wider_block_leaves_the_exception);
	TEST(a_block_drops_the_operators_exception);
	TEST(a_removed_block_that_returns_tells_its_request);
	TEST(a_forgotten_request_is_told_nothing);
	ROWS(used_up_self_service_is_for_investigation, exhausted_rows);
	TEST(a_limit_of_0_switches_self_service_off);
	TEST(unlists);
	TEST(unlist_forgets_strikes);
	TEST(a_stored_block_is_held_to_the_guard);
	return support_run("service_list");
}
