/* SPDX-License-Identifier: ISC */
/*
 * What persons do about investigations, and what is said for it.
 */
#include "service_world.h"

#include <stdio.h>

#define IP "192.0.2.1"
#define ANSWER DELIST_EVENT_ANSWER

static struct {
	struct delist_audit audit[64];
	size_t n;
} told;

static void
tell(void *arg, const struct delist_audit *audit)
{
	(void)arg;
	assert_true(told.n < COUNT(told.audit));
	told.audit[told.n++] = *audit;
}

static int
block_code(struct world *world, const char *text, uint16_t code, int64_t now_s)
{
	struct delist_prefix prefix = world_prefix(text);
	struct delist_grounds grounds = {
	    .size = sizeof grounds,
	    .source = {"trap", 4},
	    .reason = {"spam", 4},
	    .code = code,
	    .ttl_s = 30 * DAY,
	};

	return delist_service_block(world->service, &prefix, &grounds, now_s);
}

/* A world where somebody wrote about an address that is blocked. */
static struct delist_intake_answer
start(struct world *world, const char *prefix, const char *addr)
{
	struct delist_intake_answer intake;

	world_init(world, NULL);
	world->config.host.event = tell;
	world_open(world);
	if (prefix != NULL)
		assert_int_equal(block_code(world, prefix, 511, NOW), 0);
	assert_int_equal(world_intake(world, &intake, "ann@example.org", "",
			     world_reply(511, addr), NOW),
	    0);
	assert_int_equal(intake.result, DELIST_INTAKE_OPENED);
	told.n = 0;
	return intake;
}

static bool
says(const struct kept_mail *mail, const char *text)
{
	size_t len = strlen(text);

	for (size_t i = 0; i + len <= mail->message_len; i++)
		if (memcmp(mail->message + i, text, len) == 0)
			return true;
	return false;
}

/* ---- the story ---- */

static void
from_report_to_flow(void **state)
{
	struct world world;
	struct delist_intake_answer intake = start(&world, IP, IP);
	struct delist_investigation one;
	struct delist_prefix prefix = world_prefix(IP);
	struct delist_listing listing;
	bool found;

	(void)state;
	assert_int_equal(world_answer(&world, intake.id, DELIST_EVENT_ASSIGN, 0,
			     "", NOW + 1),
	    0);
	assert_int_equal(world_answer(&world, intake.id, DELIST_EVENT_NOTE, 0,
			     "called them", NOW + 2),
	    0);
	one = world_case(&world, intake.id);
	assert_int_equal(one.state, DELIST_INVESTIGATION_REVIEW);
	assert_memory_equal(one.assignee, "ed", 3);
	assert_true(world_refuses(&world, IP, NOW + 2));
	world_reopen(&world);
	assert_int_equal(world_answer(&world, intake.id, ANSWER,
			     DELIST_NOTICE_DELISTED, "", NOW + 3),
	    0);
	assert_false(world_refuses(&world, IP, NOW + 3));
	one = world_case(&world, intake.id);
	assert_int_equal(one.state, DELIST_INVESTIGATION_RESOLVED);
	assert_int_equal(one.mail, DELIST_INVESTIGATION_MAIL_ACCEPTED);
	assert_int_equal(world.mails_n, 2);
	assert_true(says(world_mail(&world, 0), "Message-ID: <delisted.2."));
	assert_true(says(world_mail(&world, 0), "24 hours"));
	/* A person's word comes back if it can't be delivered. */
	assert_string_equal(
	    world_mail(&world, 0)->from, world_mail(&world, 0)->path);
	/* All in one commit, and a person's name is with it. */
	assert_int_equal(told.audit[2].changes, 3);
	assert_memory_equal(told.audit[2].source, "ed", 3);
	assert_int_equal(
	    told.audit[2].change[0].of, DELIST_AUDIT_INVESTIGATION);
	assert_int_equal(
	    told.audit[2].change[0].detail, DELIST_NOTICE_DELISTED);
	assert_int_equal(told.audit[2].change[1].of, DELIST_AUDIT_LISTING);
	assert_int_equal(told.audit[2].change[1].event, DELIST_EVENT_ANSWER);
	assert_memory_equal(told.audit[2].change[1].id, intake.id, 16);
	assert_int_equal(delist_service_listing(world.service, &found, &listing,
			     DELIST_LISTING_BLOCK, &prefix),
	    0);
	assert_int_equal(listing.state, DELIST_LISTING_PROBATION);
	assert_memory_equal(listing.request_id, intake.id, 16);
	world_close(&world);
}

