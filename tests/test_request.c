/* SPDX-License-Identifier: ISC */
#include "support.h"

#include <delist/request.h>

enum {
	DAY = 86400,
	NOW = 1000 * DAY
};

static struct delist_policy
defaults(void)
{
	struct delist_policy policy;

	assert_int_equal(delist_policy_init(&policy, sizeof policy), 0);
	return policy;
}

/* An event whose facts are all for it. */
static struct delist_event
event(int kind, uint32_t generation)
{
	struct delist_event ev = {
	    .kind = (uint8_t)kind,
	    .kid = 3,
	    .mac_ok = true,
	    .covered = true,
	    .self_service = true,
	    .exact = true,
	    .relation_ok = true,
	    .within_limits = true,
	    .request_id = {1, 2, 3},
	    .generation = generation,
	    .set_generation = 7,
	    .cooldown_until_s = INT64_MIN,
	};

	ev.addr = delist_addr_from4(0xc0000201);
	assert_int_equal(
	    delist_mailbox_parse(&ev.mailbox, "ann@example.org", 15), 0);
	return ev;
}

static int
step(struct delist_request *request, unsigned *todo,
    const struct delist_event *ev, int64_t now_s)
{
	struct delist_policy policy = defaults();

	return delist_request_step(request, todo, request, ev, &policy, now_s);
}

static unsigned
must(struct delist_request *request, int kind, int64_t now_s)
{
	struct delist_event ev = event(kind, request->generation);
	unsigned todo = ~0u;

	assert_int_equal(step(request, &todo, &ev, now_s), DELIST_OK);
	return todo;
}

enum {
	NONE = DELIST_REQUEST_NONE,
	PENDING = DELIST_REQUEST_MAIL_PENDING,
	SENT = DELIST_REQUEST_MAIL_SENT,
	APPLIED = DELIST_REQUEST_APPLIED,
	EFFECTIVE = DELIST_REQUEST_EFFECTIVE,
	RELISTED = DELIST_REQUEST_RELISTED,
	FAILED = DELIST_REQUEST_MAIL_FAILED,
	CANCELLED = DELIST_REQUEST_CANCELLED,
	EXPIRED = DELIST_REQUEST_EXPIRED,
	REFUSED = DELIST_REQUEST_REFUSED_INVESTIGATE,
	NOT_LISTED = DELIST_REQUEST_NOT_LISTED,
	PURGED = DELIST_REQUEST_PURGED,
	A = DELIST_TODO_AUDIT,
	M = A | DELIST_TODO_MAIL,
	L = A | DELIST_TODO_LIFT | DELIST_TODO_HISTORY,
	S = A | DELIST_TODO_SUPPRESS,
	Y = DELIST_TODO_ALREADY
};

