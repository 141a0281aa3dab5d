/* SPDX-License-Identifier: ISC */
/*
 * outbound.c - how much a sender of ours may send
 *
 *	0            level            max	recipients in the window
 *	|---- calm ----|---- near -----|
 *
 * A counter is near from the level on that the policy's percentage makes,
 * rounded up; calm again as soon as it is under it.  All that can happen is
 * one table, at the end; handlers work on a copy.
 *
 * Refused: counters that a release sets back.  Whoever can release a sender
 * can then send its limit again, and the IP is where it was to be kept from.
 */
#include "outbound.h"

#include "later.h"

struct step {
	struct delist_outbound next;
	unsigned todo;
	const struct delist_outbound_event *ev;
	const struct delist_policy *policy;
	int64_t now_s;
};

/* ---- answers ---- */

static int
refused(struct step *step)
{
	(void)step;
	return DELIST_ESTATE;
}

static int
ignored(struct step *step)
{
	(void)step;
	return DELIST_OK;
}

static int
already(struct step *step)
{
	step->todo = DELIST_TODO_ALREADY;
	return DELIST_OK;
}

/* ---- counters ---- */

/* How many uses must be free for a counter to be calm. */
static uint32_t
calm_room(const struct step *step, const struct delist_limit_rule *rule)
{
	uint64_t part =
	    (uint64_t)rule->max * step->policy->outbound_warn_percent;
	uint32_t level = (uint32_t)((part + 99) / 100);

	return rule->max - level + 1;
}

static int64_t
later_of(int64_t a_s, int64_t b_s)
{
	return a_s > b_s ? a_s : b_s;
}

/* When both are calm: now_s if they are now. */
static int64_t
calm_s(const struct step *step)
{
	const struct delist_outbound *next = &step->next;
	struct outbound_rules rules = delist_outbound_rules(next, step->policy);

	return later_of(delist_limit_free_s(&next->hour, rules.hour,
			    calm_room(step, rules.hour), step->now_s),
	    delist_limit_free_s(&next->day, rules.day,
		calm_room(step, rules.day), step->now_s));
}

static bool
is_calm(const struct step *step)
{
	const struct delist_outbound *next = &step->next;
	struct outbound_rules rules = delist_outbound_rules(next, step->policy);

	return delist_limit_left(&next->hour, rules.hour, step->now_s) >=
		   calm_room(step, rules.hour) &&
	       delist_limit_left(&next->day, rules.day, step->now_s) >=
		   calm_room(step, rules.day);
}

/* When the row is as good as none. */
static int64_t
idle_s(const struct step *step)
{
	const struct delist_outbound *next = &step->next;
	struct outbound_rules rules = delist_outbound_rules(next, step->policy);

	return later_of(delist_limit_idle_s(
			    &next->releases, &step->policy->outbound_releases),
	    later_of(delist_limit_idle_s(&next->hour, rules.hour),
		delist_limit_idle_s(&next->day, rules.day)));
}

/* ---- states ---- */

static void
become(struct step *step, enum delist_outbound_state state)
{
	step->next.state = (uint8_t)state;
	step->next.since_s = step->now_s;
	step->next.used = true;
	step->todo |= DELIST_TODO_AUDIT;
}

static void
become_ok(struct step *step)
{
	become(step, DELIST_OUTBOUND_OK);
	step->next.due_s = idle_s(step);
}

static void
become_warned(struct step *step)
{
	become(step, DELIST_OUTBOUND_WARNED);
	step->todo |= DELIST_TODO_WARN;
}

static int
hold(struct step *step)
{
	become(step, DELIST_OUTBOUND_HELD);
	return DELIST_OK;
}

/* Only an operator undoes what an operator did. */
static int
restrict_it(struct step *step)
{
	if (step->ev->by_operator)
		return hold(step);
	step->todo |= DELIST_TODO_REVIEW;
	become(step, DELIST_OUTBOUND_RESTRICTED);
	return DELIST_OK;
}

static int
restrict_more(struct step *step)
{
	return step->ev->by_operator ? hold(step) : already(step);
}

/* ---- mails ---- */

static int
refuse(struct step *step)
{
	step->todo = DELIST_TODO_REFUSE;
	return DELIST_OK;
}

