/* SPDX-License-Identifier: ISC */
/*
 * Mails out, results in: tries, bounces, the outbox, and outcomes that the
 * store did not take.
 */
#include "service_world.h"

static const int64_t waits[] = {60, 300, 900, 3600};

static int
result(struct world *world, const struct kept_mail *mail, uint32_t generation,
    int outcome, int64_t now_s)
{
	return delist_service_mail_result(world->service, mail->from,
	    strlen(mail->from), generation, outcome, now_s);
}

static int
state_of(struct world *world, const struct kept_mail *mail)
{
	return world_request(world, mail->id).state;
}

/* ---- tries ---- */

static void
tries(struct world *world, int outcome)
{
	int64_t now_s = NOW;

	world_start(world);
	world->outcome = outcome;
	world_ask(world, "ann@example.org", "192.0.2.1", now_s);
	for (size_t i = 0; i < COUNT(waits); i++) {
		assert_true(delist_service_next_due(world->service) <=
			    now_s + waits[i]);
		world_tick(world, now_s + waits[i] - 1);
		assert_int_equal(world->mails_n, i + 1);
		assert_true(delist_service_next_due(world->service) ==
			    now_s + waits[i]);
		now_s += waits[i];
		if (i == 2)
			world_reopen(world);
		world_tick(world, now_s);
		assert_int_equal(world->mails_n, i + 2);
		/* The same mail, to the byte. */
		assert_int_equal(world_mail(world, 0)->message_len,
		    world_mail(world, 1)->message_len);
		assert_memory_equal(world_mail(world, 0)->message,
		    world_mail(world, 1)->message,
		    world_mail(world, 0)->message_len);
		assert_string_equal(
		    world_mail(world, 0)->from, world_mail(world, 1)->from);
	}
}

static void
a_delayed_mail_is_tried_five_times(void **state)
{
	(void)state;
	for (int outcome = DELIST_MAIL_DELAYED; outcome < 100; outcome += 75) {
		struct world world;

		tries(&world, outcome);
		assert_int_equal(state_of(&world, world_mail(&world, 0)),
		    DELIST_REQUEST_MAIL_FAILED);
		world_tick(&world, NOW + 2 * DAY);
		assert_int_equal(world.mails_n, 5);
		world_close(&world);
	}
}

static void
a_delayed_mail_that_is_accepted_lives_from_then(void **state)
{
	struct world world;

	(void)state;
	world_start(&world);
	world.outcome = DELIST_MAIL_DELAYED;
	world_ask(&world, "ann@example.org", "192.0.2.1", NOW);
	world_tick(&world, NOW + 60);
	world.outcome = DELIST_MAIL_ACCEPTED;
	world_tick(&world, NOW + 400);
	assert_int_equal(world.mails_n, 3);
	assert_int_equal(world_redeem(&world, world_mail(&world, 0)->confirm,
			     NOW + 400 + DAY),
	    DELIST_EEXPIRED);
	assert_int_equal(world_redeem(&world, world_mail(&world, 0)->confirm,
			     NOW + 400 + DAY - 1),
	    0);
	world_close(&world);
}

/* ---- results from outside ---- */

static void
a_mailer_may_tell_later(void **state)
{
	static const struct {
		int outcome, want;
	} rows[] = {
	    {DELIST_MAIL_ACCEPTED, DELIST_REQUEST_MAIL_SENT},
	    {DELIST_MAIL_DELAYED, DELIST_REQUEST_MAIL_PENDING},
	    {DELIST_MAIL_FAILED, DELIST_REQUEST_MAIL_FAILED},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct world world;
		struct kept_mail mail;
		uint64_t before;

		world_start(&world);
		world.outcome = DELIST_MAIL_LATER;
		mail = *world_ask(&world, "ann@example.org", "192.0.2.1", NOW);
		world_tick(&world, NOW + 5);
		assert_int_equal(
		    state_of(&world, &mail), DELIST_REQUEST_MAIL_PENDING);
		assert_int_equal(world.mails_n, 1);
		/* Of a mail that never was. */
		before = world_fingerprint(&world);
		assert_int_equal(
		    result(&world, &mail, 2, rows[i].outcome, NOW + 7), 0);
		assert_true(world_fingerprint(&world) == before);
		assert_int_equal(
		    result(&world, &mail, 1, rows[i].outcome, NOW + 7), 0);
		assert_int_equal(state_of(&world, &mail), rows[i].want);
		/* Told again, it changes nothing. */
		before = world_fingerprint(&world);
		for (uint32_t generation = 0; generation < 2; generation++)
			assert_int_equal(result(&world, &mail, generation,
					     rows[i].outcome, NOW + 8),
			    0);
		assert_true(world_fingerprint(&world) == before);
		world_close(&world);
	}
}

