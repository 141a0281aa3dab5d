/* SPDX-License-Identifier: ISC */
/*
 * record_audit.c - rows of what became of whom
 *
 * The layout is in record.c.  There are many of these rows, so what is not
 * there takes a byte at most.
 */
#include "record.h"
#include "refusal.h"

/* 16 bytes that are not all 0, or none. */
static void
walk_maybe_id(struct record_codec *codec, uint8_t id[16])
{
	bool has = !delist_record_is_zero(id, 16);

	delist_record_flag(codec, &has);
	if (!has)
		return;
	delist_record_bytes(codec, id, 16);
	delist_record_require(codec, !delist_record_is_zero(id, 16));
}

/* A prefix, or none. */
static void
walk_maybe_prefix(struct record_codec *codec, struct delist_prefix *prefix)
{
	bool has = prefix->addr.family != DELIST_NOADDR;

	delist_record_flag(codec, &has);
	if (has)
		delist_record_prefix(codec, prefix);
	else
		delist_record_require(
		    codec, delist_record_is_zero(prefix, sizeof *prefix));
}

static void
walk_change(struct record_codec *codec, struct delist_audit_change *change)
{
	delist_record_time(codec, &change->delay_s);
	delist_record_u16(codec, &change->code);
	delist_record_u8(codec, &change->of);
	delist_record_u8(codec, &change->event);
	delist_record_u8(codec, &change->before);
	delist_record_u8(codec, &change->after);
	delist_record_u8(codec, &change->detail);
	delist_record_flag(codec, &change->review);
	walk_maybe_prefix(codec, &change->prefix);
	walk_maybe_id(codec, change->id);
	walk_maybe_id(codec, change->hash);
	delist_record_require(codec,
	    change->of > DELIST_AUDIT_NONE && change->of < DELIST_AUDIT_OFS);
	delist_record_require(
	    codec, change->code == 0 || delist_refusal_is_code(change->code));
}

static bool
is_unused(const struct delist_audit_change *change)
{
	return change->delay_s == 0 && change->code == 0 && change->of == 0 &&
	       change->event == 0 && change->before == 0 &&
	       change->after == 0 && change->detail == 0 && !change->review &&
	       delist_record_is_zero(&change->prefix, sizeof change->prefix) &&
	       delist_record_is_zero(change->id, sizeof change->id) &&
	       delist_record_is_zero(change->hash, sizeof change->hash);
}

static void
walk_audit(struct record_codec *codec, struct delist_audit *audit)
{
	uint8_t n;

	delist_record_time(codec, &audit->at_s);
	delist_record_maybe(
	    codec, &audit->source_len, audit->source, sizeof audit->source);
	delist_record_maybe(
	    codec, &audit->reason_len, audit->reason, sizeof audit->reason);
	n = delist_record_count(codec, &audit->changes, DELIST_AUDIT_CHANGES);
	delist_record_require(codec, n != 0);
	for (uint8_t i = 0; i < DELIST_AUDIT_CHANGES; i++) {
		if (i < n)
			walk_change(codec, &audit->change[i]);
		else
			delist_record_require(
			    codec, is_unused(&audit->change[i]));
	}
}

int
delist_record_write_audit(
    struct delist_record *record, const struct delist_audit *audit)
{
	struct delist_record made = {0};
	struct delist_audit copy = *audit;
	struct record_codec codec =
	    delist_record_writing(&made, DELIST_RECORD_AUDIT);

	walk_audit(&codec, &copy);
	return delist_record_written(record, &made, &codec);
}

int
delist_record_read_audit(struct delist_audit *audit, struct delist_text bytes)
{
	struct delist_audit found = {0};
	struct record_codec codec =
	    delist_record_reading(bytes, DELIST_RECORD_AUDIT);
	int result;

	walk_audit(&codec, &found);
	result = delist_record_was_read(&codec);
	if (result == DELIST_OK)
		*audit = found;
	return result;
}
