/* SPDX-License-Identifier: ISC */
#include "record_rows.h"
#include "support.h"

#include <delist/policy.h>
#include <delist/store.h>

enum {
	DAY = 86400,
	NOW = 1000 * DAY
};

/* ---- values of any type ---- */

/* read_row(), and an error leaves the value as it was. */
static int
read_or_leave(union value *value, char type, const char *at, size_t len)
{
	union value before;
	int result;

	memset(&before, 0xa5, sizeof before);
	memset(value, 0xa5, sizeof *value);
	result = read_row(value, type, at, len);
	if (result != DELIST_OK)
		assert_memory_equal(value, &before, sizeof before);
	return result;
}

/*
 * The fields of each struct, one by one: what is between them is nobody's.
 * An array is one field.
 */
struct field {
	size_t offset, size;
};

#define FIELD(type, name)                                                   \
	{                                                                   \
		offsetof(struct type, name), sizeof((struct type *)0)->name \
	}
#define EVIDENCE(i)                                        \
	FIELD(delist_listing, evidence[i].source),         \
	    FIELD(delist_listing, evidence[i].reason),     \
	    FIELD(delist_listing, evidence[i].source_len), \
	    FIELD(delist_listing, evidence[i].reason_len), \
	    FIELD(delist_listing, evidence[i].review),     \
	    FIELD(delist_listing, evidence[i].at_s),       \
	    FIELD(delist_listing, evidence[i].until_s)

#define CHANGE(i)                                  \
	FIELD(delist_audit, change[i].delay_s),    \
	    FIELD(delist_audit, change[i].code),   \
	    FIELD(delist_audit, change[i].of),     \
	    FIELD(delist_audit, change[i].event),  \
	    FIELD(delist_audit, change[i].before), \
	    FIELD(delist_audit, change[i].after),  \
	    FIELD(delist_audit, change[i].detail), \
	    FIELD(delist_audit, change[i].review), \
	    FIELD(delist_audit, change[i].prefix), \
	    FIELD(delist_audit, change[i].id),     \
	    FIELD(delist_audit, change[i].hash)

/* clang-format off */
static const struct field listing_fields[] = {
	FIELD(delist_listing, prefix),
	FIELD(delist_listing, kind),
	FIELD(delist_listing, state),
	FIELD(delist_listing, evidences),
	FIELD(delist_listing, code),
	FIELD(delist_listing, strikes),
	FIELD(delist_listing, strike_s),
	FIELD(delist_listing, listed_s),
	FIELD(delist_listing, lifted_s),
	FIELD(delist_listing, effective_by_s),
	FIELD(delist_listing, effective_s),
	FIELD(delist_listing, probation_until_s),
	FIELD(delist_listing, generation),
	FIELD(delist_listing, request_id),
	EVIDENCE(0), EVIDENCE(1), EVIDENCE(2), EVIDENCE(3),
};
static const struct field request_fields[] = {
	FIELD(delist_request, id),
	FIELD(delist_request, state),
	FIELD(delist_request, kid),
	FIELD(delist_request, language),
	FIELD(delist_request, muted),
	FIELD(delist_request, tries),
	FIELD(delist_request, resends),
	FIELD(delist_request, generation),
	FIELD(delist_request, sent_generation),
	FIELD(delist_request, addr),
	FIELD(delist_request, mailbox),
	FIELD(delist_request, created_s),
	FIELD(delist_request, asked_s),
	FIELD(delist_request, next_try_s),
	FIELD(delist_request, mail_sent_s),
	FIELD(delist_request, sent_expires_s),
	FIELD(delist_request, expires_s),
	FIELD(delist_request, applied_s),
	FIELD(delist_request, effective_s),
	FIELD(delist_request, purge_s),
	FIELD(delist_request, listing_generation),
	FIELD(delist_request, status_id),
};
static const struct field history_fields[] = {
	FIELD(delist_history, count),
	FIELD(delist_history, last_s),
	FIELD(delist_history, self_delists.newest),
	FIELD(delist_history, self_delists.used),
};
static const struct field standing_fields[] = {
	FIELD(delist_standing, mails.newest),
	FIELD(delist_standing, mails.used),
	FIELD(delist_standing, failed.newest),
	FIELD(delist_standing, failed.used),
	FIELD(delist_standing, suppressed_until_s),
};
static const struct field counter_fields[] = {
	FIELD(delist_limit, newest),
	FIELD(delist_limit, used),
};
static const struct field investigation_fields[] = {
	FIELD(delist_investigation, id),
	FIELD(delist_investigation, state),
	FIELD(delist_investigation, stage),
	FIELD(delist_investigation, notice),
	FIELD(delist_investigation, mail),
	FIELD(delist_investigation, answer),
	FIELD(delist_investigation, language),
	FIELD(delist_investigation, code),
	FIELD(delist_investigation, intakes),
	FIELD(delist_investigation, generation),
	FIELD(delist_investigation, tries),
	FIELD(delist_investigation, addr),
	FIELD(delist_investigation, mailbox),
	FIELD(delist_investigation, message_id),
	FIELD(delist_investigation, assignee),
	FIELD(delist_investigation, reason),
	FIELD(delist_investigation, message_id_len),
	FIELD(delist_investigation, assignee_len),
	FIELD(delist_investigation, reason_len),
	FIELD(delist_investigation, created_s),
	FIELD(delist_investigation, opened_s),
	FIELD(delist_investigation, due_s),
	FIELD(delist_investigation, asked_s),
	FIELD(delist_investigation, next_try_s),
	FIELD(delist_investigation, expires_s),
	FIELD(delist_investigation, resolved_s),
	FIELD(delist_investigation, join_until_s),
	FIELD(delist_investigation, purge_s),
};
static const struct field node_fields[] = {
	FIELD(delist_node, generation),
	FIELD(delist_node, seen_s),
	FIELD(delist_node, name_len),
	FIELD(delist_node, name),
};
static const struct field audit_fields[] = {
	FIELD(delist_audit, at_s),
	FIELD(delist_audit, changes),
	FIELD(delist_audit, source_len),
	FIELD(delist_audit, reason_len),
	FIELD(delist_audit, source),
	FIELD(delist_audit, reason),
	CHANGE(0), CHANGE(1), CHANGE(2), CHANGE(3), CHANGE(4), CHANGE(5),
	CHANGE(6), CHANGE(7), CHANGE(8), CHANGE(9), CHANGE(10), CHANGE(11),
};
static const struct field appeal_fields[] = {
	FIELD(delist_appeal, id),
	FIELD(delist_appeal, state),
	FIELD(delist_appeal, cls),
	FIELD(delist_appeal, remedy),
	FIELD(delist_appeal, by_mail),
	FIELD(delist_appeal, approved),
	FIELD(delist_appeal, checked),
	FIELD(delist_appeal, provider),
	FIELD(delist_appeal, provider_len),
	FIELD(delist_appeal, addr),
	FIELD(delist_appeal, requests),
	FIELD(delist_appeal, mails),
	FIELD(delist_appeal, generation),
	FIELD(delist_appeal, bounces),
	FIELD(delist_appeal, times),
	FIELD(delist_appeal, blocked_s),
	FIELD(delist_appeal, bounced_s),
	FIELD(delist_appeal, asked_s),
	FIELD(delist_appeal, wait_until_s),
	FIELD(delist_appeal, cleared_s),
	FIELD(delist_appeal, expires_s),
};
static const struct field account_fields[] = {
	FIELD(delist_account, outbound.state),
	FIELD(delist_account, outbound.scope),
	FIELD(delist_account, outbound.hour.newest),
	FIELD(delist_account, outbound.hour.used),
	FIELD(delist_account, outbound.day.newest),
	FIELD(delist_account, outbound.day.used),
	FIELD(delist_account, outbound.releases.newest),
	FIELD(delist_account, outbound.releases.used),
	FIELD(delist_account, outbound.used),
	FIELD(delist_account, outbound.since_s),
	FIELD(delist_account, outbound.due_s),
	FIELD(delist_account, name_len),
	FIELD(delist_account, name),
};
/* clang-format on */
static const struct field id_fields[] = {{0, 16}};
static const struct field generation_fields[] = {{0, sizeof(uint64_t)}};

struct shape {
	size_t size, n;
	const struct field *fields;
};

static struct shape
shape_of(char type)
{
	static const struct shape shapes[] = {
	    {sizeof(struct delist_listing), COUNT(listing_fields),
		listing_fields},
	    {sizeof(struct delist_request), COUNT(request_fields),
		request_fields},
	    {sizeof(struct delist_history), COUNT(history_fields),
		history_fields},
	    {sizeof(struct delist_standing), COUNT(standing_fields),
		standing_fields},
	    {sizeof(struct delist_limit), COUNT(counter_fields),
		counter_fields},
	    {16, 1, id_fields},
	    {16, 1, id_fields},
	    {sizeof(uint64_t), 1, generation_fields},
	    {sizeof(struct delist_investigation), COUNT(investigation_fields),
		investigation_fields},
	    {16, 1, id_fields},
	    {sizeof(struct delist_node), COUNT(node_fields), node_fields},
	    {sizeof(struct delist_audit), COUNT(audit_fields), audit_fields},
	    {sizeof(struct delist_appeal), COUNT(appeal_fields), appeal_fields},
	    {sizeof(struct delist_account), COUNT(account_fields),
		account_fields},
	};

	return shapes[strchr(types, type) - types];
}

