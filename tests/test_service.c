/* SPDX-License-Identifier: ISC */
#include "service_world.h"

/* ---- the story ---- */

static void
from_block_to_flow(void **state)
{
	struct world world;
	struct delist_submit_answer answer;
	struct delist_view view;
	struct kept_mail *mail;
	uint64_t before;

	(void)state;
	world_init(&world, NULL);
	world_open(&world);
	assert_false(world_refuses(&world, "192.0.2.1", NOW));
	assert_int_equal(world_block(&world, "192.0.2.1/32", NOW), 0);
	assert_true(world_refuses(&world, "192.0.2.1", NOW));
	assert_false(world_refuses(&world, "192.0.2.2", NOW));

	assert_int_equal(world_submit(&world, &answer, "ann@example.org",
			     "192.0.2.1", NOW + 10),
	    0);
	assert_int_equal(answer.result, DELIST_SUBMIT_WAITING);
	assert_int_equal(answer.code, 606);
	assert_int_equal(world.mails_n, 1);
	mail = world_mail(&world, 0);
	assert_string_equal(mail->to, "ann@example.org");
	assert_string_equal(mail->status, answer.status);

	before = world_fingerprint(&world);
	assert_int_equal(
	    delist_service_inspect(world.service, &view, DELIST_PURPOSE_CONFIRM,
		mail->confirm, 46, NOW + 20),
	    0);
	assert_int_equal(view.state, DELIST_REQUEST_MAIL_SENT);
	assert_int_equal(view.redeemable, DELIST_OK);
	assert_true(world_fingerprint(&world) == before);
	assert_true(world_refuses(&world, "192.0.2.1", NOW + 20));

	assert_int_equal(delist_service_redeem(
			     world.service, &view, mail->confirm, 46, NOW + 30),
	    0);
	assert_int_equal(view.state, DELIST_REQUEST_EFFECTIVE);
	assert_false(view.already);
	assert_false(world_refuses(&world, "192.0.2.1", NOW + 30));
	before = world_fingerprint(&world);
	assert_int_equal(delist_service_redeem(
			     world.service, &view, mail->confirm, 46, NOW + 40),
	    0);
	assert_true(view.already);
	assert_true(world_fingerprint(&world) == before);

	world_reopen(&world);
	assert_false(world_refuses(&world, "192.0.2.1", NOW + 50));
	world_tick(&world, NOW + 400 * (int64_t)DAY);
	assert_int_equal(delist_memstore_count(world.memstore), 1);
	assert_true(delist_service_next_due(world.service) == INT64_MAX);
	world_close(&world);
}

int
main(void)
{
	TEST(from_block_to_flow);
	return support_run("service");
}