/* ---- what is lifted ---- */

static const struct {
	const char *name;
	const char *prefixes[3];
	const char *addr, *exception, *still;
} lift_rows[] = {
    {"the address alone", {IP}, IP, NULL, NULL},
    {"a range", {"192.0.2.0/24"}, IP, "192.0.2.1/32", "192.0.2.2"},
    {"the address over a range", {"192.0.2.0/24", IP}, IP, "192.0.2.1/32",
	"192.0.2.2"},
    {"IPv6 /64", {"2001:db8::/64"}, "2001:db8::1", NULL, NULL},
    {"IPv6 /48", {"2001:db8::/48"}, "2001:db8::1", "2001:db8::/64",
	"2001:db8:0:1::1"},
};

static void
lifts(void **state)
{
	const struct {
		const char *name, *prefixes[3], *addr, *exception, *still;
	} *row = *state;
	struct world world;
	struct delist_intake_answer intake;
	struct delist_listing listing;
	bool found = false;

	intake = start(&world, NULL, row->addr);
	for (size_t i = 0; i < 3 && row->prefixes[i] != NULL; i++)
		assert_int_equal(
		    block_code(&world, row->prefixes[i], 511, NOW), 0);
	assert_true(world_refuses(&world, row->addr, NOW));
	assert_int_equal(world_answer(&world, intake.id, ANSWER,
			     DELIST_NOTICE_DELISTED, "", NOW + 1),
	    0);
	for (int again = 0; again < 2; again++) {
		assert_false(world_refuses(&world, row->addr, NOW + 1));
		if (row->still != NULL)
			assert_true(world_refuses(&world, row->still, NOW + 1));
		world_reopen(&world);
	}
	if (row->exception != NULL) {
		struct delist_prefix wanted = world_prefix(row->exception);

		assert_int_equal(
		    delist_service_listing(world.service, &found, &listing,
			DELIST_LISTING_EXCEPTION, &wanted),
		    0);
		assert_true(found);
		assert_memory_equal(
		    listing.evidence[0].source, "investigation", 13);
	}
	world_close(&world);
}

/* ---- other answers ---- */

static const struct {
	const char *name;
	const char *prefix; /* blocked, or NULL */
	int notice;
	const char *text, *says[2];
	int state;
} answer_rows[] = {
    {"denied", IP, DELIST_NOTICE_DENIED, "still on three traps",
	{"<denied.2.", "\r\nstill on three traps\r\n"},
	DELIST_INVESTIGATION_RESOLVED},
    {"a question", IP, DELIST_NOTICE_NEED_INFO, "which server sent it?",
	{"<need-info.2.", "\r\nwhich server sent it?\r\n"},
	DELIST_INVESTIGATION_NEEDS_INFO},
    {"not listed", NULL, DELIST_NOTICE_NOT_LISTED, "",
	{"<not-listed.2.", "    192.0.2.1\r\n"}, DELIST_INVESTIGATION_RESOLVED},
    {"delisted, with words", IP, DELIST_NOTICE_DELISTED, "gone",
	{"<delisted.2.", "    192.0.2.1\r\n"}, DELIST_INVESTIGATION_RESOLVED},
};

