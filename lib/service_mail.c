/* SPDX-License-Identifier: ISC */
/*
 * service_mail.c - mails out, results in
 *
 * The row of a request is its outbox: the mail is made of it again, the same
 * to the byte, whenever it has to be handed over.  An outcome that the store
 * does not take is kept in memory and not by sending the mail once more.
 */
#include <delist/letter.h>

#include <string.h>

#include "alloc.h"
#include "bytes.h"
#include "later.h"
#include "service.h"

enum {
	RETRY_S = 60, /* to store an outcome, to compose a mail */
	LETTER_ROOM_MAX = 1 << 20
};

/* ---- composing ---- */

static struct delist_letter
letter_of(
    const struct delist_service *service, const struct delist_request *request)
{
	struct delist_letter letter = {
	    .size = sizeof letter,
	    .generation = request->generation,
	    .from = service->from,
	    .to = request->mailbox,
	    .addr = request->addr,
	    .domain = service->domain,
	    .confirm_url = service->confirm_url,
	    .cancel_url = service->cancel_url,
	    .status_url = service->status_url,
	    .life_s = service->policy.token_life_s,
	    .now_s = request->asked_s,
	};

	memcpy(letter.id, request->id, sizeof letter.id);
	return letter;
}

static int
sign(const struct delist_service *service, struct delist_letter *letter,
    uint8_t kid)
{
	const struct delist_keyring *ring = &service->keyring;
	struct delist_grant grant = {
	    .generation = letter->generation,
	    .addr = letter->addr,
	    .mailbox = letter->to,
	};
	int result;

	memcpy(grant.id, letter->id, sizeof grant.id);
	result = delist_token_make(
	    &letter->confirm, ring, kid, DELIST_PURPOSE_CONFIRM, &grant);
	if (result == DELIST_OK)
		result = delist_token_make(
		    &letter->cancel, ring, kid, DELIST_PURPOSE_CANCEL, &grant);
	if (result == DELIST_OK)
		result = delist_token_make(
		    &letter->status, ring, kid, DELIST_PURPOSE_STATUS, &grant);
	return result;
}

void
delist_service_longest_mailbox(struct delist_mailbox *mailbox)
{
	char longest[DELIST_MAILBOX_MAX];

	memset(longest, 'a', sizeof longest);
	longest[64] = '@';
	longest[128] = longest[192] = '.';
	(void)delist_mailbox_parse(mailbox, longest, sizeof longest);
}

/* The longest letters of a language; DELIST_ENOSPC in this room. */
static int
try_language(struct delist_service *service, uint8_t language)
{
	struct delist_request request = {
	    .generation = UINT32_MAX,
	    .addr = {DELIST_INET6, {0}},
	};
	struct delist_letter letter;
	size_t len;
	int result;

	delist_service_longest_mailbox(&request.mailbox);
	memset(request.addr.bytes, 0xff, sizeof request.addr.bytes);
	letter = letter_of(service, &request);
	result = delist_letter_confirm(service->letter, service->letter_room,
	    &len, &letter, delist_service_catalogue(service, language));
	return result == DELIST_OK ? delist_notice_try(service, language)
				   : result;
}

/* All of the host's; those that are built in end where there is none. */
static int
try_languages(struct delist_service *service)
{
	int result = DELIST_EINVAL; /* for no language at all */

	for (unsigned i = 0; i <= UINT8_MAX; i++) {
		if (service->catalogues != NULL &&
		    i >= service->catalogue_count)
			break;
		if (delist_service_catalogue(service, (uint8_t)i) == NULL)
			return service->catalogues != NULL ? DELIST_EINVAL
							   : result;
		result = try_language(service, (uint8_t)i);
		if (result != DELIST_OK)
			break;
	}
	return result;
}

/* The domain has room for what is in front of it in a reverse-path. */
static bool
has_reverse_path(const struct delist_service *service)
{
	static const uint8_t id[DELIST_ID_LEN], mac[DELIST_BOUNCE_MAC_LEN];
	struct delist_mailbox path;

	return delist_letter_reverse_path(&path, id, mac, service->domain.at,
		   service->domain.len) == DELIST_OK;
}

int
delist_service_letter_room(struct delist_service *service)
{
	size_t room = DELIST_LETTER_MAX;
	int result;

	if (!has_reverse_path(service))
		return DELIST_EINVAL;
	for (;; room *= 2) {
		service->letter = delist_alloc_zeroed(&service->alloc, room, 1);
		if (service->letter == NULL)
			return DELIST_ENOMEM;
		service->letter_room = room;
		result = try_languages(service);
		if (result != DELIST_ENOSPC || room > LETTER_ROOM_MAX / 2)
			break;
		delist_alloc_release(&service->alloc, service->letter, room, 1);
		service->letter = NULL;
	}
	return result == DELIST_ENOSPC ? DELIST_EINVAL : result;
}

/* ---- out ---- */

/* Into the room for it, and its reverse-path. */
static int
compose(struct delist_service *service, size_t *len,
    struct delist_mailbox *path, const struct delist_request *request)
{
	struct delist_letter letter = letter_of(service, request);
	uint8_t mac[DELIST_BOUNCE_MAC_LEN];
	int result = sign(service, &letter, request->kid);

