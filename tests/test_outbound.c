/* SPDX-License-Identifier: ISC */
#include "support.h"

#include <delist/outbound.h>

enum {
	HOUR = 3600,
	DAY = 24 * HOUR,
	NOW = 1000 * DAY
};

static struct delist_policy
defaults(void)
{
	struct delist_policy policy;

	assert_int_equal(delist_policy_init(&policy, sizeof policy), 0);
	return policy;
}

static struct delist_outbound_event
event(int kind, uint32_t recipients)
{
	return (struct delist_outbound_event){
	    .kind = (uint8_t)kind,
	    .recipients = recipients,
	};
}

static int
step(struct delist_outbound *outbound, unsigned *todo,
    const struct delist_outbound_event *ev, int64_t now_s)
{
	struct delist_policy policy = defaults();

	return delist_outbound_step(
	    outbound, todo, outbound, ev, &policy, now_s);
}

static unsigned
must_take(struct delist_outbound *outbound,
    const struct delist_outbound_event *ev, int64_t now_s)
{
	unsigned todo = ~0u;

	assert_int_equal(step(outbound, &todo, ev, now_s), DELIST_OK);
	return todo;
}

static unsigned
must(struct delist_outbound *outbound, int kind, int64_t now_s)
{
	struct delist_outbound_event ev = event(kind, 1);

	return must_take(outbound, &ev, now_s);
}

static unsigned
send(struct delist_outbound *outbound, uint32_t recipients, int64_t now_s)
{
	struct delist_outbound_event ev =
	    event(DELIST_OUTBOUND_EVENT_SEND, recipients);

	return must_take(outbound, &ev, now_s);
}

static unsigned
by_operator(struct delist_outbound *outbound, int kind, int64_t now_s)
{
	struct delist_outbound_event ev = event(kind, 0);

	ev.by_operator = true;
	return must_take(outbound, &ev, now_s);
}

enum {
	OKAY = DELIST_OUTBOUND_OK,
	WARNED = DELIST_OUTBOUND_WARNED,
	RESTRICTED = DELIST_OUTBOUND_RESTRICTED,
	RELEASING = DELIST_OUTBOUND_RELEASING,
	HELD = DELIST_OUTBOUND_HELD,
	A = DELIST_TODO_AUDIT,
	W = A | DELIST_TODO_WARN,
	V = A | DELIST_TODO_REVIEW,
	X = DELIST_TODO_REFUSE,
	P = DELIST_TODO_PURGE,
	Y = DELIST_TODO_ALREADY
};

#define DUE DELIST_OUTBOUND_EVENT_DUE
#define RELEASE DELIST_OUTBOUND_EVENT_RELEASE
#define RESTRICT DELIST_OUTBOUND_EVENT_RESTRICT

static struct delist_outbound
in_state(int state)
{
	struct delist_outbound outbound = {0};

	send(&outbound, state == WARNED ? 400 : 10, NOW);
	if (state == RESTRICTED || state == RELEASING)
		must(&outbound, RESTRICT, NOW);
	if (state == RELEASING)
		must(&outbound, RELEASE, NOW);
	if (state == HELD)
		by_operator(&outbound, RESTRICT, NOW);
	assert_int_equal(outbound.state, state);
	return outbound;
}

/* ---- every pair ---- */

struct pair {
	const char *name;
	int state, kind;
	int want; /* result */
	int next; /* -1: as it was */
	unsigned todo;
};

#define SAME DELIST_OK, -1, 0
#define HAVE DELIST_OK, -1, Y
#define REFUSE DELIST_OK, -1, X
#define NO DELIST_ESTATE, 0, 0
#define GO(next, todo) DELIST_OK, next, todo
#define ROW(state, event, ...)                                            \
	{                                                                 \
#state ", " #event, state, DELIST_OUTBOUND_EVENT_##event, \
		    __VA_ARGS__                                           \
	}

