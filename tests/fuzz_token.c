/* SPDX-License-Identifier: ISC */
/*
 * Any bytes: refused, or a token that is written as it was read, and that is
 * right only if it is, to the letter, the one that was made.
 */
#include <stdlib.h>
#include <string.h>

#include <delist/token.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
require(int holds)
{
	if (!holds)
		abort();
}

/* Keys 7 and 8, all bytes the number of the key. */
static struct delist_keyring
some_ring(void)
{
	struct delist_keyring ring = {.count = 2, .index_key = {1}};

	for (uint8_t i = 0; i < 2; i++) {
		ring.keys[i].kid = (uint8_t)(7 + i);
		ring.keys[i].retired_s = INT64_MAX;
		memset(ring.keys[i].bytes, 7 + i, sizeof ring.keys[i].bytes);
	}
	return ring;
}

static void
is_right_only_if_made(const struct delist_token *token, const char *text,
    const struct delist_grant *grant)
{
	struct delist_keyring ring = some_ring();

	for (int purpose = 1; purpose <= 3; purpose++) {
		struct delist_token made;
		char want[DELIST_TOKEN_LEN + 1] = "";

		if (delist_token_make(
			&made, &ring, token->kid, purpose, grant) == DELIST_OK)
			delist_token_format(want, &made);
		require(delist_token_verify(token, &ring, purpose, grant, 0) ==
			(strcmp(text, want) == 0));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct delist_grant grant = {
	    .generation = 1, .addr = delist_addr_from4(0xc0000201)};
	struct delist_token token;
	char text[DELIST_TOKEN_LEN + 1];

	require(delist_mailbox_parse(&grant.mailbox, "ann@example.com", 15) ==
		DELIST_OK);
	if (delist_token_parse(&token, (const char *)data, size) != DELIST_OK)
		return 0;
	require(size == DELIST_TOKEN_LEN);
	delist_token_format(text, &token);
	require(memcmp(text, data, size) == 0);

	is_right_only_if_made(&token, text, &grant);
	memcpy(grant.id, token.id, sizeof grant.id);
	is_right_only_if_made(&token, text, &grant);
	return 0;
}
