/* SPDX-License-Identifier: ISC */
/*
 * service_lift.c - a block is lifted, or gets a gap
 *
 * By the holder of a token or by a person: the exact block is lifted, and
 * what lies under it gets a gap for the sender's address.
 */
#include <string.h>

#include "service.h"

static int
lift(struct work *work, const struct lift *how,
    const struct delist_prefix *block)
{
	struct delist_event ev = {
	    .kind = how->event,
	    .prefix = *block,
	    .set_generation = how->generation,
	};
	struct work_listing *listing;
	bool nodes = false;
	int result = delist_work_get_listing(
	    work, &listing, DELIST_LISTING_BLOCK, block);

	memcpy(ev.request_id, how->id, sizeof ev.request_id);
	if (result == DELIST_OK)
		result = delist_work_step_listing(work, listing, &ev);
	if (result == DELIST_OK)
		result = delist_nodes_any(work->service, &nodes);
	/* Without other nodes it is done: this one serves what it commits. */
	ev.kind = DELIST_EVENT_ACK;
	if (result == DELIST_OK && !nodes)
		result = delist_work_step_listing(work, listing, &ev);
	return result;
}

static void
say(char *at, uint8_t *len, const char *text)
{
	*len = (uint8_t)strlen(text);
	memcpy(at, text, *len);
}

/* A gap in the range, for the sender's address (an IPv6 sender's /64). */
static int
except(struct work *work, const struct lift *how,
    const struct delist_prefix *under, bool is_all)
{
	unsigned bits = how->addr.family == DELIST_INET4 ? 32 : 64;
	struct delist_event ev = {
	    .kind = DELIST_EVENT_LIST,
	    .listing_kind = DELIST_LISTING_EXCEPTION,
	    .prefix = delist_prefix_of(
		&how->addr, under->bits > bits ? under->bits : bits),
	};
	struct work_listing *listing;
	int result = delist_work_get_listing(
	    work, &listing, DELIST_LISTING_EXCEPTION, &ev.prefix);

	memcpy(ev.request_id, how->id, sizeof ev.request_id);
	say(ev.evidence.source, &ev.evidence.source_len, how->source);
	say(ev.evidence.reason, &ev.evidence.reason_len, how->reason);
	ev.evidence.at_s = work->now_s;
	if (result == DELIST_OK)
		result = delist_work_step_listing(work, listing, &ev);
	/* As many sources as there may be hold it already. */
	if (result == DELIST_ENOSPC)
		result = DELIST_OK;
	/* Else the block that is lifted tells, when all nodes serve it. */
	if (result == DELIST_OK && is_all)
		result = delist_work_tell_request(
		    work, how->id, DELIST_EVENT_EFFECTIVE);
	return result;
}

int
delist_service_lift(struct work *work, const struct lift *how, unsigned todo,
    const struct cover *cover)
{
	int result = DELIST_OK;

	if ((todo & DELIST_TODO_LIFT) != 0)
		result = lift(work, how, &cover->block.prefix);
	if (result != DELIST_OK)
		return result;
	if ((todo & DELIST_TODO_EXCEPT) != 0)
		return except(work, how, &cover->block.prefix, true);
	if ((todo & DELIST_TODO_LIFT) != 0 && cover->under.code != 0)
		return except(work, how, &cover->under.prefix, false);
	return DELIST_OK;
}