static void
a_bounce_of_an_older_mail_is_nothing(void **state)
{
	struct world world;
	struct kept_mail mail;
	uint64_t before;

	(void)state;
	world_start(&world);
	mail = *world_ask(&world, "ann@example.org", "192.0.2.1", NOW);
	assert_int_equal(world_resend(&world, mail.status, NOW + 300), 0);
	assert_int_equal(world.mails_n, 2);
	before = world_fingerprint(&world);
	assert_int_equal(
	    result(&world, &mail, 1, DELIST_MAIL_FAILED, NOW + 400), 0);
	assert_true(world_fingerprint(&world) == before);
	assert_int_equal(
	    result(&world, &mail, 0, DELIST_MAIL_FAILED, NOW + 400), 0);
	assert_int_equal(state_of(&world, &mail), DELIST_REQUEST_MAIL_FAILED);
	world_close(&world);
}

static void
a_bounce_after_the_removal_is_nothing(void **state)
{
	struct world world;
	struct kept_mail mail;
	uint64_t before;

	(void)state;
	world_start(&world);
	mail = *world_ask(&world, "ann@example.org", "192.0.2.1", NOW);
	assert_int_equal(world_redeem(&world, mail.confirm, NOW + 1), 0);
	before = world_fingerprint(&world);
	assert_int_equal(
	    result(&world, &mail, 0, DELIST_MAIL_FAILED, NOW + 2), 0);
	assert_true(world_fingerprint(&world) == before);
	world_close(&world);
}

static void
a_forged_bounce_is_refused(void **state)
{
	struct world world;
	struct kept_mail mail, forged;
	uint64_t before;
	size_t at, tried = 0;

	(void)state;
	world_start(&world);
	mail = *world_ask(&world, "ann@example.org", "192.0.2.1", NOW);
	before = world_fingerprint(&world);
	at = strlen("bounce+");
	for (size_t i = at; mail.from[i] != '@'; i++) {
		forged = mail;
		if (forged.from[i] == '.')
			continue;
		forged.from[i] = forged.from[i] == '0' ? '1' : '0';
		assert_int_equal(
		    result(&world, &forged, 0, DELIST_MAIL_FAILED, NOW),
		    DELIST_ETOKEN);
		tried++;
	}
	assert_int_equal(tried, 48);
	for (size_t len = 0; len < at + 49; len++)
		assert_int_equal(delist_service_mail_result(world.service,
				     support_guarded(mail.from, len), len, 0,
				     DELIST_MAIL_FAILED, NOW),
		    DELIST_ESYNTAX);
	for (int outcome = -1; outcome < 6; outcome++)
		if (outcome < DELIST_MAIL_ACCEPTED ||
		    outcome > DELIST_MAIL_FAILED)
			assert_int_equal(result(&world, &mail, 0, outcome, NOW),
			    DELIST_EINVAL);
	assert_true(world_fingerprint(&world) == before);

	/* Right, but forgotten. */
	world_tick(&world, NOW + DAY);
	world_tick(&world, NOW + 91 * DAY);
	assert_int_equal(
	    result(&world, &mail, 0, DELIST_MAIL_FAILED, NOW + 91 * DAY),
	    DELIST_ETOKEN);
	world_close(&world);
}

/* The MAC of a mail that was signed with the key before. */
static void
a_bounce_may_be_signed_with_the_key_before(void **state)
{
	struct world world;
	struct kept_mail mail;
	struct delist_keyring *ring = &world.config.keyring;

	(void)state;
	world_start(&world);
	mail = *world_ask(&world, "ann@example.org", "192.0.2.1", NOW);
	ring->count = 2;
	ring->active = 1;
	ring->keys[1] = ring->keys[0];
	ring->keys[1].kid = 8;
	ring->keys[1].bytes[0] = 99;
	world_reopen(&world);
	assert_int_equal(
	    result(&world, &mail, 0, DELIST_MAIL_FAILED, NOW + 1), 0);
	assert_int_equal(state_of(&world, &mail), DELIST_REQUEST_MAIL_FAILED);
	world_close(&world);
}

