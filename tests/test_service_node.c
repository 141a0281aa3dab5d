/* SPDX-License-Identifier: ISC */
/*
 * Removals that wait for the nodes which serve the set.
 */
#include "service_world.h"

#include <stdio.h>

static struct {
	struct delist_audit audit[512];
	size_t n;
} told;

static void
tell(void *arg, const struct delist_audit *audit)
{
	(void)arg;
	assert_true(told.n < COUNT(told.audit));
	told.audit[told.n++] = *audit;
}

static struct delist_text
text_of(const char *text)
{
	return (struct delist_text){text, strlen(text)};
}

static void
start(struct world *world)
{
	world_init(world, NULL);
	world->config.host.event = tell;
	world_open(world);
	told.n = 0;
}

static void
ack(struct world *world, const char *node, uint64_t generation, int64_t now_s)
{
	assert_int_equal(delist_service_ack(
			     world->service, text_of(node), generation, now_s),
	    0);
}

static uint64_t
generation(struct world *world)
{
	uint64_t generation = 77;

	assert_int_equal(
	    delist_service_generation(world->service, &generation), 0);
	return generation;
}

static int
state_of(struct world *world, const char *text)
{
	struct delist_prefix prefix = world_prefix(text);
	struct delist_listing listing = {.state = DELIST_LISTING_ABSENT};
	bool found;

	assert_int_equal(delist_service_listing(world->service, &found,
			     &listing, DELIST_LISTING_BLOCK, &prefix),
	    0);
	return listing.state;
}

/* Ask and confirm, and give the token. */
static struct kept_mail
lift(struct world *world, const char *addr, int64_t now_s)
{
	struct kept_mail mail =
	    *world_ask(world, "ann@example.org", addr, now_s);

	assert_int_equal(world_redeem(world, mail.confirm, now_s), 0);
	return mail;
}

/* ---- the story ---- */

static void
it_is_effective_when_all_serve_it(void **state)
{
	struct world world;
	struct kept_mail mail;
	struct delist_view view;
	uint64_t lifted;

	(void)state;
	start(&world);
	ack(&world, "mx1", 0, NOW);
	ack(&world, "mx2", 0, NOW);
	mail = lift(&world, "192.0.2.1", NOW);
	lifted = generation(&world);
	assert_int_equal(state_of(&world, "192.0.2.1"), DELIST_LISTING_LIFTING);
	/* Here mail flows at once. */
	assert_false(world_refuses(&world, "192.0.2.1", NOW));
	assert_int_equal(world_inspect(&world, &view, DELIST_PURPOSE_CONFIRM,
			     mail.confirm, NOW),
	    0);
	assert_int_equal(view.state, DELIST_REQUEST_APPLIED);
	assert_true(view.effective_s == 0);
	ack(&world, "mx1", lifted, NOW + 10);
	world_tick(&world, NOW + 10);
	assert_int_equal(state_of(&world, "192.0.2.1"), DELIST_LISTING_LIFTING);
	ack(&world, "mx2", lifted - 1, NOW + 20);
	world_tick(&world, NOW + 20);
	assert_int_equal(state_of(&world, "192.0.2.1"), DELIST_LISTING_LIFTING);
	world_reopen(&world);
	told.n = 0;
	ack(&world, "mx2", lifted, NOW + 30);
	assert_true(delist_service_next_due(world.service) == INT64_MIN);
	world_tick(&world, NOW + 30);
	assert_int_equal(
	    state_of(&world, "192.0.2.1"), DELIST_LISTING_PROBATION);
	assert_int_equal(told.n, 1);
	assert_int_equal(told.audit[0].change[0].event, DELIST_EVENT_ACK);
	assert_true(told.audit[0].change[0].delay_s == 30);
	assert_int_equal(world_inspect(&world, &view, DELIST_PURPOSE_CONFIRM,
			     mail.confirm, NOW + 30),
	    0);
	assert_int_equal(view.state, DELIST_REQUEST_EFFECTIVE);
	assert_true(view.effective_s == NOW + 30);
	world_close(&world);
}

