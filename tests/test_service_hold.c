/* SPDX-License-Identifier: ISC */
/*
 * Many commits, one wait for the disk: nothing leaves before it.
 */
#define _GNU_SOURCE
#include "service_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static struct {
	struct delist_audit audit[1024];
	size_t n;
} told;

static void
tell(void *arg, const struct delist_audit *audit)
{
	(void)arg;
	assert_true(told.n < COUNT(told.audit));
	told.audit[told.n++] = *audit;
}

static void
start(struct world *world, const struct delist_alloc *alloc)
{
	world_init(world, alloc);
	world->config.host.event = tell;
	world_open(world);
	world_may_hold(world);
	told.n = 0;
}

static int
begin_hold(struct world *world)
{
	return delist_service_hold(world->service);
}

static int
end_hold(struct world *world)
{
	return delist_service_sync(world->service);
}

/* ---- the story ---- */

static void
nothing_leaves_before_sync(void **state)
{
	struct delist_prefix gone = world_prefix("192.0.2.9");
	struct delist_intake_answer intake;
	struct world world;
	bool more, removed;

	(void)state;
	start(&world, NULL);
	assert_int_equal(world_block(&world, "192.0.2.1", NOW), 0);
	assert_int_equal(world_block(&world, "192.0.2.9", NOW), 0);
	told.n = 0;
	assert_int_equal(begin_hold(&world), 0);
	assert_int_equal(begin_hold(&world), 0);
	assert_int_equal(world_block(&world, "198.51.100.1", NOW), 0);
	assert_int_equal(delist_service_unlist(world.service, &removed,
			     DELIST_LISTING_BLOCK, &gone, NOW),
	    0);
	assert_int_equal(
	    world_submit(&world, NULL, "ann@example.org", "192.0.2.1", NOW), 0);
	assert_int_equal(world_intake(&world, &intake, "bob@example.com", "",
			     world_reply(511, "192.0.2.1"), NOW),
	    0);
	assert_true(intake.replied);
	/* The set, the mails and the events are those of before. */
	assert_false(world_refuses(&world, "198.51.100.1", NOW));
	assert_true(world_refuses(&world, "192.0.2.9", NOW));
	assert_int_equal(world.mails_n, 0);
	assert_int_equal(told.n, 0);
	assert_int_equal(
	    delist_service_tick(world.service, &more, 10, NOW), DELIST_EAGAIN);
	assert_int_equal(world.mails_n, 0);
	assert_int_equal(end_hold(&world), 0);
	assert_true(world_refuses(&world, "198.51.100.1", NOW));
	assert_false(world_refuses(&world, "192.0.2.9", NOW));
	assert_int_equal(told.n, 4);
	assert_int_equal(told.audit[0].change[0].event, DELIST_EVENT_LIST);
	assert_int_equal(told.audit[1].change[0].event, DELIST_EVENT_UNLIST);
	assert_int_equal(told.audit[2].change[0].event, DELIST_EVENT_SUBMIT);
	assert_int_equal(told.audit[3].change[0].event, DELIST_EVENT_INTAKE);
	assert_true(delist_service_next_due(world.service) == INT64_MIN);
	world_tick(&world, NOW);
	assert_int_equal(world.mails_n, 2);
	world_tick(&world, NOW + 1);
	assert_int_equal(world.mails_n, 2);
	assert_int_equal(
	    world_redeem(&world, world.mails[0].confirm, NOW + 1), 0);
	world_close(&world);
}

static void
many_share_one_wait(void **state)
{
	struct world world;
	char text[32];

	(void)state;
	start(&world, NULL);
	for (int round = 0; round < 3; round++) {
		assert_int_equal(begin_hold(&world), 0);
		for (int i = 0; i < 100; i++) {
			snprintf(text, sizeof text, "192.0.%d.%d", round, i);
			assert_int_equal(world_block(&world, text, NOW), 0);
			assert_false(world_refuses(&world, text, NOW));
		}
		assert_int_equal(end_hold(&world), 0);
		for (int i = 0; i < 100; i++) {
			snprintf(text, sizeof text, "192.0.%d.%d", round, i);
			assert_true(world_refuses(&world, text, NOW));
		}
	}
	assert_int_equal(end_hold(&world), 0);
	/* A withdrawal of all of it, held as well. */
	assert_int_equal(begin_hold(&world), 0);
	for (struct delist_purge purge = {.done = false}; !purge.done;)
		assert_int_equal(
		    delist_service_purge_source(world.service, &purge,
			(struct delist_text){"trap", 4}, 50, NOW),
		    0);
	assert_true(world_refuses(&world, "192.0.0.1", NOW));
	assert_int_equal(end_hold(&world), 0);
	assert_false(world_refuses(&world, "192.0.0.1", NOW));
	assert_int_equal(world_rows(&world, 'L'), 0);
	world_close(&world);
}