/* clang-format off */
/* Events at NOW + 300, not by an operator; a mail has one recipient. */
static const struct pair pairs[] = {
	ROW(OKAY, NONE, NO), ROW(OKAY, DUE, SAME),
	ROW(OKAY, SEND, GO(OKAY, 0)), ROW(OKAY, RELEASE, HAVE),
	ROW(OKAY, RESTRICT, GO(RESTRICTED, V)),

	ROW(WARNED, NONE, NO), ROW(WARNED, DUE, SAME),
	ROW(WARNED, SEND, GO(WARNED, 0)), ROW(WARNED, RELEASE, HAVE),
	ROW(WARNED, RESTRICT, GO(RESTRICTED, V)),

	ROW(RESTRICTED, NONE, NO), ROW(RESTRICTED, DUE, SAME),
	ROW(RESTRICTED, SEND, REFUSE),
	ROW(RESTRICTED, RELEASE, GO(RELEASING, A)),
	ROW(RESTRICTED, RESTRICT, HAVE),

	ROW(RELEASING, NONE, NO), ROW(RELEASING, DUE, SAME),
	ROW(RELEASING, SEND, REFUSE), ROW(RELEASING, RELEASE, HAVE),
	ROW(RELEASING, RESTRICT, GO(RESTRICTED, V)),

	ROW(HELD, NONE, NO), ROW(HELD, DUE, SAME), ROW(HELD, SEND, REFUSE),
	ROW(HELD, RELEASE, HAVE), ROW(HELD, RESTRICT, HAVE),
};
/* clang-format on */

static void
steps(void **state)
{
	const struct pair *pair = *state;
	struct delist_outbound cur = in_state(pair->state), next;
	struct delist_outbound_event ev = event(pair->kind, 1);
	struct delist_policy policy = defaults();
	unsigned todo = 12345;

	memset(&next, 0xa5, sizeof next);
	assert_int_equal(
	    delist_outbound_step(&next, &todo, &cur, &ev, &policy, NOW + 300),
	    pair->want);
	if (pair->want != DELIST_OK) {
		assert_int_equal(todo, 12345);
		assert_int_equal(next.state, 0xa5);
		return;
	}
	assert_int_equal(todo, pair->todo);
	if (pair->next < 0)
		assert_memory_equal(&next, &cur, sizeof next);
	else
		assert_int_equal(next.state, pair->next);
}

static void
no_pair_is_missing(void **state)
{
	unsigned seen[DELIST_OUTBOUND_STATES][DELIST_OUTBOUND_EVENT_KINDS] = {
	    {0}};

	(void)state;
	for (size_t i = 0; i < COUNT(pairs); i++)
		seen[pairs[i].state][pairs[i].kind]++;
	for (int s = 0; s < DELIST_OUTBOUND_STATES; s++)
		for (int k = 0; k < DELIST_OUTBOUND_EVENT_KINDS; k++)
			assert_int_equal(seen[s][k], 1);
}

static void
operators_do_more(void **state)
{
	static const int to_held[] = {OKAY, WARNED, RESTRICTED, RELEASING};

	(void)state;
	for (size_t i = 0; i < COUNT(to_held); i++) {
		struct delist_outbound outbound = in_state(to_held[i]);

		assert_int_equal(by_operator(&outbound, RESTRICT, NOW), A);
		assert_int_equal(outbound.state, HELD);
		assert_int_equal(by_operator(&outbound, RESTRICT, NOW), Y);
		assert_int_equal(by_operator(&outbound, RELEASE, NOW), A);
		assert_int_equal(outbound.state, RELEASING);
		assert_int_equal(by_operator(&outbound, RELEASE, NOW), Y);
	}
}

/* ---- limits ---- */

struct limit_row {
	const char *name;
	int scope;
	uint32_t first, second; /* recipients, two hours apart */
	int after_first, after_second;
	unsigned todo_first, todo_second;
};

