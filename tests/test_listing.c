/* SPDX-License-Identifier: ISC */
#include "support.h"

#include <delist/listing.h>

enum {
	DAY = 86400,
	NOW = 1000 * DAY
};

static const struct delist_prefix prefix = {{DELIST_INET4, {192, 0, 2, 1}}, 32};

static struct delist_policy
defaults(void)
{
	struct delist_policy policy;

	assert_int_equal(delist_policy_init(&policy, sizeof policy), 0);
	return policy;
}

/* An event that each kind can use. */
static struct delist_event
event(int kind, const char *source, int64_t at_s)
{
	struct delist_event ev = {.kind = (uint8_t)kind, .prefix = prefix};

	ev.set_generation = 7;
	ev.request_id[0] = 1;
	ev.evidence.source_len = (uint8_t)strlen(source);
	memcpy(ev.evidence.source, source, strlen(source));
	ev.evidence.reason_len = 4;
	memcpy(ev.evidence.reason, "spam", 4);
	ev.evidence.at_s = at_s;
	return ev;
}

static int
step(struct delist_listing *listing, unsigned *todo,
    const struct delist_event *ev, int64_t now_s)
{
	struct delist_policy policy = defaults();

	return delist_listing_step(listing, todo, listing, ev, &policy, now_s);
}

static unsigned
must(struct delist_listing *listing, int kind, int64_t now_s)
{
	struct delist_event ev = event(kind, "trap-1", now_s);
	unsigned todo = ~0u;

	assert_int_equal(step(listing, &todo, &ev, now_s), DELIST_OK);
	return todo;
}

/* Listed at NOW, and all later states a second after the one before. */
static struct delist_listing
in_state(int state)
{
	struct delist_listing listing = {0};

	if (state >= DELIST_LISTING_LISTED)
		must(&listing, DELIST_EVENT_LIST, NOW);
	if (state >= DELIST_LISTING_LIFTING)
		must(&listing, DELIST_EVENT_REDEEM, NOW + 1);
	if (state >= DELIST_LISTING_PROBATION)
		must(&listing, DELIST_EVENT_ACK, NOW + 2);
	assert_int_equal(listing.state, state);
	return listing;
}

/* ---- every pair ---- */

enum {
	ABSENT = DELIST_LISTING_ABSENT,
	LISTED = DELIST_LISTING_LISTED,
	LIFTING = DELIST_LISTING_LIFTING,
	PROBATION = DELIST_LISTING_PROBATION,
	A = DELIST_TODO_AUDIT | DELIST_TODO_FEED,
	P = A | DELIST_TODO_PURGE,
	E = DELIST_TODO_EFFECTIVE,
	R = DELIST_TODO_RELISTED,
	Y = DELIST_TODO_ALREADY
};

struct pair {
	const char *name;
	int state, kind;
	int want; /* result */
	int next;
	unsigned todo;
};

#define PAIR(state, event, next, todo)                                      \
	{                                                                   \
#state ", " #event, state, DELIST_EVENT_##event, DELIST_OK, \
		    next, todo                                              \
	}
#define NONE(state, event)                                       \
	{                                                        \
#state ", " #event, state, DELIST_EVENT_##event, \
		    DELIST_ESTATE, 0, 0                          \
	}
#define OTHERS(state)                                                          \
	NONE(state, NONE), NONE(state, SUBMIT), NONE(state, MAIL_ACCEPTED),    \
	    NONE(state, MAIL_DELAYED), NONE(state, MAIL_FAILED),               \
	    NONE(state, INSPECT), NONE(state, RESEND), NONE(state, CANCEL),    \
	    NONE(state, EVICT), NONE(state, EFFECTIVE), NONE(state, RELISTED), \
	    NONE(state, INTAKE), NONE(state, ASSIGN), NONE(state, NOTE)

