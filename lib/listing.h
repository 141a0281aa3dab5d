/* SPDX-License-Identifier: ISC */
#ifndef LIB_LISTING_H
#define LIB_LISTING_H

#include <delist/listing.h>

/* A step at work: `next` is a copy that is handed out only on success. */
struct listing_step {
	struct delist_listing next;
	unsigned todo;
	const struct delist_event *ev;
	const struct delist_policy *policy;
	int64_t now_s;
};

/* Whether both are of one source. */
bool delist_evidence_same(
    const struct delist_evidence *a, const struct delist_evidence *b);

/* Whether it has a source; whether it has source and reason. */
bool delist_evidence_named(const struct delist_evidence *evidence);
bool delist_evidence_whole(const struct delist_evidence *evidence);

/* Take the event's evidence in; DELIST_ENOSPC for a fifth source. */
int delist_listing_add_evidence(struct listing_step *step);
void delist_listing_forget_evidence(struct delist_listing *listing);

/* Count a strike; too many in the policy's window make it 511. */
void delist_listing_strike(struct listing_step *step);

#endif
