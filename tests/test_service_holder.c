/* SPDX-License-Identifier: ISC */
/*
 * What the holder of a token sees and does.
 */
#include "service_world.h"

#include <stdio.h>

#define CONFIRM DELIST_PURPOSE_CONFIRM
#define CANCEL DELIST_PURPOSE_CANCEL
#define STATUS DELIST_PURPOSE_STATUS

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

/* A world with one request, whose mail is out. */
static struct kept_mail
ask(struct world *world, const char *prefix, const char *addr)
{
	world_start(world);
	assert_int_equal(block_code(world, prefix, 0, NOW), 0);
	assert_int_equal(
	    world_submit(world, NULL, "ann@example.org", addr, NOW), 0);
	return *world_mail(world, 0);
}

/* ---- redeem: what is lifted ---- */

static const struct {
	const char *name;
	const char *prefixes[4];
	const char *addr, *exception; /* NULL: none is made */
	const char *still;	      /* blocked afterwards, or NULL */
} lift_rows[] = {
    {"the address alone", {"192.0.2.1"}, "192.0.2.1", NULL, NULL},
    {"a range", {"192.0.2.0/24"}, "192.0.2.1", "192.0.2.1/32", "192.0.2.2"},
    {"the address over a range", {"192.0.2.0/24", "192.0.2.1"}, "192.0.2.1",
	"192.0.2.1/32", "192.0.2.2"},
    {"the address over two ranges",
	{"192.0.0.0/16", "192.0.2.0/24", "192.0.2.1"}, "192.0.2.1",
	"192.0.2.1/32", "192.0.1.1"},
    {"range in a range", {"192.0.0.0/16", "192.0.2.0/24"}, "192.0.2.1",
	"192.0.2.1/32", "192.0.2.2"},
    {"IPv6 address alone", {"2001:db8::1"}, "2001:db8::1", NULL, NULL},
    {"IPv6 /64", {"2001:db8::/64"}, "2001:db8::1", NULL, NULL},
    {"IPv6 /63", {"2001:db8::/63"}, "2001:db8::1", "2001:db8::/64",
	"2001:db8:0:1::1"},
    {"IPv6 address over its /64", {"2001:db8::/64", "2001:db8::1"},
	"2001:db8::1", "2001:db8::/64", NULL},
    {"IPv6 address over its /96", {"2001:db8::/96", "2001:db8::1"},
	"2001:db8::1", "2001:db8::/96", NULL},
    {"IPv6 address over /120, /96 and /48",
	{"2001:db8::/48", "2001:db8::/96", "2001:db8::/120", "2001:db8::1"},
	"2001:db8::1", "2001:db8::/120", "2001:db8::100"},
};

static void
lifts(void **state)
{
	const struct {
		const char *name;
		const char *prefixes[4];
		const char *addr, *exception, *still;
	} *row = *state;
	struct world world;
	struct delist_prefix wanted;
	struct delist_listing listing;
	bool found = false;

	world_start(&world);
	for (size_t i = 0; i < 4 && row->prefixes[i] != NULL; i++)
		assert_int_equal(
		    block_code(&world, row->prefixes[i], 0, NOW), 0);
	assert_true(world_refuses(&world, row->addr, NOW));
	assert_int_equal(
	    world_submit(&world, NULL, "ann@example.org", row->addr, NOW), 0);
	assert_int_equal(
	    world_redeem(&world, world_mail(&world, 0)->confirm, NOW), 0);
	for (int again = 0; again < 2; again++) {
		assert_false(world_refuses(&world, row->addr, NOW));
		assert_false(
		    world_refuses(&world, row->addr, NOW + 30 * DAY - 1));
		if (row->still != NULL)
			assert_true(world_refuses(&world, row->still, NOW));
		world_reopen(&world);
	}
	assert_int_equal(
	    world_state(&world, CONFIRM, world_mail(&world, 0)->confirm, NOW),
	    DELIST_REQUEST_EFFECTIVE);
	if (row->exception != NULL) {
		wanted = world_prefix(row->exception);
		assert_int_equal(
		    delist_service_listing(world.service, &found, &listing,
			DELIST_LISTING_EXCEPTION, &wanted),
		    0);
		assert_true(found);
		assert_memory_equal(
		    listing.request_id, world_mail(&world, 0)->id, 16);
	}
	world_close(&world);
}

/* ---- redeem: what is refused ---- */