/* One listing changed many times is shown as it is in the end. */
static void
the_last_word_is_shown(void **state)
{
	struct delist_prefix prefix = world_prefix("192.0.2.1");
	struct world world;
	bool removed;

	(void)state;
	start(&world, NULL);
	assert_int_equal(begin_hold(&world), 0);
	for (int i = 0; i < 9; i++) {
		assert_int_equal(world_block(&world, "192.0.2.1", NOW), 0);
		assert_int_equal(delist_service_unlist(world.service, &removed,
				     DELIST_LISTING_BLOCK, &prefix, NOW),
		    0);
		assert_true(removed);
	}
	assert_int_equal(end_hold(&world), 0);
	assert_false(world_refuses(&world, "192.0.2.1", NOW));
	assert_int_equal(begin_hold(&world), 0);
	assert_int_equal(delist_service_unlist(world.service, &removed,
			     DELIST_LISTING_BLOCK, &prefix, NOW),
	    0);
	assert_int_equal(world_block(&world, "192.0.2.1", NOW), 0);
	assert_int_equal(end_hold(&world), 0);
	assert_true(world_refuses(&world, "192.0.2.1", NOW));
	world_close(&world);
}

/* Closed in between, the store decides; what it has goes on as after a crash. */
static void
a_hold_ends_with_the_service(void **state)
{
	struct world world;

	(void)state;
	start(&world, NULL);
	assert_int_equal(world_block(&world, "192.0.2.1", NOW), 0);
	assert_int_equal(begin_hold(&world), 0);
	assert_int_equal(
	    world_submit(&world, NULL, "ann@example.org", "192.0.2.1", NOW), 0);
	told.n = 0;
	assert_true(world.held);
	world_reopen(&world);
	assert_false(world.held);
	assert_int_equal(told.n, 0);
	world_tick(&world, NOW);
	assert_int_equal(world.mails_n, 1);
	world_close(&world);
}

/* ---- failures ---- */

static void
after_a_failed_sync_nothing_is_believed(void **state)
{
	struct delist_purge purge = {.done = false};
	struct delist_cursor cursor = {0};
	struct delist_listing listing;
	struct delist_view view;
	struct kept_mail mail;
	struct world world;
	bool more, found;

	(void)state;
	start(&world, NULL);
	mail = *world_ask(&world, "ann@example.org", "192.0.2.1", NOW);
	told.n = world.mails_n = 0;
	assert_int_equal(begin_hold(&world), 0);
	assert_int_equal(world_redeem(&world, mail.confirm, NOW), 0);
	assert_int_equal(world_block(&world, "198.51.100.1", NOW), 0);
	world.store_error = DELIST_EREADONLY;
	world.store_fail_at = world.store_calls + 1;
	assert_int_equal(end_hold(&world), DELIST_EREADONLY);
	world.store_fail_at = 0;
	/* It checks as before the hold, and does nothing else. */
	assert_true(world_refuses(&world, "192.0.2.1", NOW));
	assert_false(world_refuses(&world, "198.51.100.1", NOW));
	assert_int_equal(told.n, 0);
	assert_int_equal(end_hold(&world), DELIST_EREADONLY);
	assert_int_equal(begin_hold(&world), DELIST_EREADONLY);
	assert_int_equal(
	    world_block(&world, "198.51.100.1", NOW), DELIST_EREADONLY);
	assert_int_equal(delist_service_tick(world.service, &more, 10, NOW),
	    DELIST_EREADONLY);
	assert_int_equal(world_inspect(&world, &view, DELIST_PURPOSE_CONFIRM,
			     mail.confirm, NOW),
	    DELIST_EREADONLY);
	assert_int_equal(delist_service_next_listing(
			     world.service, &found, &listing, &cursor, 0),
	    DELIST_EREADONLY);
	assert_int_equal(delist_service_purge_source(world.service, &purge,
			     (struct delist_text){"trap", 4}, 10, NOW),
	    DELIST_EREADONLY);
	assert_int_equal(world.mails_n, 0);
	world_reopen(&world);
	assert_int_equal(world_block(&world, "198.51.100.2", NOW), 0);
	world_close(&world);
}

static void
a_store_may_not_hold(void **state)
{
	struct delist_store_ops half = {.size = sizeof half};
	struct delist_service *service;
	struct world world;

	(void)state;
	world_start(&world);
	assert_int_equal(begin_hold(&world), 0);
	assert_int_equal(world_block(&world, "192.0.2.1", NOW), 0);
	assert_true(world_refuses(&world, "192.0.2.1", NOW));
	assert_int_equal(end_hold(&world), 0);
	world_close(&world);

	start(&world, NULL);
	world.store_error = DELIST_EREADONLY;
	world.store_fail_at = world.store_calls + 1;
	assert_int_equal(begin_hold(&world), DELIST_EREADONLY);
	world.store_fail_at = 0;
	assert_int_equal(world_block(&world, "192.0.2.1", NOW), 0);
	assert_true(world_refuses(&world, "192.0.2.1", NOW));
	half = *world.config.store.ops;
	half.sync = NULL;
	world.config.store.ops = &half;
	assert_int_equal(
	    delist_service_open(&service, &world.config), DELIST_EINVAL);
	world_close(&world);
}

