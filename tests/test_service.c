/* SPDX-License-Identifier: ISC */
/*
 * The service as a whole: one story from block to flow, and what it is
 * opened with.  Its parts have tests of their own: test_service_*.c.
 */
#include "service_world.h"

#include <stdlib.h>

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
	world_tick(&world, NOW + 800 * (int64_t)DAY);
	assert_int_equal(delist_memstore_count(world.memstore), 1);
	assert_true(delist_service_next_due(world.service) == INT64_MAX);
	world_close(&world);
}

/* ---- what it is opened with ---- */

static const struct delist_catalogue no_texts = {.size = sizeof no_texts};
static struct delist_catalogue own_texts, wide_texts, big_texts;
static const struct delist_catalogue *catalogues[3];
static char big_body[1200000];

static void
set_catalogues(struct delist_service_config *config,
    const struct delist_catalogue *a, const struct delist_catalogue *b)
{
	catalogues[0] = a;
	catalogues[1] = b;
	catalogues[2] = delist_catalogue_builtin(DELIST_ENGLISH);
	config->catalogues = catalogues;
	config->catalogue_count = 3;
}

static struct delist_store_ops half_store;
static struct delist_mail_ops half_mailer;

#define CHANGE(name, ...)                                 \
	static void name(struct delist_service_config *c) \
	{                                                 \
		__VA_ARGS__;                              \
	}

static char long_domain[256], long_url[1024];

/* Labels of 3 letters: "aaa.aaa. ... .aaa". */
static const char *
domain_of(size_t len)
{
	for (size_t i = 0; i < len; i++)
		long_domain[i] = i % 4 == 3 ? '.' : 'a';
	long_domain[len] = '\0';
	return long_domain;
}

static const char *
url_of(size_t len)
{
	memset(long_url, 'u', len);
	memcpy(long_url, "https://u/", 10);
	long_url[len] = '\0';
	return long_url;
}

#define STORE_WITHOUT(op)           \
	half_store = *c->store.ops; \
	half_store.op = 0;          \
	c->store.ops = &half_store

/* clang-format off */
CHANGE(nothing, (void)c)
CHANGE(size_less, c->size--)
CHANGE(size_more, c->size++)
CHANGE(no_store, c->store.ops = NULL)
CHANGE(store_size, STORE_WITHOUT(size))
CHANGE(store_get, STORE_WITHOUT(get))
CHANGE(store_commit, STORE_WITHOUT(commit))
CHANGE(store_next, STORE_WITHOUT(next))
CHANGE(no_mailer, c->mailer.ops = NULL)
CHANGE(mailer_size, half_mailer = *c->mailer.ops;
	half_mailer.size++; c->mailer.ops = &half_mailer)
CHANGE(mailer_send, half_mailer = *c->mailer.ops;
	half_mailer.send = NULL; c->mailer.ops = &half_mailer)
CHANGE(host_size, c->host.size = 0)
CHANGE(no_entropy, c->host.entropy = NULL)
CHANGE(no_relation, c->host.relation = NULL)
CHANGE(policy_size, c->policy.size = 0)
CHANGE(policy_time, c->policy.token_life_s = 0)
CHANGE(policy_guard, c->policy.guard.size = 0)
CHANGE(no_keys, c->keyring.count = 0)
CHANGE(nine_keys, c->keyring.count = 9)
CHANGE(key_active, c->keyring.active = 1)
CHANGE(key_zero, memset(c->keyring.keys[0].bytes, 0, 32))
CHANGE(index_key, memset(c->keyring.index_key, 0, 32))
CHANGE(no_from, c->from = NULL)
CHANGE(from_none, c->from = "delist")
CHANGE(from_empty, c->from = "")
CHANGE(no_domain, c->domain = NULL)
CHANGE(domain_empty, c->domain = "")
CHANGE(domain_one, c->domain = "localhost")
CHANGE(domain_crlf, c->domain = "example.net\r\n")
CHANGE(domain_fits, c->domain = domain_of(197))
CHANGE(domain_long, c->domain = domain_of(199))
CHANGE(no_delist, c->delist_mailbox = NULL)
CHANGE(delist_none, c->delist_mailbox = "delist@")
CHANGE(no_portal, c->portal_url = NULL)
CHANGE(portal_mail, c->portal_url = "mailto:delist@example.net")
CHANGE(portal_blank, c->portal_url = "https://example.net/ x")
CHANGE(portal_long, c->portal_url = url_of(1000))
CHANGE(no_confirm, c->confirm_url = NULL)
CHANGE(confirm_empty, c->confirm_url = "")
CHANGE(confirm_crlf, c->confirm_url = "https://example.net/\r\nX: y")
CHANGE(confirm_fits, c->confirm_url = url_of(952))
CHANGE(confirm_long, c->confirm_url = url_of(953))
CHANGE(no_cancel, c->cancel_url = NULL)
CHANGE(cancel_script, c->cancel_url = "javascript:x")
CHANGE(no_status, c->status_url = NULL)
CHANGE(status_empty, c->status_url = "")
CHANGE(own, set_catalogues(c, &own_texts, &own_texts))
CHANGE(big, set_catalogues(c, &own_texts, &big_texts))
CHANGE(no_catalogues, own(c); c->catalogue_count = 0)
CHANGE(first_null, set_catalogues(c, NULL, &own_texts))
CHANGE(middle_null, set_catalogues(c, &own_texts, NULL))
CHANGE(first_none, set_catalogues(c, &no_texts, &own_texts))
CHANGE(second_none, set_catalogues(c, &own_texts, &no_texts))
CHANGE(second_wide, set_catalogues(c, &own_texts, &wide_texts))
/* clang-format on */

