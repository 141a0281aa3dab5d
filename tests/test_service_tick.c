/* SPDX-License-Identifier: ISC */
/*
 * Time: bounded batches, clocks that jump, the sweep, and what is forgotten.
 */
#include "service_world.h"

#include <stdio.h>
#include <time.h>

static void
block_and_ask(struct world *world, int n, int64_t now_s)
{
	char mailbox[64], addr[32];

	for (int i = 0; i < n; i++) {
		snprintf(mailbox, sizeof mailbox, "u%d@d%d.example.org", i, i);
		snprintf(addr, sizeof addr, "198.51.%d.%d", i / 256, i % 256);
		world_ask(world, mailbox, addr, now_s);
	}
}

/* ---- batches ---- */

static void
tick_does_at_most_so_many(void **state)
{
	struct world world;
	int64_t now_s = NOW + 8 * DAY;
	size_t commits, calls = 0;
	bool more = true;

	(void)state;
	world_start(&world);
	block_and_ask(&world, 30, NOW);
	assert_int_equal(
	    delist_service_tick(world.service, &more, 0, now_s), 0);
	assert_true(more);
	while (more) {
		commits = world.commits;
		assert_int_equal(
		    delist_service_tick(world.service, &more, 7, now_s), 0);
		assert_true(world.commits - commits <= 7);
		assert_int_equal(
		    more, delist_service_next_due(world.service) <= now_s);
		calls++;
	}
	/* 30 listings, 30 requests and the sweep. */
	assert_in_range(calls, 9, 13);
	assert_int_equal(world_rows(&world, 'L'), 0);
	assert_int_equal(
	    delist_service_tick(world.service, &more, 0, now_s), 0);
	assert_false(more);
	world_close(&world);
}

static void
nothing_is_due_early(void **state)
{
	struct world world;
	uint64_t before;
	bool more;

	(void)state;
	world_start(&world);
	block_and_ask(&world, 3, NOW);
	world_tick(&world, NOW + DAY - 1);
	assert_int_equal(world_rows(&world, 'O'), 3);
	assert_true(delist_service_next_due(world.service) == NOW + DAY);
	before = world_fingerprint(&world);
	/* A clock that steps back, by an hour or by all of it. */
	assert_int_equal(
	    delist_service_tick(world.service, &more, 100, NOW - HOUR), 0);
	assert_int_equal(
	    delist_service_tick(world.service, &more, 100, INT64_MIN), 0);
	assert_false(more);
	assert_true(world_fingerprint(&world) == before);
	world_tick(&world, NOW + DAY);
	assert_int_equal(world_rows(&world, 'O'), 0);
	world_close(&world);
}

static void
a_jump_by_years_ends_all(void **state)
{
	struct world world;

	(void)state;
	world_start(&world);
	block_and_ask(&world, 100, NOW);
	for (int i = 0; i < 10; i++)
		assert_int_equal(
		    world_redeem(
			&world, world_mail(&world, (size_t)i)->confirm, NOW),
		    0);
	world_tick(&world, NOW + 3650 * (int64_t)DAY);
	world_tick(&world, NOW + 7300 * (int64_t)DAY);
	world_tick(&world, NOW + 7700 * (int64_t)DAY);
	/* All but the generation of the set. */
	assert_int_equal(world_rows(&world, 0), 1);
	assert_int_equal(world_rows(&world, 'G'), 1);
	assert_true(delist_service_next_due(world.service) == INT64_MAX);
	world_close(&world);
}

/* A review asks for a person and goes on; nobody is unblocked by it. */
static void
a_review_goes_on(void **state)
{
	struct delist_prefix prefix = world_prefix("192.0.2.1");
	struct delist_grounds grounds = {
	    .size = sizeof grounds,
	    .source = {"us", 2},
	    .reason = {"spam", 4},
	    .origin = DELIST_ORIGIN_MANUAL,
	};
	struct world world;

	(void)state;
	world_start(&world);
	assert_int_equal(
	    delist_service_block(world.service, &prefix, &grounds, NOW), 0);
	world_tick(&world, NOW);
	for (int64_t i = 1; i < 5; i++) {
		assert_true(delist_service_next_due(world.service) ==
			    NOW + i * 90 * DAY);
		world_tick(&world, NOW + i * 90 * DAY);
		assert_true(
		    world_refuses(&world, "192.0.2.1", NOW + i * 90 * DAY));
	}
	world_close(&world);
}

/* ---- clocks that are no clocks ---- */

