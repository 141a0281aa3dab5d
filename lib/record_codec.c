/* SPDX-License-Identifier: ISC */
/*
 * record_codec.c - one field between a value and its bytes, either way
 *
 * Numbers go by way of their bytes, and back: what is put there is what was
 * in the value, and what is got is what was read, or else the same again.
 *
 * What a field must be is asked after it has moved, so one question guards
 * both ways.  Only the error differs: a value that is none is the caller's
 * doing, bytes that are none are damage.
 */
#include "record.h"

#include <string.h>

#include "bytes.h"

enum {
	VERSION = 1 /* of all layouts */
};

/* ---- the whole ---- */

void
delist_record_require(struct record_codec *codec, bool holds)
{
	if (!holds && codec->error == DELIST_OK)
		codec->error =
		    codec->to != NULL ? DELIST_EINVAL : DELIST_ECORRUPT;
}

static void
head(struct record_codec *codec, int type)
{
	uint8_t found = (uint8_t)type, version = VERSION;

	delist_record_u8(codec, &found);
	delist_record_u8(codec, &version);
	delist_record_require(codec, found == type && version >= VERSION);
	if (codec->error == DELIST_OK && version > VERSION)
		codec->error = DELIST_EVERSION;
}

struct record_codec
delist_record_writing(struct delist_record *record, int type)
{
	struct record_codec codec = {
	    .to = record->at, .end = sizeof record->at};

	head(&codec, type);
	return codec;
}

struct record_codec
delist_record_reading(struct delist_text bytes, int type)
{
	struct record_codec codec = {.from = bytes.at, .end = bytes.len};

	head(&codec, type);
	return codec;
}

int
delist_record_written(struct delist_record *record, struct delist_record *made,
    const struct record_codec *writing)
{
	if (writing->error != DELIST_OK)
		return writing->error;
	made->len = (uint16_t)writing->at;
	*record = *made;
	return DELIST_OK;
}

int
delist_record_was_read(const struct record_codec *reading)
{
	if (reading->error == DELIST_OK && reading->at != reading->end)
		return DELIST_ECORRUPT;
	return reading->error;
}

/* ---- bytes and numbers ---- */

bool
delist_record_is_zero(const void *at, size_t len)
{
	const uint8_t *byte = at;

	/* Each byte is as the one before it. */
	return len == 0 ||
	       (byte[0] == 0 && memcmp(byte, byte + 1, len - 1) == 0);
}

void
delist_record_bytes(struct record_codec *codec, void *at, size_t len)
{
	delist_record_require(codec, len <= codec->end - codec->at);
	if (codec->error != DELIST_OK || len == 0)
		return;
	if (codec->to != NULL)
		memcpy(codec->to + codec->at, at, len);
	else
		memcpy(at, codec->from + codec->at, len);
	codec->at += len;
}

void
delist_record_u8(struct record_codec *codec, uint8_t *value)
{
	delist_record_bytes(codec, value, 1);
}

void
delist_record_u16(struct record_codec *codec, uint16_t *value)
{
	uint8_t bytes[2];

	delist_put_be16(bytes, *value);
	delist_record_bytes(codec, bytes, sizeof bytes);
	*value = delist_get_be16(bytes);
}

void
delist_record_u32(struct record_codec *codec, uint32_t *value)
{
	uint8_t bytes[4];

	delist_put_be32(bytes, *value);
	delist_record_bytes(codec, bytes, sizeof bytes);
	*value = delist_get_be32(bytes);
}

void
delist_record_u64(struct record_codec *codec, uint64_t *value)
{
	uint8_t bytes[8];

	delist_put_be64(bytes, *value);
	delist_record_bytes(codec, bytes, sizeof bytes);
	*value = delist_get_be64(bytes);
}

/* Two's complement, which int64_t is by definition (C11, 7.20.1.1). */
void
delist_record_time(struct record_codec *codec, int64_t *time_s)
{
	uint64_t bits = (uint64_t)*time_s;

	delist_record_u64(codec, &bits);
	memcpy(time_s, &bits, sizeof bits);
}

void
delist_record_flag(struct record_codec *codec, bool *flag)
{
	uint8_t byte = *flag;

	delist_record_u8(codec, &byte);
	delist_record_require(codec, byte <= 1);
	*flag = byte == 1;
}

uint8_t
delist_record_count(struct record_codec *codec, uint8_t *count, uint8_t max)
{
	delist_record_u8(codec, count);
	delist_record_require(codec, *count <= max);
	return codec->error == DELIST_OK ? *count : 0;
}

/* ---- text, addresses, mailboxes ---- */

void
delist_record_maybe(
    struct record_codec *codec, uint8_t *len, char *at, uint8_t room)
{
	uint8_t n = delist_record_count(codec, len, room);

	delist_record_bytes(codec, at, n);
	delist_record_require(codec, delist_record_is_zero(at + n, room - n));
}

void
delist_record_counted(
    struct record_codec *codec, uint8_t *len, char *at, uint8_t room)
{
	delist_record_maybe(codec, len, at, room);
	delist_record_require(codec, *len != 0);
}

/* Family and bytes.  Another family has none, and the caller refuses it. */
static void
addr_bytes(struct record_codec *codec, struct delist_addr *addr)
{
	size_t len = 0;

	delist_record_u8(codec, &addr->family);
	if (addr->family == DELIST_INET4)
		len = 4;
	else if (addr->family == DELIST_INET6)
		len = sizeof addr->bytes;
	delist_record_bytes(codec, addr->bytes, len);
}

void
delist_record_prefix(struct record_codec *codec, struct delist_prefix *prefix)
{
	addr_bytes(codec, &prefix->addr);
	delist_record_u8(codec, &prefix->bits);
	delist_record_require(codec, delist_prefix_valid(prefix));
}

/* An address is one where the prefix of all its bits is. */
static bool
is_addr(const struct delist_addr *addr)
{
	struct delist_prefix whole = {*addr, 32};

	if (addr->family == DELIST_INET6)
		whole.bits = 128;
	return delist_prefix_valid(&whole);
}

void
delist_record_addr(struct record_codec *codec, struct delist_addr *addr)
{
	addr_bytes(codec, addr);
	delist_record_require(codec, is_addr(addr));
}

void
delist_record_maybe_addr(struct record_codec *codec, struct delist_addr *addr)
{
	addr_bytes(codec, addr);
	delist_record_require(
	    codec, delist_record_is_zero(addr, sizeof *addr) || is_addr(addr));
}

/* The index of the '@' follows from the text, so it has no byte. */
void
delist_record_mailbox(
    struct record_codec *codec, struct delist_mailbox *mailbox)
{
	struct delist_mailbox parsed = {0};
	uint8_t n =
	    delist_record_count(codec, &mailbox->len, DELIST_MAILBOX_MAX);

	delist_record_bytes(codec, mailbox->text, n);
	if (n != 0)
		delist_record_require(
		    codec, delist_mailbox_parse(&parsed, mailbox->text, n) ==
			       DELIST_OK);
	if (codec->to == NULL)
		mailbox->at = parsed.at;
	delist_record_require(codec,
	    mailbox->at == parsed.at &&
		memcmp(mailbox->text, parsed.text, sizeof parsed.text) == 0);
}
