/* SPDX-License-Identifier: ISC */
/*
 * What becomes of whom is written down, told, and deleted in the end.
 */
#include "service_world.h"

#include <stdio.h>

enum {
	TOLD = 512
};

static struct {
	struct delist_audit audit[TOLD];
	size_t n;
} told;

static void
tell(void *arg, const struct delist_audit *audit)
{
	(void)arg;
	assert_true(told.n < TOLD);
	assert_in_range(audit->changes, 1, DELIST_AUDIT_CHANGES);
	told.audit[told.n++] = *audit;
}

static void
start(struct world *world)
{
	told.n = 0;
	world_init(world, NULL);
	world->config.host.event = tell;
	world_open(world);
}

static struct delist_audit
audit_at(struct world *world, size_t number)
{
	struct delist_cursor cursor = {0};
	struct delist_audit audit;
	bool found = true;

	for (size_t i = 0; i <= number; i++) {
		assert_int_equal(delist_service_next_audit(
				     world->service, &found, &audit, &cursor),
		    0);
		assert_true(found);
	}
	return audit;
}

/* "listing listed>lifting, request mail-sent>applied": what an audit says. */
static const char *
said(const struct delist_audit *audit)
{
	static char text[1024];
	size_t len = 0;

	for (uint8_t i = 0; i < audit->changes; i++) {
		const struct delist_audit_change *change = &audit->change[i];
		const char *(*name)(int) = change->of == DELIST_AUDIT_LISTING
					       ? delist_listing_state_name
					       : delist_request_state_name;

		len += (size_t)snprintf(text + len, sizeof text - len,
		    "%s%s %s: %s>%s", i == 0 ? "" : ", ",
		    delist_audit_of_name(change->of),
		    delist_event_name(change->event), name(change->before),
		    name(change->after));
		assert_true(len < sizeof text);
	}
	return text;
}

/* ---- the story ---- */

/* Field by field, as rows have them: structs have gaps. */
static void
assert_same(const struct delist_audit *a, const struct delist_audit *b)
{
	struct delist_record row_a, row_b;

	assert_int_equal(delist_record_write_audit(&row_a, a), 0);
	assert_int_equal(delist_record_write_audit(&row_b, b), 0);
	assert_memory_equal(&row_a, &row_b, sizeof row_a);
}

static void
each_step_is_written_down(void **state)
{
	static const char *const want[] = {
	    "listing list: absent>listed",
	    "request submit: none>mail-pending",
	    "request mail-accepted: mail-pending>mail-sent",
	    ("request redeem: mail-sent>applied, "
	     "listing redeem: listed>lifting, "
	     "listing ack: lifting>probation, "
	     "request effective: applied>effective"),
	    ("listing list: probation>listed, "
	     "request relisted: effective>relisted"),
	};
	struct world world;
	struct kept_mail *mail;
	struct delist_audit first, last;
	struct delist_addr addr = world_addr("192.0.2.1");

	(void)state;
	start(&world);
	mail = world_ask(&world, "ann@example.org", "192.0.2.1", NOW);
	assert_int_equal(world_redeem(&world, mail->confirm, NOW + 1), 0);
	assert_int_equal(world_block(&world, "192.0.2.1", NOW + 2), 0);
	assert_int_equal(world_rows(&world, 'A'), COUNT(want));
	assert_int_equal(told.n, COUNT(want));
	for (size_t i = 0; i < COUNT(want); i++) {
		struct delist_audit audit = audit_at(&world, i);

		assert_string_equal(said(&audit), want[i]);
		assert_same(&audit, &told.audit[i]);
	}
	first = audit_at(&world, 0);
	assert_true(first.at_s == NOW);
	assert_int_equal(first.source_len, 4);
	assert_memory_equal(first.source, "trap", 4);
	assert_memory_equal(first.reason, "spam", 4);
	assert_int_equal(first.change[0].code, 606);
	assert_int_equal(first.change[0].prefix.bits, 32);
	assert_int_equal(
	    delist_addr_compare(&first.change[0].prefix.addr, &addr), 0);
	last = audit_at(&world, 3);
	assert_true(last.at_s == NOW + 1);
	assert_memory_equal(last.change[0].id, mail->id, 16);
	assert_memory_equal(last.change[1].id, mail->id, 16);
	assert_int_equal(last.change[3].prefix.bits, 32);
	world_close(&world);
}