/* clang-format off */
/* Events at NOW + 9, evidence seen then; nothing is due. */
static const struct pair pairs[] = {
	PAIR(ABSENT, DUE, ABSENT, 0),
	PAIR(ABSENT, LIST, LISTED, A),
	PAIR(ABSENT, WITHDRAW, ABSENT, 0),
	PAIR(ABSENT, UNLIST, ABSENT, 0),
	NONE(ABSENT, ANSWER),
	PAIR(ABSENT, ACK, ABSENT, 0),
	NONE(ABSENT, REDEEM),
	OTHERS(ABSENT),
	PAIR(LISTED, DUE, LISTED, 0),
	PAIR(LISTED, LIST, LISTED, A),
	PAIR(LISTED, WITHDRAW, ABSENT, P),
	PAIR(LISTED, UNLIST, ABSENT, P),
	PAIR(LISTED, ANSWER, LIFTING, A),
	PAIR(LISTED, ACK, LISTED, 0),
	PAIR(LISTED, REDEEM, LIFTING, A),
	OTHERS(LISTED),
	PAIR(LIFTING, DUE, LIFTING, 0),
	PAIR(LIFTING, LIST, LISTED, A | R),
	PAIR(LIFTING, WITHDRAW, ABSENT, P | E),
	PAIR(LIFTING, UNLIST, ABSENT, P | E),
	PAIR(LIFTING, ANSWER, LIFTING, Y),
	PAIR(LIFTING, ACK, PROBATION, A | E),
	PAIR(LIFTING, REDEEM, LIFTING, Y),
	OTHERS(LIFTING),
	PAIR(PROBATION, DUE, PROBATION, 0),
	PAIR(PROBATION, LIST, LISTED, A | R),
	PAIR(PROBATION, WITHDRAW, PROBATION, 0),
	PAIR(PROBATION, UNLIST, ABSENT, P),
	PAIR(PROBATION, ANSWER, PROBATION, Y),
	PAIR(PROBATION, ACK, PROBATION, 0),
	PAIR(PROBATION, REDEEM, PROBATION, Y),
	OTHERS(PROBATION),
};
/* clang-format on */

static void
steps(void **state)
{
	const struct pair *pair = *state;
	struct delist_listing cur = in_state(pair->state), next;
	struct delist_event ev = event(pair->kind, "trap-1", NOW + 9);
	struct delist_policy policy = defaults();
	unsigned todo = 12345;

	memset(&next, 0xa5, sizeof next);
	assert_int_equal(
	    delist_listing_step(&next, &todo, &cur, &ev, &policy, NOW + 9),
	    pair->want);
	if (pair->want != DELIST_OK) {
		assert_int_equal(todo, 12345);
		assert_int_equal(next.state, 0xa5);
		return;
	}
	assert_int_equal(next.state, pair->next);
	assert_int_equal(todo, pair->todo);
	if (todo == 0 || todo == Y)
		assert_memory_equal(&next, &cur, sizeof next);
}

static void
no_pair_is_missing(void **state)
{
	unsigned seen[DELIST_LISTING_STATES][DELIST_EVENT_KINDS] = {{0}};

	(void)state;
	for (size_t i = 0; i < COUNT(pairs); i++)
		seen[pairs[i].state][pairs[i].kind]++;
	for (int s = 0; s < DELIST_LISTING_STATES; s++)
		for (int k = 0; k < DELIST_EVENT_KINDS; k++)
			assert_int_equal(seen[s][k], 1);
}

/* ---- time ---- */

struct due_row {
	const char *name;
	int state;
	int64_t due_s;
	int next;
	unsigned todo;
};

static const struct due_row due_rows[] = {
    {"absent is never due", ABSENT, INT64_MAX, ABSENT, 0},
    {"evidence ends", LISTED, NOW + 7 * DAY, ABSENT, P},
    {"nodes were waited for", LIFTING, NOW + 1 + DAY, PROBATION, A | E},
    {"probation is over", PROBATION, NOW + 2 + 30 * DAY, ABSENT, P},
};

static void
is_due(void **state)
{
	const struct due_row *row = *state;
	struct delist_listing listing = in_state(row->state);

	assert_int_equal(delist_listing_due_s(&listing), row->due_s);
	assert_int_equal(must(&listing, DELIST_EVENT_DUE, row->due_s - 1), 0);
	assert_int_equal(must(&listing, DELIST_EVENT_DUE, INT64_MIN), 0);
	assert_int_equal(listing.state, row->state);
	assert_int_equal(
	    must(&listing, DELIST_EVENT_DUE, row->due_s), row->todo);
	assert_int_equal(listing.state, row->next);
}

