/* SPDX-License-Identifier: ISC */
/*
 * service_notice.c - what is said to whoever wrote to the delist mailbox
 *
 * The row of a case is the outbox of its newest mail, as that of a request
 * is: it is made of it again, the same to the byte.  What goes out by itself
 * has a null reverse-path, so that nothing answers it; what a person says has
 * one that brings a failure home.
 */
#include <delist/letter.h>

#include <string.h>

#include "later.h"
#include "service.h"

enum {
	RETRY_S = 60 /* to store an outcome, to compose a mail */
};

/* ---- composing ---- */

static bool
is_automatic(int notice)
{
	return notice < DELIST_NOTICE_DELISTED;
}

/* What {hours} and {days} are. */
static int64_t
within_s(const struct delist_policy *policy, int notice)
{
	switch (notice) {
	case DELIST_NOTICE_RECEIVED:
		return policy->overdue_s;
	case DELIST_NOTICE_DELISTED:
		return policy->effective_s;
	default:
		return policy->needs_info_s;
	}
}

static struct delist_notice_letter
letter_of(const struct delist_service *service,
    const struct delist_investigation *one)
{
	struct delist_notice_letter letter = {
	    .size = sizeof letter,
	    .generation = one->generation,
	    .notice = one->notice,
	    .from = service->delist_mailbox,
	    .to = one->mailbox,
	    .addr = one->addr,
	    .domain = service->domain,
	    .answers = {one->message_id, one->message_id_len},
	    .url = service->portal_url,
	    .reason = {one->reason, one->reason_len},
	    .within_s = within_s(&service->policy, one->notice),
	    .now_s = one->asked_s,
	};

	memcpy(letter.id, one->id, sizeof letter.id);
	return letter;
}

bool
delist_notice_known(const struct delist_service *service, uint8_t language)
{
	const struct delist_catalogue *catalogue =
	    delist_service_catalogue(service, language);

	return catalogue != NULL &&
	       catalogue->notices[DELIST_NOTICE_RECEIVED].body != NULL;
}

/* All of them or none, each with the longest that may stand in it. */
int
delist_notice_try(struct delist_service *service, uint8_t language)
{
	const struct delist_catalogue *texts =
	    delist_service_catalogue(service, language);
	struct delist_investigation one = {
	    .generation = UINT32_MAX,
	    .addr = {DELIST_INET6, {0}},
	    .reason_len = sizeof one.reason,
	};
	int result = DELIST_OK;

	memset(one.addr.bytes, 0xff, sizeof one.addr.bytes);
	memset(one.reason, 'w', sizeof one.reason);
	delist_service_longest_mailbox(&one.mailbox);
	one.notice = DELIST_NOTICE_RECEIVED;
	for (; one.notice < DELIST_NOTICES && result == DELIST_OK;
	     one.notice++) {
		struct delist_notice_letter letter = letter_of(service, &one);
		size_t len;

		if ((texts->notices[one.notice].body != NULL) !=
		    delist_notice_known(service, language))
			return DELIST_EINVAL;
		if (delist_notice_known(service, language))
			result = delist_letter_notice(service->letter,
			    service->letter_room, &len, &letter, texts);
	}
	return result;
}

/* ---- out ---- */

static int
path_of(const struct delist_service *service, struct delist_mailbox *path,
    const uint8_t id[16])
{
	const struct delist_keyring *ring = &service->keyring;
	uint8_t mac[DELIST_BOUNCE_MAC_LEN];
	int result = delist_token_bounce_mac(
	    mac, ring, ring->keys[ring->active].kid, id);

	if (result != DELIST_OK)
		return result;
	return delist_letter_reverse_path(
	    path, id, mac, service->domain.at, service->domain.len);
}

/* false: it can't be composed. */
static bool
compose_and_send(struct delist_service *service, int *outcome,
    const struct delist_investigation *one)
{
	struct delist_notice_letter letter = letter_of(service, one);
	struct delist_mail mail = {
	    .generation = one->generation, .from = {"", 0}};
	struct delist_mailbox path;
	size_t len;

	if (path_of(service, &path, one->id) != DELIST_OK ||
	    delist_letter_notice(service->letter, service->letter_room, &len,
		&letter,
		delist_service_catalogue(service, one->language)) != DELIST_OK)
		return false;
	memcpy(mail.id, one->id, sizeof mail.id);
	mail.path = (struct delist_text){path.text, path.len};
	if (!is_automatic(one->notice))
		mail.from = mail.path;
	mail.to = (struct delist_text){one->mailbox.text, one->mailbox.len};
	mail.message = (struct delist_text){service->letter, len};
	*outcome = delist_service_hand_over(service, &mail);
	return true;
}

/* ---- results ---- */

struct result_call {
	uint8_t id[16];
	uint32_t generation; /* 0: the newest */
	int outcome;
};