static void
without_nodes_it_is_effective_at_once(void **state)
{
	struct world world;
	bool left;

	(void)state;
	start(&world);
	(void)lift(&world, "192.0.2.1", NOW);
	assert_int_equal(
	    state_of(&world, "192.0.2.1"), DELIST_LISTING_PROBATION);
	ack(&world, "mx1", 0, NOW);
	(void)lift(&world, "192.0.2.2", NOW);
	assert_int_equal(state_of(&world, "192.0.2.2"), DELIST_LISTING_LIFTING);
	/* And where the last one leaves. */
	assert_int_equal(delist_service_forget_node(
			     world.service, &left, text_of("mx1"), NOW + 1),
	    0);
	assert_true(left);
	world_tick(&world, NOW + 1);
	assert_int_equal(
	    state_of(&world, "192.0.2.2"), DELIST_LISTING_PROBATION);
	assert_int_equal(delist_service_forget_node(
			     world.service, &left, text_of("mx1"), NOW + 1),
	    0);
	assert_false(left);
	assert_int_equal(world_rows(&world, 'N'), 0);
	world_close(&world);
}

static void
nobody_is_waited_for_longer_than_a_day(void **state)
{
	struct world world;

	(void)state;
	start(&world);
	ack(&world, "gone", 0, NOW);
	(void)lift(&world, "192.0.2.1", NOW);
	world_tick(&world, NOW + DAY - 1);
	assert_int_equal(state_of(&world, "192.0.2.1"), DELIST_LISTING_LIFTING);
	world_tick(&world, NOW + DAY);
	assert_int_equal(
	    state_of(&world, "192.0.2.1"), DELIST_LISTING_PROBATION);
	/* Its turn comes all the same, and changes nothing. */
	told.n = 0;
	ack(&world, "gone", generation(&world), NOW + DAY);
	world_tick(&world, NOW + DAY);
	assert_int_equal(told.n, 0);
	world_close(&world);
}

/* What a person answers waits as well. */
static void
an_answer_waits_too(void **state)
{
	struct delist_intake_answer intake;
	struct world world;

	(void)state;
	start(&world);
	ack(&world, "mx1", 0, NOW);
	assert_int_equal(world_block(&world, "192.0.2.1", NOW), 0);
	assert_int_equal(world_intake(&world, &intake, "ann@example.org", "",
			     world_reply(511, "192.0.2.1"), NOW),
	    0);
	assert_int_equal(world_answer(&world, intake.id, DELIST_EVENT_ANSWER,
			     DELIST_NOTICE_DELISTED, "", NOW),
	    0);
	assert_int_equal(state_of(&world, "192.0.2.1"), DELIST_LISTING_LIFTING);
	ack(&world, "mx1", generation(&world), NOW + 5);
	world_tick(&world, NOW + 5);
	assert_int_equal(
	    state_of(&world, "192.0.2.1"), DELIST_LISTING_PROBATION);
	world_close(&world);
}

/* Listed again before all served it: the word of a node is too late. */
static void
what_came_back_is_not_acked(void **state)
{
	struct world world;
	uint64_t lifted;

	(void)state;
	start(&world);
	ack(&world, "mx1", 0, NOW);
	(void)lift(&world, "192.0.2.1", NOW);
	lifted = generation(&world);
	assert_int_equal(world_block(&world, "192.0.2.1", NOW + 1), 0);
	ack(&world, "mx1", lifted, NOW + 2);
	world_tick(&world, NOW + 2);
	assert_int_equal(state_of(&world, "192.0.2.1"), DELIST_LISTING_LISTED);
	assert_true(world_refuses(&world, "192.0.2.1", NOW + 2));
	/* Lifted once more, by a later generation: that one is waited for. */
	world_tick(&world, NOW + 2 * DAY);
	(void)lift(&world, "192.0.2.1", NOW + 3 * DAY);
	ack(&world, "mx1", lifted, NOW + 3 * DAY);
	world_tick(&world, NOW + 3 * DAY);
	assert_int_equal(state_of(&world, "192.0.2.1"), DELIST_LISTING_LIFTING);
	ack(&world, "mx1", generation(&world), NOW + 3 * DAY);
	world_tick(&world, NOW + 3 * DAY);
	assert_int_equal(
	    state_of(&world, "192.0.2.1"), DELIST_LISTING_PROBATION);
	world_close(&world);
}