/* Submitted at NOW, and all that followed then too. */
static struct delist_request
in_state(int state)
{
	struct delist_request request = {0};
	struct delist_event ev = event(DELIST_EVENT_SUBMIT, 0);
	unsigned todo;

	ev.covered = state != NOT_LISTED;
	ev.self_service = state != REFUSED;
	if (state != NONE)
		assert_int_equal(step(&request, &todo, &ev, NOW), 0);
	if (state >= SENT && state <= RELISTED)
		must(&request, DELIST_EVENT_MAIL_ACCEPTED, NOW);
	if (state >= APPLIED && state <= RELISTED)
		must(&request, DELIST_EVENT_REDEEM, NOW);
	if (state >= EFFECTIVE && state <= RELISTED)
		must(&request, DELIST_EVENT_EFFECTIVE, NOW);
	if (state == RELISTED)
		must(&request, DELIST_EVENT_RELISTED, NOW);
	if (state == FAILED)
		must(&request, DELIST_EVENT_MAIL_FAILED, NOW);
	if (state == CANCELLED)
		must(&request, DELIST_EVENT_CANCEL, NOW);
	if (state == EXPIRED || state == PURGED)
		must(&request, DELIST_EVENT_EVICT, NOW);
	if (state == PURGED)
		must(&request, DELIST_EVENT_DUE, NOW + 90 * DAY);
	assert_int_equal(request.state, state);
	return request;
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
#define DONE DELIST_OK, -1, Y
#define NO DELIST_ESTATE, 0, 0
#define OVER DELIST_EEXPIRED, 0, 0
#define ROW(state, event, ...)                                               \
	{                                                                    \
#state ", " #event, state, DELIST_EVENT_##event, __VA_ARGS__ \
	}
#define GO(next, todo) DELIST_OK, next, todo
#define OTHERS(state)                                                         \
	ROW(state, NONE, NO), ROW(state, LIST, NO), ROW(state, WITHDRAW, NO), \
	    ROW(state, UNLIST, NO), ROW(state, ANSWER, NO),                   \
	    ROW(state, ACK, NO), ROW(state, INTAKE, NO),                      \
	    ROW(state, ASSIGN, NO), ROW(state, NOTE, NO)
/* What all that are over say alike. */
#define LATE_MAIL(state)                                                 \
	ROW(state, MAIL_ACCEPTED, SAME), ROW(state, MAIL_DELAYED, SAME), \
	    ROW(state, MAIL_FAILED, SAME)
#define NO_MAIL(state)                                               \
	ROW(state, MAIL_ACCEPTED, NO), ROW(state, MAIL_DELAYED, NO), \
	    ROW(state, MAIL_FAILED, NO)
#define CLOSED(state)                                                 \
	OTHERS(state), ROW(state, DUE, SAME), ROW(state, SUBMIT, NO), \
	    ROW(state, INSPECT, SAME), ROW(state, RESEND, NO),        \
	    ROW(state, EVICT, NO)

/* clang-format off */
/* Events at NOW + 300, where a resend is allowed and nothing is due. */
static const struct pair pairs[] = {
	OTHERS(NONE), NO_MAIL(NONE), ROW(NONE, DUE, SAME),
	ROW(NONE, REDEEM, NO), ROW(NONE, SUBMIT, GO(PENDING, M)),
	ROW(NONE, INSPECT, NO), ROW(NONE, RESEND, NO), ROW(NONE, CANCEL, NO),
	ROW(NONE, EVICT, NO), ROW(NONE, EFFECTIVE, NO),
	ROW(NONE, RELISTED, NO),

	OTHERS(PENDING), ROW(PENDING, DUE, SAME),
	ROW(PENDING, REDEEM, GO(APPLIED, L)), ROW(PENDING, SUBMIT, SAME),
	ROW(PENDING, MAIL_ACCEPTED, GO(SENT, A)),
	ROW(PENDING, MAIL_DELAYED, GO(PENDING, A)),
	ROW(PENDING, MAIL_FAILED, GO(FAILED, A)),
	ROW(PENDING, INSPECT, SAME), ROW(PENDING, RESEND, SAME),
	ROW(PENDING, CANCEL, GO(CANCELLED, S)),
	ROW(PENDING, EVICT, GO(EXPIRED, A)),
	ROW(PENDING, EFFECTIVE, NO), ROW(PENDING, RELISTED, NO),

	OTHERS(SENT), ROW(SENT, DUE, SAME),
	ROW(SENT, REDEEM, GO(APPLIED, L)), ROW(SENT, SUBMIT, GO(PENDING, M)),
	ROW(SENT, MAIL_ACCEPTED, SAME), ROW(SENT, MAIL_DELAYED, SAME),
	ROW(SENT, MAIL_FAILED, GO(FAILED, A)),
	ROW(SENT, INSPECT, SAME), ROW(SENT, RESEND, GO(PENDING, M)),
	ROW(SENT, CANCEL, GO(CANCELLED, S)), ROW(SENT, EVICT, GO(EXPIRED, A)),
	ROW(SENT, EFFECTIVE, NO), ROW(SENT, RELISTED, NO),

	CLOSED(APPLIED), LATE_MAIL(APPLIED), ROW(APPLIED, REDEEM, DONE),
	ROW(APPLIED, CANCEL, NO), ROW(APPLIED, EFFECTIVE, GO(EFFECTIVE, A)),
	ROW(APPLIED, RELISTED, GO(RELISTED, A)),

	CLOSED(EFFECTIVE), LATE_MAIL(EFFECTIVE), ROW(EFFECTIVE, REDEEM, DONE),
	ROW(EFFECTIVE, CANCEL, NO), ROW(EFFECTIVE, EFFECTIVE, SAME),
	ROW(EFFECTIVE, RELISTED, GO(RELISTED, A)),

	CLOSED(RELISTED), LATE_MAIL(RELISTED), ROW(RELISTED, REDEEM, DONE),
	ROW(RELISTED, CANCEL, NO), ROW(RELISTED, EFFECTIVE, SAME),
	ROW(RELISTED, RELISTED, SAME),

	CLOSED(FAILED), LATE_MAIL(FAILED), ROW(FAILED, REDEEM, OVER),
	ROW(FAILED, CANCEL, NO), ROW(FAILED, EFFECTIVE, NO),
	ROW(FAILED, RELISTED, NO),

	CLOSED(CANCELLED), LATE_MAIL(CANCELLED), ROW(CANCELLED, REDEEM, OVER),
	ROW(CANCELLED, CANCEL, DONE), ROW(CANCELLED, EFFECTIVE, NO),
	ROW(CANCELLED, RELISTED, NO),

	CLOSED(EXPIRED), LATE_MAIL(EXPIRED), ROW(EXPIRED, REDEEM, OVER),
	ROW(EXPIRED, CANCEL, NO), ROW(EXPIRED, EFFECTIVE, NO),
	ROW(EXPIRED, RELISTED, NO),

	CLOSED(REFUSED), NO_MAIL(REFUSED), ROW(REFUSED, REDEEM, NO),
	ROW(REFUSED, CANCEL, NO), ROW(REFUSED, EFFECTIVE, NO),
	ROW(REFUSED, RELISTED, NO),

	CLOSED(NOT_LISTED), NO_MAIL(NOT_LISTED), ROW(NOT_LISTED, REDEEM, NO),
	ROW(NOT_LISTED, CANCEL, NO), ROW(NOT_LISTED, EFFECTIVE, NO),
	ROW(NOT_LISTED, RELISTED, NO),

	CLOSED(PURGED), LATE_MAIL(PURGED), ROW(PURGED, REDEEM, OVER),
	ROW(PURGED, CANCEL, NO), ROW(PURGED, EFFECTIVE, SAME),
	ROW(PURGED, RELISTED, SAME),
};
/* clang-format on */

static void
steps(void **state)
{
	const struct pair *pair = *state;
	struct delist_request cur = in_state(pair->state), next;
	struct delist_event ev = event(pair->kind, cur.generation);
	struct delist_policy policy = defaults();
	unsigned todo = 12345;

	memset(&next, 0xa5, sizeof next);
	assert_int_equal(
	    delist_request_step(&next, &todo, &cur, &ev, &policy, NOW + 300),
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
	unsigned seen[DELIST_REQUEST_STATES][DELIST_EVENT_KINDS] = {{0}};

	(void)state;
	for (size_t i = 0; i < COUNT(pairs); i++)
		seen[pairs[i].state][pairs[i].kind]++;
	for (int s = 0; s < DELIST_REQUEST_STATES; s++)
		for (int k = 0; k < DELIST_EVENT_KINDS; k++)
			assert_int_equal(seen[s][k], 1);
}

/* ---- time ---- */

static void
is_due(void **state)
{
	(void)state;
	for (int s = NONE; s < DELIST_REQUEST_STATES; s++) {
		struct delist_request request = in_state(s);
		int64_t due_s = s == NONE || s == PURGED    ? INT64_MAX
				: s == PENDING || s == SENT ? NOW + DAY
							    : NOW + 90 * DAY;

		assert_int_equal(delist_request_due_s(&request), due_s);
		assert_int_equal(
		    delist_request_open(&request), s == PENDING || s == SENT);
		must(&request, DELIST_EVENT_DUE, INT64_MIN);
		must(&request, DELIST_EVENT_DUE, due_s - 1);
		assert_int_equal(request.state, s);
		must(&request, DELIST_EVENT_DUE, due_s);
		assert_int_equal(request.state, s == NONE ? NONE
						: s == PENDING || s == SENT
						    ? EXPIRED
						    : PURGED);
		if (request.state == PURGED)
			assert_int_equal(request.mailbox.len, 0);
	}
}

static void
time_ends_do_not_overflow(void **state)
{
	static const int64_t ends[] = {INT64_MIN, INT64_MAX};

	(void)state;
	for (size_t i = 0; i < COUNT(ends); i++)
		for (int s = NONE; s < DELIST_REQUEST_STATES; s++)
			for (int k = 0; k < DELIST_EVENT_KINDS; k++) {
				struct delist_request request = in_state(s);
				struct delist_event ev =
				    event(k, request.generation);
				unsigned todo;

				(void)step(&request, &todo, &ev, ends[i]);
				(void)delist_request_due_s(&request);
			}
}

static void
a_delayed_mail_is_tried_five_times(void **state)
{
	static const int64_t waits[] = {60, 300, 900, 3600};
	struct delist_request request = in_state(PENDING);
	int64_t now_s = NOW;

	(void)state;
	for (size_t i = 0; i < COUNT(waits); i++) {
		assert_int_equal(
		    must(&request, DELIST_EVENT_MAIL_DELAYED, now_s), A);
		assert_int_equal(
		    must(&request, DELIST_EVENT_MAIL_DELAYED, now_s), 0);
		now_s += waits[i];
		assert_int_equal(delist_request_due_s(&request), now_s);
		assert_int_equal(
		    must(&request, DELIST_EVENT_DUE, now_s - 1), 0);
		assert_int_equal(
		    must(&request, DELIST_EVENT_DUE, now_s), DELIST_TODO_MAIL);
		assert_int_equal(must(&request, DELIST_EVENT_DUE, now_s), 0);
	}
	must(&request, DELIST_EVENT_MAIL_DELAYED, now_s);
	assert_int_equal(request.state, FAILED);
}

/* ---- generations ---- */

static void
the_older_token_is_good_until_the_newer_is_accepted(void **state)
{
	struct delist_request request = in_state(SENT), copy;
	struct delist_event ev = event(DELIST_EVENT_REDEEM, 1);
	unsigned todo;

	(void)state;
	must(&request, DELIST_EVENT_RESEND, NOW + 300);
	assert_int_equal(request.generation, 2);
	copy = request;
	assert_int_equal(step(&copy, &todo, &ev, NOW + DAY), DELIST_EEXPIRED);
	assert_int_equal(step(&copy, &todo, &ev, NOW + DAY - 1), 0);
	copy = request;
	ev.generation = 2;
	assert_int_equal(step(&copy, &todo, &ev, NOW + DAY + 299), 0);
	must(&request, DELIST_EVENT_MAIL_ACCEPTED, NOW + 301);
	ev.generation = 1;
	assert_int_equal(step(&request, &todo, &ev, NOW + 302), DELIST_ETOKEN);
	ev.generation = 0;
	assert_int_equal(step(&request, &todo, &ev, NOW + 302), DELIST_ETOKEN);
	ev.generation = 2;
	assert_int_equal(
	    step(&request, &todo, &ev, NOW + DAY + 301), DELIST_EEXPIRED);
	assert_int_equal(step(&request, &todo, &ev, NOW + DAY + 300), 0);
}

static void
results_of_older_mails_do_not_matter(void **state)
{
	static const int kinds[] = {DELIST_EVENT_MAIL_ACCEPTED,
	    DELIST_EVENT_MAIL_DELAYED, DELIST_EVENT_MAIL_FAILED};

	(void)state;
	for (size_t i = 0; i < COUNT(kinds); i++) {
		struct delist_request request = in_state(SENT);
		struct delist_event ev = event(kinds[i], 1);
		unsigned todo = 77;

		must(&request, DELIST_EVENT_RESEND, NOW + 300);
		assert_int_equal(step(&request, &todo, &ev, NOW + 301), 0);
		assert_int_equal(todo, 0);
		assert_int_equal(request.state, PENDING);
	}
}

static void
resends_are_apart_and_few(void **state)
{
	struct delist_request request = in_state(SENT);
	struct delist_event ev = event(DELIST_EVENT_RESEND, 1);
	int64_t now_s = NOW;
	unsigned todo;

	(void)state;
	ev.suppressed = true;
	assert_int_equal(step(&request, &todo, &ev, NOW + 300), 0);
	assert_int_equal(todo, 0);
	ev.suppressed = ev.within_limits = false;
	assert_int_equal(step(&request, &todo, &ev, NOW + 300), 0);
	assert_int_equal(todo, 0);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(
		    must(&request, DELIST_EVENT_RESEND, now_s + 299), 0);
		now_s += 300;
		assert_int_equal(must(&request, DELIST_EVENT_SUBMIT, now_s), M);
		must(&request, DELIST_EVENT_MAIL_ACCEPTED, now_s);
	}
	assert_int_equal(must(&request, DELIST_EVENT_RESEND, now_s + 300), 0);
	assert_int_equal(request.generation, 4);
}

/* ---- facts ---- */

static void
submit_answers_alike(void **state)
{
	struct delist_request request = {0};
	struct delist_event ev = event(DELIST_EVENT_SUBMIT, 0);
	unsigned todo = 77;

	(void)state;
	ev.within_limits = false;
	assert_int_equal(step(&request, &todo, &ev, NOW), 0);
	assert_int_equal(request.state, PENDING);
	assert_int_equal(todo, A);
	assert_true(request.muted);
	assert_int_equal(delist_request_due_s(&request), NOW + DAY);
	request.state = NONE;
	ev.within_limits = true;
	ev.language = 1;
	assert_int_equal(step(&request, &todo, &ev, NOW), 0);
	assert_int_equal(todo, M);
	assert_false(request.muted);
	assert_int_equal(request.language, 1);
	request.state = NONE;
	ev.within_limits = ev.suppressed = true;
	assert_int_equal(step(&request, &todo, &ev, NOW), 0);
	assert_int_equal(todo, A);
	request.state = NONE;
	ev.mailbox.len = 0;
	assert_int_equal(step(&request, &todo, &ev, NOW), DELIST_EINVAL);
	ev = event(DELIST_EVENT_SUBMIT, 0);
	ev.addr.family = DELIST_NOADDR;
	assert_int_equal(step(&request, &todo, &ev, NOW), DELIST_EINVAL);
}

static void
redeem_needs_every_fact(void **state)
{
	struct delist_request request = in_state(SENT), before = request;
	struct delist_event good = event(DELIST_EVENT_REDEEM, 1), ev;
	struct delist_policy policy = defaults();
	unsigned todo = 77;

	(void)state;
#define REFUSES(change, want)                                    \
	ev = good;                                               \
	change;                                                  \
	assert_int_equal(step(&request, &todo, &ev, NOW), want); \
	assert_memory_equal(&request, &before, sizeof before);   \
	assert_int_equal(todo, 77)
	REFUSES(ev.mac_ok = false, DELIST_ETOKEN);
	REFUSES(ev.generation = 2, DELIST_ETOKEN);
	REFUSES(ev.covered = false, DELIST_ESTATE);
	REFUSES(ev.self_service = false, DELIST_ESTATE);
	REFUSES(ev.relation_ok = false, DELIST_ESTATE);
	REFUSES(ev.cooldown_until_s = NOW + 1, DELIST_EAGAIN);
	REFUSES(ev.kind = DELIST_EVENT_KINDS, DELIST_EINVAL);
	REFUSES(ev.kind = DELIST_EVENT_CANCEL;
		ev.mac_ok = false, DELIST_ETOKEN);
	REFUSES(ev.kind = DELIST_EVENT_MAIL_FAILED;
		ev.mac_ok = false, DELIST_ETOKEN);
	policy.size = 0;
	assert_int_equal(
	    delist_request_step(&request, &todo, &request, &good, &policy, NOW),
	    DELIST_EINVAL);
	ev = good;
	ev.cooldown_until_s = NOW;
	ev.exact = false;
	assert_int_equal(step(&request, &todo, &ev, NOW), 0);
	assert_int_equal(todo, A | DELIST_TODO_EXCEPT | DELIST_TODO_HISTORY);
	assert_int_equal(request.listing_generation, 7);
	ev.mac_ok = false;
	assert_int_equal(step(&request, &todo, &ev, NOW), DELIST_ETOKEN);
	request = in_state(EXPIRED);
	assert_int_equal(step(&request, &todo, &ev, NOW), DELIST_ETOKEN);
	request.state = DELIST_REQUEST_STATES;
	assert_int_equal(step(&request, &todo, &good, NOW), DELIST_EINVAL);
}

static void
failures_suppress_in_the_end(void **state)
{
	struct delist_request request = in_state(SENT);
	struct delist_event ev = event(DELIST_EVENT_MAIL_FAILED, 1);
	unsigned todo;

	(void)state;
	ev.within_limits = false;
	assert_int_equal(step(&request, &todo, &ev, NOW), 0);
	assert_int_equal(todo, S);
}

/* ---- history ---- */

static void
cooldown_doubles(void **state)
{
	static const int64_t days[] = {1, 2, 4, 8, 16, 30, 30};
	struct delist_history history = {0};
	struct delist_policy policy = defaults();

	(void)state;
	assert_int_equal(
	    delist_history_cooldown_s(&history, &policy), INT64_MIN);
	for (size_t i = 0; i < COUNT(days); i++) {
		assert_int_equal(
		    delist_history_take(&history, &policy, NOW), i < 3);
		assert_int_equal(delist_history_cooldown_s(&history, &policy),
		    NOW + days[i] * DAY);
	}
	delist_history_take(&history, &policy, NOW - DAY);
	assert_int_equal(history.last_s, NOW);
	history.count = UINT32_MAX;
	delist_history_take(&history, &policy, INT64_MAX);
	assert_int_equal(history.count, UINT32_MAX);
	assert_int_equal(
	    delist_history_cooldown_s(&history, &policy), INT64_MAX);
	history = (struct delist_history){0};
	delist_history_take(&history, &policy, INT64_MIN);
	assert_int_equal(
	    delist_history_cooldown_s(&history, &policy), INT64_MIN + DAY);
}

static void
states_have_names(void **state)
{
	(void)state;
	for (int s = 0; s < DELIST_REQUEST_STATES; s++)
		assert_non_null(delist_request_state_name(s));
	assert_string_equal(delist_request_state_name(SENT), "mail-sent");
	assert_string_equal(delist_request_state_name(PURGED), "purged");
	assert_string_equal(delist_request_state_name(-1), "unknown");
	assert_string_equal(delist_request_state_name(12), "unknown");
}

/* Whether or not somebody called tick. */
static void
over_by_date_is_over(void **state)
{
	static const int open[] = {PENDING, SENT};
	struct delist_policy policy = defaults();
	struct delist_event due = {.kind = DELIST_EVENT_DUE};

	(void)state;
	for (size_t i = 0; i < COUNT(open); i++) {
		struct delist_request cur = in_state(open[i]), told, a, b;
		int64_t end_s = cur.expires_s;
		unsigned todo, todo_a = 0, todo_b = 0;

		assert_int_equal(delist_request_step(
				     &told, &todo, &cur, &due, &policy, end_s),
		    0);
		assert_int_equal(told.state, DELIST_REQUEST_EXPIRED);
		for (int kind = 0; kind < DELIST_EVENT_KINDS; kind++) {
			struct delist_event ev = event(kind, cur.generation);
			int result;

			if (kind == DELIST_EVENT_INSPECT ||
			    kind == DELIST_EVENT_EVICT)
				continue;
			a = b = cur;
			result = delist_request_step(
			    &a, &todo_a, &cur, &ev, &policy, end_s);
			assert_int_equal(
			    result, delist_request_step(&b, &todo_b, &told, &ev,
					&policy, end_s));
			if (result != DELIST_OK)
				continue;
			assert_int_equal(a.state, b.state);
			assert_int_equal(todo_a, todo_b | DELIST_TODO_AUDIT);
			/* A second before it was not over. */
			assert_int_equal(delist_request_step(&a, &todo_a, &cur,
					     &due, &policy, end_s - 1),
			    0);
			assert_true(delist_request_open(&a));
		}
	}
}

int
main(void)
{
	ROWS(steps, pairs);
	TEST(no_pair_is_missing);
	TEST(is_due);
	TEST(time_ends_do_not_overflow);
	TEST(a_delayed_mail_is_tried_five_times);
	TEST(the_older_token_is_good_until_the_newer_is_accepted);
	TEST(results_of_older_mails_do_not_matter);
	TEST(resends_are_apart_and_few);
	TEST(submit_answers_alike);
	TEST(redeem_needs_every_fact);
	TEST(failures_suppress_in_the_end);
	TEST(cooldown_doubles);
	TEST(states_have_names);
	TEST(over_by_date_is_over);
	return support_run("request");
}