static const struct {
	const char *name;
	int64_t now_s;
} clock_rows[] = {
    {"the first second", INT64_MIN},
    {"the second second", INT64_MIN + 1},
    {"before 1970", -1},
    {"1970", 0},
    {"1971", 31536000},
    {"one second before the last", INT64_MAX - 1},
    {"the last second", INT64_MAX},
};

static void
any_time_will_do(void **state)
{
	const struct {
		const char *name;
		int64_t now_s;
	} *row = *state;
	struct delist_prefix prefix = world_prefix("192.0.2.1");
	struct world world;
	struct delist_submit_answer answer;
	struct delist_addr addr = world_addr("192.0.2.1");
	bool more, removed;

	for (int before = 0; before < 2; before++) {
		world_start(&world);
		if (before)
			block_and_ask(&world, 5, NOW);
		assert_int_equal(
		    world_block(&world, "192.0.2.1", row->now_s), 0);
		(void)delist_service_check(
		    world.service, NULL, &addr, NULL, 0, row->now_s);
		assert_int_equal(
		    world_submit(&world, &answer, "ann@example.org",
			"192.0.2.1", row->now_s),
		    0);
		(void)world_resend(&world, answer.status, row->now_s);
		assert_int_equal(world_state(&world, DELIST_PURPOSE_STATUS,
				     answer.status, row->now_s) >= 0,
		    1);
		/* It comes to an end. */
		more = true;
		for (int i = 0; i < 100 && more; i++)
			assert_int_equal(delist_service_tick(world.service,
					     &more, 100, row->now_s),
			    0);
		assert_false(more);
		world_reopen(&world);
		world_tick(&world, NOW);
		assert_int_equal(delist_service_unlist(world.service, &removed,
				     DELIST_LISTING_BLOCK, &prefix, row->now_s),
		    0);
		world_close(&world);
	}
}

/* Whatever the clock was, the oldest gives way. */
static void
a_clock_before_1970_keeps_the_line(void **state)
{
	static const int64_t times[] = {INT64_MIN + 5, -1, INT64_MAX - 2 * DAY};

	(void)state;
	for (size_t i = 0; i < COUNT(times); i++) {
		struct world world;

		world_init(&world, NULL);
		world.config.policy.pending_max = 1;
		world_open(&world);
		assert_int_equal(
		    world_block(&world, "192.0.2.0/24", times[i]), 0);
		/* A mail of such a time can't be written: it waits. */
		assert_int_equal(world_submit(&world, NULL, "a@example.org",
				     "192.0.2.1", times[i]),
		    0);
		assert_int_equal(world_rows(&world, 'O'), 1);
		world_reopen(&world);
		assert_int_equal(world_submit(&world, NULL, "b@example.org",
				     "192.0.2.2", times[i] + 1),
		    0);
		assert_int_equal(world_rows(&world, 'R'), 2);
		assert_int_equal(world_rows(&world, 'O'), 1);
		world_close(&world);
	}
}

/* ---- the sweep ---- */

static void
the_sweep_takes_what_is_idle_and_no_more(void **state)
{
	struct world world;
	struct kept_mail mail;
	size_t standing;

	(void)state;
	world_start(&world);
	block_and_ask(&world, 20, NOW);
	mail = *world_ask(&world, "ann@example.org", "192.0.2.1", NOW);
	assert_int_equal(world_cancel(&world, mail.cancel, NOW), 0);
	mail = *world_ask(&world, "bob@example.org", "192.0.2.2", NOW);
	assert_int_equal(world_redeem(&world, mail.confirm, NOW), 0);
	standing = world_rows(&world, 'M');
	assert_int_equal(standing, 22);
	assert_true(world_rows(&world, 'C') > 20);
	assert_int_equal(world_rows(&world, 'H'), 1);

	/* One day on: the windows of an hour are over, those of a day not. */
	world_tick(&world, NOW + DAY);
	assert_int_equal(world_rows(&world, 'C'), 0);
	assert_int_equal(world_rows(&world, 'M'), 22);
	world_tick(&world, NOW + 3 * DAY);
	assert_int_equal(world_rows(&world, 'M'), 1);
	/* The history lives by its personal data, the suppression longer. */
	world_tick(&world, NOW + 89 * DAY);
	assert_int_equal(world_rows(&world, 'H'), 1);
	world_tick(&world, NOW + 92 * DAY);
	assert_int_equal(world_rows(&world, 'H'), 0);
	world_tick(&world, NOW + 179 * DAY);
	assert_int_equal(world_rows(&world, 'M'), 1);
	world_tick(&world, NOW + 182 * DAY);
	assert_int_equal(world_rows(&world, 'M'), 0);
	world_close(&world);
}

