/* SPDX-License-Identifier: ISC */
/*
 * listing.c - the life of a listing
 *
 * All that can happen is one table, states by events, at the end.  A handler
 * works on a copy, so whatever it refuses, nothing has changed.
 *
 * Refused: a timer per piece of evidence.  The listing is due when the last
 * piece ends or the first review is, and who asks before is told the truth
 * by delist_listing_live().
 */
#include <delist/listing.h>

#include <string.h>

#include "later.h"
#include "listing.h"
#include "refusal.h"

enum {
	CHANGED = DELIST_TODO_AUDIT | DELIST_TODO_FEED
};

/* ---- handlers ---- */

static int
refused(struct listing_step *step)
{
	(void)step;
	return DELIST_ESTATE;
}

static int
ignored(struct listing_step *step)
{
	(void)step;
	return DELIST_OK;
}

static int
already(struct listing_step *step)
{
	step->todo = DELIST_TODO_ALREADY;
	return DELIST_OK;
}

/* The prefix stays: the row to purge is found by it. */
static int
end(struct listing_step *step)
{
	step->todo = CHANGED | DELIST_TODO_PURGE;
	/* Nothing is left to wait for, so the request need not either. */
	if (step->next.state == DELIST_LISTING_LIFTING)
		step->todo |= DELIST_TODO_EFFECTIVE;
	step->next = (struct delist_listing){
	    .prefix = step->next.prefix,
	    .kind = step->next.kind,
	};
	return DELIST_OK;
}

static void
enter_probation(struct listing_step *step)
{
	delist_listing_forget_evidence(&step->next);
	step->next.state = DELIST_LISTING_PROBATION;
	step->next.probation_until_s =
	    delist_later(step->now_s, step->policy->probation_s);
	step->todo |= CHANGED;
}

static bool
is_the_listing(const struct listing_step *step)
{
	return step->ev->listing_kind == step->next.kind &&
	       delist_prefix_compare(&step->ev->prefix, &step->next.prefix) ==
		   0;
}

static int
check_list(const struct listing_step *step)
{
	const struct delist_event *ev = step->ev;

	if (ev->listing_kind > DELIST_LISTING_ALLOW ||
	    ev->origin > DELIST_ORIGIN_MANUAL ||
	    !delist_evidence_whole(&ev->evidence) ||
	    !delist_prefix_valid(&ev->prefix))
		return DELIST_EINVAL;
	if (ev->code != 0 && !delist_refusal_is_code(ev->code))
		return DELIST_ERANGE;
	if (ev->listing_kind != DELIST_LISTING_BLOCK)
		return DELIST_OK;
	return delist_guard_check(&step->policy->guard, &ev->prefix);
}

static bool
is_set(const uint8_t request_id[16])
{
	static const uint8_t nobody[16];

	return memcmp(request_id, nobody, sizeof nobody) != 0;
}

/* An exception tells its request when it is over; a block, who removed it. */
static void
note_request(struct listing_step *step)
{
	const struct delist_event *ev = step->ev;

	if (step->next.kind == DELIST_LISTING_EXCEPTION &&
	    is_set(ev->request_id))
		memcpy(step->next.request_id, ev->request_id,
		    sizeof ev->request_id);
}

static int
list(struct listing_step *step)
{
	const struct delist_event *ev = step->ev;
	int result = check_list(step);

	if (result != DELIST_OK)
		return result;
	step->next = (struct delist_listing){
	    .prefix = ev->prefix,
	    .kind = ev->listing_kind,
	    .state = DELIST_LISTING_LISTED,
	    .code = ev->code != 0 ? ev->code : DELIST_LISTING_CODE,
	    .listed_s = step->now_s,
	};
	note_request(step);
	step->todo = CHANGED;
	return delist_listing_add_evidence(step);
}

static int
renew(struct listing_step *step)
{
	int result = check_list(step);

	if (result != DELIST_OK)
		return result;
	if (!is_the_listing(step))
		return DELIST_EINVAL;
	/* A worse code holds; a milder one does not undo it. */
	if (step->ev->code == DELIST_LISTING_CODE_INVESTIGATE)
		step->next.code = step->ev->code;
	note_request(step);
	step->todo = CHANGED;
	return delist_listing_add_evidence(step);
}

static int
relist(struct listing_step *step)
{
	int result;

	/* The strike first: it lets the evidence count longer. */
	delist_listing_forget_evidence(&step->next);
	delist_listing_strike(step);
	result = renew(step);
	if (result != DELIST_OK)
		return result;
	step->next.state = DELIST_LISTING_LISTED;
	step->next.listed_s = step->now_s;
	if (is_set(step->next.request_id))
		step->todo |= DELIST_TODO_RELISTED;
	return DELIST_OK;
}

/*
 * What was seen before the removal is what was forgiven.  What is seen now was
 * not, also where the clock has gone back since, or not on.
 */
