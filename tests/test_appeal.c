/* SPDX-License-Identifier: ISC */
#include "support.h"

#include <delist/appeal.h>

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

/* A block for the portal at another provider, no mail without a person. */
static struct delist_appeal_event
event(int kind, int64_t at_s)
{
	return (struct delist_appeal_event){
	    .kind = (uint8_t)kind,
	    .cls = DELIST_CLASS_IP_BLOCK_PORTAL,
	    .remedy = DELIST_REMEDY_PORTAL,
	    .within_limits = true,
	    .provider = "example",
	    .provider_len = 7,
	    .id = {1, 2, 3},
	    .addr = delist_addr_from4(0xc0000201),
	    .at_s = at_s,
	};
}

static int
step(struct delist_appeal *appeal, unsigned *todo,
    const struct delist_appeal_event *ev, int64_t now_s)
{
	struct delist_policy policy = defaults();

	return delist_appeal_step(appeal, todo, appeal, ev, &policy, now_s);
}

static unsigned
must_take(struct delist_appeal *appeal, const struct delist_appeal_event *ev,
    int64_t now_s)
{
	unsigned todo = ~0u;

	assert_int_equal(step(appeal, &todo, ev, now_s), DELIST_OK);
	return todo;
}

static unsigned
must(struct delist_appeal *appeal, int kind, int64_t now_s)
{
	struct delist_appeal_event ev = event(kind, now_s);

	return must_take(appeal, &ev, now_s);
}

static unsigned
bounce(struct delist_appeal *appeal, int cls, int64_t now_s)
{
	struct delist_appeal_event ev =
	    event(DELIST_APPEAL_EVENT_BLOCKED, now_s);

	ev.cls = (uint8_t)cls;
	return must_take(appeal, &ev, now_s);
}

enum {
	NONE = DELIST_APPEAL_NONE,
	REQUEST = DELIST_APPEAL_TO_REQUEST,
	MAIL = DELIST_APPEAL_TO_MAIL,
	WAITING = DELIST_APPEAL_WAITING,
	ESCALATED = DELIST_APPEAL_ESCALATED,
	CLEARED = DELIST_APPEAL_CLEARED,
	RECURRING = DELIST_APPEAL_RECURRING,
	PORTAL = DELIST_CLASS_IP_BLOCK_PORTAL,
	BY_MAIL = DELIST_CLASS_IP_BLOCK_MAIL,
	DNSBL = DELIST_CLASS_IP_BLOCK_DNSBL,
	A = DELIST_TODO_AUDIT,
	T = A | DELIST_TODO_TASK,
	M = A | DELIST_TODO_MAIL,
	P = A | DELIST_TODO_PURGE,
	C = DELIST_TODO_CHECK,
	Y = DELIST_TODO_ALREADY
};

#define BLOCKED DELIST_APPEAL_EVENT_BLOCKED
#define DELIVERED DELIST_APPEAL_EVENT_DELIVERED
#define DONE DELIST_APPEAL_EVENT_DONE
#define FAILED DELIST_APPEAL_EVENT_FAILED
#define FIXED DELIST_APPEAL_EVENT_FIXED
#define DUE DELIST_APPEAL_EVENT_DUE

