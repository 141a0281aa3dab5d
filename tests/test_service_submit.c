/* SPDX-License-Identifier: ISC */
/*
 * Submit: what it takes, and one answer whatever becomes of the mail.
 */
#include "service_world.h"

#include <stdio.h>

/* ---- what is refused ---- */

static void
with_less(struct delist_submission *form)
{
	form->size--;
}

static void
with_addr(struct delist_submission *form)
{
	form->addr.family = DELIST_NOADDR;
}

static void
with_language(struct delist_submission *form)
{
	form->language = 2;
}

static void
with_last_language(struct delist_submission *form)
{
	form->language = 1;
}

static const char client_id[65] =
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdefx";

static void
with_client_id(struct delist_submission *form)
{
	form->client_id = (struct delist_text){client_id, 65};
}

static void
with_client_id_fits(struct delist_submission *form)
{
	form->client_id = (struct delist_text){client_id, 64};
}

static void
with_nothing(struct delist_submission *form)
{
	(void)form;
}

struct form_row {
	const char *name;
	const char *mailbox;
	void (*change)(struct delist_submission *form);
	int result;
};

static const struct form_row form_rows[] = {
    {"as it should be", "ann@example.org", with_nothing, 0},
    {"size", "ann@example.org", with_less, DELIST_EINVAL},
    {"no address", "ann@example.org", with_addr, DELIST_EINVAL},
    {"the last language", "ann@example.org", with_last_language, 0},
    {"no such language", "ann@example.org", with_language, DELIST_EINVAL},
    {"client id of 64", "ann@example.org", with_client_id_fits, 0},
    {"client id of 65", "ann@example.org", with_client_id, DELIST_EINVAL},
    {"no mailbox", "", with_nothing, DELIST_ESYNTAX},
    {"no @", "ann", with_nothing, DELIST_ESYNTAX},
    {"nothing behind the @", "ann@", with_nothing, DELIST_ESYNTAX},
    {"two @", "ann@example.org@example.net", with_nothing, DELIST_ESYNTAX},
    {"CRLF", "ann@example.org\r\nBcc: x@example.net", with_nothing,
	DELIST_ESYNTAX},
    {"brackets", "<ann@example.org>", with_nothing, DELIST_ESYNTAX},
    {"another script without a hook",
	"ann@b\xc3\xbc"
	"cher.example",
	with_nothing, DELIST_ESYNTAX},
};

static void
takes_or_refuses(void **state)
{
	const struct form_row *row = *state;
	struct delist_submission form = world_form(row->mailbox, "192.0.2.1");
	struct delist_submit_answer answer, before;
	struct world world;
	uint64_t rows;

	world_start(&world);
	assert_int_equal(world_block(&world, "192.0.2.1", NOW), 0);
	rows = world_fingerprint(&world);
	row->change(&form);
	memset(&answer, 0x5a, sizeof answer);
	before = answer;
	assert_int_equal(
	    delist_service_submit(world.service, &answer, &form, NOW),
	    row->result);
	assert_int_equal(world_fingerprint(&world) == rows, row->result != 0);
	assert_int_equal(world.mails_n, row->result == 0);
	if (row->result != 0)
		assert_memory_equal(&answer, &before, sizeof answer);
	world_close(&world);
}

/* ---- one answer ---- */

static void
fresh(struct world *world)
{
	(void)world;
}

static void
suppressed(struct world *world)
{
	struct kept_mail *mail;

	mail = world_ask(world, "ann@example.org", "203.0.113.1", NOW);
	assert_int_equal(world_cancel(world, mail->cancel, NOW), 0);
}

static void
mailbox_limit(struct world *world)
{
	world_ask(world, "ann@example.org", "203.0.113.1", NOW);
	world_ask(world, "Ann+1@example.org", "203.0.113.2", NOW);
	world_ask(world, "ann+2@EXAMPLE.org", "203.0.113.3", NOW);
}

