/* SPDX-License-Identifier: ISC */
/*
 * service_facts.c - what the steps of a request are told
 *
 * Of the address: what covers it and what was removed before.  Of the mail:
 * whether one more keeps every limit.
 */
#include <string.h>

#include "service.h"

/* ---- of the address ---- */

bool
delist_service_one_sender(const struct delist_prefix *prefix)
{
	return prefix->bits >= (prefix->addr.family == DELIST_INET4 ? 32 : 64);
}

bool
delist_service_exhausted(const struct delist_service *service,
    const struct delist_history *history, int64_t now_s)
{
	return delist_limit_left(&history->self_delists,
		   &service->policy.self_delists, now_s) == 0;
}

struct cover
delist_service_facts(const struct delist_service *service,
    struct delist_event *ev, const struct delist_history *history,
    int64_t now_s)
{
	struct cover cover = delist_service_cover(service, &ev->addr, now_s);

	ev->cooldown_until_s =
	    delist_history_cooldown_s(history, &service->policy);
	if (cover.block.code == 0 || cover.pass.code != 0)
		return cover;
	ev->covered = true;
	ev->self_service = cover.code >= DELIST_LISTING_CODE &&
			   !delist_service_exhausted(service, history, now_s);
	ev->exact = delist_service_one_sender(&cover.block.prefix);
	return cover;
}

/* ---- of the mail ---- */

/* Both families: 32.1.13.184 begins as 2001:db8::/64 does. */
static int
load_submitter(struct work *work, const struct delist_addr *submitter)
{
	struct delist_prefix sender = delist_prefix_of(
	    submitter, submitter->family == DELIST_INET4 ? 32 : 64);
	uint8_t bytes[1 + sizeof sender.addr.bytes];

	bytes[0] = sender.addr.family;
	memcpy(bytes + 1, sender.addr.bytes, sizeof sender.addr.bytes);
	return delist_work_get_counter(
	    work, COUNTER_SUBMITTER, bytes, sizeof bytes);
}

static int
load_counters(struct work *work, const struct delist_mailbox *mailbox,
    const struct delist_addr *submitter)
{
	struct delist_mailbox key;
	struct delist_text domain;
	int result;

	delist_mailbox_canonical(&key, mailbox);
	domain = delist_mailbox_domain(&key);
	result = delist_work_get_standing(work, mailbox);
	if (result == DELIST_OK)
		result = delist_work_get_counter(
		    work, COUNTER_DOMAIN, domain.at, domain.len);
	if (result == DELIST_OK)
		result = delist_work_get_counter(work, COUNTER_ALL, NULL, 0);
	if (result == DELIST_OK && submitter->family != DELIST_NOADDR)
		result = load_submitter(work, submitter);
	return result;
}

int
delist_service_limits(struct work *work, struct delist_event *ev,
    const struct delist_mailbox *mailbox, const struct delist_addr *submitter)
{
	const struct delist_policy *policy = &work->service->policy;
	struct work_standing *standing = &work->standing;
	int result = load_counters(work, mailbox, submitter);

	if (result != DELIST_OK)
		return result;
	ev->kid =
	    work->service->keyring.keys[work->service->keyring.active].kid;
	ev->suppressed = delist_service_suppressed(work);
	ev->within_limits = delist_limit_left(&standing->at.mails,
				&policy->mails_mailbox, work->now_s) != 0;
	for (enum counter i = 0; i < COUNTERS; i++)
		if (work->counters[i].loaded &&
		    delist_limit_left(&work->counters[i].at,
			delist_counter_rule(policy, delist_counter_of(i)),
			work->now_s) == 0)
			ev->within_limits = false;
	return DELIST_OK;
}

void
delist_service_count(struct work *work)
{
	const struct delist_policy *policy = &work->service->policy;

	/* All of them had room a moment ago. */
	(void)delist_limit_take(
	    &work->standing.at.mails, &policy->mails_mailbox, 1, work->now_s);
	work->standing.changed = true;
	for (enum counter i = 0; i < COUNTERS; i++) {
		struct work_counter *counter = &work->counters[i];

		if (!counter->loaded)
			continue;
		(void)delist_limit_take(&counter->at,
		    delist_counter_rule(policy, delist_counter_of(i)), 1,
		    work->now_s);
		counter->changed = true;
	}
}
