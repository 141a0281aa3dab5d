/* SPDX-License-Identifier: ISC */
/*
 * What a token shows in each state of its request, and what cancel and
 * resend do.
 */
#include "service_world.h"

#define CONFIRM DELIST_PURPOSE_CONFIRM
#define CANCEL DELIST_PURPOSE_CANCEL
#define STATUS DELIST_PURPOSE_STATUS

/* ---- views ---- */

static void
sent(struct world *world)
{
	(void)world;
}

static void
redeemed(struct world *world)
{
	assert_int_equal(
	    world_redeem(world, world_mail(world, 0)->confirm, NOW + 60), 0);
}

static void
relisted(struct world *world)
{
	redeemed(world);
	assert_int_equal(world_block(world, "192.0.2.1", NOW + 61), 0);
}

static void
cancelled(struct world *world)
{
	assert_int_equal(
	    world_cancel(world, world_mail(world, 0)->cancel, NOW + 60), 0);
}

static void
bounced(struct world *world)
{
	struct kept_mail *mail = world_mail(world, 0);

	assert_int_equal(
	    delist_service_mail_result(world->service, mail->from,
		strlen(mail->from), 0, DELIST_MAIL_FAILED, NOW + 60),
	    0);
}

static void
bounced_and_shown(struct world *world)
{
	bounced(world);
	world->config.policy.show_failed_mail = true;
	world_reopen(world);
}

static void
resent(struct world *world)
{
	world->outcome = DELIST_MAIL_DELAYED;
	assert_int_equal(
	    world_resend(world, world_mail(world, 0)->status, NOW + 300), 0);
}

static void
evicted(struct world *world)
{
	world->config.policy.pending_max = 1;
	world_reopen(world);
	assert_int_equal(world_block(world, "203.0.113.1", NOW), 0);
	assert_int_equal(world_submit(world, NULL, "bob@example.net",
			     "203.0.113.1", NOW + 60),
	    0);
}

static void
ticked(struct world *world)
{
	world_tick(world, NOW + DAY);
}

static void
purged(struct world *world)
{
	world_tick(world, NOW + DAY);
	world_tick(world, NOW + 91 * DAY);
}

struct view_row {
	const char *name;
	void (*before)(struct world *world);
	int64_t after_s;
	int inside, outside; /* 0: no such request; the token is not right */
};

static const struct view_row view_rows[] = {
    {"sent", sent, 1, DELIST_REQUEST_MAIL_SENT, DELIST_REQUEST_MAIL_PENDING},
    {"sent, one second before its end", sent, DAY - 1, DELIST_REQUEST_MAIL_SENT,
	DELIST_REQUEST_MAIL_PENDING},
    {"sent, at its end", sent, DAY, DELIST_REQUEST_MAIL_SENT,
	DELIST_REQUEST_MAIL_PENDING},
    {"asked again", resent, 400, DELIST_REQUEST_MAIL_PENDING,
	DELIST_REQUEST_MAIL_PENDING},
    {"bounced", bounced, 100, DELIST_REQUEST_MAIL_FAILED,
	DELIST_REQUEST_MAIL_PENDING},
    {"bounced, a day later", bounced, DAY, DELIST_REQUEST_MAIL_FAILED,
	DELIST_REQUEST_MAIL_PENDING},
    {"bounced, and the policy shows it", bounced_and_shown, 100,
	DELIST_REQUEST_MAIL_FAILED, DELIST_REQUEST_MAIL_FAILED},
    {"redeemed", redeemed, 100, DELIST_REQUEST_EFFECTIVE,
	DELIST_REQUEST_EFFECTIVE},
    {"redeemed, later", redeemed, 2 * DAY, DELIST_REQUEST_EFFECTIVE,
	DELIST_REQUEST_EFFECTIVE},
    {"relisted", relisted, 100, DELIST_REQUEST_RELISTED,
	DELIST_REQUEST_RELISTED},
    {"cancelled", cancelled, 100, DELIST_REQUEST_CANCELLED,
	DELIST_REQUEST_MAIL_PENDING},
    {"cancelled, a day later", cancelled, DAY, DELIST_REQUEST_CANCELLED,
	DELIST_REQUEST_MAIL_PENDING},
    {"evicted", evicted, 100, DELIST_REQUEST_EXPIRED,
	DELIST_REQUEST_MAIL_PENDING},
    {"evicted, a day later", evicted, DAY, DELIST_REQUEST_EXPIRED,
	DELIST_REQUEST_MAIL_PENDING},
    {"over, and tick was called", ticked, DAY, DELIST_REQUEST_EXPIRED,
	DELIST_REQUEST_MAIL_PENDING},
    {"forgotten", purged, 91 * DAY, 0, DELIST_REQUEST_MAIL_PENDING},
};

