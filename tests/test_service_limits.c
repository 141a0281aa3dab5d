/* SPDX-License-Identifier: ISC */
/*
 * Submit: limits on mail, bounded memory, languages and scripts.
 */
#include "service_world.h"

#include <stdio.h>

static int
submit_from(struct world *world, const char *mailbox, const char *addr,
    const char *submitter, int64_t now_s)
{
	struct delist_submission form = world_form(mailbox, addr);
	struct delist_submit_answer answer;

	form.submitter = world_addr(submitter);
	return delist_service_submit(world->service, &answer, &form, now_s);
}

static void
block_many(struct world *world, int n, int64_t now_s)
{
	char text[32];

	for (int i = 0; i < n; i++) {
		snprintf(text, sizeof text, "198.51.%d.%d", i / 256, i % 256);
		assert_int_equal(world_block(world, text, now_s), 0);
	}
}

/* The mailbox's i-th; each asks for an address of its own. */
static int
submit_number(struct world *world, int i, int64_t now_s)
{
	char mailbox[64], addr[32];

	snprintf(mailbox, sizeof mailbox, "u%d@d%d.example.org", i, i);
	snprintf(addr, sizeof addr, "198.51.%d.%d", i / 256, i % 256);
	return world_submit(world, NULL, mailbox, addr, now_s);
}

/* ---- limits at their ends ---- */

static void
over_the_submitters_limit(void **state)
{
	struct world world;

	(void)state;
	world_start(&world);
	block_many(&world, 12, NOW);
	for (int i = 0; i < 12; i++) {
		char mailbox[64], addr[32];

		snprintf(mailbox, sizeof mailbox, "u%d@d%d.example", i, i);
		snprintf(addr, sizeof addr, "198.51.0.%d", i);
		assert_int_equal(
		    submit_from(&world, mailbox, addr, "2001:db8:1:2::1", NOW),
		    0);
		assert_int_equal(world.mails_n, i < 10 ? i + 1 : 10);
	}
	/* Its neighbour in the /64 is itself, one outside is not. */
	assert_int_equal(submit_from(&world, "x@d0.example", "198.51.0.1",
			     "2001:db8:1:2:ffff::", NOW),
	    0);
	assert_int_equal(world.mails_n, 10);
	assert_int_equal(submit_from(&world, "x@d1.example", "198.51.0.1",
			     "2001:db8:1:3::1", NOW),
	    0);
	assert_int_equal(world.mails_n, 11);
	world_close(&world);
}

/* 32.1.13.184 and 2001:db8::/64 begin with the same bytes. */
static void
ipv4_and_ipv6_submitters_are_two(void **state)
{
	struct world world;

	(void)state;
	world_init(&world, NULL);
	world.config.policy.mails_submitter.max = 1;
	world_open(&world);
	block_many(&world, 2, NOW);
	assert_int_equal(submit_from(&world, "a@example.com", "198.51.0.0",
			     "32.1.13.184", NOW),
	    0);
	assert_int_equal(submit_from(&world, "b@example.org", "198.51.0.1",
			     "2001:db8::1", NOW),
	    0);
	assert_int_equal(world.mails_n, 2);
	world_close(&world);
}

static void
set_mailbox(struct delist_policy *policy, int64_t window_s)
{
	policy->mails_mailbox = (struct delist_limit_rule){2, window_s};
}

static void
set_domain(struct delist_policy *policy, int64_t window_s)
{
	policy->mails_domain = (struct delist_limit_rule){2, window_s};
}

static void
set_submitter(struct delist_policy *policy, int64_t window_s)
{
	policy->mails_submitter = (struct delist_limit_rule){2, window_s};
}

static void
set_all(struct delist_policy *policy, int64_t window_s)
{
	policy->mails_all = (struct delist_limit_rule){2, window_s};
}

static const struct {
	const char *name;
	void (*set)(struct delist_policy *policy, int64_t window_s);
	const char *mailboxes[4];
} limit_rows[] = {
    {"mailbox", set_mailbox,
	{"ann@example.org", "ANN@example.org", "ann+1@example.org",
	    "ann@Example.org"}},
    {"domain", set_domain,
	{"a@example.org", "b@example.org", "c@EXAMPLE.org", "d@example.org"}},
    {"submitter", set_submitter,
	{"a@one.example", "b@two.example", "c@three.example",
	    "d@four.example"}},
    {"all", set_all,
	{"a@one.example", "b@two.example", "c@three.example",
	    "d@four.example"}},
};