static void
assert_same(char type, const union value *a, const union value *b)
{
	struct shape shape = shape_of(type);

	for (size_t i = 0; i < shape.n; i++)
		assert_memory_equal((const char *)a + shape.fields[i].offset,
		    (const char *)b + shape.fields[i].offset,
		    shape.fields[i].size);
}

/* It has a row, and the row is that of the same value. */
static struct delist_record
goes_round(char type, const union value *value)
{
	struct delist_record record, again;
	union value found;

	memset(&record, 0xa5, sizeof record);
	assert_int_equal(write_row(&record, type, value), DELIST_OK);
	assert_in_range(record.len, 1, DELIST_RECORD_VALUE_MAX);
	assert_int_equal(
	    read_or_leave(&found, type, record.at, record.len), DELIST_OK);
	assert_same(type, &found, value);
	assert_int_equal(write_row(&again, type, &found), DELIST_OK);
	assert_memory_equal(&again, &record, sizeof record);
	return record;
}

/* It has none, and the record is left as it was. */
static void
is_no_value(char type, const union value *value)
{
	struct delist_record record, before;

	memset(&record, 0xa5, sizeof record);
	before = record;
	assert_int_equal(write_row(&record, type, value), DELIST_EINVAL);
	assert_memory_equal(&record, &before, sizeof record);
}

/* ---- golden rows ---- */

static size_t
unhex(char *bytes, const char *hex)
{
	static const char digits[] = "0123456789abcdef";
	size_t n = 0;

	for (; *hex != '\0'; hex++) {
		const char *digit = strchr(digits, *hex);

		if (*hex == ' ')
			continue;
		assert_non_null(digit);
		if (n % 2 == 0)
			bytes[n / 2] = (char)((digit - digits) << 4);
		else
			bytes[n / 2] |= (char)(digit - digits);
		n++;
	}
	assert_int_equal(n % 2, 0);
	return n / 2;
}

struct golden_row {
	const char *name;
	char type;
	union value value;
	const char *hex;
};

#define ID                                                                  \
	{                                                                   \
		0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7, 0xa8, 0xa9, \
		    0xaa, 0xab, 0xac, 0xad, 0xae, 0xaf                      \
	}
#define ID_HEX "a0a1a2a3a4a5a6a7a8a9aaabacadaeaf "
#define ZERO_HEX "00000000000000000000000000000000 "