static void
is_answered(void **state)
{
	const struct {
		const char *name, *prefix;
		int notice;
		const char *text, *says[2];
		int state;
	} *row = *state;
	struct world world;
	struct delist_intake_answer intake = start(&world, row->prefix, IP);
	struct delist_answer answer = {.size = sizeof answer,
	    .event = ANSWER,
	    .notice = (uint8_t)row->notice,
	    .person = {"ed", 2},
	    .text = {row->text, strlen(row->text)}};
	struct delist_investigation one;
	uint64_t rows;
	bool already = true;

	memcpy(answer.id, intake.id, 16);
	assert_int_equal(delist_service_answer(
			     world.service, &one, &already, &answer, NOW + 1),
	    0);
	assert_false(already);
	assert_int_equal(one.state, row->state);
	assert_int_equal(world.mails_n, 2);
	for (size_t i = 0; i < 2; i++)
		assert_true(says(world_mail(&world, 0), row->says[i]));
	assert_true(
	    says(world_mail(&world, 0), "In-Reply-To: <m1@example.org>\r\n"));
	assert_int_equal(world_refuses(&world, IP, NOW + 1),
	    row->prefix != NULL && row->notice != DELIST_NOTICE_DELISTED);
	/* The same once more is done already; another is too late. */
	rows = world_fingerprint(&world);
	assert_int_equal(delist_service_answer(
			     world.service, &one, &already, &answer, NOW + 2),
	    0);
	assert_true(already);
	assert_int_equal(one.state, row->state);
	if (row->state == DELIST_INVESTIGATION_RESOLVED) {
		answer.notice = row->notice == DELIST_NOTICE_DENIED
				    ? DELIST_NOTICE_DELISTED
				    : DELIST_NOTICE_DENIED;
		answer.text = (struct delist_text){"no", 2};
		assert_int_equal(delist_service_answer(world.service, &one,
				     &already, &answer, NOW + 2),
		    DELIST_ESTATE);
	}
	assert_true(world_fingerprint(&world) == rows);
	assert_int_equal(world.mails_n, 2);
	world_close(&world);
}

struct relisted_row {
	const char *name, *first, *then;
	bool nodes;
	int times; /* until a gap in a range lets it pass */
};

static const struct relisted_row relisted_rows[] = {
    {"itself", IP, IP, false, 3},
    {"itself, with nodes", IP, IP, true, 3},
    {"a range over it", IP, "192.0.2.0/24", false, 2},
    {"itself, in a range", "192.0.2.0/24", IP, false, 3},
    {"itself, in a range, with nodes", "192.0.2.0/24", IP, true, 3},
};

/* Delisted, listed again, and delisted once more: each is done. */
static void
what_was_listed_again_is_delisted_again(void **state)
{
	const struct relisted_row *row = *state;
	struct world world;
	struct delist_intake_answer intake = start(&world, row->first, IP);

	if (row->nodes)
		assert_int_equal(delist_service_ack(world.service,
				     (struct delist_text){"mx1", 3}, 0, NOW),
		    0);
	for (int i = 0; i < row->times; i++) {
		int64_t at_s = NOW + i * HOUR;
		uint64_t rows;

		assert_int_equal(world_refuses(&world, IP, at_s), true);
		assert_int_equal(world_answer(&world, intake.id, ANSWER,
				     DELIST_NOTICE_DELISTED, "", at_s + 1),
		    0);
		assert_false(world_refuses(&world, IP, at_s + 1));
		assert_int_equal(world.mails_n, 2 + (size_t)i);
		rows = world_fingerprint(&world);
		assert_int_equal(world_answer(&world, intake.id, ANSWER,
				     DELIST_NOTICE_DELISTED, "", at_s + 2),
		    0);
		assert_true(world_fingerprint(&world) == rows);
		assert_int_equal(
		    block_code(&world, row->then, 511, at_s + 60), 0);
	}
	world_close(&world);
}

/* What was asked comes, and the case is open again; the clock starts anew. */
static void
a_question_is_answered(void **state)
{
	struct world world;
	struct delist_intake_answer intake = start(&world, IP, IP), more;
	struct delist_investigation one;

	(void)state;
	assert_int_equal(world_answer(&world, intake.id, ANSWER,
			     DELIST_NOTICE_NEED_INFO, "who are you?", NOW + 1),
	    0);
	world_reopen(&world);
	assert_int_equal(world_intake(&world, &more, "ann@example.org",
			     "In-Reply-To: <x@example.net>\r\n",
			     "we are Example", NOW + DAY),
	    0);
	assert_int_equal(more.result, DELIST_INTAKE_OPENED);
	assert_memory_equal(more.id, intake.id, 16);
	assert_false(more.replied);
	one = world_case(&world, intake.id);
	assert_int_equal(one.state, DELIST_INVESTIGATION_OPEN);
	assert_true(one.due_s[0] == NOW + DAY + 36 * HOUR);
	world_close(&world);
}

/* ---- what is refused ---- */