static void
two_failures_suppress(void **state)
{
	struct world world;

	(void)state;
	world_start(&world);
	world.outcome = DELIST_MAIL_FAILED;
	world_ask(&world, "ann@example.org", "192.0.2.1", NOW);
	world_reopen(&world);
	world_ask(&world, "ann+1@example.org", "192.0.2.2", NOW + 29 * DAY);
	assert_int_equal(state_of(&world, world_mail(&world, 0)),
	    DELIST_REQUEST_MAIL_FAILED);
	world.outcome = DELIST_MAIL_ACCEPTED;
	world_reopen(&world);
	/* 180 d from the second on. */
	assert_int_equal(
	    world_block(&world, "192.0.2.0/24", NOW + 208 * DAY), 0);
	world_tick(&world, NOW + 208 * DAY);
	assert_int_equal(world_submit(&world, NULL, "ann@example.org",
			     "192.0.2.3", NOW + 209 * DAY - 1),
	    0);
	assert_int_equal(world.mails_n, 2);
	assert_int_equal(world_submit(&world, NULL, "ann@example.org",
			     "192.0.2.4", NOW + 209 * DAY),
	    0);
	assert_int_equal(world.mails_n, 3);
	world_close(&world);
}

static void
failures_far_apart_do_not(void **state)
{
	struct world world;

	(void)state;
	world_start(&world);
	world.outcome = DELIST_MAIL_FAILED;
	world_ask(&world, "ann@example.org", "192.0.2.1", NOW);
	world_ask(&world, "ann@example.org", "192.0.2.2", NOW + 33 * DAY);
	world_ask(&world, "ann@example.org", "192.0.2.3", NOW + 66 * DAY);
	world_close(&world);
}

/* ---- the outbox ---- */

static void
what_is_not_known_to_be_out_goes_out_again(void **state)
{
	struct world world;
	struct kept_mail mail;

	(void)state;
	world_start(&world);
	world.outcome = DELIST_MAIL_LATER;
	mail = *world_ask(&world, "ann@example.org", "192.0.2.1", NOW);
	world.outcome = DELIST_MAIL_ACCEPTED;
	world_reopen(&world);
	assert_int_equal(world.mails_n, 1);
	assert_true(delist_service_next_due(world.service) <= NOW);
	/* Signed as before, also where another key is active by now. */
	world.config.keyring.count = 2;
	world.config.keyring.active = 1;
	world.config.keyring.keys[1] = world.config.keyring.keys[0];
	world.config.keyring.keys[1].kid = 8;
	world.config.keyring.keys[1].bytes[0] = 99;
	world_reopen(&world);
	world_tick(&world, NOW + 100);
	assert_int_equal(world.mails_n, 2);
	assert_int_equal(world_mail(&world, 0)->message_len, mail.message_len);
	assert_memory_equal(
	    world_mail(&world, 0)->message, mail.message, mail.message_len);
	assert_string_equal(world_mail(&world, 0)->from, mail.from);
	assert_int_equal(state_of(&world, &mail), DELIST_REQUEST_MAIL_SENT);
	/* And once it is out, it is. */
	world_reopen(&world);
	world_tick(&world, NOW + 200);
	assert_int_equal(world.mails_n, 2);
	world_close(&world);
}

static void
what_is_over_or_muted_does_not(void **state)
{
	struct world world;
	struct kept_mail mail;

	(void)state;
	world_start(&world);
	world.outcome = DELIST_MAIL_LATER;
	mail = *world_ask(&world, "ann@example.org", "192.0.2.1", NOW);
	world.config.policy.mails_all.max = 0;
	world_reopen(&world);
	assert_int_equal(world_block(&world, "192.0.2.2", NOW), 0);
	assert_int_equal(
	    world_submit(&world, NULL, "bob@example.net", "192.0.2.2", NOW), 0);
	world_reopen(&world);
	world_tick(&world, NOW + DAY);
	assert_int_equal(world.mails_n, 1);
	assert_int_equal(state_of(&world, &mail), DELIST_REQUEST_EXPIRED);
	world_close(&world);
}

/* Its key was dropped, or verifies no more: the link must work. */
static void
a_mail_that_waited_has_a_good_link(void **state)
{
	(void)state;
	for (int dropped = 0; dropped < 2; dropped++) {
		struct delist_keyring *ring;
		struct kept_mail mail;
		struct world world;

		world_start(&world);
		world.outcome = DELIST_MAIL_LATER;
		mail = *world_ask(&world, "ann@example.org", "192.0.2.1", NOW);
		world.outcome = DELIST_MAIL_ACCEPTED;
		ring = &world.config.keyring;
		ring->keys[1] = ring->keys[0];
		ring->keys[1].kid = 8;
		ring->keys[1].bytes[0] ^= 1;
		ring->keys[0].retired_s = NOW + 10;
		ring->count = 2;
		ring->active = 1;
		if (dropped) {
			ring->keys[0] = ring->keys[1];
			ring->count = 1;
			ring->active = 0;
		}
		world_reopen(&world);
		world_tick(&world, NOW + 10);
		assert_int_equal(world.mails_n, 2);
		assert_int_equal(world_redeem(&world, mail.confirm, NOW + 11),
		    DELIST_ETOKEN);
		assert_int_equal(world_redeem(&world,
				     world_mail(&world, 0)->confirm, NOW + 11),
		    0);
		world_close(&world);
	}
}