static const struct {
	const char *name;
	void (*change)(struct delist_service_config *config);
	int result;
} config_rows[] = {
    {"as it should be", nothing, DELIST_OK},
    {"size, one less", size_less, DELIST_EINVAL},
    {"size, one more", size_more, DELIST_EINVAL},
    {"no store", no_store, DELIST_EINVAL},
    {"store: size", store_size, DELIST_EINVAL},
    {"store: no get", store_get, DELIST_EINVAL},
    {"store: no commit", store_commit, DELIST_EINVAL},
    {"store: no next", store_next, DELIST_EINVAL},
    {"no mailer", no_mailer, DELIST_EINVAL},
    {"mailer: size", mailer_size, DELIST_EINVAL},
    {"mailer: no send", mailer_send, DELIST_EINVAL},
    {"host: size", host_size, DELIST_EINVAL},
    {"host: no entropy", no_entropy, DELIST_EINVAL},
    {"host: no relation is fine", no_relation, DELIST_OK},
    {"policy: size", policy_size, DELIST_EINVAL},
    {"policy: a time of 0", policy_time, DELIST_EINVAL},
    {"policy: no guard", policy_guard, DELIST_EINVAL},
    {"keyring: no key", no_keys, DELIST_EINVAL},
    {"keyring: nine keys", nine_keys, DELIST_EINVAL},
    {"keyring: active is none", key_active, DELIST_EINVAL},
    {"keyring: a key of zeros", key_zero, DELIST_EINVAL},
    {"keyring: an index key of zeros", index_key, DELIST_EINVAL},
    {"no from", no_from, DELIST_EINVAL},
    {"from is no mailbox", from_none, DELIST_EINVAL},
    {"from is empty", from_empty, DELIST_EINVAL},
    {"no domain", no_domain, DELIST_EINVAL},
    {"domain is empty", domain_empty, DELIST_EINVAL},
    {"domain has one label", domain_one, DELIST_EINVAL},
    {"domain with CRLF", domain_crlf, DELIST_EINVAL},
    {"domain: as long as a reverse-path takes", domain_fits, DELIST_OK},
    {"domain: too long for a reverse-path", domain_long, DELIST_EINVAL},
    {"no delist mailbox", no_delist, DELIST_EINVAL},
    {"delist mailbox is none", delist_none, DELIST_EINVAL},
    {"no portal", no_portal, DELIST_EINVAL},
    {"portal is a mailbox", portal_mail, DELIST_EINVAL},
    {"portal with a blank", portal_blank, DELIST_EINVAL},
    {"portal too long for a reply", portal_long, DELIST_EINVAL},
    {"no confirm URL", no_confirm, DELIST_EINVAL},
    {"confirm URL is empty", confirm_empty, DELIST_EINVAL},
    {"confirm URL with CRLF", confirm_crlf, DELIST_EINVAL},
    {"confirm URL of 952", confirm_fits, DELIST_OK},
    {"confirm URL of 953", confirm_long, DELIST_EINVAL},
    {"no cancel URL", no_cancel, DELIST_EINVAL},
    {"cancel URL is a script", cancel_script, DELIST_EINVAL},
    {"no status URL", no_status, DELIST_EINVAL},
    {"status URL is empty", status_empty, DELIST_EINVAL},
    {"catalogues of the host", own, DELIST_OK},
    {"catalogues: none of them", no_catalogues, DELIST_EINVAL},
    {"catalogues: the first is NULL", first_null, DELIST_EINVAL},
    {"catalogues: one behind a good one is NULL", middle_null, DELIST_EINVAL},
    {"catalogues: the first is none", first_none, DELIST_EINVAL},
    {"catalogues: the second is none", second_none, DELIST_EINVAL},
    {"catalogues: a line that is too long", second_wide, DELIST_ERANGE},
    {"catalogues: longer than any mail", big, DELIST_EINVAL},
};

