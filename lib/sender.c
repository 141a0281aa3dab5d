/* SPDX-License-Identifier: ISC */
/*
 * sender.c - the sender's side: open, close, pages and time
 *
 *	bounced, delivered, report, mail  ->  row -> step -> commit
 *	                                             |
 *	                                due: ... <---+ its deadline
 */
#include "sender.h"

#include <string.h>

#include "alloc.h"
#include "later.h"

enum {
	DAMAGED_S = 60 /* until a row that can't be read is tried again */
};

int
delist_sender_config_init(struct delist_sender_config *config, size_t size)
{
	if (config == NULL || size != sizeof *config)
		return DELIST_EINVAL;
	*config = (struct delist_sender_config){.size = sizeof *config};
	return delist_policy_init(&config->policy, sizeof config->policy);
}

/* ---- pages ---- */

static int
next_row(const struct delist_sender *sender, bool *found,
    struct delist_store_row *row, struct delist_cursor *cursor, int type)
{
	const struct delist_store *store = &sender->config.store;
	struct delist_record_key prefix;
	int result;

	if (cursor->len > sizeof cursor->at)
		return DELIST_EINVAL;
	delist_record_type_key(&prefix, type);
	result = store->ops->next(store->arg, found, row,
	    delist_record_key_text(&prefix),
	    (struct delist_text){cursor->at, cursor->len});
	if (result == DELIST_OK && *found && row->key.len > sizeof cursor->at)
		return DELIST_ECORRUPT;
	return result;
}

static int
turn(bool *found, struct delist_cursor *cursor, bool have,
    const struct delist_store_row *row)
{
	*found = have;
	if (have) {
		*cursor = (struct delist_cursor){.len = (uint8_t)row->key.len};
		memcpy(cursor->at, row->key.at, row->key.len);
	}
	return DELIST_OK;
}

int
delist_sender_next_appeal(const struct delist_sender *sender, bool *found,
    struct delist_appeal *appeal, struct delist_cursor *cursor)
{
	struct delist_store_row row;
	bool have = false;
	int result =
	    next_row(sender, &have, &row, cursor, DELIST_RECORD_APPEAL);

	if (result == DELIST_OK && have)
		result = delist_record_read_appeal(appeal, row.value);
	return result == DELIST_OK ? turn(found, cursor, have, &row) : result;
}

int
delist_sender_next_account(const struct delist_sender *sender, bool *found,
    struct delist_account *account, struct delist_cursor *cursor)
{
	struct delist_store_row row;
	bool have = false;
	int result =
	    next_row(sender, &have, &row, cursor, DELIST_RECORD_ACCOUNT);

	if (result == DELIST_OK && have)
		result = delist_record_read_account(account, row.value);
	return result == DELIST_OK ? turn(found, cursor, have, &row) : result;
}

/* ---- open and close ---- */

static int
load_all(struct delist_sender *sender, int type,
    int (*load)(struct delist_sender *sender, struct delist_text bytes))
{
	struct delist_cursor cursor = {.len = 0};
	bool found = true;
	int result = DELIST_OK;

	while (result == DELIST_OK && found) {
		struct delist_store_row row;

		found = false;
		result = next_row(sender, &found, &row, &cursor, type);
		if (result != DELIST_OK || !found)
			return result;
		(void)turn(&found, &cursor, true, &row);
		result = load(sender, row.value);
	}
	return result;
}

static bool
is_whole(const struct delist_sender_config *config)
{
	const struct delist_store_ops *store = config->store.ops;

	return config->size == sizeof *config && config->entropy != NULL &&
	       store != NULL && store->size == sizeof *store &&
	       store->get != NULL && store->commit != NULL &&
	       store->next != NULL &&
	       delist_policy_check(&config->policy) == DELIST_OK;
}

int
delist_sender_open(
    struct delist_sender **out, const struct delist_sender_config *config)
{
	struct delist_alloc alloc;
	struct delist_sender *sender;
	int result;

	if (out == NULL || config == NULL || !is_whole(config))
		return DELIST_EINVAL;
	alloc = delist_alloc_or_libc(config->alloc);
	sender = delist_alloc_zeroed(&alloc, 1, sizeof *sender);
	if (sender == NULL)
		return DELIST_ENOMEM;
	sender->alloc = alloc;
	sender->config = *config;
	delist_pool_init(&sender->slots, sizeof(struct sender_slot), &alloc);
	delist_idmap_init(&sender->ids, &alloc);
	result = delist_deadline_new(&sender->due, &alloc);
	if (result == DELIST_OK)
		result = load_all(
		    sender, DELIST_RECORD_APPEAL, delist_sender_read_appeal);
	if (result == DELIST_OK)
		result = load_all(
		    sender, DELIST_RECORD_ACCOUNT, delist_sender_read_account);
	if (result == DELIST_OK)
		*out = sender;
	else
		delist_sender_close(sender);
	return result;
}

void
delist_sender_close(struct delist_sender *sender)
{
	struct delist_alloc alloc;

	if (sender == NULL)
		return;
	alloc = sender->alloc;
	delist_pool_fini(&sender->slots);
	delist_idmap_fini(&sender->ids);
	delist_deadline_free(sender->due);
	delist_alloc_release(&alloc, sender, 1, sizeof *sender);
}

/* ---- time ---- */

int64_t
delist_sender_next_due(const struct delist_sender *sender)
{
	int64_t due_s;

	return delist_deadline_next(sender->due, &due_s) ? due_s : INT64_MAX;
}

static int
do_slot(struct delist_sender *sender, uint32_t number, int64_t now_s)
{
	struct sender_slot *slot = delist_pool_at(&sender->slots, number);
	bool damaged;
	int result = slot->type == DELIST_RECORD_APPEAL
			 ? delist_sender_appeal_due(sender, slot, now_s)
			 : delist_sender_account_due(sender, slot, now_s);

	if (result == DELIST_OK)
		return DELIST_OK;
	/* A row that can't be read must not keep all others from their turn. */
	damaged = result == DELIST_ECORRUPT || result == DELIST_EVERSION;
	delist_sender_wake(
	    sender, slot, damaged ? delist_later(now_s, DAMAGED_S) : now_s);
	return result;
}

int
delist_sender_tick(
    struct delist_sender *sender, bool *more, size_t max, int64_t now_s)
{
	int64_t due_s;

	for (; max != 0; max--) {
		uint64_t number;
		int result;

		if (delist_deadline_pop(sender->due, &number, 1, now_s) == 0)
			break;
		result = do_slot(sender, (uint32_t)number, now_s);
		if (result != DELIST_OK)
			return result;
	}
	due_s = delist_sender_next_due(sender);
	*more = due_s != INT64_MAX && due_s <= now_s;
	return DELIST_OK;
}
