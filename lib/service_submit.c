/* SPDX-License-Identifier: ISC */
/*
 * service_submit.c - ask to be delisted, and for the mail once more
 *
 * The answer is made from the address alone.  Each submission has an id of its
 * own, whether it makes a request, joins the open one of its pair or comes to
 * nothing: the status token tells nothing, and neither does its page, which is
 * made of the token until the request is confirmed.
 */
#include <string.h>

#include "addr.h"
#include "service.h"

/* ---- submit ---- */

/* Whether the request that a row finds waits for an answer to its mail. */
static int
counts(struct work *work, bool *counted, struct delist_text bytes)
{
	struct delist_request request;
	uint8_t id[16];
	int result = delist_record_read_open(id, bytes);

	if (result == DELIST_OK)
		result = delist_row_request(work->service, &request, id);
	if (result == DELIST_OK)
		*counted = delist_request_open(&request) &&
			   work->now_s < request.expires_s;
	return result;
}

/* Fewer open requests for the address, or IPv6 /64, than there may be. */
static int
has_room_for_target(
    struct work *work, bool *room, const struct delist_addr *addr)
{
	const struct delist_store *store = &work->service->store;
	struct delist_record_key prefix, after = {.len = 0};
	struct delist_store_row row;
	uint32_t n = 0;

	delist_record_open_prefix(&prefix, addr);
	while (n < work->service->policy.open_per_target) {
		bool found;
		int result = store->ops->next(store->arg, &found, &row,
		    delist_record_key_text(&prefix),
		    delist_record_key_text(&after));

		if (result != DELIST_OK)
			return result;
		if (!found)
			break;
		if (row.key.len > sizeof after.at)
			return DELIST_ECORRUPT;
		after.len = (uint8_t)row.key.len;
		memcpy(after.at, row.key.at, row.key.len);
		result = counts(work, &found, row.value);
		if (result != DELIST_OK)
			return result;
		n += found;
	}
	*room = n < work->service->policy.open_per_target;
	return DELIST_OK;
}

struct submit_call {
	struct delist_event ev; /* what is known before rows are read */
	struct delist_addr submitter;
	uint8_t id[16]; /* of the submission, and of a request it makes */
	struct delist_submit_answer answer;
};

/*
 * Who is to give way.  One that another service ended has done so already:
 * written again as it is, it leaves the line here too.
 */
static int
evict(struct work *work, struct work_request *oldest)
{
	struct delist_event ev = {.kind = DELIST_EVENT_EVICT};
	unsigned todo;
	int result = DELIST_ESTATE;

	oldest->gone = oldest->at.state == DELIST_REQUEST_NONE;
	if (!oldest->gone)
		result = delist_work_step_request(work, &todo, oldest, &ev);
	if (result != DELIST_ESTATE)
		return result;
	oldest->changed = true;
	return DELIST_OK;
}

/* Bounded memory: somebody gives way. */
static int
make_room(struct work *work)
{
	struct delist_service *service = work->service;
	struct work_request *oldest;
	const struct request_slot *slot;
	int result;

	if (delist_deadline_count(service->index.waiting) <
	    service->policy.pending_max)
		return DELIST_OK;
	slot = delist_index_oldest(&service->index);
	if (slot == NULL)
		return DELIST_EAGAIN;
	result = delist_work_get_request(work, &oldest, slot->id);
	return result == DELIST_OK ? evict(work, oldest) : result;
}

/*
 * The request that is open for the pair.  One that is over by its date is
 * over, whether or not anybody called tick: it ends here, and leaves its
 * place in line to the new one.
 */
static int
find_open(struct work *work, const struct delist_event *ev,
    struct work_request **open, struct work_request **over)
{
	struct delist_event due = {.kind = DELIST_EVENT_DUE};
	struct work_request *request;
	uint8_t id[16];
	unsigned todo;
	bool found;
	int result =
	    delist_work_get_open(work, &found, id, &ev->addr, &ev->mailbox);

	*open = *over = NULL;
	if (result != DELIST_OK || !found)
		return result;
	result = delist_work_get_request(work, &request, id);
	if (result != DELIST_OK)
		return result;
	if (work->now_s < request->at.expires_s) {
		*open = request;
		return DELIST_OK;
	}
	*over = request;
	return delist_work_step_request(work, &todo, request, &due);
}

/* The page of this submission follows the request that it joined. */
static void
join(struct work_request *request, const uint8_t id[16])
{
	if (memcmp(request->at.status_id, id, 16) == 0)
		return;
	memcpy(request->at.status_id, id, 16);
	request->changed = true;
}

/*
 * Make the request of a submission.  Where no mail may go out none is made:
 * a stranger could fill the store with them, and a later submission finds
 * things as they are then.
 */
static int
make(struct work *work, struct work_request *request, struct work_request *over,
    struct delist_event *ev)
{
	unsigned todo;
	bool room;
	int result = has_room_for_target(work, &room, &ev->addr);

	if (result != DELIST_OK || !room || !ev->within_limits ||
	    ev->suppressed)
		return result;
	if (over == NULL)
		result = make_room(work);
	if (result != DELIST_OK)
		return result == DELIST_EAGAIN ? DELIST_OK : result;
	if (over != NULL)
		over->has_heir = true;
	return delist_work_step_request(work, &todo, request, ev);
}