static const struct {
	const char *name;
	const char *prefix;
	int event, notice;
	const char *person, *text;
	int result;
} refused_rows[] = {
    {"no event", IP, DELIST_EVENT_NONE, 0, "ed", "", DELIST_EINVAL},
    {"another's event", IP, DELIST_EVENT_INTAKE, 0, "ed", "", DELIST_EINVAL},
    {"nobody", IP, DELIST_EVENT_ASSIGN, 0, "", "", DELIST_EINVAL},
    {"longest name", IP, DELIST_EVENT_ASSIGN, 0,
	"0123456789012345678901234567890X", "", 0},
    {"longer name", IP, DELIST_EVENT_ASSIGN, 0,
	"0123456789012345678901234567890XY", "", DELIST_EINVAL},
    {"a name with a line's end", IP, DELIST_EVENT_ASSIGN, 0, "e\nd", "",
	DELIST_EINVAL},
    {"note of nobody", IP, DELIST_EVENT_NOTE, 0, "", "x", DELIST_EINVAL},
    {"note of nothing", IP, DELIST_EVENT_NOTE, 0, "ed", "", DELIST_EINVAL},
    {"longest note", IP, DELIST_EVENT_NOTE, 0, "ed",
	"0123456789012345678901234567890123456789012345678901234567890123", 0},
    {"longer note", IP, DELIST_EVENT_NOTE, 0, "ed",
	"01234567890123456789012345678901234567890123456789012345678901234",
	DELIST_EINVAL},
    {"no notice", IP, ANSWER, 0, "ed", "x", DELIST_EINVAL},
    {"an automatic one", IP, ANSWER, DELIST_NOTICE_RECEIVED, "ed", "x",
	DELIST_EINVAL},
    {"one behind the last", IP, ANSWER, DELIST_NOTICES, "ed", "x",
	DELIST_EINVAL},
    {"denied without a reason", IP, ANSWER, DELIST_NOTICE_DENIED, "ed", "",
	DELIST_EINVAL},
    {"a header in the reason", IP, ANSWER, DELIST_NOTICE_DENIED, "ed",
	"no\r\nBcc: x@example.org", DELIST_EINVAL},
    {"no question", IP, ANSWER, DELIST_NOTICE_NEED_INFO, "ed", "",
	DELIST_EINVAL},
    {"delisted, but is not blocked", NULL, ANSWER, DELIST_NOTICE_DELISTED, "ed",
	"", DELIST_ESTATE},
    {"not listed, but is", IP, ANSWER, DELIST_NOTICE_NOT_LISTED, "ed", "",
	DELIST_ESTATE},
    {"not listed, but in a range", "192.0.2.0/24", ANSWER,
	DELIST_NOTICE_NOT_LISTED, "ed", "", DELIST_ESTATE},
};

static void
is_refused(void **state)
{
	const struct {
		const char *name, *prefix;
		int event, notice;
		const char *person, *text;
		int result;
	} *row = *state;
	struct world world;
	struct delist_intake_answer intake = start(&world, row->prefix, IP);
	struct delist_answer answer = {.size = sizeof answer,
	    .event = (uint8_t)row->event,
	    .notice = (uint8_t)row->notice,
	    .person = {row->person, strlen(row->person)},
	    .text = {row->text, strlen(row->text)}};
	struct delist_investigation one = {.intakes = 77};
	uint64_t rows = world_fingerprint(&world);
	bool already = true;

	memcpy(answer.id, intake.id, 16);
	assert_int_equal(delist_service_answer(
			     world.service, &one, &already, &answer, NOW + 1),
	    row->result);
	if (row->result != 0) {
		assert_int_equal(one.intakes, 77);
		assert_true(already);
		assert_true(world_fingerprint(&world) == rows);
		assert_int_equal(told.n, 0);
	}
	answer.size--;
	assert_int_equal(delist_service_answer(
			     world.service, &one, &already, &answer, NOW + 1),
	    DELIST_EINVAL);
	world_close(&world);
}