static void
count(struct step *step)
{
	struct delist_outbound *next = &step->next;
	struct outbound_rules rules = delist_outbound_rules(next, step->policy);
	uint32_t n = step->ev->recipients;

	delist_limit_take(&next->hour, rules.hour, n, step->now_s);
	delist_limit_take(&next->day, rules.day, n, step->now_s);
}

/* All recipients or none: a part of a mail is nobody's wish. */
static int
send(struct step *step)
{
	struct delist_outbound *next = &step->next;

	if (step->ev->recipients == 0)
		return DELIST_OK;
	if (step->ev->recipients >
	    delist_outbound_left(next, step->policy, step->now_s)) {
		step->todo = DELIST_TODO_REFUSE | DELIST_TODO_REVIEW;
		become(step, DELIST_OUTBOUND_RESTRICTED);
		return DELIST_OK;
	}
	count(step);
	if (!next->used)
		next->since_s = step->now_s;
	next->used = true;
	if (is_calm(step)) {
		if (next->state == DELIST_OUTBOUND_WARNED)
			become(step, DELIST_OUTBOUND_OK);
		next->due_s = idle_s(step);
		return DELIST_OK;
	}
	if (next->state == DELIST_OUTBOUND_OK)
		become_warned(step);
	next->due_s = calm_s(step);
	return DELIST_OK;
}

/* ---- releases ---- */

static int
start_release(struct step *step)
{
	become(step, DELIST_OUTBOUND_RELEASING);
	step->next.due_s = later_of(calm_s(step),
	    delist_later(step->now_s, step->policy->outbound_release_s));
	return DELIST_OK;
}

static bool
count_release(struct step *step)
{
	return delist_limit_take(&step->next.releases,
	    &step->policy->outbound_releases, 1, step->now_s);
}

static int
release(struct step *step)
{
	if (!count_release(step) && !step->ev->by_operator) {
		step->todo = DELIST_TODO_REVIEW;
		return hold(step);
	}
	return start_release(step);
}

static int
release_held(struct step *step)
{
	if (!step->ev->by_operator)
		return already(step);
	count_release(step);
	return start_release(step);
}

/* ---- time ---- */

/* The policy or the clock may have changed since the time was set. */
static int
ok_due(struct step *step)
{
	struct delist_outbound *next = &step->next;

	if (step->now_s < delist_outbound_due_s(next))
		return DELIST_OK;
	next->due_s = idle_s(step);
	if (step->now_s < next->due_s)
		return DELIST_OK;
	*next = (struct delist_outbound){.scope = next->scope};
	step->todo = DELIST_TODO_PURGE;
	return DELIST_OK;
}

static int
calm_due(struct step *step)
{
	struct delist_outbound *next = &step->next;

	if (step->now_s < next->due_s)
		return DELIST_OK;
	if (is_calm(step))
		become_ok(step);
	else
		next->due_s = calm_s(step);
	return DELIST_OK;
}

/* ---- the table ---- */

/* clang-format off */
static int (*const table[DELIST_OUTBOUND_STATES][DELIST_OUTBOUND_EVENT_KINDS])(
    struct step *step) = {
	/*       none     due       send    release       restrict */
	[DELIST_OUTBOUND_OK] = {
		refused,  ok_due,   send,   already,      restrict_it},
	[DELIST_OUTBOUND_WARNED] = {
		refused,  calm_due, send,   already,      restrict_it},
	[DELIST_OUTBOUND_RESTRICTED] = {
		refused,  ignored,  refuse, release,      restrict_more},
	[DELIST_OUTBOUND_RELEASING] = {
		refused,  calm_due, refuse, already,      restrict_it},
	[DELIST_OUTBOUND_HELD] = {
		refused,  ignored,  refuse, release_held, already},
};
/* clang-format on */

int
delist_outbound_step(struct delist_outbound *next, unsigned *todo,
    const struct delist_outbound *cur, const struct delist_outbound_event *ev,
    const struct delist_policy *policy, int64_t now_s)
{
	struct step step = {*cur, 0, ev, policy, now_s};
	int result;

	if (delist_policy_check(policy) != DELIST_OK ||
	    cur->state >= DELIST_OUTBOUND_STATES ||
	    cur->scope >= DELIST_OUTBOUND_SCOPES ||
	    ev->kind >= DELIST_OUTBOUND_EVENT_KINDS)
		return DELIST_EINVAL;
	result = table[cur->state][ev->kind](&step);
	if (result != DELIST_OK)
		return result;
	*next = step.next;
	*todo = step.todo;
	return DELIST_OK;
}