/* Written by hand from the layout in delist_record(3). */
/* clang-format off */
static const struct golden_row golden_rows[] = {
	{"listing, fresh block", 'L', {.listing = {
		.prefix = {{4, {192, 0, 2, 1}}, 32},
		.kind = DELIST_LISTING_BLOCK,
		.state = DELIST_LISTING_LISTED,
		.evidences = 1,
		.code = 606,
		.listed_s = NOW,
		.evidence = {{.source = "trap-1", .source_len = 6,
			.reason = "spam", .reason_len = 4,
			.at_s = NOW - 1, .until_s = NOW + 7 * DAY}}}},
	    "4c01 00 04c0000201 20 01 025e 00000000"
	    "0000000005265c00 0000000000000000 0000000000000000"
	    "0000000000000000 0000000000000000 0000000000000000" ZERO_HEX
	    "01 06 747261702d31 04 7370616d 00"
	    "0000000005265bff 00000000052f9680"},
	{"listing, all at once", 'L', {.listing = {
		.prefix = {{6, {0x20, 0x01, 0x0d, 0xb8}}, 32},
		.kind = DELIST_LISTING_ALLOW,
		.state = DELIST_LISTING_LIFTING,
		.evidences = 2,
		.code = 511,
		.strikes = 9,
		.strike_s = {9, 2, 3, 4, 5, 6, 7, 8},
		.listed_s = -1,
		.lifted_s = INT64_MIN,
		.effective_by_s = INT64_MAX,
		.effective_s = 1,
		.probation_until_s = 2,
		.generation = UINT64_MAX,
		.request_id = ID,
		.evidence = {
		    {.source = "a", .source_len = 1, .reason = "\r\n",
			.reason_len = 2, .review = true, .at_s = 3,
			.until_s = 4},
		    {.source = "\xff", .source_len = 1, .reason = "",
			.reason_len = 3, .at_s = 5, .until_s = 6}}}},
	    "4c01 02 0620010db8000000000000000000000000 20 02 01ff 00000009"
	    "0000000000000009 0000000000000002 0000000000000003"
	    "0000000000000004 0000000000000005 0000000000000006"
	    "0000000000000007 0000000000000008"
	    "ffffffffffffffff 8000000000000000 7fffffffffffffff"
	    "0000000000000001 0000000000000002 ffffffffffffffff" ID_HEX
	    "02 01 61 02 0d0a 01 0000000000000003 0000000000000004"
	    "01 ff 03 000000 00 0000000000000005 0000000000000006"},
	{"listing, probation of everything", 'L', {.listing = {
		.prefix = {{4, {0}}, 0},
		.kind = DELIST_LISTING_EXCEPTION,
		.state = DELIST_LISTING_PROBATION,
		.code = 649,
		.strikes = 1,
		.strike_s = {-2}}},
	    "4c01 01 0400000000 00 03 0289 00000001 fffffffffffffffe"
	    "0000000000000000 0000000000000000 0000000000000000"
	    "0000000000000000 0000000000000000 0000000000000000" ZERO_HEX
	    "00"},
	{"request, mail-sent", 'R', {.request = {
		.id = ID,
		.state = DELIST_REQUEST_MAIL_SENT,
		.kid = 255,
		.language = 2,
		.muted = true,
		.tries = 1,
		.resends = 2,
		.generation = UINT32_MAX,
		.sent_generation = 3,
		.addr = {4, {192, 0, 2, 1}},
		.mailbox = {15, 3, "Ann@example.org"},
		.created_s = NOW,
		.asked_s = 4,
		.next_try_s = INT64_MAX,
		.mail_sent_s = 5,
		.sent_expires_s = 6,
		.expires_s = 7,
		.applied_s = 8,
		.effective_s = 9,
		.purge_s = 10,
		.listing_generation = 11,
		.status_id = ID}},
	    "5201" ID_HEX "02 ff 02 01 00000001 00000002 ffffffff 00000003"
	    "04c0000201 0f 416e6e406578616d706c652e6f7267"
	    "0000000005265c00 0000000000000004 7fffffffffffffff"
	    "0000000000000005 0000000000000006 0000000000000007"
	    "0000000000000008 0000000000000009 000000000000000a"
	    "000000000000000b" ID_HEX},
	{"request, purged", 'R', {.request = {
		.id = ID,
		.state = DELIST_REQUEST_PURGED,
		.addr = {6, {0x20, 0x01, 0x0d, 0xb8, [15] = 1}},
		.purge_s = INT64_MIN}},
	    "5201" ID_HEX "0b 00 00 00 00000000 00000000 00000000 00000000"
	    "0620010db8000000000000000000000001 00"
	    "0000000000000000 0000000000000000 0000000000000000"
	    "0000000000000000 0000000000000000 0000000000000000"
	    "0000000000000000 0000000000000000 8000000000000000"
	    "0000000000000000 0000000000000000 0000000000000000"},
	{"history", 'H', {.history = {
		.count = 2,
		.last_s = NOW,
		.self_delists = {-1, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}}}},
	    "4801 00000002 0000000005265c00 ffffffffffffffff"
	    "00000001 00000002 00000003 00000004 00000005 00000006"
	    "00000007 00000008 00000009 0000000a 0000000b 0000000c"},
	{"standing", 'M', {.standing = {
		.mails = {NOW, {3, [11] = 4}},
		.failed = {INT64_MAX, {5, [11] = 6}},
		.suppressed_until_s = INT64_MIN}},
	    "4d01 0000000005265c00"
	    "00000003 00000000 00000000 00000000 00000000 00000000"
	    "00000000 00000000 00000000 00000000 00000000 00000004"
	    "7fffffffffffffff"
	    "00000005 00000000 00000000 00000000 00000000 00000000"
	    "00000000 00000000 00000000 00000000 00000000 00000006"
	    "8000000000000000"},
	{"counter", 'C', {.counter = {NOW, {UINT32_MAX, [11] = 1}}},
	    "4301 0000000005265c00"
	    "ffffffff 00000000 00000000 00000000 00000000 00000000"
	    "00000000 00000000 00000000 00000000 00000000 00000001"},
	{"counter, never used", 'C', {.counter = {0}},
	    "4301 0000000000000000"
	    "00000000 00000000 00000000 00000000 00000000 00000000"
	    "00000000 00000000 00000000 00000000 00000000 00000000"},
	{"open", 'O', {.id = ID}, "4f01" ID_HEX},
	{"status", 'S', {.id = ID}, "5301" ID_HEX},
	{"generation", 'G', {.generation = 0x0123456789abcdef},
	    "4701 0123456789abcdef"},
	{"investigation, review", 'I', {.investigation = {
		.id = ID,
		.state = DELIST_INVESTIGATION_REVIEW,
		.stage = DELIST_STAGE_OVERDUE,
		.notice = DELIST_NOTICE_RECEIVED,
		.mail = DELIST_INVESTIGATION_MAIL_PENDING,
		.answer = DELIST_NOTICE_NEED_INFO,
		.language = 1,
		.code = 511,
		.intakes = 2,
		.generation = 3,
		.tries = UINT32_MAX,
		.addr = {4, {192, 0, 2, 1}},
		.mailbox = {15, 3, "Ann@example.org"},
		.message_id = "<a@b>",
		.assignee = "ed",
		.reason = "?",
		.message_id_len = 5,
		.assignee_len = 2,
		.reason_len = 1,
		.created_s = NOW,
		.opened_s = 1,
		.due_s = {2, 3, 4},
		.asked_s = 5,
		.next_try_s = INT64_MAX,
		.expires_s = 6,
		.resolved_s = 7,
		.join_until_s = 8,
		.purge_s = INT64_MIN}},
	    "4901" ID_HEX "03 02 01 01 06 01 01ff 00000002 00000003 ffffffff"
	    "04c0000201 0f 416e6e406578616d706c652e6f7267"
	    "05 3c6140623e 02 6564 01 3f"
	    "0000000005265c00 0000000000000001 0000000000000002"
	    "0000000000000003 0000000000000004 0000000000000005"
	    "7fffffffffffffff 0000000000000006 0000000000000007"
	    "0000000000000008 8000000000000000"},
	{"investigation, of nothing", 'I', {.investigation = {
		.state = DELIST_INVESTIGATION_NEEDS_INFO}},
	    "4901" ZERO_HEX "01 00 00 00 00 00 0000 00000000 00000000 00000000"
	    "00 00 00 00 00"
	    "0000000000000000 0000000000000000 0000000000000000"
	    "0000000000000000 0000000000000000 0000000000000000"
	    "0000000000000000 0000000000000000 0000000000000000"
	    "0000000000000000 0000000000000000"},
	{"join", 'J', {.id = ID}, "4a01" ID_HEX},
	{"node", 'N', {.node = {
		.generation = 0x0123456789abcdef,
		.seen_s = NOW,
		.name_len = 3,
		.name = "mx1"}},
	    "4e01 0123456789abcdef 0000000005265c00 03 6d7831"},
	{"audit, of nobody", 'A', {.audit = {
		.at_s = -1,
		.changes = 1,
		.change = {{.of = DELIST_AUDIT_INVESTIGATION}}}},
	    "4101 ffffffffffffffff 00 00 01"
	    "0000000000000000 0000 03 00 00 00 00 00 00 00 00"},
	{"audit, all at once", 'A', {.audit = {
		.at_s = NOW,
		.changes = 2,
		.source_len = 4,
		.reason_len = 2,
		.source = "trap",
		.reason = "\r\n",
		.change = {
		    {.delay_s = 5, .code = 649, .of = DELIST_AUDIT_LISTING,
			.event = 2, .before = 3, .after = 4, .detail = 5,
			.review = true, .prefix = {{4, {192, 0, 2, 0}}, 24},
			.id = ID, .hash = ID},
		    {.delay_s = -1, .of = DELIST_AUDIT_OUTBOUND, .event = 255,
			.hash = {[15] = 1}}}}},
	    "4101 0000000005265c00 04 74726170 02 0d0a 02"
	    "0000000000000005 0289 01 02 03 04 05 01 01 04c0000200 18"
	    "01" ID_HEX "01" ID_HEX
	    "ffffffffffffffff 0000 05 ff 00 00 00 00 00 00"
	    "01 00000000000000000000000000000001"},
	{"appeal", 'P', {.appeal = {
		.id = ID,
		.state = DELIST_APPEAL_WAITING,
		.cls = DELIST_CLASS_IP_BLOCK_MAIL,
		.remedy = DELIST_REMEDY_MAIL_NDR,
		.by_mail = true,
		.checked = true,
		.provider = "example",
		.provider_len = 7,
		.addr = {4, {192, 0, 2, 1}},
		.requests = 1,
		.mails = 2,
		.generation = UINT32_MAX,
		.bounces = 3,
		.times = 4,
		.blocked_s = NOW,
		.bounced_s = 5,
		.asked_s = 6,
		.wait_until_s = 7,
		.cleared_s = 8,
		.expires_s = INT64_MAX}},
	    "5001" ID_HEX "03 02 02 01 00 01 07 6578616d706c65 04c0000201"
	    "00000001 00000002 ffffffff 00000003 00000004"
	    "0000000005265c00 0000000000000005 0000000000000006"
	    "0000000000000007 0000000000000008 7fffffffffffffff"},
	{"account", 'V', {.account = {
		.outbound = {
			.state = DELIST_OUTBOUND_HELD,
			.scope = DELIST_OUTBOUND_TENANT,
			.hour = {NOW, {1, [11] = 2}},
			.day = {-1, {3, [11] = 4}},
			.releases = {0, {5, [11] = 6}},
			.used = true,
			.since_s = 7,
			.due_s = INT64_MAX},
		.name_len = 2,
		.name = "ab"}},
	    "5601 04 01 01 0000000005265c00"
	    "00000001 00000000 00000000 00000000 00000000 00000000"
	    "00000000 00000000 00000000 00000000 00000000 00000002"
	    "ffffffffffffffff"
	    "00000003 00000000 00000000 00000000 00000000 00000000"
	    "00000000 00000000 00000000 00000000 00000000 00000004"
	    "0000000000000000"
	    "00000005 00000000 00000000 00000000 00000000 00000000"
	    "00000000 00000000 00000000 00000000 00000000 00000006"
	    "0000000000000007 7fffffffffffffff 02 6162"},
};
/* clang-format on */

static void
is_as_published(void **state)
{
	const struct golden_row *row = *state;
	char want[DELIST_RECORD_VALUE_MAX];
	size_t len = unhex(want, row->hex);
	struct delist_record record = goes_round(row->type, &row->value);
	struct delist_text text = delist_record_text(&record);
	union value found;

	assert_ptr_equal(text.at, record.at);
	assert_int_equal(text.len, len);
	assert_memory_equal(text.at, want, len);
	for (size_t i = len; i < sizeof record.at; i++)
		assert_int_equal(record.at[i], 0);
	assert_int_equal(
	    read_or_leave(&found, row->type, support_guarded(want, len), len),
	    DELIST_OK);
	assert_same(row->type, &found, &row->value);
}

static void
is_all_or_nothing(void **state)
{
	const struct golden_row *row = *state;
	char bytes[DELIST_RECORD_VALUE_MAX] = {0};
	size_t len = unhex(bytes, row->hex);
	union value found;

	for (size_t n = 0; n < len; n++)
		assert_int_equal(read_or_leave(&found, row->type,
				     support_guarded(bytes, n), n),
		    DELIST_ECORRUPT);
	assert_int_equal(
	    read_or_leave(&found, row->type, bytes, len + 1), DELIST_ECORRUPT);
	assert_int_equal(
	    read_or_leave(&found, row->type, NULL, 0), DELIST_ECORRUPT);
}

static void
is_of_one_type(void **state)
{
	const struct golden_row *row = *state;
	char bytes[DELIST_RECORD_VALUE_MAX];
	size_t len = unhex(bytes, row->hex);
	union value found;

	for (const char *type = types; *type != '\0'; type++)
		assert_int_equal(read_or_leave(&found, *type, bytes, len),
		    *type == row->type ? DELIST_OK : DELIST_ECORRUPT);
}

static void
knows_its_version(void **state)
{
	const struct golden_row *row = *state;
	char bytes[DELIST_RECORD_VALUE_MAX];
	size_t len = unhex(bytes, row->hex);
	union value found;

	bytes[1] = 0;
	assert_int_equal(
	    read_or_leave(&found, row->type, bytes, len), DELIST_ECORRUPT);
	for (int version = 2; version < 256; version++) {
		bytes[1] = (char)version;
		assert_int_equal(read_or_leave(&found, row->type, bytes, len),
		    DELIST_EVERSION);
		assert_int_equal(read_or_leave(&found, row->type,
				     support_guarded(bytes, 2), 2),
		    DELIST_EVERSION);
	}
	bytes[0] ^= 1;
	assert_int_equal(
	    read_or_leave(&found, row->type, bytes, len), DELIST_ECORRUPT);
}

