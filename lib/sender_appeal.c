/* SPDX-License-Identifier: ISC */
/*
 * sender_appeal.c - own addresses that others block
 */
#include <string.h>

#include "sender.h"

/* ---- one step ---- */

static int
read_appeal(struct delist_appeal *appeal, const struct sender_row *row)
{
	*appeal = (struct delist_appeal){.state = DELIST_APPEAL_NONE};
	return row->before.len == 0 ? DELIST_OK
				    : delist_record_read_appeal(appeal,
					  delist_record_text(&row->before));
}

static int
write_appeal(struct sender_row *row, const struct delist_appeal *appeal)
{
	row->gone = appeal->state == DELIST_APPEAL_NONE;
	row->due_s = delist_appeal_due_s(appeal);
	return row->gone ? DELIST_OK
			 : delist_record_write_appeal(&row->after, appeal);
}

/* Load, step, commit; on a conflict again.  Then the host is told. */
static int
step(struct delist_sender *sender, struct delist_appeal *appeal, unsigned *todo,
    struct sender_row *row, const struct delist_appeal_event *ev, int64_t now_s)
{
	const struct delist_sender_config *config = &sender->config;
	struct delist_appeal next;
	unsigned left = 0;
	int result = DELIST_ECONFLICT;

	for (int i = 0; i < SENDER_TRIES && result == DELIST_ECONFLICT; i++) {
		result = delist_sender_load(sender, row);
		if (result == DELIST_OK)
			result = read_appeal(&next, row);
		if (result == DELIST_OK)
			result = delist_appeal_step(
			    &next, &left, &next, ev, &config->policy, now_s);
		if (result == DELIST_OK)
			result = write_appeal(row, &next);
		if (result == DELIST_OK)
			result = delist_sender_commit(sender, row, 1);
	}
	if (result != DELIST_OK)
		return result;
	*appeal = next;
	*todo = left;
	if (config->task != NULL &&
	    (left &
		(DELIST_TODO_TASK | DELIST_TODO_MAIL | DELIST_TODO_CHECK)) != 0)
		config->task(config->task_arg, &next, left);
	return DELIST_OK;
}

/* The event, and the row that it is of; false: nobody has such a name. */
static bool
name(struct sender_row *row, struct delist_appeal_event *ev,
    const struct delist_addr *addr, struct delist_text provider)
{
	if (provider.len < 1 || provider.len > sizeof ev->provider ||
	    (addr->family != DELIST_INET4 && addr->family != DELIST_INET6))
		return false;
	ev->addr = addr->family == DELIST_INET6 ? delist_addr_from6(addr->bytes)
						: *addr;
	ev->provider_len = (uint8_t)provider.len;
	memcpy(ev->provider, provider.at, provider.len);
	delist_sender_appeal_row(row, &ev->addr, provider.at, provider.len);
	return true;
}

/* ---- calls ---- */

int
delist_sender_bounced(struct delist_sender *sender,
    struct delist_appeal *appeal, unsigned *todo,
    const struct delist_verdict *verdict, const struct delist_addr *addr,
    struct delist_text provider, int64_t at_s, int64_t now_s)
{
	const struct delist_sender_config *config = &sender->config;
	struct delist_appeal_event ev = {
	    .kind = DELIST_APPEAL_EVENT_BLOCKED,
	    .cls = verdict->cls,
	    .remedy = verdict->remedy,
	    .auto_mail = config->auto_mail,
	    .within_limits = true,
	    .at_s = at_s,
	};
	const struct delist_prefix *blocked = &verdict->blocked;
	struct sender_row row;
	int result;

	/* A range says not which of our addresses it is. */
	if (addr == NULL &&
	    blocked->bits == (blocked->addr.family == DELIST_INET4 ? 32 : 128))
		addr = &blocked->addr;
	if (addr == NULL || !name(&row, &ev, addr, provider))
		return DELIST_EINVAL;
	result = config->entropy(config->entropy_arg, ev.id, sizeof ev.id);
	return result == DELIST_OK
		   ? step(sender, appeal, todo, &row, &ev, now_s)
		   : result;
}