static void
nothing(struct world *world)
{
	(void)world;
}

static void
allow(struct world *world)
{
	struct delist_prefix prefix = world_prefix("192.0.2.1");
	struct delist_grounds grounds = {
	    .size = sizeof grounds,
	    .source = {"us", 2},
	    .reason = {"ours", 4},
	};

	assert_int_equal(
	    delist_service_allow(world->service, &prefix, &grounds, NOW), 0);
}

static void
unlist(struct world *world)
{
	struct delist_prefix prefix = world_prefix("192.0.2.1");
	bool removed;

	assert_int_equal(delist_service_unlist(world->service, &removed,
			     DELIST_LISTING_BLOCK, &prefix, NOW),
	    0);
}

static void
worsen(struct world *world)
{
	assert_int_equal(block_code(world, "192.0.2.1", 511, NOW + 1), 0);
}

static void
range_of_511(struct world *world)
{
	assert_int_equal(block_code(world, "192.0.2.0/24", 511, NOW + 1), 0);
}

static void
no_relation(struct world *world)
{
	world->relation = false;
}

static void
cancelled(struct world *world)
{
	assert_int_equal(
	    world_cancel(world, world_mail(world, 0)->cancel, NOW), 0);
}

static void
bounced(struct world *world)
{
	struct kept_mail *mail = world_mail(world, 0);

	assert_int_equal(delist_service_mail_result(world->service, mail->from,
			     strlen(mail->from), 0, DELIST_MAIL_FAILED, NOW),
	    0);
}

static void
removed_before(struct world *world)
{
	struct kept_mail mail = *world_mail(world, 0);

	assert_int_equal(
	    world_submit(world, NULL, "bob@example.net", "192.0.2.1", NOW), 0);
	assert_int_equal(
	    world_redeem(world, world_mail(world, 0)->confirm, NOW), 0);
	assert_int_equal(block_code(world, "192.0.2.1", 0, NOW + 1), 0);
	*world_mail(world, 0) = mail;
}

static void
used_up(struct world *world)
{
	world->config.policy.self_delists.max = 1;
	world_reopen(world);
	removed_before(world);
}

static const struct {
	const char *name;
	void (*before)(struct world *world);
	int64_t after_s;
	int result;
} redeem_rows[] = {
    {"at once", nothing, 0, 0},
    {"one second before its end", nothing, DAY - 1, 0},
    {"at its end", nothing, DAY, DELIST_EEXPIRED},
    {"allowed meanwhile", allow, 2, DELIST_ESTATE},
    {"not listed any more", unlist, 2, DELIST_ESTATE},
    {"for investigation now", worsen, 2, DELIST_ESTATE},
    {"a range for investigation", range_of_511, 2, DELIST_ESTATE},
    {"the host says no", no_relation, 2, DELIST_ESTATE},
    {"cancelled", cancelled, 2, DELIST_EEXPIRED},
    {"bounced", bounced, 2, DELIST_EEXPIRED},
    {"one second before the end of the cool-down", removed_before, DAY - 1,
	DELIST_EAGAIN},
    {"used up", used_up, 2, DELIST_ESTATE},
};

static void
redeems_or_not(void **state)
{
	const struct {
		const char *name;
		void (*before)(struct world *world);
		int64_t after_s;
		int result;
	} *row = *state;
	struct world world;
	struct kept_mail mail = ask(&world, "192.0.2.1", "192.0.2.1");
	struct delist_view view, before;
	uint64_t rows;
	bool blocked;
	int64_t now_s = NOW + row->after_s;

	row->before(&world);
	blocked = world_refuses(&world, "192.0.2.1", now_s);
	rows = world_fingerprint(&world);

	/* What a look says is what happens; and a look changes nothing. */
	assert_int_equal(
	    world_inspect(&world, &view, CONFIRM, mail.confirm, now_s), 0);
	assert_int_equal(view.redeemable, row->result);
	assert_true((view.until_s != 0) == (row->result == DELIST_EAGAIN));
	assert_true(world_fingerprint(&world) == rows);

	memset(&view, 0x5a, sizeof view);
	before = view;
	assert_int_equal(delist_service_redeem(
			     world.service, &view, mail.confirm, 46, now_s),
	    row->result);
	assert_int_equal(world_fingerprint(&world) == rows, row->result != 0);
	assert_int_equal(world_refuses(&world, "192.0.2.1", now_s),
	    row->result != 0 && blocked);
	if (row->result != 0)
		assert_memory_equal(&view, &before, sizeof view);
	else
		assert_int_equal(view.state, DELIST_REQUEST_EFFECTIVE);
	world_close(&world);
}

