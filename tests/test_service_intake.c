/* SPDX-License-Identifier: ISC */
/*
 * Mails to the delist mailbox: what they open, join and get for an answer.
 */
#include "service_world.h"

#include <stdio.h>

#define IP "192.0.2.1"

static void
start(struct world *world)
{
	struct delist_prefix prefix = world_prefix(IP);
	struct delist_grounds grounds = {
	    .size = sizeof grounds,
	    .source = {"trap", 4},
	    .reason = {"spam", 4},
	    .code = 511,
	    .ttl_s = 365 * (int64_t)DAY,
	};

	world_start(world);
	world->config.policy.ttl_cap_s = 365 * (int64_t)DAY;
	world_reopen(world);
	assert_int_equal(
	    delist_service_block(world->service, &prefix, &grounds, NOW), 0);
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

/* ---- what comes of a mail ---- */

static const struct {
	const char *name;
	const char *text;
	uint16_t code;
	const char *addr; /* NULL: none is found */
	int result, state;
	const char *says; /* in the answer; NULL: none goes out */
} mail_rows[] = {
    {"the whole reply",
	"550 5.7.511 Access denied, banned sender[192.0.2.1]. "
	"To request removal from this list please forward "
	"this message to delist@example.net.",
	511, IP, DELIST_INTAKE_OPENED, DELIST_INVESTIGATION_OPEN,
	"Message-ID: <received.1."},
    {"IPv6", "550 5.7.511 Access denied, banned sender[2001:db8::1]", 511,
	"2001:db8::1", DELIST_INTAKE_OPENED, DELIST_INVESTIGATION_OPEN,
	"2001:db8::1"},
    {"mapped", "550 5.7.511 Access denied, banned sender[::ffff:192.0.2.1]",
	511, IP, DELIST_INTAKE_OPENED, DELIST_INVESTIGATION_OPEN,
	"    192.0.2.1"},
    {"an address that nobody blocks",
	"550 5.7.511 Access denied, banned sender[198.51.100.1]", 511,
	"198.51.100.1", DELIST_INTAKE_OPENED, DELIST_INVESTIGATION_OPEN,
	"198.51.100.1"},
    {"a code alone", "550 5.7.511 Access denied, banned sender", 511, NULL,
	DELIST_INTAKE_NEEDS_INFO, DELIST_INVESTIGATION_NEEDS_INFO,
	"Message-ID: <send-ndr.1."},
    {"words alone", "please help", 0, NULL, DELIST_INTAKE_NEEDS_INFO,
	DELIST_INVESTIGATION_NEEDS_INFO, "Message-ID: <send-ndr.1."},
    {"nothing at all", "", 0, NULL, DELIST_INTAKE_NEEDS_INFO,
	DELIST_INVESTIGATION_NEEDS_INFO, "Message-ID: <send-ndr.1."},
    {"the first code of the portal, not blocked",
	"550 5.7.606 Access denied, banned sending IP [198.51.100.1]", 606,
	"198.51.100.1", DELIST_INTAKE_REDIRECTED,
	DELIST_INVESTIGATION_REDIRECTED, "https://delist.example.net/"},
    {"the last code of the portal",
	"550 5.7.649 Access denied, banned sending IP [198.51.100.1]", 649,
	"198.51.100.1", DELIST_INTAKE_REDIRECTED,
	DELIST_INVESTIGATION_REDIRECTED, "https://delist.example.net/"},
    {"a code of the portal, but blocked with 511 by now",
	"550 5.7.606 Access denied, banned sending IP [192.0.2.1]", 606, IP,
	DELIST_INTAKE_OPENED, DELIST_INVESTIGATION_OPEN, "received"},
    {"one behind the portal's",
	"550 5.7.650 Access denied, banned sending IP [192.0.2.1]", 0, NULL,
	DELIST_INTAKE_NEEDS_INFO, DELIST_INVESTIGATION_NEEDS_INFO, "send-ndr"},
    {"another list's",
	"554 5.7.1 Service unavailable; Client host [192.0.2.1] "
	"blocked using zen.spamhaus.org",
	0, IP, DELIST_INTAKE_NEEDS_INFO, DELIST_INVESTIGATION_NEEDS_INFO,
	"send-ndr"},
    {"two recipients, and 511 counts",
	"<a@x.example>: host mx.x.example[198.51.100.9] said: 550 5.7.606 "
	"Access denied, banned sending IP [198.51.100.1] (in reply to RCPT "
	"TO command)\r\n\r\n<b@y.example>: host mx.y.example[198.51.100.8] "
	"said: 550 5.7.511 Access denied, banned sender[192.0.2.1] (in reply "
	"to RCPT TO command)",
	511, IP, DELIST_INTAKE_OPENED, DELIST_INVESTIGATION_OPEN, "received"},
};

static void
comes_to_what_it_says(void **state)
{
	const struct {
		const char *name, *text;
		uint16_t code;
		const char *addr;
		int result, state;
		const char *says;
	} *row = *state;
	struct delist_intake_answer answer;
	struct delist_investigation one;
	struct world world;
	struct kept_mail *mail;

	start(&world);
	assert_int_equal(world_intake(&world, &answer, "ann@example.org", "",
			     row->text, NOW),
	    0);
	assert_int_equal(answer.result, row->result);
	assert_int_equal(answer.code, row->code);
	assert_int_equal(
	    answer.addr.family != DELIST_NOADDR, row->addr != NULL);
	one = world_case(&world, answer.id);
	assert_int_equal(one.state, row->state);
	assert_int_equal(one.code, row->code);
	if (row->addr != NULL) {
		struct delist_addr addr = world_addr(row->addr);

		assert_int_equal(delist_addr_compare(&answer.addr, &addr), 0);
		assert_int_equal(delist_addr_compare(&one.addr, &addr), 0);
	}
	assert_true(answer.replied);
	assert_int_equal(world.mails_n, 1);
	mail = world_mail(&world, 0);
	assert_true(says(mail, row->says));
	assert_string_equal(mail->to, "ann@example.org");
	assert_string_equal(mail->from, "");
	assert_memory_equal(mail->path, "bounce+", 7);
	assert_memory_equal(mail->id, answer.id, 16);
	assert_true(says(mail, "From: delist@example.net\r\n"));
	assert_true(says(mail, "Auto-Submitted: auto-replied\r\n"));
	assert_true(says(mail, "In-Reply-To: <m1@example.org>\r\n"));
	/* Whatever is said, the list is as it was. */
	assert_true(world_refuses(&world, IP, NOW));
	assert_int_equal(one.mail, DELIST_INVESTIGATION_MAIL_ACCEPTED);
	world_close(&world);
}

/* ---- whom nobody answers ---- */

static const struct {
	const char *name, *sender, *header;
} silent_rows[] = {
    {"null reverse-path", "", ""},
    {"no mailbox", "ann", ""},
    {"two @", "ann@b@c.example", ""},
    {"a program", "MAILER-DAEMON@example.org", ""},
    {"a mailing list", "list-bounces@example.org", ""},
    {"automatic", "ann@example.org", "Auto-Submitted: auto-generated\r\n"},
    {"replied by a machine", "ann@example.org",
	"Auto-Submitted: auto-replied\r\n"},
    {"for many", "ann@example.org", "Precedence: bulk\r\n"},
    {"a list's", "ann@example.org", "List-Id: <l.example.org>\r\n"},
    {"who asks for none", "ann@example.org",
	"X-Auto-Response-Suppress: All\r\n"},
    {"null Return-Path", "ann@example.org", "Return-Path: <>\r\n"},
    {"our delist mailbox", "Delist@Example.NET", ""},
};

static void
gets_no_answer(void **state)
{
	const struct {
		const char *name, *sender, *header;
	} *row = *state;
	struct delist_intake_answer answer;
	struct world world;
	size_t rows;

	start(&world);
	rows = world_rows(&world, 0);
	assert_int_equal(world_intake(&world, &answer, row->sender, row->header,
			     "please help", NOW),
	    0);
	assert_int_equal(answer.result, DELIST_INTAKE_IGNORED);
	assert_int_equal(world_intake(&world, &answer, row->sender, row->header,
			     world_reply(606, "198.51.100.1"), NOW),
	    0);
	assert_int_equal(answer.result, DELIST_INTAKE_IGNORED);
	/* What can't be answered and opens nothing leaves nothing. */
	assert_int_equal(world_rows(&world, 0), rows);
	assert_int_equal(world_intake(&world, &answer, row->sender, row->header,
			     world_reply(511, IP), NOW),
	    0);
	/* What has all is for a person, whoever sent it. */
	assert_int_equal(answer.result, DELIST_INTAKE_OPENED);
	assert_false(answer.replied);
	assert_int_equal(world.mails_n, 0);
	world_close(&world);
}

static void
our_own_mailbox_of_mails_is_not_answered(void **state)
{
	struct delist_intake_answer answer;
	struct world world;

	(void)state;
	world_init(&world, NULL);
	world.config.from = "no-reply@example.net";
	world_open(&world);
	assert_int_equal(world_intake(&world, &answer, "no-reply@example.net",
			     "", "please help", NOW),
	    0);
	assert_int_equal(answer.result, DELIST_INTAKE_IGNORED);
	world_close(&world);
}

/* A host whose texts have no notices answers nobody. */
static void
no_texts_no_answer(void **state)
{
	static struct delist_catalogue texts;
	static const struct delist_catalogue *const all[] = {&texts};
	struct delist_intake_answer answer;
	struct delist_service *service;
	struct world world;

	(void)state;
	texts = *delist_catalogue_builtin(DELIST_ENGLISH);
	memset(texts.notices, 0, sizeof texts.notices);
	world_init(&world, NULL);
	world.config.catalogues = all;
	world.config.catalogue_count = 1;
	world_open(&world);
	assert_int_equal(world_intake(&world, &answer, "ann@example.org", "",
			     world_reply(511, IP), NOW),
	    0);
	assert_int_equal(answer.result, DELIST_INTAKE_OPENED);
	assert_int_equal(world_answer(&world, answer.id, DELIST_EVENT_ANSWER,
			     DELIST_NOTICE_NOT_LISTED, "", NOW),
	    0);
	assert_int_equal(world.mails_n, 0);
	/* Some of them is a mistake. */
	texts.notices[DELIST_NOTICE_RECEIVED] =
	    delist_catalogue_builtin(DELIST_ENGLISH)
		->notices[DELIST_NOTICE_RECEIVED];
	assert_int_equal(
	    delist_service_open(&service, &world.config), DELIST_EINVAL);
	world_close(&world);
}

/* ---- which case a mail belongs to ---- */

static struct delist_intake_answer
send_in(struct world *world, const char *sender, const char *text,
    int64_t now_s, int result)
{
	struct delist_intake_answer answer = {.result = 99};

	assert_int_equal(
	    world_intake(world, &answer, sender, "", text, now_s), 0);
	assert_int_equal(answer.result, result);
	return answer;
}

static void
it_is_acknowledged_once(void **state)
{
	struct delist_intake_answer first, more;
	struct world world;

	(void)state;
	start(&world);
	first = send_in(&world, "ann@example.org", world_reply(511, IP), NOW,
	    DELIST_INTAKE_OPENED);
	for (int i = 1; i < 5; i++) {
		more = send_in(&world,
		    i % 2 == 0 ? "ann@example.org" : "bob@example.org",
		    world_reply(511, IP), NOW + i * HOUR, DELIST_INTAKE_JOINED);
		assert_memory_equal(more.id, first.id, 16);
		assert_false(more.replied);
		world_reopen(&world);
	}
	assert_int_equal(world.mails_n, 1);
	assert_int_equal(world_case(&world, first.id).intakes, 5);
	assert_int_equal(world_rows(&world, 'I'), 1);
	/* Another address is another case. */
	more =
	    send_in(&world, "ann@example.org", world_reply(511, "198.51.100.1"),
		NOW + 9 * HOUR, DELIST_INTAKE_OPENED);
	assert_memory_not_equal(more.id, first.id, 16);
	assert_int_equal(world.mails_n, 2);
	world_close(&world);
}

static void
the_rest_comes_later(void **state)
{
	struct delist_intake_answer first, more;
	struct world world;

	(void)state;
	start(&world);
	first = send_in(&world, "ann@example.org", "please help", NOW,
	    DELIST_INTAKE_NEEDS_INFO);
	more = send_in(&world, "Ann@Example.org", "please!", NOW + HOUR,
	    DELIST_INTAKE_NEEDS_INFO);
	assert_memory_equal(more.id, first.id, 16);
	assert_int_equal(world.mails_n, 1);
	world_reopen(&world);
	more = send_in(&world, "ann@example.org", world_reply(511, IP),
	    NOW + DAY, DELIST_INTAKE_OPENED);
	assert_memory_equal(more.id, first.id, 16);
	assert_int_equal(world.mails_n, 2);
	assert_true(says(world_mail(&world, 0), "Message-ID: <received.2."));
	/* And now it is found by its address, too. */
	more = send_in(&world, "bob@example.com", world_reply(511, IP),
	    NOW + DAY, DELIST_INTAKE_JOINED);
	assert_memory_equal(more.id, first.id, 16);
	/* What has no address joins the newest of its sender. */
	more = send_in(&world, "ann@example.org", "any news?", NOW + DAY,
	    DELIST_INTAKE_JOINED);
	assert_memory_equal(more.id, first.id, 16);
	world_close(&world);
}

static void
nobody_answers_for_14_days(void **state)
{
	struct delist_intake_answer first, more;
	struct world world;

	(void)state;
	for (int tick = 0; tick < 2; tick++) {
		start(&world);
		first = send_in(&world, "ann@example.org", "please help", NOW,
		    DELIST_INTAKE_NEEDS_INFO);
		more = send_in(&world, "ann@example.org", "please!",
		    NOW + 14 * DAY - 1, DELIST_INTAKE_NEEDS_INFO);
		assert_memory_equal(more.id, first.id, 16);
		if (tick != 0)
			world_tick(&world, NOW + 14 * DAY);
		more = send_in(&world, "ann@example.org", "please!",
		    NOW + 14 * DAY, DELIST_INTAKE_NEEDS_INFO);
		assert_memory_not_equal(more.id, first.id, 16);
		world_tick(&world, NOW + 14 * DAY);
		assert_int_equal(world_case(&world, first.id).state,
		    DELIST_INVESTIGATION_EXPIRED);
		world_close(&world);
	}
}

/* Both the case of the address and that of the sender are over by now. */
static void
two_may_end_at_once(void **state)
{
	struct delist_intake_answer a, b, c;
	struct world world;

	(void)state;
	start(&world);
	a = send_in(&world, "ann@example.org",
	    "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked "
	    "using zen.spamhaus.org",
	    NOW, DELIST_INTAKE_NEEDS_INFO);
	b = send_in(&world, "bob@example.org", "please help", NOW,
	    DELIST_INTAKE_NEEDS_INFO);
	c = send_in(&world, "bob@example.org", world_reply(511, IP),
	    NOW + 20 * DAY, DELIST_INTAKE_OPENED);
	assert_memory_not_equal(c.id, a.id, 16);
	assert_memory_not_equal(c.id, b.id, 16);
	world_tick(&world, NOW + 20 * DAY);
	assert_int_equal(
	    world_case(&world, a.id).state, DELIST_INVESTIGATION_EXPIRED);
	assert_int_equal(
	    world_case(&world, b.id).state, DELIST_INVESTIGATION_EXPIRED);
	world_close(&world);
}

static void
a_mail_after_the_answer_joins_for_7_days(void **state)
{
	struct delist_intake_answer first, more;
	struct world world;

	(void)state;
	start(&world);
	first = send_in(&world, "ann@example.org", world_reply(511, IP), NOW,
	    DELIST_INTAKE_OPENED);
	assert_int_equal(world_answer(&world, first.id, DELIST_EVENT_ANSWER,
			     DELIST_NOTICE_DENIED, "still spam", NOW + HOUR),
	    0);
	assert_int_equal(world.mails_n, 2);
	more = send_in(&world, "ann@example.org", world_reply(511, IP),
	    NOW + HOUR + 7 * DAY - 1, DELIST_INTAKE_JOINED);
	assert_memory_equal(more.id, first.id, 16);
	assert_int_equal(world.mails_n, 2);
	more = send_in(&world, "ann@example.org", world_reply(511, IP),
	    NOW + HOUR + 7 * DAY, DELIST_INTAKE_OPENED);
	assert_memory_not_equal(more.id, first.id, 16);
	assert_int_equal(world.mails_n, 3);
	/* The newest is what is found from now on. */
	first = more;
	more = send_in(&world, "ann@example.org", world_reply(511, IP),
	    NOW + 8 * DAY, DELIST_INTAKE_JOINED);
	assert_memory_equal(more.id, first.id, 16);
	world_close(&world);
}

/* ---- too late ---- */

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

static void
a_person_is_reminded_three_times(void **state)
{
	static const int64_t at_s[] = {36 * HOUR, 48 * HOUR, 7 * DAY};
	struct delist_intake_answer answer;
	struct world world;

	(void)state;
	start(&world);
	world.config.host.event = tell;
	world_reopen(&world);
	answer = send_in(&world, "ann@example.org", world_reply(511, IP), NOW,
	    DELIST_INTAKE_OPENED);
	for (size_t i = 0; i < COUNT(at_s); i++) {
		world_tick(&world, NOW + at_s[i] - 1);
		assert_int_equal(world_case(&world, answer.id).stage, i);
		assert_true(
		    delist_service_next_due(world.service) == NOW + at_s[i]);
		told.n = 0;
		world_tick(&world, NOW + at_s[i]);
		assert_int_equal(told.n, 1);
		assert_true(told.audit[0].change[0].review);
		assert_int_equal(
		    told.audit[0].change[0].of, DELIST_AUDIT_INVESTIGATION);
		assert_int_equal(
		    told.audit[0].change[0].event, DELIST_EVENT_DUE);
		assert_int_equal(told.audit[0].change[0].detail, i + 1);
		assert_memory_equal(told.audit[0].change[0].id, answer.id, 16);
		/* Times are known after a restart. */
		world_reopen(&world);
	}
	told.n = 0;
	world_tick(&world, NOW + 60 * DAY);
	assert_int_equal(told.n, 0);
	assert_int_equal(
	    world_case(&world, answer.id).state, DELIST_INVESTIGATION_OPEN);
	world_close(&world);
}

/* Nothing of whoever wrote is left, and nothing that finds it. */
static void
what_is_over_is_purged_after_90_days(void **state)
{
	struct delist_intake_answer answer;
	struct world world;

	(void)state;
	start(&world);
	answer = send_in(&world, "ann@example.org", world_reply(511, IP), NOW,
	    DELIST_INTAKE_OPENED);
	(void)send_in(
	    &world, "bob@example.com", "help", NOW, DELIST_INTAKE_NEEDS_INFO);
	(void)send_in(&world, "eve@example.net",
	    world_reply(606, "198.51.100.1"), NOW, DELIST_INTAKE_REDIRECTED);
	assert_int_equal(world_rows(&world, 'J'), 5);
	assert_int_equal(world_answer(&world, answer.id, DELIST_EVENT_ANSWER,
			     DELIST_NOTICE_DENIED, "spam", NOW),
	    0);
	world_tick(&world, NOW + 90 * DAY - 1);
	assert_int_equal(world_rows(&world, 'I'), 3);
	world_tick(&world, NOW + 90 * DAY);
	assert_int_equal(world_rows(&world, 'I'), 1);
	assert_int_equal(world_rows(&world, 'J'), 1);
	world_reopen(&world);
	world_tick(&world, NOW + 104 * DAY);
	world_tick(&world, NOW + 194 * DAY);
	assert_int_equal(world_rows(&world, 'I'), 0);
	assert_int_equal(world_rows(&world, 'J'), 0);
	assert_false(world_stores(&world, "example.org"));
	world_close(&world);
}

/* The row of a newer case stays when the older one goes. */
static void
a_newer_case_is_still_found(void **state)
{
	struct delist_intake_answer first, second, third;
	struct world world;

	(void)state;
	start(&world);
	first = send_in(&world, "ann@example.org", world_reply(511, IP), NOW,
	    DELIST_INTAKE_OPENED);
	assert_int_equal(world_answer(&world, first.id, DELIST_EVENT_ANSWER,
			     DELIST_NOTICE_DENIED, "spam", NOW),
	    0);
	second = send_in(&world, "ann@example.org", world_reply(511, IP),
	    NOW + 50 * DAY, DELIST_INTAKE_OPENED);
	world_tick(&world, NOW + 95 * DAY);
	assert_int_equal(world_rows(&world, 'I'), 1);
	third = send_in(&world, "ann@example.org", world_reply(511, IP),
	    NOW + 96 * DAY, DELIST_INTAKE_JOINED);
	assert_memory_equal(third.id, second.id, 16);
	world_close(&world);
}

/* ---- limits ---- */

static void
answers_keep_the_limits_of_mail(void **state)
{
	struct world world;
	char text[200], sender[64];
	int replied = 0;

	(void)state;
	start(&world);
	/* One sender, three mails a day. */
	for (int i = 0; i < 10; i++) {
		struct delist_intake_answer answer;

		snprintf(text, sizeof text,
		    "550 5.7.511 Access denied, banned sender[198.51.100.%d]",
		    i);
		answer = send_in(
		    &world, "ann@example.org", text, NOW, DELIST_INTAKE_OPENED);
		replied += answer.replied;
	}
	assert_int_equal(replied, 3);
	assert_int_equal(world.mails_n, 3);
	/* One domain, twenty an hour; and the portal's mails count alike. */
	for (int i = 0; i < 40; i++) {
		struct delist_intake_answer answer;

		snprintf(sender, sizeof sender, "u%d@victim.example", i);
		assert_int_equal(
		    world_intake(&world, &answer, sender, "", "help", NOW), 0);
		assert_int_equal(answer.result,
		    i < 20 ? DELIST_INTAKE_NEEDS_INFO : DELIST_INTAKE_IGNORED);
	}
	assert_int_equal(world.mails_n, 23);
	assert_int_equal(world_block(&world, "203.0.113.1", NOW), 0);
	assert_int_equal(
	    world_submit(&world, NULL, "x@victim.example", "203.0.113.1", NOW),
	    0);
	assert_int_equal(world.mails_n, 23);
	/* Limits survive a restart. */
	world_reopen(&world);
	(void)send_in(
	    &world, "y@victim.example", "help", NOW, DELIST_INTAKE_IGNORED);
	(void)send_in(&world, "y@victim.example", "help", NOW + HOUR + 1200,
	    DELIST_INTAKE_NEEDS_INFO);
	world_close(&world);
}

/* "This was not me": no answers either. */
static void
whoever_wants_no_mail_gets_none(void **state)
{
	struct kept_mail *mail;
	struct world world;

	(void)state;
	start(&world);
	mail = world_ask(&world, "ann@example.org", "203.0.113.1", NOW);
	assert_int_equal(world_cancel(&world, mail->cancel, NOW), 0);
	(void)send_in(
	    &world, "ann@example.org", "help", NOW, DELIST_INTAKE_IGNORED);
	assert_false(send_in(&world, "ann@example.org", world_reply(511, IP),
	    NOW, DELIST_INTAKE_OPENED)
			 .replied);
	assert_int_equal(world.mails_n, 1);
	world_close(&world);
}

static void
there_is_an_end_to_cases(void **state)
{
	struct delist_intake_answer waits, answer;
	struct world world;
	char text[100], sender[32];

	(void)state;
	start(&world);
	world.config.policy.pending_max = 5;
	world_reopen(&world);
	waits = send_in(&world, "eve@example.com", "help", NOW - 1,
	    DELIST_INTAKE_NEEDS_INFO);
	for (int i = 0; i < 5; i++) {
		snprintf(text, sizeof text,
		    "550 5.7.511 Access denied, banned sender[198.51.100.%d]",
		    i);
		snprintf(sender, sizeof sender, "ann@d%d.example", i);
		(void)send_in(&world, sender, text, NOW, DELIST_INTAKE_OPENED);
	}
	/* Whoever said nothing gave way; those that a person has to see stay. */
	assert_int_equal(
	    world_case(&world, waits.id).state, DELIST_INVESTIGATION_EXPIRED);
	for (int again = 0; again < 2; again++) {
		uint64_t rows = world_fingerprint(&world);

		answer.result = 99;
		assert_int_equal(
		    world_intake(&world, &answer, "bob@example.com", "",
			world_reply(511, "203.0.113.7"), NOW),
		    DELIST_EAGAIN);
		assert_int_equal(answer.result, 99);
		assert_true(world_fingerprint(&world) == rows);
		world_reopen(&world);
	}
	/* One more of them joins all the same. */
	(void)send_in(&world, "bob@example.com",
	    world_reply(511, "198.51.100.1"), NOW, DELIST_INTAKE_JOINED);
	world_close(&world);
}

/* Forged mails about what is not blocked do not shut the mailbox. */
static void
forged_mails_give_way(void **state)
{
	struct delist_intake_answer blocked, first, answer;
	struct world world;
	char addr[32];

	(void)state;
	start(&world);
	world.config.policy.pending_max = 3;
	world_reopen(&world);
	/* One of them is of somebody who can't be told, but is blocked. */
	blocked = send_in(
	    &world, "", world_reply(511, IP), NOW - 1, DELIST_INTAKE_OPENED);
	first = send_in(&world, "", world_reply(511, "203.0.113.99"), NOW,
	    DELIST_INTAKE_OPENED);
	for (int i = 0; i < 30; i++) {
		snprintf(addr, sizeof addr, "203.0.113.%d", i);
		(void)send_in(&world, "", world_reply(511, addr), NOW + i,
		    DELIST_INTAKE_OPENED);
		if (i % 10 == 5)
			world_reopen(&world);
	}
	assert_int_equal(
	    world_case(&world, first.id).state, DELIST_INVESTIGATION_EXPIRED);
	assert_int_equal(
	    world_case(&world, blocked.id).state, DELIST_INVESTIGATION_OPEN);
	/* Those who are told that a person reads it stay. */
	for (int i = 0; i < 2; i++) {
		char sender[32];

		snprintf(sender, sizeof sender, "u@d%d.example", i);
		snprintf(addr, sizeof addr, "198.51.100.%d", i);
		(void)send_in(&world, sender, world_reply(511, addr),
		    NOW + HOUR, DELIST_INTAKE_OPENED);
	}
	assert_int_equal(world_intake(&world, &answer, "eve@example.com", "",
			     world_reply(511, "203.0.113.7"), NOW + HOUR),
	    DELIST_EAGAIN);
	assert_int_equal(
	    world_case(&world, blocked.id).state, DELIST_INVESTIGATION_OPEN);
	world_close(&world);
}

/* A flood of mails about one case leaves one row and no audit. */
static void
a_flood_leaves_nothing(void **state)
{
	struct world world;
	size_t rows;

	(void)state;
	start(&world);
	(void)send_in(&world, "ann@example.org", world_reply(511, IP), NOW,
	    DELIST_INTAKE_OPENED);
	rows = world_rows(&world, 0);
	for (int i = 0; i < 500; i++) {
		char sender[64];

		snprintf(sender, sizeof sender, "u%d@d%d.example", i, i);
		(void)send_in(&world, sender, world_reply(511, IP), NOW,
		    DELIST_INTAKE_JOINED);
	}
	assert_int_equal(world_rows(&world, 0), rows);
	assert_int_equal(world.mails_n, 1);
	world_close(&world);
}

/* ---- mails ---- */

static void
a_mail_that_waits_is_sent_again(void **state)
{
	static const int64_t at_s[] = {
	    60, 60 + 300, 60 + 300 + 900, 60 + 300 + 900 + 3600};
	struct delist_intake_answer answer;
	struct kept_mail first;
	struct world world;

	(void)state;
	start(&world);
	world.outcome = DELIST_MAIL_DELAYED;
	answer = send_in(&world, "ann@example.org", world_reply(511, IP), NOW,
	    DELIST_INTAKE_OPENED);
	first = *world_mail(&world, 0);
	for (size_t i = 0; i < COUNT(at_s); i++) {
		world_reopen(&world);
		world_tick(&world, NOW + at_s[i] - 1);
		assert_int_equal(world.mails_n, i + 1);
		world_tick(&world, NOW + at_s[i]);
		assert_int_equal(world.mails_n, i + 2);
		assert_memory_equal(
		    world_mail(&world, 0), &first, sizeof first);
	}
	assert_int_equal(world_case(&world, answer.id).mail,
	    DELIST_INVESTIGATION_MAIL_FAILED);
	assert_int_equal(
	    world_case(&world, answer.id).state, DELIST_INVESTIGATION_OPEN);
	world_close(&world);
}

/* Crash after the commit, before the mailer: the same mail goes out. */
static void
after_a_crash_the_same_mail_goes_out(void **state)
{
	struct kept_mail first;
	struct world world;

	(void)state;
	start(&world);
	world.outcome = DELIST_MAIL_LATER; /* and nobody ever tells */
	(void)send_in(&world, "ann@example.org", world_reply(511, IP), NOW,
	    DELIST_INTAKE_OPENED);
	first = *world_mail(&world, 0);
	world_reopen(&world);
	assert_true(delist_service_next_due(world.service) == INT64_MIN);
	world.outcome = DELIST_MAIL_ACCEPTED;
	world_tick(&world, NOW + 5 * HOUR);
	assert_int_equal(world.mails_n, 2);
	assert_memory_equal(world_mail(&world, 0), &first, sizeof first);
	world_reopen(&world);
	world_tick(&world, NOW + 6 * HOUR);
	assert_int_equal(world.mails_n, 2);
	world_close(&world);
}

static void
the_mailer_may_tell_later(void **state)
{
	static const int outcomes[] = {
	    DELIST_MAIL_ACCEPTED, DELIST_MAIL_DELAYED, DELIST_MAIL_FAILED};
	static const int want[] = {DELIST_INVESTIGATION_MAIL_ACCEPTED,
	    DELIST_INVESTIGATION_MAIL_PENDING,
	    DELIST_INVESTIGATION_MAIL_FAILED};

	(void)state;
	for (size_t i = 0; i < COUNT(outcomes); i++) {
		struct delist_intake_answer answer;
		struct kept_mail mail;
		struct world world;
		uint64_t rows;

		start(&world);
		world.outcome = DELIST_MAIL_LATER;
		answer = send_in(&world, "ann@example.org",
		    world_reply(511, IP), NOW, DELIST_INTAKE_OPENED);
		mail = *world_mail(&world, 0);
		assert_int_equal(
		    delist_service_mail_result(world.service, mail.path,
			strlen(mail.path), 1, outcomes[i], NOW + 1),
		    0);
		assert_int_equal(world_case(&world, answer.id).mail, want[i]);
		rows = world_fingerprint(&world);
		/* A repeat, and one of a mail that never was. */
		assert_int_equal(
		    delist_service_mail_result(world.service, mail.path,
			strlen(mail.path), 1, outcomes[i], NOW + 1),
		    0);
		assert_int_equal(
		    delist_service_mail_result(world.service, mail.path,
			strlen(mail.path), 2, DELIST_MAIL_FAILED, NOW + 1),
		    0);
		assert_true(world_fingerprint(&world) == rows);
		mail.path[7 + 32 + 1] ^= 1;
		assert_int_equal(
		    delist_service_mail_result(world.service, mail.path,
			strlen(mail.path), 1, DELIST_MAIL_FAILED, NOW + 1),
		    DELIST_ETOKEN);
		world_close(&world);
	}
}

/* The store is away right after the mail went out. */
static void
an_outcome_waits_for_the_store(void **state)
{
	struct delist_intake_answer answer;
	struct world world;
	bool more;

	(void)state;
	start(&world);
	world.store_error = DELIST_EIO;
	world.store_from_then_on = true;
	for (size_t at = 1; at < 40 && world.mails_n == 0; at++) {
		world.store_fail_at = world.store_calls + at;
		(void)world_intake(&world, &answer, "ann@example.org", "",
		    world_reply(511, IP), NOW);
	}
	assert_int_equal(world.mails_n, 1);
	assert_int_equal(
	    delist_service_tick(world.service, &more, 10, NOW + 60),
	    DELIST_EIO);
	assert_int_equal(world.mails_n, 1);
	world.store_fail_at = 0;
	world_tick(&world, NOW + 61);
	assert_int_equal(world.mails_n, 1);
	assert_int_equal(world_case(&world, world_mail(&world, 0)->id).mail,
	    DELIST_INVESTIGATION_MAIL_ACCEPTED);
	world_close(&world);
}

/* One more mail comes in while the answer to the first waits in memory. */
static void
what_waits_for_the_mailer_stays(void **state)
{
	struct delist_intake_answer first, more;
	struct kept_mail mail;
	struct world world;

	(void)state;
	start(&world);
	world.outcome = DELIST_MAIL_LATER;
	first = send_in(&world, "ann@example.org", world_reply(511, IP), NOW,
	    DELIST_INTAKE_OPENED);
	mail = *world_mail(&world, 0);
	world_reopen(&world);
	world.outcome = DELIST_MAIL_ACCEPTED;
	more = send_in(&world, "bob@example.com", world_reply(511, IP), NOW,
	    DELIST_INTAKE_JOINED);
	assert_memory_equal(more.id, first.id, 16);
	assert_int_equal(world.mails_n, 1);
	world_tick(&world, NOW + 1);
	assert_int_equal(world.mails_n, 2);
	assert_memory_equal(world_mail(&world, 0), &mail, sizeof mail);
	world_tick(&world, NOW + 2);
	assert_int_equal(world.mails_n, 2);
	world_close(&world);
}

/* And so does an outcome that the store did not take. */
static void
what_waits_for_the_store_stays(void **state)
{
	struct delist_intake_answer first;
	struct world world;

	(void)state;
	start(&world);
	world.store_error = DELIST_EIO;
	for (size_t at = 1; world.mails_n == 0 || at < 30; at++) {
		size_t rows = world_rows(&world, 'I');

		world.store_from_then_on = true;
		world.store_fail_at = world.store_calls + at;
		if (world_intake(&world, &first, "ann@example.org", "",
			world_reply(511, IP), NOW) == 0)
			break;
		assert_int_equal(world_rows(&world, 'I'), rows);
	}
	world.store_fail_at = 0;
	assert_int_equal(world.mails_n, 1);
	assert_int_equal(world_case(&world, first.id).mail,
	    DELIST_INVESTIGATION_MAIL_PENDING);
	(void)send_in(&world, "bob@example.com", world_reply(511, IP), NOW + 1,
	    DELIST_INTAKE_JOINED);
	world_tick(&world, NOW + 60);
	assert_int_equal(world.mails_n, 1);
	assert_int_equal(world_case(&world, first.id).mail,
	    DELIST_INVESTIGATION_MAIL_ACCEPTED);
	world_close(&world);
}

/* A row that can't be read keeps no other from its turn. */
static void
a_damaged_row_is_left_for_later(void **state)
{
	struct delist_intake_answer first, second;
	struct delist_record_key key;
	struct delist_store_change change = {.kind = DELIST_STORE_PUT};
	uint8_t id[16] = {1};
	struct world world;
	bool more;

	(void)state;
	start(&world);
	first = send_in(&world, "ann@example.org", world_reply(511, IP), NOW,
	    DELIST_INTAKE_OPENED);
	second = send_in(&world, "bob@example.com",
	    world_reply(511, "198.51.100.1"), NOW + 1, DELIST_INTAKE_OPENED);
	delist_record_investigation_key(&key, first.id);
	change.key = delist_record_key_text(&key);
	change.value = (struct delist_text){"I\1", 2};
	assert_int_equal(
	    world.inner.ops->commit(world.inner.arg, &change, 1, id), 0);
	assert_int_equal(
	    delist_service_tick(world.service, &more, 10, NOW + 37 * HOUR),
	    DELIST_ECORRUPT);
	assert_int_equal(
	    delist_service_tick(world.service, &more, 10, NOW + 37 * HOUR), 0);
	assert_int_equal(
	    world_case(&world, second.id).stage, DELIST_STAGE_DUE_SOON);
	assert_true(
	    delist_service_next_due(world.service) == NOW + 37 * HOUR + 60);
	world_close(&world);
}

/* ---- what is refused ---- */

static void
refuses_what_it_does_not_know(void **state)
{
	struct delist_intake intake = {.size = sizeof intake};
	struct delist_intake_answer answer = {.result = 99};
	struct world world;

	(void)state;
	start(&world);
	intake.language = 2;
	assert_int_equal(
	    delist_service_intake(world.service, &answer, &intake, NOW),
	    DELIST_EINVAL);
	intake.language = 0;
	intake.size--;
	assert_int_equal(
	    delist_service_intake(world.service, &answer, &intake, NOW),
	    DELIST_EINVAL);
	intake.size++;
	world.entropy_error = DELIST_EIO;
	assert_int_equal(
	    delist_service_intake(world.service, &answer, &intake, NOW),
	    DELIST_EIO);
	assert_int_equal(answer.result, 99);
	world.entropy_error = 0;
	assert_int_equal(
	    delist_service_intake(world.service, &answer, &intake, NOW), 0);
	assert_int_equal(answer.result, DELIST_INTAKE_IGNORED);
	world_close(&world);
}

static void
it_answers_in_the_language_asked_for(void **state)
{
	struct delist_intake intake = {
	    .size = sizeof intake,
	    .sender = {"ann@example.org", 15},
	    .mail = {"\r\nhelp", 6},
	    .language = DELIST_JAPANESE,
	};
	struct delist_intake_answer answer;
	struct world world;

	(void)state;
	start(&world);
	assert_int_equal(
	    delist_service_intake(world.service, &answer, &intake, NOW), 0);
	assert_true(says(world_mail(&world, 0), "Content-Language: ja\r\n"));
	assert_false(says(world_mail(&world, 0), "In-Reply-To"));
	world_close(&world);
}

/* Every way that a call can fail leaves everything as it was. */
static void
a_call_that_fails_changed_nothing(void **state)
{
	struct world world;
	size_t calls;

	(void)state;
	for (size_t at = 1;; at++) {
		struct delist_intake_answer answer = {.result = 99};
		uint64_t rows;
		int result;

		start(&world);
		rows = world_fingerprint(&world);
		world.store_error = DELIST_EIO;
		world.store_fail_at = world.store_calls + at;
		calls = world.store_calls;
		result = world_intake(&world, &answer, "ann@example.org", "",
		    world_reply(511, IP), NOW);
		if (result == 0) {
			assert_int_equal(answer.result, DELIST_INTAKE_OPENED);
			calls = world.store_calls - calls;
			world_close(&world);
			break;
		}
		assert_int_equal(result, DELIST_EIO);
		assert_int_equal(answer.result, 99);
		assert_true(world_fingerprint(&world) == rows);
		assert_int_equal(world.mails_n, 0);
		world.store_fail_at = 0;
		(void)send_in(&world, "ann@example.org", world_reply(511, IP),
		    NOW, DELIST_INTAKE_OPENED);
		assert_int_equal(world.mails_n, 1);
		world_close(&world);
	}
	assert_true(calls > 5);
}

static void
conflicts_are_met_again(void **state)
{
	struct world world;

	(void)state;
	start(&world);
	world.conflicts = 3;
	(void)send_in(
	    &world, "ann@example.org", "help", NOW, DELIST_INTAKE_NEEDS_INFO);
	world.conflicts = 3;
	(void)send_in(&world, "ann@example.org", world_reply(511, IP), NOW,
	    DELIST_INTAKE_OPENED);
	assert_int_equal(world_rows(&world, 'I'), 1);
	assert_int_equal(world.mails_n, 2);
	world_close(&world);
}

/* Its mail was never told of, and the machine comes back after 90 days. */
static void
a_case_is_purged_with_its_mail(void **state)
{
	struct delist_intake_answer answer;
	struct world world;

	(void)state;
	start(&world);
	world.outcome = DELIST_MAIL_LATER;
	assert_int_equal(world_intake(&world, &answer, "ann@example.org", "",
			     world_reply(606, "198.51.100.1"), NOW),
	    0);
	assert_int_equal(answer.result, DELIST_INTAKE_REDIRECTED);
	assert_int_equal(world.mails_n, 1);
	world_reopen(&world);
	world_tick(&world, NOW + 91 * (int64_t)DAY);
	assert_int_equal(world_rows(&world, 'I'), 0);
	assert_int_equal(world.mails_n, 1);
	world_close(&world);
}

int
main(void)
{
	ROWS(comes_to_what_it_says, mail_rows);
	ROWS(gets_no_answer, silent_rows);
	TEST(our_own_mailbox_of_mails_is_not_answered);
	TEST(no_texts_no_answer);
	TEST(it_is_acknowledged_once);
	TEST(the_rest_comes_later);
	TEST(nobody_answers_for_14_days);
	TEST(two_may_end_at_once);
	TEST(a_mail_after_the_answer_joins_for_7_days);
	TEST(a_person_is_reminded_three_times);
	TEST(what_is_over_is_purged_after_90_days);
	TEST(a_newer_case_is_still_found);
	TEST(answers_keep_the_limits_of_mail);
	TEST(whoever_wants_no_mail_gets_none);
	TEST(there_is_an_end_to_cases);
	TEST(forged_mails_give_way);
	TEST(a_flood_leaves_nothing);
	TEST(a_mail_that_waits_is_sent_again);
	TEST(after_a_crash_the_same_mail_goes_out);
	TEST(the_mailer_may_tell_later);
	TEST(an_outcome_waits_for_the_store);
	TEST(what_waits_for_the_mailer_stays);
	TEST(what_waits_for_the_store_stays);
	TEST(a_damaged_row_is_left_for_later);
	TEST(refuses_what_it_does_not_know);
	TEST(it_answers_in_the_language_asked_for);
	TEST(a_call_that_fails_changed_nothing);
	TEST(conflicts_are_met_again);
	TEST(a_case_is_purged_with_its_mail);
	return support_run("service_intake");
}
