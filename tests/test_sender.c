/* SPDX-License-Identifier: ISC */
/*
 * The sender's side on a store: appeals and accounts over restarts, and with
 * everything failing once.
 */
#include "support.h"

#include <delist/delist.h>

#include <stdio.h>

enum {
	HOUR = 3600,
	DAY = 86400,
	NOW = 1000 * DAY
};

struct world {
	struct delist_memstore *memstore;
	struct delist_store inner;
	struct delist_sender_config config;
	struct delist_sender *sender;
	struct support_random random;
	size_t calls, fail_at;
	int error, entropy_error, conflicts;
	size_t tasks;
	struct delist_appeal appeal; /* of the last task */
	unsigned todo;
};

static bool
fails(struct world *world)
{
	world->calls++;
	return world->fail_at != 0 && world->calls == world->fail_at;
}

static int
get(void *arg, bool *found, struct delist_store_row *row,
    struct delist_text key)
{
	struct world *world = arg;

	return fails(world)
		   ? world->error
		   : world->inner.ops->get(world->inner.arg, found, row, key);
}

static int
commit(void *arg, const struct delist_store_change *changes, size_t n,
    const uint8_t id[16])
{
	struct world *world = arg;

	if (fails(world))
		return world->error;
	if (world->conflicts > 0) {
		world->conflicts--;
		return DELIST_ECONFLICT;
	}
	return world->inner.ops->commit(world->inner.arg, changes, n, id);
}

static int
next(void *arg, bool *found, struct delist_store_row *row,
    struct delist_text prefix, struct delist_text after)
{
	struct world *world = arg;

	return fails(world) ? world->error
			    : world->inner.ops->next(
				  world->inner.arg, found, row, prefix, after);
}

static const struct delist_store_ops ops = {
    sizeof ops, get, commit, next, NULL, NULL};

static int
entropy(void *arg, uint8_t *out, size_t len)
{
	struct world *world = arg;

	for (size_t i = 0; i < len && world->entropy_error == 0; i++)
		out[i] = (uint8_t)support_random(&world->random);
	return world->entropy_error;
}

static void
task(void *arg, const struct delist_appeal *appeal, unsigned todo)
{
	struct world *world = arg;

	world->tasks++;
	world->appeal = *appeal;
	world->todo = todo;
}

static void
start_on(struct world *world, const struct delist_alloc *alloc)
{
	memset(world, 0, sizeof *world);
	world->error = DELIST_EIO;
	assert_int_equal(delist_memstore_new(&world->memstore, NULL), 0);
	world->inner = delist_memstore_store(world->memstore);
	assert_int_equal(
	    delist_sender_config_init(&world->config, sizeof world->config), 0);
	world->config.alloc = alloc;
	world->config.store = (struct delist_store){&ops, world};
	world->config.entropy = entropy;
	world->config.entropy_arg = world;
	world->config.task = task;
	world->config.task_arg = world;
	assert_int_equal(delist_sender_open(&world->sender, &world->config), 0);
}

static void
start(struct world *world)
{
	start_on(world, NULL);
}

static void
reopen(struct world *world)
{
	delist_sender_close(world->sender);
	world->sender = NULL;
	assert_int_equal(delist_sender_open(&world->sender, &world->config), 0);
}

static void
finish(struct world *world)
{
	delist_sender_close(world->sender);
	delist_memstore_free(world->memstore);
}

static struct delist_text
text_of(const char *text)
{
	return (struct delist_text){text, strlen(text)};
}

static struct delist_addr
ours(void)
{
	return delist_addr_from4(0xcb007107);
}

static int
bounce(struct world *world, int cls, int remedy, int64_t at_s)
{
	struct delist_verdict verdict = {
	    .cls = (uint8_t)cls,
	    .remedy = (uint8_t)remedy,
	    .blocked = {ours(), 32},
	};
	struct delist_appeal appeal;
	unsigned todo;

	return delist_sender_bounced(world->sender, &appeal, &todo, &verdict,
	    NULL, text_of("example"), at_s, at_s);
}

static int
bounce_portal(struct world *world, int64_t at_s)
{
	return bounce(
	    world, DELIST_CLASS_IP_BLOCK_PORTAL, DELIST_REMEDY_PORTAL, at_s);
}