/* Each allocation of a held round failing once: nothing is lost or doubled. */
static void
an_allocation_fails(void **state)
{
	size_t injected = 0;

	(void)state;
	for (size_t at = 1;; at++) {
		struct support_memory memory = {.calls = 0};
		struct delist_alloc alloc = support_alloc(&memory);
		struct world world;
		char text[32];

		start(&world, &alloc);
		assert_int_equal(begin_hold(&world), 0);
		memory.fail_at = memory.calls + at;
		for (int i = 0; i < 40; i++) {
			snprintf(text, sizeof text, "192.0.2.%d", i);
			if (world_block(&world, text, NOW) != 0)
				assert_int_equal(
				    world_block(&world, text, NOW), 0);
		}
		assert_int_equal(end_hold(&world), 0);
		memory.fail_at = 0;
		/* What has no room yet is shown by tick. */
		world_tick(&world, NOW);
		for (int i = 0; i < 40; i++) {
			snprintf(text, sizeof text, "192.0.2.%d", i);
			assert_true(world_refuses(&world, text, NOW));
		}
		assert_int_equal(told.n, 40);
		injected += memory.injected;
		world_close(&world);
		assert_int_equal(memory.blocks, 0);
		if (memory.injected == 0)
			break;
	}
	assert_true(injected >= 5);
}

/* The store is away when the rows are read again. */
static void
a_store_that_is_away_delays_the_set(void **state)
{
	struct world world;
	bool more;

	(void)state;
	start(&world, NULL);
	assert_int_equal(begin_hold(&world), 0);
	assert_int_equal(world_block(&world, "192.0.2.1", NOW), 0);
	assert_int_equal(world_block(&world, "192.0.2.2", NOW), 0);
	world.store_error = DELIST_EIO;
	world.store_from_then_on = true;
	world.store_fail_at = world.store_calls + 3;
	assert_int_equal(end_hold(&world), 0);
	assert_true(world_refuses(&world, "192.0.2.1", NOW));
	assert_false(world_refuses(&world, "192.0.2.2", NOW));
	assert_true(delist_service_next_due(world.service) == INT64_MIN);
	assert_int_equal(begin_hold(&world), DELIST_EIO);
	assert_int_equal(
	    delist_service_tick(world.service, &more, 10, NOW), DELIST_EIO);
	world.store_fail_at = 0;
	world_tick(&world, NOW);
	assert_true(world_refuses(&world, "192.0.2.2", NOW));
	world_close(&world);
}

/* ---- on a disk ---- */

static struct delist_journal *
open_journal(struct world *world, const char *directory)
{
	struct delist_journal_options options = {
	    .size = sizeof options,
	    .entropy = delist_entropy,
	};
	struct delist_journal *journal = NULL;

	assert_int_equal(
	    delist_journal_open(&journal, directory, "list", &options), 0);
	world->config.store = delist_journal_store(journal);
	assert_int_equal(
	    delist_service_open(&world->service, &world->config), 0);
	return journal;
}

static void
what_was_synced_is_on_the_disk(void **state)
{
	char directory[] = "/tmp/delist-hold-XXXXXX", path[64];
	struct delist_journal *journal;
	struct world world;

	(void)state;
	assert_non_null(mkdtemp(directory));
	world_init(&world, NULL);
	journal = open_journal(&world, directory);
	assert_int_equal(begin_hold(&world), 0);
	assert_int_equal(world_block(&world, "192.0.2.1", NOW), 0);
	assert_int_equal(end_hold(&world), 0);
	assert_int_equal(begin_hold(&world), 0);
	assert_int_equal(world_block(&world, "192.0.2.2", NOW), 0);
	delist_service_close(world.service);
	delist_journal_close(journal);
	journal = open_journal(&world, directory);
	assert_true(world_refuses(&world, "192.0.2.1", NOW));
	assert_true(world_refuses(&world, "192.0.2.2", NOW));
	world_close(&world);
	delist_journal_close(journal);
	for (int i = 0; i < 2; i++) {
		snprintf(path, sizeof path, "%s/list.%s", directory,
		    i == 0 ? "lock" : "journal");
		assert_int_equal(unlink(path), 0);
	}
	assert_int_equal(rmdir(directory), 0);
}

int
main(void)
{
	TEST(nothing_leaves_before_sync);
	TEST(many_share_one_wait);
	TEST(the_last_word_is_shown);
	TEST(a_hold_ends_with_the_service);
	TEST(after_a_failed_sync_nothing_is_believed);
	TEST(a_store_may_not_hold);
	TEST(an_allocation_fails);
	TEST(a_store_that_is_away_delays_the_set);
	TEST(what_was_synced_is_on_the_disk);
	return support_run("service_hold");
}
