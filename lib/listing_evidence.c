/* SPDX-License-Identifier: ISC */
/*
 * listing_evidence.c - why something is listed, how long, how often
 *
 * One piece of evidence a source: what a source says again replaces what it
 * said, but never ends sooner.
 */
#include "listing.h"

#include <string.h>

#include "later.h"

/* ---- evidence ---- */

bool
delist_evidence_same(
    const struct delist_evidence *a, const struct delist_evidence *b)
{
	return a->source_len == b->source_len &&
	       memcmp(a->source, b->source, a->source_len) == 0;
}

static bool
counts(const struct delist_evidence *evidence, int64_t now_s)
{
	return evidence->review || now_s < evidence->until_s;
}

bool
delist_evidence_named(const struct delist_evidence *evidence)
{
	return evidence->source_len >= 1 &&
	       evidence->source_len <= sizeof evidence->source;
}

bool
delist_evidence_whole(const struct delist_evidence *evidence)
{
	return delist_evidence_named(evidence) && evidence->reason_len >= 1 &&
	       evidence->reason_len <= sizeof evidence->reason;
}

/* A review date belongs to no ttl: a person decides, not growth. */
static int64_t
evidence_ttl(const struct listing_step *step)
{
	const struct delist_policy *policy = step->policy;
	int64_t base = step->ev->origin == DELIST_ORIGIN_TRAP
			   ? policy->ttl_trap_s
			   : policy->ttl_automatic_s;

	if (step->ev->ttl_s > 0)
		base = step->ev->ttl_s;
	else if (step->next.kind == DELIST_LISTING_EXCEPTION)
		return policy->exception_s;
	else if (step->ev->origin == DELIST_ORIGIN_MANUAL)
		return policy->review_manual_s;
	return delist_grown(
	    base, policy->ttl_growth, step->next.strikes, policy->ttl_cap_s);
}

static struct delist_evidence
new_evidence(const struct listing_step *step)
{
	struct delist_evidence evidence = step->ev->evidence;

	evidence.review = step->ev->origin == DELIST_ORIGIN_MANUAL &&
			  step->ev->ttl_s <= 0 &&
			  step->next.kind != DELIST_LISTING_EXCEPTION;
	evidence.until_s = delist_later(step->now_s, evidence_ttl(step));
	return evidence;
}

/* What has ended makes room; what still counts is never forgotten. */
static void
drop_ended(struct delist_listing *listing, int64_t now_s)
{
	uint8_t kept = 0;

	for (uint8_t i = 0; i < listing->evidences; i++)
		if (counts(&listing->evidence[i], now_s))
			listing->evidence[kept++] = listing->evidence[i];
	memset(listing->evidence + kept, 0,
	    (DELIST_LISTING_EVIDENCE - kept) * sizeof *listing->evidence);
	listing->evidences = kept;
}

int
delist_listing_add_evidence(struct listing_step *step)
{
	struct delist_listing *next = &step->next;
	struct delist_evidence evidence = new_evidence(step);

	for (uint8_t i = 0; i < next->evidences; i++) {
		struct delist_evidence *old = &next->evidence[i];

		if (!delist_evidence_same(old, &evidence))
			continue;
		if (old->review || evidence.until_s < old->until_s)
			evidence.until_s = old->until_s;
		evidence.review = evidence.review || old->review;
		*old = evidence;
		return DELIST_OK;
	}
	drop_ended(next, step->now_s);
	if (next->evidences == DELIST_LISTING_EVIDENCE)
		return DELIST_ENOSPC;
	next->evidence[next->evidences++] = evidence;
	return DELIST_OK;
}

void
delist_listing_forget_evidence(struct delist_listing *listing)
{
	memset(listing->evidence, 0, sizeof listing->evidence);
	listing->evidences = 0;
}

/* ---- strikes ---- */

static uint32_t
recent_strikes(const struct listing_step *step)
{
	const struct delist_listing *next = &step->next;
	uint32_t kept = next->strikes < DELIST_LISTING_STRIKES
			    ? next->strikes
			    : DELIST_LISTING_STRIKES;
	uint32_t n = 0;

	for (uint32_t i = 0; i < kept; i++)
		if (step->now_s < delist_later(next->strike_s[i],
				      step->policy->strikes.window_s))
			n++;
	return n;
}

void
delist_listing_strike(struct listing_step *step)
{
	struct delist_listing *next = &step->next;

	next->strike_s[next->strikes % DELIST_LISTING_STRIKES] = step->now_s;
	/* Stay in the ring's phase where the count itself must stop. */
	if (next->strikes > UINT32_MAX - DELIST_LISTING_STRIKES)
		next->strikes -= DELIST_LISTING_STRIKES;
	next->strikes++;
	if (recent_strikes(step) >= step->policy->strikes.max)
		next->code = DELIST_LISTING_CODE_INVESTIGATE;
}
