/* SPDX-License-Identifier: ISC */
/*
 * Checks beside a writer.  Each answer must be right for some moment, and
 * what no change touches must be right always.  The run under the thread
 * sanitizer is the one that says most.
 *
 * DELIST_THREADS_CHANGES in the environment says how many (20,000).
 */
#include "service_world.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	READERS = 2,
	MANY = 500 /* addresses that come and go, so that tables grow */
};

struct shared {
	struct world world;
	_Atomic bool done;
	_Atomic size_t checks;
};

static struct delist_check
check(const struct shared *shared, const char *addr)
{
	struct delist_addr parsed = world_addr(addr);
	struct delist_check check;

	(void)delist_service_check(
	    shared->world.service, &check, &parsed, NULL, 0, NOW);
	return check;
}

static void
hold(bool holds)
{
	if (!holds)
		abort();
}

static void
look_around(const struct shared *shared)
{
	struct delist_check got = check(shared, "192.0.2.1");

	/* Renewed all the time, and never away. */
	hold(got.answer == DELIST_CHECK_BLOCKED && got.code == 606 &&
	     got.prefix.bits == 32);
	/* Under a range, but an exception is always there. */
	got = check(shared, "198.51.100.7");
	hold(got.answer == DELIST_CHECK_EXCEPTED && got.pass.bits == 32 &&
	     got.prefix.bits == 24);
	/* The range comes and goes around an address of another code. */
	got = check(shared, "2001:db8::1");
	hold(got.answer == DELIST_CHECK_BLOCKED && got.prefix.bits == 128 &&
	     (got.code == 606 || got.code == 511));
	/* One, the other, both or none; the worst code wins. */
	got = check(shared, "203.0.113.9");
	hold(got.answer == DELIST_CHECK_PASS ||
	     (got.answer == DELIST_CHECK_BLOCKED &&
		 (got.code == 511 || got.prefix.bits == 32)));
	/* A wide one and a narrow one take turns; one is always there. */
	hold(check(shared, "203.0.114.5").answer == DELIST_CHECK_BLOCKED);
	/* And one that is nobody's. */
	hold(check(shared, "192.0.2.2").answer == DELIST_CHECK_PASS);
}

static void *
reads(void *arg)
{
	struct shared *shared = arg;
	struct delist_reader *reader;

	hold(delist_service_join(&reader, shared->world.service) == 0);
	while (!atomic_load(&shared->done)) {
		delist_reader_enter(reader);
		for (int i = 0; i < 20; i++)
			look_around(shared);
		delist_reader_exit(reader);
		atomic_fetch_add(&shared->checks, 1);
	}
	delist_reader_leave(reader);
	return NULL;
}

/* A reader that lost its processor while it was inside has it again soon. */
static bool
is_held_up(int result)
{
	assert_true(result == DELIST_OK || result == DELIST_EBUSY);
	if (result == DELIST_EBUSY)
		sched_yield();
	return result == DELIST_EBUSY;
}

static void
block(struct world *world, const char *text, uint16_t code, int64_t ttl_s)
{
	struct delist_prefix prefix = world_prefix(text);
	struct delist_grounds grounds = {
	    .size = sizeof grounds,
	    .source = {"trap", 4},
	    .reason = {"spam", 4},
	    .code = code,
	    .ttl_s = ttl_s,
	};

	while (is_held_up(
	    delist_service_block(world->service, &prefix, &grounds, NOW)))
		;
}

static void
unlist(struct world *world, const char *text)
{
	struct delist_prefix prefix = world_prefix(text);
	bool removed;

	while (is_held_up(delist_service_unlist(
	    world->service, &removed, DELIST_LISTING_BLOCK, &prefix, NOW)))
		;
}

static void
toggle(struct world *world, const char *text, uint16_t code)
{
	struct delist_prefix prefix = world_prefix(text);
	struct delist_listing listing;
	bool found;

	assert_int_equal(delist_service_listing(world->service, &found,
			     &listing, DELIST_LISTING_BLOCK, &prefix),
	    0);
	if (found)
		unlist(world, text);
	else
		block(world, text, code, DAY);
}

