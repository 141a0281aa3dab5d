/* SPDX-License-Identifier: ISC */
/*
 * Each call, with everything that it asks for failing once: every operation
 * of the store with every error, every allocation, random bytes, and rows
 * that somebody else changed.  A call that fails has changed nothing, and
 * the same call succeeds afterwards.
 */
#include "service_world.h"

#include <stdio.h>

enum {
	T = NOW + DAY, /* when the calls are made */
	TRIES = 8
};

static int
unlist(struct world *world, const char *text)
{
	struct delist_prefix prefix = world_prefix(text);
	bool removed;

	return delist_service_unlist(
	    world->service, &removed, DELIST_LISTING_BLOCK, &prefix, T);
}

static int
list(struct world *world, const char *text,
    int (*call)(struct delist_service *service,
	const struct delist_prefix *prefix,
	const struct delist_grounds *grounds, int64_t now_s))
{
	struct delist_prefix prefix = world_prefix(text);
	struct delist_grounds grounds = {
	    .size = sizeof grounds,
	    .source = {"us", 2},
	    .reason = {"ours", 4},
	};

	return call(world->service, &prefix, &grounds, T);
}

static int
bounce(struct world *world, int outcome)
{
	struct kept_mail *mail = &world->mails[0];

	return delist_service_mail_result(
	    world->service, mail->path, strlen(mail->path), 0, outcome, T);
}

/* ---- before ---- */

/* Something of all: rows that conflict, and listings to ask for. */
static void
some(struct world *world)
{
	assert_int_equal(world_block(world, "203.0.113.0/24", NOW), 0);
	world_ask(world, "zoe@example.org", "203.0.113.9", T - HOUR);
	world->mails_n = 0;
}

static void
asked(struct world *world)
{
	some(world);
	world_ask(world, "ann@example.org", "192.0.2.1", T - HOUR);
}

static void
asked_for_range(struct world *world)
{
	some(world);
	assert_int_equal(world_block(world, "192.0.2.0/24", T - HOUR), 0);
	assert_int_equal(
	    world_submit(world, NULL, "ann@example.org", "192.0.2.1", T - HOUR),
	    0);
}

static void
asked_over_range(struct world *world)
{
	some(world);
	assert_int_equal(world_block(world, "192.0.2.0/24", T - HOUR), 0);
	world_ask(world, "ann@example.org", "192.0.2.1", T - HOUR);
}

static void
lifted(struct world *world)
{
	asked(world);
	assert_int_equal(
	    world_redeem(world, world->mails[0].confirm, T - 60), 0);
}

static void
excepted(struct world *world)
{
	asked_for_range(world);
	assert_int_equal(
	    world_redeem(world, world->mails[0].confirm, T - 60), 0);
}

static void
full(struct world *world)
{
	asked(world);
	world->config.policy.pending_max = 1;
	world_reopen(world);
	assert_int_equal(world_block(world, "192.0.2.2", NOW), 0);
}

static void
told_later(struct world *world)
{
	world->outcome = DELIST_MAIL_LATER;
	asked(world);
	world->outcome = DELIST_MAIL_ACCEPTED;
}

static void
failed_before(struct world *world)
{
	some(world);
	world->outcome = DELIST_MAIL_FAILED;
	world_ask(world, "ann@example.org", "192.0.2.3", T - HOUR);
	world->mails_n = 0;
	world->outcome = DELIST_MAIL_ACCEPTED;
	world_ask(world, "ann@example.org", "192.0.2.1", T - HOUR);
}

static void
delayed(struct world *world)
{
	some(world);
	world_tick(world, T - 60);
	world->outcome = DELIST_MAIL_DELAYED;
	world_ask(world, "ann@example.org", "192.0.2.1", T - 60);
	world->outcome = DELIST_MAIL_ACCEPTED;
}

static void
in_outbox(struct world *world)
{
	told_later(world);
	world_reopen(world);
}

static void
over(struct world *world)
{
	some(world);
	world_tick(world, T - 60);
	world_ask(world, "ann@example.org", "192.0.2.1", T - DAY);
	world_tick(world, T - 61);
}