static const struct limit_row limit_rows[] = {
    {"hour, under the warning", DELIST_OUTBOUND_SENDER, 399, 1, OKAY, OKAY, 0,
	0},
    {"hour, at the warning", DELIST_OUTBOUND_SENDER, 400, 1, WARNED, OKAY, W,
	A},
    {"hour, all of it", DELIST_OUTBOUND_SENDER, 500, 1, WARNED, OKAY, W, A},
    {"hour, one too many", DELIST_OUTBOUND_SENDER, 501, 1, RESTRICTED,
	RESTRICTED, V | X, X},
    {"day, under the warning", DELIST_OUTBOUND_SENDER, 399, 399, OKAY, OKAY, 0,
	0},
    {"day, at the warning", DELIST_OUTBOUND_SENDER, 400, 400, WARNED, WARNED, W,
	0},
    {"day, all of it", DELIST_OUTBOUND_SENDER, 500, 500, WARNED, WARNED, W, 0},
    {"nobody", DELIST_OUTBOUND_SENDER, 0, 0, OKAY, OKAY, 0, 0},
    {"the most", DELIST_OUTBOUND_SENDER, UINT32_MAX, 0, RESTRICTED, RESTRICTED,
	V | X, X},
    {"tenant, under the warning", DELIST_OUTBOUND_TENANT, 3999, 3999, OKAY,
	OKAY, 0, 0},
    {"tenant, at the warning", DELIST_OUTBOUND_TENANT, 4000, 1, WARNED, OKAY, W,
	A},
    {"tenant, all of it", DELIST_OUTBOUND_TENANT, 5000, 5000, WARNED, WARNED, W,
	0},
    {"tenant, one too many", DELIST_OUTBOUND_TENANT, 5000, 5001, WARNED,
	RESTRICTED, W, V | X},
};

static void
keeps_limits(void **state)
{
	const struct limit_row *row = *state;
	struct delist_outbound outbound = {.scope = (uint8_t)row->scope};
	struct delist_policy policy = defaults();

	assert_int_equal(send(&outbound, row->first, NOW), row->todo_first);
	assert_int_equal(outbound.state, row->after_first);
	assert_int_equal(
	    delist_outbound_refuses(&outbound), row->after_first == RESTRICTED);
	if (row->after_first == RESTRICTED)
		assert_int_equal(
		    delist_outbound_left(&outbound, &policy, NOW), 0);
	assert_int_equal(
	    send(&outbound, row->second, NOW + 2 * HOUR), row->todo_second);
	assert_int_equal(outbound.state, row->after_second);
	assert_int_equal(outbound.scope, row->scope);
}

static void
what_is_refused_is_not_counted(void **state)
{
	struct delist_outbound outbound = {0};
	struct delist_policy policy = defaults();

	(void)state;
	assert_int_equal(delist_outbound_left(&outbound, &policy, NOW), 500);
	send(&outbound, 300, NOW);
	assert_int_equal(delist_outbound_left(&outbound, &policy, NOW), 200);
	assert_int_equal(send(&outbound, 201, NOW), V | X);
	must(&outbound, RELEASE, NOW);
	must(&outbound, DUE, NOW + HOUR);
	assert_int_equal(outbound.state, OKAY);
	assert_int_equal(delist_limit_left(&outbound.day,
			     &policy.outbound_sender_day, NOW + HOUR),
	    700);
}

static void
is_warned_once(void **state)
{
	struct delist_outbound outbound = {0};

	(void)state;
	assert_int_equal(send(&outbound, 400, NOW), W);
	for (int i = 0; i < 100; i++)
		assert_int_equal(send(&outbound, 1, NOW + i), 0);
	assert_int_equal(send(&outbound, 1, NOW + 100), V | X);
}

/* 80 % of 3 is 2.4: two are not yet near. */
static void
the_warning_is_rounded_up(void **state)
{
	struct delist_outbound outbound = {0};
	struct delist_policy policy = defaults();
	struct delist_outbound_event ev = event(DELIST_OUTBOUND_EVENT_SEND, 1);

	(void)state;
	policy.outbound_sender_hour.max = 3;
	for (int i = 1; i <= 3; i++) {
		unsigned todo = 77;

		assert_int_equal(delist_outbound_step(&outbound, &todo,
				     &outbound, &ev, &policy, NOW),
		    0);
		assert_int_equal(todo, i < 3 ? 0 : W);
	}
}