static void
make_texts(void)
{
	static char wide[400];
	const char *urls = "{url}\n{cancel}\n";

	own_texts = *delist_catalogue_builtin(DELIST_ENGLISH);
	own_texts.confirm_subject = "Own words";
	wide_texts = own_texts;
	memset(wide, 'w', 79);
	strcpy(wide + 79, "\n{url}\n{cancel}\n");
	wide_texts.confirm_body = wide;
	big_texts = own_texts;
	strcpy(big_body, urls);
	for (size_t at = strlen(urls); at + 80 < sizeof big_body; at += 70) {
		memset(big_body + at, 'b', 69);
		big_body[at + 69] = '\n';
		big_body[at + 70] = '\0';
	}
	big_texts.confirm_body = big_body;
}

static void
opens_or_not(void **state)
{
	const struct {
		const char *name;
		void (*change)(struct delist_service_config *config);
		int result;
	} *row = *state;
	struct delist_service *none = (struct delist_service *)1;
	struct support_memory memory = {.calls = 0};
	struct delist_alloc alloc = support_alloc(&memory);
	struct world world;

	make_texts();
	world_init(&world, &alloc);
	world.service = none;
	row->change(&world.config);
	assert_int_equal(
	    delist_service_open(&world.service, &world.config), row->result);
	if (row->result != DELIST_OK) {
		assert_ptr_equal(world.service, none);
		world.service = NULL;
	} else {
		/* And such mails go out. */
		world_ask(&world, "ann@example.org", "192.0.2.1", NOW);
	}
	assert_int_equal(world_fingerprint(&world) == 1, world.mails_n == 0);
	world_close(&world);
	assert_int_equal(memory.blocks, 0);
}

static void
config_has_a_size(void **state)
{
	struct delist_service_config config = {.size = 1};

	(void)state;
	assert_int_equal(delist_service_config_init(NULL, 0), DELIST_EINVAL);
	assert_int_equal(delist_service_config_init(&config, sizeof config - 1),
	    DELIST_EINVAL);
	assert_int_equal(delist_service_config_init(&config, sizeof config + 1),
	    DELIST_EINVAL);
	assert_int_equal(config.size, 1);
	assert_int_equal(
	    delist_service_config_init(&config, sizeof config), DELIST_OK);
	assert_int_equal(delist_policy_check(&config.policy), DELIST_OK);
	assert_int_equal(delist_service_open(NULL, &config), DELIST_EINVAL);
	delist_service_close(NULL);
}

/* A letter that has no place in DELIST_LETTER_MAX, but in memory. */
static void
letters_may_be_long(void **state)
{
	struct delist_service_config *config;
	struct delist_submission form =
	    world_form("ann@example.org", "192.0.2.1");
	struct delist_submit_answer answer;
	struct world world;

	(void)state;
	make_texts();
	big_body[3 * DELIST_LETTER_MAX / 70 * 70 +
		 strlen("{url}\n{cancel}\n")] = '\0';
	world_init(&world, NULL);
	config = &world.config;
	big(config);
	world.long_mails = true;
	world_open(&world);
	assert_int_equal(world_block(&world, "192.0.2.1", NOW), 0);
	form.language = 1;
	assert_int_equal(
	    delist_service_submit(world.service, &answer, &form, NOW), 0);
	assert_int_equal(world.mails_n, 1);
	assert_true(world_mail(&world, 0)->message_len > 3 * DELIST_LETTER_MAX);
	world_close(&world);
}

/* What the blocks of a service hold when it gives them back. */
struct leaks {
	const char *token;
	const uint8_t *key;
	size_t blocks, found;
};