static void
ending(struct world *world)
{
	struct delist_prefix prefix = world_prefix("192.0.2.1");
	struct delist_grounds grounds = {
	    .size = sizeof grounds,
	    .source = {"us", 2},
	    .reason = {"ours", 4},
	    .ttl_s = 60,
	};

	some(world);
	world_tick(world, T - 60);
	assert_int_equal(
	    delist_service_block(world->service, &prefix, &grounds, T - 60), 0);
}

static void
to_sweep(struct world *world)
{
	for (int i = 0; i < 3; i++) {
		char addr[32];

		snprintf(addr, sizeof addr, "203.0.113.%d", i);
		world_ask(world, "zoe@example.org", addr, NOW - 100 * DAY);
	}
	world_tick(world, T - 90 * DAY);
	world_reopen(world);
}

static void
reported(struct world *world)
{
	struct delist_intake_answer intake;
	struct delist_prefix prefix = world_prefix("192.0.2.1");
	struct delist_grounds grounds = {
	    .size = sizeof grounds,
	    .source = {"us", 2},
	    .reason = {"ours", 4},
	    .code = 511,
	};

	some(world);
	world_tick(world, T - HOUR);
	assert_int_equal(
	    delist_service_block(world->service, &prefix, &grounds, T - HOUR),
	    0);
	world->mails_n = 0;
	assert_int_equal(world_intake(world, &intake, "ann@example.org", "",
			     world_reply(511, "192.0.2.1"), T - HOUR),
	    0);
}

static void
reported_in_range(struct world *world)
{
	struct delist_intake_answer intake;

	some(world);
	assert_int_equal(world_intake(world, &intake, "ann@example.org", "",
			     world_reply(511, "203.0.113.5"), T - HOUR),
	    0);
}

static void
reported_later(struct world *world)
{
	world->outcome = DELIST_MAIL_LATER;
	reported(world);
	world->outcome = DELIST_MAIL_ACCEPTED;
}

static void
reported_in_outbox(struct world *world)
{
	reported_later(world);
	world_reopen(world);
}

static void
reported_delayed(struct world *world)
{
	world->outcome = DELIST_MAIL_DELAYED;
	reported(world);
	world->outcome = DELIST_MAIL_ACCEPTED;
	world_tick(world, T - HOUR);
}

static void
asked_back(struct world *world)
{
	some(world);
	assert_int_equal(world_intake(world, NULL, "ann@example.org", "",
			     "please help", T - HOUR),
	    0);
}

static void
nearly_full(struct world *world)
{
	asked_back(world);
	world->config.policy.pending_max = 1;
	world_reopen(world);
}

/* The first reminder, the end of waiting, the end of personal data: at T. */
static void
case_due(struct world *world, const char *text, int64_t before_s)
{
	some(world);
	assert_int_equal(world_intake(world, NULL, "ann@example.org", "", text,
			     T - before_s),
	    0);
	world_tick(world, T - 1);
}

static void
late(struct world *world)
{
	case_due(world, world_reply(511, "192.0.2.1"), 36 * HOUR);
}

static void
waited_for(struct world *world)
{
	case_due(world, "please help", 14 * DAY);
}

static void
redirected(struct world *world)
{
	case_due(world, world_reply(606, "198.51.100.1"), 90 * DAY);
}

/* One of two nodes serves what was lifted. */
static void
waiting(struct world *world)
{
	some(world);
	world_tick(world, T - HOUR);
	assert_int_equal(delist_service_ack(world->service,
			     (struct delist_text){"mx1", 3}, 99, T - HOUR),
	    0);
	assert_int_equal(delist_service_ack(world->service,
			     (struct delist_text){"mx2", 3}, 0, T - HOUR),
	    0);
	world->mails_n = 0;
	world_ask(world, "ann@example.org", "192.0.2.1", T - HOUR);
	assert_int_equal(
	    world_redeem(world, world->mails[0].confirm, T - 60), 0);
}

static void
served(struct world *world)
{
	waiting(world);
	assert_int_equal(delist_service_ack(world->service,
			     (struct delist_text){"mx2", 3}, 99, T - 1),
	    0);
}

/* ---- calls ---- */

static int
ack(struct world *world)
{
	return delist_service_ack(
	    world->service, (struct delist_text){"mx2", 3}, 99, T);
}

