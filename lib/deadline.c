/* SPDX-License-Identifier: ISC */
/*
 * deadline.c - due times in a heap
 *
 *	heap	                 [0] 10:00
 *	          .-----------.----'--.-----------.
 *	      [1] 10:07   [2] 10:00   [3] 11:30   [4] 12:00
 *	     .-+-+-.
 *	    [5] ...		children of i: 4i + 1 to 4i + 4
 *
 *	slots	| item, generation, place |  generation is odd: place is the
 *	        | item, generation, place |    entry's index in the heap;
 *	        | ...                     |  even: place is the next free slot
 *
 *	handle = generation << 32 | slot
 *
 * Four children make a heap half as deep as two, and they lie side by side.
 * Nodes move, slots do not; a node knows its slot and a slot its node.  A
 * generation goes up by one when its slot is taken and again when it is
 * given back, so a handle is good while the two are equal: after 2^31 uses
 * of one slot they repeat.
 *
 * No timer wheel: entries are due in seconds or in a year, a wheel for that
 * cascades, and it cannot say exactly when the next one is due.
 */
#include <delist/deadline.h>

#include "alloc.h"

enum {
	CHILDREN = 4,
	FIRST_CAP = 16
};

static const size_t max_entries = (size_t)1 << 31;
static const uint32_t none = UINT32_MAX;

struct node {
	int64_t due_s;
	uint64_t order; /* of insertion */
	uint32_t slot;
};

struct slot {
	uint64_t item;
	uint32_t generation;
	uint32_t place;
};

struct delist_deadline {
	struct delist_alloc alloc;
	struct node *heap;
	struct slot *slots;
	size_t heap_cap, slot_cap;
	size_t count;	    /* of entries, and so of nodes */
	uint32_t fresh;	    /* first slot that was never used */
	uint32_t free_slot; /* first of those given back, or none */
	uint64_t inserted;  /* so far */
};

/* ---- the heap ---- */

static bool
comes_before(const struct node *a, const struct node *b)
{
	if (a->due_s != b->due_s)
		return a->due_s < b->due_s;
	return a->order < b->order;
}

static void
put_node(struct delist_deadline *queue, size_t i, const struct node *node)
{
	queue->heap[i] = *node;
	queue->slots[node->slot].place = (uint32_t)i;
}

/* Put node at i or above, moving down what it passes. */
static void
sift_up(struct delist_deadline *queue, size_t i, struct node node)
{
	while (i > 0) {
		size_t parent = (i - 1) / CHILDREN;

		if (!comes_before(&node, &queue->heap[parent]))
			break;
		put_node(queue, i, &queue->heap[parent]);
		i = parent;
	}
	put_node(queue, i, &node);
}

/* The child of i that comes first; i itself if it has none. */
static size_t
first_child(const struct delist_deadline *queue, size_t i)
{
	size_t child = CHILDREN * i + 1, end = child + CHILDREN, first = child;

	if (end > queue->count)
		end = queue->count;
	if (child >= end)
		return i;
	while (++child < end)
		if (comes_before(&queue->heap[child], &queue->heap[first]))
			first = child;
	return first;
}

/* Put node at i or below, moving up what it passes. */
static void
sift_down(struct delist_deadline *queue, size_t i, struct node node)
{
	for (;;) {
		size_t child = first_child(queue, i);

		if (child == i || !comes_before(&queue->heap[child], &node))
			break;
		put_node(queue, i, &queue->heap[child]);
		i = child;
	}
	put_node(queue, i, &node);
}

/* Put node where the one at i was. */
static void
replace_node(struct delist_deadline *queue, size_t i, struct node node)
{
	if (comes_before(&node, &queue->heap[i]))
		sift_up(queue, i, node);
	else
		sift_down(queue, i, node);
}

/* ---- slots and handles ---- */

/* There is room. */
static uint32_t
take_slot(struct delist_deadline *queue, uint64_t item)
{
	uint32_t i = queue->free_slot;

	if (i != none) {
		queue->free_slot = queue->slots[i].place;
	} else {
		i = queue->fresh++;
		queue->slots[i].generation = 0;
	}
	queue->slots[i].item = item;
	queue->slots[i].generation++;
	return i;
}

static void
give_slot_back(struct delist_deadline *queue, uint32_t i)
{
	queue->slots[i].generation++;
	queue->slots[i].place = queue->free_slot;
	queue->free_slot = i;
}

