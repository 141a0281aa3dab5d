/* SPDX-License-Identifier: ISC */
/*
 * listing_ask.c - what a listing says of itself
 *
 * These are asked far more often than a listing changes, and none of them
 * needs to know how it does.
 */
#include <delist/listing.h>

int64_t
delist_listing_live_until_s(const struct delist_listing *listing)
{
	int64_t last = INT64_MIN;

	if (listing->state != DELIST_LISTING_LISTED)
		return last;
	for (uint8_t i = 0; i < listing->evidences; i++) {
		if (listing->evidence[i].review)
			return INT64_MAX;
		if (listing->evidence[i].until_s > last)
			last = listing->evidence[i].until_s;
	}
	return last;
}

bool
delist_listing_live(const struct delist_listing *listing, int64_t now_s)
{
	int64_t until_s = delist_listing_live_until_s(listing);

	return now_s < until_s || until_s == INT64_MAX;
}

bool
delist_listing_blocks(const struct delist_listing *listing, int64_t now_s)
{
	return listing->kind == DELIST_LISTING_BLOCK &&
	       delist_listing_live(listing, now_s);
}

bool
delist_listing_self_service(const struct delist_listing *listing)
{
	return listing->kind == DELIST_LISTING_BLOCK &&
	       listing->code >= DELIST_LISTING_CODE;
}

/* The first review; without one, the end of the last evidence. */
static int64_t
evidence_due_s(const struct delist_listing *listing)
{
	int64_t review = INT64_MAX, last = INT64_MIN;
	bool reviewed = false;

	for (uint8_t i = 0; i < listing->evidences; i++) {
		const struct delist_evidence *evidence = &listing->evidence[i];

		if (evidence->review && evidence->until_s < review)
			review = evidence->until_s;
		if (evidence->until_s > last)
			last = evidence->until_s;
		reviewed = reviewed || evidence->review;
	}
	return reviewed ? review : last;
}

int64_t
delist_listing_due_s(const struct delist_listing *listing)
{
	switch (listing->state) {
	case DELIST_LISTING_LISTED:
		return evidence_due_s(listing);
	case DELIST_LISTING_LIFTING:
		return listing->effective_by_s;
	case DELIST_LISTING_PROBATION:
		return listing->probation_until_s;
	default:
		return INT64_MAX;
	}
}

const char *
delist_listing_state_name(int state)
{
	static const char *const names[DELIST_LISTING_STATES] = {
	    "absent", "listed", "lifting", "probation"};

	if (state < 0 || state >= DELIST_LISTING_STATES)
		return "unknown";
	return names[state];
}
