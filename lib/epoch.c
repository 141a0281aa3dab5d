/* SPDX-License-Identifier: ISC */
/*
 * epoch.c - readers beside a writer, and what waits for them
 *
 * See epoch.h.  Readers' words lie in pages that are only ever added, so a
 * join is a compare-and-set and the writer walks them without a lock.
 */
#include "epoch.h"

#include <string.h>

#include "alloc.h"

enum {
	READERS = 15
};

struct delist_epoch_page {
	struct delist_epoch_page *next;
	char own_line[64 - sizeof(void *)];
	struct delist_reader readers[READERS];
};

void
delist_epoch_init(struct delist_epoch *epoch)
{
	atomic_init(&epoch->now, 1);
	atomic_init(&epoch->pages, NULL);
}

void
delist_epoch_fini(struct delist_epoch *epoch, const struct delist_alloc *alloc)
{
	struct delist_epoch_page *page =
	    atomic_load_explicit(&epoch->pages, memory_order_acquire);

	while (page != NULL) {
		struct delist_epoch_page *next = page->next;

		delist_alloc_release(alloc, page, 1, sizeof *page);
		page = next;
	}
}

static struct delist_reader *
claim(struct delist_epoch_page *page)
{
	for (size_t i = 0; i < READERS; i++) {
		bool taken = false;

		if (atomic_compare_exchange_strong_explicit(
			&page->readers[i].taken, &taken, true,
			memory_order_acq_rel, memory_order_relaxed))
			return &page->readers[i];
	}
	return NULL;
}

static struct delist_epoch_page *
page_new(struct delist_epoch *epoch, const struct delist_alloc *alloc)
{
	struct delist_epoch_page *page =
	    delist_alloc_zeroed(alloc, 1, sizeof *page);

	if (page == NULL)
		return NULL;
	for (size_t i = 0; i < READERS; i++) {
		atomic_init(&page->readers[i].inside, 0);
		atomic_init(&page->readers[i].taken, i == 0);
		page->readers[i].epoch = epoch;
	}
	return page;
}

struct delist_reader *
delist_epoch_join(struct delist_epoch *epoch, const struct delist_alloc *alloc)
{
	struct delist_epoch_page *head =
	    atomic_load_explicit(&epoch->pages, memory_order_acquire);
	struct delist_epoch_page *page;

	for (page = head; page != NULL; page = page->next) {
		struct delist_reader *reader = claim(page);

		if (reader != NULL)
			return reader;
	}
	page = page_new(epoch, alloc);
	if (page == NULL)
		return NULL;
	do
		page->next = head;
	while (!atomic_compare_exchange_weak_explicit(&epoch->pages, &head,
	    page, memory_order_acq_rel, memory_order_acquire));
	return &page->readers[0];
}

bool
delist_epoch_unread(const struct delist_epoch *epoch)
{
	return atomic_load_explicit(&epoch->pages, memory_order_acquire) ==
	       NULL;
}

/* The first page, by read-modify-write. */
static struct delist_epoch_page *
list_of(struct delist_epoch *epoch)
{
	struct delist_epoch_page *page =
	    atomic_load_explicit(&epoch->pages, memory_order_acquire);

	while (!atomic_compare_exchange_weak_explicit(&epoch->pages, &page,
	    page, memory_order_acq_rel, memory_order_acquire))
		continue;
	return page;
}

uint64_t
delist_epoch_oldest(struct delist_epoch *epoch)
{
	uint64_t oldest =
	    atomic_load_explicit(&epoch->now, memory_order_relaxed);

	/* who joins later has seen, by the list, all that came before */
	for (struct delist_epoch_page *page = list_of(epoch); page != NULL;
	     page = page->next) {
		for (size_t i = 0; i < READERS; i++) {
			uint64_t inside = atomic_fetch_add_explicit(
			    &page->readers[i].inside, 0, memory_order_acq_rel);

			if (inside != 0 && inside < oldest)
				oldest = inside;
		}
	}
	return oldest;
}

/* ---- what waits ---- */

static struct delist_retired *
items(struct delist_limbo *limbo)
{
	return limbo->many != NULL ? limbo->many : limbo->first;
}

static size_t
room_of(const struct delist_limbo *limbo)
{
	return limbo->many != NULL ? limbo->room : DELIST_LIMBO_ROOM;
}

size_t
delist_limbo_count(const struct delist_limbo *limbo)
{
	return limbo->end - limbo->begin;
}

bool
delist_limbo_reserve(
    struct delist_limbo *limbo, const struct delist_alloc *alloc, size_t n)
{
	size_t count = delist_limbo_count(limbo), room;
	struct delist_retired *many;

	if (room_of(limbo) - limbo->end >= n)
		return true;
	if (room_of(limbo) - count >= n && limbo->begin >= count) {
		memcpy(items(limbo), items(limbo) + limbo->begin,
		    count * sizeof *many);
		limbo->begin = 0;
		limbo->end = count;
		return true;
	}
	room = 2 * (count + n);
	many = delist_alloc_grow(alloc, NULL, 0, room, sizeof *many);
	if (many == NULL)
		return false;
	memcpy(many, items(limbo) + limbo->begin, count * sizeof *many);
	delist_alloc_release(alloc, limbo->many, limbo->room, sizeof *many);
	limbo->many = many;
	limbo->room = room;
	limbo->begin = 0;
	limbo->end = count;
	return true;
}

void
delist_limbo_add(
    struct delist_limbo *limbo, const struct delist_retired *retired)
{
	items(limbo)[limbo->end++] = *retired;
	limbo->bytes += retired->memory != NULL ? retired->bytes : 0;
}

bool
delist_limbo_take(
    struct delist_limbo *limbo, struct delist_retired *retired, uint64_t oldest)
{
	if (limbo->begin == limbo->end ||
	    items(limbo)[limbo->begin].epoch >= oldest)
		return false;
	*retired = items(limbo)[limbo->begin++];
	limbo->bytes -= retired->memory != NULL ? retired->bytes : 0;
	if (limbo->begin == limbo->end)
		limbo->begin = limbo->end = 0;
	return true;
}

void
delist_limbo_forget(struct delist_limbo *limbo)
{
	for (size_t i = limbo->begin; i < limbo->end; i++)
		items(limbo)[i].units = 0;
}

void
delist_limbo_trim(struct delist_limbo *limbo, const struct delist_alloc *alloc)
{
	if (limbo->begin != limbo->end || limbo->many == NULL)
		return;
	delist_alloc_release(
	    alloc, limbo->many, limbo->room, sizeof *limbo->many);
	limbo->many = NULL;
	limbo->room = 0;
}