static int
enter(struct work *work, const uint8_t id[16], struct delist_event *ev,
    const struct delist_addr *submitter)
{
	struct work_request *mine, *open, *over, *request;
	unsigned todo;
	int result = delist_work_get_request(work, &mine, id);

	if (result == DELIST_OK)
		result = find_open(work, ev, &open, &over);
	if (result == DELIST_OK)
		result =
		    delist_service_limits(work, ev, &ev->mailbox, submitter);
	/* The same form again, and its request came to an end. */
	if (result != DELIST_OK || (mine->at.state != DELIST_REQUEST_NONE &&
				       !delist_request_open(&mine->at)))
		return result;
	memcpy(ev->request_id, id, sizeof ev->request_id);
	request = open != NULL ? open : mine;
	if (open == NULL)
		result = make(work, mine, over, ev);
	else
		result = delist_work_step_request(work, &todo, open, ev);
	if (result == DELIST_OK && request->mail)
		delist_service_count(work);
	if (result == DELIST_OK && open != NULL && open != mine)
		join(open, id);
	return result;
}

/* What the page of a token shows for which there is no request. */
static void
mark(uint8_t id[16], bool waits)
{
	id[15] = (uint8_t)(id[15] & ~SERVICE_ID_WAITS);
	if (waits)
		id[15] |= SERVICE_ID_WAITS;
}

static int
submit_steps(struct work *work, void *arg)
{
	struct submit_call *call = arg;
	struct delist_event ev = call->ev;
	struct cover cover;
	int result = delist_work_get_history(work, &ev.addr);

	if (result != DELIST_OK)
		return result;
	cover = delist_service_facts(
	    work->service, &ev, &work->history.at, work->now_s);
	mark(call->id, ev.covered && ev.self_service);
	call->answer.result = DELIST_SUBMIT_NOT_LISTED;
	if (!ev.covered)
		return DELIST_OK;
	call->answer.code = cover.code;
	call->answer.prefix = cover.block.prefix;
	call->answer.result = DELIST_SUBMIT_INVESTIGATE;
	if (!ev.self_service)
		return DELIST_OK;
	call->answer.result = DELIST_SUBMIT_WAITING;
	return enter(work, call->id, &ev, &call->submitter);
}

/* ---- what was typed ---- */

static bool
is_ascii(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)text[i] > 127)
			return false;
	return true;
}

/* What is refused in ASCII is not for the hook to repair. */
static int
parse_international(const struct delist_service *service,
    struct delist_mailbox *mailbox, struct delist_text text)
{
	char ascii[DELIST_MAILBOX_MAX];
	size_t local = text.len, len;

	while (local != 0 && text.at[local - 1] != '@')
		local--;
	if (local == 0 || local > sizeof ascii || service->host.idna == NULL ||
	    is_ascii(text.at + local, text.len - local))
		return DELIST_ESYNTAX;
	memcpy(ascii, text.at, local);
	if (service->host.idna(service->host.idna_arg, ascii + local,
		sizeof ascii - local, &len, text.at + local,
		text.len - local) != DELIST_OK ||
	    len > sizeof ascii - local)
		return DELIST_ESYNTAX;
	return delist_mailbox_parse(mailbox, ascii, local + len);
}

static int
parse_mailbox(const struct delist_service *service,
    struct delist_mailbox *mailbox, struct delist_text text)
{
	if (delist_mailbox_parse(mailbox, text.at, text.len) == DELIST_OK)
		return DELIST_OK;
	return parse_international(service, mailbox, text);
}

enum {
	CLIENT_ID_MAX = 64
};

/* The same form for the same pair is the same request. */
static int
choose_id(const struct delist_service *service, uint8_t id[16],
    struct delist_text client_id, const struct delist_event *pair)
{
	uint8_t bytes[1 + CLIENT_ID_MAX + 1 + 16 + DELIST_MAILBOX_MAX] = {0};
	size_t len = client_id.len;
	struct delist_mailbox key;

	if (len == 0)
		return service->host.entropy(service->host.entropy_arg, id, 16);
	/* Each part has its own place, but for the last. */
	bytes[0] = (uint8_t)len;
	memcpy(bytes + 1, client_id.at, len);
	len = 1 + CLIENT_ID_MAX;
	bytes[len++] = pair->addr.family;
	memcpy(bytes + len, pair->addr.bytes, 16);
	len += 16;
	delist_mailbox_canonical(&key, &pair->mailbox);
	memcpy(bytes + len, key.text, key.len);
	delist_keyring_hash(
	    id, &service->keyring, DELIST_RECORD_REQUEST, bytes, len + key.len);
	return DELIST_OK;
}

int
delist_service_submit(struct delist_service *service,
    struct delist_submit_answer *answer,
    const struct delist_submission *submission, int64_t now_s)
{
	struct submit_call call = {.ev = {.kind = DELIST_EVENT_SUBMIT}};
	struct delist_token token;
	struct delist_grant grant = {.generation = 0};
	int result;

	if (submission->size != sizeof *submission ||
	    submission->addr.family == DELIST_NOADDR ||
	    submission->client_id.len > CLIENT_ID_MAX ||
	    delist_service_catalogue(service, submission->language) == NULL)
		return DELIST_EINVAL;
	call.ev.addr = delist_addr_folded(&submission->addr);
	result = parse_mailbox(service, &call.ev.mailbox, submission->mailbox);
	if (result == DELIST_OK)
		result = choose_id(
		    service, call.id, submission->client_id, &call.ev);
	if (result != DELIST_OK)
		return result;
	call.ev.language = submission->language;
	call.submitter = delist_addr_folded(&submission->submitter);
	result = delist_work_run(service, submit_steps, &call, now_s);
	if (result != DELIST_OK)
		return result;
	memcpy(grant.id, call.id, sizeof grant.id);
	(void)delist_token_make(&token, &service->keyring,
	    service->keyring.keys[service->keyring.active].kid,
	    DELIST_PURPOSE_STATUS, &grant);
	delist_token_format(call.answer.status, &token);
	*answer = call.answer;
	return DELIST_OK;
}