static int
leave(struct world *world)
{
	bool left;

	return delist_service_forget_node(
	    world->service, &left, (struct delist_text){"mx2", 3}, T);
}

static int
purge(struct world *world)
{
	struct delist_purge purge = {.withdrawn = 0};

	return delist_service_purge_source(
	    world->service, &purge, (struct delist_text){"trap", 4}, 1, T);
}

static int
report(struct world *world)
{
	return world_intake(world, NULL, "bob@example.com", "",
	    world_reply(511, "192.0.2.1"), T);
}

static int
report_nothing(struct world *world)
{
	return world_intake(
	    world, NULL, "bob@example.com", "", "please help", T);
}

static int
report_the_rest(struct world *world)
{
	return world_intake(world, NULL, "ann@example.org", "",
	    world_reply(511, "192.0.2.1"), T);
}

static int
answer(struct world *world, int event, int notice)
{
	return world_answer(
	    world, world->mails[0].id, event, notice, "so it is", T);
}

static int
assign(struct world *world)
{
	return answer(world, DELIST_EVENT_ASSIGN, 0);
}

static int
note(struct world *world)
{
	return answer(world, DELIST_EVENT_NOTE, 0);
}

static int
deny(struct world *world)
{
	return answer(world, DELIST_EVENT_ANSWER, DELIST_NOTICE_DENIED);
}

static int
ask_back(struct world *world)
{
	return answer(world, DELIST_EVENT_ANSWER, DELIST_NOTICE_NEED_INFO);
}

static int
delist(struct world *world)
{
	return answer(world, DELIST_EVENT_ANSWER, DELIST_NOTICE_DELISTED);
}

static int
block_new(struct world *world)
{
	return world_block(world, "192.0.2.77", T);
}

static int
block_again(struct world *world)
{
	return world_block(world, "192.0.2.1", T);
}

static int
allow(struct world *world)
{
	return list(world, "203.0.113.0/24", delist_service_allow);
}

static int
except(struct world *world)
{
	return list(world, "203.0.113.5", delist_service_except);
}

static int
take_off(struct world *world)
{
	return unlist(world, "203.0.113.0/24");
}

static int
submit(struct world *world)
{
	return world_submit(world, NULL, "bob@example.org", "203.0.113.5", T);
}

static int
submit_again(struct world *world)
{
	return world_submit(world, NULL, "ann@example.org", "192.0.2.1", T);
}

static int
submit_to_full(struct world *world)
{
	return world_submit(world, NULL, "bob@example.org", "192.0.2.2", T);
}

static int
redeem(struct world *world)
{
	return world_redeem(world, world->mails[0].confirm, T);
}

static int
cancel(struct world *world)
{
	return world_cancel(world, world->mails[0].cancel, T);
}

static int
resend(struct world *world)
{
	return world_resend(world, world->mails[0].status, T);
}

static int
tell_accepted(struct world *world)
{
	return bounce(world, DELIST_MAIL_ACCEPTED);
}

static int
tell_delayed(struct world *world)
{
	return bounce(world, DELIST_MAIL_DELAYED);
}

static int
tell_failed(struct world *world)
{
	return bounce(world, DELIST_MAIL_FAILED);
}

static int
tick(struct world *world)
{
	bool more;

	return delist_service_tick(world->service, &more, 1, T);
}

static int
inspect(struct world *world)
{
	struct delist_view view;

	return world_inspect(
	    world, &view, DELIST_PURPOSE_CONFIRM, world->mails[0].confirm, T);
}

static int
look_up(struct world *world)
{
	struct delist_prefix prefix = world_prefix("192.0.2.1");
	struct delist_listing listing;
	bool found;

	return delist_service_listing(
	    world->service, &found, &listing, DELIST_LISTING_BLOCK, &prefix);
}

struct sweep_row {
	const char *name;
	void (*before)(struct world *world);
	int (*call)(struct world *world);
	bool reads_only;
	bool due; /* a failure may put off what is due, until T */
};