static void
an_expired_one_never_blocks(void **state)
{
	struct delist_listing listing = in_state(LISTED);

	(void)state;
	assert_true(delist_listing_blocks(&listing, INT64_MIN));
	assert_true(delist_listing_blocks(&listing, NOW + 7 * DAY - 1));
	assert_false(delist_listing_blocks(&listing, NOW + 7 * DAY));
	assert_false(delist_listing_blocks(&listing, INT64_MAX));
	listing = in_state(LIFTING);
	assert_false(delist_listing_blocks(&listing, NOW + 1));
}

static void
time_ends_do_not_overflow(void **state)
{
	static const int64_t ends[] = {INT64_MIN, INT64_MAX};

	(void)state;
	for (size_t i = 0; i < COUNT(ends); i++)
		for (int s = 0; s < DELIST_LISTING_STATES; s++)
			for (int k = 0; k <= DELIST_EVENT_REDEEM; k++) {
				struct delist_listing listing = in_state(s);
				struct delist_event ev =
				    event(k, "trap-1", ends[i]);
				unsigned todo;

				(void)step(&listing, &todo, &ev, ends[i]);
				(void)delist_listing_due_s(&listing);
			}
}

/* ---- strikes, evidence, codes ---- */

static void
strikes_grow_and_investigate(void **state)
{
	struct delist_listing listing = in_state(PROBATION);
	int64_t now_s = NOW + DAY;

	(void)state;
	must(&listing, DELIST_EVENT_LIST, now_s);
	assert_int_equal(listing.strikes, 1);
	assert_int_equal(delist_listing_due_s(&listing), now_s + 14 * DAY);
	must(&listing, DELIST_EVENT_REDEEM, ++now_s);
	must(&listing, DELIST_EVENT_LIST, ++now_s);
	assert_int_equal(delist_listing_due_s(&listing), now_s + 28 * DAY);
	assert_true(delist_listing_self_service(&listing));
	must(&listing, DELIST_EVENT_REDEEM, ++now_s);
	must(&listing, DELIST_EVENT_ACK, now_s);
	must(&listing, DELIST_EVENT_LIST, ++now_s);
	assert_int_equal(delist_listing_due_s(&listing), now_s + 56 * DAY);
	assert_int_equal(listing.code, 511);
	assert_false(delist_listing_self_service(&listing));
	must(&listing, DELIST_EVENT_DUE, now_s + 56 * DAY);
	assert_int_equal(listing.state, PROBATION);
}

static void
old_strikes_do_not_count(void **state)
{
	for (int late = 0; late < 2; late++) {
		struct delist_listing listing = in_state(PROBATION);
		int64_t now_s = NOW + DAY;

		(void)state;
		must(&listing, DELIST_EVENT_LIST, now_s);
		must(&listing, DELIST_EVENT_REDEEM, now_s + 1);
		must(&listing, DELIST_EVENT_LIST, now_s + 2);
		must(&listing, DELIST_EVENT_REDEEM, now_s + 3);
		must(&listing, DELIST_EVENT_LIST, now_s + 30 * DAY - 1 + late);
		assert_int_equal(listing.code, late ? 606 : 511);
	}
}

static void
strikes_stop_in_phase(void **state)
{
	struct delist_listing listing = in_state(PROBATION);

	(void)state;
	listing.strikes = UINT32_MAX;
	must(&listing, DELIST_EVENT_LIST, NOW + 3);
	assert_int_equal(listing.strikes, UINT32_MAX - 7);
	assert_int_equal(listing.strike_s[7], NOW + 3);
	assert_int_equal(delist_listing_due_s(&listing), NOW + 3 + 90 * DAY);
}