/* No mailbox and no token, but one hash for one mailbox. */
static void
who_asked_is_only_hashed(void **state)
{
	static const uint8_t none[16];
	struct world world;
	struct delist_cursor cursor = {0};
	struct delist_audit audit;
	bool found;
	uint8_t hash[3][16];
	size_t n = 0;

	(void)state;
	start(&world);
	(void)world_ask(&world, "ann@example.org", "192.0.2.1", NOW);
	(void)world_ask(&world, "Ann@EXAMPLE.org", "192.0.2.2", NOW);
	(void)world_ask(&world, "bob@example.org", "192.0.2.3", NOW);
	world_tick(&world, NOW + 100 * (int64_t)DAY);
	world_tick(&world, NOW + 200 * (int64_t)DAY);
	assert_int_equal(world_rows(&world, 'R'), 0);
	assert_false(world_stores(&world, "example.org"));
	for (;;) {
		assert_int_equal(delist_service_next_audit(
				     world.service, &found, &audit, &cursor),
		    0);
		if (!found)
			break;
		if (audit.change[0].event == DELIST_EVENT_SUBMIT)
			memcpy(hash[n++], audit.change[0].hash, 16);
	}
	assert_int_equal(n, 3);
	assert_memory_not_equal(hash[0], none, 16);
	assert_memory_equal(hash[0], hash[1], 16);
	assert_memory_not_equal(hash[0], hash[2], 16);
	world_close(&world);
}

static void
a_removal_says_how_long_it_took(void **state)
{
	struct world world;
	struct kept_mail *mail;

	(void)state;
	start(&world);
	mail = world_ask(&world, "ann@example.org", "192.0.2.1", NOW);
	assert_int_equal(world_redeem(&world, mail->confirm, NOW + 1), 0);
	assert_true(told.audit[3].change[2].delay_s == 0);
	world_close(&world);
}

/* ---- what leaves no row ---- */

static void
renewed_evidence_leaves_none(void **state)
{
	struct delist_prefix prefix = world_prefix("192.0.2.1");
	struct delist_grounds other = {
	    .size = sizeof other,
	    .source = {"list", 4},
	    .reason = {"spam", 4},
	};
	struct world world;

	(void)state;
	start(&world);
	for (int i = 0; i < 50; i++)
		assert_int_equal(world_block(&world, "192.0.2.1", NOW + i), 0);
	assert_int_equal(world_rows(&world, 'A'), 1);
	assert_int_equal(told.n, 50);
	assert_int_equal(
	    delist_service_block(world.service, &prefix, &other, NOW + 60), 0);
	assert_int_equal(world_rows(&world, 'A'), 2);
	other.code = 511;
	assert_int_equal(
	    delist_service_block(world.service, &prefix, &other, NOW + 61), 0);
	assert_int_equal(world_rows(&world, 'A'), 3);
	assert_int_equal(told.audit[told.n - 1].change[0].code, 511);
	world_close(&world);
}

static void
a_flood_of_forms_leaves_none(void **state)
{
	struct world world;
	char mailbox[32];
	size_t rows;

	(void)state;
	start(&world);
	world.config.policy.mails_all.max = 3;
	world.config.policy.open_per_target = 1000;
	world_reopen(&world);
	assert_int_equal(world_block(&world, "192.0.2.1", NOW), 0);
	for (int i = 0; i < 200; i++) {
		snprintf(mailbox, sizeof mailbox, "u%d@d%d.example", i, i);
		assert_int_equal(
		    world_submit(&world, NULL, mailbox, "192.0.2.1", NOW), 0);
	}
	rows = world_rows(&world, 'A');
	assert_int_equal(rows, 1 + 2 * 3);
	world_tick(&world, NOW + 3 * DAY);
	/* What expires of them is not worth a row either. */
	assert_int_equal(world_rows(&world, 'A'), rows + 3);
	world_close(&world);
}

