/* SPDX-License-Identifier: ISC */
/*
 * sender_rows.c - rows of the sender's side, and when each is due
 *
 * A row goes in only if it still has the version that it was read at, and
 * only if its bytes changed.
 */
#include <string.h>

#include "sender.h"
#include "sha256.h"

/* ---- which row ---- */

static void
hash_parts(uint8_t hash[SENDER_HASH], const void *head, size_t head_len,
    const void *tail, size_t tail_len)
{
	struct delist_sha256 sha;
	uint8_t digest[DELIST_SHA256_LEN];

	delist_sha256_init(&sha);
	delist_sha256_update(&sha, head, head_len);
	delist_sha256_update(&sha, tail, tail_len);
	delist_sha256_final(&sha, digest);
	memcpy(hash, digest, SENDER_HASH);
}

void
delist_sender_appeal_row(struct sender_row *row, const struct delist_addr *addr,
    const char *provider, size_t len)
{
	uint8_t head[2 + sizeof addr->bytes] = {DELIST_RECORD_APPEAL};

	*row = (struct sender_row){.type = DELIST_RECORD_APPEAL};
	head[1] = addr->family;
	memcpy(head + 2, addr->bytes, sizeof addr->bytes);
	hash_parts(row->hash, head, sizeof head, provider, len);
	delist_record_appeal_key(&row->key, row->hash);
}

void
delist_sender_account_row(
    struct sender_row *row, int scope, const char *name, size_t len)
{
	uint8_t head[2] = {DELIST_RECORD_ACCOUNT, (uint8_t)scope};

	*row = (struct sender_row){
	    .type = DELIST_RECORD_ACCOUNT, .scope = (uint8_t)scope};
	hash_parts(row->hash, head, sizeof head, name, len);
	delist_record_account_key(&row->key, scope, row->hash);
}

/* ---- in memory ---- */

struct sender_slot *
delist_sender_slot(
    const struct delist_sender *sender, const uint8_t hash[SENDER_HASH])
{
	uint32_t number;

	if (!delist_idmap_get(&sender->ids, &number, hash))
		return NULL;
	return delist_pool_at(&sender->slots, number);
}

void
delist_sender_wake(
    struct delist_sender *sender, struct sender_slot *slot, int64_t due_s)
{
	uint32_t number;

	if (!delist_idmap_get(&sender->ids, &number, slot->hash))
		return;
	if (due_s == INT64_MAX) {
		delist_deadline_cancel(sender->due, slot->due);
		slot->due = 0;
	} else if (!delist_deadline_move(sender->due, slot->due, due_s)) {
		(void)delist_deadline_insert(
		    sender->due, &slot->due, due_s, number);
	}
}

/* For one row; the map takes one at a time. */
static int
reserve(struct delist_sender *sender)
{
	size_t room = 16;
	int result = delist_pool_reserve(&sender->slots, 1);

	while (room < delist_deadline_count(sender->due) + SENDER_ROWS)
		room *= 2;
	if (result == DELIST_OK)
		result = delist_idmap_reserve(&sender->ids);
	if (result == DELIST_OK)
		result = delist_deadline_reserve(sender->due, room);
	return result;
}

/* Its slot, before the commit: nothing can fail after it. */
static int
make_slot(struct delist_sender *sender, const struct sender_row *row)
{
	struct sender_slot *slot;
	uint32_t number;
	int result = reserve(sender);

	if (result != DELIST_OK ||
	    delist_sender_slot(sender, row->hash) != NULL)
		return result;
	slot = delist_pool_take(&sender->slots, &number);
	memcpy(slot->hash, row->hash, sizeof slot->hash);
	slot->type = row->type;
	slot->scope = row->scope;
	delist_idmap_put(&sender->ids, slot->hash, number);
	return DELIST_OK;
}

static void
forget(struct delist_sender *sender, const uint8_t hash[SENDER_HASH])
{
	struct sender_slot *slot;
	uint32_t number;

	if (!delist_idmap_get(&sender->ids, &number, hash))
		return;
	slot = delist_pool_at(&sender->slots, number);
	delist_sender_wake(sender, slot, INT64_MAX);
	delist_idmap_remove(&sender->ids, hash);
	delist_pool_give(&sender->slots, number);
}

int
delist_sender_remember(
    struct delist_sender *sender, const struct sender_row *row)
{
	int result = make_slot(sender, row);

	if (result == DELIST_OK)
		delist_sender_wake(
		    sender, delist_sender_slot(sender, row->hash), row->due_s);
	return result;
}

/* ---- in the store ---- */

int
delist_sender_load(const struct delist_sender *sender, struct sender_row *row)
{
	const struct delist_store *store = &sender->config.store;
	struct delist_store_row found_row;
	bool found;
	int result = store->ops->get(
	    store->arg, &found, &found_row, delist_record_key_text(&row->key));

	if (result != DELIST_OK)
		return result;
	row->before.len = 0;
	row->version = found ? found_row.version : 0;
	if (!found)
		return DELIST_OK;
	if (found_row.value.len > sizeof row->before.at)
		return DELIST_ECORRUPT;
	row->before.len = (uint16_t)found_row.value.len;
	memcpy(row->before.at, found_row.value.at, found_row.value.len);
	return DELIST_OK;
}

static bool
is_changed(const struct sender_row *row)
{
	if (row->gone)
		return row->before.len != 0;
	return row->before.len != row->after.len ||
	       memcmp(row->before.at, row->after.at, row->after.len) != 0;
}

static void
add(struct delist_store_change *changes, size_t *n,
    const struct sender_row *row)
{
	struct delist_text key = delist_record_key_text(&row->key);

	changes[(*n)++] = (struct delist_store_change){
	    .kind = DELIST_STORE_CHECK, .key = key, .version = row->version};
	changes[(*n)++] = (struct delist_store_change){
	    .kind = row->gone ? DELIST_STORE_DELETE : DELIST_STORE_PUT,
	    .key = key,
	    .value = delist_record_text(&row->after)};
}

static void
publish(struct delist_sender *sender, const struct sender_row *row)
{
	if (row->gone)
		forget(sender, row->hash);
	else if (delist_sender_slot(sender, row->hash) != NULL)
		delist_sender_wake(
		    sender, delist_sender_slot(sender, row->hash), row->due_s);
}

int
delist_sender_commit(
    struct delist_sender *sender, struct sender_row *rows, size_t n)
{
	const struct delist_sender_config *config = &sender->config;
	struct delist_store_change changes[2 * SENDER_ROWS];
	size_t changes_n = 0;
	uint8_t id[16];
	int result = DELIST_OK;

	for (size_t i = 0; i < n; i++)
		if (is_changed(&rows[i]))
			add(changes, &changes_n, &rows[i]);
	for (size_t i = 0; i < n && result == DELIST_OK; i++)
		if (!rows[i].gone)
			result = make_slot(sender, &rows[i]);
	if (result == DELIST_OK && changes_n != 0)
		result = config->entropy(config->entropy_arg, id, sizeof id);
	if (result == DELIST_OK && changes_n != 0)
		result = config->store.ops->commit(
		    config->store.arg, changes, changes_n, id);
	for (size_t i = 0; i < n; i++) {
		if (result == DELIST_OK)
			publish(sender, &rows[i]);
		else if (rows[i].before.len == 0)
			forget(sender, rows[i].hash);
	}
	return result;
}
