/* SPDX-License-Identifier: ISC */
/*
 * service_node.c - which generation of the set is served where
 *
 * One commit stores what a node says; what waited for it is ended by tick.
 */
#include <delist/service_desk.h>

#include <string.h>

#include "service.h"

/* ---- nodes ---- */

/* The node behind a key, and its key. */
static int
next_node(const struct delist_service *service, bool *found,
    struct delist_node *node, struct delist_record_key *key)
{
	struct delist_record_key prefix;
	struct delist_store_row row;
	int result;

	delist_record_type_key(&prefix, DELIST_RECORD_NODE);
	result = service->store.ops->next(service->store.arg, found, &row,
	    delist_record_key_text(&prefix), delist_record_key_text(key));
	if (result != DELIST_OK || !*found)
		return result;
	result = delist_record_read_node(node, row.value);
	if (result == DELIST_OK)
		delist_record_node_key(key, node);
	return result;
}

static bool
is_same(const struct delist_node *a, const struct delist_node *b)
{
	return a->name_len == b->name_len &&
	       memcmp(a->name, b->name, sizeof a->name) == 0;
}

int
delist_nodes_survey(const struct delist_service *service, uint64_t *served,
    size_t *n, const struct delist_node *but)
{
	struct delist_record_key key = {.len = 0};

	*n = 0;
	*served = UINT64_MAX;
	for (;;) {
		struct delist_node node;
		bool found;
		int result = next_node(service, &found, &node, &key);

		if (result != DELIST_OK || !found)
			return result;
		if (is_same(&node, but))
			continue;
		++*n;
		if (node.generation < *served)
			*served = node.generation;
	}
}

/* ---- calls ---- */

int
delist_nodes_open(struct delist_service *service)
{
	static const struct delist_node none;
	size_t n;

	return delist_nodes_survey(service, &service->lifts.served, &n, &none);
}

int
delist_nodes_any(const struct delist_service *service, bool *any)
{
	struct delist_record_key key = {.len = 0};
	struct delist_node node;

	return next_node(service, any, &node, &key);
}

int
delist_node_put(struct work *work)
{
	const struct work_node *node = &work->node;
	struct batch_row *row = delist_batch_blank(work);

	if (!node->changed)
		return DELIST_OK;
	delist_record_node_key(&row->key, &node->at);
	return delist_batch_replace(work, node->version, node->gone,
	    node->gone ? DELIST_OK
		       : delist_record_write_node(&row->value, &node->at));
}

struct node_call {
	struct delist_node node;
	bool gone;
	bool found;	 /* it was registered */
	uint64_t served; /* by all, after it */
};

static int
node_steps(struct work *work, void *arg)
{
	struct node_call *call = arg;
	struct delist_record_key key;
	struct delist_text bytes;
	size_t n;
	int result;

	work->node = (struct work_node){.at = call->node, .gone = call->gone};
	delist_record_node_key(&key, &call->node);
	result =
	    delist_row_get(work->service, &bytes, &work->node.version, &key);
	if (result != DELIST_OK)
		return result;
	call->found = bytes.at != NULL;
	work->node.changed = call->found || !call->gone;
	result =
	    delist_nodes_survey(work->service, &call->served, &n, &call->node);
	if (result == DELIST_OK && !call->gone && n >= DELIST_SERVICE_NODES)
		return DELIST_ENOSPC;
	if (!call->gone && call->node.generation < call->served)
		call->served = call->node.generation;
	return result;
}

static int
change_node(struct delist_service *service, struct node_call *call,
    struct delist_text name, int64_t now_s)
{
	int result;

	if (name.len < 1 || name.len > sizeof call->node.name)
		return DELIST_EINVAL;
	call->node.name_len = (uint8_t)name.len;
	memcpy(call->node.name, name.at, name.len);
	result = delist_work_run(service, node_steps, call, now_s);
	if (result == DELIST_OK)
		service->lifts.served = call->served;
	return result;
}

int
delist_service_ack(struct delist_service *service, struct delist_text node,
    uint64_t generation, int64_t now_s)
{
	struct node_call call = {
	    .node = {.generation = generation, .seen_s = now_s}};

	return change_node(service, &call, node, now_s);
}

int
delist_service_forget_node(struct delist_service *service, bool *left,
    struct delist_text node, int64_t now_s)
{
	struct node_call call = {.gone = true};
	int result = change_node(service, &call, node, now_s);

	if (result == DELIST_OK)
		*left = call.found;
	return result;
}

int
delist_service_generation(
    const struct delist_service *service, uint64_t *generation)
{
	struct delist_record_key key;
	struct delist_text bytes;
	uint64_t version, found = 0;
	int result;

	delist_record_generation_key(&key);
	result = delist_row_get(service, &bytes, &version, &key);
	if (result == DELIST_OK && bytes.at != NULL)
		result = delist_record_read_generation(&found, bytes);
	if (result == DELIST_OK)
		*generation = found;
	return result;
}