static void
none_may_send(void **state)
{
	struct delist_outbound outbound = {0};
	struct delist_policy policy = defaults();
	struct delist_outbound_event ev = event(DELIST_OUTBOUND_EVENT_SEND, 1);
	unsigned todo;

	(void)state;
	policy.outbound_sender_hour.max = 0;
	assert_int_equal(delist_outbound_step(
			     &outbound, &todo, &outbound, &ev, &policy, NOW),
	    0);
	assert_int_equal(todo, V | X);
	ev.kind = RELEASE;
	assert_int_equal(delist_outbound_step(
			     &outbound, &todo, &outbound, &ev, &policy, NOW),
	    0);
	assert_int_equal(delist_outbound_due_s(&outbound), INT64_MAX);
}

/* ---- releases ---- */

/* Restricted by one mail too many, and released until it may send. */
static void
go_round(struct delist_outbound *outbound, int64_t *now_s)
{
	assert_int_equal(send(outbound, 501, *now_s), V | X);
	assert_int_equal(must(outbound, RELEASE, *now_s), A);
	*now_s = delist_outbound_due_s(outbound);
	assert_int_equal(must(outbound, DUE, *now_s), A);
	assert_int_equal(outbound->state, OKAY);
}

static void
three_releases_then_an_operator(void **state)
{
	struct delist_outbound outbound = {0};
	int64_t now_s = NOW;

	(void)state;
	for (int i = 0; i < 3; i++)
		go_round(&outbound, &now_s);
	assert_int_equal(now_s, NOW + 3 * HOUR);
	send(&outbound, 501, now_s);
	assert_int_equal(must(&outbound, RELEASE, now_s), V);
	assert_int_equal(outbound.state, HELD);
	assert_int_equal(must(&outbound, RELEASE, now_s + 60 * DAY), Y);
	assert_int_equal(by_operator(&outbound, RELEASE, now_s), A);
	assert_int_equal(outbound.state, RELEASING);
}

/* An operator needs no detour where the sender's own are used up. */
static void
an_operator_releases_at_once(void **state)
{
	struct delist_outbound outbound = {0};
	int64_t now_s = NOW;

	(void)state;
	for (int i = 0; i < 3; i++)
		go_round(&outbound, &now_s);
	send(&outbound, 501, now_s);
	assert_int_equal(by_operator(&outbound, RELEASE, now_s), A);
	assert_int_equal(outbound.state, RELEASING);
}

static void
old_releases_do_not_count(void **state)
{
	struct delist_outbound outbound = {0};
	int64_t now_s = NOW;

	(void)state;
	for (int i = 0; i < 12; i++) {
		go_round(&outbound, &now_s);
		now_s += 15 * DAY;
	}
}

/* A release ends when the counters are calm, and not before an hour. */
static void
a_release_keeps_the_limits(void **state)
{
	struct delist_outbound outbound = {0};
	struct delist_policy policy = defaults();
	int64_t calm_s;

	(void)state;
	send(&outbound, 500, NOW);
	send(&outbound, 300, NOW + 2 * HOUR);
	assert_int_equal(outbound.state, WARNED);
	must(&outbound, RESTRICT, NOW + 3 * HOUR);
	must(&outbound, RELEASE, NOW + 3 * HOUR);
	calm_s = delist_outbound_due_s(&outbound);
	assert_true(calm_s >= NOW + DAY && calm_s < NOW + DAY + 3 * HOUR);
	assert_int_equal(must(&outbound, DUE, calm_s - 1), 0);
	assert_int_equal(send(&outbound, 1, calm_s - 1), X);
	assert_int_equal(must(&outbound, DUE, calm_s), A);
	assert_int_equal(outbound.state, OKAY);
	assert_true(delist_outbound_left(&outbound, &policy, calm_s) >= 200);
}

