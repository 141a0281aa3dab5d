/* SPDX-License-Identifier: ISC */
/*
 * record.c - values as rows
 *
 * Numbers are big-endian, times are int64_t in two's complement, and `n/text`
 * is a length byte and so many bytes.  In front of each is type(1) and
 * version(1), which is 1.
 *
 *	L	kind(1)  family(1)  address(4 or 16)  bits(1)
 *		state(1)  code(2)
 *		strikes(4)  when(8), the least of strikes and 8 times
 *		listed(8)  lifted(8)  effective by(8)  effective(8)
 *		probation until(8)  generation(8)  request id(16)
 *		evidences(1)  and for each
 *			n/source  n/reason  review(1)  at(8)  until(8)
 *	R	id(16)  state(1)  kid(1)  language(1)  muted(1)
 *		tries(4)  resends(4)  generation(4)  sent generation(4)
 *		family(1)  address(4 or 16)  n/mailbox
 *		created(8)  asked(8)  next try(8)  mail sent(8)
 *		sent expires(8)  expires(8)  applied(8)  effective(8)
 *		purge(8)  generation of the listing(8)  status id(16)
 *	H	count(4)  last(8)  limit
 *	M	mails: limit  failed: limit  suppressed until(8)
 *	C	limit
 *	O	id(16)
 *	S	id(16)
 *	G	generation(8)
 *	I	id(16)  state(1)  stage(1)  notice(1)  mail(1)  answer(1)
 *		language(1)  code(2)  intakes(4)  generation(4)  tries(4)
 *		family(1)  address(0, 4 or 16)  n/mailbox
 *		n/Message-ID  n/assignee  n/reason
 *		created(8)  opened(8)  due soon(8)  overdue(8)
 *		must answer(8)  asked(8)  next try(8)  expires(8)
 *		resolved(8)  join until(8)  purge(8)
 *	J	id(16)
 *	N	generation(8)  seen(8)  n/name
 *	A	at(8)  n/source  n/reason  changes(1)  and for each
 *			delay(8)  code(2)  of(1)  event(1)  before(1)  after(1)
 *			detail(1)  review(1)
 *			0(1), or 1(1)  family(1)  address(4 or 16)  bits(1)
 *			0(1), or 1(1)  id(16)
 *			0(1), or 1(1)  hash(16)
 *	P	id(16)  state(1)  class(1)  remedy(1)  by mail(1)  approved(1)
 *		checked(1)  n/provider  family(1)  address(4 or 16)
 *		requests(4)  mails(4)  generation(4)  bounces(4)  times(4)
 *		blocked(8)  bounced(8)  asked(8)  wait until(8)
 *		cleared(8)  expires(8)
 *	V	state(1)  scope(1)  used(1)  hour: limit  day: limit
 *		releases: limit  since(8)  due(8)  n/name
 *
 *	limit	newest(8)  used(4), 12 times
 *
 * One walk for each struct is all that knows its layout: it goes over a copy
 * of the value to write it, over a zeroed one to read it.
 *
 * Refused: fields with tags, and skipping what is not known.  A row of
 * another layout has another version, and a service that cannot read part of
 * a listing must not serve the rest of it.
 */
#include "record.h"

#include "refusal.h"

/* ---- listing ---- */

static void
walk_strikes(struct record_codec *codec, struct delist_listing *listing)
{
	delist_record_u32(codec, &listing->strikes);
	for (uint32_t i = 0; i < DELIST_LISTING_STRIKES; i++) {
		if (i < listing->strikes)
			delist_record_time(codec, &listing->strike_s[i]);
		else
			delist_record_require(codec, listing->strike_s[i] == 0);
	}
}

static void
walk_evidence(struct record_codec *codec, struct delist_evidence *evidence)
{
	delist_record_counted(codec, &evidence->source_len, evidence->source,
	    sizeof evidence->source);
	delist_record_counted(codec, &evidence->reason_len, evidence->reason,
	    sizeof evidence->reason);
	delist_record_flag(codec, &evidence->review);
	delist_record_time(codec, &evidence->at_s);
	delist_record_time(codec, &evidence->until_s);
}

static bool
is_unused(const struct delist_evidence *evidence)
{
	return evidence->source_len == 0 && evidence->reason_len == 0 &&
	       !evidence->review && evidence->at_s == 0 &&
	       evidence->until_s == 0 &&
	       delist_record_is_zero(
		   evidence->source, sizeof evidence->source) &&
	       delist_record_is_zero(evidence->reason, sizeof evidence->reason);
}