static void
domain_limit(struct world *world)
{
	char mailbox[64], addr[32];

	for (int i = 0; i < 20; i++) {
		snprintf(mailbox, sizeof mailbox, "u%d@example.org", i);
		snprintf(addr, sizeof addr, "203.0.113.%d", i);
		world_ask(world, mailbox, addr, NOW);
	}
}

static void
target_limit(struct world *world)
{
	static const char *const mailboxes[] = {
	    "a@example.com", "b@example.com", "c@example.com"};

	for (size_t i = 0; i < 3; i++)
		assert_int_equal(
		    world_submit(world, NULL, mailboxes[i], "192.0.2.1", NOW),
		    0);
}

static void
all_limit(struct world *world)
{
	world->config.policy.mails_all.max = 1;
	world_reopen(world);
	world_ask(world, "bob@example.com", "203.0.113.1", NOW);
}

static void
open_pair(struct world *world)
{
	assert_int_equal(
	    world_submit(world, NULL, "ann@example.org", "192.0.2.1", NOW), 0);
}

static void
delayed(struct world *world)
{
	world->outcome = DELIST_MAIL_DELAYED;
}

static void
failing(struct world *world)
{
	world->outcome = DELIST_MAIL_FAILED;
}

static void
later(struct world *world)
{
	world->outcome = DELIST_MAIL_LATER;
}

static void
unknown_outcome(struct world *world)
{
	world->outcome = 77;
}

/* There is no row for it: it makes nobody give way. */
static void
full_and_suppressed(struct world *world)
{
	suppressed(world);
	world_ask(world, "bob@example.com", "203.0.113.9", NOW);
	world->config.policy.pending_max = 1;
	world_reopen(world);
}

static void
full_of_mails(struct world *world)
{
	world_ask(world, "bob@example.com", "203.0.113.1", NOW);
	world->config.policy.pending_max = 1;
	world_reopen(world);
}

static const struct {
	const char *name;
	void (*before)(struct world *world);
	int mails; /* that the submission causes */
} answer_rows[] = {
    {"fresh", fresh, 1},
    {"suppressed", suppressed, 0},
    {"over the mailbox's limit", mailbox_limit, 0},
    {"over the domain's limit", domain_limit, 0},
    {"over the target's limit", target_limit, 0},
    {"over the limit of all", all_limit, 0},
    {"open pair", open_pair, 0},
    {"the mailer delays", delayed, 1},
    {"the mailer fails", failing, 1},
    {"the mailer says later", later, 1},
    {"the mailer says what is none", unknown_outcome, 1},
    {"no room", full_of_mails, 1},
    {"no room, and suppressed", full_and_suppressed, 0},
};

/* What they see is the same, to the byte but for the token, and stays so. */
static void
tells_nothing(void **state)
{
	const struct {
		const char *name;
		void (*before)(struct world *world);
		int mails;
	} *row = *state;
	struct delist_submit_answer answer, want;
	struct delist_view view;
	struct world world;
	size_t mails;

	world_start(&world);
	assert_int_equal(world_block(&world, "192.0.2.0/24", NOW), 0);
	row->before(&world);
	mails = world.mails_n;
	memset(&answer, 0, sizeof answer);
	assert_int_equal(world_submit(&world, &answer, "ann@example.org",
			     "192.0.2.1", NOW + 1),
	    0);
	assert_int_equal(world.mails_n - mails, row->mails);
	memset(&want, 0, sizeof want);
	want.result = DELIST_SUBMIT_WAITING;
	want.code = 606;
	want.prefix = world_prefix("192.0.2.0/24");
	assert_int_equal(strlen(answer.status), 46);
	memcpy(want.status, answer.status, sizeof want.status);
	assert_memory_equal(&answer, &want, sizeof want);

	/* Nor does its page, until all that was known of it is forgotten. */
	for (int64_t day = 0; day < 100; day += day < 3 ? 1 : 44) {
		world_tick(&world, NOW + 1 + day * DAY);
		memset(&view, 0x5a, sizeof view);
		assert_int_equal(
		    world_inspect(&world, &view, DELIST_PURPOSE_STATUS,
			answer.status, NOW + 1 + day * DAY),
		    0);
		assert_int_equal(view.state, DELIST_REQUEST_MAIL_PENDING);
		assert_int_equal(view.redeemable, DELIST_ESTATE);
		assert_int_equal(view.addr.family, DELIST_NOADDR);
		assert_int_equal(view.mailbox.len, 0);
		assert_true(view.applied_s == 0 && view.effective_s == 0);
		assert_false(view.already);
	}
	world_close(&world);
}