/* Each byte, all 255 other values of it: refused, or a row of its own. */
static void
no_change_goes_unseen(void **state)
{
	const struct golden_row *row = *state;
	char golden[DELIST_RECORD_VALUE_MAX], *bytes;
	size_t len = unhex(golden, row->hex);

	bytes = support_guarded(golden, len);
	for (size_t i = 0; i < 255 * len; i++) {
		struct delist_record record;
		union value found;
		int result;

		bytes[i / 255] = golden[i / 255];
		bytes[i / 255] ^= (char)(i % 255 + 1);
		result = read_or_leave(&found, row->type, bytes, len);
		if (result == DELIST_OK) {
			assert_int_equal(
			    write_row(&record, row->type, &found), DELIST_OK);
			assert_int_equal(record.len, len);
			assert_memory_equal(record.at, bytes, len);
		} else {
			assert_int_equal(result, i / 255 == 1 && bytes[1] != 0
						     ? DELIST_EVERSION
						     : DELIST_ECORRUPT);
		}
		bytes[i / 255] = golden[i / 255];
	}
}

/* The lowest bit of each byte of each field: refused, or other bytes. */
static void
no_field_is_forgotten(void **state)
{
	const struct golden_row *row = *state;
	struct delist_record golden = goes_round(row->type, &row->value);
	struct shape shape = shape_of(row->type);
	size_t end = 0;

	for (size_t i = 0; i < shape.n; i++) {
		const struct field *field = &shape.fields[i];

		/* The list itself is whole, but for padding. */
		assert_in_range(field->offset, end, end + 7);
		end = field->offset + field->size;
		for (size_t at = field->offset; at < end; at++) {
			struct delist_record record;
			union value other = row->value;

			((uint8_t *)&other)[at] ^= 1;
			if (write_row(&record, row->type, &other) == DELIST_OK)
				assert_memory_not_equal(
				    &record, &golden, sizeof golden);
		}
	}
	assert_in_range(shape.size, end, end + 7);
}

/* ---- what is no value ---- */

struct odd_row {
	const char *name;
	char type;
	size_t offset; /* of a byte, which becomes `byte` */
	uint8_t byte;
	bool fine; /* the last that still is a value */
};

#define L(field) 'L', offsetof(struct delist_listing, field)
#define R(field) 'R', offsetof(struct delist_request, field)
#define I(field) 'I', offsetof(struct delist_investigation, field)
#define N(field) 'N', offsetof(struct delist_node, field)
#define A(field) 'A', offsetof(struct delist_audit, field)
#define P(field) 'P', offsetof(struct delist_appeal, field)
#define V(field) 'V', offsetof(struct delist_account, field)

/*
 * Of the first golden value of each type: of the listing (192.0.2.1/32, one
 * piece of evidence, no strike), the request (192.0.2.1, Ann@example.org)...
 */
static const struct odd_row odd_rows[] = {
    {"last kind", L(kind), 2, true},
    {"no kind", L(kind), 3, false},
    {"no kind at all", L(kind), 255, false},
    {"absent", L(state), 0, false},
    {"last state", L(state), 3, true},
    {"no state", L(state), 4, false},
    {"one evidence is there", L(evidences), 0, false},
    {"the second is not", L(evidences), 2, false},
    {"a fifth evidence", L(evidences), 5, false},
    {"evidences without end", L(evidences), 255, false},
    {"no family", L(prefix.addr.family), 0, false},
    {"family 5", L(prefix.addr.family), 5, false},
    {"bits behind a /32 of IPv6", L(prefix.addr.bytes[4]), 1, false},
    {"192.0.2.1/31", L(prefix.bits), 31, false},
    {"192.0.2.0/32", L(prefix.addr.bytes[3]), 0, true},
    {"/33", L(prefix.bits), 33, false},
    {"source without a byte", L(evidence[0].source_len), 0, false},
    {"source cut", L(evidence[0].source_len), 5, false},
    {"source with a NUL", L(evidence[0].source_len), 7, true},
    {"longest source", L(evidence[0].source_len), 32, true},
    {"longer source", L(evidence[0].source_len), 33, false},
    {"reason without a byte", L(evidence[0].reason_len), 0, false},
    {"longest reason", L(evidence[0].reason_len), 64, true},
    {"longer reason", L(evidence[0].reason_len), 65, false},
    {"byte behind the source", L(evidence[0].source[6]), 1, false},
    {"last byte of the source", L(evidence[0].source[31]), 1, false},
    {"byte behind the reason", L(evidence[0].reason[4]), 1, false},
    {"last byte of the reason", L(evidence[0].reason[63]), 1, false},
    {"unused source", L(evidence[1].source[0]), 1, false},
    {"unused reason", L(evidence[3].reason[63]), 1, false},
    {"unused source length", L(evidence[2].source_len), 1, false},
    {"unused reason length", L(evidence[1].reason_len), 1, false},
    {"unused review", L(evidence[2].review), 1, false},
    {"unused at", L(evidence[3].at_s), 1, false},
    {"unused until", L(evidence[1].until_s), 1, false},
    {"first strike", L(strike_s[0]), 1, false},
    {"last strike", L(strike_s[7]), 1, false},
    {"no request", R(state), 0, false},
    {"first request", R(state), 1, true},
    {"last state of a request", R(state), 10, true},
    {"purged with its mailbox", R(state), 11, false},
    {"no state of a request", R(state), 12, false},
    {"request without address", R(addr.family), 0, false},
    {"request with family 7", R(addr.family), 7, false},
    {"byte behind the IPv4 address", R(addr.bytes[4]), 1, false},
    {"the same bytes as IPv6", R(addr.family), 6, true},
    {"mailbox cut", R(mailbox.len), 14, false},
    {"mailbox with a NUL", R(mailbox.len), 16, false},
    {"longer mailbox", R(mailbox.len), 255, false},
    {"no mailbox", R(mailbox.len), 0, false},
    {"@ elsewhere", R(mailbox.at), 4, false},
    {"mailbox with a blank", R(mailbox.text[1]), ' ', false},
    {"other mailbox", R(mailbox.text[1]), 'N', true},
    {"byte behind the mailbox", R(mailbox.text[15]), 1, false},
    {"last byte of the mailbox", R(mailbox.text[255]), 1, false},
    {"no investigation", I(state), 0, false},
    {"first investigation", I(state), 1, true},
    {"last state with a mailbox", I(state), 6, true},
    {"purged with a mailbox", I(state), 7, false},
    {"no state of an investigation", I(state), 8, false},
    {"last stage", I(stage), 3, true},
    {"no stage", I(stage), 4, false},
    {"last notice", I(notice), 7, true},
    {"no notice", I(notice), 8, false},
    {"last outcome", I(mail), 3, true},
    {"no outcome", I(mail), 4, false},
    {"last answer", I(answer), 7, true},
    {"no answer", I(answer), 8, false},
    {"any language", I(language), 255, true},
    {"no family, but bytes", I(addr.family), 0, false},
    {"family 5 of an investigation", I(addr.family), 5, false},
    {"IPv6 of an investigation", I(addr.family), 6, true},
    {"no Message-ID, but bytes", I(message_id_len), 0, false},
    {"longest Message-ID", I(message_id_len), 128, true},
    {"longer Message-ID", I(message_id_len), 129, false},
    {"byte behind the Message-ID", I(message_id[5]), 1, false},
    {"last byte of the Message-ID", I(message_id[127]), 1, false},
    {"longest assignee", I(assignee_len), 32, true},
    {"longer assignee", I(assignee_len), 33, false},
    {"longest answer", I(reason_len), 64, true},
    {"longer answer", I(reason_len), 65, false},
    {"no node", N(name_len), 0, false},
    {"node cut", N(name_len), 2, false},
    {"longest node", N(name_len), 32, true},
    {"longer node", N(name_len), 33, false},
    {"nothing happened", A(changes), 0, false},
    {"thirteen changes", A(changes), 13, false},
    {"the second change is of nobody", A(changes), 2, false},
    {"change of nobody", A(change[0].of), 0, false},
    {"change of the last", A(change[0].of), 5, true},
    {"change of none", A(change[0].of), 6, false},
    {"bits of no prefix", A(change[0].prefix.bits), 1, false},
    {"bytes of no prefix", A(change[0].prefix.addr.bytes[0]), 1, false},
    {"prefix of everything", A(change[0].prefix.addr.family), 4, true},
    {"prefix of no family", A(change[0].prefix.addr.family), 5, false},
    {"an id", A(change[0].id[15]), 1, true},
    {"a code that is none", A(change[0].code), 1, false},
    {"longest source of an audit", A(source_len), 32, true},
    {"longer source of an audit", A(source_len), 33, false},
    {"longer reason of an audit", A(reason_len), 65, false},
    {"unused change", A(change[11].hash[15]), 1, false},
    {"no appeal", P(state), 0, false},
    {"last state of an appeal", P(state), 6, true},
    {"no state of an appeal", P(state), 7, false},
    {"no bounce", P(cls), DELIST_CLASS_NONE, false},
    {"first class", P(cls), DELIST_CLASS_IP_BLOCK_PORTAL, true},
    {"last class", P(cls), DELIST_CLASS_IP_BLOCK_RECIPIENT, true},
    {"class of no block", P(cls), DELIST_CLASS_THROTTLED, false},
    {"last remedy", P(remedy), DELIST_REMEDY_OWN_ADMIN, true},
    {"no such remedy", P(remedy), DELIST_REMEDY_OWN_ADMIN + 1, false},
    {"nobody blocks", P(provider_len), 0, false},
    {"longest provider", P(provider_len), 32, true},
    {"longer provider", P(provider_len), 33, false},
    {"appeal of no address", P(addr.family), 0, false},
    {"last state of an account", V(outbound.state), 4, true},
    {"no state of an account", V(outbound.state), 5, false},
    {"sender", V(outbound.scope), 0, true},
    {"neither sender nor tenant", V(outbound.scope), 2, false},
    {"account without a name", V(name_len), 0, false},
    {"longest name", V(name_len), 128, true},
    {"longer name", V(name_len), 129, false},
};

