/* SPDX-License-Identifier: ISC */
/*
 * service_batch.c - what a commit is made of
 */
#include "service.h"

struct batch_row *
delist_batch_blank(struct work *work)
{
	struct batch *batch = &work->service->batch;

	return &batch->rows[batch->rows_n];
}

static void
change(struct work *work, int kind, uint64_t version)
{
	struct batch *batch = &work->service->batch;
	const struct batch_row *row = delist_batch_blank(work);

	batch->changes[batch->changes_n++] = (struct delist_store_change){
	    .kind = kind,
	    .key = delist_record_key_text(&row->key),
	    .value = delist_record_text(&row->value),
	    .version = version,
	};
}

int
delist_batch_replace(
    struct work *work, uint64_t version, bool gone, int written)
{
	if (written != DELIST_OK)
		return written;
	change(work, DELIST_STORE_CHECK, version);
	change(work, gone ? DELIST_STORE_DELETE : DELIST_STORE_PUT, 0);
	work->service->batch.rows_n++;
	return DELIST_OK;
}

void
delist_batch_follow(struct work *work, int kind)
{
	change(work, kind, 0);
	work->service->batch.rows_n++;
}
