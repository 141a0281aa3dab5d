/* SPDX-License-Identifier: ISC */
/*
 * A source errs, and what it said is withdrawn.
 */
#include "service_world.h"

#include <stdio.h>

static int
list(struct world *world, int kind, const char *text, const char *source,
    int64_t now_s)
{
	struct delist_prefix prefix = world_prefix(text);
	struct delist_grounds grounds = {
	    .size = sizeof grounds,
	    .source = {source, strlen(source)},
	    .reason = {"spam", 4},
	    .ttl_s = 30 * DAY,
	};

	switch (kind) {
	case DELIST_LISTING_BLOCK:
		return delist_service_block(
		    world->service, &prefix, &grounds, now_s);
	case DELIST_LISTING_ALLOW:
		return delist_service_allow(
		    world->service, &prefix, &grounds, now_s);
	default:
		return delist_service_except(
		    world->service, &prefix, &grounds, now_s);
	}
}

static int
purge(struct world *world, struct delist_purge *purge, const char *source,
    size_t max)
{
	return delist_service_purge_source(world->service, purge,
	    (struct delist_text){source, strlen(source)}, max, NOW + 1);
}

static void
what_it_alone_said_is_gone(void **state)
{
	struct delist_prefix both = world_prefix("192.0.2.2");
	struct delist_purge how = {.withdrawn = 0};
	struct delist_listing listing;
	struct world world;
	size_t audits;
	bool found;

	(void)state;
	world_start(&world);
	assert_int_equal(list(&world, 0, "192.0.2.1", "bad", NOW), 0);
	assert_int_equal(list(&world, 0, "192.0.2.2", "bad", NOW), 0);
	assert_int_equal(list(&world, 0, "192.0.2.2", "good", NOW), 0);
	assert_int_equal(list(&world, 0, "192.0.2.3", "good", NOW), 0);
	assert_int_equal(list(&world, 0, "192.0.2.4", "bad2", NOW), 0);
	assert_int_equal(list(&world, 0, "2001:db8::/64", "bad", NOW), 0);
	assert_int_equal(list(&world, 2, "192.0.2.3", "bad", NOW), 0);
	assert_int_equal(list(&world, 1, "192.0.2.4", "bad", NOW), 0);
	audits = world_rows(&world, 'A');
	assert_int_equal(purge(&world, &how, "bad", 1000), 0);
	assert_true(how.done);
	assert_true(how.withdrawn == 5);
	assert_true(how.unread == 0);
	assert_int_equal(world_rows(&world, 'A'), audits + 5);
	for (int again = 0; again < 2; again++) {
		assert_false(world_refuses(&world, "192.0.2.1", NOW + 1));
		assert_true(world_refuses(&world, "192.0.2.2", NOW + 1));
		assert_true(world_refuses(&world, "192.0.2.3", NOW + 1));
		assert_true(world_refuses(&world, "192.0.2.4", NOW + 1));
		assert_false(world_refuses(&world, "2001:db8::1", NOW + 1));
		assert_int_equal(delist_service_listing(
				     world.service, &found, &listing, 0, &both),
		    0);
		assert_int_equal(listing.evidences, 1);
		assert_memory_equal(listing.evidence[0].source, "good", 4);
		world_reopen(&world);
	}
	/* It was no fault of the sender's: no strike, if it comes again. */
	assert_int_equal(list(&world, 0, "192.0.2.1", "good", NOW + 2), 0);
	both = world_prefix("192.0.2.1");
	assert_int_equal(
	    delist_service_listing(world.service, &found, &listing, 0, &both),
	    0);
	assert_int_equal(listing.strikes, 0);
	/* Once more finds nothing. */
	how = (struct delist_purge){.withdrawn = 0};
	assert_int_equal(purge(&world, &how, "bad", 1000), 0);
	assert_true(how.withdrawn == 0);
	world_close(&world);
}

static void
fill(struct world *world, int n)
{
	char text[32];

	for (int i = 0; i < n; i++) {
		snprintf(text, sizeof text, "192.0.%d.%d", i / 256, i % 256);
		assert_int_equal(
		    list(world, 0, text, i % 3 == 0 ? "good" : "bad", NOW), 0);
	}
}