static void
views(void **state)
{
	const struct view_row *row = *state;
	struct delist_view view, before;
	struct kept_mail mail;
	struct world world;
	uint64_t rows;
	size_t commits;
	int64_t now_s = NOW + row->after_s;

	world_start(&world);
	mail = *world_ask(&world, "ann@example.org", "192.0.2.1", NOW);
	row->before(&world);
	rows = world_fingerprint(&world);
	commits = world.commits;
	for (int purpose = CONFIRM; purpose <= CANCEL; purpose++) {
		memset(&view, 0x5a, sizeof view);
		before = view;
		assert_int_equal(
		    world_inspect(&world, &view, purpose,
			purpose == CONFIRM ? mail.confirm : mail.cancel, now_s),
		    row->inside != 0 ? 0 : DELIST_ETOKEN);
		if (row->inside == 0) {
			assert_memory_equal(&view, &before, sizeof view);
			continue;
		}
		assert_int_equal(view.state, row->inside);
		assert_int_equal(view.mailbox.len, strlen("ann@example.org"));
		assert_int_equal(view.addr.family, DELIST_INET4);
		assert_int_equal(view.already, view.applied_s != 0);
	}
	memset(&view, 0x5a, sizeof view);
	assert_int_equal(
	    world_inspect(&world, &view, STATUS, mail.status, now_s), 0);
	assert_int_equal(view.state, row->outside);
	assert_int_equal(view.mailbox.len, 0);
	assert_int_equal(view.redeemable, DELIST_ESTATE);
	assert_int_equal(view.addr.family,
	    row->outside == DELIST_REQUEST_MAIL_PENDING ? DELIST_NOADDR
							: DELIST_INET4);
	assert_true(world_fingerprint(&world) == rows);
	assert_int_equal(world.commits, commits);
	world_close(&world);
}

/* A thousand looks by a scanner, and the button still works. */
static void
looks_change_nothing(void **state)
{
	struct delist_view view;
	struct kept_mail mail;
	struct world world;
	uint64_t rows;
	size_t commits;

	(void)state;
	world_start(&world);
	mail = *world_ask(&world, "ann@example.org", "192.0.2.1", NOW);
	rows = world_fingerprint(&world);
	commits = world.commits;
	for (int i = 0; i < 1000; i++) {
		assert_int_equal(world_inspect(&world, &view, CONFIRM,
				     mail.confirm, NOW + i),
		    0);
		assert_int_equal(
		    world_inspect(&world, &view, CANCEL, mail.cancel, NOW + i),
		    0);
		assert_int_equal(
		    world_inspect(&world, &view, STATUS, mail.status, NOW + i),
		    0);
	}
	assert_true(world_fingerprint(&world) == rows);
	assert_int_equal(world.commits, commits);
	assert_int_equal(world_redeem(&world, mail.confirm, NOW), 0);
	world_close(&world);
}

/* ---- cancel ---- */

static void
cancel_ends_it_and_stops_mail(void **state)
{
	struct delist_view view;
	struct kept_mail mail;
	struct world world;
	uint64_t rows;

	(void)state;
	world_start(&world);
	mail = *world_ask(&world, "ann@example.org", "192.0.2.1", NOW);
	assert_int_equal(delist_service_cancel(
			     world.service, &view, mail.cancel, 46, NOW + 1),
	    0);
	assert_false(view.already);
	assert_int_equal(view.state, DELIST_REQUEST_CANCELLED);
	rows = world_fingerprint(&world);
	assert_int_equal(delist_service_cancel(
			     world.service, &view, mail.cancel, 46, NOW + 2),
	    0);
	assert_true(view.already);
	assert_int_equal(
	    world_redeem(&world, mail.confirm, NOW + 2), DELIST_EEXPIRED);
	assert_true(world_fingerprint(&world) == rows);
	assert_true(world_refuses(&world, "192.0.2.1", NOW + 2));

	/* To the last second of half a year, in any spelling. */
	assert_int_equal(
	    world_block(&world, "192.0.2.0/24", NOW + 179 * DAY), 0);
	world_reopen(&world);
	world_tick(&world, NOW + 179 * DAY);
	assert_int_equal(world_submit(&world, NULL, "ANN+1@example.org",
			     "192.0.2.2", NOW + 180 * DAY),
	    0);
	assert_int_equal(world.mails_n, 1);
	assert_int_equal(world_submit(&world, NULL, "ann@example.org",
			     "192.0.2.3", NOW + 180 * DAY + 1),
	    0);
	assert_int_equal(world.mails_n, 2);
	world_close(&world);
}

