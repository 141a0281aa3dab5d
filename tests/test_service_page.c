/* SPDX-License-Identifier: ISC */
/*
 * List pages and figures.
 */
#include "service_world.h"

#include <stdio.h>

/* ---- pages ---- */

static void
listings_come_in_order(void **state)
{
	static const char *const blocks[] = {"192.0.2.0/24", "192.0.2.1/32",
	    "198.51.100.7/32", "2001:db8::/48", "2001:db8:1::/64"};
	struct delist_prefix allowed = world_prefix("203.0.113.0/24");
	struct delist_grounds grounds = {
	    .size = sizeof grounds, .source = {"us", 2}, .reason = {"ok", 2}};
	struct delist_cursor cursor = {0}, before;
	struct delist_listing listing;
	struct world world;
	bool found;

	(void)state;
	world_start(&world);
	for (size_t i = COUNT(blocks); i > 0; i--)
		assert_int_equal(world_block(&world, blocks[i - 1], NOW), 0);
	assert_int_equal(
	    delist_service_allow(world.service, &allowed, &grounds, NOW), 0);
	for (size_t i = 0; i < COUNT(blocks); i++) {
		struct delist_prefix want = world_prefix(blocks[i]);

		assert_int_equal(
		    delist_service_next_listing(world.service, &found, &listing,
			&cursor, DELIST_LISTING_BLOCK),
		    0);
		assert_true(found);
		assert_int_equal(
		    delist_prefix_compare(&listing.prefix, &want), 0);
	}
	before = cursor;
	assert_int_equal(delist_service_next_listing(world.service, &found,
			     &listing, &cursor, DELIST_LISTING_BLOCK),
	    0);
	assert_false(found);
	assert_memory_equal(&cursor, &before, sizeof cursor);
	/* What is added behind it is found by going on. */
	assert_int_equal(world_block(&world, "2001:db8:2::/64", NOW), 0);
	assert_int_equal(delist_service_next_listing(world.service, &found,
			     &listing, &cursor, DELIST_LISTING_BLOCK),
	    0);
	assert_true(found);
	cursor = (struct delist_cursor){0};
	assert_int_equal(delist_service_next_listing(world.service, &found,
			     &listing, &cursor, DELIST_LISTING_ALLOW),
	    0);
	assert_true(found);
	assert_int_equal(delist_prefix_compare(&listing.prefix, &allowed), 0);
	world_close(&world);
}

/* The row that a cursor stands on may go meanwhile. */
static void
a_cursor_outlives_its_row(void **state)
{
	struct delist_cursor cursor = {0};
	struct delist_listing listing;
	struct delist_prefix prefix;
	struct world world;
	char text[32];
	bool found, removed;
	int seen = 0;

	(void)state;
	world_start(&world);
	for (int i = 0; i < 50; i++) {
		snprintf(text, sizeof text, "192.0.2.%d", i);
		assert_int_equal(world_block(&world, text, NOW), 0);
	}
	for (;; seen++) {
		assert_int_equal(
		    delist_service_next_listing(world.service, &found, &listing,
			&cursor, DELIST_LISTING_BLOCK),
		    0);
		if (!found)
			break;
		prefix = listing.prefix;
		assert_int_equal(delist_service_unlist(world.service, &removed,
				     DELIST_LISTING_BLOCK, &prefix, NOW),
		    0);
		if (seen % 10 == 0)
			world_reopen(&world);
	}
	assert_int_equal(seen, 50);
	assert_int_equal(world_rows(&world, 'L'), 0);
	world_close(&world);
}

static void
each_request_is_seen_once(void **state)
{
	struct delist_cursor cursor = {0};
	struct delist_request request, again;
	uint8_t ids[20][16];
	struct world world;
	char mailbox[32], addr[32];
	bool found;
	int n = 0;

	(void)state;
	world_start(&world);
	for (int i = 0; i < 20; i++) {
		snprintf(mailbox, sizeof mailbox, "u@d%d.example", i);
		snprintf(addr, sizeof addr, "192.0.2.%d", i);
		(void)world_ask(&world, mailbox, addr, NOW);
	}
	for (;; n++) {
		assert_int_equal(delist_service_next_request(
				     world.service, &found, &request, &cursor),
		    0);
		if (!found)
			break;
		for (int i = 0; i < n; i++)
			assert_memory_not_equal(ids[i], request.id, 16);
		memcpy(ids[n], request.id, 16);
		assert_int_equal(delist_service_request(
				     world.service, &found, &again, request.id),
		    0);
		assert_true(found);
		assert_memory_equal(again.id, request.id, 16);
		assert_int_equal(again.state, DELIST_REQUEST_MAIL_SENT);
	}
	assert_int_equal(n, 20);
	ids[0][0] ^= 1;
	again.state = 99;
	assert_int_equal(
	    delist_service_request(world.service, &found, &again, ids[0]), 0);
	assert_false(found);
	assert_int_equal(again.state, 99);
	world_close(&world);
}

