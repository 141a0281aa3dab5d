/* SPDX-License-Identifier: ISC */
/*
 * service_list.c - the operator's calls
 */
#include <string.h>

#include "refusal.h"
#include "service.h"

struct listing_call {
	struct delist_event ev;
	bool removed;
};

/* Too many removals by self-service: the next block is for investigation. */
static int
judge_history(struct work *work, struct delist_event *ev)
{
	bool self_service =
	    ev->code == 0 || delist_refusal_has_portal(ev->code);
	int result;

	if (!self_service || !delist_service_one_sender(&ev->prefix))
		return DELIST_OK;
	result = delist_work_get_history(work, &ev->prefix.addr);
	if (result == DELIST_OK && delist_service_exhausted(work->service,
				       &work->history.at, work->now_s))
		ev->code = DELIST_LISTING_CODE_INVESTIGATE;
	return result;
}

static int64_t
last_seen_s(const struct delist_listing *listing)
{
	int64_t last_s = INT64_MIN;

	for (uint8_t i = 0; i < listing->evidences; i++)
		if (listing->evidence[i].at_s > last_s)
			last_s = listing->evidence[i].at_s;
	return last_s;
}

/* Evidence that is seen now is newer than all that is there, as in listing.c. */
static bool
is_newer(const struct delist_event *block, int64_t than_s, int64_t now_s)
{
	int64_t at_s = block->evidence.at_s;

	return at_s > than_s || at_s >= now_s;
}
/* A block is a newer word than an exception for the same prefix, if it is. */
static int
drop_exception(struct work *work, const struct delist_event *block)
{
	struct delist_event ev = {
	    .kind = DELIST_EVENT_UNLIST,
	    .listing_kind = DELIST_LISTING_EXCEPTION,
	    .prefix = block->prefix,
	};
	struct work_listing *exception;
	uint8_t request_id[16];
	int result = delist_work_get_listing(
	    work, &exception, DELIST_LISTING_EXCEPTION, &block->prefix);

	if (result != DELIST_OK ||
	    exception->at.state == DELIST_LISTING_ABSENT ||
	    !is_newer(block, last_seen_s(&exception->at), work->now_s))
		return result;
	memcpy(request_id, exception->at.request_id, sizeof request_id);
	result = delist_work_step_listing(work, exception, &ev);
	if (result != DELIST_OK)
		return result;
	return delist_work_tell_request(
	    work, request_id, DELIST_EVENT_RELISTED);
}

/* What is over by now is over, whether or not anybody called tick. */
static int
get_as_of_now(struct work *work, struct work_listing **listing,
    const struct delist_event *named)
{
	struct delist_event due = {.kind = DELIST_EVENT_DUE};
	int result = delist_work_get_listing(
	    work, listing, named->listing_kind, &named->prefix);

	if (result != DELIST_OK ||
	    work->now_s < delist_listing_due_s(&(*listing)->at))
		return result;
	return delist_work_step_listing(work, *listing, &due);
}

static int
list_steps(struct work *work, void *arg)
{
	const struct listing_call *call = arg;
	struct delist_event ev = call->ev;
	struct work_listing *listing;
	int result = get_as_of_now(work, &listing, &ev);

	delist_audit_says(work, &ev.evidence);
	if (result == DELIST_OK && ev.listing_kind == DELIST_LISTING_BLOCK)
		result = judge_history(work, &ev);
	if (result == DELIST_OK)
		result = delist_work_step_listing(work, listing, &ev);
	if (result == DELIST_OK && ev.listing_kind == DELIST_LISTING_BLOCK)
		result = drop_exception(work, &ev);
	return result;
}

static bool
fits(struct delist_text text, size_t max)
{
	return text.len >= 1 && text.len <= max;
}

static int
list(struct delist_service *service, int kind,
    const struct delist_prefix *prefix, const struct delist_grounds *grounds,
    int64_t now_s)
{
	struct listing_call call = {.removed = false};
	struct delist_evidence *evidence = &call.ev.evidence;

	if (grounds->size != sizeof *grounds || !delist_prefix_valid(prefix) ||
	    !fits(grounds->source, sizeof evidence->source) ||
	    !fits(grounds->reason, sizeof evidence->reason))
		return DELIST_EINVAL;
	call.ev.kind = DELIST_EVENT_LIST;
	call.ev.listing_kind = (uint8_t)kind;
	call.ev.prefix = *prefix;
	call.ev.origin = grounds->origin;
	call.ev.code = grounds->code;
	call.ev.ttl_s = grounds->ttl_s;
	evidence->source_len = (uint8_t)grounds->source.len;
	memcpy(evidence->source, grounds->source.at, grounds->source.len);
	evidence->reason_len = (uint8_t)grounds->reason.len;
	memcpy(evidence->reason, grounds->reason.at, grounds->reason.len);
	evidence->at_s = grounds->at_s != 0 ? grounds->at_s : now_s;
	return delist_work_run(service, list_steps, &call, now_s);
}

int
delist_service_block(struct delist_service *service,
    const struct delist_prefix *prefix, const struct delist_grounds *grounds,
    int64_t now_s)
{
	return list(service, DELIST_LISTING_BLOCK, prefix, grounds, now_s);
}

int
delist_service_allow(struct delist_service *service,
    const struct delist_prefix *prefix, const struct delist_grounds *grounds,
    int64_t now_s)
{
	return list(service, DELIST_LISTING_ALLOW, prefix, grounds, now_s);
}

int
delist_service_except(struct delist_service *service,
    const struct delist_prefix *prefix, const struct delist_grounds *grounds,
    int64_t now_s)
{
	return list(service, DELIST_LISTING_EXCEPTION, prefix, grounds, now_s);
}

static int
unlist_steps(struct work *work, void *arg)
{
	struct listing_call *call = arg;
	struct work_listing *listing;
	int result = get_as_of_now(work, &listing, &call->ev);

	if (result != DELIST_OK)
		return result;
	call->removed = listing->at.state != DELIST_LISTING_ABSENT;
	return delist_work_step_listing(work, listing, &call->ev);
}

static bool
names_listing(int kind, const struct delist_prefix *prefix)
{
	return kind >= 0 && kind < SERVICE_KINDS && delist_prefix_valid(prefix);
}

int
delist_service_unlist(struct delist_service *service, bool *removed, int kind,
    const struct delist_prefix *prefix, int64_t now_s)
{
	struct listing_call call = {.removed = false};
	int result;

	if (!names_listing(kind, prefix))
		return DELIST_EINVAL;
	call.ev.kind = DELIST_EVENT_UNLIST;
	call.ev.listing_kind = (uint8_t)kind;
	call.ev.prefix = *prefix;
	result = delist_work_run(service, unlist_steps, &call, now_s);
	if (result == DELIST_OK)
		*removed = call.removed;
	return result;
}

int
delist_service_listing(const struct delist_service *service, bool *found,
    struct delist_listing *listing, int kind,
    const struct delist_prefix *prefix)
{
	struct delist_listing row;
	int result;

	if (!names_listing(kind, prefix))
		return DELIST_EINVAL;
	result = delist_row_listing(service, &row, kind, prefix);
	if (result != DELIST_OK)
		return result;
	*found = row.state != DELIST_LISTING_ABSENT;
	if (*found)
		*listing = row;
	return DELIST_OK;
}