static void
what_changes_nothing_leaves_none(void **state)
{
	struct world world;
	struct kept_mail *mail;
	struct delist_view view;
	size_t rows;

	(void)state;
	start(&world);
	mail = world_ask(&world, "ann@example.org", "192.0.2.1", NOW);
	rows = world_rows(&world, 'A');
	assert_int_equal(world_inspect(&world, &view, DELIST_PURPOSE_CONFIRM,
			     mail->confirm, NOW),
	    0);
	assert_int_equal(
	    world_redeem(&world, mail->cancel, NOW), DELIST_ETOKEN);
	assert_int_equal(world_rows(&world, 'A'), rows);
	assert_int_equal(world_redeem(&world, mail->confirm, NOW), 0);
	assert_int_equal(world_rows(&world, 'A'), rows + 1);
	assert_int_equal(world_redeem(&world, mail->confirm, NOW), 0);
	assert_int_equal(world_rows(&world, 'A'), rows + 1);
	world_close(&world);
}

/* The host keeps them: it is told the same, and no row is written. */
static void
the_host_may_keep_them(void **state)
{
	struct world world;
	struct kept_mail *mail;

	(void)state;
	start(&world);
	world.config.audit_elsewhere = true;
	world_reopen(&world);
	mail = world_ask(&world, "ann@example.org", "192.0.2.1", NOW);
	assert_int_equal(world_redeem(&world, mail->confirm, NOW), 0);
	assert_int_equal(world_rows(&world, 'A'), 0);
	assert_int_equal(told.n, 4);
	assert_int_equal(told.audit[3].changes, 4);
	world_close(&world);
}

/* ---- failures ---- */

static void
nothing_is_told_before_it_is_stored(void **state)
{
	struct world world;

	(void)state;
	start(&world);
	world.store_error = DELIST_EIO;
	world.store_from_then_on = true;
	for (size_t at = 1; at < 4; at++) {
		world.store_fail_at = world.store_calls + at;
		assert_int_equal(
		    world_block(&world, "192.0.2.1", NOW), DELIST_EIO);
		assert_int_equal(told.n, 0);
		world.store_fail_at = 0;
	}
	world.conflicts = 3;
	assert_int_equal(world_block(&world, "192.0.2.1", NOW), 0);
	assert_int_equal(told.n, 1);
	assert_int_equal(world_rows(&world, 'A'), 1);
	world_close(&world);
}

/* ---- the end ---- */

static void
fill(struct world *world, int n, int64_t now_s)
{
	char prefix[32];

	for (int i = 0; i < n; i++) {
		snprintf(prefix, sizeof prefix, "192.0.2.%d", i);
		assert_int_equal(world_block(world, prefix, now_s), 0);
	}
}

static void
they_are_kept_for_400_days(void **state)
{
	struct world world;
	bool more;

	(void)state;
	start(&world);
	world.config.policy.ttl_automatic_s = 1000 * (int64_t)DAY;
	world.config.policy.ttl_cap_s = 1000 * (int64_t)DAY;
	world_reopen(&world);
	fill(&world, 100, NOW);
	fill(&world, 0, NOW + DAY);
	assert_int_equal(world_block(&world, "198.51.100.1", NOW + DAY), 0);
	for (int again = 0; again < 2; again++) {
		assert_true(delist_service_next_due(world.service) ==
			    NOW + 400 * (int64_t)DAY);
		world_tick(&world, NOW + 400 * (int64_t)DAY - 1);
		assert_int_equal(world_rows(&world, 'A'), 101);
		world_reopen(&world);
	}
	/* In pieces: a clock that jumped holds nobody up. */
	for (size_t left = 101; left > 1; left = world_rows(&world, 'A')) {
		assert_int_equal(delist_service_tick(world.service, &more, 1,
				     NOW + 400 * (int64_t)DAY),
		    0);
		assert_int_equal(
		    world_rows(&world, 'A'), left > 9 ? left - 8 : 1);
		assert_int_equal(more, world_rows(&world, 'A') > 1);
	}
	assert_true(
	    delist_service_next_due(world.service) == NOW + 401 * (int64_t)DAY);
	world_tick(&world, NOW + 401 * (int64_t)DAY);
	assert_int_equal(world_rows(&world, 'A'), 0);
	assert_true(
	    delist_service_next_due(world.service) > NOW + 900 * (int64_t)DAY);
	world_close(&world);
}