static void
there_must_be_one(void **state)
{
	struct world world;
	struct delist_intake_answer intake = start(&world, IP, IP), other;

	(void)state;
	intake.id[0] ^= 1;
	assert_int_equal(
	    world_answer(&world, intake.id, DELIST_EVENT_NOTE, 0, "x", NOW + 1),
	    DELIST_ESTATE);
	/* Without an address there is nothing to answer about. */
	assert_int_equal(
	    world_intake(&world, &other, "bob@example.com", "", "help", NOW),
	    0);
	assert_int_equal(world_answer(&world, other.id, ANSWER,
			     DELIST_NOTICE_DENIED, "x", NOW + 1),
	    DELIST_ESTATE);
	world_close(&world);
}

/* The note is the audit's. */
static void
a_note_is_kept(void **state)
{
	struct world world;
	struct delist_intake_answer intake = start(&world, IP, IP);
	size_t rows = world_rows(&world, 'A');

	(void)state;
	for (int i = 0; i < 3; i++)
		assert_int_equal(
		    world_answer(&world, intake.id, DELIST_EVENT_NOTE, 0,
			"called them", NOW + i),
		    0);
	assert_int_equal(world_rows(&world, 'A'), rows + 3);
	assert_true(world_stores(&world, "called them"));
	world_close(&world);
}

/* ---- mails that do not arrive ---- */

static void
a_person_hears_of_it(void **state)
{
	struct world world;
	struct delist_intake_answer intake = start(&world, IP, IP);
	struct kept_mail mail;

	(void)state;
	assert_int_equal(world_answer(&world, intake.id, ANSWER,
			     DELIST_NOTICE_DENIED, "spam", NOW + 1),
	    0);
	mail = *world_mail(&world, 0);
	told.n = 0;
	assert_int_equal(delist_service_mail_result(world.service, mail.path,
			     strlen(mail.path), 0, DELIST_MAIL_FAILED, NOW + 2),
	    0);
	assert_int_equal(told.n, 1);
	assert_true(told.audit[0].change[0].review);
	assert_int_equal(
	    told.audit[0].change[0].event, DELIST_EVENT_MAIL_FAILED);
	assert_int_equal(world_case(&world, intake.id).mail,
	    DELIST_INVESTIGATION_MAIL_FAILED);
	world_close(&world);
}

/* Twice in 30 days: no more mail to that mailbox, from the portal either. */
static void
failures_count_against_the_mailbox(void **state)
{
	struct world world;
	struct delist_intake_answer intake;
	char text[100];

	(void)state;
	(void)start(&world, IP, IP);
	for (int i = 0; i < 2; i++) {
		world.outcome = DELIST_MAIL_FAILED;
		snprintf(text, sizeof text,
		    "550 5.7.511 Access denied, banned sender[198.51.100.%d]",
		    i);
		assert_int_equal(world_intake(&world, &intake,
				     "bob@example.com", "", text, NOW),
		    0);
		assert_true(intake.replied);
	}
	world.outcome = DELIST_MAIL_ACCEPTED;
	assert_int_equal(world_intake(&world, &intake, "bob@example.com", "",
			     world_reply(511, "198.51.100.9"), NOW),
	    0);
	assert_false(intake.replied);
	world.mails_n = 0;
	assert_int_equal(world_block(&world, "203.0.113.1", NOW), 0);
	assert_int_equal(
	    world_submit(&world, NULL, "bob@example.com", "203.0.113.1", NOW),
	    0);
	assert_int_equal(world.mails_n, 0);
	/* A person's answer is kept back as well, but done. */
	assert_int_equal(world_answer(&world, intake.id, ANSWER,
			     DELIST_NOTICE_NOT_LISTED, "", NOW),
	    0);
	assert_int_equal(world.mails_n, 0);
	world_close(&world);
}

/* Whoever asked for no more mail while one waited does not get it. */
static void
a_waiting_answer_is_held_back(void **state)
{
	struct world world;
	struct delist_intake_answer intake = start(&world, IP, IP);
	struct kept_mail *mail;

	(void)state;
	mail = world_ask(&world, "ann@example.org", "203.0.113.1", NOW);
	world.outcome = DELIST_MAIL_DELAYED;
	assert_int_equal(world_answer(&world, intake.id, ANSWER,
			     DELIST_NOTICE_DENIED, "spam", NOW + 1),
	    0);
	world.outcome = DELIST_MAIL_ACCEPTED;
	assert_int_equal(
	    world_cancel(&world, world.mails[1].cancel, NOW + 2), 0);
	(void)mail;
	world.mails_n = 0;
	world_tick(&world, NOW + HOUR);
	assert_int_equal(world.mails_n, 0);
	assert_int_equal(world_case(&world, intake.id).mail,
	    DELIST_INVESTIGATION_MAIL_FAILED);
	world_close(&world);
}