/* A restart begins it anew, wherever it was. */
static void
the_sweep_survives_a_restart(void **state)
{
	struct world world;
	bool more;

	(void)state;
	world_start(&world);
	block_and_ask(&world, 40, NOW);
	for (int i = 0; i < 100 && world_rows(&world, 0) > 1; i++) {
		assert_int_equal(delist_service_tick(world.service, &more, 1,
				     NOW + (1000 + 100 * i) * (int64_t)DAY),
		    0);
		world_reopen(&world);
	}
	for (int i = 0; i < 3; i++)
		world_tick(&world, NOW + (20000 + 500 * i) * (int64_t)DAY);
	assert_int_equal(world_rows(&world, 0), 1);
	world_close(&world);
}

/*
 * It is on its way when a row is written behind it: the counters of a
 * submission, while it looks at mailboxes.  Nobody writes another one.
 */
static void
a_row_behind_the_sweep_is_not_forgotten(void **state)
{
	(void)state;
	for (int pieces = 0; pieces < 12; pieces++) {
		struct world world;
		int64_t now_s = NOW + 400 * (int64_t)DAY;
		bool more;

		world_start(&world);
		block_and_ask(&world, 30, NOW);
		world_tick(&world, NOW + 6 * HOUR);
		/* Requests and listings end; the sweep goes piece by piece. */
		assert_int_equal(delist_service_tick(world.service, &more,
				     61 + (size_t)pieces, now_s),
		    0);
		world_ask(&world, "zoe@example.org", "192.0.2.1", now_s);
		world_tick(&world, now_s);
		world_tick(&world, now_s + 100 * DAY);
		world_tick(&world, now_s + 400 * (int64_t)DAY);
		world_tick(&world, now_s + 800 * (int64_t)DAY);
		assert_int_equal(world_rows(&world, 0), 1);
		world_close(&world);
	}
}

static void
a_row_that_cannot_be_read_is_told(void **state)
{
	static const char *const keys[] = {
	    "CDx", "Hx", "Mx", "CD0123456789012345678901234567890123456789"};

	(void)state;
	for (size_t i = 0; i < COUNT(keys); i++) {
		struct delist_store_change change = {
		    .kind = DELIST_STORE_PUT,
		    .key = {keys[i], strlen(keys[i])},
		    .value = {"?", 1},
		};
		struct world world;
		bool more = true;

		world_start(&world);
		assert_int_equal(
		    world.inner.ops->commit(world.inner.arg, &change, 1,
			(const uint8_t *)"0123456789abcdef"),
		    0);
		world_reopen(&world);
		assert_int_equal(
		    delist_service_tick(world.service, &more, 10, NOW),
		    DELIST_ECORRUPT);
		assert_true(more);
		assert_true(delist_service_next_due(world.service) <= NOW);
		/* Once; then a day goes by. */
		assert_int_equal(
		    delist_service_tick(world.service, &more, 10, NOW), 0);
		assert_false(more);
		assert_true(
		    delist_service_next_due(world.service) == NOW + DAY);
		assert_int_equal(
		    delist_service_tick(world.service, &more, 10, NOW + DAY),
		    DELIST_ECORRUPT);
		world_close(&world);
	}
}

static void
overwrite(struct world *world, const char *key, size_t len)
{
	struct delist_store_change change = {
	    .kind = DELIST_STORE_PUT,
	    .key = {key, len},
	    .value = {"?", 1},
	};
	uint8_t id[16] = {0};

	memcpy(id, key, len);
	assert_int_equal(
	    world->inner.ops->commit(world->inner.arg, &change, 1, id), 0);
}

enum {
	PASSES = 4 /* of years, until all that is written on the way is gone */
};

struct damage_row {
	const char *name;
	const char *keys[3];
	size_t keys_n;
};

static const struct damage_row damage_rows[] = {
    {"a count, before all others", {"C"}, 1},
    {"a count, behind all others", {"C\377"}, 1},
    {"a history", {"H"}, 1},
    {"a standing", {"M\377"}, 1},
    {"an audit, the oldest", {"A"}, 1},
    {"an audit, the newest", {"A\377"}, 1},
    {"two counts in a row", {"C", "C\1"}, 2},
    {"two audits in a row", {"A", "A\1"}, 2},
    {"one of each", {"A", "C", "M"}, 3},
};