/* The first golden value of a type. */
static const union value *
golden_of(char type)
{
	size_t i = 0;

	while (golden_rows[i].type != type)
		i++;
	return &golden_rows[i].value;
}

static void
odd_values_have_no_row(void **state)
{
	const struct odd_row *row = *state;
	union value value = *golden_of(row->type);

	((uint8_t *)&value)[row->offset] = row->byte;
	if (row->fine)
		goes_round(row->type, &value);
	else
		is_no_value(row->type, &value);
}

static void
goes_round_if(bool is_value, char type, const union value *value)
{
	if (is_value)
		goes_round(type, value);
	else
		is_no_value(type, value);
}

static void
codes_are_those_of_replies(void **state)
{
	union value listing = *golden_of('L'), audit = *golden_of('A');
	union value investigation = *golden_of('I');

	(void)state;
	for (uint32_t code = 0; code <= UINT16_MAX; code++) {
		bool is_code = code == 511 || (code >= 606 && code <= 649);

		listing.listing.code = (uint16_t)code;
		goes_round_if(is_code, 'L', &listing);
		investigation.investigation.code = (uint16_t)code;
		goes_round_if(is_code || code == 0, 'I', &investigation);
		audit.audit.change[0].code = (uint16_t)code;
		goes_round_if(is_code || code == 0, 'A', &audit);
	}
}

static void
only_purged_has_no_mailbox(void **state)
{
	union value value = golden_rows[3].value;

	(void)state;
	value.request.mailbox = (struct delist_mailbox){0};
	for (uint8_t s = 0; s < 255; s++) {
		value.request.state = s;
		if (s == DELIST_REQUEST_PURGED)
			goes_round('R', &value);
		else
			is_no_value('R', &value);
	}
	value.request.state = DELIST_REQUEST_PURGED;
	value.request.mailbox.at = 1;
	is_no_value('R', &value);
	value.request.mailbox.at = 0;
	value.request.mailbox.text[0] = 'a';
	is_no_value('R', &value);
}

/* Bits behind 128, and IPv4 in disguise: only a host can have made them. */
static void
mapped_addresses_have_no_row(void **state)
{
	static const struct delist_addr mapped = {
	    6, {[10] = 0xff, 0xff, 192, 0, 2, 1}};
	union value listing = golden_rows[1].value;
	union value request = golden_rows[3].value;

	(void)state;
	listing.listing.prefix.bits = 128;
	goes_round('L', &listing);
	listing.listing.prefix.bits = 129;
	is_no_value('L', &listing);
	listing.listing.prefix = (struct delist_prefix){mapped, 128};
	is_no_value('L', &listing);
	listing.listing.prefix.addr.bytes[9] = 1;
	goes_round('L', &listing);
	request.request.addr = mapped;
	is_no_value('R', &request);
	request.request.addr.bytes[9] = 1;
	goes_round('R', &request);
}

/* ---- the longest ---- */

static void
the_longest_fit(void **state)
{
	struct delist_record_key key;
	struct delist_record record;
	union value found;
	struct delist_addr addr = {6, {1}};
	uint8_t hash[16] = {0};
	union value value = {.listing = {
				 .prefix = {{6, {1}}, 128},
				 .state = DELIST_LISTING_LISTED,
				 .evidences = 4,
				 .code = 606,
				 .strikes = UINT32_MAX,
			     }};

	(void)state;
	for (int i = 0; i < 4; i++) {
		struct delist_evidence *evidence = &value.listing.evidence[i];

		memset(evidence->source, 's', sizeof evidence->source);
		memset(evidence->reason, 'r', sizeof evidence->reason);
		evidence->source_len = 32;
		evidence->reason_len = 64;
	}
	record = goes_round('L', &value);
	assert_int_equal(record.len, 617);
	/* A fifth piece of evidence would be the bytes of nothing. */
	record.at[617 - 4 * 115 - 1] = 5;
	assert_int_equal(
	    read_or_leave(&found, 'L', record.at, 617), DELIST_ECORRUPT);
	value.listing.evidences = 5;
	is_no_value('L', &value);
	value = *golden_of('A');
	for (int i = 0; i < DELIST_AUDIT_CHANGES; i++) {
		value.audit.change[i] = value.audit.change[0];
		value.audit.change[i].prefix = (struct delist_prefix){addr, 8};
		value.audit.change[i].id[0] = value.audit.change[i].hash[0] = 1;
	}
	value.audit.changes = DELIST_AUDIT_CHANGES;
	value.audit.source_len = 32;
	value.audit.reason_len = 64;
	record = goes_round('A', &value);
	assert_int_equal(record.len, 937);
	value.audit.changes++;
	is_no_value('A', &value);
	delist_record_open_key(&key, &addr, hash);
	assert_int_equal(key.len, 34);
	assert_true(sizeof((struct delist_record *)0)->at ==
		    (size_t)DELIST_RECORD_VALUE_MAX);
	assert_true(sizeof((struct delist_record_key *)0)->at ==
		    (size_t)DELIST_RECORD_KEY_MAX);
	assert_in_range(DELIST_RECORD_VALUE_MAX, 937, DELIST_STORE_VALUE_MAX);
	assert_in_range(DELIST_RECORD_KEY_MAX, 34, DELIST_STORE_KEY_MAX);
}

/* ---- random values ---- */

static uint64_t
some_number(struct support_random *random)
{
	static const uint64_t edges[] = {0, 1, 0x7f, 0x80, 0xff, 0x100, 0x7fff,
	    0x8000, 0xffff, 0x10000, INT32_MAX, (uint64_t)INT32_MAX + 1,
	    UINT32_MAX, (uint64_t)UINT32_MAX + 1, INT64_MAX,
	    (uint64_t)INT64_MAX + 1, UINT64_MAX - 1, UINT64_MAX};

	if (support_below(random, 2) == 0)
		return edges[support_below(random, COUNT(edges))];
	return support_random(random) >> support_below(random, 64);
}

static int64_t
some_time(struct support_random *random)
{
	uint64_t bits = some_number(random);
	int64_t time_s;

	memcpy(&time_s, &bits, sizeof time_s);
	return time_s;
}

static void
some_bytes(struct support_random *random, void *at, size_t len)
{
	uint8_t *bytes = at;

	for (size_t i = 0; i < len; i++)
		bytes[i] = (uint8_t)support_random(random);
}

/* 1..max, often one of the two. */
static uint8_t
some_len(struct support_random *random, uint8_t max)
{
	switch (support_below(random, 4)) {
	case 0:
		return 1;
	case 1:
		return max;
	default:
		return (uint8_t)(1 + support_below(random, max));
	}
}

static struct delist_addr
some_addr(struct support_random *random)
{
	uint8_t bytes[16] = {0};

	some_bytes(random, bytes, support_below(random, 17));
	if (support_below(random, 2) == 0)
		return delist_addr_from6(bytes);
	return delist_addr_from4((uint32_t)support_random(random) &
				 (uint32_t)support_random(random));
}

static struct delist_prefix
some_prefix(struct support_random *random)
{
	struct delist_addr addr = some_addr(random);
	struct delist_prefix prefix =
	    delist_prefix_of(&addr, (unsigned)support_below(random, 140));

	return prefix;
}