static void
limits(void **state)
{
	const struct {
		const char *name;
		void (*set)(struct delist_policy *policy, int64_t window_s);
		const char *mailboxes[4];
	} *row = *state;
	struct world world;
	const int64_t window_s = 1100; /* a slot is 100 */

	world_init(&world, NULL);
	row->set(&world.config.policy, window_s);
	world_open(&world);
	block_many(&world, 5, NOW);
	for (size_t i = 0; i < 4; i++) {
		char addr[32];
		int64_t now_s = i < 3 ? NOW + (int64_t)i : NOW + window_s + 100;

		snprintf(addr, sizeof addr, "198.51.0.%zu", i);
		/* A restart forgets nothing. */
		world_reopen(&world);
		if (i == 2) {
			/* The last second of the window. */
			now_s = NOW + window_s - 1;
		}
		assert_int_equal(submit_from(&world, row->mailboxes[i], addr,
				     "203.0.113.7", now_s),
		    0);
		assert_int_equal(world.mails_n, i < 2 ? i + 1 : i);
	}
	world_close(&world);
}

static void
open_requests_for_one_address(void **state)
{
	static const char *const mailboxes[] = {
	    "a@a.example", "b@b.example", "c@c.example", "d@d.example"};
	struct world world;

	(void)state;
	world_start(&world);
	assert_int_equal(world_block(&world, "192.0.2.0/24", NOW), 0);
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(
		    world_submit(&world, NULL, mailboxes[i], "192.0.2.1", NOW),
		    0);
		assert_int_equal(world.mails_n, i < 3 ? i + 1 : 3);
	}
	/* Another address has its own. */
	assert_int_equal(
	    world_submit(&world, NULL, "e@e.example", "192.0.2.2", NOW), 0);
	assert_int_equal(world.mails_n, 4);
	assert_int_equal(world_rows(&world, 'O'), 4);
	/* One that ends makes room; so does its end by time. */
	assert_int_equal(
	    world_cancel(&world, world_mail(&world, 3)->cancel, NOW), 0);
	assert_int_equal(
	    world_submit(&world, NULL, "f@f.example", "192.0.2.1", NOW), 0);
	assert_int_equal(world.mails_n, 5);
	assert_int_equal(
	    world_submit(&world, NULL, "g@g.example", "192.0.2.1", NOW), 0);
	assert_int_equal(world.mails_n, 5);
	/* Though nobody called tick. */
	assert_int_equal(
	    world_submit(&world, NULL, "d@d.example", "192.0.2.1", NOW + DAY),
	    0);
	assert_int_equal(world.mails_n, 6);
	world_tick(&world, NOW + 2 * DAY);
	assert_int_equal(world_rows(&world, 'O'), 0);
	world_close(&world);
}

/* An IPv6 sender has a /64 of addresses. */
static void
open_requests_for_one_ipv6_sender(void **state)
{
	struct world world;

	(void)state;
	world_start(&world);
	assert_int_equal(world_block(&world, "2a01:db8::/48", NOW), 0);
	for (int i = 0; i < 6; i++) {
		char mailbox[32], addr[32];

		snprintf(mailbox, sizeof mailbox, "a@%c.example", 'a' + i);
		snprintf(addr, sizeof addr, "2a01:db8::%d", i);
		assert_int_equal(
		    world_submit(&world, NULL, mailbox, addr, NOW), 0);
		assert_int_equal(world.mails_n, i < 3 ? i + 1 : 3);
	}
	assert_int_equal(
	    world_submit(&world, NULL, "g@g.example", "2a01:db8:0:1::1", NOW),
	    0);
	assert_int_equal(world.mails_n, 4);
	world_close(&world);
}

/* No row of ours has so long a key. */
static void
a_foreign_row_is_damage(void **state)
{
	char key[DELIST_STORE_KEY_MAX] = {'O', 4, (char)192, 0, 2, 1};
	struct delist_store_change change = {
	    .kind = DELIST_STORE_PUT,
	    .key = {key, 41},
	};
	struct world world;

	(void)state;
	world_start(&world);
	assert_int_equal(world_block(&world, "192.0.2.1", NOW), 0);
	assert_int_equal(world.inner.ops->commit(world.inner.arg, &change, 1,
			     (const uint8_t *)"0123456789abcdef"),
	    0);
	assert_int_equal(
	    world_submit(&world, NULL, "a@a.example", "192.0.2.1", NOW),
	    DELIST_ECORRUPT);
	assert_int_equal(world.mails_n, 0);
	world_close(&world);
}