static int
bounce_mail(struct world *world, int64_t at_s)
{
	return bounce(
	    world, DELIST_CLASS_IP_BLOCK_MAIL, DELIST_REMEDY_MAIL_NDR, at_s);
}

static int
report(struct world *world, int kind, int64_t now_s)
{
	struct delist_appeal appeal;
	struct delist_addr addr = ours();
	unsigned todo;

	return delist_sender_report(world->sender, &appeal, &todo, &addr,
	    text_of("example"), kind, true, now_s);
}

static int
deliver(struct world *world, bool *cleared, int64_t at_s)
{
	struct delist_addr addr = ours();

	return delist_sender_delivered(
	    world->sender, cleared, &addr, text_of("example"), at_s, at_s);
}

static void
tick(struct world *world, int64_t now_s)
{
	bool more = true;

	while (more)
		assert_int_equal(
		    delist_sender_tick(world->sender, &more, 10, now_s), 0);
}

static int
state_of(struct world *world)
{
	struct delist_cursor cursor = {0};
	struct delist_appeal appeal = {.state = DELIST_APPEAL_NONE};
	bool found;

	assert_int_equal(
	    delist_sender_next_appeal(world->sender, &found, &appeal, &cursor),
	    0);
	return found ? appeal.state : DELIST_APPEAL_NONE;
}

/* ---- appeals ---- */

static void
from_bounce_to_delivery(void **state)
{
	struct world world;
	bool cleared = true;

	(void)state;
	start(&world);
	assert_int_equal(deliver(&world, &cleared, NOW - 1), 0);
	assert_false(cleared);
	assert_int_equal(bounce_portal(&world, NOW), 0);
	assert_int_equal(world.tasks, 1);
	assert_int_equal(world.todo & DELIST_TODO_TASK, DELIST_TODO_TASK);
	assert_int_equal(world.appeal.state, DELIST_APPEAL_TO_REQUEST);
	/* The same task, however many bounces. */
	for (int i = 1; i < 20; i++)
		assert_int_equal(bounce_portal(&world, NOW + i), 0);
	assert_int_equal(world.tasks, 1);
	reopen(&world);
	assert_int_equal(state_of(&world), DELIST_APPEAL_TO_REQUEST);
	assert_int_equal(
	    report(&world, DELIST_APPEAL_EVENT_DONE, NOW + HOUR), 0);
	assert_int_equal(state_of(&world), DELIST_APPEAL_WAITING);
	reopen(&world);
	assert_true(delist_sender_next_due(world.sender) == NOW + HOUR + DAY);
	tick(&world, NOW + HOUR + DAY);
	assert_int_equal(world.todo & DELIST_TODO_CHECK, DELIST_TODO_CHECK);
	assert_int_equal(deliver(&world, &cleared, NOW + 2 * DAY), 0);
	assert_true(cleared);
	assert_int_equal(state_of(&world), DELIST_APPEAL_CLEARED);
	assert_int_equal(deliver(&world, &cleared, NOW + 2 * DAY + 1), 0);
	assert_false(cleared);
	tick(&world, NOW + 40 * DAY);
	assert_int_equal(state_of(&world), DELIST_APPEAL_NONE);
	assert_int_equal(delist_memstore_count(world.memstore), 0);
	assert_true(delist_sender_next_due(world.sender) == INT64_MAX);
	finish(&world);
}