/* 5..254 bytes: a local part of 1..64 and a domain of labels of 1..63. */
static struct delist_mailbox
some_mailbox(struct support_random *random)
{
	struct delist_mailbox mailbox = {0};
	char text[DELIST_MAILBOX_MAX];
	size_t local = some_len(random, 64), len;

	memset(text, 'a' + (int)support_below(random, 26), local);
	text[local] = '@';
	len = local + 1 + some_len(random, 63);
	memset(text + local + 1, '0' + (int)support_below(random, 10),
	    len - local - 1);
	for (int labels = (int)support_below(random, 4); labels >= 0;
	     labels--) {
		size_t more = some_len(random, 63);

		if (len + 1 + more > sizeof text)
			more = sizeof text - len - 1;
		if (more == 0 || len >= sizeof text - 1)
			break;
		text[len] = '.';
		memset(text + len + 1, 'x', more);
		len += 1 + more;
	}
	assert_int_equal(delist_mailbox_parse(&mailbox, text, len), DELIST_OK);
	return mailbox;
}

static void
some_evidence(struct support_random *random, struct delist_evidence *evidence)
{
	evidence->source_len = some_len(random, 32);
	some_bytes(random, evidence->source, evidence->source_len);
	evidence->reason_len = some_len(random, 64);
	some_bytes(random, evidence->reason, evidence->reason_len);
	evidence->review = support_below(random, 2) != 0;
	evidence->at_s = some_time(random);
	evidence->until_s = some_time(random);
}

static void
some_listing(struct support_random *random, struct delist_listing *listing)
{
	listing->prefix = some_prefix(random);
	listing->kind = (uint8_t)support_below(random, 3);
	listing->state = (uint8_t)(1 + support_below(random, 3));
	listing->code = (uint16_t)(605 + support_below(random, 45));
	if (listing->code == 605)
		listing->code = 511;
	listing->strikes = support_below(random, 2) == 0
			       ? (uint32_t)support_below(random, 10)
			       : (uint32_t)some_number(random);
	for (uint32_t i = 0; i < 8 && i < listing->strikes; i++)
		listing->strike_s[i] = some_time(random);
	listing->listed_s = some_time(random);
	listing->lifted_s = some_time(random);
	listing->effective_by_s = some_time(random);
	listing->effective_s = some_time(random);
	listing->probation_until_s = some_time(random);
	listing->generation = some_number(random);
	some_bytes(random, listing->request_id, 16);
	listing->evidences = (uint8_t)support_below(random, 5);
	for (uint8_t i = 0; i < listing->evidences; i++)
		some_evidence(random, &listing->evidence[i]);
}

static void
some_request(struct support_random *random, struct delist_request *request)
{
	some_bytes(random, request->id, 16);
	request->state = (uint8_t)(1 + support_below(random, 11));
	request->kid = (uint8_t)some_number(random);
	request->language = (uint8_t)some_number(random);
	request->muted = support_below(random, 2) == 1;
	request->tries = (uint32_t)some_number(random);
	request->resends = (uint32_t)some_number(random);
	request->generation = (uint32_t)some_number(random);
	request->sent_generation = (uint32_t)some_number(random);
	request->addr = some_addr(random);
	if (request->state != DELIST_REQUEST_PURGED)
		request->mailbox = some_mailbox(random);
	request->created_s = some_time(random);
	request->asked_s = some_time(random);
	request->next_try_s = some_time(random);
	request->mail_sent_s = some_time(random);
	request->sent_expires_s = some_time(random);
	request->expires_s = some_time(random);
	request->applied_s = some_time(random);
	request->effective_s = some_time(random);
	request->purge_s = some_time(random);
	request->listing_generation = some_number(random);
	request->status_id[15] = (uint8_t)some_number(random);
}

static void
some_limit(struct support_random *random, struct delist_limit *limit)
{
	limit->newest = some_time(random);
	for (size_t i = 0; i < DELIST_LIMIT_SLOTS; i++)
		limit->used[i] = (uint32_t)some_number(random);
}

/* 0..max bytes, often none. */
static uint8_t
some_text(struct support_random *random, char *at, uint8_t max)
{
	uint8_t len = support_below(random, 3) == 0 ? 0 : some_len(random, max);

	some_bytes(random, at, len);
	return len;
}

static uint16_t
some_code(struct support_random *random)
{
	static const uint16_t codes[] = {0, 511, 606, 607, 648, 649};

	return codes[support_below(random, COUNT(codes))];
}

static void
some_investigation(
    struct support_random *random, struct delist_investigation *it)
{
	some_bytes(random, it->id, 16);
	it->state = (uint8_t)(1 + support_below(random, 7));
	it->stage = (uint8_t)support_below(random, 4);
	it->notice = (uint8_t)support_below(random, DELIST_NOTICES);
	it->mail = (uint8_t)support_below(random, 4);
	it->answer = (uint8_t)support_below(random, DELIST_NOTICES);
	it->language = (uint8_t)some_number(random);
	it->code = some_code(random);
	it->intakes = (uint32_t)some_number(random);
	it->generation = (uint32_t)some_number(random);
	it->tries = (uint32_t)some_number(random);
	if (support_below(random, 3) != 0)
		it->addr = some_addr(random);
	if (it->state != DELIST_INVESTIGATION_PURGED &&
	    support_below(random, 3) != 0)
		it->mailbox = some_mailbox(random);
	it->message_id_len = some_text(random, it->message_id, 128);
	it->assignee_len = some_text(random, it->assignee, 32);
	it->reason_len = some_text(random, it->reason, 64);
	it->created_s = some_time(random);
	it->opened_s = some_time(random);
	for (int i = 0; i < 3; i++)
		it->due_s[i] = some_time(random);
	it->asked_s = some_time(random);
	it->next_try_s = some_time(random);
	it->expires_s = some_time(random);
	it->resolved_s = some_time(random);
	it->join_until_s = some_time(random);
	it->purge_s = some_time(random);
}

static void
some_audit(struct support_random *random, struct delist_audit *audit)
{
	audit->at_s = some_time(random);
	audit->source_len = some_text(random, audit->source, 32);
	audit->reason_len = some_text(random, audit->reason, 64);
	audit->changes = some_len(random, DELIST_AUDIT_CHANGES);
	for (uint8_t i = 0; i < audit->changes; i++) {
		struct delist_audit_change *change = &audit->change[i];

		change->delay_s = some_time(random);
		change->code = some_code(random);
		change->of = (uint8_t)(1 + support_below(random, 5));
		change->event = (uint8_t)some_number(random);
		change->before = (uint8_t)some_number(random);
		change->after = (uint8_t)some_number(random);
		change->detail = (uint8_t)some_number(random);
		change->review = support_below(random, 2) == 1;
		if (support_below(random, 3) != 0)
			change->prefix = some_prefix(random);
		if (support_below(random, 3) != 0)
			some_bytes(random, change->id, 16);
		if (support_below(random, 3) != 0)
			some_bytes(random, change->hash, 16);
	}
}

static void
some_appeal(struct support_random *random, struct delist_appeal *appeal)
{
	some_bytes(random, appeal->id, 16);
	appeal->state = (uint8_t)(1 + support_below(random, 6));
	appeal->cls = (uint8_t)(1 + support_below(random, 6));
	appeal->remedy = (uint8_t)support_below(random, 9);
	appeal->by_mail = support_below(random, 2) == 1;
	appeal->approved = support_below(random, 2) == 1;
	appeal->checked = support_below(random, 2) == 1;
	appeal->provider_len = some_len(random, 32);
	some_bytes(random, appeal->provider, appeal->provider_len);
	appeal->addr = some_addr(random);
	appeal->requests = (uint32_t)some_number(random);
	appeal->mails = (uint32_t)some_number(random);
	appeal->generation = (uint32_t)some_number(random);
	appeal->bounces = (uint32_t)some_number(random);
	appeal->times = (uint32_t)some_number(random);
	appeal->blocked_s = some_time(random);
	appeal->bounced_s = some_time(random);
	appeal->asked_s = some_time(random);
	appeal->wait_until_s = some_time(random);
	appeal->cleared_s = some_time(random);
	appeal->expires_s = some_time(random);
}

static void
some_account(struct support_random *random, struct delist_account *account)
{
	struct delist_outbound *outbound = &account->outbound;

	outbound->state = (uint8_t)support_below(random, 5);
	outbound->scope = (uint8_t)support_below(random, 2);
	outbound->used = support_below(random, 2) == 1;
	some_limit(random, &outbound->hour);
	some_limit(random, &outbound->day);
	some_limit(random, &outbound->releases);
	outbound->since_s = some_time(random);
	outbound->due_s = some_time(random);
	account->name_len = some_len(random, 128);
	some_bytes(random, account->name, account->name_len);
}