/* ---- what is not for the portal ---- */

static void
what_is_not_self_service_leaves_nothing(void **state)
{
	static const struct {
		const char *addr;
		int result;
		uint16_t code;
	} rows[] = {
	    {"203.0.113.1", DELIST_SUBMIT_NOT_LISTED, 0},
	    {"192.0.2.1", DELIST_SUBMIT_INVESTIGATE, 511},
	    {"192.0.2.129", DELIST_SUBMIT_NOT_LISTED, 0},
	};
	struct delist_prefix prefix = world_prefix("192.0.2.0/24");
	struct delist_prefix half = world_prefix("192.0.2.128/25");
	struct delist_grounds grounds = {
	    .size = sizeof grounds,
	    .source = {"trap", 4},
	    .reason = {"spam", 4},
	    .code = 511,
	};
	struct delist_submit_answer answer;
	struct delist_view view;
	struct world world;
	size_t commits;
	uint64_t before;

	(void)state;
	world_start(&world);
	assert_int_equal(
	    delist_service_block(world.service, &prefix, &grounds, NOW), 0);
	assert_int_equal(
	    delist_service_allow(world.service, &half, &grounds, NOW), 0);
	before = world_fingerprint(&world);
	commits = world.commits;
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_int_equal(world_submit(&world, &answer,
				     "ann@example.org", rows[i].addr, NOW),
		    0);
		assert_int_equal(answer.result, rows[i].result);
		assert_int_equal(answer.code, rows[i].code);
		assert_int_equal(answer.prefix.bits,
		    rows[i].result == DELIST_SUBMIT_INVESTIGATE ? 24 : 0);
		assert_int_equal(world_inspect(&world, &view,
				     DELIST_PURPOSE_STATUS, answer.status, NOW),
		    0);
		assert_int_equal(view.state, DELIST_REQUEST_NONE);
		assert_int_equal(world_resend(&world, answer.status, NOW), 0);
	}
	assert_true(world_fingerprint(&world) == before);
	assert_int_equal(world.commits, commits);
	assert_int_equal(world.mails_n, 0);
	world_close(&world);
}

/* ---- the same form again ---- */

static void
the_same_form_is_the_same_request(void **state)
{
	struct delist_submission form =
	    world_form("ann@example.org", "192.0.2.1");
	struct delist_submit_answer first, again;
	struct world world;

	(void)state;
	world_start(&world);
	assert_int_equal(world_block(&world, "192.0.2.0/24", NOW), 0);
	form.client_id = (struct delist_text){"form 1", 6};
	assert_int_equal(
	    delist_service_submit(world.service, &first, &form, NOW), 0);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(delist_service_submit(
				     world.service, &again, &form, NOW + i),
		    0);
		assert_memory_equal(&again, &first, sizeof first);
		world_reopen(&world);
	}
	assert_int_equal(world.mails_n, 1);
	assert_int_equal(world_rows(&world, 'R'), 1);

	/* Its request came to an end: it is still that request. */
	assert_int_equal(
	    world_cancel(&world, world_mail(&world, 0)->cancel, NOW), 0);
	assert_int_equal(
	    delist_service_submit(world.service, &again, &form, NOW + HOUR), 0);
	assert_memory_equal(&again, &first, sizeof first);
	assert_int_equal(world_rows(&world, 'R'), 1);

	/* Another mailbox, address or form is another one. */
	form.mailbox = (struct delist_text){"bob@example.org", 15};
	assert_int_equal(
	    delist_service_submit(world.service, &again, &form, NOW), 0);
	assert_int_not_equal(strcmp(again.status, first.status), 0);
	form.addr = world_addr("192.0.2.2");
	assert_int_equal(
	    delist_service_submit(world.service, &again, &form, NOW), 0);
	form.addr = world_addr("192.0.2.3");
	form.client_id.len--;
	assert_int_equal(
	    delist_service_submit(world.service, &again, &form, NOW), 0);
	assert_int_equal(world_rows(&world, 'R'), 4);
	assert_int_equal(world.mails_n, 4);
	world_close(&world);
}