/* A mail that was let go is asked for again after a restart, the same one. */
static void
a_mail_survives_a_crash(void **state)
{
	struct world world;
	struct delist_appeal first;

	(void)state;
	start(&world);
	assert_int_equal(bounce_mail(&world, NOW), 0);
	assert_int_equal(world.appeal.state, DELIST_APPEAL_TO_MAIL);
	assert_int_equal(
	    report(&world, DELIST_APPEAL_EVENT_APPROVED, NOW + 1), 0);
	assert_int_equal(world.todo & DELIST_TODO_MAIL, DELIST_TODO_MAIL);
	first = world.appeal;
	world.tasks = 0;
	reopen(&world);
	assert_true(delist_sender_next_due(world.sender) == INT64_MIN);
	assert_int_equal(world.tasks, 0);
	tick(&world, NOW + 2);
	assert_int_equal(world.tasks, 1);
	assert_int_equal(world.todo, DELIST_TODO_MAIL);
	assert_memory_equal(world.appeal.id, first.id, 16);
	assert_int_equal(world.appeal.generation, first.generation);
	tick(&world, NOW + 3);
	assert_int_equal(world.tasks, 1);
	assert_int_equal(report(&world, DELIST_APPEAL_EVENT_DONE, NOW + 3), 0);
	reopen(&world);
	tick(&world, NOW + 4);
	assert_int_equal(world.tasks, 1);
	finish(&world);
}

static void
mails_may_go_by_themselves(void **state)
{
	struct world world;

	(void)state;
	start(&world);
	world.config.auto_mail = true;
	reopen(&world);
	assert_int_equal(bounce_mail(&world, NOW), 0);
	assert_int_equal(world.todo & DELIST_TODO_MAIL, DELIST_TODO_MAIL);
	finish(&world);
}

static void
each_provider_has_its_own(void **state)
{
	struct delist_verdict verdict = {
	    .cls = DELIST_CLASS_IP_BLOCK_PORTAL,
	    .remedy = DELIST_REMEDY_PORTAL,
	};
	struct delist_cursor cursor = {0};
	struct delist_appeal appeal;
	struct world world;
	char name[33];
	unsigned todo;
	bool found;
	int n = 0;

	(void)state;
	start(&world);
	for (int i = 0; i < 40; i++) {
		struct delist_addr addr =
		    delist_addr_from4(0xcb007100 + (uint32_t)i % 8);

		snprintf(name, sizeof name, "provider%d", i / 8);
		assert_int_equal(
		    delist_sender_bounced(world.sender, &appeal, &todo,
			&verdict, &addr, text_of(name), NOW, NOW),
		    0);
	}
	reopen(&world);
	for (;; n++) {
		assert_int_equal(delist_sender_next_appeal(
				     world.sender, &found, &appeal, &cursor),
		    0);
		if (!found)
			break;
	}
	assert_int_equal(n, 40);
	finish(&world);
}

/* ---- what is refused ---- */

static void
appeals_have_names(void **state)
{
	static const char longest[] = "0123456789012345678901234567890123";
	struct delist_verdict verdict = {
	    .cls = DELIST_CLASS_IP_BLOCK_PORTAL,
	    .remedy = DELIST_REMEDY_PORTAL,
	    .blocked = {ours(), 24},
	};
	struct delist_addr addr = ours(), none = {DELIST_NOADDR, {0}};
	struct delist_appeal appeal = {.bounces = 77};
	struct world world;
	unsigned todo = 77;
	bool cleared = true;

	(void)state;
	start(&world);
#define BOUNCED(addr, provider) \
	delist_sender_bounced(  \
	    world.sender, &appeal, &todo, &verdict, addr, provider, NOW, NOW)
	assert_int_equal(BOUNCED(&addr, text_of("")), DELIST_EINVAL);
	assert_int_equal(
	    BOUNCED(&addr, ((struct delist_text){longest, 33})), DELIST_EINVAL);
	assert_int_equal(BOUNCED(&none, text_of("x")), DELIST_EINVAL);
	/* A range says not which address it is. */
	assert_int_equal(BOUNCED(NULL, text_of("x")), DELIST_EINVAL);
	verdict.cls = DELIST_CLASS_THROTTLED;
	assert_int_equal(BOUNCED(&addr, text_of("x")), DELIST_EINVAL);
	assert_int_equal(delist_sender_delivered(world.sender, &cleared, &none,
			     text_of("x"), NOW, NOW),
	    DELIST_EINVAL);
	assert_int_equal(
	    report(&world, DELIST_APPEAL_EVENT_DONE, NOW), DELIST_ESTATE);
	assert_int_equal(
	    report(&world, DELIST_APPEAL_EVENT_BLOCKED, NOW), DELIST_EINVAL);
	assert_int_equal(
	    report(&world, DELIST_APPEAL_EVENT_KINDS, NOW), DELIST_EINVAL);
	assert_int_equal(appeal.bounces, 77);
	assert_int_equal(todo, 77);
	assert_true(cleared);
	assert_int_equal(delist_memstore_count(world.memstore), 0);
	verdict.cls = DELIST_CLASS_IP_BLOCK_PORTAL;
	assert_int_equal(
	    BOUNCED(&addr, ((struct delist_text){longest, 32})), 0);
	finish(&world);
}