static const struct sweep_row sweep_rows[] = {
    {"block", some, block_new, false, false},
    {"block: renewed", asked, block_again, false, false},
    {"block: back after a removal", lifted, block_again, false, false},
    {"block: over an exception", excepted, block_again, false, false},
    {"allow", some, allow, false, false},
    {"except", some, except, false, false},
    {"unlist", some, take_off, false, false},
    {"submit", some, submit, false, false},
    {"submit: open pair", asked, submit_again, false, false},
    {"submit: somebody gives way", full, submit_to_full, false, false},
    {"redeem", asked, redeem, false, false},
    {"redeem: range", asked_for_range, redeem, false, false},
    {"redeem: over a range", asked_over_range, redeem, false, false},
    {"redeem: again", lifted, redeem, true, false},
    {"cancel", asked, cancel, false, false},
    {"resend", asked, resend, false, false},
    {"result: accepted", told_later, tell_accepted, false, false},
    {"result: delayed", told_later, tell_delayed, false, false},
    {"result: failed", asked, tell_failed, false, false},
    {"result: failed again", failed_before, tell_failed, false, false},
    {"tick: a listing ends", ending, tick, false, true},
    {"tick: a request ends", over, tick, false, true},
    {"tick: a mail again", delayed, tick, false, true},
    {"tick: the outbox", in_outbox, tick, false, true},
    {"tick: the sweep", to_sweep, tick, false, true},
    {"intake", some, report, false, false},
    {"intake: of nothing", some, report_nothing, false, false},
    {"intake: joins", reported, report, false, false},
    {"intake: the rest", asked_back, report_the_rest, false, false},
    {"intake: somebody gives way", nearly_full, report, false, false},
    {"answer: assign", reported, assign, false, false},
    {"answer: note", reported, note, false, false},
    {"answer: denied", reported, deny, false, false},
    {"answer: a question", reported, ask_back, false, false},
    {"answer: delisted", reported, delist, false, false},
    {"answer: delisted in a range", reported_in_range, delist, false, false},
    {"result: of an answer", reported_later, tell_accepted, false, false},
    {"result: an answer failed", reported, tell_failed, false, false},
    {"tick: an answer is late", late, tick, false, true},
    {"tick: nobody answered", waited_for, tick, false, true},
    {"tick: an investigation goes", redirected, tick, false, true},
    {"tick: an answer again", reported_delayed, tick, false, true},
    {"tick: the outbox of answers", reported_in_outbox, tick, false, true},
    {"ack", waiting, ack, false, false},
    {"leave", waiting, leave, false, false},
    {"tick: all nodes serve it", served, tick, false, true},
    {"purge", asked, purge, false, false},
    {"inspect", asked, inspect, true, false},
    {"listing", asked, look_up, true, false},
};

/* ---- what must not change ---- */

struct before {
	uint64_t rows;
	unsigned blocked;
	int64_t due_s;
	size_t mails;
};

static unsigned
answers(struct world *world)
{
	static const char *const addrs[] = {"192.0.2.1", "192.0.2.2",
	    "192.0.2.77", "203.0.113.0", "203.0.113.5", "203.0.113.9"};
	unsigned bits = 0;

	for (size_t i = 0; i < COUNT(addrs); i++) {
		struct delist_addr addr = world_addr(addrs[i]);
		struct delist_check check;

		(void)delist_service_check(
		    world->service, &check, &addr, NULL, 0, T);
		bits = bits * 8 + check.answer;
	}
	return bits;
}

static struct before
snapshot(struct world *world)
{
	return (struct before){
	    .rows = world_fingerprint(world),
	    .blocked = answers(world),
	    .due_s = delist_service_next_due(world->service),
	    .mails = world->mails_n,
	};
}

static void
assert_unchanged(struct world *world, const struct before *before,
    const struct sweep_row *row)
{
	struct before now = snapshot(world);

	assert_true(now.rows == before->rows);
	assert_int_equal(now.blocked, before->blocked);
	assert_true(
	    now.due_s == before->due_s || (row->due && now.due_s <= T + 60));
	assert_int_equal(now.mails, before->mails);
}

/* How it ends where nothing fails. */
struct end {
	size_t rows, mails;
};

static struct end
end_without_failure(const struct sweep_row *row)
{
	struct world world;
	struct end end;

	world_start(&world);
	row->before(&world);
	assert_int_equal(row->call(&world), 0);
	world_tick(&world, T + 2 * HOUR);
	end = (struct end){world_rows(&world, 0), world.mails_n};
	world_close(&world);
	return end;
}

