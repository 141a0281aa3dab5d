/* SPDX-License-Identifier: ISC */
/*
 * service.c - open and close
 *
 * A service is opened on the rows alone: each listing and each request gets
 * its slot, as if it had just been published.  A mail that was asked for and
 * is not known to be accepted goes out again: the store can't tell whether
 * the mailer ever had it, and its Message-ID is the same.
 */
#include <delist/ndr.h>
#include <delist/reply.h>

#include <string.h>

#include "alloc.h"
#include "bytes.h"
#include "service.h"

int
delist_service_config_init(struct delist_service_config *config, size_t size)
{
	if (config == NULL || size != sizeof *config)
		return DELIST_EINVAL;
	*config = (struct delist_service_config){.size = sizeof *config};
	return delist_policy_init(&config->policy, sizeof config->policy);
}

const struct delist_catalogue *
delist_service_catalogue(const struct delist_service *service, uint8_t language)
{
	if (service->catalogues == NULL)
		return delist_catalogue_builtin(language);
	return language < service->catalogue_count
		   ? service->catalogues[language]
		   : NULL;
}

/* ---- what it is given ---- */

static bool
is_whole(const struct delist_service_config *config)
{
	const struct delist_store_ops *store = config->store.ops;
	const struct delist_mail_ops *mail = config->mailer.ops;

	return config->size == sizeof *config && store != NULL &&
	       store->size == sizeof *store && store->get != NULL &&
	       store->commit != NULL && store->next != NULL &&
	       (store->hold == NULL) == (store->sync == NULL) && mail != NULL &&
	       mail->size == sizeof *mail && mail->send != NULL &&
	       config->host.size == sizeof config->host &&
	       config->host.entropy != NULL && config->from != NULL &&
	       config->domain != NULL && config->delist_mailbox != NULL &&
	       config->portal_url != NULL && config->confirm_url != NULL &&
	       config->cancel_url != NULL && config->status_url != NULL;
}

/* Copy a string behind the others and leave a view of it. */
static void
keep(struct delist_service *service, struct delist_text *view, const char *text)
{
	char *at = service->texts + service->texts_len;

	*view = (struct delist_text){at, strlen(text)};
	memcpy(at, text, view->len + 1);
	service->texts_len += view->len + 1;
}

static int
keep_texts(
    struct delist_service *service, const struct delist_service_config *config)
{
	const struct {
		struct delist_text *view;
		const char *text;
	} all[] = {
	    {&service->domain, config->domain},
	    {&service->portal_url, config->portal_url},
	    {&service->confirm_url, config->confirm_url},
	    {&service->cancel_url, config->cancel_url},
	    {&service->status_url, config->status_url},
	};
	size_t len = 0;

	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		len += strlen(all[i].text) + 1;
	service->texts = delist_alloc_zeroed(&service->alloc, len, 1);
	if (service->texts == NULL)
		return DELIST_ENOMEM;
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		keep(service, all[i].view, all[i].text);
	return DELIST_OK;
}

static int
take_config(
    struct delist_service *service, const struct delist_service_config *config)
{
	const char *from = config->from, *to = config->delist_mailbox;
	int result;

	service->store = config->store;
	service->mailer = config->mailer;
	service->host = config->host;
	service->policy = config->policy;
	service->keyring = config->keyring;
	service->catalogues = config->catalogues;
	service->catalogue_count = config->catalogue_count;
	service->audit_elsewhere = config->audit_elsewhere;
	result = delist_policy_check(&service->policy);
	if (result == DELIST_OK)
		result = delist_keyring_check(&service->keyring);
	if (result != DELIST_OK ||
	    delist_mailbox_parse(&service->from, from, strlen(from)) !=
		DELIST_OK ||
	    delist_mailbox_parse(&service->delist_mailbox, to, strlen(to)) !=
		DELIST_OK)
		return DELIST_EINVAL;
	delist_mailbox_canonical(
	    &service->delist_key, &service->delist_mailbox);
	return keep_texts(service, config);
}

/* Both replies that an MTA may have to give can be written. */
static int
check_contacts(const struct delist_service *service)
{
	struct delist_check check = {.answer = DELIST_CHECK_BLOCKED};
	struct delist_addr addr = delist_addr_from6((const uint8_t[16]){255});
	char text[DELIST_REPLY_TEXT];
	size_t len;
	int result;

	check.code = DELIST_LISTING_CODE_INVESTIGATE;
	result = delist_service_reply(
	    service, text, sizeof text, &len, &check, &addr, 1);
	check.code = DELIST_LISTING_CODE;
	if (result == DELIST_OK)
		result = delist_service_reply(
		    service, text, sizeof text, &len, &check, &addr, 1);
	return result == DELIST_OK ? DELIST_OK : DELIST_EINVAL;
}

/* ---- what is in the store ---- */

static int
load_listing(struct delist_service *service, struct delist_text bytes)
{
	struct delist_listing listing;
	int result = delist_record_read_listing(&listing, bytes);

	if (result == DELIST_OK)
		result = delist_index_fill(&service->index, &listing);
	if (result == DELIST_OK)
		result = delist_lifts_reserve(&service->lifts);
	if (result == DELIST_OK)
		delist_lifts_wait(&service->lifts, &listing, INT64_MIN);
	return result;
}

