/* SPDX-License-Identifier: ISC */
/*
 * sender_outbound.c - how much goes out
 *
 * A mail takes a step for its sender and one for its tenant.  If either
 * refuses it, only the steps that said so are stored: the other would count
 * what is not sent.
 */
#include <string.h>

#include "sender.h"

static int
read_account(struct delist_account *account, const struct sender_row *row,
    struct delist_text name)
{
	*account = (struct delist_account){
	    .outbound = {.scope = row->scope},
	    .name_len = (uint8_t)name.len,
	};
	if (name.len != 0)
		memcpy(account->name, name.at, name.len);
	return row->before.len == 0 ? DELIST_OK
				    : delist_record_read_account(account,
					  delist_record_text(&row->before));
}

static int
write_account(struct sender_row *row, const struct delist_account *account)
{
	row->gone = !account->outbound.used;
	row->due_s = delist_outbound_due_s(&account->outbound);
	return row->gone ? DELIST_OK
			 : delist_record_write_account(&row->after, account);
}

/* Load one and step it; nothing is stored. */
static int
step(const struct delist_sender *sender, struct delist_account *account,
    unsigned *todo, struct sender_row *row, struct delist_text name,
    const struct delist_outbound_event *ev, int64_t now_s)
{
	int result = delist_sender_load(sender, row);

	if (result == DELIST_OK)
		result = read_account(account, row, name);
	if (result == DELIST_OK)
		result = delist_outbound_step(&account->outbound, todo,
		    &account->outbound, ev, &sender->config.policy, now_s);
	return result == DELIST_OK ? write_account(row, account) : result;
}

static bool
is_name(struct delist_text name)
{
	return name.len >= 1 &&
	       name.len <= sizeof((struct delist_account *)0)->name;
}

/* ---- a mail ---- */

struct mail_call {
	struct delist_text names[SENDER_ROWS];
	size_t n;
	unsigned todo[SENDER_ROWS];
};

static int
send_once(struct delist_sender *sender, struct mail_call *call,
    const struct delist_outbound_event *ev, int64_t now_s)
{
	struct sender_row rows[SENDER_ROWS];
	struct delist_account account;
	size_t n = 0;
	bool refused = false;

	for (size_t i = 0; i < call->n; i++) {
		int result;

		delist_sender_account_row(
		    &rows[i], (int)i, call->names[i].at, call->names[i].len);
		result = step(sender, &account, &call->todo[i], &rows[i],
		    call->names[i], ev, now_s);
		if (result != DELIST_OK)
			return result;
		if ((call->todo[i] & DELIST_TODO_REFUSE) != 0)
			refused = true;
	}
	/* What would count a mail that is not sent stays as it was. */
	for (size_t i = 0; i < call->n; i++)
		if (!refused || (call->todo[i] & DELIST_TODO_REFUSE) != 0)
			rows[n++] = rows[i];
		else
			call->todo[i] = 0;
	return delist_sender_commit(sender, rows, n);
}

int
delist_sender_mail(struct delist_sender *sender,
    struct delist_send_answer *answer, struct delist_text name,
    struct delist_text tenant, uint32_t recipients, int64_t now_s)
{
	struct delist_outbound_event ev = {
	    .kind = DELIST_OUTBOUND_EVENT_SEND, .recipients = recipients};
	struct mail_call call = {
	    .names = {name, tenant}, .n = tenant.len != 0 ? 2 : 1};
	int result = DELIST_ECONFLICT;
	unsigned both;

	if (!is_name(name) || (tenant.len != 0 && !is_name(tenant)))
		return DELIST_EINVAL;
	for (int i = 0; i < SENDER_TRIES && result == DELIST_ECONFLICT; i++)
		result = send_once(sender, &call, &ev, now_s);
	if (result != DELIST_OK)
		return result;
	both = call.todo[0] | call.todo[1];
	*answer = (struct delist_send_answer){
	    .refuse = (both & DELIST_TODO_REFUSE) != 0,
	    .warn_sender = (call.todo[0] & DELIST_TODO_WARN) != 0,
	    .warn_tenant = (call.todo[1] & DELIST_TODO_WARN) != 0,
	    .review = (both & DELIST_TODO_REVIEW) != 0,
	};
	return DELIST_OK;
}

/* ---- by hand ---- */

static int
change(struct delist_sender *sender, struct delist_account *account, int scope,
    struct delist_text name, const struct delist_outbound_event *ev,
    int64_t now_s)
{
	struct delist_account next;
	struct sender_row row;
	unsigned todo;
	int result = DELIST_ECONFLICT;

	if (scope < 0 || scope >= DELIST_OUTBOUND_SCOPES || !is_name(name))
		return DELIST_EINVAL;
	delist_sender_account_row(&row, scope, name.at, name.len);
	for (int i = 0; i < SENDER_TRIES && result == DELIST_ECONFLICT; i++) {
		result = step(sender, &next, &todo, &row, name, ev, now_s);
		if (result == DELIST_OK)
			result = delist_sender_commit(sender, &row, 1);
	}
	if (result == DELIST_OK)
		*account = next;
	return result;
}

int
delist_sender_release(struct delist_sender *sender,
    struct delist_account *account, int scope, struct delist_text name,
    bool by_operator, int64_t now_s)
{
	struct delist_outbound_event ev = {
	    .kind = DELIST_OUTBOUND_EVENT_RELEASE, .by_operator = by_operator};

	return change(sender, account, scope, name, &ev, now_s);
}

int
delist_sender_restrict(struct delist_sender *sender,
    struct delist_account *account, int scope, struct delist_text name,
    bool by_operator, int64_t now_s)
{
	struct delist_outbound_event ev = {
	    .kind = DELIST_OUTBOUND_EVENT_RESTRICT, .by_operator = by_operator};

	return change(sender, account, scope, name, &ev, now_s);
}

/* ---- restart and time ---- */

int
delist_sender_read_account(
    struct delist_sender *sender, struct delist_text bytes)
{
	struct delist_account account;
	struct sender_row row;
	int result = delist_record_read_account(&account, bytes);

	if (result != DELIST_OK)
		return result;
	delist_sender_account_row(
	    &row, account.outbound.scope, account.name, account.name_len);
	row.due_s = delist_outbound_due_s(&account.outbound);
	return delist_sender_remember(sender, &row);
}

int
delist_sender_account_due(
    struct delist_sender *sender, struct sender_slot *slot, int64_t now_s)
{
	static const struct delist_text nobody = {NULL, 0};
	struct delist_outbound_event ev = {.kind = DELIST_OUTBOUND_EVENT_DUE};
	struct sender_row row = {
	    .type = DELIST_RECORD_ACCOUNT, .scope = slot->scope};
	struct delist_account account;
	unsigned todo;
	int result = DELIST_ECONFLICT;

	memcpy(row.hash, slot->hash, sizeof row.hash);
	delist_record_account_key(&row.key, slot->scope, row.hash);
	for (int i = 0; i < SENDER_TRIES && result == DELIST_ECONFLICT; i++) {
		result =
		    step(sender, &account, &todo, &row, nobody, &ev, now_s);
		if (result == DELIST_OK)
			result = delist_sender_commit(sender, &row, 1);
	}
	return result;
}