static void
no_open_request_may_be_allowed(void **state)
{
	struct world world;

	(void)state;
	world_init(&world, NULL);
	world.config.policy.open_per_target = 0;
	world_open(&world);
	assert_int_equal(world_block(&world, "192.0.2.1", NOW), 0);
	assert_int_equal(
	    world_submit(&world, NULL, "a@a.example", "192.0.2.1", NOW), 0);
	assert_int_equal(world.mails_n, 0);
	world_close(&world);
}

/* ---- bounded memory ---- */

static int
state_of(struct world *world, int i)
{
	char mailbox[64];

	snprintf(mailbox, sizeof mailbox, "u%d@d%d.example.org", i, i);
	for (size_t back = 0; back < world->mails_n; back++)
		if (strcmp(world_mail(world, back)->to, mailbox) == 0)
			return world_request(world, world_mail(world, back)->id)
			    .state;
	return DELIST_REQUEST_NONE;
}

static void
the_oldest_gives_way(void **state)
{
	struct world world;

	(void)state;
	world_init(&world, NULL);
	world.config.policy.pending_max = 3;
	world_open(&world);
	block_many(&world, 10, NOW);
	for (int i = 0; i < 10; i++) {
		assert_int_equal(submit_number(&world, i, NOW + i), 0);
		world_reopen(&world);
		assert_int_equal(world_rows(&world, 'O'), i < 3 ? i + 1 : 3);
	}
	for (int i = 0; i < 10; i++)
		assert_int_equal(state_of(&world, i),
		    i < 7 ? DELIST_REQUEST_EXPIRED : DELIST_REQUEST_MAIL_SENT);
	world_close(&world);
}

/* Who gets no mail is under no limit on mail: a flood leaves no rows. */
static void
who_gets_no_mail_leaves_nothing(void **state)
{
	struct world world;

	(void)state;
	world_init(&world, NULL);
	world.config.policy.pending_max = 3;
	world_open(&world);
	block_many(&world, 100, NOW);
	for (int i = 0; i < 3; i++)
		assert_int_equal(submit_number(&world, i, NOW + i), 0);
	world.config.policy.mails_all.max = 0;
	world_reopen(&world);
	for (int i = 3; i < 100; i++)
		assert_int_equal(submit_number(&world, i, NOW + i), 0);
	/* And takes nobody's place. */
	for (int i = 0; i < 3; i++)
		assert_int_equal(state_of(&world, i), DELIST_REQUEST_MAIL_SENT);
	assert_int_equal(world_rows(&world, 'O'), 3);
	assert_int_equal(world_rows(&world, 'R'), 3);
	/* The limit is gone: the same pair is asked for as if it were new. */
	world.config.policy.mails_all.max = 1000;
	world_reopen(&world);
	assert_int_equal(submit_number(&world, 3, NOW + 100), 0);
	assert_int_equal(world.mails_n, 4);
	assert_int_equal(state_of(&world, 0), DELIST_REQUEST_EXPIRED);
	world_close(&world);
}

static void
no_request_may_be_pending(void **state)
{
	struct world world;

	(void)state;
	world_init(&world, NULL);
	world.config.policy.pending_max = 0;
	world_open(&world);
	block_many(&world, 1, NOW);
	assert_int_equal(submit_number(&world, 0, NOW), 0);
	assert_int_equal(world.mails_n, 0);
	assert_int_equal(world_rows(&world, 'R'), 0);
	world_close(&world);
}

/* ---- languages and scripts ---- */

static void
the_mail_is_in_the_language_asked_for(void **state)
{
	static const char *const tags[] = {
	    "Content-Language: en\r\n", "Content-Language: ja\r\n"};
	struct delist_submission form =
	    world_form("ann@example.org", "192.0.2.1");
	struct delist_submit_answer answer;
	struct world world;

	(void)state;
	world_start(&world);
	assert_int_equal(world_block(&world, "192.0.2.0/24", NOW), 0);
	for (uint8_t i = 0; i < 2; i++) {
		struct kept_mail *mail;
		bool found = false;

		form.language = i;
		form.addr.bytes[3] = i;
		assert_int_equal(
		    delist_service_submit(world.service, &answer, &form, NOW),
		    0);
		mail = world_mail(&world, 0);
		for (size_t at = 0; at + 22 <= mail->message_len; at++)
			if (memcmp(mail->message + at, tags[i], 22) == 0)
				found = true;
		assert_true(found);
	}
	world_close(&world);
}

struct idna_call {
	size_t calls;
	int result;
	const char *ascii;
	size_t len; /* 0: that of ascii */
};