/* First blocked at NOW, and all that followed then too. */
static struct delist_appeal
in_state(int state)
{
	struct delist_appeal appeal = {0};

	if (state != NONE)
		bounce(&appeal,
		    state == MAIL || state == ESCALATED ? BY_MAIL : PORTAL,
		    NOW);
	if (state == WAITING)
		must(&appeal, DONE, NOW);
	if (state == ESCALATED)
		must(&appeal, FAILED, NOW);
	if (state == CLEARED || state == RECURRING)
		must(&appeal, DELIVERED, NOW);
	if (state == RECURRING)
		must(&appeal, BLOCKED, NOW);
	assert_int_equal(appeal.state, state);
	return appeal;
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
#define NO DELIST_ESTATE, 0, 0
#define GO(next, todo) DELIST_OK, next, todo
#define ROW(state, event, ...)                                          \
	{                                                               \
#state ", " #event, state, DELIST_APPEAL_EVENT_##event, \
		    __VA_ARGS__                                         \
	}

/* clang-format off */
/* Events at NOW + 300; nothing is due, bounces are for the portal. */
static const struct pair pairs[] = {
	ROW(NONE, NONE, NO), ROW(NONE, DUE, SAME),
	ROW(NONE, BLOCKED, GO(REQUEST, T)), ROW(NONE, DELIVERED, SAME),
	ROW(NONE, APPROVED, NO), ROW(NONE, DONE, NO), ROW(NONE, FAILED, NO),
	ROW(NONE, FIXED, NO), ROW(NONE, DISMISSED, SAME),

	ROW(REQUEST, NONE, NO), ROW(REQUEST, DUE, SAME),
	ROW(REQUEST, BLOCKED, GO(REQUEST, Y)),
	ROW(REQUEST, DELIVERED, GO(CLEARED, A)), ROW(REQUEST, APPROVED, NO),
	ROW(REQUEST, DONE, GO(WAITING, A)), ROW(REQUEST, FAILED, GO(MAIL, T)),
	ROW(REQUEST, FIXED, NO), ROW(REQUEST, DISMISSED, GO(NONE, P)),

	ROW(MAIL, NONE, NO), ROW(MAIL, DUE, SAME),
	ROW(MAIL, BLOCKED, GO(MAIL, Y)), ROW(MAIL, DELIVERED, GO(CLEARED, A)),
	ROW(MAIL, APPROVED, GO(MAIL, M)), ROW(MAIL, DONE, GO(WAITING, A)),
	ROW(MAIL, FAILED, GO(ESCALATED, T)), ROW(MAIL, FIXED, NO),
	ROW(MAIL, DISMISSED, GO(NONE, P)),

	ROW(WAITING, NONE, NO), ROW(WAITING, DUE, SAME),
	ROW(WAITING, BLOCKED, GO(WAITING, Y)),
	ROW(WAITING, DELIVERED, GO(CLEARED, A)), ROW(WAITING, APPROVED, HAVE),
	ROW(WAITING, DONE, HAVE), ROW(WAITING, FAILED, GO(REQUEST, T)),
	ROW(WAITING, FIXED, NO), ROW(WAITING, DISMISSED, GO(NONE, P)),

	ROW(ESCALATED, NONE, NO), ROW(ESCALATED, DUE, SAME),
	ROW(ESCALATED, BLOCKED, GO(ESCALATED, Y)),
	ROW(ESCALATED, DELIVERED, GO(CLEARED, A)),
	ROW(ESCALATED, APPROVED, NO), ROW(ESCALATED, DONE, GO(WAITING, A)),
	ROW(ESCALATED, FAILED, HAVE), ROW(ESCALATED, FIXED, NO),
	ROW(ESCALATED, DISMISSED, GO(NONE, P)),

	ROW(CLEARED, NONE, NO), ROW(CLEARED, DUE, SAME),
	ROW(CLEARED, BLOCKED, GO(RECURRING, T)), ROW(CLEARED, DELIVERED, SAME),
	ROW(CLEARED, APPROVED, SAME), ROW(CLEARED, DONE, SAME),
	ROW(CLEARED, FAILED, SAME), ROW(CLEARED, FIXED, SAME),
	ROW(CLEARED, DISMISSED, GO(NONE, P)),

	ROW(RECURRING, NONE, NO), ROW(RECURRING, DUE, SAME),
	ROW(RECURRING, BLOCKED, GO(RECURRING, Y)),
	ROW(RECURRING, DELIVERED, GO(CLEARED, A)),
	ROW(RECURRING, APPROVED, NO), ROW(RECURRING, DONE, NO),
	ROW(RECURRING, FAILED, NO), ROW(RECURRING, FIXED, GO(REQUEST, T)),
	ROW(RECURRING, DISMISSED, GO(NONE, P)),
};
/* clang-format on */

static void
steps(void **state)
{
	const struct pair *pair = *state;
	struct delist_appeal cur = in_state(pair->state), next;
	struct delist_appeal_event ev = event(pair->kind, NOW + 300);
	struct delist_policy policy = defaults();
	unsigned todo = 12345;

	memset(&next, 0xa5, sizeof next);
	assert_int_equal(
	    delist_appeal_step(&next, &todo, &cur, &ev, &policy, NOW + 300),
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
	unsigned seen[DELIST_APPEAL_STATES][DELIST_APPEAL_EVENT_KINDS] = {{0}};

	(void)state;
	for (size_t i = 0; i < COUNT(pairs); i++)
		seen[pairs[i].state][pairs[i].kind]++;
	for (int s = 0; s < DELIST_APPEAL_STATES; s++)
		for (int k = 0; k < DELIST_APPEAL_EVENT_KINDS; k++)
			assert_int_equal(seen[s][k], 1);
}

/* ---- the first bounce ---- */

struct class_row {
	const char *name;
	int cls;
	int want; /* state; NONE: refused */
};

static const struct class_row class_rows[] = {
    {"none", DELIST_CLASS_NONE, NONE},
    {"portal", DELIST_CLASS_IP_BLOCK_PORTAL, REQUEST},
    {"mail", DELIST_CLASS_IP_BLOCK_MAIL, MAIL},
    {"consumer", DELIST_CLASS_IP_BLOCK_CONSUMER, REQUEST},
    {"dnsbl", DELIST_CLASS_IP_BLOCK_DNSBL, REQUEST},
    {"other", DELIST_CLASS_IP_BLOCK_OTHER, REQUEST},
    {"recipient's", DELIST_CLASS_IP_BLOCK_RECIPIENT, REQUEST},
    {"throttled", DELIST_CLASS_THROTTLED, NONE},
    {"no bounce of an ip", DELIST_CLASS_OTHER, NONE},
    {"no class", 200, NONE},
};

static void
begins(void **state)
{
	const struct class_row *row = *state;
	struct delist_appeal appeal = {0};
	struct delist_appeal_event ev = event(BLOCKED, NOW - 5);
	unsigned todo = 77;

	ev.cls = (uint8_t)row->cls;
	assert_int_equal(step(&appeal, &todo, &ev, NOW),
	    row->want != NONE ? DELIST_OK : DELIST_EINVAL);
	assert_int_equal(appeal.state, row->want);
	if (row->want == NONE) {
		assert_int_equal(todo, 77);
		return;
	}
	assert_int_equal(todo, T);
	assert_int_equal(appeal.cls, row->cls);
	assert_int_equal(appeal.remedy, DELIST_REMEDY_PORTAL);
	assert_int_equal(appeal.blocked_s, NOW - 5);
	assert_int_equal(appeal.times, 1);
	assert_memory_equal(appeal.id, ev.id, 16);
	assert_memory_equal(appeal.provider, ev.provider, 32);
}

struct bad_row {
	const char *name;
	void (*change)(struct delist_appeal_event *ev);
};

static void
no_addr(struct delist_appeal_event *ev)
{
	ev->addr.family = DELIST_NOADDR;
}

static void
no_provider(struct delist_appeal_event *ev)
{
	ev->provider_len = 0;
}

static void
long_provider(struct delist_appeal_event *ev)
{
	ev->provider_len = 33;
}

static void
provider_with_line_end(struct delist_appeal_event *ev)
{
	ev->provider[6] = '\n';
}

static const struct bad_row bad_rows[] = {
    {"no ip", no_addr},
    {"no provider", no_provider},
    {"provider too long", long_provider},
    {"provider with a line end", provider_with_line_end},
};

static void
needs_ip_and_provider(void **state)
{
	const struct bad_row *row = *state;

	for (int s = NONE; s < DELIST_APPEAL_STATES; s++) {
		struct delist_appeal appeal = in_state(s), before = appeal;
		struct delist_appeal_event ev = event(BLOCKED, NOW);
		unsigned todo = 77;

		row->change(&ev);
		assert_int_equal(step(&appeal, &todo, &ev, NOW), DELIST_EINVAL);
		assert_memory_equal(&appeal, &before, sizeof before);
		assert_int_equal(todo, 77);
	}
}

static void
others_have_appeals_of_their_own(void **state)
{
	(void)state;
	for (int s = REQUEST; s < DELIST_APPEAL_STATES; s++) {
		struct delist_appeal appeal = in_state(s);
		struct delist_appeal_event ev = event(BLOCKED, NOW);
		unsigned todo = 77;

		ev.provider[0] = 'x';
		assert_int_equal(step(&appeal, &todo, &ev, NOW), DELIST_EINVAL);
		ev = event(BLOCKED, NOW);
		ev.provider_len--;
		assert_int_equal(step(&appeal, &todo, &ev, NOW), DELIST_EINVAL);
		ev = event(BLOCKED, NOW);
		ev.addr = delist_addr_from4(0xc0000202);
		assert_int_equal(step(&appeal, &todo, &ev, NOW), DELIST_EINVAL);
		assert_int_equal(todo, 77);
	}
}

/* ---- rungs ---- */

/* Ask, wait, be blocked again: what is next. */
static int
once_more(struct delist_appeal *appeal, int cls, int64_t *now_s)
{
	assert_int_equal(must(appeal, DONE, *now_s), A);
	*now_s = appeal->wait_until_s;
	assert_int_equal(bounce(appeal, cls, *now_s - 1), Y);
	assert_int_equal(bounce(appeal, cls, *now_s), T);
	return appeal->state;
}

static void
the_portal_twice_then_mail_then_a_person(void **state)
{
	struct delist_appeal appeal = in_state(REQUEST);
	int64_t now_s = NOW;

	(void)state;
	assert_int_equal(once_more(&appeal, PORTAL, &now_s), REQUEST);
	assert_int_equal(now_s, NOW + DAY);
	assert_int_equal(once_more(&appeal, PORTAL, &now_s), MAIL);
	assert_int_equal(now_s, NOW + 2 * DAY);
	assert_int_equal(once_more(&appeal, PORTAL, &now_s), ESCALATED);
	assert_int_equal(now_s, NOW + 4 * DAY);
	assert_int_equal(once_more(&appeal, PORTAL, &now_s), ESCALATED);
	assert_int_equal(now_s, NOW + 6 * DAY);
	assert_int_equal(appeal.requests, 2);
	assert_int_equal(appeal.mails, 1);
	must(&appeal, DELIVERED, now_s + 1);
	assert_int_equal(delist_appeal_days(&appeal, INT64_MAX), 7);
}

static void
one_mail_then_a_person(void **state)
{
	struct delist_appeal appeal = in_state(MAIL);
	int64_t now_s = NOW;

	(void)state;
	assert_int_equal(once_more(&appeal, BY_MAIL, &now_s), ESCALATED);
	assert_int_equal(now_s, NOW + 2 * DAY);
	assert_int_equal(appeal.requests, 0);
}

static void
others_twice_then_a_person(void **state)
{
	struct delist_appeal appeal = {0};
	int64_t now_s = NOW;

	(void)state;
	bounce(&appeal, DNSBL, NOW);
	assert_int_equal(once_more(&appeal, DNSBL, &now_s), REQUEST);
	assert_int_equal(once_more(&appeal, DNSBL, &now_s), ESCALATED);
	assert_int_equal(appeal.mails, 0);
	appeal = in_state(NONE);
	bounce(&appeal, DNSBL, NOW);
	assert_int_equal(must(&appeal, FAILED, NOW), T);
	assert_int_equal(appeal.state, ESCALATED);
}

static void
what_becomes_511_goes_to_mail_at_once(void **state)
{
	struct delist_appeal appeal = in_state(WAITING);
	int64_t now_s = NOW;

	(void)state;
	assert_int_equal(bounce(&appeal, BY_MAIL, NOW + 1), T);
	assert_int_equal(appeal.state, MAIL);
	assert_int_equal(appeal.cls, BY_MAIL);
	appeal = in_state(REQUEST);
	assert_int_equal(bounce(&appeal, BY_MAIL, NOW + 1), T);
	assert_int_equal(appeal.state, MAIL);
	/* milder news do not undo it */
	assert_int_equal(bounce(&appeal, PORTAL, NOW + 2), Y);
	assert_int_equal(appeal.cls, BY_MAIL);
	/* in recurring the cause comes first, but it is remembered */
	appeal = in_state(RECURRING);
	assert_int_equal(bounce(&appeal, BY_MAIL, NOW + 1), Y);
	assert_int_equal(must(&appeal, FIXED, NOW + 2), T);
	assert_int_equal(appeal.state, MAIL);
	/* a mail about 606 was none about 511, but only once */
	appeal = in_state(REQUEST);
	must(&appeal, FAILED, NOW);
	must(&appeal, DONE, NOW);
	assert_int_equal(bounce(&appeal, BY_MAIL, NOW + 1), T);
	assert_int_equal(appeal.state, MAIL);
	assert_int_equal(once_more(&appeal, PORTAL, &now_s), ESCALATED);
	must(&appeal, DONE, now_s);
	bounce(&appeal, BY_MAIL, now_s + 1);
	assert_int_equal(appeal.state, ESCALATED);
}

/* After the wait the newest code counts, also one that is milder. */
static void
what_becomes_606_goes_to_the_portal_after_the_wait(void **state)
{
	struct delist_appeal appeal = in_state(MAIL);
	int64_t now_s = NOW;

	(void)state;
	assert_int_equal(once_more(&appeal, PORTAL, &now_s), REQUEST);
	assert_int_equal(appeal.cls, PORTAL);
}

/* ---- mail ---- */

static void
a_mail_waits_for_a_person_or_not(void **state)
{
	struct delist_appeal appeal = in_state(MAIL);
	struct delist_appeal_event ev =
	    event(DELIST_APPEAL_EVENT_APPROVED, NOW);
	unsigned todo = 77;

	(void)state;
	ev.within_limits = false;
	assert_int_equal(step(&appeal, &todo, &ev, NOW), DELIST_EAGAIN);
	assert_int_equal(todo, 77);
	ev.within_limits = true;
	assert_int_equal(must_take(&appeal, &ev, NOW), M);
	assert_int_equal(appeal.generation, 1);
	assert_int_equal(must_take(&appeal, &ev, NOW), Y);

	appeal = in_state(NONE);
	ev = event(BLOCKED, NOW);
	ev.cls = BY_MAIL;
	ev.auto_mail = true;
	assert_int_equal(must_take(&appeal, &ev, NOW), M);
	assert_int_equal(appeal.state, MAIL);
	assert_int_equal(appeal.generation, 1);
	assert_int_equal(must(&appeal, DELIST_APPEAL_EVENT_APPROVED, NOW), Y);

	appeal = in_state(NONE);
	ev.within_limits = false;
	assert_int_equal(must_take(&appeal, &ev, NOW), T);
	assert_int_equal(appeal.generation, 0);
}

/* ---- out of order ---- */

static void
old_news_change_nothing(void **state)
{
	struct delist_appeal appeal = in_state(REQUEST), before;
	struct delist_appeal_event ev = event(DELIVERED, NOW - 1);

	(void)state;
	before = appeal;
	assert_int_equal(must_take(&appeal, &ev, NOW + 9), 0);
	assert_memory_equal(&appeal, &before, sizeof before);
	ev.at_s = NOW;
	assert_int_equal(must_take(&appeal, &ev, NOW + 9), A);
	assert_int_equal(appeal.cleared_s, NOW);

	ev = event(BLOCKED, NOW - 1);
	before = appeal;
	assert_int_equal(must_take(&appeal, &ev, NOW + 10), 0);
	assert_memory_equal(&appeal, &before, sizeof before);
	ev.at_s = NOW;
	assert_int_equal(must_take(&appeal, &ev, NOW + 10), T);

	/* a bounce from before the end of the wait that comes behind it */
	appeal = in_state(WAITING);
	ev.at_s = NOW + DAY - 1;
	assert_int_equal(must_take(&appeal, &ev, NOW + 2 * DAY), Y);
	assert_int_equal(appeal.bounced_s, NOW + DAY - 1);
	ev.cls = BY_MAIL;
	ev.at_s = NOW;
	assert_int_equal(must_take(&appeal, &ev, NOW + 2 * DAY), Y);
	assert_int_equal(appeal.cls, PORTAL);
	assert_int_equal(appeal.bounced_s, NOW + DAY - 1);
	ev.at_s = NOW + DAY;
	assert_int_equal(must_take(&appeal, &ev, NOW + 2 * DAY), T);
}

static void
the_future_is_now(void **state)
{
	struct delist_appeal appeal = {0};
	struct delist_appeal_event ev = event(BLOCKED, INT64_MAX);

	(void)state;
	must_take(&appeal, &ev, NOW);
	assert_int_equal(appeal.blocked_s, NOW);
	/* a clock that was ahead does not keep it blocked */
	assert_int_equal(must(&appeal, DELIVERED, NOW - DAY), A);
	assert_int_equal(appeal.cleared_s, NOW - DAY);
	assert_int_equal(delist_appeal_days(&appeal, NOW), 0);
	assert_int_equal(must(&appeal, BLOCKED, NOW - 2 * DAY), T);
	assert_int_equal(appeal.state, RECURRING);
}

/* ---- time ---- */

struct due_row {
	const char *name;
	int state;
	int64_t due_s;
	unsigned todo;
};

static const struct due_row due_rows[] = {
    {"nothing is never due", NONE, INT64_MAX, 0},
    {"request is forgotten", REQUEST, NOW + 30 * DAY, P},
    {"mail is forgotten", MAIL, NOW + 30 * DAY, P},
    {"waiting is checked", WAITING, NOW + DAY, C},
    {"escalated is forgotten", ESCALATED, NOW + 30 * DAY, P},
    {"cleared for good", CLEARED, NOW + 30 * DAY, P},
    {"recurring is forgotten", RECURRING, NOW + 30 * DAY, P},
};

static void
is_due(void **state)
{
	const struct due_row *row = *state;
	struct delist_appeal appeal = in_state(row->state), before = appeal;

	assert_int_equal(delist_appeal_due_s(&appeal), row->due_s);
	assert_int_equal(must(&appeal, DUE, INT64_MIN), 0);
	assert_int_equal(must(&appeal, DUE, row->due_s - 1), 0);
	assert_memory_equal(&appeal, &before, sizeof before);
	assert_int_equal(must(&appeal, DUE, row->due_s), row->todo);
	if (row->todo == P) {
		assert_int_equal(appeal.state, NONE);
		assert_memory_equal(appeal.provider, before.provider, 32);
		assert_int_equal(
		    delist_addr_compare(&appeal.addr, &before.addr), 0);
		assert_int_equal(appeal.bounces, 0);
	}
	assert_true(delist_appeal_due_s(&appeal) > row->due_s ||
		    row->due_s == INT64_MAX);
}

static void
a_wait_is_checked_once_and_then_forgotten(void **state)
{
	struct delist_appeal appeal = in_state(WAITING);

	(void)state;
	assert_int_equal(must(&appeal, DUE, NOW + DAY), C);
	assert_int_equal(must(&appeal, DUE, NOW + DAY), 0);
	assert_int_equal(delist_appeal_due_s(&appeal), NOW + 30 * DAY);
	assert_int_equal(must(&appeal, DUE, NOW + 30 * DAY - 1), 0);
	assert_int_equal(must(&appeal, DUE, NOW + 30 * DAY), P);
	/* each bounce keeps it, and none that comes early shortens it */
	appeal = in_state(REQUEST);
	must(&appeal, BLOCKED, NOW + DAY);
	assert_int_equal(delist_appeal_due_s(&appeal), NOW + 31 * DAY);
	must(&appeal, BLOCKED, NOW - DAY);
	assert_int_equal(delist_appeal_due_s(&appeal), NOW + 31 * DAY);
}

static void
recurs_within_thirty_days(void **state)
{
	for (int late = 0; late < 2; late++) {
		struct delist_appeal appeal = in_state(CLEARED);
		struct delist_appeal_event ev =
		    event(BLOCKED, NOW + 30 * DAY - 1 + late);

		(void)state;
		ev.id[0] = 9;
		assert_int_equal(must_take(&appeal, &ev, ev.at_s), T);
		assert_int_equal(appeal.state, late ? REQUEST : RECURRING);
		assert_int_equal(appeal.times, late ? 1 : 2);
		assert_int_equal(appeal.id[0], late ? 9 : 1);
		assert_int_equal(appeal.blocked_s, ev.at_s);
	}
}

struct days_row {
	const char *name;
	int64_t blocked_s, until_s, want;
};

static const struct days_row days_rows[] = {
    {"none", NOW, NOW, 0},
    {"a second", NOW, NOW + 1, 1},
    {"a day", NOW, NOW + DAY, 1},
    {"a day and a second", NOW, NOW + DAY + 1, 2},
    {"clock stepped back", NOW, NOW - 1, 0},
    {"all of time", INT64_MIN, INT64_MAX, INT64_MAX / DAY + 1},
};

static void
measures_days(void **state)
{
	const struct days_row *row = *state;
	struct delist_appeal appeal = {0};

	assert_int_equal(delist_appeal_days(&appeal, row->until_s), 0);
	appeal.state = WAITING;
	appeal.blocked_s = row->blocked_s;
	assert_int_equal(delist_appeal_days(&appeal, row->until_s), row->want);
	appeal.state = CLEARED;
	appeal.cleared_s = row->until_s;
	assert_int_equal(delist_appeal_days(&appeal, 0), row->want);
}

static void
time_ends_do_not_overflow(void **state)
{
	static const int64_t ends[] = {INT64_MIN, INT64_MAX};

	(void)state;
	for (size_t i = 0; i < 4; i++)
		for (int s = NONE; s < DELIST_APPEAL_STATES; s++)
			for (int k = 0; k < DELIST_APPEAL_EVENT_KINDS; k++) {
				struct delist_appeal appeal = in_state(s);
				struct delist_appeal_event ev =
				    event(k, ends[i / 2]);
				unsigned todo;

				appeal.bounces = appeal.times = UINT32_MAX;
				appeal.requests = appeal.mails = UINT32_MAX;
				(void)step(&appeal, &todo, &ev, ends[i % 2]);
				(void)delist_appeal_due_s(&appeal);
				(void)delist_appeal_days(&appeal, ends[i / 2]);
			}
}

/* ---- a random walk, and what holds on all of it ---- */

struct walk {
	struct support_random random;
	struct delist_appeal now;
	int64_t now_s;
	unsigned mails; /* of this block */
};

static struct delist_appeal_event
random_event(struct walk *walk)
{
	static const int classes[] = {
	    PORTAL, PORTAL, BY_MAIL, DNSBL, DELIST_CLASS_THROTTLED};
	/* half of all: the way up */
	static const int kinds[] = {DUE, BLOCKED, BLOCKED, DONE};
	struct support_random *random = &walk->random;
	struct delist_appeal_event ev =
	    event((int)support_below(random, DELIST_APPEAL_EVENT_KINDS + 1),
		walk->now_s);

	if (support_below(random, 2) == 0)
		ev.kind = (uint8_t)kinds[support_below(random, COUNT(kinds))];
	else if (ev.kind == DELIST_APPEAL_EVENT_DISMISSED &&
		 support_below(random, 4) != 0)
		ev.kind = FAILED;
	if (ev.kind == DELIVERED && support_below(random, 3) != 0)
		ev.kind = BLOCKED;
	ev.cls = (uint8_t)classes[support_below(random, COUNT(classes))];
	ev.auto_mail = support_below(random, 2) == 0;
	ev.within_limits = support_below(random, 4) != 0;
	if (support_below(random, 4) == 0)
		ev.at_s -= (int64_t)support_below(random, 2 * DAY);
	return ev;
}

static void
turn_clock(struct walk *walk)
{
	int64_t due_s = delist_appeal_due_s(&walk->now);

	switch (support_below(&walk->random, 8)) {
	case 0:
		walk->now_s -= (int64_t)support_below(&walk->random, DAY);
		break;
	case 1:
	case 2:
		if (due_s != INT64_MAX)
			walk->now_s =
			    due_s - (int64_t)support_below(&walk->random, 2);
		break;
	default:
		walk->now_s += (int64_t)support_below(&walk->random, DAY);
	}
}

static void
assert_held(struct walk *walk, const struct delist_appeal *next, unsigned todo,
    const struct delist_appeal_event *ev)
{
	const struct delist_appeal *cur = &walk->now;
	int64_t due_s = delist_appeal_due_s(next);

	if (next->state == NONE || next->state == CLEARED)
		walk->mails = 0;
	walk->mails += (todo & DELIST_TODO_MAIL) != 0;
	/* one about 606, one about 511 */
	assert_true(walk->mails <= 2);
	assert_true(next->requests <= 2 && next->mails <= 1);
	if (next->state == REQUEST)
		assert_int_not_equal(next->cls, BY_MAIL);
	if (next->state == MAIL)
		assert_int_not_equal(next->cls, DNSBL);
	/* a task is handed out once */
	if ((todo & DELIST_TODO_TASK) != 0)
		assert_int_not_equal(next->state, cur->state);
	if (next->state == CLEARED && cur->state != CLEARED)
		assert_int_equal(ev->kind, DELIVERED);
	if (next->state == RECURRING && cur->state != RECURRING)
		assert_int_equal(cur->state, CLEARED);
	assert_true(delist_appeal_days(next, walk->now_s) >= 0);
	assert_int_equal(delist_appeal_open(next),
	    next->state != NONE && next->state != CLEARED);
	if (ev->kind != DUE)
		return;
	/* nothing early, and nothing over and over */
	if (walk->now_s < delist_appeal_due_s(cur)) {
		assert_int_equal(todo, 0);
		assert_memory_equal(next, cur, sizeof *next);
	}
	assert_true(due_s > walk->now_s);
}

static void
a_random_walk_keeps_the_rules(void **state)
{
	struct walk walk = {.random = {606}, .now_s = NOW};
	struct delist_policy policy = defaults();
	unsigned reached[DELIST_APPEAL_STATES] = {0};

	(void)state;
	for (int i = 0; i < 300000; i++) {
		struct delist_appeal next;
		struct delist_appeal_event ev;
		unsigned todo = 12345;

		memset(&next, 0xa5, sizeof next);
		turn_clock(&walk);
		ev = random_event(&walk);
		if (delist_appeal_step(&next, &todo, &walk.now, &ev, &policy,
			walk.now_s) != DELIST_OK) {
			assert_int_equal(todo, 12345);
			assert_int_equal(next.state, 0xa5);
			continue;
		}
		assert_held(&walk, &next, todo, &ev);
		walk.now = next;
		reached[next.state]++;
	}
	for (int s = NONE; s < DELIST_APPEAL_STATES; s++)
		assert_true(reached[s] > 1000);
}

/* ---- names, and what is none ---- */

static void
others_are_refused(void **state)
{
	struct delist_appeal appeal = {0};
	struct delist_appeal_event ev = event(DELIST_APPEAL_EVENT_KINDS, NOW);
	struct delist_policy policy = defaults();
	unsigned todo = 77;

	(void)state;
	assert_int_equal(step(&appeal, &todo, &ev, NOW), DELIST_EINVAL);
	ev.kind = BLOCKED;
	appeal.state = DELIST_APPEAL_STATES;
	assert_int_equal(step(&appeal, &todo, &ev, NOW), DELIST_EINVAL);
	appeal.state = NONE;
	policy.size = 0;
	assert_int_equal(
	    delist_appeal_step(&appeal, &todo, &appeal, &ev, &policy, NOW),
	    DELIST_EINVAL);
	assert_int_equal(todo, 77);
}

static void
states_and_events_have_names(void **state)
{
	(void)state;
	for (int s = 0; s < DELIST_APPEAL_STATES; s++)
		for (int t = 0; t < s; t++)
			assert_string_not_equal(delist_appeal_state_name(s),
			    delist_appeal_state_name(t));
	for (int k = 0; k < DELIST_APPEAL_EVENT_KINDS; k++)
		for (int l = 0; l < k; l++)
			assert_string_not_equal(delist_appeal_event_name(k),
			    delist_appeal_event_name(l));
	assert_string_equal(delist_appeal_state_name(REQUEST), "to-request");
	assert_string_equal(delist_appeal_state_name(RECURRING), "recurring");
	assert_string_equal(delist_appeal_state_name(-1), "unknown");
	assert_string_equal(delist_appeal_state_name(7), "unknown");
	assert_string_equal(delist_appeal_event_name(8), "dismissed");
	assert_string_equal(delist_appeal_event_name(-1), "unknown");
	assert_string_equal(delist_appeal_event_name(9), "unknown");
}

int
main(void)
{
	ROWS(steps, pairs);
	TEST(no_pair_is_missing);
	ROWS(begins, class_rows);
	ROWS(needs_ip_and_provider, bad_rows);
	TEST(others_have_appeals_of_their_own);
	TEST(the_portal_twice_then_mail_then_a_person);
	TEST(one_mail_then_a_person);
	TEST(others_twice_then_a_person);
	TEST(what_becomes_511_goes_to_mail_at_once);
	TEST(what_becomes_606_goes_to_the_portal_after_the_wait);
	TEST(a_mail_waits_for_a_person_or_not);
	TEST(old_news_change_nothing);
	TEST(the_future_is_now);
	ROWS(is_due, due_rows);
	TEST(a_wait_is_checked_once_and_then_forgotten);
	TEST(recurs_within_thirty_days);
	ROWS(measures_days, days_rows);
	TEST(time_ends_do_not_overflow);
	TEST(a_random_walk_keeps_the_rules);
	TEST(others_are_refused);
	TEST(states_and_events_have_names);
	return support_run("appeal");
}