/* After removal n, no other for 24 h x 2^(n-1). */
static void
the_cooldown_doubles(void **state)
{
	struct world world;
	int64_t now_s = NOW, wait_s = DAY;

	(void)state;
	world_init(&world, NULL);
	world.config.policy.self_delists.max = 100;
	world.config.policy.strikes = (struct delist_limit_rule){8, DAY};
	world_open(&world);
	for (int n = 1; n <= 7; n++) {
		struct kept_mail *mail;
		struct delist_view view;

		assert_int_equal(block_code(&world, "192.0.2.1", 0, now_s), 0);
		assert_int_equal(world_submit(&world, NULL, "ann@example.org",
				     "192.0.2.1", now_s),
		    0);
		mail = world_mail(&world, 0);
		if (n > 1) {
			assert_int_equal(
			    world_redeem(&world, mail->confirm, now_s),
			    DELIST_EAGAIN);
			assert_int_equal(world_inspect(&world, &view, CONFIRM,
					     mail->confirm, now_s),
			    0);
			assert_true(view.until_s == now_s + 1);
			now_s++;
		}
		world_reopen(&world);
		assert_int_equal(world_redeem(&world, mail->confirm, now_s), 0);
		/* Next time, in the last second of it. */
		if (wait_s > 30 * DAY)
			wait_s = 30 * DAY;
		now_s += wait_s - 1;
		wait_s *= 2;
	}
	world_close(&world);
}

static void
redeem_may_be_repeated(void **state)
{
	struct world world;
	struct kept_mail mail = ask(&world, "192.0.2.1", "192.0.2.1");
	struct delist_view first, again;
	uint64_t rows;

	(void)state;
	assert_int_equal(delist_service_redeem(
			     world.service, &first, mail.confirm, 46, NOW + 5),
	    0);
	assert_false(first.already);
	assert_true(first.applied_s == NOW + 5 && first.effective_s == NOW + 5);
	rows = world_fingerprint(&world);
	for (int64_t i = 0; i < 80; i++) {
		assert_int_equal(delist_service_redeem(world.service, &again,
				     mail.confirm, 46, NOW + i * DAY),
		    0);
		assert_true(again.already);
		assert_int_equal(again.state, first.state);
		assert_true(again.applied_s == first.applied_s);
		world_reopen(&world);
	}
	/* It can't be undone by whoever has the mail. */
	assert_int_equal(
	    world_cancel(&world, mail.cancel, NOW + 6), DELIST_ESTATE);
	assert_true(world_fingerprint(&world) == rows);
	/* A new block is not lifted by the old token. */
	assert_int_equal(block_code(&world, "192.0.2.1", 0, NOW + 10), 0);
	assert_int_equal(delist_service_redeem(
			     world.service, &again, mail.confirm, 46, NOW + 11),
	    0);
	assert_true(again.already);
	assert_int_equal(again.state, DELIST_REQUEST_RELISTED);
	assert_true(world_refuses(&world, "192.0.2.1", NOW + 11));
	world_close(&world);
}

/* ---- tokens ---- */

static void
a_token_serves_one_purpose(void **state)
{
	struct world world;
	struct kept_mail mail = ask(&world, "192.0.2.1", "192.0.2.1");
	const char *tokens[] = {mail.confirm, mail.cancel, mail.status};
	struct delist_view view;
	uint64_t rows = world_fingerprint(&world);

	(void)state;
	for (int i = 0; i < 3; i++) {
		for (int purpose = 1; purpose <= 3; purpose++)
			assert_int_equal(world_inspect(&world, &view, purpose,
					     tokens[i], NOW),
			    purpose == i + 1 ? 0 : DELIST_ETOKEN);
		if (i != 0)
			assert_int_equal(world_redeem(&world, tokens[i], NOW),
			    DELIST_ETOKEN);
		if (i != 1)
			assert_int_equal(world_cancel(&world, tokens[i], NOW),
			    DELIST_ETOKEN);
		if (i != 2)
			assert_int_equal(
			    world_resend(&world, tokens[i], NOW + HOUR),
			    DELIST_ETOKEN);
	}
	for (int purpose = 0; purpose <= 4; purpose += 4)
		assert_int_equal(
		    world_inspect(&world, &view, purpose, mail.confirm, NOW),
		    DELIST_EINVAL);
	assert_true(world_fingerprint(&world) == rows);
	assert_int_equal(world.mails_n, 1);
	world_close(&world);
}

