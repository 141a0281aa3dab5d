/* SPDX-License-Identifier: ISC */
/*
 * bytes.c - numbers as bytes, and the care of secrets
 */
#include "bytes.h"

uint16_t
delist_get_be16(const uint8_t at[2])
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

uint32_t
delist_get_be32(const uint8_t at[4])
{
	return (uint32_t)delist_get_be16(at) << 16 | delist_get_be16(at + 2);
}

uint64_t
delist_get_be64(const uint8_t at[8])
{
	return (uint64_t)delist_get_be32(at) << 32 | delist_get_be32(at + 4);
}

void
delist_put_be16(uint8_t at[2], uint16_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

void
delist_put_be32(uint8_t at[4], uint32_t value)
{
	delist_put_be16(at, (uint16_t)(value >> 16));
	delist_put_be16(at + 2, (uint16_t)value);
}

void
delist_put_be64(uint8_t at[8], uint64_t value)
{
	delist_put_be32(at, (uint32_t)(value >> 32));
	delist_put_be32(at + 4, (uint32_t)value);
}

uint16_t
delist_get_le16(const uint8_t at[2])
{
	return (uint16_t)(at[1] << 8 | at[0]);
}

uint32_t
delist_get_le32(const uint8_t at[4])
{
	return (uint32_t)delist_get_le16(at + 2) << 16 | delist_get_le16(at);
}

uint64_t
delist_get_le64(const uint8_t at[8])
{
	return (uint64_t)delist_get_le32(at + 4) << 32 | delist_get_le32(at);
}

void
delist_put_le16(uint8_t at[2], uint16_t value)
{
	at[0] = (uint8_t)value;
	at[1] = (uint8_t)(value >> 8);
}

void
delist_put_le32(uint8_t at[4], uint32_t value)
{
	delist_put_le16(at, (uint16_t)value);
	delist_put_le16(at + 2, (uint16_t)(value >> 16));
}

void
delist_put_le64(uint8_t at[8], uint64_t value)
{
	delist_put_le32(at, (uint32_t)value);
	delist_put_le32(at + 4, (uint32_t)(value >> 32));
}

bool
delist_bytes_equal_secret(const void *a, const void *b, size_t len)
{
	const volatile uint8_t *x = a, *y = b;
	uint8_t differ = 0;

	for (size_t i = 0; i < len; i++)
		differ = (uint8_t)(differ | (x[i] ^ y[i]));
	return differ == 0;
}

void
delist_bytes_wipe(void *at, size_t len)
{
	volatile uint8_t *byte = at;

	for (size_t i = 0; i < len; i++)
		byte[i] = 0;
}