static void
a_purge_that_fails_is_done_later(void **state)
{
	struct world world;
	bool more;

	(void)state;
	start(&world);
	world.config.policy.ttl_automatic_s = 1000 * (int64_t)DAY;
	world.config.policy.ttl_cap_s = 1000 * (int64_t)DAY;
	world_reopen(&world);
	fill(&world, 20, NOW);
	world.store_error = DELIST_EIO;
	for (size_t at = 1; at <= 10; at++) {
		world.store_fail_at = world.store_calls + at;
		assert_int_equal(delist_service_tick(world.service, &more, 1,
				     NOW + 500 * (int64_t)DAY),
		    DELIST_EIO);
		assert_int_equal(world_rows(&world, 'A'), 20);
	}
	world.store_fail_at = 0;
	world_tick(&world, NOW + 500 * (int64_t)DAY);
	assert_int_equal(world_rows(&world, 'A'), 0);
	world_close(&world);
}

/* What was written with a clock behind is the oldest, whenever it came. */
static void
a_clock_may_go_back(void **state)
{
	struct world world;

	(void)state;
	start(&world);
	world.config.policy.ttl_automatic_s = 1000 * (int64_t)DAY;
	world.config.policy.ttl_cap_s = 1000 * (int64_t)DAY;
	world_reopen(&world);
	assert_int_equal(world_block(&world, "192.0.2.1", NOW), 0);
	assert_int_equal(world_block(&world, "192.0.2.2", NOW - 50 * DAY), 0);
	assert_int_equal(world_block(&world, "192.0.2.3", INT64_MAX - 1), 0);
	assert_true(audit_at(&world, 0).at_s == NOW - 50 * DAY);
	assert_true(audit_at(&world, 2).at_s == INT64_MAX - 1);
	world_tick(&world, NOW + 350 * (int64_t)DAY);
	assert_int_equal(world_rows(&world, 'A'), 2);
	world_tick(&world, NOW + 400 * (int64_t)DAY);
	assert_int_equal(world_rows(&world, 'A'), 1);
	world_close(&world);
}

/* The oldest of them keeps nobody from being served. */
static void
one_that_cannot_be_read_is_told_by_tick(void **state)
{
	struct delist_store_change change = {
	    .kind = DELIST_STORE_PUT,
	    .key = {"A", 1},
	    .value = {"?", 1},
	};
	struct world world;
	bool more;

	(void)state;
	start(&world);
	assert_int_equal(world.inner.ops->commit(world.inner.arg, &change, 1,
			     (const uint8_t *)"0123456789abcdef"),
	    0);
	fill(&world, 1, NOW);
	world_reopen(&world);
	assert_int_equal(
	    delist_service_tick(world.service, &more, 9, NOW), DELIST_ECORRUPT);
	assert_int_equal(delist_service_tick(world.service, &more, 9, NOW), 0);
	assert_false(more);
	world_tick(&world, NOW + 1000 * (int64_t)DAY);
	assert_int_equal(world_rows(&world, 'A'), 2);
	world_tick(&world, NOW + 2000 * (int64_t)DAY);
	assert_int_equal(world_rows(&world, 'A'), 1);
	world_close(&world);
}

int
main(void)
{
	TEST(each_step_is_written_down);
	TEST(who_asked_is_only_hashed);
	TEST(a_removal_says_how_long_it_took);
	TEST(renewed_evidence_leaves_none);
	TEST(a_flood_of_forms_leaves_none);
	TEST(what_changes_nothing_leaves_none);
	TEST(the_host_may_keep_them);
	TEST(nothing_is_told_before_it_is_stored);
	TEST(they_are_kept_for_400_days);
	TEST(a_purge_that_fails_is_done_later);
	TEST(a_clock_may_go_back);
	TEST(one_that_cannot_be_read_is_told_by_tick);
	return support_run("service_audit");
}