/* The time was set by another policy than that of now. */
static void
a_due_time_is_looked_at_again(void **state)
{
	struct delist_outbound outbound = in_state(RELEASING), before;
	struct delist_policy policy = defaults();
	struct delist_outbound_event ev = event(DUE, 0);
	unsigned todo = 77;

	(void)state;
	before = outbound;
	policy.outbound_sender_day.max = 10;
	assert_int_equal(delist_outbound_step(&outbound, &todo, &outbound, &ev,
			     &policy, NOW + HOUR),
	    0);
	assert_int_equal(todo, 0);
	assert_int_equal(outbound.state, RELEASING);
	assert_true(delist_outbound_due_s(&outbound) >= NOW + DAY);
	assert_int_equal(outbound.since_s, before.since_s);

	/* a longer window keeps an idle row */
	outbound = in_state(OKAY);
	policy = defaults();
	policy.outbound_sender_day.window_s = 10 * DAY;
	assert_int_equal(delist_outbound_step(&outbound, &todo, &outbound, &ev,
			     &policy, NOW + 2 * DAY),
	    0);
	assert_int_equal(todo, 0);
	assert_true(outbound.used);
	assert_true(delist_outbound_due_s(&outbound) >= NOW + 10 * DAY);
}

/* ---- time ---- */

static void
a_warning_ends(void **state)
{
	struct delist_outbound outbound = in_state(WARNED);
	int64_t due_s = delist_outbound_due_s(&outbound);

	(void)state;
	assert_true(due_s >= NOW + HOUR && due_s < NOW + HOUR + 10 * 60);
	assert_int_equal(must(&outbound, DUE, INT64_MIN), 0);
	assert_int_equal(must(&outbound, DUE, due_s - 1), 0);
	assert_int_equal(outbound.state, WARNED);
	assert_int_equal(must(&outbound, DUE, due_s), A);
	assert_int_equal(outbound.state, OKAY);
	assert_true(delist_outbound_due_s(&outbound) > due_s);
}

static void
an_idle_row_is_dropped(void **state)
{
	struct delist_outbound outbound = {.scope = DELIST_OUTBOUND_TENANT};
	struct delist_outbound zero = outbound;
	struct delist_policy policy = defaults();
	int64_t due_s;

	(void)state;
	assert_int_equal(delist_outbound_due_s(&outbound), INT64_MAX);
	assert_int_equal(must(&outbound, DUE, INT64_MAX - 1), 0);
	send(&outbound, 7, NOW);
	due_s = delist_outbound_due_s(&outbound);
	assert_true(due_s >= NOW + DAY);
	assert_int_equal(must(&outbound, DUE, due_s - 1), 0);
	assert_true(delist_limit_left(&outbound.day,
			&policy.outbound_tenant_day, due_s) == 10000);
	assert_int_equal(must(&outbound, DUE, due_s), P);
	assert_memory_equal(&outbound, &zero, sizeof zero);
	/* releases are remembered for as long as they count */
	outbound = in_state(RELEASING);
	due_s = delist_outbound_due_s(&outbound);
	assert_int_equal(due_s, NOW + HOUR);
	must(&outbound, DUE, due_s);
	assert_true(delist_outbound_due_s(&outbound) >= NOW + 30 * DAY);
}

static void
those_that_wait_for_people_are_never_due(void **state)
{
	static const int states[] = {RESTRICTED, HELD};

	(void)state;
	for (size_t i = 0; i < COUNT(states); i++) {
		struct delist_outbound outbound = in_state(states[i]);

		assert_int_equal(delist_outbound_due_s(&outbound), INT64_MAX);
		assert_int_equal(must(&outbound, DUE, INT64_MAX), 0);
		assert_int_equal(outbound.state, states[i]);
	}
}

static void
time_ends_do_not_overflow(void **state)
{
	static const int64_t ends[] = {INT64_MIN, INT64_MAX};

	(void)state;
	for (size_t i = 0; i < 4; i++)
		for (int s = OKAY; s < DELIST_OUTBOUND_STATES; s++)
			for (int k = 0; k < DELIST_OUTBOUND_EVENT_KINDS; k++) {
				struct delist_outbound cur = in_state(s);
				struct delist_outbound_event ev =
				    event(k, UINT32_MAX / 2);
				unsigned todo;

				(void)step(&cur, &todo, &ev, ends[i / 2]);
				ev.recipients = 1;
				(void)step(&cur, &todo, &ev, ends[i % 2]);
				(void)delist_outbound_due_s(&cur);
			}
}

/* ---- a random walk, against a list of all that was sent ---- */

