/* SPDX-License-Identifier: ISC */
/*
 * service_case.c - rows of investigations, and what is kept in memory of them
 *
 *	J 192.0.2.1 --------> I a1b2... {open, ...}
 *	J hash of sender ---> the same, or a newer one of that sender's
 *
 * A mail finds its case by the address in it, else by who sent it.  Both rows
 * name the newest case only: an older one is over, or about another address.
 */
#include <string.h>

#include "service.h"

/* ---- in memory ---- */

int
delist_cases_init(struct cases *cases, const struct delist_alloc *alloc)
{
	int result;

	*cases = (struct cases){0};
	delist_pool_init(&cases->slots, sizeof(struct case_slot), alloc);
	delist_idmap_init(&cases->ids, alloc);
	result = delist_deadline_new(&cases->due, alloc);
	if (result == DELIST_OK)
		result = delist_deadline_new(&cases->waiting, alloc);
	if (result == DELIST_OK)
		result = delist_deadline_new(&cases->silent, alloc);
	return result;
}

void
delist_cases_fini(struct cases *cases)
{
	delist_pool_fini(&cases->slots);
	delist_idmap_fini(&cases->ids);
	delist_deadline_free(cases->due);
	delist_deadline_free(cases->waiting);
	delist_deadline_free(cases->silent);
	*cases = (struct cases){0};
}

int
delist_cases_reserve(struct cases *cases)
{
	int result = delist_pool_reserve(&cases->slots, SERVICE_CASES);

	/* One at a time: only an intake brings a case. */
	if (result == DELIST_OK)
		result = delist_idmap_reserve(&cases->ids);
	if (result == DELIST_OK)
		result =
		    delist_index_reserve_due(cases->due, SERVICE_CASES + 1);
	if (result == DELIST_OK)
		result =
		    delist_index_reserve_due(cases->waiting, SERVICE_CASES + 1);
	if (result == DELIST_OK)
		result =
		    delist_index_reserve_due(cases->silent, SERVICE_CASES + 1);
	return result;
}

struct case_slot *
delist_case_find(const struct cases *cases, const uint8_t id[16])
{
	uint32_t number;

	if (!delist_idmap_get(&cases->ids, &number, id))
		return NULL;
	return delist_pool_at(&cases->slots, number);
}

static struct case_slot *
find_or_take(struct cases *cases, uint32_t *number, const uint8_t id[16])
{
	struct case_slot *slot;

	if (delist_idmap_get(&cases->ids, number, id))
		return delist_pool_at(&cases->slots, *number);
	slot = delist_pool_take(&cases->slots, number);
	memcpy(slot->id, id, sizeof slot->id);
	delist_idmap_put(&cases->ids, id, *number);
	cases->in[slot->state]++;
	return slot;
}

/* The lines have no place at INT64_MAX, which is "not in it". */
static int64_t
place_in_line(const struct delist_investigation *investigation, bool in_line)
{
	if (!in_line)
		return INT64_MAX;
	return investigation->created_s == INT64_MAX ? INT64_MAX - 1
						     : investigation->created_s;
}

static bool
is_silent(const struct delist_investigation *investigation)
{
	return investigation->state == DELIST_INVESTIGATION_OPEN &&
	       investigation->generation == 0;
}

static void
forget(struct cases *cases, struct case_slot *slot, uint32_t number)
{
	delist_index_set_due(cases->due, &slot->due, INT64_MAX, number);
	delist_index_set_due(cases->waiting, &slot->waiting, INT64_MAX, number);
	delist_index_set_due(cases->silent, &slot->silent, INT64_MAX, number);
	delist_idmap_remove(&cases->ids, slot->id);
	delist_pool_give(&cases->slots, number);
}

void
delist_case_publish(struct cases *cases,
    const struct delist_investigation *investigation, bool gone)
{
	struct case_slot *slot;
	uint32_t number;

	if (gone && delist_case_find(cases, investigation->id) == NULL)
		return;
	slot = find_or_take(cases, &number, investigation->id);
	cases->in[slot->state]--;
	if (gone) {
		forget(cases, slot, number);
		return;
	}
	slot->state = investigation->state;
	cases->in[slot->state]++;
	if (!delist_notice_waits(investigation)) {
		slot->outbox = false;
		slot->outcome = 0;
	}
	/* What waits for the mailer or the store has a due time of its own. */
	if (!slot->outbox && slot->outcome == 0)
		delist_index_set_due(cases->due, &slot->due,
		    delist_investigation_due_s(investigation), number);
	delist_index_set_due(cases->waiting, &slot->waiting,
	    place_in_line(investigation,
		investigation->state == DELIST_INVESTIGATION_NEEDS_INFO),
	    number);
	delist_index_set_due(cases->silent, &slot->silent,
	    place_in_line(investigation, is_silent(investigation)), number);
}

