/* SPDX-License-Identifier: ISC */
/*
 * service_case.c - rows of investigations
 *
 *	J 192.0.2.1 --------> I a1b2... {open, ...}
 *	J hash of sender ---> the same, or a newer one of that sender's
 *
 * A mail finds its case by the address in it, else by who sent it.  Both rows
 * name the newest case only: an older one is over, or about another address.
 */
#include <string.h>

#include "service.h"

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
