/* SPDX-License-Identifier: ISC */
/*
 * service_outcome.c - what became of a mail, and what that means for its mailbox
 *
 * A failure counts against the mailbox, if the machine takes it for one; some
 * of them, or a word of its holder, and no mail goes there for a time.
 */
#include "later.h"
#include "service.h"

void
delist_service_suppress(struct work *work, int64_t period_s)
{
	struct work_standing *standing = &work->standing;
	int64_t until_s = delist_later(work->now_s, period_s);

	if (standing->at.suppressed_until_s == 0 ||
	    until_s > standing->at.suppressed_until_s)
		standing->at.suppressed_until_s = until_s != 0 ? until_s : 1;
	standing->changed = true;
}

bool
delist_service_suppressed(const struct work *work)
{
	int64_t until_s = work->standing.at.suppressed_until_s;

	/* Zeroed is never, also to a clock that stands before 1970. */
	return until_s != 0 && work->now_s < until_s;
}

int
delist_outcome_load(struct work *work, struct outcome *out, int outcome,
    uint32_t generation, const struct delist_mailbox *mailbox)
{
	const struct delist_limit_rule *rule =
	    &work->service->policy.failed_mails;
	int result;

	*out = (struct outcome){.ev = {
				    .kind = DELIST_EVENT_MAIL_ACCEPTED,
				    .mac_ok = true,
				    .generation = generation,
				}};
	if (outcome == DELIST_MAIL_ACCEPTED)
		return DELIST_OK;
	out->ev.kind = outcome == DELIST_MAIL_FAILED
			   ? DELIST_EVENT_MAIL_FAILED
			   : DELIST_EVENT_MAIL_DELAYED;
	result = delist_work_get_standing(work, mailbox);
	if (result != DELIST_OK)
		return result;
	out->failed = work->standing.at.failed;
	(void)delist_limit_take(&out->failed, rule, 1, work->now_s);
	out->ev.within_limits =
	    delist_limit_left(&out->failed, rule, work->now_s) != 0;
	return DELIST_OK;
}

void
delist_outcome_failed(
    struct work *work, const struct outcome *out, unsigned todo)
{
	work->standing.at.failed = out->failed;
	work->standing.changed = true;
	if ((todo & DELIST_TODO_SUPPRESS) != 0)
		delist_service_suppress(
		    work, work->service->policy.suppress_failed_s);
}