/* ---- outbound ---- */

static struct delist_send_answer
mail(struct world *world, const char *name, const char *tenant,
    uint32_t recipients, int64_t now_s)
{
	struct delist_send_answer answer;

	assert_int_equal(delist_sender_mail(world->sender, &answer,
			     text_of(name), text_of(tenant), recipients, now_s),
	    0);
	return answer;
}

static void
a_sender_is_restricted_and_released(void **state)
{
	struct delist_account account;
	struct delist_send_answer answer;
	struct world world;

	(void)state;
	start(&world);
	for (int i = 0; i < 4; i++)
		assert_false(mail(&world, "ann", "firm", 99, NOW).warn_sender);
	answer = mail(&world, "ann", "firm", 4, NOW);
	assert_true(answer.warn_sender);
	assert_false(answer.warn_tenant);
	assert_false(answer.refuse);
	/* Counters survive a restart. */
	reopen(&world);
	assert_false(mail(&world, "ann", "firm", 100, NOW).refuse);
	assert_true(mail(&world, "ann", "firm", 1, NOW).refuse);
	reopen(&world);
	assert_true(mail(&world, "ann", "firm", 1, NOW + 1).refuse);
	assert_false(mail(&world, "bob", "firm", 1, NOW + 1).refuse);
	assert_int_equal(
	    delist_sender_release(world.sender, &account,
		DELIST_OUTBOUND_SENDER, text_of("ann"), false, NOW + 2),
	    0);
	assert_int_equal(account.outbound.state, DELIST_OUTBOUND_RELEASING);
	assert_memory_equal(account.name, "ann", 4);
	tick(&world, NOW + 2 * DAY);
	assert_false(mail(&world, "ann", "firm", 1, NOW + 2 * DAY).refuse);
	finish(&world);
}

/* Refused for one of them: the other counts nothing. */
static void
what_is_refused_is_not_counted(void **state)
{
	struct delist_cursor cursor = {0};
	struct delist_account account;
	struct world world;
	bool found;
	int accounts = 0;

	(void)state;
	start(&world);
	assert_int_equal(
	    delist_sender_restrict(world.sender, &account,
		DELIST_OUTBOUND_TENANT, text_of("firm"), true, NOW),
	    0);
	assert_int_equal(account.outbound.state, DELIST_OUTBOUND_HELD);
	for (int i = 0; i < 50; i++)
		assert_true(mail(&world, "ann", "firm", 100, NOW).refuse);
	assert_false(mail(&world, "ann", "", 100, NOW).refuse);
	for (;; accounts++) {
		assert_int_equal(delist_sender_next_account(
				     world.sender, &found, &account, &cursor),
		    0);
		if (!found)
			break;
		if (account.outbound.scope == DELIST_OUTBOUND_SENDER)
			assert_int_equal(delist_outbound_left(&account.outbound,
					     &world.config.policy, NOW),
			    400);
	}
	assert_int_equal(accounts, 2);
	/* A sender and a tenant of one name are two. */
	assert_false(mail(&world, "firm", "", 1, NOW).refuse);
	finish(&world);
}

static void
what_is_idle_is_forgotten(void **state)
{
	struct world world;
	char name[16];

	(void)state;
	start(&world);
	for (int i = 0; i < 100; i++) {
		snprintf(name, sizeof name, "u%d", i);
		assert_false(mail(&world, name, "firm", 1, NOW).refuse);
	}
	assert_int_equal(delist_memstore_count(world.memstore), 101);
	reopen(&world);
	for (int day = 1; day < 60; day++)
		tick(&world, NOW + day * DAY);
	assert_int_equal(delist_memstore_count(world.memstore), 0);
	assert_true(delist_sender_next_due(world.sender) == INT64_MAX);
	finish(&world);
}