static int
idna(void *arg, char *ascii, size_t cap, size_t *len, const char *domain,
    size_t domain_len)
{
	struct idna_call *call = arg;
	bool eight = false;

	for (size_t i = 0; i < domain_len; i++)
		eight = eight || (unsigned char)domain[i] > 127;
	/* It is asked about nothing else. */
	assert_true(eight);
	call->calls++;
	*len = call->len != 0 ? call->len : strlen(call->ascii);
	if (*len <= cap)
		memcpy(ascii, call->ascii, strlen(call->ascii));
	return call->result;
}

static const struct {
	const char *name;
	const char *mailbox, *ascii;
	int idna, result;
	size_t calls, len;
} idna_rows[] = {
    {"a domain in another script", "ann@b\xc3\xbc.example", "xn--b-xga.example",
	0, 0, 1, 0},
    {"the hook refuses", "ann@b\xc3\xbc.example", "xn--b-xga.example",
	DELIST_ESYNTAX, DELIST_ESYNTAX, 1, 0},
    {"the hook gives what is none", "ann@b\xc3\xbc.example", "b..example", 0,
	DELIST_ESYNTAX, 1, 0},
    {"the hook gives nothing", "ann@b\xc3\xbc.example", "", 0, DELIST_ESYNTAX,
	1, 0},
    {"the hook gives more than fits", "ann@b\xc3\xbc.example", "x.example", 0,
	DELIST_ESYNTAX, 1, 300},
    {"a mailbox in another script", "\xc3\xa4nn@b\xc3\xbc.example",
	"xn--b-xga.example", 0, DELIST_ESYNTAX, 1, 0},
    {"a plain domain does not go to the hook", "ann@localhost", "a.example", 0,
	DELIST_ESYNTAX, 0, 0},
    {"a plain domain with a dot at its end", "ann@example.org.", "example.org",
	0, DELIST_ESYNTAX, 0, 0},
    {"no @", "b\xc3\xbc.example", "a.example", 0, DELIST_ESYNTAX, 0, 0},
    {"@ first", "@b\xc3\xbc.example", "a.example", 0, DELIST_ESYNTAX, 1, 0},
    {"@ last", "ann\xc3\xbc@", "a.example", 0, DELIST_ESYNTAX, 0, 0},
};

static void
asks_for_a_labels(void **state)
{
	const struct {
		const char *name;
		const char *mailbox, *ascii;
		int idna, result;
		size_t calls, len;
	} *row = *state;
	struct idna_call call = {0, row->idna, row->ascii, row->len};
	struct world world;

	world_init(&world, NULL);
	world.config.host.idna = idna;
	world.config.host.idna_arg = &call;
	world_open(&world);
	assert_int_equal(world_block(&world, "192.0.2.1", NOW), 0);
	assert_int_equal(
	    world_submit(&world, NULL, row->mailbox, "192.0.2.1", NOW),
	    row->result);
	assert_int_equal(call.calls, row->calls);
	assert_int_equal(world.mails_n, row->result == 0);
	if (row->result == 0)
		assert_string_equal(
		    world_mail(&world, 0)->to, "ann@xn--b-xga.example");
	world_close(&world);
}

/* A local part that leaves no room for any domain. */
static void
a_long_local_part_is_refused(void **state)
{
	struct idna_call call = {0, 0, "a.example", 0};
	char text[400];
	struct world world;

	(void)state;
	world_init(&world, NULL);
	world.config.host.idna = idna;
	world.config.host.idna_arg = &call;
	world_open(&world);
	for (size_t len = 252; len < 257; len++) {
		memset(text, 'a', len);
		strcpy(text + len, "@b\xc3\xbc.example");
		assert_int_equal(
		    world_submit(&world, NULL, text, "192.0.2.1", NOW),
		    DELIST_ESYNTAX);
	}
	world_close(&world);
}

int
main(void)
{
	TEST(over_the_submitters_limit);
	TEST(ipv4_and_ipv6_submitters_are_two);
	ROWS(limits, limit_rows);
	TEST(open_requests_for_one_address);
	TEST(open_requests_for_one_ipv6_sender);
	TEST(a_foreign_row_is_damage);
	TEST(no_open_request_may_be_allowed);
	TEST(the_oldest_gives_way);
	TEST(who_gets_no_mail_leaves_nothing);
	TEST(no_request_may_be_pending);
	TEST(the_mail_is_in_the_language_asked_for);
	ROWS(asks_for_a_labels, idna_rows);
	TEST(a_long_local_part_is_refused);
	return support_run("service_limits");
}
