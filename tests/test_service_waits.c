/* SPDX-License-Identifier: ISC */
/*
 * What a service keeps in memory of a mail, and what another service on the
 * same store did meanwhile: neither may get lost, nor be taken for new.
 */
#include "service_world.h"

#include <string.h>

/* ---- another service on the store ---- */

static struct delist_service *
open_another(struct world *world)
{
	struct delist_service *another;

	assert_int_equal(delist_service_open(&another, &world->config), 0);
	return another;
}

/* Calls of world_* go to the other one from now on. */
static struct delist_service *
swap(struct world *world, struct delist_service *with)
{
	struct delist_service *was = world->service;

	world->service = with;
	return was;
}

/* ---- a mail that waits ---- */

/* A crash came before the mail went out, and the sender is impatient. */
static void
the_same_pair_does_not_take_its_mail(void **state)
{
	struct kept_mail *mail;
	struct world world;

	(void)state;
	world_start(&world);
	world.outcome = DELIST_MAIL_LATER;
	world_ask(&world, "ann@example.org", "192.0.2.1", NOW);
	world_reopen(&world);
	world.outcome = DELIST_MAIL_ACCEPTED;
	for (int i = 1; i <= 3; i++)
		assert_int_equal(world_submit(&world, NULL, "ann@example.org",
				     "192.0.2.1", NOW + i),
		    0);
	assert_int_equal(world.mails_n, 1);
	world_tick(&world, NOW + 4);
	assert_int_equal(world.mails_n, 2);
	mail = world_mail(&world, 0);
	assert_int_equal(
	    world_request(&world, mail->id).state, DELIST_REQUEST_MAIL_SENT);
	world_tick(&world, NOW + HOUR);
	assert_int_equal(world.mails_n, 2);
	world_close(&world);
}

static struct world *failing;

/* The mailer has it, and then the store fails until it is told not to. */
static int
lose_outcome(void *arg, const struct delist_mail *mail)
{
	struct world *world = arg;

	(void)mail;
	world->mails_n++;
	if (failing == NULL)
		return world->outcome;
	world->store_error = DELIST_EIO;
	world->store_fail_at = world->store_calls + 1;
	world->store_from_then_on = true;
	return world->outcome;
}

static const struct delist_mail_ops losing = {sizeof losing, lose_outcome};

static void
start_losing(struct world *world, int outcome, struct delist_token *token)
{
	struct delist_submit_answer answer;

	failing = world;
	world_init(world, NULL);
	world->outcome = outcome;
	world->config.mailer.ops = &losing;
	world_open(world);
	assert_int_equal(world_block(world, "192.0.2.1", NOW), 0);
	assert_int_equal(
	    world_submit(world, &answer, "ann@example.org", "192.0.2.1", NOW),
	    0);
	assert_int_equal(delist_token_parse(token, answer.status, 46), 0);
	world->store_fail_at = 0;
	failing = NULL;
}

static const struct {
	const char *name;
	int outcome, want;
} outcome_rows[] = {
    {"accepted", DELIST_MAIL_ACCEPTED, DELIST_REQUEST_MAIL_SENT},
    {"delayed", DELIST_MAIL_DELAYED, DELIST_REQUEST_MAIL_PENDING},
    {"failed", DELIST_MAIL_FAILED, DELIST_REQUEST_MAIL_FAILED},
};

static void
the_same_pair_does_not_take_its_outcome(void **state)
{
	const struct {
		const char *name;
		int outcome, want;
	} *row = *state;
	struct delist_request request;
	struct delist_token token;
	struct world world;

	start_losing(&world, row->outcome, &token);
	assert_int_equal(
	    world_submit(&world, NULL, "ann@example.org", "192.0.2.1", NOW + 1),
	    0);
	world_tick(&world, NOW + 60);
	request = world_request(&world, token.id);
	assert_int_equal(request.state, row->want);
	/* As of then: it was time for the next try as well. */
	assert_int_equal(
	    request.tries, row->outcome == DELIST_MAIL_DELAYED ? 2 : 0);
	if (request.state == DELIST_REQUEST_MAIL_SENT)
		assert_true(request.sent_expires_s == NOW + DAY);
	world_close(&world);
}

