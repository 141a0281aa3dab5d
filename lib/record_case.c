/* SPDX-License-Identifier: ISC */
/*
 * record_case.c - rows of investigations, of what finds them, and of nodes
 *
 * The layouts are in record.c.
 */
#include "record.h"
#include "refusal.h"

#include <string.h>

/* ---- investigation ---- */

static void
walk_state(
    struct record_codec *codec, struct delist_investigation *investigation)
{
	delist_record_u8(codec, &investigation->state);
	delist_record_u8(codec, &investigation->stage);
	delist_record_u8(codec, &investigation->notice);
	delist_record_u8(codec, &investigation->mail);
	delist_record_u8(codec, &investigation->answer);
	delist_record_u8(codec, &investigation->language);
	delist_record_u16(codec, &investigation->code);
	delist_record_require(codec,
	    investigation->state > DELIST_INVESTIGATION_NONE &&
		investigation->state < DELIST_INVESTIGATION_STATES &&
		investigation->stage <= DELIST_STAGE_MUST_ANSWER &&
		investigation->notice < DELIST_NOTICES &&
		investigation->mail <= DELIST_INVESTIGATION_MAIL_FAILED &&
		investigation->answer < DELIST_NOTICES);
	delist_record_require(
	    codec, investigation->code == 0 ||
		       delist_refusal_is_code(investigation->code));
}

static void
walk_times(
    struct record_codec *codec, struct delist_investigation *investigation)
{
	delist_record_time(codec, &investigation->created_s);
	delist_record_time(codec, &investigation->opened_s);
	for (size_t i = 0; i < 3; i++)
		delist_record_time(codec, &investigation->due_s[i]);
	delist_record_time(codec, &investigation->asked_s);
	delist_record_time(codec, &investigation->next_try_s);
	delist_record_time(codec, &investigation->expires_s);
	delist_record_time(codec, &investigation->resolved_s);
	delist_record_time(codec, &investigation->join_until_s);
	delist_record_time(codec, &investigation->purge_s);
}

static void
walk_investigation(
    struct record_codec *codec, struct delist_investigation *investigation)
{
	delist_record_bytes(codec, investigation->id, sizeof investigation->id);
	walk_state(codec, investigation);
	delist_record_u32(codec, &investigation->intakes);
	delist_record_u32(codec, &investigation->generation);
	delist_record_u32(codec, &investigation->tries);
	delist_record_maybe_addr(codec, &investigation->addr);
	delist_record_mailbox(codec, &investigation->mailbox);
	delist_record_maybe(codec, &investigation->message_id_len,
	    investigation->message_id, sizeof investigation->message_id);
	delist_record_maybe(codec, &investigation->assignee_len,
	    investigation->assignee, sizeof investigation->assignee);
	delist_record_maybe(codec, &investigation->reason_len,
	    investigation->reason, sizeof investigation->reason);
	walk_times(codec, investigation);
	/* Purged is to be without whoever wrote. */
	delist_record_require(
	    codec, investigation->state != DELIST_INVESTIGATION_PURGED ||
		       investigation->mailbox.len == 0);
}

int
delist_record_write_investigation(struct delist_record *record,
    const struct delist_investigation *investigation)
{
	struct delist_record made = {0};
	struct delist_investigation copy = *investigation;
	struct record_codec codec =
	    delist_record_writing(&made, DELIST_RECORD_INVESTIGATION);

	walk_investigation(&codec, &copy);
	return delist_record_written(record, &made, &codec);
}

int
delist_record_read_investigation(
    struct delist_investigation *investigation, struct delist_text bytes)
{
	struct delist_investigation found = {0};
	struct record_codec codec =
	    delist_record_reading(bytes, DELIST_RECORD_INVESTIGATION);
	int result;

	walk_investigation(&codec, &found);
	result = delist_record_was_read(&codec);
	if (result == DELIST_OK)
		*investigation = found;
	return result;
}

/* ---- node ---- */

static void
walk_node(struct record_codec *codec, struct delist_node *node)
{
	delist_record_u64(codec, &node->generation);
	delist_record_time(codec, &node->seen_s);
	delist_record_counted(
	    codec, &node->name_len, node->name, sizeof node->name);
}

int
delist_record_write_node(
    struct delist_record *record, const struct delist_node *node)
{
	struct delist_record made = {0};
	struct delist_node copy = *node;
	struct record_codec codec =
	    delist_record_writing(&made, DELIST_RECORD_NODE);

	walk_node(&codec, &copy);
	return delist_record_written(record, &made, &codec);
}

int
delist_record_read_node(struct delist_node *node, struct delist_text bytes)
{
	struct delist_node found = {0};
	struct record_codec codec =
	    delist_record_reading(bytes, DELIST_RECORD_NODE);
	int result;

	walk_node(&codec, &found);
	result = delist_record_was_read(&codec);
	if (result == DELIST_OK)
		*node = found;
	return result;
}