static void
an_open_pair_is_asked_again(void **state)
{
	struct delist_submit_answer first, again;
	struct world world;
	int64_t now_s = NOW;

	(void)state;
	world_init(&world, NULL);
	world.config.policy.mails_mailbox.max = 10;
	world_open(&world);
	assert_int_equal(world_block(&world, "192.0.2.1", NOW), 0);
	assert_int_equal(
	    world_submit(&world, &first, "ann@example.org", "192.0.2.1", now_s),
	    0);
	assert_int_equal(world_submit(&world, &again, "Ann+x@Example.org",
			     "192.0.2.1", now_s + 299),
	    0);
	assert_int_equal(world.mails_n, 1);
	assert_string_not_equal(first.status, again.status);
	for (size_t mails = 2; mails <= 5; mails++) {
		now_s += 300;
		assert_int_equal(world_submit(&world, &again, "ann@example.org",
				     "192.0.2.1", now_s),
		    0);
		/* Three times, and to the address as it was given first. */
		assert_int_equal(world.mails_n, mails < 5 ? mails : 4);
		assert_string_equal(
		    world_mail(&world, 0)->to, "ann@example.org");
	}
	assert_int_equal(world_rows(&world, 'R'), 1);
	world_close(&world);
}

/* Another service, on the same store, ends it meanwhile. */
static void
fail_its_mail(struct world *world)
{
	struct kept_mail *mail = world_mail(world, 0);
	struct delist_service *other;

	assert_int_equal(delist_service_open(&other, &world->config), 0);
	assert_int_equal(
	    delist_service_mail_result(other, mail->from, strlen(mail->from),
		mail->generation, DELIST_MAIL_FAILED, NOW + HOUR),
	    0);
	delist_service_close(other);
}

static void
a_pair_that_ends_meanwhile_is_asked_for_anew(void **state)
{
	struct delist_submit_answer first, again;
	struct world world;

	(void)state;
	world_start(&world);
	assert_int_equal(world_block(&world, "192.0.2.1", NOW), 0);
	assert_int_equal(
	    world_submit(&world, &first, "ann@example.org", "192.0.2.1", NOW),
	    0);
	world.before_commit = fail_its_mail;
	assert_int_equal(world_submit(&world, &again, "ann@example.org",
			     "192.0.2.1", NOW + HOUR),
	    0);
	assert_int_equal(world.mails_n, 2);
	assert_string_not_equal(again.status, first.status);
	assert_string_equal(again.status, world_mail(&world, 0)->status);
	world_close(&world);
}

/* What became of the one before: it must not show in the token. */
static void
lives(struct world *world)
{
	(void)world;
}

static void
fails(struct world *world)
{
	struct kept_mail *mail = world_mail(world, 0);

	assert_int_equal(
	    delist_service_mail_result(world->service, mail->from,
		strlen(mail->from), mail->generation, DELIST_MAIL_FAILED, NOW),
	    0);
}

static void
is_cancelled(struct world *world)
{
	assert_int_equal(
	    world_cancel(world, world_mail(world, 0)->cancel, NOW), 0);
}

static void
runs_out(struct world *world)
{
	world_tick(world, NOW + DAY);
}

static const struct {
	const char *name;
	void (*then)(struct world *world);
} fate_rows[] = {
    {"lives", lives},
    {"fails", fails},
    {"is cancelled", is_cancelled},
    {"runs out", runs_out},
};