static void
walk_evidences(struct record_codec *codec, struct delist_listing *listing)
{
	uint8_t n = delist_record_count(
	    codec, &listing->evidences, DELIST_LISTING_EVIDENCE);

	for (uint8_t i = 0; i < DELIST_LISTING_EVIDENCE; i++) {
		if (i < n)
			walk_evidence(codec, &listing->evidence[i]);
		else
			delist_record_require(
			    codec, is_unused(&listing->evidence[i]));
	}
}

static void
walk_listing(struct record_codec *codec, struct delist_listing *listing)
{
	delist_record_u8(codec, &listing->kind);
	delist_record_prefix(codec, &listing->prefix);
	delist_record_u8(codec, &listing->state);
	delist_record_u16(codec, &listing->code);
	walk_strikes(codec, listing);
	delist_record_time(codec, &listing->listed_s);
	delist_record_time(codec, &listing->lifted_s);
	delist_record_time(codec, &listing->effective_by_s);
	delist_record_time(codec, &listing->effective_s);
	delist_record_time(codec, &listing->probation_until_s);
	delist_record_u64(codec, &listing->generation);
	delist_record_bytes(
	    codec, listing->request_id, sizeof listing->request_id);
	walk_evidences(codec, listing);
	delist_record_require(codec, listing->kind <= DELIST_LISTING_ALLOW);
	delist_record_require(
	    codec, listing->state > DELIST_LISTING_ABSENT &&
		       listing->state < DELIST_LISTING_STATES);
	delist_record_require(codec, delist_refusal_is_code(listing->code));
}

int
delist_record_write_listing(
    struct delist_record *record, const struct delist_listing *listing)
{
	struct delist_record made = {0};
	struct delist_listing copy = *listing;
	struct record_codec codec =
	    delist_record_writing(&made, DELIST_RECORD_LISTING);

	walk_listing(&codec, &copy);
	return delist_record_written(record, &made, &codec);
}

int
delist_record_read_listing(
    struct delist_listing *listing, struct delist_text bytes)
{
	struct delist_listing found = {0};
	struct record_codec codec =
	    delist_record_reading(bytes, DELIST_RECORD_LISTING);
	int result;

	walk_listing(&codec, &found);
	result = delist_record_was_read(&codec);
	if (result == DELIST_OK)
		*listing = found;
	return result;
}

/* ---- request ---- */

static void
walk_request(struct record_codec *codec, struct delist_request *request)
{
	delist_record_bytes(codec, request->id, sizeof request->id);
	delist_record_u8(codec, &request->state);
	delist_record_u8(codec, &request->kid);
	delist_record_u8(codec, &request->language);
	delist_record_flag(codec, &request->muted);
	delist_record_u32(codec, &request->tries);
	delist_record_u32(codec, &request->resends);
	delist_record_u32(codec, &request->generation);
	delist_record_u32(codec, &request->sent_generation);
	delist_record_addr(codec, &request->addr);
	delist_record_mailbox(codec, &request->mailbox);
	delist_record_time(codec, &request->created_s);
	delist_record_time(codec, &request->asked_s);
	delist_record_time(codec, &request->next_try_s);
	delist_record_time(codec, &request->mail_sent_s);
	delist_record_time(codec, &request->sent_expires_s);
	delist_record_time(codec, &request->expires_s);
	delist_record_time(codec, &request->applied_s);
	delist_record_time(codec, &request->effective_s);
	delist_record_time(codec, &request->purge_s);
	delist_record_u64(codec, &request->listing_generation);
	delist_record_bytes(
	    codec, request->status_id, sizeof request->status_id);
	delist_record_require(
	    codec, request->state > DELIST_REQUEST_NONE &&
		       request->state < DELIST_REQUEST_STATES);
	/* Purged is to be without the mailbox, and nothing else is. */
	delist_record_require(
	    codec, (request->state == DELIST_REQUEST_PURGED) ==
		       (request->mailbox.len == 0));
}

int
delist_record_write_request(
    struct delist_record *record, const struct delist_request *request)
{
	struct delist_record made = {0};
	struct delist_request copy = *request;
	struct record_codec codec =
	    delist_record_writing(&made, DELIST_RECORD_REQUEST);

	walk_request(&codec, &copy);
	return delist_record_written(record, &made, &codec);
}

int
delist_record_read_request(
    struct delist_request *request, struct delist_text bytes)
{
	struct delist_request found = {0};
	struct record_codec codec =
	    delist_record_reading(bytes, DELIST_RECORD_REQUEST);
	int result;

	walk_request(&codec, &found);
	result = delist_record_was_read(&codec);
	if (result == DELIST_OK)
		*request = found;
	return result;
}