/* What is told once each, and all else goes in its time. */
static void
a_row_that_cannot_be_read_stops_nothing_else(void **state)
{
	const struct damage_row *row = *state;
	int64_t now_s = NOW + 2000 * (int64_t)DAY;
	struct world world;
	size_t told = 0;
	bool more = true;

	world_start(&world);
	block_and_ask(&world, 30, NOW);
	for (size_t i = 0; i < row->keys_n; i++)
		overwrite(&world, row->keys[i], strlen(row->keys[i]));
	for (int again = 0; again < PASSES; again++) {
		for (int i = 0; i < 200 && more; i++)
			told += delist_service_tick(
				    world.service, &more, 1, now_s) != 0;
		assert_false(more);
		now_s += 500 * (int64_t)DAY;
		more = true;
	}
	assert_in_range(told, row->keys_n, PASSES * row->keys_n);
	/* All but the generation, and what can't be read. */
	assert_int_equal(world_rows(&world, 0), 1 + row->keys_n);
	world_close(&world);
}

/* Nothing says which row it is: it is tried again in a while. */
static void
a_store_that_is_damaged_has_no_turn_for_a_minute(void **state)
{
	struct world world;
	bool more;

	(void)state;
	world_start(&world);
	block_and_ask(&world, 1, NOW);
	world_tick(&world, NOW + 300 * (int64_t)DAY);
	world.store_error = DELIST_ECORRUPT;
	world.store_from_then_on = true;
	world.store_fail_at = world.store_calls + 1;
	while (
	    delist_service_next_due(world.service) <= NOW + 2000 * (int64_t)DAY)
		assert_int_equal(delist_service_tick(world.service, &more, 1,
				     NOW + 2000 * (int64_t)DAY),
		    DELIST_ECORRUPT);
	world.store_fail_at = 0;
	assert_true(delist_service_next_due(world.service) ==
		    NOW + 2000 * (int64_t)DAY + 60);
	world_tick(&world, NOW + 2000 * (int64_t)DAY + 60);
	assert_int_equal(world_rows(&world, 'C'), 0);
	assert_true(delist_service_next_due(world.service) >
		    NOW + 2000 * (int64_t)DAY + 60);
	world_close(&world);
}

/* ---- rows of somebody else ---- */

/* Another service on the same store: this one follows it when time comes. */
static void
what_another_service_removed_is_followed(void **state)
{
	struct delist_prefix prefix = world_prefix("192.0.2.1");
	struct delist_service *other;
	struct world world;
	bool removed;

	(void)state;
	world_start(&world);
	world_ask(&world, "ann@example.org", "192.0.2.1", NOW);
	assert_int_equal(delist_service_open(&other, &world.config), 0);
	assert_int_equal(delist_service_unlist(other, &removed,
			     DELIST_LISTING_BLOCK, &prefix, NOW + 1),
	    0);
	assert_true(removed);
	delist_service_close(other);
	assert_true(world_refuses(&world, "192.0.2.1", NOW + 1));
	world_tick(&world, NOW + 7 * DAY);
	assert_int_equal(world_rows(&world, 'L'), 0);
	world_tick(&world, NOW + 400 * (int64_t)DAY);
	assert_int_equal(world_rows(&world, 'R'), 0);
	world_close(&world);
}

/* And what it renewed is not ended by an older date. */
static void
what_another_service_renewed_goes_on(void **state)
{
	struct delist_service *other;
	struct world world;
	struct delist_service *mine;

	(void)state;
	world_start(&world);
	assert_int_equal(world_block(&world, "192.0.2.1", NOW), 0);
	mine = world.service;
	assert_int_equal(delist_service_open(&other, &world.config), 0);
	world.service = other;
	assert_int_equal(world_block(&world, "192.0.2.1", NOW + 6 * DAY), 0);
	delist_service_close(other);
	world.service = mine;
	world_tick(&world, NOW + 7 * DAY);
	assert_int_equal(world_rows(&world, 'L'), 1);
	assert_true(delist_service_next_due(world.service) <= NOW + 13 * DAY);
	world_tick(&world, NOW + 13 * DAY);
	assert_int_equal(world_rows(&world, 'L'), 0);
	world_close(&world);
}