static void
many_are_done_one_a_commit(void **state)
{
	struct world world;
	char addr[32], mailbox[32];
	bool more = true;

	(void)state;
	start(&world);
	ack(&world, "mx1", 0, NOW);
	for (int i = 0; i < 50; i++) {
		struct kept_mail *mail;

		snprintf(addr, sizeof addr, "192.0.2.%d", i);
		snprintf(mailbox, sizeof mailbox, "u@d%d.example", i);
		mail = world_ask(&world, mailbox, addr, NOW);
		assert_int_equal(world_redeem(&world, mail->confirm, NOW), 0);
	}
	world_reopen(&world);
	ack(&world, "mx1", generation(&world), NOW + 1);
	for (int i = 0; i < 50; i++) {
		size_t commits = world.commits;

		assert_true(more);
		assert_int_equal(
		    delist_service_tick(world.service, &more, 1, NOW + 1), 0);
		assert_int_equal(world.commits, commits + 1);
	}
	for (int i = 0; i < 50; i++) {
		snprintf(addr, sizeof addr, "192.0.2.%d", i);
		assert_int_equal(
		    state_of(&world, addr), DELIST_LISTING_PROBATION);
	}
	world_close(&world);
}

/* ---- another service on the store ---- */

static void
nodes_of_another_service_count(void **state)
{
	struct delist_service *other = NULL;
	struct world world;

	(void)state;
	start(&world);
	assert_int_equal(delist_service_open(&other, &world.config), 0);
	/* The one that lifts opened when there were no nodes. */
	assert_int_equal(delist_service_ack(other, text_of("mx1"), 0, NOW), 0);
	(void)lift(&world, "192.0.2.1", NOW);
	world_tick(&world, NOW + 1);
	assert_int_equal(state_of(&world, "192.0.2.1"), DELIST_LISTING_LIFTING);
	assert_true(delist_service_next_due(world.service) > NOW + 1);
	/* A node that is behind, of the other, and one that is not. */
	ack(&world, "mx2", 99, NOW + 2);
	world_tick(&world, NOW + 2);
	assert_int_equal(state_of(&world, "192.0.2.1"), DELIST_LISTING_LIFTING);
	assert_int_equal(
	    delist_service_ack(other, text_of("mx1"), 99, NOW + 3), 0);
	ack(&world, "mx2", 99, NOW + 3);
	world_tick(&world, NOW + 3);
	assert_int_equal(
	    state_of(&world, "192.0.2.1"), DELIST_LISTING_PROBATION);
	delist_service_close(other);
	world_close(&world);
}

/* ---- damage ---- */

static void
put_listing(struct world *world, const char *text, const char *bytes, size_t n)
{
	static uint8_t id[16] = "a commit of his";
	struct delist_prefix prefix = world_prefix(text);
	struct delist_record_key key;
	struct delist_store_change change = {
	    .kind = DELIST_STORE_PUT,
	    .value = {bytes, n},
	};

	id[15]++;
	delist_record_listing_key(&key, DELIST_LISTING_BLOCK, &prefix);
	change.key = (struct delist_text){key.at, key.len};
	assert_int_equal(
	    world->inner.ops->commit(world->inner.arg, &change, 1, id), 0);
}

static void
one_that_cannot_be_read_is_put_off(void **state)
{
	struct delist_prefix prefix = world_prefix("192.0.2.1");
	struct delist_listing listing;
	struct delist_record good;
	struct world world;
	bool found, more;

	(void)state;
	start(&world);
	ack(&world, "mx1", 0, NOW);
	(void)lift(&world, "192.0.2.1", NOW);
	(void)lift(&world, "192.0.2.2", NOW);
	assert_int_equal(delist_service_listing(world.service, &found, &listing,
			     DELIST_LISTING_BLOCK, &prefix),
	    0);
	assert_int_equal(delist_record_write_listing(&good, &listing), 0);
	put_listing(&world, "192.0.2.1", "?", 1);
	ack(&world, "mx1", 99, NOW + 1);
	assert_int_equal(delist_service_tick(world.service, &more, 9, NOW + 1),
	    DELIST_ECORRUPT);
	assert_int_equal(
	    delist_service_tick(world.service, &more, 9, NOW + 1), 0);
	assert_false(more);
	assert_int_equal(
	    state_of(&world, "192.0.2.2"), DELIST_LISTING_PROBATION);
	assert_true(delist_service_next_due(world.service) == NOW + 61);
	assert_int_equal(delist_service_tick(world.service, &more, 9, NOW + 61),
	    DELIST_ECORRUPT);
	assert_true(delist_service_next_due(world.service) == NOW + 121);
	/* Somebody mends it. */
	put_listing(&world, "192.0.2.1", good.at, good.len);
	world_tick(&world, NOW + 121);
	assert_int_equal(
	    state_of(&world, "192.0.2.1"), DELIST_LISTING_PROBATION);
	world_close(&world);
}