static void
accounts_have_names(void **state)
{
	struct delist_account account = {.name_len = 77};
	struct delist_send_answer answer = {.review = true};
	struct world world;
	char longest[129];

	(void)state;
	start(&world);
	memset(longest, 'x', sizeof longest);
#define MAIL(name, tenant) \
	delist_sender_mail(world.sender, &answer, name, tenant, 1, NOW)
	assert_int_equal(MAIL(text_of(""), text_of("")), DELIST_EINVAL);
	assert_int_equal(
	    MAIL(((struct delist_text){longest, 129}), text_of("")),
	    DELIST_EINVAL);
	assert_int_equal(
	    MAIL(text_of("a"), ((struct delist_text){longest, 129})),
	    DELIST_EINVAL);
	assert_true(answer.review);
	assert_int_equal(delist_sender_release(world.sender, &account, 2,
			     text_of("a"), true, NOW),
	    DELIST_EINVAL);
	assert_int_equal(delist_sender_restrict(world.sender, &account, -1,
			     text_of("a"), true, NOW),
	    DELIST_EINVAL);
	assert_int_equal(delist_sender_restrict(
			     world.sender, &account, 0, text_of(""), true, NOW),
	    DELIST_EINVAL);
	assert_int_equal(account.name_len, 77);
	assert_int_equal(MAIL(((struct delist_text){longest, 128}),
			     ((struct delist_text){longest, 128})),
	    0);
	finish(&world);
}

/* ---- failures ---- */

static int
call(struct world *world, int which)
{
	struct delist_account account;
	struct delist_send_answer answer;
	bool flag;

	switch (which) {
	case 0:
		return bounce_mail(world, NOW + 10);
	case 1:
		return bounce_portal(world, NOW + 10);
	case 2:
		return report(world, DELIST_APPEAL_EVENT_DONE, NOW + 10);
	case 3:
		return deliver(world, &flag, NOW + 10);
	case 4:
		return delist_sender_mail(world->sender, &answer,
		    text_of("ann"), text_of("firm"), 5, NOW + 10);
	case 5:
		return delist_sender_restrict(
		    world->sender, &account, 0, text_of("ann"), true, NOW + 10);
	default:
		return delist_sender_tick(
		    world->sender, &flag, 1, NOW + 40 * DAY);
	}
}

static uint64_t
fingerprint(struct world *world)
{
	struct delist_store_row row = {.version = 0};
	char key[DELIST_STORE_KEY_MAX];
	struct delist_text after = {key, 0}, all = {NULL, 0};
	uint64_t hash = 1;
	bool found;

	for (;;) {
		assert_int_equal(world->inner.ops->next(world->inner.arg,
				     &found, &row, all, after),
		    0);
		if (!found)
			return hash;
		memcpy(key, row.key.at, row.key.len);
		after.len = row.key.len;
		for (size_t i = 0; i < row.value.len; i++)
			hash = hash * 37 + (uint8_t)row.value.at[i];
	}
}

static void
before(struct world *world, int which, const struct delist_alloc *alloc)
{
	start_on(world, alloc);
	if (which != 0 && which != 4)
		assert_int_equal(bounce_portal(world, NOW), 0);
	world->tasks = 0;
}

static void
what_fails_changes_nothing(void **state)
{
	size_t injected = 0;

	(void)state;
	for (int which = 0; which < 7; which++)
		for (size_t at = 1;; at++) {
			struct world world;
			uint64_t rows;
			int result;

			before(&world, which, NULL);
			rows = fingerprint(&world);
			world.fail_at = world.calls + at;
			result = call(&world, which);
			if (world.calls < world.fail_at) {
				assert_int_equal(result, 0);
				finish(&world);
				break;
			}
			injected++;
			assert_int_equal(result, DELIST_EIO);
			assert_true(fingerprint(&world) == rows);
			assert_int_equal(world.tasks, 0);
			assert_int_equal(call(&world, which), 0);
			finish(&world);
		}
	assert_true(injected >= 14);
}