static int
refused_as(int result)
{
	return result == DELIST_ETOKEN || result == DELIST_ESYNTAX;
}

static void
every_bit_of_a_token_counts(void **state)
{
	struct world world;
	struct kept_mail mail = ask(&world, "192.0.2.1", "192.0.2.1");
	uint64_t rows = world_fingerprint(&world);
	struct delist_view view;
	size_t tried = 0;

	(void)state;
	for (size_t i = 0; i < 46; i++) {
		for (int bit = 1; bit < 256; bit *= 2) {
			char confirm[47], cancel[47], status[47];

			strcpy(confirm, mail.confirm);
			strcpy(cancel, mail.cancel);
			strcpy(status, mail.status);
			confirm[i] = (char)(confirm[i] ^ bit);
			cancel[i] = (char)(cancel[i] ^ bit);
			status[i] = (char)(status[i] ^ bit);
			assert_true(refused_as(delist_service_redeem(
			    world.service, &view, confirm, 46, NOW)));
			assert_true(refused_as(delist_service_cancel(
			    world.service, &view, cancel, 46, NOW)));
			assert_true(refused_as(delist_service_inspect(
			    world.service, &view, STATUS, status, 46, NOW)));
			assert_true(refused_as(delist_service_inspect(
			    world.service, &view, CONFIRM, confirm, 46, NOW)));
			tried++;
		}
	}
	for (size_t len = 0; len < 46; len++)
		assert_int_equal(
		    delist_service_redeem(world.service, &view,
			support_guarded(mail.confirm, len), len, NOW),
		    DELIST_ESYNTAX);
	assert_int_equal(tried, 46 * 8);
	assert_true(world_fingerprint(&world) == rows);
	assert_true(world_refuses(&world, "192.0.2.1", NOW));
	assert_int_equal(world_redeem(&world, mail.confirm, NOW), 0);
	world_close(&world);
}

/* The right shape, the right key number, and no request. */
static void
a_forged_token_is_refused(void **state)
{
	struct world world;
	struct delist_token token = {.kid = 7};
	struct delist_view view;
	char text[47];

	(void)state;
	ask(&world, "192.0.2.1", "192.0.2.1");
	for (int i = 0; i < 2; i++) {
		if (i == 1)
			memcpy(token.id, world_mail(&world, 0)->id, 16);
		delist_token_format(text, &token);
		for (int purpose = 1; purpose <= 3; purpose++)
			assert_int_equal(
			    world_inspect(&world, &view, purpose, text, NOW),
			    DELIST_ETOKEN);
		assert_int_equal(
		    world_redeem(&world, text, NOW), DELIST_ETOKEN);
		assert_int_equal(
		    world_cancel(&world, text, NOW), DELIST_ETOKEN);
		assert_int_equal(
		    world_resend(&world, text, NOW), DELIST_ETOKEN);
	}
	world_close(&world);
}

/* The older mail's token is good until the newer mail is accepted. */
static void
an_older_token_gives_way(void **state)
{
	struct delist_view view;

	(void)state;
	for (int accepted = 0; accepted < 2; accepted++) {
		struct world world;
		struct kept_mail old = ask(&world, "192.0.2.1", "192.0.2.1");
		struct kept_mail *new;

		world.outcome =
		    accepted ? DELIST_MAIL_ACCEPTED : DELIST_MAIL_DELAYED;
		assert_int_equal(
		    world_resend(&world, old.status, NOW + HOUR), 0);
		new = world_mail(&world, 0);
		assert_int_equal(new->generation, 2);
		assert_int_equal(world_inspect(&world, &view, CONFIRM,
				     old.confirm, NOW + HOUR),
		    accepted ? DELIST_ETOKEN : 0);
		assert_int_equal(world_redeem(&world, old.confirm, NOW + DAY),
		    accepted ? DELIST_ETOKEN : DELIST_EEXPIRED);
		/* Whoever has the newer one got it, whatever was said. */
		assert_int_equal(
		    world_redeem(&world, new->confirm, NOW + DAY), 0);
		world_close(&world);
	}
}