/* No letter has a date before the year 0: no try is used up, and nothing said. */
static void
what_cannot_be_composed_waits(void **state)
{
	struct world world;
	int64_t now_s = -(INT64_C(1) << 46); /* before the year 0 */

	(void)state;
	world_start(&world);
	assert_int_equal(world_block(&world, "192.0.2.0/24", now_s), 0);
	assert_int_equal(
	    world_submit(&world, NULL, "ann@example.org", "192.0.2.1", now_s),
	    0);
	for (int i = 0; i < 20; i++) {
		world_tick(&world, now_s + i * HOUR);
		assert_in_range(
		    delist_service_next_due(world.service) - (now_s + i * HOUR),
		    1, 60);
	}
	assert_int_equal(world_rows(&world, 'O'), 1);
	world_tick(&world, now_s + DAY);
	assert_int_equal(world_rows(&world, 'O'), 0);
	assert_int_equal(world.mails_n, 0);
	/* The failures of a mailbox would suppress it: there was none. */
	assert_int_equal(world_block(&world, "192.0.2.0/24", NOW), 0);
	assert_int_equal(
	    world_submit(&world, NULL, "ann@example.org", "192.0.2.1", NOW), 0);
	assert_int_equal(world.mails_n, 1);
	world_close(&world);
}

/* ---- what the store did not take ---- */

static const struct {
	const char *name;
	int outcome, want;
} lost_rows[] = {
    {"accepted", DELIST_MAIL_ACCEPTED, DELIST_REQUEST_MAIL_SENT},
    {"delayed", DELIST_MAIL_DELAYED, DELIST_REQUEST_MAIL_PENDING},
    {"failed", DELIST_MAIL_FAILED, DELIST_REQUEST_MAIL_FAILED},
};

/* The store fails from the mail on. */
static int
fail_store(void *arg, const struct delist_mail *mail)
{
	struct world *world = arg;

	(void)mail;
	world->mails_n++;
	world->store_error = DELIST_EIO;
	world->store_fail_at = world->store_calls + 1;
	world->store_from_then_on = true;
	return world->outcome;
}

static void
an_outcome_is_kept_for_the_store(void **state)
{
	static const struct delist_mail_ops ops = {sizeof ops, fail_store};
	const struct {
		const char *name;
		int outcome, want;
	} *row = *state;
	struct world world;
	struct delist_submit_answer answer;
	struct delist_token token;
	struct delist_request request;
	bool more;

	world_init(&world, NULL);
	world.outcome = row->outcome;
	world.config.mailer.ops = &ops;
	world_open(&world);
	assert_int_equal(world_block(&world, "192.0.2.1", NOW), 0);
	world_tick(&world, NOW);
	assert_int_equal(
	    world_submit(&world, &answer, "ann@example.org", "192.0.2.1", NOW),
	    0);
	delist_token_parse(&token, answer.status, 46);
	assert_int_equal(
	    world_request(&world, token.id).state, DELIST_REQUEST_MAIL_PENDING);
	assert_true(delist_service_next_due(world.service) == NOW + 60);
	assert_int_equal(
	    delist_service_tick(world.service, &more, 5, NOW + 60), DELIST_EIO);
	assert_true(delist_service_next_due(world.service) <= NOW + 60);
	world.store_fail_at = 0;
	world_tick(&world, NOW + HOUR);
	request = world_request(&world, token.id);
	/* Once, unless it was tried again since, which is due by now. */
	if (row->outcome == DELIST_MAIL_DELAYED) {
		assert_int_equal(world.mails_n, 2);
		assert_int_equal(request.tries, 1);
		world.store_fail_at = 0;
		world_tick(&world, NOW + 2 * HOUR);
	} else {
		assert_int_equal(world.mails_n, 1);
	}
	assert_int_equal(request.state, row->want);
	/* It is as old as it is, not as the store's knowledge of it. */
	if (row->outcome == DELIST_MAIL_ACCEPTED) {
		assert_true(request.mail_sent_s == NOW);
		assert_true(request.expires_s == NOW + DAY);
	}
	world_close(&world);
}