static int
result_steps(struct work *work, void *arg)
{
	const struct result_call *call = arg;
	struct work_case *one;
	struct outcome out;
	unsigned todo;
	int result = delist_work_get_case(work, &one, call->id);

	if (result != DELIST_OK)
		return result;
	if (one->at.state == DELIST_INVESTIGATION_NONE)
		return DELIST_ETOKEN;
	result = delist_outcome_load(work, &out, call->outcome,
	    call->generation != 0 ? call->generation : one->at.generation,
	    &one->at.mailbox);
	if (result == DELIST_OK)
		result = delist_work_step_case(work, &todo, one, &out.ev);
	if (result == DELIST_OK && one->changed &&
	    one->at.mail == DELIST_INVESTIGATION_MAIL_FAILED)
		delist_outcome_failed(work, &out, todo);
	return result;
}

int
delist_notice_result(struct delist_service *service, const uint8_t id[16],
    uint32_t generation, int outcome, int64_t now_s)
{
	struct result_call call = {
	    .generation = generation, .outcome = outcome};

	memcpy(call.id, id, sizeof call.id);
	return delist_work_run(service, result_steps, &call, now_s);
}

bool
delist_notice_waits(const struct delist_investigation *one)
{
	return one->mail == DELIST_INVESTIGATION_MAIL_PENDING &&
	       one->next_try_s == INT64_MAX &&
	       one->state != DELIST_INVESTIGATION_EXPIRED &&
	       one->state != DELIST_INVESTIGATION_PURGED;
}

void
delist_notice_send(struct delist_service *service,
    const struct delist_investigation *one, int64_t now_s)
{
	struct cases *cases = &service->cases;
	struct case_slot *slot = delist_case_find(cases, one->id);
	int outcome;

	slot->outcome = 0;
	slot->outbox = !compose_and_send(service, &outcome, one);
	if (slot->outbox) {
		delist_case_wake(cases, slot, delist_later(now_s, RETRY_S));
		return;
	}
	delist_case_wake(cases, slot, delist_investigation_due_s(one));
	if (outcome == DELIST_MAIL_LATER ||
	    delist_notice_result(
		service, one->id, one->generation, outcome, now_s) == DELIST_OK)
		return;
	slot->outcome = (uint8_t)outcome;
	slot->outcome_of = one->generation;
	slot->outcome_s = now_s;
	delist_case_wake(cases, slot, delist_later(now_s, RETRY_S));
}

/* ---- time ---- */

struct due_call {
	const struct case_slot *slot;
	bool changed;  /* so its slot has a deadline again */
	int64_t due_s; /* of the row as it is, if not */
};

/* Its mailbox may have said since that it wants no more mail. */
static int
hold_back(struct work *work, struct work_case *one)
{
	struct delist_event ev = {
	    .kind = DELIST_EVENT_MAIL_FAILED,
	    .mac_ok = true,
	    .within_limits = true,
	    .generation = one->at.generation,
	};
	unsigned todo;
	int result = delist_work_get_standing(work, &one->at.mailbox);

	if (result != DELIST_OK || !delist_service_suppressed(work))
		return result;
	one->mail = false;
	return delist_work_step_case(work, &todo, one, &ev);
}

static int
due_steps(struct work *work, void *arg)
{
	struct due_call *call = arg;
	struct delist_event ev = {.kind = DELIST_EVENT_DUE};
	struct work_case *one;
	unsigned todo;
	int result = delist_work_get_case(work, &one, call->slot->id);

	if (result != DELIST_OK)
		return result;
	/* A slot without a row is somebody else's removal: follow it. */
	if (one->at.state == DELIST_INVESTIGATION_NONE) {
		one->changed = one->gone = call->changed = true;
		return DELIST_OK;
	}
	call->due_s = delist_investigation_due_s(&one->at);
	result = delist_work_step_case(work, &todo, one, &ev);
	/* Asked for before the service was opened, and nothing came of it. */
	if (result == DELIST_OK && call->slot->outbox && !one->gone)
		one->mail = one->mail || delist_notice_waits(&one->at);
	if (result == DELIST_OK && one->mail)
		result = hold_back(work, one);
	call->changed = one->changed || one->mail;
	return result;
}

/* As of then, unless the clock went back; a case that went is no matter. */
static int
outcome_again(
    struct delist_service *service, struct case_slot *slot, int64_t now_s)
{
	uint8_t outcome = slot->outcome;
	int result = delist_notice_result(service, slot->id, slot->outcome_of,
	    outcome, slot->outcome_s < now_s ? slot->outcome_s : now_s);

	if (result == DELIST_ETOKEN)
		result = DELIST_OK;
	if (result != DELIST_OK || slot->outcome != 0)
		delist_case_wake(&service->cases, slot, now_s);
	if (result == DELIST_OK)
		slot->outcome = 0;
	return result;
}

bool
delist_case_tick(struct delist_service *service, int *result, int64_t now_s)
{
	struct cases *cases = &service->cases;
	struct due_call call = {.changed = false};
	struct case_slot *slot;
	uint64_t number;

	if (delist_deadline_pop(cases->due, &number, 1, now_s) == 0)
		return false;
	slot = delist_pool_at(&cases->slots, (uint32_t)number);
	if (slot->outcome != 0) {
		*result = outcome_again(service, slot, now_s);
		return true;
	}
	call.slot = slot;
	*result = delist_work_run(service, due_steps, &call, now_s);
	if (*result != DELIST_OK)
		delist_case_wake(
		    cases, slot, delist_service_again_s(*result, now_s));
	else if (!call.changed)
		delist_case_wake(cases, slot, call.due_s);
	return true;
}
