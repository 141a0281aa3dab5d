/* SPDX-License-Identifier: ISC */
/*
 * Fuzz target: addresses and prefixes.  inet_pton() says what an address is;
 * whatever is accepted must come back from its own text.
 */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include <delist/addr.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
require(bool holds)
{
	if (!holds)
		abort();
}

static bool
inet_pton_takes(const uint8_t *data, size_t size)
{
	char text[64];
	uint8_t bytes[16];

	if (size == 0 || size >= sizeof text ||
	    memchr(data, '\0', size) != NULL)
		return false;
	memcpy(text, data, size);
	text[size] = '\0';
	return inet_pton(AF_INET, text, bytes) == 1 ||
	       inet_pton(AF_INET6, text, bytes) == 1;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct delist_addr addr, same_addr;
	struct delist_prefix prefix, same_prefix;
	char text[DELIST_PREFIX_TEXT];
	bool is_addr;
	size_t len;

	is_addr =
	    delist_addr_parse(&addr, (const char *)data, size) == DELIST_OK;
	require(is_addr == inet_pton_takes(data, size));
	if (is_addr) {
		len = delist_addr_format(text, &addr);
		require(len < DELIST_ADDR_TEXT && text[len] == '\0');
		require(delist_addr_parse(&same_addr, text, len) == DELIST_OK);
		require(delist_addr_compare(&addr, &same_addr) == 0);
	}
	if (delist_prefix_parse(&prefix, (const char *)data, size) !=
	    DELIST_OK) {
		require(!is_addr);
		return 0;
	}
	require(delist_prefix_valid(&prefix));
	require(!is_addr || delist_prefix_has(&prefix, &addr));
	len = delist_prefix_format(text, &prefix);
	require(len < DELIST_PREFIX_TEXT && text[len] == '\0');
	require(delist_prefix_parse(&same_prefix, text, len) == DELIST_OK);
	require(delist_prefix_compare(&prefix, &same_prefix) == 0);
	return 0;
}