static int
relist_if_newer(struct listing_step *step)
{
	int result = check_list(step);

	if (result != DELIST_OK)
		return result;
	if (!is_the_listing(step))
		return DELIST_EINVAL;
	if (step->ev->evidence.at_s <= step->next.lifted_s &&
	    step->ev->evidence.at_s < step->now_s)
		return DELIST_OK;
	return relist(step);
}

static int
lift(struct listing_step *step)
{
	if (!delist_listing_blocks(&step->next, step->now_s))
		return DELIST_ESTATE;
	step->next.state = DELIST_LISTING_LIFTING;
	step->next.lifted_s = step->now_s;
	step->next.effective_by_s =
	    delist_later(step->now_s, step->policy->effective_s);
	step->next.generation = step->ev->set_generation;
	memcpy(step->next.request_id, step->ev->request_id,
	    sizeof step->next.request_id);
	step->todo = CHANGED;
	return DELIST_OK;
}

static int
redeem(struct listing_step *step)
{
	if (delist_prefix_compare(&step->ev->prefix, &step->next.prefix) != 0)
		return DELIST_EINVAL;
	if (!delist_listing_self_service(&step->next))
		return DELIST_ESTATE;
	return lift(step);
}

static void
become_effective(struct listing_step *step)
{
	step->next.effective_s = step->now_s;
	step->todo = DELIST_TODO_EFFECTIVE;
	enter_probation(step);
}

static int
ack(struct listing_step *step)
{
	if (step->ev->set_generation >= step->next.generation)
		become_effective(step);
	return DELIST_OK;
}

static int
lifting_due(struct listing_step *step)
{
	if (step->now_s >= step->next.effective_by_s)
		become_effective(step);
	return DELIST_OK;
}

static int
listed_due(struct listing_step *step)
{
	struct delist_listing *next = &step->next;

	if (!delist_listing_live(next, step->now_s)) {
		if (next->strikes == 0)
			return end(step);
		enter_probation(step);
		return DELIST_OK;
	}
	for (uint8_t i = 0; i < next->evidences; i++) {
		struct delist_evidence *evidence = &next->evidence[i];

		if (!evidence->review || step->now_s < evidence->until_s)
			continue;
		evidence->until_s =
		    delist_later(step->now_s, step->policy->review_manual_s);
		step->todo = DELIST_TODO_AUDIT | DELIST_TODO_REVIEW;
	}
	return DELIST_OK;
}

static int
probation_due(struct listing_step *step)
{
	if (step->now_s < step->next.probation_until_s)
		return DELIST_OK;
	return end(step);
}

static int
withdraw(struct listing_step *step)
{
	struct delist_listing *next = &step->next;

	if (!delist_evidence_named(&step->ev->evidence))
		return DELIST_EINVAL;
	for (uint8_t i = 0; i < next->evidences; i++) {
		if (!delist_evidence_same(
			&next->evidence[i], &step->ev->evidence))
			continue;
		if (next->evidences == 1)
			return end(step);
		next->evidence[i] = next->evidence[--next->evidences];
		memset(&next->evidence[next->evidences], 0,
		    sizeof *next->evidence);
		step->todo = CHANGED;
		break;
	}
	return DELIST_OK;
}

/* ---- the table ---- */

/* clang-format off */
static int (*const table[DELIST_LISTING_STATES][DELIST_EVENT_REDEEM + 1])(
    struct listing_step *step) = {
	/*       none     due            list
	 *       withdraw unlist         answer   ack      redeem */
	[DELIST_LISTING_ABSENT] = {
		refused,  ignored,       list,
		ignored,  ignored,       refused, ignored, refused},
	[DELIST_LISTING_LISTED] = {
		refused,  listed_due,    renew,
		withdraw, end,           lift,    ignored, redeem},
	[DELIST_LISTING_LIFTING] = {
		refused,  lifting_due,   relist_if_newer,
		withdraw, end,           already, ack,     already},
	[DELIST_LISTING_PROBATION] = {
		refused,  probation_due, relist_if_newer,
		ignored,  end,           already, ignored, already},
};
/* clang-format on */

int
delist_listing_step(struct delist_listing *next, unsigned *todo,
    const struct delist_listing *cur, const struct delist_event *ev,
    const struct delist_policy *policy, int64_t now_s)
{
	struct listing_step step = {*cur, 0, ev, policy, now_s};
	int result;

	if (delist_policy_check(policy) != DELIST_OK ||
	    cur->state >= DELIST_LISTING_STATES ||
	    cur->evidences > DELIST_LISTING_EVIDENCE ||
	    ev->kind >= DELIST_EVENT_KINDS)
		return DELIST_EINVAL;
	if (ev->kind > DELIST_EVENT_REDEEM)
		return DELIST_ESTATE;
	result = table[cur->state][ev->kind](&step);
	if (result != DELIST_OK)
		return result;
	*next = step.next;
	*todo = step.todo;
	return DELIST_OK;
}