/* ---- resend ---- */

static void
resend_keeps_its_distance(void **state)
{
	struct kept_mail mail;
	struct world world;

	(void)state;
	world_init(&world, NULL);
	world.config.policy.mails_mailbox.max = 100;
	world_open(&world);
	mail = *world_ask(&world, "ann@example.org", "192.0.2.1", NOW);
	for (int64_t i = 1; i <= 5; i++) {
		size_t want = i <= 3 ? 1 + (size_t)i : 4;

		assert_int_equal(
		    world_resend(&world, mail.status, NOW + i * 300 - 1), 0);
		assert_int_equal(world.mails_n, i <= 4 ? i : 4);
		assert_int_equal(
		    world_resend(&world, mail.status, NOW + i * 300), 0);
		assert_int_equal(world.mails_n, want);
		assert_int_equal(world_mail(&world, 0)->generation, want);
		assert_string_equal(world_mail(&world, 0)->status, mail.status);
		world_reopen(&world);
	}
	world_close(&world);
}

static void
suppress(struct world *world)
{
	struct kept_mail *mail;

	mail = world_ask(world, "ann@example.org", "203.0.113.1", NOW);
	assert_int_equal(world_cancel(world, mail->cancel, NOW), 0);
}

static void
use_up(struct world *world)
{
	world_ask(world, "ann@example.org", "203.0.113.1", NOW);
	world_ask(world, "ann@example.org", "203.0.113.2", NOW);
}

static void
take_off(struct world *world)
{
	struct delist_prefix prefix = world_prefix("192.0.2.1");
	bool removed;

	assert_int_equal(delist_service_unlist(world->service, &removed,
			     DELIST_LISTING_BLOCK, &prefix, NOW),
	    0);
	assert_true(removed);
}

static void
worsen(struct world *world)
{
	struct delist_prefix prefix = world_prefix("192.0.2.1");
	struct delist_grounds grounds = {
	    .size = sizeof grounds,
	    .source = {"trap", 4},
	    .reason = {"spam", 4},
	    .code = 511,
	};

	assert_int_equal(
	    delist_service_block(world->service, &prefix, &grounds, NOW), 0);
}

static void
pending(struct world *world)
{
	world->outcome = DELIST_MAIL_LATER;
	assert_int_equal(
	    world_resend(world, world_mail(world, 0)->status, NOW + 300), 0);
}

static const struct {
	const char *name;
	void (*before)(struct world *world);
} silent_rows[] = {
    {"suppressed", suppress},
    {"over its limit", use_up},
    {"not listed any more", take_off},
    {"for investigation now", worsen},
    {"its mail is not out yet", pending},
    {"redeemed", redeemed},
    {"cancelled", cancelled},
    {"bounced", bounced},
    {"forgotten", purged},
};

static void
resends_nothing(void **state)
{
	const struct {
		const char *name;
		void (*before)(struct world *world);
	} *row = *state;
	struct kept_mail mail;
	struct world world;
	uint64_t rows;
	size_t mails;

	world_start(&world);
	mail = *world_ask(&world, "ann@example.org", "192.0.2.1", NOW);
	row->before(&world);
	rows = world_fingerprint(&world);
	mails = world.mails_n;
	assert_int_equal(world_resend(&world, mail.status, NOW + HOUR), 0);
	assert_int_equal(world.mails_n, mails);
	assert_true(world_fingerprint(&world) == rows);
	world_close(&world);
}

int
main(void)
{
	ROWS(views, view_rows);
	TEST(looks_change_nothing);
	TEST(cancel_ends_it_and_stops_mail);
	TEST(resend_keeps_its_distance);
	ROWS(resends_nothing, silent_rows);
	return support_run("service_look");
}