void
delist_case_wake(struct cases *cases, struct case_slot *slot, int64_t due_s)
{
	uint32_t number;

	if (delist_idmap_get(&cases->ids, &number, slot->id))
		delist_index_set_due(cases->due, &slot->due, due_s, number);
}

const struct case_slot *
delist_case_oldest(struct cases *cases)
{
	struct case_slot *slot;
	uint64_t number;
	int64_t place;

	if (!delist_deadline_next(cases->waiting, &place) ||
	    delist_deadline_pop(cases->waiting, &number, 1, place) == 0)
		return NULL;
	/* A queue shows its first only by handing it out. */
	slot = delist_pool_at(&cases->slots, (uint32_t)number);
	delist_index_set_due(cases->waiting, &slot->waiting, place, number);
	return slot;
}

const struct case_slot *
delist_case_next_silent(struct cases *cases)
{
	struct case_slot *slot;
	uint64_t number;
	int64_t place;

	if (!delist_deadline_next(cases->silent, &place) ||
	    delist_deadline_pop(cases->silent, &number, 1, place) == 0)
		return NULL;
	slot = delist_pool_at(&cases->slots, (uint32_t)number);
	delist_index_set_due(
	    cases->silent, &slot->silent, INT64_MAX - 1, number);
	return slot;
}

/* ---- rows ---- */

static int
load(const struct delist_service *service,
    struct delist_investigation *investigation, uint64_t *version,
    const uint8_t id[16])
{
	struct delist_record_key key;
	struct delist_text bytes;
	int result;

	*investigation =
	    (struct delist_investigation){.state = DELIST_INVESTIGATION_NONE};
	delist_record_investigation_key(&key, id);
	result = delist_row_get(service, &bytes, version, &key);
	if (result != DELIST_OK || bytes.at == NULL)
		return result;
	return delist_record_read_investigation(investigation, bytes);
}

int
delist_row_case(const struct delist_service *service,
    struct delist_investigation *investigation, const uint8_t id[16])
{
	uint64_t version;

	return load(service, investigation, &version, id);
}

int
delist_work_get_case(
    struct work *work, struct work_case **out, const uint8_t id[16])
{
	struct work_case *one = &work->cases[work->cases_n];
	int result;

	for (size_t i = 0; i < work->cases_n; i++) {
		*out = &work->cases[i];
		if (memcmp((*out)->at.id, id, 16) == 0)
			return DELIST_OK;
	}
	*one = (struct work_case){.gone = false};
	result = load(work->service, &one->at, &one->version, id);
	if (result != DELIST_OK)
		return result;
	memcpy(one->at.id, id, 16);
	work->cases_n++;
	*out = one;
	return DELIST_OK;
}

static void
join_key(const struct work *work, struct delist_record_key *key,
    const struct delist_addr *addr, const struct delist_mailbox *sender)
{
	uint8_t hash[16] = {0};

	if (addr->family == DELIST_NOADDR)
		delist_service_mailbox_hash(work->service, hash, sender);
	delist_record_join_key(key, addr, hash);
}

/* What one of the rows that find a case says; no bytes: there is none. */
static int
load_join(const struct work *work, bool *found, uint8_t id[16],
    uint64_t *version, const struct delist_record_key *key)
{
	struct delist_text bytes;
	int result = delist_row_get(work->service, &bytes, version, key);

	*found = result == DELIST_OK && bytes.at != NULL;
	return *found ? delist_record_read_join(id, bytes) : result;
}

/* Whom a mail is about is decided by it: it must be the same at the end. */
static void
remember_join(
    struct work *work, const struct delist_record_key *key, uint64_t version)
{
	if (work->joins_n < SERVICE_JOINS)
		work->joins[work->joins_n++] =
		    (struct work_join){*key, version};
}