/* The holder was faster than the store. */
static void
an_outcome_that_came_too_late_is_dropped(void **state)
{
	static const struct delist_mail_ops ops = {sizeof ops, fail_store};
	struct world world;
	struct delist_submit_answer answer;
	struct delist_grant grant = {.generation = 1};
	struct delist_token token;
	char text[47];

	(void)state;
	world_init(&world, NULL);
	world.config.mailer.ops = &ops;
	world_open(&world);
	assert_int_equal(world_block(&world, "192.0.2.1", NOW), 0);
	assert_int_equal(
	    world_submit(&world, &answer, "ann@example.org", "192.0.2.1", NOW),
	    0);
	world.store_fail_at = 0;
	delist_token_parse(&token, answer.status, 46);
	memcpy(grant.id, token.id, 16);
	grant.addr = world_addr("192.0.2.1");
	delist_mailbox_parse(&grant.mailbox, "ann@example.org", 15);
	assert_int_equal(delist_token_make(&token, &world.config.keyring, 7,
			     DELIST_PURPOSE_CONFIRM, &grant),
	    0);
	delist_token_format(text, &token);
	assert_int_equal(world_redeem(&world, text, NOW + 10), 0);
	world_tick(&world, NOW + HOUR);
	assert_int_equal(
	    world_request(&world, grant.id).state, DELIST_REQUEST_EFFECTIVE);
	assert_int_equal(world.mails_n, 1);
	world_close(&world);
}

static void
end_by_another_service(struct world *world, const uint8_t id[16], bool purge)
{
	struct delist_request request = world_request(world, id);
	struct delist_record_key key;
	struct delist_record value;
	struct delist_store_change change = {.kind = DELIST_STORE_DELETE};

	request.state = DELIST_REQUEST_EXPIRED;
	request.purge_s = NOW + 90 * DAY;
	delist_record_request_key(&key, id);
	assert_int_equal(delist_record_write_request(&value, &request), 0);
	if (!purge)
		change.kind = DELIST_STORE_PUT;
	change.key = delist_record_key_text(&key);
	change.value = delist_record_text(&value);
	assert_int_equal(world->inner.ops->commit(world->inner.arg, &change, 1,
			     (const uint8_t *)"0123456789abcdef"),
	    0);
}

/* Another service on the store ended, or forgot, the request meanwhile. */
static void
an_outcome_without_its_request_is_dropped(void **state)
{
	static const struct delist_mail_ops ops = {sizeof ops, fail_store};

	(void)state;
	for (int purge = 0; purge < 2; purge++) {
		struct world world;
		struct delist_submit_answer answer;
		struct delist_token token;

		world_init(&world, NULL);
		world.config.mailer.ops = &ops;
		world_open(&world);
		assert_int_equal(world_block(&world, "192.0.2.1", NOW), 0);
		assert_int_equal(world_submit(&world, &answer,
				     "ann@example.org", "192.0.2.1", NOW),
		    0);
		world.store_fail_at = 0;
		delist_token_parse(&token, answer.status, 46);
		end_by_another_service(&world, token.id, purge);
		world_tick(&world, NOW + HOUR);
		assert_int_equal(world_rows(&world, 'R'), purge ? 0 : 1);
		world_tick(&world, NOW + 90 * DAY);
		assert_int_equal(world_rows(&world, 'R'), 0);
		assert_int_equal(world.mails_n, 1);
		world_close(&world);
	}
}

int
main(void)
{
	TEST(a_delayed_mail_is_tried_five_times);
	TEST(a_delayed_mail_that_is_accepted_lives_from_then);
	TEST(a_mailer_may_tell_later);
	TEST(a_bounce_of_an_older_mail_is_nothing);
	TEST(a_bounce_after_the_removal_is_nothing);
	TEST(a_forged_bounce_is_refused);
	TEST(a_bounce_may_be_signed_with_the_key_before);
	TEST(two_failures_suppress);
	TEST(failures_far_apart_do_not);
	TEST(what_is_not_known_to_be_out_goes_out_again);
	TEST(what_is_over_or_muted_does_not);
	TEST(a_mail_that_waited_has_a_good_link);
	TEST(what_cannot_be_composed_waits);
	ROWS(an_outcome_is_kept_for_the_store, lost_rows);
	TEST(an_outcome_that_came_too_late_is_dropped);
	TEST(an_outcome_without_its_request_is_dropped);
	return support_run("service_mail");
}