static void
the_fifth_source_is_refused(void **state)
{
	struct delist_listing listing = in_state(LISTED), before;
	struct delist_event ev;
	unsigned todo = 77;
	const char *sources[] = {"b", "c", "d"};

	(void)state;
	for (size_t i = 0; i < COUNT(sources); i++) {
		ev = event(DELIST_EVENT_LIST, sources[i], NOW);
		ev.ttl_s = 20 * DAY;
		assert_int_equal(step(&listing, &todo, &ev, NOW), 0);
	}
	assert_int_equal(delist_listing_due_s(&listing), NOW + 20 * DAY);
	before = listing;
	todo = 77;
	ev = event(DELIST_EVENT_LIST, "e", NOW);
	assert_int_equal(
	    step(&listing, &todo, &ev, NOW + 7 * DAY - 1), DELIST_ENOSPC);
	assert_memory_equal(&listing, &before, sizeof before);
	assert_int_equal(todo, 77);
	assert_int_equal(step(&listing, &todo, &ev, NOW + 7 * DAY), 0);
	assert_int_equal(listing.evidences, 4);
	ev = event(DELIST_EVENT_WITHDRAW, "c", 0);
	assert_int_equal(step(&listing, &todo, &ev, NOW), 0);
	assert_int_equal(listing.evidences, 3);
	assert_int_equal(todo, A);
	assert_int_equal(step(&listing, &todo, &ev, NOW), 0);
	assert_int_equal(todo, 0);
	ev.evidence.source_len = 0;
	assert_int_equal(step(&listing, &todo, &ev, NOW), DELIST_EINVAL);
}

static void
renewal_never_ends_sooner(void **state)
{
	struct delist_listing listing = in_state(LISTED);
	struct delist_event ev = event(DELIST_EVENT_LIST, "trap-1", NOW);
	unsigned todo;

	(void)state;
	ev.origin = DELIST_ORIGIN_TRAP;
	ev.code = 511;
	assert_int_equal(step(&listing, &todo, &ev, NOW), 0);
	assert_int_equal(delist_listing_due_s(&listing), NOW + 7 * DAY);
	assert_int_equal(listing.code, 511);
	ev.code = 649;
	assert_int_equal(step(&listing, &todo, &ev, NOW + 6 * DAY + 1), 0);
	assert_int_equal(delist_listing_due_s(&listing), NOW + 7 * DAY + 1);
	assert_int_equal(listing.code, 511);
	assert_int_equal(listing.evidences, 1);
	ev = event(DELIST_EVENT_REDEEM, "", 0);
	assert_int_equal(step(&listing, &todo, &ev, NOW), DELIST_ESTATE);
	ev.kind = DELIST_EVENT_ANSWER;
	assert_int_equal(
	    step(&listing, &todo, &ev, NOW + 7 * DAY + 1), DELIST_ESTATE);
	assert_int_equal(step(&listing, &todo, &ev, NOW), 0);
}

static void
manual_ones_are_reviewed(void **state)
{
	struct delist_listing listing = in_state(LISTED);
	struct delist_event ev = event(DELIST_EVENT_LIST, "person", NOW);

	unsigned todo;

	(void)state;
	ev.origin = DELIST_ORIGIN_MANUAL;
	assert_int_equal(step(&listing, &todo, &ev, NOW), 0);
	assert_int_equal(delist_listing_due_s(&listing), NOW + 90 * DAY);
	assert_int_equal(
	    must(&listing, DELIST_EVENT_DUE, NOW + 90 * DAY - 1), 0);
	assert_int_equal(must(&listing, DELIST_EVENT_DUE, NOW + 90 * DAY),
	    DELIST_TODO_AUDIT | DELIST_TODO_REVIEW);
	assert_int_equal(delist_listing_due_s(&listing), NOW + 180 * DAY);
	assert_true(delist_listing_blocks(&listing, INT64_MAX));
	assert_true(delist_listing_live_until_s(&listing) == INT64_MAX);
	ev.origin = DELIST_ORIGIN_TRAP;
	assert_int_equal(step(&listing, &todo, &ev, NOW + 91 * DAY), 0);
	assert_int_equal(delist_listing_due_s(&listing), NOW + 180 * DAY);
}