	if (result == DELIST_OK)
		result = delist_token_bounce_mac(
		    mac, &service->keyring, request->kid, request->id);
	if (result == DELIST_OK)
		result = delist_letter_reverse_path(path, request->id, mac,
		    service->domain.at, service->domain.len);
	if (result == DELIST_OK)
		result = delist_letter_confirm(service->letter,
		    service->letter_room, len, &letter,
		    delist_service_catalogue(service, request->language));
	delist_bytes_wipe(&letter, sizeof letter);
	return result;
}

int
delist_service_hand_over(
    struct delist_service *service, const struct delist_mail *mail)
{
	int outcome = service->mailer.ops->send(service->mailer.arg, mail);

	/* Its tokens open what its reader has not opened yet. */
	delist_bytes_wipe(service->letter, mail->message.len);
	return outcome == DELIST_MAIL_ACCEPTED ||
		       outcome == DELIST_MAIL_FAILED ||
		       outcome == DELIST_MAIL_LATER
		   ? outcome
		   : DELIST_MAIL_DELAYED;
}

/* false: it can't be composed. */
static bool
compose_and_send(struct delist_service *service, int *outcome,
    const struct delist_request *request)
{
	struct delist_mail mail = {.generation = request->generation};
	struct delist_mailbox path;
	size_t len;

	if (compose(service, &len, &path, request) != DELIST_OK)
		return false;
	memcpy(mail.id, request->id, sizeof mail.id);
	mail.from = mail.path = (struct delist_text){path.text, path.len};
	mail.to =
	    (struct delist_text){request->mailbox.text, request->mailbox.len};
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
	struct work_request *request;
	struct outcome out;
	unsigned todo;
	int result = delist_work_get_request(work, &request, call->id);

	if (result != DELIST_OK)
		return result;
	if (request->at.state == DELIST_REQUEST_NONE)
		return DELIST_ETOKEN;
	result = delist_outcome_load(work, &out, call->outcome,
	    call->generation != 0 ? call->generation : request->at.generation,
	    &request->at.mailbox);
	if (result == DELIST_OK)
		result =
		    delist_work_step_request(work, &todo, request, &out.ev);
	if (result == DELIST_OK && request->changed &&
	    request->at.state == DELIST_REQUEST_MAIL_FAILED)
		delist_outcome_failed(work, &out, todo);
	return result;
}

bool
delist_service_mail_waits(const struct delist_request *request)
{
	return request->state == DELIST_REQUEST_MAIL_PENDING &&
	       !request->muted && request->next_try_s == INT64_MAX;
}

void
delist_service_send(struct delist_service *service,
    const struct delist_request *request, int64_t now_s)
{
	struct request_slot *slot =
	    delist_index_find(&service->index, request->id);
	struct result_call call = {.generation = request->generation};

	memcpy(call.id, request->id, sizeof call.id);
	slot->outcome = 0;
	slot->outbox = !compose_and_send(service, &call.outcome, request);
	if (slot->outbox) {
		/* Its key was dropped, and may come back: no try is used up. */
		delist_index_wake(
		    &service->index, slot, delist_later(now_s, RETRY_S));
		return;
	}
	delist_index_wake(&service->index, slot, delist_request_due_s(request));
	if (call.outcome == DELIST_MAIL_LATER ||
	    delist_work_run(service, result_steps, &call, now_s) == DELIST_OK)
		return;
	slot->outcome = (uint8_t)call.outcome;
	slot->outcome_generation = call.generation;
	slot->outcome_s = now_s;
	delist_index_wake(&service->index, slot, delist_later(now_s, RETRY_S));
}

/* As of then: no token lives longer because a store was away. */
int
delist_service_outcome(
    struct delist_service *service, const struct request_slot *slot)
{
	struct result_call call = {
	    .generation = slot->outcome_generation,
	    .outcome = slot->outcome,
	};

	memcpy(call.id, slot->id, sizeof call.id);
	return delist_work_run(service, result_steps, &call, slot->outcome_s);
}

/* Whether one of our keys made the MAC. */
static bool
is_ours(const struct delist_service *service, const uint8_t id[16],
    const uint8_t mac[8])
{
	const struct delist_keyring *ring = &service->keyring;
	uint8_t want[DELIST_BOUNCE_MAC_LEN];
	bool ours = false;

	for (uint8_t i = 0; i < ring->count; i++) {
		(void)delist_token_bounce_mac(
		    want, ring, ring->keys[i].kid, id);
		if (delist_bytes_equal_secret(want, mac, sizeof want))
			ours = true;
	}
	return ours;
}

int
delist_service_mail_result(struct delist_service *service, const char *path,
    size_t len, uint32_t generation, int outcome, int64_t now_s)
{
	struct result_call call = {
	    .generation = generation, .outcome = outcome};
	uint8_t mac[DELIST_BOUNCE_MAC_LEN];
	int result = delist_letter_bounce_parse(call.id, mac, path, len);

	if (outcome < DELIST_MAIL_ACCEPTED || outcome > DELIST_MAIL_FAILED)
		return DELIST_EINVAL;
	if (result != DELIST_OK)
		return result;
	if (!is_ours(service, call.id, mac))
		return DELIST_ETOKEN;
	result = delist_work_run(service, result_steps, &call, now_s);
	if (result == DELIST_ETOKEN)
		result = delist_notice_result(
		    service, call.id, generation, outcome, now_s);
	return result;
}