/* It was the mail before's, and another service has sent one since. */
static void
an_outcome_is_of_its_mail(void **state)
{
	struct delist_service *another;
	struct delist_request request;
	struct delist_token token;
	struct world world;

	(void)state;
	start_losing(&world, DELIST_MAIL_ACCEPTED, &token);
	another = swap(&world, open_another(&world));
	world_tick(&world, NOW + 1);
	world.outcome = DELIST_MAIL_DELAYED;
	assert_int_equal(world_submit(&world, NULL, "ann@example.org",
			     "192.0.2.1", NOW + 301),
	    0);
	request = world_request(&world, token.id);
	assert_int_equal(request.generation, 2);
	assert_int_equal(request.state, DELIST_REQUEST_MAIL_PENDING);
	another = swap(&world, another);
	world_tick(&world, NOW + 302);
	request = world_request(&world, token.id);
	assert_int_equal(request.state, DELIST_REQUEST_MAIL_PENDING);
	assert_int_equal(request.sent_generation, 1);
	delist_service_close(another);
	world_close(&world);
}

/* The mailer told nothing, and will not after a restart. */
static void
who_waits_for_the_mailer_is_over_in_time(void **state)
{
	struct kept_mail mail;
	struct world world;

	(void)state;
	world_start(&world);
	world.outcome = DELIST_MAIL_LATER;
	mail = *world_ask(&world, "ann@example.org", "192.0.2.1", NOW);
	world_reopen(&world);
	world_tick(&world, NOW);
	assert_int_equal(world.mails_n, 2);
	assert_true(delist_service_next_due(world.service) == NOW + DAY);
	world_tick(&world, NOW + DAY);
	assert_int_equal(
	    world_request(&world, mail.id).state, DELIST_REQUEST_EXPIRED);
	world_close(&world);
}

/* ---- what the other one did ---- */

static void
confirm(struct world *world, const struct kept_mail *mail)
{
	assert_int_equal(world_redeem(world, mail->confirm, NOW + 1), 0);
}

static void
run_out(struct world *world, const struct kept_mail *mail)
{
	(void)mail;
	world_tick(world, NOW + DAY);
}

static const struct {
	const char *name;
	void (*end)(struct world *world, const struct kept_mail *mail);
	int64_t now_s;
} over_rows[] = {
    {"confirmed", confirm, NOW + 2},
    {"expired", run_out, NOW + DAY},
};

static void
no_mail_for_what_is_over(void **state)
{
	const struct {
		const char *name;
		void (*end)(struct world *world, const struct kept_mail *mail);
		int64_t now_s;
	} *row = *state;
	struct delist_service *mine, *another;
	struct kept_mail mail;
	struct world world;

	world_start(&world);
	world.outcome = DELIST_MAIL_LATER;
	mail = *world_ask(&world, "ann@example.org", "192.0.2.1", NOW);
	/* It has the mail in its outbox. */
	another = open_another(&world);
	row->end(&world, &mail);
	mine = swap(&world, another);
	world_tick(&world, row->now_s);
	assert_int_equal(world.mails_n, 1);
	delist_service_close(swap(&world, mine));
	world_close(&world);
}

static void
block_too(struct world *world)
{
	struct delist_service *another = open_another(world);
	struct delist_prefix prefix = world_prefix("192.0.2.1");
	struct delist_grounds grounds = {
	    .size = sizeof grounds,
	    .source = {"another", 7},
	    .reason = {"spam", 4},
	};

	assert_int_equal(
	    delist_service_block(another, &prefix, &grounds, NOW), 0);
	delist_service_close(another);
}

/* It was not there when this one looked. */
static void
a_row_that_appears_is_not_overwritten(void **state)
{
	struct delist_prefix prefix = world_prefix("192.0.2.1");
	struct delist_listing listing;
	struct world world;
	bool found;

	(void)state;
	world_start(&world);
	world.before_commit = block_too;
	assert_int_equal(world_block(&world, "192.0.2.1", NOW), 0);
	assert_int_equal(delist_service_listing(world.service, &found, &listing,
			     DELIST_LISTING_BLOCK, &prefix),
	    0);
	assert_true(found);
	assert_int_equal(listing.evidences, 2);
	world_close(&world);
}

static void
ask_too(struct world *world)
{
	struct delist_service *mine = swap(world, open_another(world));

	assert_int_equal(
	    world_submit(world, NULL, "ann@example.org", "192.0.2.1", NOW), 0);
	delist_service_close(swap(world, mine));
}

