/* SPDX-License-Identifier: ISC */
/*
 * service_purge.c - a source errs, and all that it said is withdrawn
 *
 * Its evidence is in rows only, so all of them are looked at, a piece at a
 * time; each listing is a commit of its own, and what is done is done.
 */
#include <delist/service_desk.h>

#include <string.h>

#include "listing.h"
#include "service.h"

struct purge_call {
	struct delist_event ev;
	bool withdrawn;
};

static bool
is_of(const struct delist_listing *listing, const struct delist_event *ev)
{
	for (uint8_t i = 0; i < listing->evidences; i++)
		if (delist_evidence_same(&listing->evidence[i], &ev->evidence))
			return true;
	return false;
}

static int
purge_steps(struct work *work, void *arg)
{
	struct purge_call *call = arg;
	struct work_listing *listing;
	int result = delist_work_get_listing(
	    work, &listing, call->ev.listing_kind, &call->ev.prefix);

	call->withdrawn = false;
	if (result != DELIST_OK || !is_of(&listing->at, &call->ev))
		return result;
	delist_audit_says(work, &call->ev.evidence);
	result = delist_work_step_listing(work, listing, &call->ev);
	call->withdrawn = listing->changed;
	return result;
}

/*
 * The row behind the cursor, which is moved on also where it can't be read:
 * that must not keep the others.  *found: there is one.
 */
static int
next_listing(const struct delist_service *service, bool *found,
    struct delist_listing *listing, struct delist_cursor *cursor)
{
	struct delist_record_key prefix;
	struct delist_store_row row;
	int result;

	delist_record_type_key(&prefix, DELIST_RECORD_LISTING);
	result = service->store.ops->next(service->store.arg, found, &row,
	    delist_record_key_text(&prefix),
	    (struct delist_text){cursor->at, cursor->len});
	if (result != DELIST_OK || !*found)
		return result;
	if (row.key.len > sizeof cursor->at)
		return DELIST_ECORRUPT;
	*cursor = (struct delist_cursor){.len = (uint8_t)row.key.len};
	memcpy(cursor->at, row.key.at, row.key.len);
	return delist_record_read_listing(listing, row.value);
}

static int
purge_next(struct delist_service *service, struct delist_purge *purge,
    struct purge_call *call, int64_t now_s)
{
	struct delist_cursor cursor = purge->cursor;
	struct delist_listing listing;
	bool found;
	int result;

	result = next_listing(service, &found, &listing, &cursor);
	if ((result == DELIST_ECORRUPT || result == DELIST_EVERSION) &&
	    cursor.len != 0) {
		purge->unread++;
		purge->cursor = cursor;
		return DELIST_OK;
	}
	if (result != DELIST_OK)
		return result;
	purge->done = !found;
	if (!found)
		return DELIST_OK;
	if (is_of(&listing, &call->ev)) {
		call->ev.listing_kind = listing.kind;
		call->ev.prefix = listing.prefix;
		result = delist_work_run(service, purge_steps, call, now_s);
		if (result != DELIST_OK)
			return result;
		purge->withdrawn += call->withdrawn;
	}
	purge->cursor = cursor;
	return DELIST_OK;
}

int
delist_service_purge_source(struct delist_service *service,
    struct delist_purge *purge, struct delist_text source, size_t max,
    int64_t now_s)
{
	static const char reason[] = "withdrawn";
	struct purge_call call = {.ev = {.kind = DELIST_EVENT_WITHDRAW}};
	struct delist_evidence *evidence = &call.ev.evidence;
	int result = DELIST_OK;

	if (source.len < 1 || source.len > sizeof evidence->source ||
	    purge->cursor.len > sizeof purge->cursor.at)
		return DELIST_EINVAL;
	if (service->hold.broken)
		return DELIST_EREADONLY;
	evidence->source_len = (uint8_t)source.len;
	memcpy(evidence->source, source.at, source.len);
	evidence->reason_len = sizeof reason - 1;
	memcpy(evidence->reason, reason, sizeof reason - 1);
	for (; max != 0 && !purge->done && result == DELIST_OK; max--)
		result = purge_next(service, purge, &call, now_s);
	return result;
}