int
delist_sender_delivered(struct delist_sender *sender, bool *cleared,
    const struct delist_addr *addr, struct delist_text provider, int64_t at_s,
    int64_t now_s)
{
	struct delist_appeal_event ev = {
	    .kind = DELIST_APPEAL_EVENT_DELIVERED, .at_s = at_s};
	struct delist_appeal appeal;
	struct sender_row row;
	unsigned todo = 0;
	int result = DELIST_OK;

	if (!name(&row, &ev, addr, provider))
		return DELIST_EINVAL;
	appeal.state = DELIST_APPEAL_NONE;
	if (delist_sender_slot(sender, row.hash) != NULL)
		result = step(sender, &appeal, &todo, &row, &ev, now_s);
	if (result == DELIST_OK)
		*cleared = todo != 0 && appeal.state == DELIST_APPEAL_CLEARED;
	return result;
}

int
delist_sender_report(struct delist_sender *sender, struct delist_appeal *appeal,
    unsigned *todo, const struct delist_addr *addr, struct delist_text provider,
    int kind, bool within_limits, int64_t now_s)
{
	struct delist_appeal_event ev = {.kind = (uint8_t)kind,
	    .within_limits = within_limits,
	    .at_s = now_s};
	struct sender_row row;

	if (kind < DELIST_APPEAL_EVENT_APPROVED ||
	    kind > DELIST_APPEAL_EVENT_DISMISSED ||
	    !name(&row, &ev, addr, provider))
		return DELIST_EINVAL;
	return step(sender, appeal, todo, &row, &ev, now_s);
}

/* ---- restart and time ---- */

int
delist_sender_read_appeal(
    struct delist_sender *sender, struct delist_text bytes)
{
	struct delist_appeal appeal;
	struct sender_slot *slot;
	struct sender_row row;
	int result = delist_record_read_appeal(&appeal, bytes);

	if (result != DELIST_OK)
		return result;
	delist_sender_appeal_row(
	    &row, &appeal.addr, appeal.provider, appeal.provider_len);
	row.due_s = delist_appeal_due_s(&appeal);
	result = delist_sender_remember(sender, &row);
	if (result != DELIST_OK || appeal.state != DELIST_APPEAL_TO_MAIL ||
	    !appeal.approved)
		return result;
	/* Nobody knows whether it went out: its Message-ID is the same. */
	slot = delist_sender_slot(sender, row.hash);
	slot->again = true;
	delist_sender_wake(sender, slot, INT64_MIN);
	return DELIST_OK;
}

static int
mail_again(struct delist_sender *sender, struct sender_slot *slot,
    const struct sender_row *row)
{
	const struct delist_sender_config *config = &sender->config;
	struct delist_appeal appeal;
	int result = read_appeal(&appeal, row);

	if (result != DELIST_OK)
		return result;
	slot->again = false;
	delist_sender_wake(sender, slot, delist_appeal_due_s(&appeal));
	if (config->task != NULL && appeal.state == DELIST_APPEAL_TO_MAIL &&
	    appeal.approved)
		config->task(config->task_arg, &appeal, DELIST_TODO_MAIL);
	return DELIST_OK;
}

int
delist_sender_appeal_due(
    struct delist_sender *sender, struct sender_slot *slot, int64_t now_s)
{
	struct delist_appeal_event ev = {.kind = DELIST_APPEAL_EVENT_DUE};
	struct delist_appeal appeal;
	struct sender_row row = {.type = DELIST_RECORD_APPEAL};
	unsigned todo;
	int result;

	memcpy(row.hash, slot->hash, sizeof row.hash);
	delist_record_appeal_key(&row.key, row.hash);
	if (!slot->again)
		return step(sender, &appeal, &todo, &row, &ev, now_s);
	result = delist_sender_load(sender, &row);
	return result == DELIST_OK ? mail_again(sender, slot, &row) : result;
}