static void
a_pair_has_one_request(void **state)
{
	struct world world;

	(void)state;
	world_start(&world);
	assert_int_equal(world_block(&world, "192.0.2.1", NOW), 0);
	world.before_commit = ask_too;
	assert_int_equal(
	    world_submit(&world, NULL, "ann@example.org", "192.0.2.1", NOW), 0);
	assert_int_equal(world_rows(&world, 'R'), 1);
	assert_int_equal(world_rows(&world, 'O'), 1);
	assert_int_equal(world.mails_n, 1);
	world_close(&world);
}

static void
report_it(struct world *world, const char *sender, const char *text, int want)
{
	struct delist_intake_answer answer;

	assert_int_equal(
	    world_intake(world, &answer, sender, "", text, NOW), 0);
	assert_int_equal(answer.result, want);
}

static void
report_too(struct world *world)
{
	struct delist_service *mine = swap(world, open_another(world));

	report_it(
	    world, "", world_reply(511, "192.0.2.1"), DELIST_INTAKE_OPENED);
	delist_service_close(swap(world, mine));
}

static void
report_it_myself(struct world *world)
{
	struct delist_service *mine = swap(world, open_another(world));

	report_it(world, "ann@example.org", "help", DELIST_INTAKE_NEEDS_INFO);
	delist_service_close(swap(world, mine));
}

struct join_row {
	const char *name;
	void (*other)(struct world *world);
	const char *sender;
	bool named; /* the address */
	int want;
};

static const struct join_row join_rows[] = {
    {"the address, without a sender", report_too, "", true,
	DELIST_INTAKE_JOINED},
    {"the address, with a sender", report_too, "ann@example.org", true,
	DELIST_INTAKE_JOINED},
    {"the sender", report_it_myself, "ann@example.org", false,
	DELIST_INTAKE_NEEDS_INFO},
    {"the sender, then the address", report_it_myself, "ann@example.org", true,
	DELIST_INTAKE_OPENED},
};

/* Two services are told of the same at once: it is one case. */
static void
an_address_has_one_case(void **state)
{
	const struct join_row *row = *state;
	struct world world;

	world_start(&world);
	world.before_commit = row->other;
	report_it(&world, row->sender,
	    row->named ? world_reply(511, "192.0.2.1") : "help", row->want);
	assert_int_equal(world_rows(&world, DELIST_RECORD_INVESTIGATION), 1);
	world_close(&world);
}

/* ---- who is to give way is over already ---- */

static void
time_goes_by(struct world *world)
{
	world_tick(world, NOW + 20 * DAY);
}

static void
years_go_by(struct world *world)
{
	world_tick(world, NOW + 20 * DAY);
	world_tick(world, NOW + 1000 * DAY);
}

static void
he_cancels(struct world *world)
{
	assert_int_equal(world_cancel(world, world->mails[0].cancel, NOW), 0);
}

static void
he_redeems(struct world *world)
{
	assert_int_equal(world_redeem(world, world->mails[0].confirm, NOW), 0);
}

static void
he_says_more(struct world *world)
{
	assert_int_equal(world_intake(world, NULL, "ann@example.org", "",
			     world_reply(511, "192.0.2.77"), NOW),
	    0);
}

struct ended_row {
	const char *name;
	void (*end)(struct world *world);
	int64_t later_s;
	bool mail;
};

static const struct ended_row ended_rows[] = {
    {"a form: cancelled", he_cancels, 0, false},
    {"a form: redeemed", he_redeems, 0, false},
    {"a form: expired", time_goes_by, 20 * DAY, false},
    {"a form: purged", years_go_by, 1000 * DAY, false},
    {"a mail: expired", time_goes_by, 20 * DAY, true},
    {"a mail: purged", years_go_by, 1000 * DAY, true},
    {"a mail: answered", he_says_more, 0, true},
};

static void
open_one(struct world *world, const char *sender, const char *addr, bool mail,
    int64_t now_s)
{
	struct delist_intake_answer answer;
	int want =
	    addr == NULL ? DELIST_INTAKE_NEEDS_INFO : DELIST_INTAKE_OPENED;

	if (!mail) {
		(void)world_ask(world, sender, addr, now_s);
		return;
	}
	assert_int_equal(
	    world_intake(world, &answer, sender, "",
		addr == NULL ? "help" : world_reply(511, addr), now_s),
	    0);
	assert_int_equal(answer.result, want);
}