static void
each_investigation_is_seen_once(void **state)
{
	struct delist_cursor cursor = {0};
	struct delist_investigation one, again;
	struct world world;
	char text[100];
	bool found;
	unsigned seen = 0;

	(void)state;
	world_start(&world);
	for (int i = 0; i < 10; i++) {
		snprintf(text, sizeof text,
		    "550 5.7.511 Access denied, banned sender[192.0.2.%d]", i);
		assert_int_equal(world_intake(&world, NULL, "ann@example.org",
				     "", text, NOW),
		    0);
	}
	for (;;) {
		assert_int_equal(delist_service_next_investigation(
				     world.service, &found, &one, &cursor),
		    0);
		if (!found)
			break;
		assert_int_equal(seen >> one.addr.bytes[3] & 1, 0);
		seen |= 1u << one.addr.bytes[3];
		again = world_case(&world, one.id);
		assert_memory_equal(again.id, one.id, 16);
	}
	assert_int_equal(seen, 1023);
	one.id[0] ^= 1;
	again.intakes = 77;
	assert_int_equal(
	    delist_service_investigation(world.service, &found, &again, one.id),
	    0);
	assert_false(found);
	assert_int_equal(again.intakes, 77);
	world_close(&world);
}

static void
audits_begin_where_asked(void **state)
{
	struct delist_cursor cursor;
	struct delist_audit audit;
	struct world world;
	char text[32];
	bool found;

	(void)state;
	world_start(&world);
	for (int i = 0; i < 30; i++) {
		snprintf(text, sizeof text, "192.0.2.%d", i);
		assert_int_equal(world_block(&world, text, NOW + i / 3), 0);
	}
	for (int64_t s = -1; s < 11; s++) {
		int n = 0;

		delist_cursor_since(&cursor, NOW + s);
		for (;; n++) {
			assert_int_equal(
			    delist_service_next_audit(
				world.service, &found, &audit, &cursor),
			    0);
			if (!found)
				break;
			assert_true(audit.at_s >= NOW + s);
			/* As they were made, also in one second. */
			assert_int_equal(audit.change[0].prefix.addr.bytes[3],
			    (s < 0 ? 0 : s * 3) + n);
		}
		assert_int_equal(n, s < 0 ? 30 : 30 - 3 * s);
	}
	/* The program that copies them asks again, later. */
	assert_int_equal(world_block(&world, "198.51.100.1", NOW + 99), 0);
	assert_int_equal(
	    delist_service_next_audit(world.service, &found, &audit, &cursor),
	    0);
	assert_true(found);
	assert_true(audit.at_s == NOW + 99);
	world_close(&world);
}

/* ---- what is refused ---- */

static int
next_listing(
    struct world *world, bool *found, struct delist_cursor *cursor, bool *same)
{
	struct delist_listing row = {.code = 77};
	int result = delist_service_next_listing(
	    world->service, found, &row, cursor, DELIST_LISTING_BLOCK);

	*same = row.code == 77;
	return result;
}

static int
next_request(
    struct world *world, bool *found, struct delist_cursor *cursor, bool *same)
{
	struct delist_request row = {.tries = 77};
	int result =
	    delist_service_next_request(world->service, found, &row, cursor);

	*same = row.tries == 77;
	return result;
}

static int
next_case(
    struct world *world, bool *found, struct delist_cursor *cursor, bool *same)
{
	struct delist_investigation row = {.intakes = 77};
	int result = delist_service_next_investigation(
	    world->service, found, &row, cursor);

	*same = row.intakes == 77;
	return result;
}

static int
next_node(
    struct world *world, bool *found, struct delist_cursor *cursor, bool *same)
{
	struct delist_node row = {.generation = 77};
	int result =
	    delist_service_next_node(world->service, found, &row, cursor);

	*same = row.generation == 77;
	return result;
}

static int
next_audit(
    struct world *world, bool *found, struct delist_cursor *cursor, bool *same)
{
	struct delist_audit row = {.at_s = 77};
	int result =
	    delist_service_next_audit(world->service, found, &row, cursor);

	*same = row.at_s == 77;
	return result;
}