/* ---- what an exhausted sender is told ---- */

/* Three removals by itself, and the fourth is for a person. */
static void
self_service_ends_with_a_person(void **state)
{
	struct delist_submit_answer answer;
	struct delist_intake_answer intake;
	struct delist_addr addr = world_addr(IP);
	struct delist_check check;
	struct world world;
	int64_t now_s = NOW;

	(void)state;
	world_start(&world);
	for (int i = 0; i < 3; i++) {
		struct kept_mail *mail =
		    world_ask(&world, "ann@example.org", IP, now_s);

		assert_int_equal(world_redeem(&world, mail->confirm, now_s), 0);
		now_s += 5 * DAY;
		world_tick(&world, now_s);
	}
	assert_int_equal(world_block(&world, IP, now_s), 0);
	assert_true(
	    delist_service_check(world.service, &check, &addr, NULL, 0, now_s));
	assert_int_equal(check.code, 511);
	assert_int_equal(
	    world_submit(&world, &answer, "ann@example.org", IP, now_s), 0);
	assert_int_equal(answer.result, DELIST_SUBMIT_INVESTIGATE);
	/* Even the bounce of before, with the portal's code, opens a case. */
	assert_int_equal(world_intake(&world, &intake, "ann@example.org", "",
			     world_reply(606, IP), now_s),
	    0);
	assert_int_equal(intake.result, DELIST_INTAKE_OPENED);
	assert_int_equal(world_answer(&world, intake.id, ANSWER,
			     DELIST_NOTICE_DELISTED, "", now_s),
	    0);
	assert_false(world_refuses(&world, IP, now_s));
	world_close(&world);
}

/* The same where a range is what blocks: its own code says the portal. */
static void
self_service_ends_under_a_range(void **state)
{
	struct delist_submit_answer answer;
	struct delist_intake_answer intake;
	struct delist_prefix gap = world_prefix("192.0.2.1/32");
	struct world world;
	int64_t now_s = NOW;
	bool removed;

	(void)state;
	world_start(&world);
	assert_int_equal(block_code(&world, "192.0.2.0/24", 606, now_s), 0);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(
		    world_submit(&world, &answer, "ann@example.org", IP, now_s),
		    0);
		assert_int_equal(answer.result, DELIST_SUBMIT_WAITING);
		assert_int_equal(
		    world_redeem(&world, world_mail(&world, 0)->confirm, now_s),
		    0);
		assert_int_equal(delist_service_unlist(world.service, &removed,
				     DELIST_LISTING_EXCEPTION, &gap, now_s),
		    0);
		now_s += 5 * DAY;
		world_tick(&world, now_s);
	}
	assert_int_equal(
	    world_submit(&world, &answer, "ann@example.org", IP, now_s), 0);
	assert_int_equal(answer.result, DELIST_SUBMIT_INVESTIGATE);
	assert_int_equal(world_intake(&world, &intake, "ann@example.org", "",
			     world_reply(606, IP), now_s),
	    0);
	assert_int_equal(intake.result, DELIST_INTAKE_OPENED);
	/* Its neighbour is told of the portal. */
	assert_int_equal(world_intake(&world, &intake, "bob@example.org", "",
			     world_reply(606, "192.0.2.2"), now_s),
	    0);
	assert_int_equal(intake.result, DELIST_INTAKE_REDIRECTED);
	world_close(&world);
}

int
main(void)
{
	ROWS(what_was_listed_again_is_delisted_again, relisted_rows);
	TEST(from_report_to_flow);
	ROWS(lifts, lift_rows);
	ROWS(is_answered, answer_rows);
	TEST(a_question_is_answered);
	ROWS(is_refused, refused_rows);
	TEST(there_must_be_one);
	TEST(a_note_is_kept);
	TEST(a_person_hears_of_it);
	TEST(failures_count_against_the_mailbox);
	TEST(a_waiting_answer_is_held_back);
	TEST(self_service_ends_with_a_person);
	TEST(self_service_ends_under_a_range);
	return support_run("service_answer");
}