static void
each_form_has_a_token(void **state)
{
	const struct {
		const char *name;
		void (*then)(struct world *world);
	} *row = *state;
	struct delist_submission form =
	    world_form("ann@example.org", "192.0.2.1");
	struct delist_submit_answer first, again, same;
	struct world world;

	world_start(&world);
	assert_int_equal(world_block(&world, "192.0.2.0/24", NOW), 0);
	form.client_id = (struct delist_text){"form 1", 6};
	assert_int_equal(
	    delist_service_submit(world.service, &first, &form, NOW), 0);
	row->then(&world);
	assert_int_equal(
	    delist_service_submit(world.service, &same, &form, NOW + DAY + 1),
	    0);
	assert_string_equal(same.status, first.status);
	form.client_id.len = 0;
	assert_int_equal(
	    delist_service_submit(world.service, &again, &form, NOW + DAY + 1),
	    0);
	assert_string_not_equal(again.status, first.status);
	world_close(&world);
}

/* The pages of the first and of the newest follow it, and then go with it. */
static void
the_newest_page_follows_what_it_joined(void **state)
{
	struct delist_submit_answer answers[3];
	struct delist_view view;
	struct world world;

	(void)state;
	world_start(&world);
	assert_int_equal(world_block(&world, "192.0.2.1", NOW), 0);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(world_submit(&world, &answers[i],
				     "ann@example.org", "192.0.2.1", NOW + i),
		    0);
		assert_int_equal(world_rows(&world, 'R'), 1);
		assert_int_equal(world_rows(&world, 'S'), i == 0 ? 0 : 1);
	}
	assert_int_equal(world.mails_n, 1);
	assert_int_equal(world_resend(&world, answers[2].status, NOW + 300), 0);
	assert_int_equal(world.mails_n, 2);
	world_reopen(&world);
	assert_int_equal(
	    world_redeem(&world, world_mail(&world, 0)->confirm, NOW + 301), 0);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(
		    world_inspect(&world, &view, DELIST_PURPOSE_STATUS,
			answers[i].status, NOW + 301),
		    0);
		assert_int_equal(view.state, i == 1
						 ? DELIST_REQUEST_MAIL_PENDING
						 : DELIST_REQUEST_EFFECTIVE);
	}
	world_tick(&world, NOW + 301 + 90 * DAY);
	assert_int_equal(world_rows(&world, 'R'), 0);
	assert_int_equal(world_rows(&world, 'S'), 0);
	world_close(&world);
}

/* An old form, and a request that another one made since. */
static void
an_old_form_joins_a_newer_request(void **state)
{
	struct delist_submission form =
	    world_form("ann@example.org", "192.0.2.1");
	struct delist_submit_answer other, first;
	struct delist_view view;
	struct world world;

	(void)state;
	world_start(&world);
	assert_int_equal(world_block(&world, "192.0.2.1", NOW), 0);
	assert_int_equal(
	    world_submit(&world, &other, "ann@example.org", "192.0.2.1", NOW),
	    0);
	form.client_id = (struct delist_text){"form 1", 6};
	for (int i = 0; i < 2; i++) {
		size_t commits = world.commits;

		assert_int_equal(delist_service_submit(
				     world.service, &first, &form, NOW + 1),
		    0);
		assert_int_equal(world.commits - commits, i == 0);
	}
	assert_int_equal(world_rows(&world, 'R'), 1);
	assert_int_equal(
	    world_redeem(&world, world_mail(&world, 0)->confirm, NOW + 2), 0);
	assert_int_equal(world_inspect(&world, &view, DELIST_PURPOSE_STATUS,
			     first.status, NOW + 2),
	    0);
	assert_int_equal(view.state, DELIST_REQUEST_EFFECTIVE);
	world_close(&world);
}

int
main(void)
{
	ROWS(takes_or_refuses, form_rows);
	ROWS(tells_nothing, answer_rows);
	TEST(what_is_not_self_service_leaves_nothing);
	TEST(the_same_form_is_the_same_request);
	TEST(an_open_pair_is_asked_again);
	ROWS(each_form_has_a_token, fate_rows);
	TEST(the_newest_page_follows_what_it_joined);
	TEST(an_old_form_joins_a_newer_request);
	TEST(a_pair_that_ends_meanwhile_is_asked_for_anew);
	return support_run("service_submit");
}