struct damage_row {
	const char *name;
	int (*next)(struct world *world, bool *found,
	    struct delist_cursor *cursor, bool *same);
	int type;
};

static const struct damage_row damage_rows[] = {
    {"listings", next_listing, DELIST_RECORD_LISTING},
    {"requests", next_request, DELIST_RECORD_REQUEST},
    {"investigations", next_case, DELIST_RECORD_INVESTIGATION},
    {"nodes", next_node, DELIST_RECORD_NODE},
    {"audits", next_audit, DELIST_RECORD_AUDIT},
};

/* Rows of a type that can't be read, before all others and behind them. */
static void
put_damaged(struct world *world, int type)
{
	for (int i = 0; i < 4; i++) {
		struct delist_record_key key;
		struct delist_store_change change = {
		    .kind = DELIST_STORE_PUT,
		    .value = {"?", 1},
		};
		uint8_t id[16] = {(uint8_t)(i + 1)};

		if (type == DELIST_RECORD_LISTING)
			delist_record_listing_prefix(
			    &key, DELIST_LISTING_BLOCK);
		else
			delist_record_type_key(&key, type);
		memset(key.at + key.len, i < 2 ? 0 : 255, 20);
		key.at[key.len + 19] = (char)i;
		change.key = (struct delist_text){key.at, key.len + 20u};
		assert_int_equal(
		    world->inner.ops->commit(world->inner.arg, &change, 1, id),
		    0);
	}
}

/* Each is told once, and what is behind it is shown. */
static void
a_row_that_cannot_be_read_does_not_end_the_list(void **state)
{
	const struct damage_row *row = *state;
	struct delist_cursor cursor = {0};
	struct world world;
	size_t shown = 0, damaged = 0;
	bool found = true, same;

	world_start(&world);
	(void)world_ask(&world, "ann@example.org", "192.0.2.1", NOW);
	assert_int_equal(world_intake(&world, NULL, "bob@example.com", "",
			     world_reply(511, "192.0.2.1"), NOW),
	    0);
	assert_int_equal(delist_service_ack(world.service,
			     (struct delist_text){"mx1", 3}, 1, NOW),
	    0);
	put_damaged(&world, row->type);
	while (found) {
		int result = row->next(&world, &found, &cursor, &same);

		assert_true(found || result == 0);
		assert_int_equal(same, result != 0 || !found);
		if (result != 0)
			assert_int_equal(result, DELIST_ECORRUPT);
		damaged += result != 0;
		shown += result == 0 && found;
	}
	assert_int_equal(damaged, 4);
	assert_true(shown >= 1);
	assert_int_equal(shown + damaged, world_rows(&world, row->type));
	world_close(&world);
}

static void
what_fails_changes_nothing(void **state)
{
	struct delist_cursor cursor = {0}, before;
	struct delist_listing listing = {.code = 77};
	struct delist_request request = {.tries = 77};
	struct delist_investigation one = {.intakes = 77};
	struct delist_audit audit = {.at_s = 77};
	struct world world;
	bool found = true;

	(void)state;
	world_start(&world);
	(void)world_ask(&world, "ann@example.org", "192.0.2.1", NOW);
	assert_int_equal(delist_service_next_listing(
			     world.service, &found, &listing, &cursor, -1),
	    DELIST_EINVAL);
	assert_int_equal(delist_service_next_listing(
			     world.service, &found, &listing, &cursor, 3),
	    DELIST_EINVAL);
	cursor.len = 65;
	before = cursor;
	assert_int_equal(delist_service_next_listing(
			     world.service, &found, &listing, &cursor, 0),
	    DELIST_EINVAL);
	assert_int_equal(delist_service_next_request(
			     world.service, &found, &request, &cursor),
	    DELIST_EINVAL);
	assert_int_equal(
	    delist_service_next_audit(world.service, &found, &audit, &cursor),
	    DELIST_EINVAL);
	assert_int_equal(delist_service_next_investigation(
			     world.service, &found, &one, &cursor),
	    DELIST_EINVAL);
	assert_memory_equal(&cursor, &before, sizeof cursor);
	before = cursor = (struct delist_cursor){0};
	world.store_error = DELIST_EIO;
	world.store_from_then_on = true;
	world.store_fail_at = 1;
	assert_int_equal(delist_service_next_listing(
			     world.service, &found, &listing, &cursor, 0),
	    DELIST_EIO);
	assert_int_equal(delist_service_next_request(
			     world.service, &found, &request, &cursor),
	    DELIST_EIO);
	assert_int_equal(
	    delist_service_next_audit(world.service, &found, &audit, &cursor),
	    DELIST_EIO);
	assert_int_equal(
	    delist_service_request(world.service, &found, &request, request.id),
	    DELIST_EIO);
	assert_int_equal(delist_service_next_investigation(
			     world.service, &found, &one, &cursor),
	    DELIST_EIO);
	assert_int_equal(delist_service_investigation(
			     world.service, &found, &one, request.id),
	    DELIST_EIO);
	assert_int_equal(one.intakes, 77);
	assert_memory_equal(&cursor, &before, sizeof cursor);
	assert_true(found);
	assert_int_equal(listing.code, 77);
	assert_int_equal(request.tries, 77);
	assert_true(audit.at_s == 77);
	world_close(&world);
}

