/* SPDX-License-Identifier: ISC */
#include "support.h"

#include <delist/investigation.h>

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

static void
set_reason(struct delist_event *ev, const char *reason)
{
	memset(ev->evidence.reason, 0, sizeof ev->evidence.reason);
	memcpy(ev->evidence.reason, reason, strlen(reason));
	ev->evidence.reason_len = (uint8_t)strlen(reason);
}

/* An event whose facts are all for it; an answer says delisted. */
static struct delist_event
event(int kind, uint32_t generation)
{
	struct delist_event ev = {
	    .kind = (uint8_t)kind,
	    .code = 511,
	    .notice = DELIST_NOTICE_DELISTED,
	    .mac_ok = true,
	    .covered = true,
	    .exact = true,
	    .may_answer = true,
	    .within_limits = true,
	    .request_id = {1, 2, 3},
	    .generation = generation,
	};

	ev.addr = delist_addr_from4(0xc0000201);
	assert_int_equal(
	    delist_mailbox_parse(&ev.mailbox, "ann@example.org", 15), 0);
	memcpy(ev.message_id, "<a@b>", 5);
	ev.message_id_len = 5;
	memcpy(ev.evidence.source, "bob", 3);
	ev.evidence.source_len = 3;
	set_reason(&ev, "an open relay");
	return ev;
}

static int
step(struct delist_investigation *investigation, unsigned *todo,
    const struct delist_event *ev, int64_t now_s)
{
	struct delist_policy policy = defaults();

	return delist_investigation_step(
	    investigation, todo, investigation, ev, &policy, now_s);
}

static unsigned
must_take(struct delist_investigation *investigation,
    const struct delist_event *ev, int64_t now_s)
{
	unsigned todo = ~0u;

	assert_int_equal(step(investigation, &todo, ev, now_s), DELIST_OK);
	return todo;
}

static unsigned
must(struct delist_investigation *investigation, int kind, int64_t now_s)
{
	struct delist_event ev = event(kind, investigation->generation);

	return must_take(investigation, &ev, now_s);
}

static unsigned
answer(struct delist_investigation *investigation, int notice, int64_t now_s)
{
	struct delist_event ev = event(DELIST_EVENT_ANSWER, 0);

	ev.notice = (uint8_t)notice;
	ev.covered = notice != DELIST_NOTICE_NOT_LISTED;
	return must_take(investigation, &ev, now_s);
}

enum {
	NONE = DELIST_INVESTIGATION_NONE,
	NEEDS = DELIST_INVESTIGATION_NEEDS_INFO,
	OPEN = DELIST_INVESTIGATION_OPEN,
	REVIEW = DELIST_INVESTIGATION_REVIEW,
	RESOLVED = DELIST_INVESTIGATION_RESOLVED,
	REDIRECTED = DELIST_INVESTIGATION_REDIRECTED,
	EXPIRED = DELIST_INVESTIGATION_EXPIRED,
	PURGED = DELIST_INVESTIGATION_PURGED,
	A = DELIST_TODO_AUDIT,
	M = A | DELIST_TODO_MAIL,
	L = M | DELIST_TODO_LIFT,
	R = A | DELIST_TODO_REVIEW,
	P = A | DELIST_TODO_PURGE,
	Y = DELIST_TODO_ALREADY
};