static int
load_request(struct delist_service *service, struct delist_text bytes)
{
	struct delist_request request;
	struct request_slot *slot;
	int result = delist_record_read_request(&request, bytes);

	if (result == DELIST_OK)
		result = delist_index_reserve(&service->index);
	if (result != DELIST_OK)
		return result;
	delist_index_request(&service->index, &request, false);
	if (!delist_service_mail_waits(&request))
		return DELIST_OK;
	slot = delist_index_find(&service->index, request.id);
	slot->outbox = true;
	delist_index_wake(&service->index, slot, INT64_MIN);
	return DELIST_OK;
}

static int
load_case(struct delist_service *service, struct delist_text bytes)
{
	struct delist_investigation one;
	struct case_slot *slot;
	int result = delist_record_read_investigation(&one, bytes);

	if (result == DELIST_OK)
		result = delist_cases_reserve(&service->cases);
	if (result != DELIST_OK)
		return result;
	delist_case_publish(&service->cases, &one, false);
	if (!delist_notice_waits(&one))
		return DELIST_OK;
	slot = delist_case_find(&service->cases, one.id);
	slot->outbox = true;
	delist_case_wake(&service->cases, slot, INT64_MIN);
	return DELIST_OK;
}

/* Whoever reads a row leaves its views behind, but not its key. */
static int
load_all(struct delist_service *service, int type,
    int (*load)(struct delist_service *service, struct delist_text bytes))
{
	char after[DELIST_STORE_KEY_MAX];
	struct delist_text from = {after, 0};
	struct delist_record_key prefix;
	struct delist_store_row row;

	delist_record_type_key(&prefix, type);
	for (;;) {
		bool found;
		int result = service->store.ops->next(service->store.arg,
		    &found, &row, delist_record_key_text(&prefix), from);

		if (result != DELIST_OK || !found)
			return result;
		if (row.key.len > sizeof after)
			return DELIST_ECORRUPT;
		memcpy(after, row.key.at, row.key.len);
		from.len = row.key.len;
		result = load(service, row.value);
		if (result != DELIST_OK)
			return result;
	}
}

/* ---- open and close ---- */

static int
set_up_index(struct delist_service *service)
{
	uint8_t seed[16];

	delist_keyring_hash(
	    seed, &service->keyring, DELIST_RECORD_LISTING, NULL, 0);
	return delist_index_init(
	    &service->index, &service->alloc, &service->policy.guard, seed);
}

static int
make_scratch(struct delist_service *service)
{
	service->scratch =
	    delist_alloc_zeroed(&service->alloc, DELIST_NDR_SCRATCH, 1);
	return service->scratch != NULL ? DELIST_OK : DELIST_ENOMEM;
}

static int
set_up(
    struct delist_service *service, const struct delist_service_config *config)
{
	int result = take_config(service, config);

	if (result == DELIST_OK)
		result = check_contacts(service);
	if (result == DELIST_OK)
		result = delist_service_letter_room(service);
	if (result == DELIST_OK)
		result = set_up_index(service);
	if (result == DELIST_OK)
		result = delist_cases_init(&service->cases, &service->alloc);
	if (result == DELIST_OK)
		result = delist_lifts_init(&service->lifts, &service->alloc);
	if (result == DELIST_OK)
		result = make_scratch(service);
	if (result == DELIST_OK)
		result = load_all(service, DELIST_RECORD_LISTING, load_listing);
	if (result == DELIST_OK)
		result = delist_index_filled(&service->index);
	if (result == DELIST_OK)
		result = load_all(service, DELIST_RECORD_REQUEST, load_request);
	if (result == DELIST_OK)
		result =
		    load_all(service, DELIST_RECORD_INVESTIGATION, load_case);
	if (result == DELIST_OK)
		result = delist_service_sweep_open(service);
	if (result == DELIST_OK)
		result = delist_audit_open(service);
	if (result == DELIST_OK)
		result = delist_nodes_open(service);
	return result;
}

int
delist_service_open(
    struct delist_service **out, const struct delist_service_config *config)
{
	struct delist_alloc alloc;
	struct delist_service *service;
	int result;

	if (out == NULL || config == NULL || !is_whole(config))
		return DELIST_EINVAL;
	alloc = delist_alloc_or_libc(config->alloc);
	service = delist_alloc_zeroed(&alloc, 1, sizeof *service);
	if (service == NULL)
		return DELIST_ENOMEM;
	service->alloc = alloc;
	result = set_up(service, config);
	if (result != DELIST_OK)
		delist_service_close(service);
	else
		*out = service;
	return result;
}

void
delist_service_close(struct delist_service *service)
{
	struct delist_alloc alloc;

	if (service == NULL)
		return;
	alloc = service->alloc;
	/* Whoever uses the store next must not find it held. */
	if (service->hold.on)
		(void)service->store.ops->sync(service->store.arg);
	delist_index_fini(&service->index);
	delist_cases_fini(&service->cases);
	delist_lifts_fini(&service->lifts);
	delist_hold_fini(service);
	delist_alloc_release(&alloc, service->scratch, DELIST_NDR_SCRATCH, 1);
	delist_alloc_release(&alloc, service->texts, service->texts_len, 1);
	delist_alloc_release(&alloc, service->letter, service->letter_room, 1);
	delist_bytes_wipe(&service->keyring, sizeof service->keyring);
	delist_alloc_release(&alloc, service, 1, sizeof *service);
}
