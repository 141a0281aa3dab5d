/* SPDX-License-Identifier: ISC */
/*
 * Any bytes as the header of a mail: a Message-ID that is found can stand in
 * a header as it is; a mail is answered no more for a field that forbids it,
 * and no less for what is behind its header.
 */
#include <stdlib.h>
#include <string.h>

#include <delist/letter.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
require(int holds)
{
	if (!holds)
		abort();
}

static void
is_harmless(const struct delist_text *id)
{
	require(id->len >= 5 && id->len <= DELIST_MESSAGE_ID_MAX);
	require(id->at[0] == '<' && id->at[id->len - 1] == '>');
	for (size_t i = 1; i < id->len - 1; i++)
		require(id->at[i] > ' ' && id->at[i] < 0x7f &&
			strchr("<>\"(),;\\", id->at[i]) == NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char forbids[] = "Auto-Submitted: auto-replied\r\n";
	static const char behind[] = "\r\n\r\nPrecedence: bulk\r\n";
	const char *mail = (const char *)data;
	struct delist_mailbox ann;
	struct delist_text id;
	char *more;
	bool may;

	require(delist_mailbox_parse(&ann, "ann@example.com", 15) == 0);
	may = delist_letter_may_answer(&ann, mail, size);
	if (delist_letter_message_id(&id, mail, size)) {
		require(id.at > mail && id.at + id.len <= mail + size);
		is_harmless(&id);
	}

	more = malloc(size + sizeof forbids + sizeof behind);
	require(more != NULL);
	memcpy(more, forbids, sizeof forbids - 1);
	if (size != 0)
		memcpy(more + sizeof forbids - 1, mail, size);
	/* a blank would go on with the field, perhaps to "no" */
	if (size == 0 || (data[0] != ' ' && data[0] != '\t'))
		require(!delist_letter_may_answer(
		    &ann, more, size + sizeof forbids - 1));
	if (size != 0)
		memcpy(more, mail, size);
	memcpy(more + size, behind, sizeof behind - 1);
	require(delist_letter_may_answer(
		    &ann, more, size + sizeof behind - 1) == may);
	free(more);
	return 0;
}
