/* SPDX-License-Identifier: ISC */
#ifndef LIB_RECORD_H
#define LIB_RECORD_H

#include <stdbool.h>
#include <stddef.h>

#include <delist/record.h>

/*
 * A row at work, in one direction or the other.  Each call below moves one
 * field: from the value to the bytes where a row is written, from the bytes
 * to the value where it is read.  One walk over the fields so says the
 * layout for both.
 *
 * After the first error nothing moves any more: look once, at the end.  A
 * value that is read must be zero when it begins; a field that did not move
 * is as it was.
 */
struct record_codec {
	char *to;	  /* NULL: it is being read */
	const char *from; /* NULL: it is being written */
	size_t at;
	size_t end; /* of the room, or of the bytes */
	int error;
};

/* The type and the version, and what is to follow. */
struct record_codec delist_record_writing(
    struct delist_record *record, int type);
struct record_codec delist_record_reading(struct delist_text bytes, int type);

/*
 * DELIST_OK, or what went wrong.  Where `writing` went well, *record is what
 * was made; where `reading` did, no byte was left over.
 */
int delist_record_written(struct delist_record *record,
    struct delist_record *made, const struct record_codec *writing);
int delist_record_was_read(const struct record_codec *reading);

/* What the value must be, now that its fields have moved. */
void delist_record_require(struct record_codec *codec, bool holds);

void delist_record_bytes(struct record_codec *codec, void *at, size_t len);
void delist_record_u8(struct record_codec *codec, uint8_t *value);
void delist_record_u16(struct record_codec *codec, uint16_t *value);
void delist_record_u32(struct record_codec *codec, uint32_t *value);
void delist_record_u64(struct record_codec *codec, uint64_t *value);
void delist_record_time(struct record_codec *codec, int64_t *time_s);
void delist_record_flag(struct record_codec *codec, bool *flag);

/* 0..max.  Returns it, or 0 after an error: it can be relied on. */
uint8_t delist_record_count(
    struct record_codec *codec, uint8_t *count, uint8_t max);

/* 1..room bytes with their length in front; what is behind them is 0. */
void delist_record_counted(
    struct record_codec *codec, uint8_t *len, char *at, uint8_t room);

void delist_record_prefix(
    struct record_codec *codec, struct delist_prefix *prefix);
void delist_record_addr(struct record_codec *codec, struct delist_addr *addr);

/* The same, or none at all: no family, and no byte. */
void delist_record_maybe_addr(
    struct record_codec *codec, struct delist_addr *addr);

/* 0..room bytes with their length in front; what is behind them is 0. */
void delist_record_maybe(
    struct record_codec *codec, uint8_t *len, char *at, uint8_t room);

void delist_record_limit(
    struct record_codec *codec, struct delist_limit *limit);

/* A mailbox, or none. */
void delist_record_mailbox(
    struct record_codec *codec, struct delist_mailbox *mailbox);

/* Whether at[0..len) is all 0. */
bool delist_record_is_zero(const void *at, size_t len);

#endif