static void *
watch_release(void *arg, void *ptr, size_t old_size, size_t new_size)
{
	struct leaks *leaks = arg;
	const char *bytes = ptr;

	if (new_size != 0)
		return realloc(ptr, new_size);
	leaks->blocks++;
	for (size_t i = 0; i + 46 <= old_size; i++) {
		if (leaks->token != NULL &&
		    memcmp(bytes + i, leaks->token, 46) == 0)
			leaks->found++;
		if (memcmp(bytes + i, leaks->key, DELIST_KEY_LEN) == 0)
			leaks->found++;
	}
	free(ptr);
	return NULL;
}

static void
no_secret_is_left_in_memory(void **state)
{
	struct leaks leaks = {.token = NULL};
	struct delist_alloc alloc = {watch_release, &leaks};
	struct world world;

	(void)state;
	world_init(&world, &alloc);
	leaks.key = world.config.keyring.keys[0].bytes;
	for (uint8_t i = 0; i < DELIST_KEY_LEN; i++)
		world.config.keyring.keys[0].bytes[i] = i + 100;
	world_open(&world);
	leaks.token =
	    world_ask(&world, "ann@example.org", "192.0.2.1", NOW)->confirm;
	delist_service_close(world.service);
	world.service = NULL;
	assert_true(leaks.blocks > 4);
	assert_int_equal(leaks.found, 0);
	world_close(&world);
}

/* ---- what is in the store ---- */

static void
damaged_rows_are_refused(void **state)
{
	static const char *const values[] = {"", "L", "L\1", "L\2", "R\1"};
	struct world world;

	(void)state;
	for (size_t i = 0; i < 2 * COUNT(values); i++) {
		const char *key = i % 2 == 0 ? "L\1" : "R\1";
		struct delist_store_change change = {
		    .kind = DELIST_STORE_PUT,
		    .key = {key, 2},
		    .value = {values[i / 2], strlen(values[i / 2])},
		};
		int want = i == 6 ? DELIST_EVERSION : DELIST_ECORRUPT;

		world_init(&world, NULL);
		assert_int_equal(
		    world.inner.ops->commit(world.inner.arg, &change, 1,
			(const uint8_t *)"0123456789abcdef"),
		    0);
		assert_int_equal(
		    delist_service_open(&world.service, &world.config), want);
		assert_null(world.service);
		world_close(&world);
	}
}

/* Memory grows by doubling, or a big list takes hours to open. */
static void
opening_does_not_copy_all_for_each_row(void **state)
{
	struct support_memory memory = {.calls = 0};
	struct delist_alloc alloc = support_alloc(&memory);
	struct world world;
	size_t before;

	(void)state;
	world_init(&world, NULL);
	world_open(&world);
	for (unsigned i = 0; i < 2000; i++) {
		struct delist_addr addr =
		    delist_addr_from4(0xc6336400 + i * 256);
		char text[DELIST_ADDR_TEXT];

		delist_addr_format(text, &addr);
		assert_int_equal(world_block(&world, text, NOW), 0);
	}
	delist_service_close(world.service);
	world.config.alloc = &alloc;
	before = memory.calls;
	world_open(&world);
	/* The sets take a few for each listing; the rest doubles. */
	assert_in_range(memory.calls - before, 1, 2000 * 16);
	world_close(&world);
	assert_int_equal(memory.blocks, 0);
}

/* ---- bugs ---- */

static const char *
token_of(
    struct world *world, const char *mailbox, const char *addr, int64_t now_s)
{
	assert_int_equal(world_submit(world, NULL, mailbox, addr, now_s), 0);
	return world_mail(world, 0)->confirm;
}

/* A /64 was too short a gap in what lies under an IPv6 address. */
static void
a_gap_is_as_long_as_the_block_under_it(void **state)
{
	struct delist_view view;
	struct world world;
	const char *token;

	(void)state;
	world_init(&world, NULL);
	world_open(&world);
	assert_int_equal(world_block(&world, "2a01:db8::/80", NOW), 0);
	assert_int_equal(world_block(&world, "2a01:db8::1/128", NOW), 0);
	token = token_of(&world, "ann@example.org", "2a01:db8::1", NOW + 1);
	assert_int_equal(
	    delist_service_redeem(world.service, &view, token, 46, NOW + 2), 0);
	assert_false(world_refuses(&world, "2a01:db8::1", NOW + 2));
	world_close(&world);
}

