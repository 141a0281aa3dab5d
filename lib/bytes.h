/* SPDX-License-Identifier: ISC */
#ifndef LIB_BYTES_H
#define LIB_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Integers as bytes in a stated order, the same on every machine, and the
 * two things to do with secret bytes.
 */
uint16_t delist_get_be16(const uint8_t at[2]);
uint32_t delist_get_be32(const uint8_t at[4]);
uint64_t delist_get_be64(const uint8_t at[8]);
void delist_put_be16(uint8_t at[2], uint16_t value);
void delist_put_be32(uint8_t at[4], uint32_t value);
void delist_put_be64(uint8_t at[8], uint64_t value);

uint16_t delist_get_le16(const uint8_t at[2]);
uint32_t delist_get_le32(const uint8_t at[4]);
uint64_t delist_get_le64(const uint8_t at[8]);
void delist_put_le16(uint8_t at[2], uint16_t value);
void delist_put_le32(uint8_t at[4], uint32_t value);
void delist_put_le64(uint8_t at[8], uint64_t value);

/*
 * Whether a[0..len) and b[0..len) are equal, in a time that does not depend
 * on where they differ.
 */
bool delist_bytes_equal_secret(const void *a, const void *b, size_t len);

/* Overwrite with zeros in a way that the compiler keeps. */
void delist_bytes_wipe(void *at, size_t len);

#endif
