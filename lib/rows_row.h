/* SPDX-License-Identifier: ISC */
#ifndef LIB_ROWS_ROW_H
#define LIB_ROWS_ROW_H

#include <string.h>

#include "rows.h"

/* One row, for the files of this module: see rows.c. */
struct delist_row {
	uint64_t version;
	uint16_t value_len;
	uint8_t key_len;
	uint8_t height;
	bool gone;
	struct delist_row *next[]; /* `height`; then the key, the value */
};

static inline const char *
delist_row_bytes(const struct delist_row *row)
{
	return (const char *)(row->next + row->height);
}

static inline size_t
delist_row_size(const struct delist_row *row)
{
	return sizeof *row + row->height * sizeof row->next[0] + row->key_len +
	       row->value_len;
}

static inline struct delist_text
delist_row_key(const struct delist_row *row)
{
	return (struct delist_text){delist_row_bytes(row), row->key_len};
}

static inline int
delist_row_compare(const struct delist_row *row, struct delist_text key)
{
	size_t len = row->key_len < key.len ? row->key_len : key.len;
	int order = len != 0 ? memcmp(delist_row_bytes(row), key.at, len) : 0;

	if (order != 0)
		return order;
	return (row->key_len > key.len) - (row->key_len < key.len);
}

void delist_rows_free_row(struct delist_rows *rows, struct delist_row *row);

/* Put `row` in the place of its key, or only make that place empty. */
void delist_rows_write_row(struct delist_rows *rows, struct delist_row *row);

/* ---- rows_gather.c ---- */

/* Room for n more, then each of them; and all of them given back. */
int delist_rows_gather_room(struct delist_rows *rows, size_t n);
void delist_rows_gather_row(struct delist_rows *rows, struct delist_row *row);
void delist_rows_drop_gathered(struct delist_rows *rows);

#endif