/* From its deadline on, it is tried for that alone. */
static void
one_that_is_never_mended_waits_once(void **state)
{
	struct world world;
	bool more;

	(void)state;
	start(&world);
	ack(&world, "mx1", 0, NOW);
	(void)lift(&world, "192.0.2.1", NOW);
	put_listing(&world, "192.0.2.1", "?", 1);
	ack(&world, "mx1", 99, NOW + 1);
	assert_int_equal(
	    delist_service_tick(world.service, &more, 9, NOW + DAY - 60),
	    DELIST_ECORRUPT);
	assert_true(delist_service_next_due(world.service) == NOW + DAY);
	for (int due = 0; due < 2; due++)
		assert_int_equal(delist_service_tick(world.service, &more, 1,
				     NOW + due * DAY + DAY),
		    DELIST_ECORRUPT);
	world_close(&world);
}

/* A node that never comes back fills no memory. */
static void
the_queue_has_an_end(void **state)
{
	struct support_memory memory = {.calls = 0};
	struct delist_alloc alloc = support_alloc(&memory);
	struct world world;
	size_t bytes = 0;

	(void)state;
	world_init(&world, &alloc);
	world.config.policy.self_delists.max = 1000;
	world.config.policy.cooldown_s = 1;
	world.config.policy.cooldown_cap_s = 1;
	world.config.policy.strikes.max = 8;
	world.config.policy.strikes.window_s = 1;
	world.config.policy.mails_mailbox.max = 1000;
	world_open(&world);
	ack(&world, "gone", 0, NOW);
	for (int i = 0; i < 400; i++) {
		(void)lift(&world, "192.0.2.1", NOW + i * 2 * DAY);
		world_tick(&world, NOW + i * 2 * DAY + DAY);
		if (i == 200)
			bytes = memory.bytes;
	}
	assert_int_equal(memory.bytes, bytes);
	world_close(&world);
	assert_int_equal(memory.blocks, 0);
}

/* ---- generations ---- */

static void
a_generation_is_a_change_of_the_set(void **state)
{
	struct world world;
	struct delist_prefix prefix = world_prefix("192.0.2.1");
	bool removed;

	(void)state;
	start(&world);
	assert_true(generation(&world) == 0);
	assert_int_equal(world_block(&world, "192.0.2.1", NOW), 0);
	assert_true(generation(&world) == 1);
	assert_int_equal(
	    world_submit(&world, NULL, "ann@example.org", "192.0.2.1", NOW), 0);
	assert_true(generation(&world) == 1);
	assert_int_equal(delist_service_unlist(world.service, &removed,
			     DELIST_LISTING_BLOCK, &prefix, NOW),
	    0);
	assert_true(generation(&world) == 2);
	world_reopen(&world);
	assert_true(generation(&world) == 2);
	world_close(&world);
}

/* ---- nodes ---- */

static void
nodes_are_shown(void **state)
{
	struct delist_cursor cursor = {0};
	struct delist_node node;
	struct world world;
	bool found;

	(void)state;
	start(&world);
	ack(&world, "b", 7, NOW);
	ack(&world, "a", 5, NOW + 1);
	ack(&world, "b", 6, NOW + 2);
	assert_int_equal(
	    delist_service_next_node(world.service, &found, &node, &cursor), 0);
	assert_true(found);
	assert_memory_equal(node.name, "a", 2);
	assert_true(node.generation == 5);
	assert_true(node.seen_s == NOW + 1);
	assert_int_equal(
	    delist_service_next_node(world.service, &found, &node, &cursor), 0);
	/* What it serves now, also if that is less: it was set up anew. */
	assert_true(node.generation == 6);
	assert_int_equal(
	    delist_service_next_node(world.service, &found, &node, &cursor), 0);
	assert_false(found);
	world_close(&world);
}

static void
there_is_an_end_to_nodes(void **state)
{
	struct world world;
	char name[40];
	bool left;

	(void)state;
	start(&world);
	for (int i = 0; i < DELIST_SERVICE_NODES; i++) {
		snprintf(name, sizeof name, "mx%d", i);
		ack(&world, name, 1, NOW);
	}
	assert_int_equal(
	    delist_service_ack(world.service, text_of("more"), 1, NOW),
	    DELIST_ENOSPC);
	ack(&world, "mx0", 2, NOW);
	assert_int_equal(delist_service_forget_node(
			     world.service, &left, text_of("mx7"), NOW),
	    0);
	ack(&world, "more", 1, NOW);
	world_close(&world);
}