/* Another service ended it, or what it waited for came there. */
static void
what_another_service_ended_gives_way(void **state)
{
	const struct ended_row *row = *state;
	struct delist_service_stats before = {.size = sizeof before};
	struct delist_service_stats after = {.size = sizeof after};
	struct delist_service *mine;
	struct world world;

	world_init(&world, NULL);
	world.config.policy.pending_max = 1;
	world_open(&world);
	open_one(&world, "ann@example.org", row->mail ? NULL : "192.0.2.1",
	    row->mail, NOW);
	mine = swap(&world, open_another(&world));
	row->end(&world);
	delist_service_close(swap(&world, mine));
	open_one(&world, "bob@example.com", "192.0.2.2", row->mail,
	    NOW + row->later_s);
	assert_int_equal(delist_service_stats(world.service, &before), 0);
	world_reopen(&world);
	assert_int_equal(delist_service_stats(world.service, &after), 0);
	assert_memory_equal(
	    before.requests, after.requests, sizeof after.requests);
	assert_memory_equal(before.investigations, after.investigations,
	    sizeof after.investigations);
	world_close(&world);
}

static void
what_another_renewed_is_refused(void **state)
{
	struct delist_service *mine;
	struct world world;

	(void)state;
	world_start(&world);
	assert_int_equal(world_block(&world, "192.0.2.1", NOW), 0);
	mine = swap(&world, open_another(&world));
	assert_int_equal(world_block(&world, "192.0.2.1", NOW + 6 * DAY), 0);
	delist_service_close(swap(&world, mine));
	world_tick(&world, NOW + 7 * DAY);
	assert_true(world_refuses(&world, "192.0.2.1", NOW + 12 * DAY));
	assert_false(world_refuses(&world, "192.0.2.1", NOW + 13 * DAY));
	world_close(&world);
}

/* ---- what must not depend on tick ---- */

/* The row that finds the pair's request is the new one's. */
static void
a_pair_that_ran_out_is_found_again(void **state)
{
	struct delist_submit_answer answer;
	struct world world;

	(void)state;
	world_start(&world);
	assert_int_equal(world_block(&world, "192.0.2.1", NOW), 0);
	for (int i = 0; i < 2; i++)
		assert_int_equal(
		    world_submit(&world, &answer, "ann@example.org",
			"192.0.2.1", NOW + i * 2 * DAY),
		    0);
	assert_int_equal(world_rows(&world, 'R'), 2);
	assert_int_equal(world_rows(&world, 'O'), 1);
	/* It joins that one. */
	assert_int_equal(world_submit(&world, NULL, "ann@example.org",
			     "192.0.2.1", NOW + 2 * DAY + 300),
	    0);
	assert_int_equal(world_rows(&world, 'R'), 2);
	assert_int_equal(world.mails_n, 3);
	assert_int_equal(world_mail(&world, 0)->generation, 2);
	world_close(&world);
}

static void
what_is_over_was_not_removed(void **state)
{
	struct delist_prefix prefix = world_prefix("192.0.2.1");

	(void)state;
	for (int ticked = 0; ticked < 2; ticked++) {
		struct world world;
		bool removed = true;

		world_start(&world);
		assert_int_equal(world_block(&world, "192.0.2.1", NOW), 0);
		if (ticked)
			world_tick(&world, NOW + 8 * DAY);
		assert_int_equal(
		    delist_service_unlist(world.service, &removed,
			DELIST_LISTING_BLOCK, &prefix, NOW + 8 * DAY),
		    0);
		assert_false(removed);
		assert_int_equal(world_rows(&world, 'L'), 0);
		world_close(&world);
	}
}

static void
a_late_resend_revives_nothing(void **state)
{
	struct kept_mail mail;
	struct world world;

	(void)state;
	world_start(&world);
	mail = *world_ask(&world, "ann@example.org", "192.0.2.1", NOW);
	(void)world_resend(&world, mail.status, NOW + 3 * DAY);
	assert_int_equal(world.mails_n, 1);
	assert_int_equal(
	    world_redeem(&world, mail.confirm, NOW + 3 * DAY), DELIST_EEXPIRED);
	world_close(&world);
}

/* ---- suppression ---- */