int
delist_work_find_case(struct work *work, struct work_case **out,
    const struct delist_addr *addr, const struct delist_mailbox *sender)
{
	struct delist_record_key key;
	uint64_t version;
	uint8_t id[16];
	bool found;
	int result;

	*out = NULL;
	if (addr->family == DELIST_NOADDR && sender->len == 0)
		return DELIST_OK;
	join_key(work, &key, addr, sender);
	result = load_join(work, &found, id, &version, &key);
	if (result == DELIST_OK)
		remember_join(work, &key, version);
	if (result != DELIST_OK || !found)
		return result;
	return delist_work_get_case(work, out, id);
}

/* ---- steps ---- */

/* What finds a case that goes, unless it finds a newer one. */
static int
drop_join(struct work *work, const struct delist_investigation *going,
    const struct delist_addr *addr)
{
	struct work_delete *delete = &work->deletes[work->deletes_n];
	uint8_t id[16];
	bool found;
	int result;

	join_key(work, &delete->key, addr, &going->mailbox);
	result = load_join(work, &found, id, &delete->version, &delete->key);
	if (result == DELIST_OK && found && memcmp(id, going->id, 16) == 0)
		work->deletes_n++;
	return result;
}

static int
purge(struct work *work, struct work_case *one,
    const struct delist_investigation *before)
{
	static const struct delist_addr none = {DELIST_NOADDR, {0}};
	int result = DELIST_OK;

	one->gone = true;
	if (before->addr.family != DELIST_NOADDR)
		result = drop_join(work, before, &before->addr);
	if (result == DELIST_OK && before->mailbox.len != 0)
		result = drop_join(work, before, &none);
	return result;
}

int
delist_work_step_case(struct work *work, unsigned *todo, struct work_case *one,
    const struct delist_event *ev)
{
	struct delist_investigation before = one->at;
	int result = delist_investigation_step(
	    &one->at, todo, &one->at, ev, &work->service->policy, work->now_s);

	if (result != DELIST_OK)
		return result;
	if ((*todo & (DELIST_TODO_AUDIT | DELIST_TODO_MAIL)) != 0)
		one->changed = true;
	if ((*todo & DELIST_TODO_MAIL) != 0)
		one->mail = true;
	if ((*todo & DELIST_TODO_AUDIT) != 0)
		delist_audit_case(work, &before, &one->at, ev->kind, *todo);
	if ((*todo & DELIST_TODO_PURGE) != 0)
		return purge(work, one, &before);
	return DELIST_OK;
}

/* ---- the batch ---- */

/* As it was when it was asked, or, if it was not, as it is. */
static int
join_version(
    struct work *work, uint64_t *version, const struct delist_record_key *key)
{
	uint8_t id[16];
	bool found;

	for (size_t i = 0; i < work->joins_n; i++) {
		const struct work_join *join = &work->joins[i];

		if (join->key.len != key->len ||
		    memcmp(join->key.at, key->at, key->len) != 0)
			continue;
		*version = join->version;
		return DELIST_OK;
	}
	return load_join(work, &found, id, version, key);
}

static int
put_join(struct work *work, const struct work_case *one,
    const struct delist_addr *addr)
{
	struct batch_row *row = delist_batch_blank(work);
	uint64_t version;
	int result;

	join_key(work, &row->key, addr, &one->at.mailbox);
	result = join_version(work, &version, &row->key);
	if (result == DELIST_OK)
		result = delist_batch_replace(work, version, false,
		    delist_record_write_join(&row->value, one->at.id));
	return result;
}

int
delist_case_put(struct work *work, const struct work_case *one)
{
	static const struct delist_addr none = {DELIST_NOADDR, {0}};
	struct batch_row *row = delist_batch_blank(work);
	int result;

	delist_record_investigation_key(&row->key, one->at.id);
	result = delist_batch_replace(work, one->version, one->gone,
	    one->gone
		? DELIST_OK
		: delist_record_write_investigation(&row->value, &one->at));
	if (result == DELIST_OK && one->join &&
	    one->at.addr.family != DELIST_NOADDR)
		result = put_join(work, one, &one->at.addr);
	if (result == DELIST_OK && one->join && one->at.mailbox.len != 0)
		result = put_join(work, one, &none);
	return result;
}