static void
names_have_a_length(void **state)
{
	static const char longest[] = "0123456789012345678901234567890123";
	struct world world;
	bool left = true;

	(void)state;
	start(&world);
	assert_int_equal(delist_service_ack(world.service, text_of(""), 1, NOW),
	    DELIST_EINVAL);
	assert_int_equal(delist_service_ack(world.service,
			     (struct delist_text){longest, 33}, 1, NOW),
	    DELIST_EINVAL);
	assert_int_equal(
	    delist_service_forget_node(world.service, &left, text_of(""), NOW),
	    DELIST_EINVAL);
	assert_true(left);
	assert_int_equal(delist_service_ack(world.service,
			     (struct delist_text){longest, 32}, 1, NOW),
	    0);
	assert_int_equal(world_rows(&world, 'N'), 1);
	world_close(&world);
}

static void
what_fails_changes_nothing(void **state)
{
	struct world world;
	uint64_t before = 77;
	bool more;

	(void)state;
	start(&world);
	ack(&world, "mx1", 0, NOW);
	(void)lift(&world, "192.0.2.1", NOW);
	world.store_error = DELIST_EIO;
	world.store_from_then_on = true;
	for (size_t at = 1; at <= 2; at++) {
		uint64_t rows = world_fingerprint(&world);

		world.store_fail_at = world.store_calls + at;
		assert_int_equal(
		    delist_service_ack(world.service, text_of("mx1"), 99, NOW),
		    DELIST_EIO);
		assert_true(world_fingerprint(&world) == rows);
		assert_true(
		    delist_service_next_due(world.service) != INT64_MIN);
	}
	world.store_fail_at = 1;
	assert_int_equal(
	    delist_service_generation(world.service, &before), DELIST_EIO);
	assert_true(before == 77);
	world.store_fail_at = 0;
	ack(&world, "mx1", 99, NOW + 1);
	for (size_t at = 1; at <= 2; at++) {
		world.store_fail_at = world.store_calls + at;
		assert_int_equal(
		    delist_service_tick(world.service, &more, 1, NOW + 1),
		    DELIST_EIO);
		assert_int_equal(told.n, 5 - 1);
	}
	world.store_fail_at = 0;
	world_tick(&world, NOW + 1);
	assert_int_equal(
	    state_of(&world, "192.0.2.1"), DELIST_LISTING_PROBATION);
	world_close(&world);
}

/* The gap under it is not all of it. */
static void
a_block_under_a_block_waits_as_well(void **state)
{
	struct delist_view view;
	struct kept_mail mail;
	struct world world;

	(void)state;
	start(&world);
	ack(&world, "mx1", 0, NOW);
	assert_int_equal(world_block(&world, "192.0.2.0/24", NOW), 0);
	mail = lift(&world, "192.0.2.7", NOW);
	assert_int_equal(state_of(&world, "192.0.2.7"), DELIST_LISTING_LIFTING);
	assert_int_equal(world_inspect(&world, &view, DELIST_PURPOSE_CONFIRM,
			     mail.confirm, NOW),
	    0);
	assert_int_equal(view.state, DELIST_REQUEST_APPLIED);
	ack(&world, "mx1", generation(&world), NOW + 1);
	world_tick(&world, NOW + 1);
	assert_int_equal(world_inspect(&world, &view, DELIST_PURPOSE_CONFIRM,
			     mail.confirm, NOW + 1),
	    0);
	assert_int_equal(view.state, DELIST_REQUEST_EFFECTIVE);
	world_close(&world);
}

int
main(void)
{
	TEST(it_is_effective_when_all_serve_it);
	TEST(without_nodes_it_is_effective_at_once);
	TEST(nobody_is_waited_for_longer_than_a_day);
	TEST(an_answer_waits_too);
	TEST(what_came_back_is_not_acked);
	TEST(many_are_done_one_a_commit);
	TEST(nodes_of_another_service_count);
	TEST(one_that_cannot_be_read_is_put_off);
	TEST(one_that_is_never_mended_waits_once);
	TEST(the_queue_has_an_end);
	TEST(a_generation_is_a_change_of_the_set);
	TEST(nodes_are_shown);
	TEST(there_is_an_end_to_nodes);
	TEST(names_have_a_length);
	TEST(what_fails_changes_nothing);
	TEST(a_block_under_a_block_waits_as_well);
	return support_run("service_node");
}