/* Taken in at NOW, and all that followed then too. */
static struct delist_investigation
in_state(int state)
{
	struct delist_investigation investigation = {0};
	struct delist_event ev = event(DELIST_EVENT_INTAKE, 0);

	if (state == NEEDS || state == EXPIRED)
		ev.addr.family = DELIST_NOADDR;
	if (state == REDIRECTED) {
		ev.code = 606;
		ev.self_service = true;
	}
	if (state != NONE)
		must_take(&investigation, &ev, NOW);
	if (state == REVIEW)
		must(&investigation, DELIST_EVENT_ASSIGN, NOW);
	if (state == RESOLVED || state == PURGED)
		answer(&investigation, DELIST_NOTICE_DELISTED, NOW);
	if (state == EXPIRED)
		must(&investigation, DELIST_EVENT_EVICT, NOW);
	if (state == PURGED)
		must(&investigation, DELIST_EVENT_DUE, NOW + 90 * DAY);
	assert_int_equal(investigation.state, state);
	return investigation;
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
#define NOTED DELIST_OK, -1, A
#define NO DELIST_ESTATE, 0, 0
#define OVER DELIST_EEXPIRED, 0, 0
#define GO(next, todo) DELIST_OK, next, todo
#define ROW(state, event, ...)                                               \
	{                                                                    \
#state ", " #event, state, DELIST_EVENT_##event, __VA_ARGS__ \
	}
#define OTHERS(state)                                                         \
	ROW(state, NONE, NO), ROW(state, LIST, NO), ROW(state, WITHDRAW, NO), \
	    ROW(state, UNLIST, NO), ROW(state, ACK, NO),                      \
	    ROW(state, REDEEM, NO), ROW(state, SUBMIT, NO),                   \
	    ROW(state, INSPECT, NO), ROW(state, RESEND, NO),                  \
	    ROW(state, CANCEL, NO), ROW(state, EFFECTIVE, NO),                \
	    ROW(state, RELISTED, NO)
#define MAILS(state)                                \
	ROW(state, MAIL_ACCEPTED, GO(state, A)),    \
	    ROW(state, MAIL_DELAYED, GO(state, A)), \
	    ROW(state, MAIL_FAILED, GO(state, A))
#define LATE_MAILS(state)                                                \
	ROW(state, MAIL_ACCEPTED, SAME), ROW(state, MAIL_DELAYED, SAME), \
	    ROW(state, MAIL_FAILED, SAME)

/* clang-format off */
/* Events at NOW + 300; nothing is due, and the newest mail is not out. */
static const struct pair pairs[] = {
	OTHERS(NONE), ROW(NONE, DUE, SAME), ROW(NONE, ANSWER, NO),
	ROW(NONE, MAIL_ACCEPTED, NO), ROW(NONE, MAIL_DELAYED, NO),
	ROW(NONE, MAIL_FAILED, NO), ROW(NONE, EVICT, NO),
	ROW(NONE, INTAKE, GO(OPEN, M)), ROW(NONE, ASSIGN, NO),
	ROW(NONE, NOTE, NO),

	OTHERS(NEEDS), ROW(NEEDS, DUE, SAME), ROW(NEEDS, ANSWER, NO),
	MAILS(NEEDS), ROW(NEEDS, EVICT, GO(EXPIRED, A)),
	ROW(NEEDS, INTAKE, GO(OPEN, M)), ROW(NEEDS, ASSIGN, NO),
	ROW(NEEDS, NOTE, NO),

	OTHERS(OPEN), ROW(OPEN, DUE, SAME),
	ROW(OPEN, ANSWER, GO(RESOLVED, L)), MAILS(OPEN),
	ROW(OPEN, EVICT, NO), ROW(OPEN, INTAKE, GO(OPEN, A)),
	ROW(OPEN, ASSIGN, GO(REVIEW, A)), ROW(OPEN, NOTE, GO(REVIEW, A)),

	OTHERS(REVIEW), ROW(REVIEW, DUE, SAME),
	ROW(REVIEW, ANSWER, GO(RESOLVED, L)), MAILS(REVIEW),
	ROW(REVIEW, EVICT, NO), ROW(REVIEW, INTAKE, GO(REVIEW, A)),
	ROW(REVIEW, ASSIGN, NOTED), ROW(REVIEW, NOTE, NOTED),

	OTHERS(RESOLVED), ROW(RESOLVED, DUE, SAME),
	ROW(RESOLVED, ANSWER, GO(RESOLVED, L)),
	ROW(RESOLVED, MAIL_ACCEPTED, GO(RESOLVED, A)),
	ROW(RESOLVED, MAIL_DELAYED, GO(RESOLVED, A)),
	ROW(RESOLVED, MAIL_FAILED, GO(RESOLVED, R)),
	ROW(RESOLVED, EVICT, NO), ROW(RESOLVED, INTAKE, GO(RESOLVED, R)),
	ROW(RESOLVED, ASSIGN, NO), ROW(RESOLVED, NOTE, NOTED),

	OTHERS(REDIRECTED), ROW(REDIRECTED, DUE, SAME),
	ROW(REDIRECTED, ANSWER, NO), MAILS(REDIRECTED),
	ROW(REDIRECTED, EVICT, NO), ROW(REDIRECTED, INTAKE, OVER),
	ROW(REDIRECTED, ASSIGN, NO), ROW(REDIRECTED, NOTE, NO),

	OTHERS(EXPIRED), ROW(EXPIRED, DUE, SAME), ROW(EXPIRED, ANSWER, NO),
	LATE_MAILS(EXPIRED), ROW(EXPIRED, EVICT, NO),
	ROW(EXPIRED, INTAKE, OVER), ROW(EXPIRED, ASSIGN, NO),
	ROW(EXPIRED, NOTE, NO),

	OTHERS(PURGED), ROW(PURGED, DUE, SAME), ROW(PURGED, ANSWER, NO),
	LATE_MAILS(PURGED), ROW(PURGED, EVICT, NO),
	ROW(PURGED, INTAKE, OVER), ROW(PURGED, ASSIGN, NO),
	ROW(PURGED, NOTE, NO),
};
/* clang-format on */

static void
steps(void **state)
{
	const struct pair *pair = *state;
	struct delist_investigation cur = in_state(pair->state), next;
	struct delist_event ev = event(pair->kind, cur.generation);
	struct delist_policy policy = defaults();
	unsigned todo = 12345;

	memset(&next, 0xa5, sizeof next);
	assert_int_equal(delist_investigation_step(
			     &next, &todo, &cur, &ev, &policy, NOW + 300),
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
	unsigned seen[DELIST_INVESTIGATION_STATES][DELIST_EVENT_KINDS] = {{0}};

	(void)state;
	for (size_t i = 0; i < COUNT(pairs); i++)
		seen[pairs[i].state][pairs[i].kind]++;
	for (int s = 0; s < DELIST_INVESTIGATION_STATES; s++)
		for (int k = 0; k < DELIST_EVENT_KINDS; k++)
			assert_int_equal(seen[s][k], 1);
}

/* ---- what a mail leads to ---- */

struct intake_row {
	const char *name;
	uint16_t code;
	bool ip, covered, self_service;
	int want; /* result */
	int next;
	int notice;
};

static const struct intake_row intake_rows[] = {
    {"code and ip", 511, true, true, false, 0, OPEN, DELIST_NOTICE_RECEIVED},
    {"code and ip that is not listed", 511, true, false, false, 0, OPEN,
	DELIST_NOTICE_RECEIVED},
    {"511 for what the portal would remove", 511, true, true, true, 0, OPEN,
	DELIST_NOTICE_RECEIVED},
    {"no ip", 511, false, false, false, 0, NEEDS, DELIST_NOTICE_SEND_NDR},
    {"no code", 0, true, true, false, 0, NEEDS, DELIST_NOTICE_SEND_NDR},
    {"neither", 0, false, false, false, 0, NEEDS, DELIST_NOTICE_SEND_NDR},
    {"first of the portal", 606, true, true, true, 0, REDIRECTED,
	DELIST_NOTICE_PORTAL},
    {"last of the portal", 649, true, false, false, 0, REDIRECTED,
	DELIST_NOTICE_PORTAL},
    {"portal without ip", 606, false, false, false, 0, REDIRECTED,
	DELIST_NOTICE_PORTAL},
    {"portal, but the listing is 511 now", 606, true, true, false, 0, OPEN,
	DELIST_NOTICE_RECEIVED},
    {"before 511", 510, true, true, false, DELIST_ERANGE, 0, 0},
    {"behind 511", 512, true, true, false, DELIST_ERANGE, 0, 0},
    {"before the portal's", 605, true, true, true, DELIST_ERANGE, 0, 0},
    {"behind the portal's", 650, true, true, true, DELIST_ERANGE, 0, 0},
};

static void
takes_in(void **state)
{
	const struct intake_row *row = *state;
	struct delist_investigation investigation = {0}, zero = {0};
	struct delist_event ev = event(DELIST_EVENT_INTAKE, 0);
	unsigned todo = 77;

	ev.code = row->code;
	ev.covered = row->covered;
	ev.self_service = row->self_service;
	if (!row->ip)
		ev.addr.family = DELIST_NOADDR;
	assert_int_equal(step(&investigation, &todo, &ev, NOW), row->want);
	if (row->want != DELIST_OK) {
		assert_memory_equal(&investigation, &zero, sizeof zero);
		assert_int_equal(todo, 77);
		return;
	}
	assert_int_equal(investigation.state, row->next);
	assert_int_equal(investigation.notice, row->notice);
	assert_int_equal(investigation.generation, 1);
	assert_int_equal(investigation.intakes, 1);
	assert_int_equal(todo, M);
	assert_memory_equal(investigation.id, ev.request_id, 16);
}

struct fact_row {
	const char *name;
	size_t at;
	bool value;
};

static const struct fact_row silent_rows[] = {
    {"automatic", offsetof(struct delist_event, may_answer), false},
    {"over the limits", offsetof(struct delist_event, within_limits), false},
    {"suppressed", offsetof(struct delist_event, suppressed), true},
};

/* The state is the same, only nobody is told. */
static void
is_silent(void **state)
{
	static const uint16_t codes[] = {0, 511, 606};
	static const int want[] = {NEEDS, OPEN, REDIRECTED};
	const struct fact_row *row = *state;

	for (size_t i = 0; i < COUNT(codes); i++) {
		struct delist_investigation investigation = {0};
		struct delist_event ev = event(DELIST_EVENT_INTAKE, 0);

		ev.code = codes[i];
		ev.self_service = true;
		memcpy((char *)&ev + row->at, &row->value, sizeof row->value);
		assert_int_equal(must_take(&investigation, &ev, NOW), A);
		assert_int_equal(investigation.state, want[i]);
		assert_int_equal(investigation.generation, 0);
		assert_int_equal(
		    delist_investigation_due_s(&investigation) > NOW, true);
		/* a result for a mail that never was */
		assert_int_equal(
		    must(&investigation, DELIST_EVENT_MAIL_ACCEPTED, NOW), 0);
	}
}

/* The answer is to the newest mail of whom it goes to. */
static void
remembers_what_it_answers(void **state)
{
	struct delist_investigation investigation = in_state(OPEN);
	struct delist_event ev = event(DELIST_EVENT_INTAKE, 0);
	unsigned todo = 77;

	(void)state;
	assert_memory_equal(investigation.message_id, "<a@b>\0", 7);
	assert_int_equal(investigation.message_id_len, 5);
	memset(ev.message_id, 'x', sizeof ev.message_id);
	ev.message_id_len = 128;
	/* Its mail may have to go once more, as it is. */
	must_take(&investigation, &ev, NOW);
	assert_int_equal(investigation.message_id_len, 5);
	investigation.mail = DELIST_INVESTIGATION_MAIL_ACCEPTED;
	must_take(&investigation, &ev, NOW);
	assert_memory_equal(investigation.message_id, ev.message_id, 128);
	ev.message_id_len = 2;
	must_take(&investigation, &ev, NOW);
	assert_memory_equal(investigation.message_id, "xx\0", 4);
	assert_int_equal(
	    delist_mailbox_parse(&ev.mailbox, "eve@example.org", 15), 0);
	ev.message_id_len = 3;
	must_take(&investigation, &ev, NOW);
	assert_int_equal(investigation.message_id_len, 2);
	ev.mailbox = (struct delist_mailbox){0};
	must_take(&investigation, &ev, NOW);
	assert_int_equal(investigation.message_id_len, 2);
	ev.message_id_len = 129;
	assert_int_equal(step(&investigation, &todo, &ev, NOW), DELIST_EINVAL);
	ev.message_id_len = 3;
	ev.message_id[2] = '\n';
	assert_int_equal(step(&investigation, &todo, &ev, NOW), DELIST_EINVAL);
	assert_int_equal(todo, 77);
}

/* A null reverse-path; a person's answer has nobody to go to either. */
static void
nobody_is_not_answered(void **state)
{
	struct delist_investigation investigation = {0};
	struct delist_event ev = event(DELIST_EVENT_INTAKE, 0), other = ev;

	(void)state;
	ev.mailbox = (struct delist_mailbox){0};
	assert_int_equal(must_take(&investigation, &ev, NOW), A);
	assert_int_equal(answer(&investigation, DELIST_NOTICE_DENIED, NOW), A);
	investigation = (struct delist_investigation){0};
	must_take(&investigation, &ev, NOW);
	/* the next who asks is the one to answer */
	assert_int_equal(must_take(&investigation, &other, NOW), A);
	assert_int_equal(answer(&investigation, DELIST_NOTICE_DENIED, NOW), M);
	assert_string_equal(investigation.mailbox.text, "ann@example.org");
}

static void
each_reply_goes_out_once(void **state)
{
	struct delist_investigation investigation = in_state(NEEDS);
	struct delist_event ev = event(DELIST_EVENT_INTAKE, 0);

	(void)state;
	ev.addr.family = DELIST_NOADDR;
	assert_int_equal(must_take(&investigation, &ev, NOW), A);
	assert_int_equal(investigation.state, NEEDS);
	assert_int_equal(must(&investigation, DELIST_EVENT_INTAKE, NOW), M);
	assert_int_equal(investigation.notice, DELIST_NOTICE_RECEIVED);
	assert_int_equal(investigation.generation, 2);
	assert_int_equal(must(&investigation, DELIST_EVENT_INTAKE, NOW), A);
	answer(&investigation, DELIST_NOTICE_NEED_INFO, NOW);
	assert_int_equal(must(&investigation, DELIST_EVENT_INTAKE, NOW), A);
	assert_int_equal(investigation.state, OPEN);
	assert_int_equal(investigation.generation, 3);
	assert_int_equal(investigation.intakes, 5);
	investigation.intakes = UINT32_MAX;
	must(&investigation, DELIST_EVENT_INTAKE, NOW);
	assert_int_equal(investigation.intakes, UINT32_MAX);
}

static void
two_halves_make_a_whole(void **state)
{
	struct delist_investigation investigation = {0};
	struct delist_event ev = event(DELIST_EVENT_INTAKE, 0);

	(void)state;
	ev.code = 0;
	must_take(&investigation, &ev, NOW);
	assert_int_equal(investigation.state, NEEDS);
	ev.code = 511;
	ev.addr.family = DELIST_NOADDR;
	assert_int_equal(must_take(&investigation, &ev, NOW + DAY), M);
	assert_int_equal(investigation.state, OPEN);
	assert_int_equal(investigation.code, 511);
	assert_int_equal(investigation.due_s[0], NOW + DAY + 36 * HOUR);
	investigation = in_state(NEEDS);
	investigation.code = 0;
	ev.code = 606;
	ev.covered = false;
	assert_int_equal(must_take(&investigation, &ev, NOW), M);
	assert_int_equal(investigation.state, REDIRECTED);
}

static void
another_ip_is_another_investigation(void **state)
{
	static const int states[] = {NEEDS, OPEN, REVIEW, RESOLVED};

	(void)state;
	for (size_t i = 0; i < COUNT(states); i++) {
		struct delist_investigation investigation = in_state(states[i]);
		struct delist_event ev = event(DELIST_EVENT_INTAKE, 0);
		unsigned todo = 77;

		investigation.addr = ev.addr;
		ev.addr = delist_addr_from4(0xc0000202);
		assert_int_equal(
		    step(&investigation, &todo, &ev, NOW), DELIST_EINVAL);
		assert_int_equal(todo, 77);
		assert_int_equal(investigation.intakes, 1);
		ev.code = 650;
		assert_int_equal(
		    step(&investigation, &todo, &ev, NOW), DELIST_ERANGE);
	}
}

static void
later_mails_join_for_a_while(void **state)
{
	struct delist_investigation investigation = in_state(RESOLVED);
	struct delist_event ev = event(DELIST_EVENT_INTAKE, 0);
	unsigned todo;

	(void)state;
	assert_true(delist_investigation_joins(&investigation, INT64_MIN));
	assert_true(
	    delist_investigation_joins(&investigation, NOW + 7 * DAY - 1));
	assert_int_equal(must_take(&investigation, &ev, NOW + 7 * DAY - 1), R);
	assert_int_equal(investigation.state, RESOLVED);
	assert_int_equal(investigation.intakes, 2);
	assert_false(delist_investigation_joins(&investigation, NOW + 7 * DAY));
	assert_int_equal(
	    step(&investigation, &todo, &ev, NOW + 7 * DAY), DELIST_EEXPIRED);
	for (int s = 0; s < DELIST_INVESTIGATION_STATES; s++) {
		investigation = in_state(s);
		assert_int_equal(
		    delist_investigation_joins(&investigation, NOW),
		    s >= NEEDS && s <= RESOLVED);
	}
}

/* ---- people ---- */

struct answer_row {
	const char *name;
	int notice;
	bool covered, exact;
	const char *reason;
	int want; /* result */
	int next;
	unsigned todo;
};

static const struct answer_row answer_rows[] = {
    {"delisted", DELIST_NOTICE_DELISTED, true, true, "", 0, RESOLVED, L},
    {"delisted, with a word", DELIST_NOTICE_DELISTED, true, true, "sorry", 0,
	RESOLVED, L},
    {"delisted under a range", DELIST_NOTICE_DELISTED, true, false, "", 0,
	RESOLVED, M | DELIST_TODO_EXCEPT},
    {"denied", DELIST_NOTICE_DENIED, true, true, "r", 0, RESOLVED, M},
    {"denied though not listed", DELIST_NOTICE_DENIED, false, false, "r", 0,
	RESOLVED, M},
    {"question", DELIST_NOTICE_NEED_INFO, true, true, "r", 0, NEEDS, M},
    {"not listed", DELIST_NOTICE_NOT_LISTED, false, false, "", 0, RESOLVED, M},
    {"reason in kana", DELIST_NOTICE_DENIED, true, true, "\xe3\x82\xa2", 0,
	RESOLVED, M},

    {"delisted though not listed", DELIST_NOTICE_DELISTED, false, false, "",
	DELIST_ESTATE, 0, 0},
    {"not listed though listed", DELIST_NOTICE_NOT_LISTED, true, true, "",
	DELIST_ESTATE, 0, 0},
    {"denied without reason", DELIST_NOTICE_DENIED, true, true, "",
	DELIST_EINVAL, 0, 0},
    {"question without text", DELIST_NOTICE_NEED_INFO, true, true, "",
	DELIST_EINVAL, 0, 0},
    {"reason with a line end", DELIST_NOTICE_DENIED, true, true, "a\nb",
	DELIST_EINVAL, 0, 0},
    {"word with a line end", DELIST_NOTICE_DELISTED, true, true, "a\r",
	DELIST_EINVAL, 0, 0},
    {"reason in latin-1", DELIST_NOTICE_DENIED, true, true, "\xfc",
	DELIST_EINVAL, 0, 0},
    {"no notice", DELIST_NOTICE_NONE, true, true, "r", DELIST_EINVAL, 0, 0},
    {"automatic notice", DELIST_NOTICE_PORTAL, true, true, "r", DELIST_EINVAL,
	0, 0},
    {"beyond the last", DELIST_NOTICES, true, true, "r", DELIST_EINVAL, 0, 0},
};

static void
answers(void **state)
{
	static const int states[] = {OPEN, REVIEW};
	const struct answer_row *row = *state;

	for (size_t i = 0; i < COUNT(states); i++) {
		struct delist_investigation investigation = in_state(states[i]);
		struct delist_investigation before = investigation;
		struct delist_event ev = event(DELIST_EVENT_ANSWER, 0);
		unsigned todo = 77;

		ev.notice = (uint8_t)row->notice;
		ev.covered = row->covered;
		ev.exact = row->exact;
		set_reason(&ev, row->reason);
		assert_int_equal(
		    step(&investigation, &todo, &ev, NOW + 1), row->want);
		if (row->want != DELIST_OK) {
			assert_int_equal(todo, 77);
			assert_memory_equal(
			    &investigation, &before, sizeof before);
			continue;
		}
		assert_int_equal(investigation.state, row->next);
		assert_int_equal(todo, row->todo);
		assert_int_equal(investigation.notice, row->notice);
		assert_int_equal(investigation.generation, 2);
		assert_int_equal(investigation.resolved_s, NOW + 1);
		assert_int_equal(investigation.reason_len, strlen(row->reason));
		assert_memory_equal(
		    investigation.reason, row->reason, strlen(row->reason));
	}
}

static void
people_have_names(void **state)
{
	static const int kinds[] = {
	    DELIST_EVENT_ASSIGN, DELIST_EVENT_NOTE, DELIST_EVENT_ANSWER};
	static const uint8_t lengths[] = {0, 33};

	(void)state;
	for (size_t i = 0; i < COUNT(kinds); i++)
		for (size_t j = 0; j < COUNT(lengths); j++) {
			struct delist_investigation open = in_state(OPEN);
			struct delist_event ev = event(kinds[i], 0);
			unsigned todo;

			ev.evidence.source_len = lengths[j];
			assert_int_equal(
			    step(&open, &todo, &ev, NOW), DELIST_EINVAL);
			ev.evidence.source_len = 3;
			ev.evidence.source[0] = '\n';
			assert_int_equal(
			    step(&open, &todo, &ev, NOW), DELIST_EINVAL);
			ev.evidence.source[0] = 'b';
			ev.evidence.reason_len = 65;
			assert_int_equal(step(&open, &todo, &ev, NOW),
			    kinds[i] == DELIST_EVENT_ASSIGN ? DELIST_OK
							    : DELIST_EINVAL);
		}
}

static void
names_and_texts_are_kept(void **state)
{
	struct delist_investigation investigation = in_state(OPEN);
	struct delist_event ev = event(DELIST_EVENT_ASSIGN, 0);
	unsigned todo;

	(void)state;
	memset(ev.evidence.source, 'x', 32);
	ev.evidence.source_len = 32;
	must_take(&investigation, &ev, NOW);
	assert_int_equal(investigation.assignee_len, 32);
	must(&investigation, DELIST_EVENT_ASSIGN, NOW);
	assert_int_equal(investigation.assignee_len, 3);
	assert_memory_equal(investigation.assignee, "bob\0", 5);
	ev = event(DELIST_EVENT_NOTE, 0);
	ev.evidence.reason_len = 0;
	assert_int_equal(step(&investigation, &todo, &ev, NOW), DELIST_EINVAL);
}

/* Nobody waits for an answer, and no person has seen it. */
static void
only_a_silent_one_gives_way(void **state)
{
	struct delist_investigation investigation = {0};
	struct delist_event ev = event(DELIST_EVENT_INTAKE, 0);
	unsigned todo = 77;

	(void)state;
	ev.may_answer = false;
	must_take(&investigation, &ev, NOW);
	assert_int_equal(investigation.state, OPEN);
	assert_int_equal(must(&investigation, DELIST_EVENT_EVICT, NOW), A);
	assert_int_equal(investigation.state, EXPIRED);
	investigation = (struct delist_investigation){0};
	must_take(&investigation, &ev, NOW);
	must(&investigation, DELIST_EVENT_ASSIGN, NOW);
	ev = event(DELIST_EVENT_EVICT, 0);
	assert_int_equal(step(&investigation, &todo, &ev, NOW), DELIST_ESTATE);
	assert_int_equal(todo, 77);
}

static void
an_answer_is_repeated_but_not_changed(void **state)
{
	struct delist_investigation investigation = in_state(RESOLVED);
	struct delist_event ev = event(DELIST_EVENT_ANSWER, 0);
	unsigned todo = 77;

	(void)state;
	ev.notice = DELIST_NOTICE_DENIED;
	assert_int_equal(step(&investigation, &todo, &ev, NOW), DELIST_ESTATE);
	assert_int_equal(todo, 77);
	/* A removal, until it is listed again. */
	ev.notice = DELIST_NOTICE_DELISTED;
	ev.covered = false;
	assert_int_equal(must_take(&investigation, &ev, NOW), Y);
	ev.covered = true;
	ev.exact = false;
	assert_int_equal(
	    must_take(&investigation, &ev, NOW + HOUR), M | DELIST_TODO_EXCEPT);
	assert_true(investigation.resolved_s == NOW + HOUR);
	assert_int_equal(investigation.generation, 3);
	ev.evidence.source_len = 0;
	assert_int_equal(step(&investigation, &todo, &ev, NOW), DELIST_EINVAL);
	investigation = in_state(OPEN);
	answer(&investigation, DELIST_NOTICE_NEED_INFO, NOW);
	assert_int_equal(
	    answer(&investigation, DELIST_NOTICE_NEED_INFO, NOW), Y);
	assert_int_equal(answer(&investigation, DELIST_NOTICE_DENIED, NOW), M);
	assert_int_equal(investigation.state, RESOLVED);
}

/* What a person asked for is read by a person, unless a machine wrote it. */
static void
a_question_is_answered_in_any_words(void **state)
{
	struct delist_investigation asked = in_state(REVIEW), investigation;
	struct delist_event ev = event(DELIST_EVENT_INTAKE, 0);

	(void)state;
	answer(&asked, DELIST_NOTICE_NEED_INFO, NOW);
	assert_int_equal(delist_investigation_due_s(&asked), NOW + 14 * DAY);
	ev.code = 0;
	ev.addr.family = DELIST_NOADDR;
	investigation = asked;
	ev.may_answer = false;
	assert_int_equal(must_take(&investigation, &ev, NOW + DAY), A);
	assert_int_equal(investigation.state, NEEDS);
	ev.may_answer = true;
	assert_int_equal(must_take(&investigation, &ev, NOW + DAY), A);
	assert_int_equal(investigation.state, OPEN);
	assert_int_equal(
	    delist_investigation_due_s(&investigation), NOW + DAY + 36 * HOUR);
	investigation = asked;
	ev.may_answer = false;
	ev.code = 511;
	must_take(&investigation, &ev, NOW + DAY);
	assert_int_equal(investigation.state, OPEN);
}

static void
the_suppressed_get_no_answer(void **state)
{
	struct delist_investigation investigation = in_state(OPEN);
	struct delist_event ev = event(DELIST_EVENT_ANSWER, 0);

	(void)state;
	ev.suppressed = true;
	assert_int_equal(
	    must_take(&investigation, &ev, NOW), A | DELIST_TODO_LIFT);
	assert_int_equal(investigation.notice, DELIST_NOTICE_RECEIVED);
}

/* ---- mails that go out ---- */

static void
a_delayed_mail_is_tried_five_times(void **state)
{
	static const int64_t waits[] = {60, 300, 900, 3600};
	struct delist_investigation investigation = in_state(RESOLVED);
	int64_t now_s = NOW;

	(void)state;
	for (size_t i = 0; i < COUNT(waits); i++) {
		assert_int_equal(
		    must(&investigation, DELIST_EVENT_MAIL_DELAYED, now_s), A);
		assert_int_equal(
		    must(&investigation, DELIST_EVENT_MAIL_DELAYED, now_s), 0);
		now_s += waits[i];
		assert_int_equal(
		    delist_investigation_due_s(&investigation), now_s);
		assert_int_equal(
		    must(&investigation, DELIST_EVENT_DUE, now_s - 1), 0);
		assert_int_equal(must(&investigation, DELIST_EVENT_DUE, now_s),
		    DELIST_TODO_MAIL);
		assert_int_equal(
		    must(&investigation, DELIST_EVENT_DUE, now_s), 0);
	}
	assert_int_equal(
	    must(&investigation, DELIST_EVENT_MAIL_DELAYED, now_s), R);
	assert_int_equal(investigation.mail, DELIST_INVESTIGATION_MAIL_FAILED);
	assert_int_equal(
	    delist_investigation_due_s(&investigation), NOW + 90 * DAY);
}

static void
a_retry_is_due_before_the_rest(void **state)
{
	static const int states[] = {NEEDS, OPEN, REVIEW, REDIRECTED};

	(void)state;
	for (size_t i = 0; i < COUNT(states); i++) {
		struct delist_investigation investigation = in_state(states[i]);

		must(&investigation, DELIST_EVENT_MAIL_DELAYED, NOW);
		assert_int_equal(
		    delist_investigation_due_s(&investigation), NOW + 60);
		assert_int_equal(
		    must(&investigation, DELIST_EVENT_DUE, NOW + 59), 0);
		assert_int_equal(
		    must(&investigation, DELIST_EVENT_DUE, NOW + 60),
		    DELIST_TODO_MAIL);
	}
}

static void
results_of_older_mails_do_not_matter(void **state)
{
	static const int kinds[] = {DELIST_EVENT_MAIL_ACCEPTED,
	    DELIST_EVENT_MAIL_DELAYED, DELIST_EVENT_MAIL_FAILED};

	(void)state;
	for (size_t i = 0; i < COUNT(kinds); i++) {
		struct delist_investigation investigation = in_state(RESOLVED);
		struct delist_event ev = event(kinds[i], 1);

		assert_int_equal(must_take(&investigation, &ev, NOW), 0);
		assert_int_equal(
		    investigation.mail, DELIST_INVESTIGATION_MAIL_PENDING);
	}
}

static void
what_was_accepted_may_come_back(void **state)
{
	struct delist_investigation investigation = in_state(OPEN);
	struct delist_event ev = event(DELIST_EVENT_MAIL_FAILED, 1);
	unsigned todo = 77;

	(void)state;
	must(&investigation, DELIST_EVENT_MAIL_ACCEPTED, NOW);
	assert_int_equal(
	    must(&investigation, DELIST_EVENT_MAIL_ACCEPTED, NOW), 0);
	assert_int_equal(
	    must(&investigation, DELIST_EVENT_MAIL_DELAYED, NOW), 0);
	ev.mac_ok = false;
	assert_int_equal(step(&investigation, &todo, &ev, NOW), DELIST_ETOKEN);
	assert_int_equal(todo, 77);
	ev.mac_ok = true;
	ev.within_limits = false;
	assert_int_equal(
	    must_take(&investigation, &ev, NOW), A | DELIST_TODO_SUPPRESS);
	assert_int_equal(must_take(&investigation, &ev, NOW), 0);
}

/* ---- time ---- */

static void
lateness_is_told_three_times(void **state)
{
	static const int64_t late[] = {36 * HOUR, 48 * HOUR, 7 * DAY};
	static const int states[] = {OPEN, REVIEW};

	(void)state;
	for (size_t i = 0; i < COUNT(states); i++) {
		struct delist_investigation investigation = in_state(states[i]);

		for (size_t j = 0; j < COUNT(late); j++) {
			int64_t due_s = NOW + late[j];

			assert_int_equal(
			    delist_investigation_due_s(&investigation), due_s);
			assert_int_equal(
			    must(&investigation, DELIST_EVENT_DUE, INT64_MIN),
			    0);
			assert_int_equal(
			    must(&investigation, DELIST_EVENT_DUE, due_s - 1),
			    0);
			assert_int_equal(investigation.stage, j);
			assert_int_equal(
			    must(&investigation, DELIST_EVENT_DUE, due_s), R);
			assert_int_equal(investigation.stage, j + 1);
			assert_int_equal(
			    must(&investigation, DELIST_EVENT_DUE, due_s), 0);
		}
		assert_int_equal(
		    delist_investigation_due_s(&investigation), INT64_MAX);
		assert_int_equal(
		    must(&investigation, DELIST_EVENT_DUE, INT64_MAX), 0);
		assert_int_equal(investigation.state, states[i]);
	}
}

static void
a_jump_tells_once(void **state)
{
	struct delist_investigation investigation = in_state(OPEN);

	(void)state;
	assert_int_equal(
	    must(&investigation, DELIST_EVENT_DUE, NOW + 7 * DAY), R);
	assert_int_equal(investigation.stage, DELIST_STAGE_MUST_ANSWER);
}

struct due_row {
	const char *name;
	int state;
	int64_t due_s;
	int next;
	unsigned todo;
};

static const struct due_row due_rows[] = {
    {"nothing is never due", NONE, INT64_MAX, NONE, 0},
    {"what is missing never came", NEEDS, NOW + 14 * DAY, EXPIRED, A},
    {"resolved", RESOLVED, NOW + 90 * DAY, PURGED, P},
    {"redirected", REDIRECTED, NOW + 90 * DAY, PURGED, P},
    {"expired", EXPIRED, NOW + 90 * DAY, PURGED, P},
    {"purged is never due", PURGED, INT64_MAX, PURGED, 0},
};

static void
is_due(void **state)
{
	const struct due_row *row = *state;
	struct delist_investigation investigation = in_state(row->state);
	static const char zeros[64];

	must(&investigation, DELIST_EVENT_DUE, INT64_MIN);
	assert_int_equal(
	    delist_investigation_due_s(&investigation), row->due_s);
	assert_int_equal(
	    must(&investigation, DELIST_EVENT_DUE, row->due_s - 1), 0);
	assert_int_equal(investigation.state, row->state);
	assert_int_equal(
	    must(&investigation, DELIST_EVENT_DUE, row->due_s), row->todo);
	assert_int_equal(investigation.state, row->next);
	if (row->next != PURGED)
		return;
	assert_int_equal(investigation.mailbox.len, 0);
	assert_memory_equal(investigation.mailbox.text, zeros, 64);
	assert_memory_equal(investigation.message_id, zeros, 64);
	assert_memory_equal(investigation.assignee, zeros, 32);
	assert_memory_equal(investigation.reason, zeros, 64);
}

static void
time_ends_do_not_overflow(void **state)
{
	static const int64_t ends[] = {INT64_MIN, INT64_MAX};

	(void)state;
	for (size_t i = 0; i < COUNT(ends); i++)
		for (int s = NONE; s < DELIST_INVESTIGATION_STATES; s++)
			for (int k = 0; k < DELIST_EVENT_KINDS; k++) {
				struct delist_investigation cur = in_state(s);
				struct delist_event ev =
				    event(k, cur.generation);
				unsigned todo;

				(void)step(&cur, &todo, &ev, ends[i]);
				(void)delist_investigation_due_s(&cur);
			}
}

/* ---- a random walk, and what holds on all of it ---- */

struct walk {
	struct support_random random;
	struct delist_investigation now;
	int64_t now_s;
	unsigned said[DELIST_NOTICES]; /* new mails */
};

static bool
flip(struct walk *walk)
{
	return support_below(&walk->random, 4) != 0;
}

static struct delist_event
random_event(struct walk *walk)
{
	static const uint16_t codes[] = {0, 511, 511, 606, 649, 650};
	/* half of all: the kinds that matter */
	static const int kinds[] = {DELIST_EVENT_DUE, DELIST_EVENT_INTAKE,
	    DELIST_EVENT_ANSWER, DELIST_EVENT_MAIL_DELAYED};
	struct support_random *random = &walk->random;
	struct delist_event ev = event(
	    (int)support_below(random, DELIST_EVENT_KINDS + 1),
	    walk->now.generation - (uint32_t)(support_below(random, 4) == 0));

	if (support_below(random, 2) == 0)
		ev.kind = (uint8_t)kinds[support_below(random, COUNT(kinds))];
	ev.code = codes[support_below(random, COUNT(codes))];
	ev.notice = (uint8_t)support_below(random, DELIST_NOTICES + 1);
	ev.mac_ok = flip(walk);
	ev.covered = flip(walk);
	ev.self_service = flip(walk);
	ev.exact = flip(walk);
	ev.may_answer = flip(walk);
	ev.suppressed = !flip(walk);
	ev.within_limits = flip(walk);
	if (!flip(walk))
		ev.addr.family = DELIST_NOADDR;
	if (!flip(walk))
		ev.mailbox = (struct delist_mailbox){0};
	return ev;
}

static void
turn_clock(struct walk *walk)
{
	static const int64_t ends[] = {INT64_MIN, INT64_MAX, NOW};
	int64_t due_s = delist_investigation_due_s(&walk->now);

	switch (support_below(&walk->random, 8)) {
	case 0:
		walk->now_s = ends[support_below(&walk->random, 3)];
		break;
	case 1:
	case 2:
	case 3:
		walk->now_s = due_s - (int64_t)support_below(&walk->random, 2);
		break;
	default:
		if (walk->now_s < INT64_MAX / 2)
			walk->now_s +=
			    (int64_t)support_below(&walk->random, DAY);
	}
}

static void
assert_held(struct walk *walk, const struct delist_investigation *next,
    unsigned todo, const struct delist_event *ev)
{
	const struct delist_investigation *cur = &walk->now;
	int64_t due_s = delist_investigation_due_s(next);

	if (next->generation != cur->generation) {
		assert_int_equal(next->generation, cur->generation + 1);
		assert_true((todo & DELIST_TODO_MAIL) != 0);
		assert_true(next->mailbox.len != 0);
		assert_false(ev->suppressed);
		walk->said[next->notice]++;
		if (next->notice < DELIST_NOTICE_DELISTED)
			assert_true(ev->may_answer && ev->within_limits &&
				    walk->said[next->notice] == 1);
	}
	if ((todo & (DELIST_TODO_LIFT | DELIST_TODO_EXCEPT)) != 0)
		assert_true(ev->kind == DELIST_EVENT_ANSWER && ev->covered &&
			    ev->notice == DELIST_NOTICE_DELISTED &&
			    next->state == RESOLVED);
	if (next->state == OPEN || next->state == REVIEW ||
	    next->state == RESOLVED)
		assert_true(next->addr.family != DELIST_NOADDR);
	if (next->state == PURGED)
		assert_int_equal(next->mailbox.len, 0);
	if (next->state == EXPIRED && cur->state != EXPIRED)
		assert_true(cur->state == NEEDS ||
			    (cur->state == OPEN && cur->generation == 0 &&
				ev->kind == DELIST_EVENT_EVICT));
	if (ev->kind != DELIST_EVENT_DUE)
		return;
	/* nothing early, and nothing over and over */
	if (walk->now_s < delist_investigation_due_s(cur)) {
		assert_int_equal(todo, 0);
		assert_memory_equal(next, cur, sizeof *next);
	}
	assert_true(due_s > walk->now_s || due_s == INT64_MAX);
}

static void
a_random_walk_keeps_the_rules(void **state)
{
	struct walk walk = {.random = {511}, .now_s = NOW};
	struct delist_policy policy = defaults();
	unsigned reached[DELIST_INVESTIGATION_STATES] = {0};

	(void)state;
	for (int i = 0; i < 300000; i++) {
		struct delist_investigation next;
		struct delist_event ev = random_event(&walk);
		unsigned todo = 12345;

		memset(&next, 0xa5, sizeof next);
		turn_clock(&walk);
		if (delist_investigation_step(&next, &todo, &walk.now, &ev,
			&policy, walk.now_s) != DELIST_OK) {
			assert_int_equal(todo, 12345);
			assert_int_equal(next.state, 0xa5);
			continue;
		}
		assert_held(&walk, &next, todo, &ev);
		walk.now = next;
		reached[next.state]++;
		if (next.state == PURGED ||
		    support_below(&walk.random, 50) == 0)
			walk =
			    (struct walk){.random = walk.random, .now_s = NOW};
	}
	for (int s = NEEDS; s < DELIST_INVESTIGATION_STATES; s++)
		assert_true(reached[s] > 100);
}

/* ---- names, and what is none ---- */

/* Whatever comes at its date finds it as DUE would have left it. */
static void
over_is_over_to_every_event(void **state)
{
	(void)state;
	for (int kind = 0; kind < DELIST_EVENT_KINDS; kind++) {
		struct delist_investigation late = in_state(NEEDS);
		struct delist_investigation told = late;
		struct delist_event ev = event(kind, late.generation);
		unsigned late_todo = 77, todo = 77;
		int result;

		/* Which ends it all the same. */
		if (kind == DELIST_EVENT_EVICT)
			continue;
		assert_true(
		    delist_investigation_joins(&late, late.expires_s - 1));
		assert_false(delist_investigation_joins(&late, late.expires_s));
		(void)must(&told, DELIST_EVENT_DUE, late.expires_s);
		assert_int_equal(told.state, EXPIRED);
		result = step(&told, &todo, &ev, late.expires_s);
		assert_int_equal(
		    step(&late, &late_todo, &ev, late.expires_s), result);
		if (result != DELIST_OK) {
			assert_int_equal(late.state, NEEDS);
			continue;
		}
		assert_memory_equal(&late, &told, sizeof late);
		assert_true((late_todo & A) != 0);
	}
}

static void
others_are_refused(void **state)
{
	struct delist_investigation investigation = {0};
	struct delist_event ev = event(DELIST_EVENT_INTAKE, 0);
	struct delist_policy policy = defaults();
	unsigned todo = 77;

	(void)state;
	ev.kind = DELIST_EVENT_KINDS;
	assert_int_equal(step(&investigation, &todo, &ev, NOW), DELIST_EINVAL);
	ev.kind = DELIST_EVENT_INTAKE;
	investigation.state = DELIST_INVESTIGATION_STATES;
	assert_int_equal(step(&investigation, &todo, &ev, NOW), DELIST_EINVAL);
	investigation.state = NONE;
	policy.size = 0;
	assert_int_equal(delist_investigation_step(&investigation, &todo,
			     &investigation, &ev, &policy, NOW),
	    DELIST_EINVAL);
	assert_int_equal(todo, 77);
}

static void
states_and_stages_have_names(void **state)
{
	(void)state;
	for (int s = 0; s < DELIST_INVESTIGATION_STATES; s++)
		for (int t = 0; t < s; t++)
			assert_string_not_equal(
			    delist_investigation_state_name(s),
			    delist_investigation_state_name(t));
	assert_string_equal(
	    delist_investigation_state_name(NEEDS), "needs-info");
	assert_string_equal(delist_investigation_state_name(PURGED), "purged");
	assert_string_equal(delist_investigation_state_name(-1), "unknown");
	assert_string_equal(delist_investigation_state_name(8), "unknown");
	assert_string_equal(delist_investigation_stage_name(0), "in-time");
	assert_string_equal(delist_investigation_stage_name(3), "must-answer");
	assert_string_equal(delist_investigation_stage_name(-1), "unknown");
	assert_string_equal(delist_investigation_stage_name(4), "unknown");
}

int
main(void)
{
	ROWS(steps, pairs);
	TEST(no_pair_is_missing);
	ROWS(takes_in, intake_rows);
	ROWS(is_silent, silent_rows);
	TEST(remembers_what_it_answers);
	TEST(nobody_is_not_answered);
	TEST(each_reply_goes_out_once);
	TEST(two_halves_make_a_whole);
	TEST(another_ip_is_another_investigation);
	TEST(later_mails_join_for_a_while);
	ROWS(answers, answer_rows);
	TEST(people_have_names);
	TEST(names_and_texts_are_kept);
	TEST(only_a_silent_one_gives_way);
	TEST(an_answer_is_repeated_but_not_changed);
	TEST(a_question_is_answered_in_any_words);
	TEST(the_suppressed_get_no_answer);
	TEST(a_delayed_mail_is_tried_five_times);
	TEST(a_retry_is_due_before_the_rest);
	TEST(results_of_older_mails_do_not_matter);
	TEST(what_was_accepted_may_come_back);
	TEST(lateness_is_told_three_times);
	TEST(a_jump_tells_once);
	ROWS(is_due, due_rows);
	TEST(time_ends_do_not_overflow);
	TEST(a_random_walk_keeps_the_rules);
	TEST(over_is_over_to_every_event);
	TEST(others_are_refused);
	TEST(states_and_stages_have_names);
	return support_run("investigation");
}