static union value
some_value(struct support_random *random, char type)
{
	union value value;

	memset(&value, 0, sizeof value);
	switch (type) {
	case DELIST_RECORD_LISTING:
		some_listing(random, &value.listing);
		break;
	case DELIST_RECORD_REQUEST:
		some_request(random, &value.request);
		break;
	case DELIST_RECORD_HISTORY:
		value.history.count = (uint32_t)some_number(random);
		value.history.last_s = some_time(random);
		some_limit(random, &value.history.self_delists);
		break;
	case DELIST_RECORD_STANDING:
		some_limit(random, &value.standing.mails);
		some_limit(random, &value.standing.failed);
		value.standing.suppressed_until_s = some_time(random);
		break;
	case DELIST_RECORD_COUNTER:
		some_limit(random, &value.counter);
		break;
	case DELIST_RECORD_OPEN:
	case DELIST_RECORD_JOIN:
		some_bytes(random, value.id, 16);
		break;
	case DELIST_RECORD_INVESTIGATION:
		some_investigation(random, &value.investigation);
		break;
	case DELIST_RECORD_NODE:
		value.node.generation = some_number(random);
		value.node.seen_s = some_time(random);
		value.node.name_len = some_len(random, 32);
		some_bytes(random, value.node.name, value.node.name_len);
		break;
	case DELIST_RECORD_AUDIT:
		some_audit(random, &value.audit);
		break;
	case DELIST_RECORD_APPEAL:
		some_appeal(random, &value.appeal);
		break;
	case DELIST_RECORD_ACCOUNT:
		some_account(random, &value.account);
		break;
	default:
		value.generation = some_number(random);
	}
	return value;
}

static void
random_values_go_round(void **state)
{
	struct support_random random = {20261125};

	(void)state;
	for (int i = 0; i < 10000; i++)
		for (const char *type = types; *type != '\0'; type++) {
			union value value = some_value(&random, *type);

			goes_round(*type, &value);
		}
}

/* Two bytes of a random row changed at once, or the row cut. */
static void
random_damage_is_seen(void **state)
{
	struct support_random random = {1};
	int taken = 0;

	(void)state;
	for (int i = 0; i < 50000; i++) {
		char type = types[(size_t)i % (sizeof types - 1)];
		union value value = some_value(&random, type), found;
		struct delist_record record, again;
		size_t len;

		assert_int_equal(write_row(&record, type, &value), DELIST_OK);
		len = record.len;
		for (int j = 0; j < 2; j++)
			record.at[2 + support_below(&random, len - 2)] =
			    (char)some_number(&random);
		if (support_below(&random, 8) == 0)
			len = support_below(&random, len + 1);
		if (read_or_leave(&found, type, record.at, len) != DELIST_OK)
			continue;
		taken++;
		assert_int_equal(write_row(&again, type, &found), DELIST_OK);
		assert_int_equal(again.len, len);
		assert_memory_equal(again.at, record.at, len);
	}
	assert_in_range(taken, 10000, 49000);
}

/* ---- what the machines make ---- */

static struct delist_event
some_event(struct support_random *random)
{
	struct delist_event ev = {
	    .kind = (uint8_t)support_below(random, DELIST_EVENT_KINDS),
	    .origin = (uint8_t)support_below(random, 3),
	    .code = (uint16_t)(support_below(random, 4) == 0 ? 511 : 0),
	    .mac_ok = support_below(random, 4) != 0,
	    .covered = support_below(random, 4) != 0,
	    .self_service = support_below(random, 4) != 0,
	    .relation_ok = true,
	    .within_limits = support_below(random, 4) != 0,
	    .prefix = {{4, {192, 0, 2, 1}}, 32},
	    .addr = {4, {192, 0, 2, 1}},
	    .mailbox = some_mailbox(random),
	    .generation = (uint32_t)support_below(random, 4),
	    .set_generation = support_below(random, 4),
	    .cooldown_until_s = INT64_MIN,
	};

	some_bytes(random, ev.request_id, 16);
	ev.evidence.source_len = 1;
	ev.evidence.source[0] = (char)('a' + support_below(random, 6));
	ev.evidence.reason_len = some_len(random, 64);
	some_bytes(random, ev.evidence.reason, ev.evidence.reason_len);
	ev.evidence.at_s = NOW + (int64_t)support_below(random, 1000) * DAY;
	return ev;
}

static struct delist_policy
defaults(void)
{
	struct delist_policy policy;

	assert_int_equal(delist_policy_init(&policy, sizeof policy), 0);
	return policy;
}

/* Each life is lived from what was read back. */
static void
a_listing_lives_in_its_row(void **state)
{
	struct delist_policy policy = defaults();
	struct support_random random = {2};
	union value value = {.listing = {.state = DELIST_LISTING_ABSENT}};
	unsigned todo, seen[DELIST_LISTING_STATES] = {0}, struck = 0;
	int64_t now_s = NOW;

	(void)state;
	for (int i = 0; i < 50000; i++) {
		struct delist_event ev = some_event(&random);
		struct delist_record record;

		now_s += (int64_t)support_below(&random, 2 * DAY);
		ev.evidence.at_s = now_s;
		/* Let most live long enough to have many strikes. */
		if ((ev.kind == DELIST_EVENT_UNLIST ||
			ev.kind == DELIST_EVENT_WITHDRAW) &&
		    support_below(&random, 40) != 0)
			continue;
		if (delist_listing_step(&value.listing, &todo, &value.listing,
			&ev, &policy, now_s) != DELIST_OK)
			continue;
		seen[value.listing.state]++;
		struck += value.listing.strikes > 8;
		if (value.listing.state == DELIST_LISTING_ABSENT) {
			is_no_value('L', &value);
			continue;
		}
		record = goes_round('L', &value);
		assert_int_equal(
		    read_or_leave(&value, 'L', record.at, record.len),
		    DELIST_OK);
	}
	for (int s = 0; s < DELIST_LISTING_STATES; s++)
		assert_in_range(seen[s], 50, 50000);
	assert_in_range(struck, 1, 50000);
}

static void
a_request_lives_in_its_row(void **state)
{
	struct delist_policy policy = defaults();
	struct support_random random = {3};
	union value value = {.request = {.state = DELIST_REQUEST_NONE}};
	unsigned todo, seen[DELIST_REQUEST_STATES] = {0};
	int64_t now_s = NOW;

	(void)state;
	for (int i = 0; i < 100000; i++) {
		struct delist_event ev = some_event(&random);
		struct delist_record record;

		if (support_below(&random, 50) == 0) {
			value.request = (struct delist_request){0};
			is_no_value('R', &value);
		}
		now_s += (int64_t)support_below(&random, 2000);
		if (support_below(&random, 100) == 0)
			now_s += 100 * DAY;
		if (delist_request_step(&value.request, &todo, &value.request,
			&ev, &policy, now_s) != DELIST_OK ||
		    value.request.state == DELIST_REQUEST_NONE)
			continue;
		seen[value.request.state]++;
		record = goes_round('R', &value);
		assert_int_equal(
		    read_or_leave(&value, 'R', record.at, record.len),
		    DELIST_OK);
	}
	for (int s = 1; s < DELIST_REQUEST_STATES; s++)
		assert_in_range(seen[s], 20, 100000);
}

/* ---- keys ---- */

struct key_row {
	const char *name;
	char type;
	char what; /* kind, or what a counter is of */
	struct delist_prefix prefix;
	const char *hex;
};

#define MAPPED                                          \
	{                                               \
		6,                                      \
		{                                       \
			[10] = 0xff, 0xff, 192, 0, 2, 1 \
		}                                       \
	}
#define DOCUMENTATION                                                 \
	{                                                             \
		6,                                                    \
		{                                                     \
			0x20, 0x01, 0x0d, 0xb8, [7] = 7, 8, [15] = 15 \
		}                                                     \
	}
#define DOCUMENTATION_HEX "20010db800000007080000000000000f"