/* ---- figures ---- */

static uint64_t
total(const uint64_t *n, size_t count)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < count; i++)
		sum += n[i];
	return sum;
}

static struct delist_service_stats
stats_of(struct world *world)
{
	struct delist_service_stats stats = {.size = sizeof stats};

	assert_int_equal(delist_service_stats(world->service, &stats), 0);
	assert_int_equal(
	    total(&stats.listings[0][0], 12), world_rows(world, 'L'));
	assert_int_equal(total(stats.requests, 12), world_rows(world, 'R'));
	assert_int_equal(
	    total(stats.investigations, 8), world_rows(world, 'I'));
	return stats;
}

static void
figures_are_those_of_the_rows(void **state)
{
	struct delist_service_stats stats = {.size = sizeof stats - 1};
	struct world world;
	struct kept_mail *mail;
	char mailbox[32], addr[32];

	(void)state;
	world_start(&world);
	assert_int_equal(
	    delist_service_stats(world.service, &stats), DELIST_EINVAL);
	for (int i = 0; i < 10; i++) {
		snprintf(mailbox, sizeof mailbox, "u@d%d.example", i);
		snprintf(addr, sizeof addr, "192.0.2.%d", i);
		mail = world_ask(&world, mailbox, addr, NOW);
		if (i < 3)
			assert_int_equal(
			    world_redeem(&world, mail->confirm, NOW), 0);
		if (i == 3)
			assert_int_equal(
			    world_cancel(&world, mail->cancel, NOW), 0);
	}
	assert_int_equal(world_intake(&world, NULL, "ann@example.org", "",
			     world_reply(511, "192.0.2.4"), NOW),
	    0);
	assert_int_equal(
	    world_answer(&world, world_mail(&world, 0)->id, DELIST_EVENT_ANSWER,
		DELIST_NOTICE_DENIED, "spam", NOW),
	    0);
	assert_int_equal(world_intake(&world, NULL, "bob@example.org", "",
			     "please help", NOW),
	    0);
	for (int again = 0; again < 2; again++) {
		stats = stats_of(&world);
		assert_int_equal(
		    stats.investigations[DELIST_INVESTIGATION_RESOLVED], 1);
		assert_int_equal(
		    stats.investigations[DELIST_INVESTIGATION_NEEDS_INFO], 1);
		assert_int_equal(
		    stats.listings[DELIST_LISTING_BLOCK][DELIST_LISTING_LISTED],
		    7);
		assert_int_equal(stats.listings[DELIST_LISTING_BLOCK]
					       [DELIST_LISTING_PROBATION],
		    3);
		assert_int_equal(stats.requests[DELIST_REQUEST_MAIL_SENT], 6);
		assert_int_equal(stats.requests[DELIST_REQUEST_EFFECTIVE], 3);
		assert_int_equal(stats.requests[DELIST_REQUEST_CANCELLED], 1);
		world_reopen(&world);
	}
	for (int64_t day = 0; day < 800; day += 20) {
		world_tick(&world, NOW + day * DAY);
		(void)stats_of(&world);
	}
	stats = stats_of(&world);
	assert_int_equal(total(&stats.listings[0][0], 12), 0);
	assert_int_equal(total(stats.requests, 12), 0);
	assert_int_equal(total(stats.investigations, 8), 0);
	world_close(&world);
}

int
main(void)
{
	TEST(listings_come_in_order);
	TEST(a_cursor_outlives_its_row);
	TEST(each_request_is_seen_once);
	TEST(each_investigation_is_seen_once);
	TEST(audits_begin_where_asked);
	ROWS(a_row_that_cannot_be_read_does_not_end_the_list, damage_rows);
	TEST(what_fails_changes_nothing);
	TEST(figures_are_those_of_the_rows);
	return support_run("service_page");
}
