/* SPDX-License-Identifier: ISC */
/*
 * rows_commit.c - the rules of a commit
 *
 *	limits, then the id, then every check, then memory for all writes
 *
 * in that order, so that a commit that was done is known as done although
 * its own checks no longer hold.
 */
#include "rows.h"

#include <string.h>

bool
delist_rows_fit(struct delist_text key, struct delist_text value)
{
	return key.len != 0 && key.len <= DELIST_STORE_KEY_MAX &&
	       value.len <= DELIST_STORE_VALUE_MAX;
}

static bool
within_limits(const struct delist_store_change *changes, size_t n)
{
	if (n > DELIST_STORE_CHANGES_MAX)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (changes[i].kind < DELIST_STORE_CHECK ||
		    changes[i].kind > DELIST_STORE_DELETE ||
		    !delist_rows_fit(changes[i].key, changes[i].value))
			return false;
	}
	return true;
}

const uint8_t *
delist_rows_id(const struct delist_rows *rows, size_t index)
{
	size_t known =
	    rows->ids_done < DELIST_ROWS_IDS ? rows->ids_done : DELIST_ROWS_IDS;

	if (index >= known)
		return NULL;
	return rows->ids[(rows->ids_done - known + index) % DELIST_ROWS_IDS];
}

static bool
done_before(const struct delist_rows *rows, const uint8_t id[16])
{
	const uint8_t *other;

	for (size_t i = 0; (other = delist_rows_id(rows, i)) != NULL; i++)
		if (memcmp(other, id, 16) == 0)
			return true;
	return false;
}

static bool
checks_hold(const struct delist_rows *rows,
    const struct delist_store_change *changes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct delist_store_row row;
		bool found;

		if (changes[i].kind != DELIST_STORE_CHECK)
			continue;
		delist_rows_get(rows, &found, &row, changes[i].key);
		if ((found ? row.version : 0) != changes[i].version)
			return false;
	}
	return true;
}

int
delist_rows_prepare(struct delist_rows_batch *batch, struct delist_rows *rows,
    const struct delist_store_change *changes, size_t n, const uint8_t id[16])
{
	static const struct delist_text nothing = {NULL, 0};

	*batch = (struct delist_rows_batch){.count = 0};
	if (!within_limits(changes, n))
		return DELIST_EINVAL;
	batch->done = done_before(rows, id);
	if (batch->done)
		return DELIST_OK;
	if (!checks_hold(rows, changes, n))
		return DELIST_ECONFLICT;
	for (size_t i = 0; i < n; i++) {
		bool gone = changes[i].kind == DELIST_STORE_DELETE;

		if (changes[i].kind == DELIST_STORE_CHECK)
			continue;
		if (delist_rows_add(batch, rows, gone, changes[i].key,
			gone ? nothing : changes[i].value) == DELIST_OK)
			continue;
		delist_rows_drop(rows, batch);
		return DELIST_ENOMEM;
	}
	return DELIST_OK;
}

void
delist_rows_keep_id(struct delist_rows *rows, const uint8_t id[16])
{
	memcpy(rows->ids[rows->ids_done++ % DELIST_ROWS_IDS], id, 16);
}

void
delist_rows_apply(struct delist_rows *rows, struct delist_rows_batch *batch,
    uint64_t version, const uint8_t id[16])
{
	delist_rows_write(rows, batch, version);
	delist_rows_keep_id(rows, id);
	rows->revision = version;
}