static void
exceptions_and_allows(void **state)
{
	struct delist_listing listing = {0};
	struct delist_event ev = event(DELIST_EVENT_LIST, "portal", NOW);
	unsigned todo;

	(void)state;
	ev.listing_kind = DELIST_LISTING_EXCEPTION;
	ev.prefix.addr = delist_addr_from4(0x7f000001);
	ev.origin = DELIST_ORIGIN_MANUAL;
	assert_int_equal(step(&listing, &todo, &ev, NOW), 0);
	assert_true(delist_listing_live(&listing, NOW + 30 * DAY - 1));
	assert_false(delist_listing_live(&listing, NOW + 30 * DAY));
	assert_int_equal(delist_listing_live_until_s(&listing), NOW + 30 * DAY);
	assert_false(delist_listing_blocks(&listing, NOW));
	/* Whose it is: the newest request; an operator's renewal keeps it. */
	assert_int_equal(listing.request_id[0], 1);
	ev.request_id[0] = 2;
	assert_int_equal(step(&listing, &todo, &ev, NOW), 0);
	assert_int_equal(listing.request_id[0], 2);
	ev.request_id[0] = 0;
	assert_int_equal(step(&listing, &todo, &ev, NOW), 0);
	assert_int_equal(listing.request_id[0], 2);
	ev.kind = DELIST_EVENT_REDEEM;
	assert_int_equal(step(&listing, &todo, &ev, NOW), DELIST_ESTATE);
	ev.kind = DELIST_EVENT_ANSWER;
	assert_int_equal(step(&listing, &todo, &ev, NOW), DELIST_ESTATE);
	ev.kind = DELIST_EVENT_LIST;
	ev.listing_kind = DELIST_LISTING_ALLOW;
	assert_int_equal(step(&listing, &todo, &ev, NOW), DELIST_EINVAL);
}

static void
live_until_is_when_live_ends(void **state)
{
	(void)state;
	for (int s = 0; s < DELIST_LISTING_STATES; s++) {
		struct delist_listing listing = in_state(s);
		int64_t until_s = delist_listing_live_until_s(&listing);

		assert_true((s == LISTED) == (until_s != INT64_MIN));
		if (s != LISTED)
			continue;
		assert_int_equal(listing.request_id[0], 0);
		assert_true(delist_listing_live(&listing, until_s - 1));
		assert_false(delist_listing_live(&listing, until_s));
	}
}

static void
lifting_forgives_what_is_older(void **state)
{
	struct delist_listing listing = in_state(LIFTING);
	struct delist_event ev = event(DELIST_EVENT_LIST, "b", NOW + 1);
	unsigned todo = 77;

	(void)state;
	assert_int_equal(step(&listing, &todo, &ev, NOW + 9), 0);
	assert_int_equal(todo, 0);
	assert_int_equal(listing.state, LIFTING);
	ev.prefix.addr.bytes[3]++;
	assert_int_equal(step(&listing, &todo, &ev, NOW + 9), DELIST_EINVAL);
	ev.prefix = prefix;
	ev.code = 650;
	assert_int_equal(step(&listing, &todo, &ev, NOW + 9), DELIST_ERANGE);
	ev.code = 0;
	ev.evidence.at_s++;
	assert_int_equal(step(&listing, &todo, &ev, NOW + 9), 0);
	assert_int_equal(listing.state, LISTED);
	listing = in_state(LIFTING);
	ev = event(DELIST_EVENT_ACK, "", 0);
	ev.set_generation = 6;
	assert_int_equal(step(&listing, &todo, &ev, NOW + 9), 0);
	assert_int_equal(listing.state, LIFTING);
	assert_int_equal(must(&listing, DELIST_EVENT_ACK, NOW + 9), A | E);
	assert_int_equal(listing.effective_s - listing.lifted_s, 8);
}