static void
what_another_service_listed_can_be_taken_away(void **state)
{
	struct delist_prefix prefix = world_prefix("192.0.2.1");
	struct world world;
	struct delist_service *mine;
	bool removed;

	(void)state;
	world_start(&world);
	mine = world.service;
	world_open(&world);
	assert_int_equal(world_block(&world, "192.0.2.1", NOW), 0);
	delist_service_close(world.service);
	world.service = mine;
	assert_false(world_refuses(&world, "192.0.2.1", NOW));
	assert_int_equal(delist_service_unlist(world.service, &removed,
			     DELIST_LISTING_BLOCK, &prefix, NOW),
	    0);
	assert_true(removed);
	assert_int_equal(world_rows(&world, 'L'), 0);
	/* And what is the same again is listed here, too. */
	assert_int_equal(world_block(&world, "192.0.2.1", NOW), 0);
	assert_true(world_refuses(&world, "192.0.2.1", NOW));
	world_close(&world);
}

/* ---- personal data ---- */

static void
no_row_keeps_a_mailbox(void **state)
{
	static const int ends[] = {0, 1, 2, 3};

	(void)state;
	for (size_t i = 0; i < COUNT(ends); i++) {
		struct world world;
		struct kept_mail mail;
		int64_t end_s = NOW + 60;

		world_start(&world);
		mail = *world_ask(
		    &world, "Personal@example.org", "192.0.2.1", NOW);
		if (ends[i] == 0)
			assert_int_equal(
			    world_redeem(&world, mail.confirm, end_s), 0);
		else if (ends[i] == 1)
			assert_int_equal(
			    world_cancel(&world, mail.cancel, end_s), 0);
		else if (ends[i] == 2)
			assert_int_equal(
			    delist_service_mail_result(world.service, mail.from,
				strlen(mail.from), 0, DELIST_MAIL_FAILED,
				end_s),
			    0);
		else
			end_s = NOW + DAY;
		world_tick(&world, end_s);
		assert_true(world_stores(&world, "Personal@"));
		world_tick(&world, end_s + 90 * DAY - 1);
		assert_true(world_stores(&world, "Personal@"));
		world_tick(&world, end_s + 90 * DAY);
		assert_false(world_stores(&world, "Personal"));
		assert_false(world_stores(&world, "personal"));
		assert_false(world_stores(&world, "example.org"));
		assert_int_equal(world_rows(&world, 'R'), 0);
		world_close(&world);
	}
}

/* ---- many senders ---- */

static void
a_month_of_many_senders_takes_milliseconds(void **state)
{
	enum {
		SENDERS = 2000
	};
	struct world world;
	clock_t from;
	size_t rows;
	double ms;

	(void)state;
	world_init(&world, NULL);
	world.config.policy.mails_all.max = 100000;
	world_open(&world);
	block_and_ask(&world, SENDERS, NOW);
	for (size_t i = 0; i < MAILS_KEPT; i++)
		assert_int_equal(
		    world_redeem(&world, world_mail(&world, i)->confirm, NOW),
		    0);
	rows = world_rows(&world, 0);
	from = clock();
	for (int64_t hour = 0; hour <= 30 * 24; hour++)
		world_tick(&world, NOW + hour * HOUR);
	ms = (double)(clock() - from) * 1e3 / CLOCKS_PER_SEC;
	print_message("figure: 30 days, %d senders, %zu rows: %.1f ms\n",
	    SENDERS, rows, ms);
	/* All is over but the requests, which are remembered. */
	assert_int_equal(world_rows(&world, 'L'), 0);
	assert_int_equal(world_rows(&world, 'O'), 0);
	assert_int_equal(world_rows(&world, 'R'), SENDERS);
	world_close(&world);
}

int
main(void)
{
	TEST(tick_does_at_most_so_many);
	TEST(nothing_is_due_early);
	TEST(a_jump_by_years_ends_all);
	TEST(a_review_goes_on);
	ROWS(any_time_will_do, clock_rows);
	TEST(a_clock_before_1970_keeps_the_line);
	TEST(the_sweep_takes_what_is_idle_and_no_more);
	TEST(the_sweep_survives_a_restart);
	TEST(a_row_behind_the_sweep_is_not_forgotten);
	TEST(a_row_that_cannot_be_read_is_told);
	ROWS(a_row_that_cannot_be_read_stops_nothing_else, damage_rows);
	TEST(a_store_that_is_damaged_has_no_turn_for_a_minute);
	TEST(what_another_service_removed_is_followed);
	TEST(what_another_service_renewed_goes_on);
	TEST(what_another_service_listed_can_be_taken_away);
	TEST(no_row_keeps_a_mailbox);
	TEST(a_month_of_many_senders_takes_milliseconds);
	return support_run("service_tick");
}