/* After it failed: it, or what came of it, goes on as if nothing was. */
static void
assert_recovers(struct world *world, const struct sweep_row *row, int result,
    const struct before *before, const struct end *end)
{
	if (result != 0) {
		assert_unchanged(world, before, row);
		assert_int_equal(row->call(world), 0);
	} else {
		/* The mail was out, and only its outcome was not stored. */
		assert_int_equal(world->mails_n, before->mails + 1);
	}
	world_tick(world, T + 2 * HOUR);
	/* Nothing is sent twice. */
	assert_int_equal(world->mails_n, end->mails);
	assert_int_equal(world_rows(world, 0), end->rows);
	world_reopen(world);
	assert_int_equal(world_rows(world, 0), end->rows);
}

/* ---- the store ---- */

static void
the_store_fails(void **state)
{
	static const int errors[] = {
	    DELIST_ENOMEM, DELIST_EIO, DELIST_EREADONLY, DELIST_ECORRUPT};
	const struct sweep_row *row = *state;
	struct end end = end_without_failure(row);
	size_t injected = 0;

	for (size_t i = 0; i < 2 * COUNT(errors); i++) {
		for (size_t at = 1;; at++) {
			struct world world;
			struct before before;
			int result;

			world_start(&world);
			row->before(&world);
			before = snapshot(&world);
			world.store_error = errors[i / 2];
			world.store_from_then_on = i % 2 != 0;
			world.store_fail_at = world.store_calls + at;
			result = row->call(&world);
			if (world.store_calls < world.store_fail_at) {
				assert_int_equal(result, 0);
				world_close(&world);
				break;
			}
			world.store_fail_at = 0;
			injected++;
			if (result != 0)
				assert_int_equal(result, errors[i / 2]);
			assert_recovers(&world, row, result, &before, &end);
			world_close(&world);
		}
	}
	assert_true(injected >= 2 * COUNT(errors));
}

/* ---- memory ---- */

static size_t allocations_failed;

static void
an_allocation_fails(void **state)
{
	const struct sweep_row *row = *state;
	struct end end = end_without_failure(row);

	for (int mode = 0; mode < 2; mode++) {
		for (size_t at = 1;; at++) {
			struct support_memory memory = {.calls = 0};
			struct delist_alloc alloc = support_alloc(&memory);
			struct world world;
			struct before before;
			int result;

			world_init(&world, &alloc);
			world_open(&world);
			row->before(&world);
			before = snapshot(&world);
			memory.from_then_on = mode;
			memory.fail_at = memory.calls + at;
			result = row->call(&world);
			memory.fail_at = 0;
			if (memory.injected == 0) {
				assert_int_equal(result, 0);
				world_close(&world);
				break;
			}
			allocations_failed += memory.injected;
			if (result != 0)
				assert_int_equal(result, DELIST_ENOMEM);
			assert_recovers(&world, row, result, &before, &end);
			world_close(&world);
			assert_int_equal(memory.blocks, 0);
		}
	}
}

/* Of one call; the containers that double grow in the next test. */
static void
allocations_did_fail(void **state)
{
	(void)state;
	assert_true(allocations_failed >= 20);
}

/* One after the other, so that everything has to grow at some time. */
static void
growth_fails_softly(void **state)
{
	struct support_memory memory = {.calls = 0};
	struct delist_alloc alloc = support_alloc(&memory);
	struct world world;
	size_t failed = 0;

	(void)state;
	world_init(&world, &alloc);
	world.config.policy.mails_all.max = 10000;
	world_open(&world);
	for (int i = 0; i < 600; i++) {
		char mailbox[64], addr[32];

		snprintf(mailbox, sizeof mailbox, "u%d@d%d.example", i, i);
		snprintf(addr, sizeof addr, "198.51.%d.%d", i / 256, i % 256);
		for (int call = 0; call < 2; call++) {
			int result = DELIST_ENOMEM;

			for (size_t at = 1; result != 0; at++) {
				uint64_t rows = world_fingerprint(&world);

				memory.fail_at = memory.calls + at;
				result = call == 0
					     ? world_block(&world, addr, NOW)
					     : world_submit(&world, NULL,
						   mailbox, addr, NOW);
				memory.fail_at = 0;
				if (result == 0)
					continue;
				assert_int_equal(result, DELIST_ENOMEM);
				assert_true(world_fingerprint(&world) == rows);
				failed++;
			}
			if (i % 20 != 0)
				continue;
			assert_true(world_refuses(&world, addr, NOW));
		}
	}
	assert_int_equal(world_rows(&world, 'O'), 600);
	assert_true(failed > 40);
	world_close(&world);
	assert_int_equal(memory.blocks, 0);
}

