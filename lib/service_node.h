/* SPDX-License-Identifier: ISC */
#ifndef LIB_SERVICE_NODE_H
#define LIB_SERVICE_NODE_H

#include <delist/deadline.h>
#include <delist/record.h>

#include "pool.h"

/*
 * Nodes, and the listings whose removal waits for them
 *
 *	queue:  generation 7  8  8  11 ...     served by all: 8
 *	        these are done ------^
 *
 * Only what is being lifted is in the queue, the first generation first.  A
 * listing that has come to another end meanwhile stays in until its turn, or
 * until the time by which it was to be effective.
 */
struct lifts {
	struct delist_pool waiting; /* struct lift_slot */
	struct delist_deadline *queue;
	/* Those whose rows can't be read, until they are tried again. */
	struct delist_deadline *later;
	uint64_t served; /* by all nodes; UINT64_MAX: there are none */
};

struct lift_slot {
	struct delist_prefix prefix;
	uint64_t handle;
	uint64_t generation;
	int64_t effective_by_s;
};

struct delist_service;
struct work;

/* A node's row that a call has read, and what it made of it. */
struct work_node {
	struct delist_node at;
	uint64_t version;
	bool changed, gone;
};

int delist_lifts_init(struct lifts *lifts, const struct delist_alloc *alloc);
void delist_lifts_fini(struct lifts *lifts);

/* Make room for what one call lifts; then delist_lifts_wait() can't fail. */
int delist_lifts_reserve(struct lifts *lifts);

/* A listing was written: if it waits for nodes, it is remembered. */
void delist_lifts_wait(
    struct lifts *lifts, const struct delist_listing *listing, int64_t now_s);

/* What all nodes but one serve; *n: how many they are. */
int delist_nodes_survey(const struct delist_service *service, uint64_t *served,
    size_t *n, const struct delist_node *but);

/* What the rows of the nodes say. */
int delist_nodes_open(struct delist_service *service);

/* Whether there are any, so that a removal has to wait for them. */
int delist_nodes_any(const struct delist_service *service, bool *any);

/* Their rows, into the batch. */
int delist_node_put(struct work *work);

/* From when on something is served by all nodes; do the first of it. */
int64_t delist_lifts_next_s(const struct lifts *lifts);
int delist_lifts_tick(struct delist_service *service, int64_t now_s);

#endif
