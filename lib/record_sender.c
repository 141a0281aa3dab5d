/* SPDX-License-Identifier: ISC */
/*
 * record_sender.c - rows of appeals, and of who sends
 *
 * The layouts are in record.c.
 */
#include "record.h"

/* ---- appeal ---- */

static void
walk_block(struct record_codec *codec, struct delist_appeal *appeal)
{
	delist_record_u8(codec, &appeal->state);
	delist_record_u8(codec, &appeal->cls);
	delist_record_u8(codec, &appeal->remedy);
	delist_record_flag(codec, &appeal->by_mail);
	delist_record_flag(codec, &appeal->approved);
	delist_record_flag(codec, &appeal->checked);
	delist_record_require(codec, appeal->state > DELIST_APPEAL_NONE &&
					 appeal->state < DELIST_APPEAL_STATES);
	delist_record_require(
	    codec, appeal->cls >= DELIST_CLASS_IP_BLOCK_PORTAL &&
		       appeal->cls <= DELIST_CLASS_IP_BLOCK_RECIPIENT &&
		       appeal->remedy <= DELIST_REMEDY_OWN_ADMIN);
}

static void
walk_appeal(struct record_codec *codec, struct delist_appeal *appeal)
{
	delist_record_bytes(codec, appeal->id, sizeof appeal->id);
	walk_block(codec, appeal);
	delist_record_counted(codec, &appeal->provider_len, appeal->provider,
	    sizeof appeal->provider);
	delist_record_addr(codec, &appeal->addr);
	delist_record_u32(codec, &appeal->requests);
	delist_record_u32(codec, &appeal->mails);
	delist_record_u32(codec, &appeal->generation);
	delist_record_u32(codec, &appeal->bounces);
	delist_record_u32(codec, &appeal->times);
	delist_record_time(codec, &appeal->blocked_s);
	delist_record_time(codec, &appeal->bounced_s);
	delist_record_time(codec, &appeal->asked_s);
	delist_record_time(codec, &appeal->wait_until_s);
	delist_record_time(codec, &appeal->cleared_s);
	delist_record_time(codec, &appeal->expires_s);
}

int
delist_record_write_appeal(
    struct delist_record *record, const struct delist_appeal *appeal)
{
	struct delist_record made = {0};
	struct delist_appeal copy = *appeal;
	struct record_codec codec =
	    delist_record_writing(&made, DELIST_RECORD_APPEAL);

	walk_appeal(&codec, &copy);
	return delist_record_written(record, &made, &codec);
}

int
delist_record_read_appeal(
    struct delist_appeal *appeal, struct delist_text bytes)
{
	struct delist_appeal found = {0};
	struct record_codec codec =
	    delist_record_reading(bytes, DELIST_RECORD_APPEAL);
	int result;

	walk_appeal(&codec, &found);
	result = delist_record_was_read(&codec);
	if (result == DELIST_OK)
		*appeal = found;
	return result;
}

/* ---- account ---- */

static void
walk_account(struct record_codec *codec, struct delist_account *account)
{
	struct delist_outbound *outbound = &account->outbound;

	delist_record_u8(codec, &outbound->state);
	delist_record_u8(codec, &outbound->scope);
	delist_record_flag(codec, &outbound->used);
	delist_record_require(
	    codec, outbound->state < DELIST_OUTBOUND_STATES &&
		       outbound->scope < DELIST_OUTBOUND_SCOPES);
	delist_record_limit(codec, &outbound->hour);
	delist_record_limit(codec, &outbound->day);
	delist_record_limit(codec, &outbound->releases);
	delist_record_time(codec, &outbound->since_s);
	delist_record_time(codec, &outbound->due_s);
	delist_record_counted(
	    codec, &account->name_len, account->name, sizeof account->name);
}

int
delist_record_write_account(
    struct delist_record *record, const struct delist_account *account)
{
	struct delist_record made = {0};
	struct delist_account copy = *account;
	struct record_codec codec =
	    delist_record_writing(&made, DELIST_RECORD_ACCOUNT);

	walk_account(&codec, &copy);
	return delist_record_written(record, &made, &codec);
}

int
delist_record_read_account(
    struct delist_account *account, struct delist_text bytes)
{
	struct delist_account found = {0};
	struct record_codec codec =
	    delist_record_reading(bytes, DELIST_RECORD_ACCOUNT);
	int result;

	walk_account(&codec, &found);
	result = delist_record_was_read(&codec);
	if (result == DELIST_OK)
		*account = found;
	return result;
}