static void
without_memory_or_chance(void **state)
{
	size_t injected = 0;

	(void)state;
	for (int which = 0; which < 7; which++)
		for (size_t at = 1;; at++) {
			struct support_memory memory = {.calls = 0};
			struct delist_alloc alloc = support_alloc(&memory);
			struct world world;
			uint64_t rows;
			int result;

			before(&world, which, &alloc);
			rows = fingerprint(&world);
			memory.fail_at = memory.calls + at;
			result = call(&world, which);
			memory.fail_at = 0;
			injected += memory.injected;
			if (result != 0) {
				assert_int_equal(result, DELIST_ENOMEM);
				assert_true(fingerprint(&world) == rows);
				assert_int_equal(call(&world, which), 0);
			}
			finish(&world);
			assert_int_equal(memory.blocks, 0);
			if (memory.injected == 0)
				break;
		}
	assert_true(injected >= 3);
	for (int which = 0; which < 7; which++) {
		struct world world;
		uint64_t rows;

		before(&world, which, NULL);
		rows = fingerprint(&world);
		world.entropy_error = DELIST_EIO;
		assert_int_equal(call(&world, which), DELIST_EIO);
		world.entropy_error = 0;
		assert_true(fingerprint(&world) == rows);
		assert_int_equal(call(&world, which), 0);
		world.conflicts = 7;
		finish(&world);
		before(&world, which, NULL);
		world.conflicts = 7;
		assert_int_equal(call(&world, which), 0);
		finish(&world);
		before(&world, which, NULL);
		world.conflicts = 8;
		assert_int_equal(call(&world, which), DELIST_ECONFLICT);
		finish(&world);
	}
}

static void
open_on_memory(const struct delist_alloc *alloc, bool failing, void *arg)
{
	struct world *world = arg;
	struct delist_sender *sender = NULL;
	int result;

	(void)failing;
	world->config.alloc = alloc;
	result = delist_sender_open(&sender, &world->config);
	if (result != 0) {
		assert_int_equal(result, DELIST_ENOMEM);
		assert_null(sender);
	}
	delist_sender_close(sender);
}

static void
open_fails_softly(void **state)
{
	struct delist_sender_config config;
	struct delist_sender *sender = NULL;
	struct world world;

	(void)state;
	start(&world);
	assert_int_equal(bounce_portal(&world, NOW), 0);
	(void)mail(&world, "ann", "firm", 1, NOW);
	support_sweep(open_on_memory, &world);
	world.config.alloc = NULL;
	for (size_t at = 1;; at++) {
		world.fail_at = world.calls + at;
		if (delist_sender_open(&sender, &world.config) == 0)
			break;
		assert_null(sender);
	}
	world.fail_at = 0;
	delist_sender_close(sender);
	assert_int_equal(delist_sender_config_init(&config, 1), DELIST_EINVAL);
	assert_int_equal(delist_sender_config_init(NULL, 1), DELIST_EINVAL);
	assert_int_equal(
	    delist_sender_open(NULL, &world.config), DELIST_EINVAL);
	assert_int_equal(delist_sender_open(&sender, NULL), DELIST_EINVAL);
	config = world.config;
	config.entropy = NULL;
	assert_int_equal(delist_sender_open(&sender, &config), DELIST_EINVAL);
	config = world.config;
	config.store.ops = NULL;
	assert_int_equal(delist_sender_open(&sender, &config), DELIST_EINVAL);
	config = world.config;
	config.policy.appeal_forget_s = 0;
	assert_int_equal(delist_sender_open(&sender, &config), DELIST_EINVAL);
	finish(&world);
	delist_sender_close(NULL);
}

int
main(void)
{
	TEST(from_bounce_to_delivery);
	TEST(a_mail_survives_a_crash);
	TEST(mails_may_go_by_themselves);
	TEST(each_provider_has_its_own);
	TEST(appeals_have_names);
	TEST(a_sender_is_restricted_and_released);
	TEST(what_is_refused_is_not_counted);
	TEST(what_is_idle_is_forgotten);
	TEST(accounts_have_names);
	TEST(what_fails_changes_nothing);
	TEST(without_memory_or_chance);
	TEST(open_fails_softly);
	return support_run("sender");
}
