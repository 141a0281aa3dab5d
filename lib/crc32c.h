/* SPDX-License-Identifier: ISC */
#ifndef LIB_CRC32C_H
#define LIB_CRC32C_H

#include <stddef.h>
#include <stdint.h>

/*
 * CRC32C, the Castagnoli polynomial of RFC 3720, section 12.1: against
 * accidents, never against people.
 *
 * `crc` is the result for the bytes before these, and 0 at the start, so a
 * sum can be taken piece by piece; or it is any other number that the sum
 * shall depend on, its seed.
 */
uint32_t delist_crc32c(uint32_t crc, const void *bytes, size_t len);

#endif