static void
a_retired_key_serves_to_its_end(void **state)
{
	struct world world;
	struct kept_mail old = ask(&world, "192.0.2.1", "192.0.2.1");
	struct delist_keyring *ring = &world.config.keyring;
	struct delist_view view;

	(void)state;
	ring->count = 2;
	ring->active = 1;
	ring->keys[1] = ring->keys[0];
	ring->keys[1].kid = 8;
	ring->keys[1].bytes[0] = 99;
	ring->keys[0].retired_s = NOW + HOUR;
	world_reopen(&world);
	for (int i = 0; i < 2; i++) {
		int64_t now_s = NOW + HOUR - 1 + i;
		int want = i == 0 ? 0 : DELIST_ETOKEN;

		assert_int_equal(
		    world_inspect(&world, &view, CONFIRM, old.confirm, now_s),
		    want);
		assert_int_equal(
		    world_inspect(&world, &view, CANCEL, old.cancel, now_s),
		    want);
		assert_int_equal(
		    world_inspect(&world, &view, STATUS, old.status, now_s),
		    want);
	}
	/* What is mailed now is signed with the other one. */
	assert_int_equal(world_resend(&world, old.status, NOW + HOUR - 1), 0);
	assert_int_equal(
	    world_redeem(&world, old.confirm, NOW + HOUR), DELIST_ETOKEN);
	assert_int_equal(
	    world_redeem(&world, world_mail(&world, 0)->confirm, NOW + HOUR),
	    0);
	world_close(&world);
}

/* Of an edited row, no token is right. */
static void
a_token_is_for_one_address(void **state)
{
	struct world world;
	struct kept_mail mail = ask(&world, "192.0.2.0/24", "192.0.2.1");
	struct delist_request request = world_request(&world, mail.id);
	struct delist_record_key key;
	struct delist_record value;
	struct delist_store_change change = {.kind = DELIST_STORE_PUT};

	(void)state;
	request.addr.bytes[3] = 2;
	delist_record_request_key(&key, mail.id);
	assert_int_equal(delist_record_write_request(&value, &request), 0);
	change.key = delist_record_key_text(&key);
	change.value = delist_record_text(&value);
	assert_int_equal(world.inner.ops->commit(world.inner.arg, &change, 1,
			     (const uint8_t *)"0123456789abcdef"),
	    0);
	assert_int_equal(
	    world_redeem(&world, mail.confirm, NOW), DELIST_ETOKEN);
	assert_true(world_refuses(&world, "192.0.2.2", NOW));
	world_close(&world);
}

/* The gap is there, of as many sources as one listing takes. */
static void
a_gap_of_four_sources_is_one(void **state)
{
	static const char *const sources[] = {"a", "b", "c", "d"};
	struct delist_prefix gap = world_prefix("2a01:db8::/64");
	struct delist_grounds grounds = {
	    .size = sizeof grounds,
	    .reason = {"customer", 8},
	};
	struct world world;

	(void)state;
	world_start(&world);
	assert_int_equal(world_block(&world, "2a01:db8::/48", NOW), 0);
	assert_int_equal(world_block(&world, "2a01:db8::1", NOW), 0);
	for (size_t i = 0; i < COUNT(sources); i++) {
		grounds.source = (struct delist_text){sources[i], 1};
		assert_int_equal(
		    delist_service_except(world.service, &gap, &grounds, NOW),
		    0);
	}
	assert_false(world_refuses(&world, "2a01:db8::2", NOW));
	assert_true(world_refuses(&world, "2a01:db8::1", NOW));
	assert_int_equal(
	    world_submit(&world, NULL, "ann@example.org", "2a01:db8::1", NOW),
	    0);
	assert_int_equal(
	    world_redeem(&world, world_mail(&world, 0)->confirm, NOW + 1), 0);
	assert_false(world_refuses(&world, "2a01:db8::1", NOW + 1));
	world_close(&world);
}

int
main(void)
{
	ROWS(lifts, lift_rows);
	ROWS(redeems_or_not, redeem_rows);
	TEST(the_cooldown_doubles);
	TEST(redeem_may_be_repeated);
	TEST(a_token_serves_one_purpose);
	TEST(every_bit_of_a_token_counts);
	TEST(a_forged_token_is_refused);
	TEST(an_older_token_gives_way);
	TEST(a_retired_key_serves_to_its_end);
	TEST(a_token_is_for_one_address);
	TEST(a_gap_of_four_sources_is_one);
	return support_run("service_holder");
}