/* "This was not me" holds for 180 days, whatever comes after it. */
static void
a_failure_does_not_shorten_a_cancellation(void **state)
{
	struct kept_mail a, b;
	struct world world;

	(void)state;
	world_init(&world, NULL);
	world.config.policy.failed_mails.max = 1;
	world_open(&world);
	a = *world_ask(&world, "ann@example.org", "192.0.2.1", NOW);
	b = *world_ask(&world, "ann@example.org", "192.0.2.2", NOW);
	assert_int_equal(world_cancel(&world, a.cancel, NOW + 1), 0);
	assert_int_equal(
	    delist_service_mail_result(world.service, b.from, strlen(b.from),
		b.generation, DELIST_MAIL_FAILED, NOW + 2),
	    0);
	for (int day = 1; day < 180; day += 89) {
		int64_t now_s = NOW + day * (int64_t)DAY;

		assert_int_equal(world_block(&world, "192.0.2.3", now_s), 0);
		assert_int_equal(world_submit(&world, NULL, "ann@example.org",
				     "192.0.2.3", now_s),
		    0);
		assert_int_equal(world.mails_n, 2);
	}
	world_close(&world);
}

/* A clock that was never set: 0 is "never" in the row, and a time before it
 * is a time all the same. */
static void
suppression_holds_before_1970(void **state)
{
	struct kept_mail mail;
	struct world world;
	int64_t now_s = -1000 * (int64_t)DAY;

	(void)state;
	world_start(&world);
	world.outcome = DELIST_MAIL_DELAYED;
	assert_int_equal(world_block(&world, "192.0.2.0/24", now_s), 0);
	assert_int_equal(
	    world_submit(&world, NULL, "ann@example.org", "192.0.2.1", now_s),
	    0);
	world.outcome = DELIST_MAIL_ACCEPTED;
	world_tick(&world, now_s + 60);
	assert_int_equal(world.mails_n, 2);
	mail = *world_mail(&world, 0);
	assert_int_equal(world_cancel(&world, mail.cancel, now_s + 61), 0);
	assert_int_equal(world_submit(&world, NULL, "ann@example.org",
			     "192.0.2.2", now_s + 62),
	    0);
	assert_int_equal(world.mails_n, 2);
	world_close(&world);
}

/* ---- damage ---- */

/* A row that can't be read: the others have their turn. */
static void
damage_stops_nobody_else(void **state)
{
	struct delist_prefix prefix = world_prefix("192.0.2.1");
	struct delist_record_key key;
	struct delist_store_change change = {.kind = DELIST_STORE_PUT};
	struct world world;
	bool more;

	(void)state;
	world_start(&world);
	assert_int_equal(world_block(&world, "192.0.2.1", NOW), 0);
	assert_int_equal(world_block(&world, "192.0.2.2", NOW + 1), 0);
	delist_record_listing_key(&key, DELIST_LISTING_BLOCK, &prefix);
	change.key = delist_record_key_text(&key);
	change.value = (struct delist_text){"L?", 2};
	assert_int_equal(world.inner.ops->commit(world.inner.arg, &change, 1,
			     (const uint8_t *)"0123456789abcdef"),
	    0);
	assert_int_equal(
	    delist_service_tick(world.service, &more, 5, NOW + 7 * DAY + 1),
	    DELIST_EVERSION);
	assert_int_equal(
	    delist_service_tick(world.service, &more, 5, NOW + 7 * DAY + 1), 0);
	assert_int_equal(world_rows(&world, 'L'), 1);
	assert_int_equal(
	    delist_service_tick(world.service, &more, 5, NOW + 7 * DAY + 61),
	    DELIST_EVERSION);
	world_close(&world);
}

int
main(void)
{
	TEST(the_same_pair_does_not_take_its_mail);
	ROWS(the_same_pair_does_not_take_its_outcome, outcome_rows);
	TEST(an_outcome_is_of_its_mail);
	TEST(who_waits_for_the_mailer_is_over_in_time);
	ROWS(no_mail_for_what_is_over, over_rows);
	TEST(a_row_that_appears_is_not_overwritten);
	TEST(a_pair_has_one_request);
	ROWS(an_address_has_one_case, join_rows);
	ROWS(what_another_service_ended_gives_way, ended_rows);
	TEST(what_another_renewed_is_refused);
	TEST(a_pair_that_ran_out_is_found_again);
	TEST(what_is_over_was_not_removed);
	TEST(a_late_resend_revives_nothing);
	TEST(a_failure_does_not_shorten_a_cancellation);
	TEST(suppression_holds_before_1970);
	TEST(damage_stops_nobody_else);
	return support_run("service_waits");
}