static void
open_on_memory(const struct delist_alloc *alloc, bool failing, void *arg)
{
	struct world *world = arg;
	int result;

	(void)failing;
	world->config.alloc = alloc;
	world->service = NULL;
	result = delist_service_open(&world->service, &world->config);
	if (result != 0) {
		assert_int_equal(result, DELIST_ENOMEM);
		assert_null(world->service);
	} else {
		assert_true(world_refuses(world, "203.0.113.9", T));
	}
	delist_service_close(world->service);
	world->service = NULL;
}

static void
open_fails_softly(void **state)
{
	struct world world;
	uint64_t rows;

	(void)state;
	world_start(&world);
	asked_over_range(&world);
	assert_int_equal(report(&world), 0);
	delist_service_close(world.service);
	rows = world_fingerprint(&world);
	support_sweep(open_on_memory, &world);
	assert_true(world_fingerprint(&world) == rows);
	world.config.alloc = NULL;
	for (size_t at = 1;; at++) {
		world.store_error = DELIST_EIO;
		world.store_fail_at = world.store_calls + at;
		if (delist_service_open(&world.service, &world.config) == 0)
			break;
		assert_null(world.service);
	}
	assert_true(world.store_calls < world.store_fail_at);
	world.store_fail_at = 0;
	assert_true(world_refuses(&world, "203.0.113.9", T));
	world_close(&world);
}

/* ---- random bytes ---- */

/* What is written is only what became of a mail that goes out again. */
static bool
is_outbox(const struct sweep_row *row)
{
	return row->call == tick &&
	       (row->before == in_outbox || row->before == reported_in_outbox);
}

static void
there_are_no_random_bytes(void **state)
{
	const struct sweep_row *row = *state;
	struct end end = end_without_failure(row);
	struct world world;
	struct before before;
	int result;

	world_start(&world);
	row->before(&world);
	before = snapshot(&world);
	world.entropy_error = DELIST_EIO;
	result = row->call(&world);
	world.entropy_error = 0;
	if (row->reads_only) {
		assert_int_equal(result, 0);
	} else if (is_outbox(row)) {
		/* Only to store what became of it. */
		assert_int_equal(result, 0);
		assert_recovers(&world, row, result, &before, &end);
	} else {
		assert_int_equal(result, DELIST_EIO);
		assert_recovers(&world, row, result, &before, &end);
	}
	world_close(&world);
}

/* ---- somebody else ---- */

static void
somebody_else_writes(void **state)
{
	const struct sweep_row *row = *state;
	struct end end = end_without_failure(row);

	for (size_t conflicts = 1; conflicts <= TRIES; conflicts++) {
		struct world world;
		struct before before;
		int result;

		world_start(&world);
		row->before(&world);
		before = snapshot(&world);
		world.conflicts = conflicts;
		result = row->call(&world);
		world.conflicts = 0;
		if (row->reads_only || is_outbox(row)) {
			assert_int_equal(result, 0);
		} else {
			assert_int_equal(
			    result, conflicts < TRIES ? 0 : DELIST_ECONFLICT);
			if (result != 0)
				assert_recovers(
				    &world, row, result, &before, &end);
			else
				world_tick(&world, T + 2 * HOUR);
			assert_int_equal(world_rows(&world, 0), end.rows);
		}
		world_close(&world);
	}
}

int
main(void)
{
	ROWS(the_store_fails, sweep_rows);
	ROWS(an_allocation_fails, sweep_rows);
	TEST(allocations_did_fail);
	TEST(growth_fails_softly);
	TEST(open_fails_softly);
	ROWS(there_are_no_random_bytes, sweep_rows);
	ROWS(somebody_else_writes, sweep_rows);
	return support_run("service_sweep");
}