/* In pieces, with a restart after each; and with listings that come between. */
static void
it_goes_on_where_it_was(void **state)
{
	struct delist_purge how = {.withdrawn = 0};
	struct world world;
	int calls = 0;

	(void)state;
	world_start(&world);
	fill(&world, 300);
	for (; !how.done; calls++) {
		size_t rows = world_rows(&world, 'L');

		assert_int_equal(purge(&world, &how, "bad", 7), 0);
		assert_in_range(rows - world_rows(&world, 'L'), 0, 7);
		if (calls == 3)
			assert_int_equal(
			    list(&world, 0, "192.0.0.2", "bad", NOW), 0);
		world_reopen(&world);
	}
	assert_int_equal(calls, 300 / 7 + 1);
	assert_true(how.withdrawn == 200);
	/* What was said behind it is found by another round. */
	assert_true(world_refuses(&world, "192.0.0.2", NOW + 1));
	how = (struct delist_purge){.withdrawn = 0};
	assert_int_equal(purge(&world, &how, "bad", 1000), 0);
	assert_true(how.withdrawn == 1);
	assert_int_equal(world_rows(&world, 'L'), 100);
	world_close(&world);
}

static void
what_fails_is_done_by_calling_again(void **state)
{
	struct world world;

	(void)state;
	for (size_t at = 1; at < 20; at++) {
		struct delist_purge how = {.withdrawn = 0};

		world_start(&world);
		fill(&world, 12);
		world.store_error = DELIST_EIO;
		world.store_fail_at = world.store_calls + at;
		assert_int_equal(purge(&world, &how, "bad", 100), DELIST_EIO);
		assert_false(how.done);
		assert_int_equal(world_rows(&world, 'L') + how.withdrawn, 12);
		assert_int_equal(purge(&world, &how, "bad", 100), 0);
		assert_true(how.done);
		assert_true(how.withdrawn == 8);
		assert_int_equal(world_rows(&world, 'L'), 4);
		world_close(&world);
	}
}

static void
a_damaged_row_keeps_no_other(void **state)
{
	struct delist_prefix prefix = world_prefix("192.0.0.4");
	struct delist_store_change change = {.kind = DELIST_STORE_PUT};
	struct delist_purge how = {.withdrawn = 0};
	struct delist_record_key key;
	uint8_t id[16] = {1};
	struct world world;

	(void)state;
	world_start(&world);
	fill(&world, 12);
	delist_record_listing_key(&key, 0, &prefix);
	change.key = delist_record_key_text(&key);
	change.value = (struct delist_text){"L\1", 2};
	assert_int_equal(
	    world.inner.ops->commit(world.inner.arg, &change, 1, id), 0);
	assert_int_equal(purge(&world, &how, "bad", 100), 0);
	assert_true(how.done);
	assert_true(how.unread == 1);
	assert_true(how.withdrawn == 7);
	world_close(&world);
}

static void
a_source_has_a_name(void **state)
{
	static const char longest[] = "0123456789012345678901234567890123";
	struct delist_purge how = {.withdrawn = 0};
	struct world world;

	(void)state;
	world_start(&world);
	assert_int_equal(purge(&world, &how, "", 1), DELIST_EINVAL);
	assert_int_equal(delist_service_purge_source(world.service, &how,
			     (struct delist_text){longest, 33}, 1, NOW),
	    DELIST_EINVAL);
	assert_int_equal(delist_service_purge_source(world.service, &how,
			     (struct delist_text){longest, 32}, 1, NOW),
	    0);
	assert_true(how.done);
	how = (struct delist_purge){.cursor = {.len = 65}};
	assert_int_equal(purge(&world, &how, "bad", 1), DELIST_EINVAL);
	world_close(&world);
}

/* Nobody who waits for a mail is left with a request for nothing. */
static void
a_request_finds_it_gone(void **state)
{
	struct delist_purge how = {.withdrawn = 0};
	struct kept_mail *mail;
	struct world world;

	(void)state;
	world_start(&world);
	mail = world_ask(&world, "ann@example.org", "192.0.2.1", NOW);
	assert_int_equal(purge(&world, &how, "trap", 100), 0);
	assert_int_equal(
	    world_redeem(&world, mail->confirm, NOW + 2), DELIST_ESTATE);
	assert_false(world_refuses(&world, "192.0.2.1", NOW + 2));
	world_close(&world);
}

int
main(void)
{
	TEST(what_it_alone_said_is_gone);
	TEST(it_goes_on_where_it_was);
	TEST(what_fails_is_done_by_calling_again);
	TEST(a_damaged_row_keeps_no_other);
	TEST(a_source_has_a_name);
	TEST(a_request_finds_it_gone);
	return support_run("service_purge");
}