static uint64_t
handle_of(const struct delist_deadline *queue, uint32_t slot)
{
	return (uint64_t)queue->slots[slot].generation << 32 | slot;
}

/* The slot of a live entry, or NULL. */
static const struct slot *
slot_of(const struct delist_deadline *queue, uint64_t handle)
{
	uint32_t i = (uint32_t)handle;

	if ((handle >> 32) % 2 == 0 || i >= queue->fresh ||
	    handle_of(queue, i) != handle)
		return NULL;
	return &queue->slots[i];
}

static void
remove_node(struct delist_deadline *queue, size_t i)
{
	struct node last = queue->heap[--queue->count];

	give_slot_back(queue, queue->heap[i].slot);
	if (i < queue->count)
		replace_node(queue, i, last);
}

/* ---- the queue ---- */

int
delist_deadline_new(
    struct delist_deadline **out, const struct delist_alloc *alloc)
{
	struct delist_alloc own = delist_alloc_or_libc(alloc);
	struct delist_deadline *queue =
	    delist_alloc_zeroed(&own, 1, sizeof *queue);

	if (queue == NULL)
		return DELIST_ENOMEM;
	queue->alloc = own;
	queue->free_slot = none;
	*out = queue;
	return DELIST_OK;
}

void
delist_deadline_free(struct delist_deadline *queue)
{
	struct delist_alloc alloc;

	if (queue == NULL)
		return;
	alloc = queue->alloc;
	delist_alloc_release(
	    &alloc, queue->heap, queue->heap_cap, sizeof *queue->heap);
	delist_alloc_release(
	    &alloc, queue->slots, queue->slot_cap, sizeof *queue->slots);
	delist_alloc_release(&alloc, queue, 1, sizeof *queue);
}

int
delist_deadline_reserve(struct delist_deadline *queue, size_t n)
{
	void *grown;

	if (n > max_entries)
		return DELIST_ENOMEM;
	if (n > queue->heap_cap) {
		grown = delist_alloc_grow(&queue->alloc, queue->heap,
		    queue->heap_cap, n, sizeof *queue->heap);
		if (grown == NULL)
			return DELIST_ENOMEM;
		queue->heap = grown;
		queue->heap_cap = n;
	}
	if (n > queue->slot_cap) {
		grown = delist_alloc_grow(&queue->alloc, queue->slots,
		    queue->slot_cap, n, sizeof *queue->slots);
		if (grown == NULL)
			return DELIST_ENOMEM;
		queue->slots = grown;
		queue->slot_cap = n;
	}
	return DELIST_OK;
}

int
delist_deadline_insert(struct delist_deadline *queue, uint64_t *handle,
    int64_t due_s, uint64_t item)
{
	struct node node = {due_s, queue->inserted, none};
	int error = DELIST_OK;

	/* slots last: if they have room, so has the heap */
	if (queue->count == queue->slot_cap)
		error = delist_deadline_reserve(
		    queue, queue->count == 0 ? FIRST_CAP : 2 * queue->count);
	if (error != DELIST_OK)
		return error;
	node.slot = take_slot(queue, item);
	queue->inserted++;
	sift_up(queue, queue->count++, node);
	if (handle != NULL)
		*handle = handle_of(queue, node.slot);
	return DELIST_OK;
}

bool
delist_deadline_cancel(struct delist_deadline *queue, uint64_t handle)
{
	const struct slot *slot = slot_of(queue, handle);

	if (slot == NULL)
		return false;
	remove_node(queue, slot->place);
	return true;
}

bool
delist_deadline_move(
    struct delist_deadline *queue, uint64_t handle, int64_t due_s)
{
	const struct slot *slot = slot_of(queue, handle);
	struct node node;

	if (slot == NULL)
		return false;
	node = queue->heap[slot->place];
	node.due_s = due_s;
	replace_node(queue, slot->place, node);
	return true;
}

bool
delist_deadline_next(const struct delist_deadline *queue, int64_t *due_s)
{
	if (queue->count == 0)
		return false;
	*due_s = queue->heap[0].due_s;
	return true;
}

size_t
delist_deadline_pop(
    struct delist_deadline *queue, uint64_t *items, size_t cap, int64_t now_s)
{
	size_t n = 0;

	while (n < cap && queue->count > 0 && queue->heap[0].due_s <= now_s) {
		items[n++] = queue->slots[queue->heap[0].slot].item;
		remove_node(queue, 0);
	}
	return n;
}

size_t
delist_deadline_count(const struct delist_deadline *queue)
{
	return queue->count;
}