/* A mail that waited went out after "this was not me". */
static void
a_cancel_holds_back_what_waits(void **state)
{
	struct delist_view view;
	struct world world;

	(void)state;
	world_init(&world, NULL);
	world_open(&world);
	assert_int_equal(world_block(&world, "192.0.2.1/32", NOW), 0);
	assert_int_equal(world_block(&world, "192.0.2.2/32", NOW), 0);
	(void)token_of(&world, "ann@example.org", "192.0.2.1", NOW);
	world.outcome = DELIST_MAIL_DELAYED;
	(void)token_of(&world, "ann@example.org", "192.0.2.2", NOW);
	assert_int_equal(delist_service_cancel(world.service, &view,
			     world_mail(&world, 1)->cancel, 46, NOW + 1),
	    0);
	world.outcome = DELIST_MAIL_ACCEPTED;
	world_tick(&world, NOW + 61);
	assert_int_equal(world.mails_n, 2);
	world_reopen(&world);
	world_tick(&world, NOW + 62);
	assert_int_equal(world.mails_n, 2);
	world_close(&world);
}

/* A tick at the end of time swept for ever. */
static void
the_end_of_time_comes_to_an_end(void **state)
{
	struct world world;
	bool more = true;

	(void)state;
	world_init(&world, NULL);
	world_open(&world);
	assert_int_equal(
	    delist_service_tick(world.service, &more, 100, INT64_MAX), 0);
	assert_false(more);
	world_close(&world);
}

/* A request that was over by date took the next submission with it. */
static void
what_is_over_makes_way_without_a_tick(void **state)
{
	struct world world;

	(void)state;
	world_init(&world, NULL);
	world_open(&world);
	assert_int_equal(world_block(&world, "192.0.2.1/32", NOW), 0);
	(void)token_of(&world, "ann@example.org", "192.0.2.1", NOW);
	(void)token_of(&world, "ann@example.org", "192.0.2.1", NOW + DAY - 1);
	assert_int_equal(world.mails_n, 2);
	assert_int_equal(world_mail(&world, 0)->generation, 2);
	(void)token_of(
	    &world, "ann@example.org", "192.0.2.1", NOW + 2 * DAY - 1);
	assert_int_equal(world.mails_n, 3);
	assert_int_equal(world_mail(&world, 0)->generation, 1);
	world_close(&world);
}

/* What was seen before a removal is what was forgiven by it. */
static void
a_late_report_does_not_undo_a_removal(void **state)
{
	struct delist_prefix prefix = world_prefix("192.0.2.1/32");
	struct delist_grounds grounds = {
	    .size = sizeof grounds,
	    .source = {"late", 4},
	    .reason = {"spam", 4},
	    .at_s = NOW + 1,
	};
	struct delist_view view;
	struct world world;
	const char *token;

	(void)state;
	world_init(&world, NULL);
	world_open(&world);
	assert_int_equal(world_block(&world, "192.0.2.1/32", NOW), 0);
	token = token_of(&world, "ann@example.org", "192.0.2.1", NOW + 1);
	assert_int_equal(
	    delist_service_redeem(world.service, &view, token, 46, NOW + 2), 0);
	assert_int_equal(
	    delist_service_block(world.service, &prefix, &grounds, NOW + 3), 0);
	assert_false(world_refuses(&world, "192.0.2.1", NOW + 3));
	grounds.at_s = NOW + 3;
	assert_int_equal(
	    delist_service_block(world.service, &prefix, &grounds, NOW + 3), 0);
	assert_true(world_refuses(&world, "192.0.2.1", NOW + 3));
	world_close(&world);
}

int
main(void)
{
	TEST(from_block_to_flow);
	ROWS(opens_or_not, config_rows);
	TEST(config_has_a_size);
	TEST(letters_may_be_long);
	TEST(no_secret_is_left_in_memory);
	TEST(damaged_rows_are_refused);
	TEST(opening_does_not_copy_all_for_each_row);
	TEST(a_gap_is_as_long_as_the_block_under_it);
	TEST(a_cancel_holds_back_what_waits);
	TEST(the_end_of_time_comes_to_an_end);
	TEST(what_is_over_makes_way_without_a_tick);
	TEST(a_late_report_does_not_undo_a_removal);
	return support_run("service");
}