/* At no moment is neither. */
static void
take_turns(struct world *world)
{
	block(world, "203.0.114.5", 606, DAY);
	unlist(world, "203.0.114.0/24");
	block(world, "203.0.114.0/24", 606, DAY);
	unlist(world, "203.0.114.5");
}

static void
change_something(struct world *world, uint64_t i)
{
	char many[32];

	switch (support_below(&world->random, 8)) {
	case 0:
		block(world, "192.0.2.1", 606, DAY + (int64_t)i);
		break;
	case 1:
		toggle(world, "2001:db8::/32", 511);
		break;
	case 2:
		toggle(world, "203.0.113.9", 606);
		break;
	case 3:
		toggle(world, "203.0.113.0/24", 511);
		break;
	case 4:
	case 5:
		take_turns(world);
		break;
	default:
		snprintf(many, sizeof many, "2001:db8:1:%x::/64",
		    (unsigned)support_below(&world->random, MANY));
		toggle(world, many, 606);
		break;
	}
}

static void
except(struct world *world, const char *text)
{
	struct delist_prefix prefix = world_prefix(text);
	struct delist_grounds grounds = {
	    .size = sizeof grounds,
	    .source = {"op", 2},
	    .reason = {"ok", 2},
	};

	assert_int_equal(
	    delist_service_except(world->service, &prefix, &grounds, NOW), 0);
}

static void
each_answer_was_right_once(void **state)
{
	static struct shared shared;
	const char *text = getenv("DELIST_THREADS_CHANGES");
	uint64_t changes = text != NULL ? strtoull(text, NULL, 10) : 20000;
	pthread_t threads[READERS];

	(void)state;
	world_start(&shared.world);
	block(&shared.world, "192.0.2.1", 606, DAY);
	block(&shared.world, "198.51.100.0/24", 606, DAY);
	except(&shared.world, "198.51.100.7");
	block(&shared.world, "2001:db8::1", 606, DAY);
	block(&shared.world, "203.0.114.0/24", 606, DAY);
	for (int i = 0; i < READERS; i++)
		assert_int_equal(
		    pthread_create(&threads[i], NULL, reads, &shared), 0);
	for (uint64_t i = 0; i < changes || atomic_load(&shared.checks) < 100;
	     i++)
		change_something(&shared.world, i);
	atomic_store(&shared.done, true);
	for (int i = 0; i < READERS; i++)
		pthread_join(threads[i], NULL);
	world_close(&shared.world);
}

static void
join_needs_memory(void **state)
{
	struct support_memory memory = {.calls = 0};
	struct delist_alloc alloc = support_alloc(&memory);
	struct delist_reader *reader = NULL;
	struct world world;

	(void)state;
	world_init(&world, &alloc);
	world_open(&world);
	memory.fail_at = memory.calls + 1;
	assert_int_equal(
	    delist_service_join(&reader, world.service), DELIST_ENOMEM);
	assert_null(reader);
	assert_int_equal(delist_service_join(&reader, world.service), 0);
	delist_reader_leave(reader);
	world_close(&world);
	assert_int_equal(memory.blocks, 0);
}

/* It is told so, and nothing has changed; when it exits, all is well. */
static void
a_reader_that_stays_holds_changes_up(void **state)
{
	struct delist_reader *reader;
	struct world world;
	int result = DELIST_OK;
	uint64_t rows = 0;

	(void)state;
	world_start(&world);
	assert_int_equal(delist_service_join(&reader, world.service), 0);
	delist_reader_enter(reader);
	for (int i = 0; i < 10000 && result == DELIST_OK; i++) {
		rows = world_fingerprint(&world);
		result = world_block(&world, "192.0.2.1", NOW + i);
	}
	assert_int_equal(result, DELIST_EBUSY);
	assert_true(world_fingerprint(&world) == rows);
	assert_true(world_refuses(&world, "192.0.2.1", NOW));
	delist_reader_exit(reader);
	assert_int_equal(world_block(&world, "192.0.2.1", NOW), 0);
	delist_reader_leave(reader);
	world_close(&world);
}

int
main(void)
{
	TEST(each_answer_was_right_once);
	TEST(join_needs_memory);
	TEST(a_reader_that_stays_holds_changes_up);
	return support_run("service_threads");
}