enum {
	SENT_MAX = 4096
};

struct walk {
	struct support_random random;
	struct delist_outbound now;
	struct delist_policy policy;
	int64_t now_s;
	struct {
		int64_t at_s;
		uint32_t n;
	} sent[SENT_MAX];
	size_t count;
};

/* What went out in the window that ends now. */
static uint64_t
sent_within(const struct walk *walk, int64_t window_s)
{
	uint64_t n = 0;

	for (size_t i = walk->count; i-- > 0;) {
		if (walk->sent[i].at_s <= walk->now_s - window_s)
			break;
		n += walk->sent[i].n;
	}
	return n;
}

static void
assert_held(struct walk *walk, const struct delist_outbound *next,
    unsigned todo, const struct delist_outbound_event *ev)
{
	const struct delist_outbound *cur = &walk->now;
	const struct delist_policy *policy = &walk->policy;
	int64_t due_s = delist_outbound_due_s(next);

	if (ev->kind == DELIST_OUTBOUND_EVENT_SEND &&
	    (todo & DELIST_TODO_REFUSE) == 0) {
		assert_false(
		    delist_outbound_refuses(cur) && ev->recipients != 0);
		walk->sent[walk->count].at_s = walk->now_s;
		walk->sent[walk->count++].n = ev->recipients;
	}
	assert_true(
	    sent_within(walk, HOUR) <= policy->outbound_sender_hour.max);
	assert_true(sent_within(walk, DAY) <= policy->outbound_sender_day.max);
	if ((todo & DELIST_TODO_WARN) != 0)
		assert_true(cur->state == OKAY && next->state == WARNED);
	if (next->state == OKAY && cur->state == RELEASING)
		assert_true(walk->now_s >= cur->since_s + HOUR);
	if (next->state == RELEASING && cur->state == HELD)
		assert_true(ev->by_operator);
	if (next->state != cur->state)
		assert_true((todo & (A | P)) != 0);
	if (ev->kind != DUE)
		return;
	if (walk->now_s < delist_outbound_due_s(cur)) {
		assert_int_equal(todo, 0);
		assert_memory_equal(next, cur, sizeof *next);
	}
	assert_true(due_s > walk->now_s);
}

static struct delist_outbound_event
random_event(struct walk *walk)
{
	static const int kinds[] = {DELIST_OUTBOUND_EVENT_SEND,
	    DELIST_OUTBOUND_EVENT_SEND, DELIST_OUTBOUND_EVENT_SEND, DUE,
	    RELEASE, RESTRICT};
	struct support_random *random = &walk->random;
	struct delist_outbound_event ev =
	    event(kinds[support_below(random, COUNT(kinds))],
		(uint32_t)support_below(random, 200));

	if (ev.kind == RESTRICT && support_below(random, 8) != 0)
		ev.kind = DELIST_OUTBOUND_EVENT_SEND;
	ev.by_operator = support_below(random, 8) == 0;
	return ev;
}

static void
a_random_walk_keeps_the_rules(void **state)
{
	static struct walk walk;
	unsigned reached[DELIST_OUTBOUND_STATES] = {0};

	(void)state;
	walk =
	    (struct walk){.random = {518}, .policy = defaults(), .now_s = NOW};
	for (int i = 0; i < 300000; i++) {
		struct delist_outbound next;
		struct delist_outbound_event ev = random_event(&walk);
		int64_t due_s = delist_outbound_due_s(&walk.now);
		unsigned todo = 12345;

		if (ev.kind == DUE && due_s < walk.now_s + DAY &&
		    due_s > walk.now_s)
			walk.now_s =
			    due_s - (int64_t)support_below(&walk.random, 2);
		else
			walk.now_s +=
			    (int64_t)support_below(&walk.random, HOUR);
		memset(&next, 0xa5, sizeof next);
		assert_int_equal(delist_outbound_step(&next, &todo, &walk.now,
				     &ev, &walk.policy, walk.now_s),
		    0);
		assert_held(&walk, &next, todo, &ev);
		walk.now = next;
		reached[next.state]++;
		if (walk.count == SENT_MAX) {
			memmove(walk.sent, walk.sent + SENT_MAX / 2,
			    sizeof walk.sent / 2);
			walk.count = SENT_MAX / 2;
		}
	}
	for (int s = OKAY; s < DELIST_OUTBOUND_STATES; s++)
		assert_true(reached[s] > 1000);
}