/* Every id and every hash is ID; 'o' is the prefix of open requests. */
/* clang-format off */
static const struct key_row key_rows[] = {
	{"listing", 'L', 1, {{4, {192, 0, 2, 0}}, 24}, "4c 01 04c0000200 18"},
	{"listing, everything", 'L', 0, {{4, {0}}, 0}, "4c 00 0400000000 00"},
	{"listing, ipv6", 'L', 2, {DOCUMENTATION, 128},
	    "4c 02 06" DOCUMENTATION_HEX "80"},
	{"listing, mapped", 'L', 0, {MAPPED, 128}, "4c 00 04c0000201 20"},
	{"listing, of none", 'L', 0, {{0, {0}}, 0}, "4c 00 00 00"},
	{"prefix of listings", 'l', 2, {{0, {0}}, 0}, "4c 02"},
	{"request", 'R', 0, {{0, {0}}, 0}, "52" ID_HEX},
	{"history", 'H', 0, {{4, {192, 0, 2, 1}}, 0}, "48 04c0000201"},
	{"history, ipv6", 'H', 0, {DOCUMENTATION, 0}, "48 0620010db800000007"},
	{"history, mapped", 'H', 0, {MAPPED, 0}, "48 04c0000201"},
	{"history, of none", 'H', 0, {{0, {0}}, 0}, "48 00"},
	{"standing", 'M', 0, {{0, {0}}, 0}, "4d" ID_HEX},
	{"counter", 'C', 'd', {{0, {0}}, 0}, "43 64" ID_HEX},
	{"counter, of a high byte", 'C', '\xff', {{0, {0}}, 0}, "43 ff" ID_HEX},
	{"open", 'O', 0, {{4, {192, 0, 2, 1}}, 0}, "4f 04c0000201" ID_HEX},
	{"open, ipv6", 'O', 0, {DOCUMENTATION, 0},
	    "4f 06" DOCUMENTATION_HEX ID_HEX},
	{"open, mapped", 'O', 0, {MAPPED, 0}, "4f 04c0000201" ID_HEX},
	{"prefix of open", 'o', 0, {{4, {192, 0, 2, 1}}, 0}, "4f 04c0000201"},
	{"prefix of open, ipv6", 'o', 0, {DOCUMENTATION, 0},
	    "4f 06 20010db800000007"},
	{"prefix of open, mapped", 'o', 0, {MAPPED, 0}, "4f 04c0000201"},
	{"status", 'S', 0, {{0, {0}}, 0}, "53" ID_HEX},
	{"generation", 'G', 0, {{0, {0}}, 0}, "47"},
	{"investigation", 'I', 0, {{0, {0}}, 0}, "49" ID_HEX},
	{"join", 'J', 0, {{4, {192, 0, 2, 1}}, 0}, "4a 04c0000201"},
	{"join, ipv6", 'J', 0, {DOCUMENTATION, 0}, "4a 06" DOCUMENTATION_HEX},
	{"join, mapped", 'J', 0, {MAPPED, 0}, "4a 04c0000201"},
	{"join, of a sender", 'J', 0, {{0, {0}}, 0}, "4a 00" ID_HEX},
	{"node", 'N', 0, {{0, {0}}, 0}, "4e 6d7831"},
	{"audit", 'A', 1, {{0, {0}}, 0}, "41 8000000000000001 00000001 a0a1a2a3"},
	{"audit, before 1970", 'A', -1, {{0, {0}}, 0},
	    "41 7fffffffffffffff ffffffff a0a1a2a3"},
	{"appeal", 'P', 0, {{0, {0}}, 0}, "50" ID_HEX},
	{"account", 'V', 1, {{0, {0}}, 0}, "56 01" ID_HEX},
};
/* clang-format on */

static void
make_key(struct delist_record_key *key, const struct key_row *row)
{
	static const uint8_t id[16] = ID;
	const struct delist_addr *addr = &row->prefix.addr;

	switch (row->type) {
	case 'L':
		delist_record_listing_key(key, row->what, &row->prefix);
		break;
	case 'R':
		delist_record_request_key(key, id);
		break;
	case 'H':
		delist_record_history_key(key, addr);
		break;
	case 'M':
		delist_record_standing_key(key, id);
		break;
	case 'C':
		delist_record_counter_key(key, row->what, id);
		break;
	case 'O':
		delist_record_open_key(key, addr, id);
		break;
	case 'l':
		delist_record_listing_prefix(key, row->what);
		break;
	case 'o':
		delist_record_open_prefix(key, addr);
		break;
	case 'S':
		delist_record_status_key(key, id);
		break;
	case 'I':
		delist_record_investigation_key(key, id);
		break;
	case 'J':
		delist_record_join_key(key, addr, id);
		break;
	case 'N':
		delist_record_node_key(key, &golden_of('N')->node);
		break;
	case 'A':
		delist_record_audit_key(
		    key, row->what, (uint32_t)row->what, id);
		break;
	case 'P':
		delist_record_appeal_key(key, id);
		break;
	case 'V':
		delist_record_account_key(key, row->what, id);
		break;
	default:
		delist_record_generation_key(key);
	}
}

static void
key_is_as_published(void **state)
{
	const struct key_row *row = *state;
	struct delist_record_key key, type;
	struct delist_text text;
	char want[DELIST_RECORD_KEY_MAX] = {0};
	size_t len = unhex(want, row->hex);

	memset(&key, 0xa5, sizeof key);
	make_key(&key, row);
	text = delist_record_key_text(&key);
	assert_ptr_equal(text.at, key.at);
	assert_int_equal(text.len, len);
	assert_memory_equal(key.at, want, sizeof want);
	delist_record_type_key(&type, want[0]);
	assert_int_equal(type.len, 1);
	assert_memory_equal(type.at, want, 1);
}

static int
compare(struct delist_text a, struct delist_text b)
{
	int order = memcmp(a.at, b.at, a.len < b.len ? a.len : b.len);

	return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

static int
sign(int order)
{
	return (order > 0) - (order < 0);
}

static void
listings_lie_in_order(void **state)
{
	struct support_random random = {4};

	(void)state;
	for (int i = 0; i < 100000; i++) {
		struct delist_prefix a = some_prefix(&random);
		struct delist_prefix b = some_prefix(&random);
		struct delist_record_key x, y;

		if (support_below(&random, 2) == 0)
			b = delist_prefix_of(
			    &a.addr, (unsigned)support_below(&random, 129));
		delist_record_listing_key(&x, 0, &a);
		delist_record_listing_key(&y, 0, &b);
		assert_int_equal(sign(compare(delist_record_key_text(&x),
				     delist_record_key_text(&y))),
		    sign(delist_prefix_compare(&a, &b)));
		delist_record_listing_key(&y, 1, &b);
		assert_true(compare(delist_record_key_text(&x),
				delist_record_key_text(&y)) < 0);
	}
}

static bool
same_history(const char *a, const char *b)
{
	struct delist_record_key x, y;
	struct delist_addr addr = {0};

	assert_int_equal(delist_addr_parse(&addr, a, strlen(a)), DELIST_OK);
	delist_record_history_key(&x, &addr);
	assert_int_equal(delist_addr_parse(&addr, b, strlen(b)), DELIST_OK);
	delist_record_history_key(&y, &addr);
	return memcmp(&x, &y, sizeof x) == 0;
}

static void
history_is_of_a_host(void **state)
{
	(void)state;
	assert_true(same_history("2001:db8::1", "2001:db8::1"));
	assert_true(
	    same_history("2001:db8::", "2001:db8::ffff:ffff:ffff:ffff"));
	assert_false(same_history("2001:db8::", "2001:db8:0:1::"));
	assert_false(same_history("2001:db8:0:1::", "2001:db8:0:2::"));
	assert_true(same_history("192.0.2.1", "::ffff:192.0.2.1"));
	assert_false(same_history("192.0.2.1", "192.0.2.2"));
	assert_false(same_history("32.1.13.184", "2001:db8::"));
}

/* A scan for one address finds its requests and those of no other. */
static void
open_ones_lie_by_address(void **state)
{
	struct support_random random = {5};

	(void)state;
	for (int i = 0; i < 20000; i++) {
		struct delist_addr a = some_addr(&random), b = a;
		struct delist_record_key prefix, key;
		uint8_t hash[16];

		some_bytes(&random, hash, sizeof hash);
		if (support_below(&random, 2) == 0)
			b = some_addr(&random);
		delist_record_open_prefix(&prefix, &a);
		delist_record_open_key(&key, &b, hash);
		assert_int_equal(key.len >= prefix.len &&
				     memcmp(key.at, prefix.at, prefix.len) == 0,
		    delist_addr_compare(&a, &b) == 0);
	}
}

/* By time, and in one second by number. */
static void
audits_lie_in_order(void **state)
{
	static const int64_t times[] = {
	    INT64_MIN, -2, -1, 0, 1, 255, 256, NOW, INT64_MAX};
	static const uint8_t random[4] = {0}, other[4] = {255, 255, 255, 255};
	struct delist_record_key last = {0}, key;

	(void)state;
	for (size_t i = 0; i < COUNT(times); i++)
		for (uint32_t number = 1; number < 600; number += 97) {
			delist_record_audit_key(&key, times[i], number, random);
			assert_true(compare(delist_record_key_text(&last),
					delist_record_key_text(&key)) < 0);
			delist_record_audit_key(&last, times[i], number, other);
			assert_true(compare(delist_record_key_text(&key),
					delist_record_key_text(&last)) < 0);
		}
}

int
main(void)
{
	ROWS(is_as_published, golden_rows);
	ROWS(is_all_or_nothing, golden_rows);
	ROWS(is_of_one_type, golden_rows);
	ROWS(knows_its_version, golden_rows);
	ROWS(no_change_goes_unseen, golden_rows);
	ROWS(no_field_is_forgotten, golden_rows);
	ROWS(odd_values_have_no_row, odd_rows);
	TEST(codes_are_those_of_replies);
	TEST(only_purged_has_no_mailbox);
	TEST(mapped_addresses_have_no_row);
	TEST(the_longest_fit);
	TEST(random_values_go_round);
	TEST(random_damage_is_seen);
	TEST(a_listing_lives_in_its_row);
	TEST(a_request_lives_in_its_row);
	ROWS(key_is_as_published, key_rows);
	TEST(listings_lie_in_order);
	TEST(history_is_of_a_host);
	TEST(open_ones_lie_by_address);
	TEST(audits_lie_in_order);
	return support_run("record");
}