static void
bad_events_are_refused(void **state)
{
	const struct delist_event good = event(DELIST_EVENT_LIST, "a", NOW);
	struct delist_policy policy = defaults();
	struct delist_listing listing;
	struct delist_event ev;
	unsigned todo = 77;

	(void)state;
	for (int s = 0; s < DELIST_LISTING_STATES; s++) {
		listing = in_state(s);
#define REFUSES(change, want) \
	ev = good;            \
	change;               \
	assert_int_equal(step(&listing, &todo, &ev, NOW), want)
		REFUSES(ev.kind = DELIST_EVENT_KINDS, DELIST_EINVAL);
		REFUSES(ev.listing_kind = 3, DELIST_EINVAL);
		REFUSES(ev.origin = 3, DELIST_EINVAL);
		REFUSES(ev.evidence.source_len = 0, DELIST_EINVAL);
		REFUSES(ev.evidence.source_len = 33, DELIST_EINVAL);
		REFUSES(ev.evidence.reason_len = 0, DELIST_EINVAL);
		REFUSES(ev.evidence.reason_len = 65, DELIST_EINVAL);
		REFUSES(ev.prefix.bits = 33, DELIST_EINVAL);
		REFUSES(ev.code = 510, DELIST_ERANGE);
		REFUSES(ev.code = 512, DELIST_ERANGE);
		REFUSES(ev.code = 605, DELIST_ERANGE);
		REFUSES(ev.code = 650, DELIST_ERANGE);
		REFUSES(ev.prefix.addr = delist_addr_from4(0x7f000001),
		    DELIST_EPROTECTED);
		ev.prefix.addr = delist_addr_from4(0x80000000);
		ev.prefix.bits = 15;
		assert_int_equal(step(&listing, &todo, &ev, NOW), DELIST_EWIDE);
	}
	listing = in_state(PROBATION);
	REFUSES(ev.prefix.addr.bytes[3]++, DELIST_EINVAL);
	listing = in_state(LISTED);
	REFUSES(ev.prefix.addr.bytes[3]++, DELIST_EINVAL);
	REFUSES(ev.kind = DELIST_EVENT_REDEEM; ev.prefix.bits--, DELIST_EINVAL);
	listing.evidences = 5;
	REFUSES(, DELIST_EINVAL);
	listing.evidences = 1;
	listing.state = DELIST_LISTING_STATES;
	REFUSES(, DELIST_EINVAL);
	listing.state = LISTED;
	policy.ttl_growth = 0;
	assert_int_equal(
	    delist_listing_step(&listing, &todo, &listing, &ev, &policy, NOW),
	    DELIST_EINVAL);
	assert_int_equal(todo, 77);
}

static void
growth_can_be_off(void **state)
{
	struct delist_listing listing = in_state(PROBATION);
	struct delist_event ev = event(DELIST_EVENT_LIST, "a", NOW + 3);
	struct delist_policy policy = defaults();
	unsigned todo;

	(void)state;
	policy.ttl_growth = 1;
	memset(listing.request_id, 0, sizeof listing.request_id);
	assert_int_equal(delist_listing_step(
			     &listing, &todo, &listing, &ev, &policy, NOW + 3),
	    0);
	assert_int_equal(todo, A);
	assert_int_equal(delist_listing_due_s(&listing), NOW + 3 + 7 * DAY);
}

static void
states_have_names(void **state)
{
	(void)state;
	assert_string_equal(delist_listing_state_name(ABSENT), "absent");
	assert_string_equal(delist_listing_state_name(PROBATION), "probation");
	assert_string_equal(delist_listing_state_name(-1), "unknown");
	assert_string_equal(delist_listing_state_name(4), "unknown");
}

int
main(void)
{
	ROWS(steps, pairs);
	TEST(no_pair_is_missing);
	ROWS(is_due, due_rows);
	TEST(an_expired_one_never_blocks);
	TEST(time_ends_do_not_overflow);
	TEST(strikes_grow_and_investigate);
	TEST(old_strikes_do_not_count);
	TEST(strikes_stop_in_phase);
	TEST(the_fifth_source_is_refused);
	TEST(renewal_never_ends_sooner);
	TEST(manual_ones_are_reviewed);
	TEST(exceptions_and_allows);
	TEST(live_until_is_when_live_ends);
	TEST(lifting_forgives_what_is_older);
	TEST(bad_events_are_refused);
	TEST(growth_can_be_off);
	TEST(states_have_names);
	return support_run("listing");
}