/* To a clock that steps back, what was sent later still counts. */
static void
a_step_back_frees_nothing(void **state)
{
	struct delist_outbound outbound = in_state(WARNED);
	struct delist_policy policy = defaults();
	int64_t due_s = delist_outbound_due_s(&outbound);

	(void)state;
	assert_int_equal(
	    delist_outbound_left(&outbound, &policy, NOW - 10 * DAY), 100);
	assert_int_equal(must(&outbound, DUE, NOW - 10 * DAY), 0);
	assert_int_equal(delist_outbound_due_s(&outbound), due_s);
	assert_int_equal(send(&outbound, 101, NOW - 10 * DAY), V | X);
}

/* ---- names, and what is none ---- */

static void
others_are_refused(void **state)
{
	struct delist_outbound outbound = {0};
	struct delist_outbound_event ev = event(DELIST_OUTBOUND_EVENT_KINDS, 1);
	struct delist_policy policy = defaults();
	unsigned todo = 77;

	(void)state;
	assert_int_equal(step(&outbound, &todo, &ev, NOW), DELIST_EINVAL);
	ev.kind = DUE;
	outbound.state = DELIST_OUTBOUND_STATES;
	assert_int_equal(step(&outbound, &todo, &ev, NOW), DELIST_EINVAL);
	outbound.state = OKAY;
	outbound.scope = DELIST_OUTBOUND_SCOPES;
	assert_int_equal(step(&outbound, &todo, &ev, NOW), DELIST_EINVAL);
	outbound.scope = DELIST_OUTBOUND_SENDER;
	policy.size = 0;
	assert_int_equal(delist_outbound_step(
			     &outbound, &todo, &outbound, &ev, &policy, NOW),
	    DELIST_EINVAL);
	assert_int_equal(todo, 77);
}

static void
states_and_events_have_names(void **state)
{
	(void)state;
	for (int s = 0; s < DELIST_OUTBOUND_STATES; s++)
		for (int t = 0; t < s; t++)
			assert_string_not_equal(delist_outbound_state_name(s),
			    delist_outbound_state_name(t));
	for (int k = 0; k < DELIST_OUTBOUND_EVENT_KINDS; k++)
		for (int l = 0; l < k; l++)
			assert_string_not_equal(delist_outbound_event_name(k),
			    delist_outbound_event_name(l));
	assert_string_equal(delist_outbound_state_name(OKAY), "ok");
	assert_string_equal(delist_outbound_state_name(HELD), "held");
	assert_string_equal(delist_outbound_state_name(-1), "unknown");
	assert_string_equal(delist_outbound_state_name(5), "unknown");
	assert_string_equal(delist_outbound_event_name(RESTRICT), "restrict");
	assert_string_equal(delist_outbound_event_name(-1), "unknown");
	assert_string_equal(delist_outbound_event_name(5), "unknown");
}

int
main(void)
{
	ROWS(steps, pairs);
	TEST(no_pair_is_missing);
	TEST(operators_do_more);
	ROWS(keeps_limits, limit_rows);
	TEST(what_is_refused_is_not_counted);
	TEST(is_warned_once);
	TEST(the_warning_is_rounded_up);
	TEST(none_may_send);
	TEST(three_releases_then_an_operator);
	TEST(an_operator_releases_at_once);
	TEST(old_releases_do_not_count);
	TEST(a_release_keeps_the_limits);
	TEST(a_due_time_is_looked_at_again);
	TEST(a_warning_ends);
	TEST(an_idle_row_is_dropped);
	TEST(those_that_wait_for_people_are_never_due);
	TEST(time_ends_do_not_overflow);
	TEST(a_random_walk_keeps_the_rules);
	TEST(a_step_back_frees_nothing);
	TEST(others_are_refused);
	TEST(states_and_events_have_names);
	return support_run("outbound");
}
