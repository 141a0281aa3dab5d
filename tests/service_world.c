/* SPDX-License-Identifier: ISC */
#include "service_world.h"

#include <stdio.h>

struct delist_addr
world_addr(const char *text)
{
	struct delist_addr addr;

	assert_int_equal(delist_addr_parse(&addr, text, strlen(text)), 0);
	return addr;
}

struct delist_prefix
world_prefix(const char *text)
{
	struct delist_prefix prefix;

	assert_int_equal(delist_prefix_parse(&prefix, text, strlen(text)), 0);
	return prefix;
}

/* ---- the store ---- */

static bool
fails(struct world *world)
{
	world->store_calls++;
	if (world->store_fail_at == 0)
		return false;
	return world->store_from_then_on
		   ? world->store_calls >= world->store_fail_at
		   : world->store_calls == world->store_fail_at;
}

static int
store_get(void *arg, bool *found, struct delist_store_row *row,
    struct delist_text key)
{
	struct world *world = arg;

	if (fails(world))
		return world->store_error;
	return world->inner.ops->get(world->inner.arg, found, row, key);
}

/* Rewrite the row as it is: it gets another version. */
static void
touch(struct world *world, struct delist_text key)
{
	struct delist_store_change change = {DELIST_STORE_PUT, key, {0}, 0};
	struct delist_store_row row;
	char value[DELIST_STORE_VALUE_MAX];
	uint8_t id[16];
	bool found;

	assert_int_equal(
	    world->inner.ops->get(world->inner.arg, &found, &row, key), 0);
	if (!found)
		return;
	memcpy(value, row.value.at, row.value.len);
	change.value = (struct delist_text){value, row.value.len};
	for (size_t i = 0; i < sizeof id; i++)
		id[i] = (uint8_t)support_random(&world->random);
	assert_int_equal(
	    world->inner.ops->commit(world->inner.arg, &change, 1, id), 0);
}

static int
store_commit(void *arg, const struct delist_store_change *changes, size_t n,
    const uint8_t id[16])
{
	struct world *world = arg;

	void (*before)(struct world * world) = world->before_commit;

	if (fails(world))
		return world->store_error;
	world->before_commit = NULL;
	if (before != NULL)
		before(world);
	for (size_t i = 0; i < n && world->conflicts != 0; i++)
		if (changes[i].kind == DELIST_STORE_CHECK)
			touch(world, changes[i].key);
	if (world->conflicts != 0)
		world->conflicts--;
	world->commits++;
	return world->inner.ops->commit(world->inner.arg, changes, n, id);
}

static int
store_next(void *arg, bool *found, struct delist_store_row *row,
    struct delist_text prefix, struct delist_text after)
{
	struct world *world = arg;

	if (fails(world))
		return world->store_error;
	return world->inner.ops->next(
	    world->inner.arg, found, row, prefix, after);
}

static const struct delist_store_ops store_ops = {
    sizeof store_ops, store_get, store_commit, store_next, NULL, NULL};

static int
store_hold(void *arg)
{
	struct world *world = arg;

	if (fails(world))
		return world->store_error;
	world->held = true;
	return DELIST_OK;
}

static int
store_sync(void *arg)
{
	struct world *world = arg;

	assert_true(world->held);
	world->held = false;
	return fails(world) ? world->store_error : DELIST_OK;
}

static const struct delist_store_ops holding_ops = {sizeof holding_ops,
    store_get, store_commit, store_next, store_hold, store_sync};

/* The row behind *row, which begins with no key; its key is copied. */
static bool
step_row(struct world *world, struct delist_store_row *row,
    char key[DELIST_STORE_KEY_MAX])
{
	struct delist_text all = {NULL, 0};
	bool found;

	if (row->key.len != 0)
		memcpy(key, row->key.at, row->key.len);
	row->key.at = key;
	assert_int_equal(world->inner.ops->next(
			     world->inner.arg, &found, row, all, row->key),
	    0);
	return found;
}

uint64_t
world_fingerprint(struct world *world)
{
	struct delist_store_row row = {.version = 0};
	char key[DELIST_STORE_KEY_MAX];
	uint64_t hash = 1;

	while (step_row(world, &row, key)) {
		for (size_t i = 0; i < row.key.len; i++)
			hash = hash * 31 + (uint8_t)row.key.at[i];
		for (size_t i = 0; i < row.value.len; i++)
			hash = hash * 37 + (uint8_t)row.value.at[i];
	}
	return hash;
}

size_t
world_rows(struct world *world, int type)
{
	struct delist_store_row row = {.version = 0};
	char key[DELIST_STORE_KEY_MAX];
	size_t n = 0;

	while (step_row(world, &row, key))
		n += type == 0 || row.key.at[0] == type;
	return n;
}

bool
world_stores(struct world *world, const char *text)
{
	struct delist_store_row row = {.version = 0};
	char key[DELIST_STORE_KEY_MAX];
	size_t len = strlen(text);

	while (step_row(world, &row, key)) {
		for (size_t i = 0; i + len <= row.value.len; i++)
			if (memcmp(row.value.at + i, text, len) == 0)
				return true;
		for (size_t i = 0; i + len <= row.key.len; i++)
			if (memcmp(row.key.at + i, text, len) == 0)
				return true;
	}
	return false;
}

struct delist_request
world_request(struct world *world, const uint8_t id[16])
{
	struct delist_record_key key;
	struct delist_request request;
	struct delist_store_row row;
	bool found;

	delist_record_request_key(&key, id);
	assert_int_equal(world->inner.ops->get(world->inner.arg, &found, &row,
			     delist_record_key_text(&key)),
	    0);
	assert_true(found);
	assert_int_equal(delist_record_read_request(&request, row.value), 0);
	return request;
}

/* ---- mail, random bytes, relation ---- */

/* The token behind the first `url` of a message. */
static void
find_token(char token[47], const struct kept_mail *mail, const char *url)
{
	size_t len = strlen(url);

	for (size_t i = 0; i + len + 46 <= mail->message_len &&
			   i + len + 46 <= sizeof mail->message;
	     i++)
		if (memcmp(mail->message + i, url, len) == 0) {
			memcpy(token, mail->message + i + len, 46);
			return;
		}
}

static int
send(void *arg, const struct delist_mail *mail)
{
	struct world *world = arg;
	struct kept_mail *kept = &world->mails[world->mails_n++ % MAILS_KEPT];

	memset(kept, 0, sizeof *kept);
	memcpy(kept->id, mail->id, sizeof kept->id);
	kept->generation = mail->generation;
	memcpy(kept->from, mail->from.at, mail->from.len);
	memcpy(kept->to, mail->to.at, mail->to.len);
	memcpy(kept->path, mail->path.at, mail->path.len);
	assert_true(
	    world->long_mails || mail->message.len <= sizeof kept->message);
	kept->message_len = mail->message.len;
	memcpy(kept->message, mail->message.at,
	    kept->message_len < sizeof kept->message ? kept->message_len
						     : sizeof kept->message);
	find_token(kept->confirm, kept, "https://delist.example.net/c/");
	find_token(kept->cancel, kept, "https://delist.example.net/x/");
	find_token(kept->status, kept, "https://delist.example.net/s/");
	return world->outcome;
}

static const struct delist_mail_ops mail_ops = {sizeof mail_ops, send};

static int
entropy(void *arg, uint8_t *out, size_t len)
{
	struct world *world = arg;

	for (size_t i = 0; i < len && world->entropy_error == 0; i++)
		out[i] = (uint8_t)support_random(&world->random);
	return world->entropy_error;
}

static bool
relation(void *arg, const struct delist_mailbox *mailbox,
    const struct delist_addr *addr)
{
	struct world *world = arg;

	assert_int_not_equal(mailbox->len, 0);
	assert_int_not_equal(addr->family, DELIST_NOADDR);
	return world->relation;
}

/* ---- a world ---- */

void
world_init(struct world *world, const struct delist_alloc *alloc)
{
	struct delist_service_config *config = &world->config;

	memset(world, 0, sizeof *world);
	world->outcome = DELIST_MAIL_ACCEPTED;
	world->relation = true;
	assert_int_equal(delist_memstore_new(&world->memstore, NULL), 0);
	world->inner = delist_memstore_store(world->memstore);
	assert_int_equal(delist_service_config_init(config, sizeof *config), 0);
	config->alloc = alloc;
	config->store = (struct delist_store){&store_ops, world};
	config->mailer = (struct delist_mailer){&mail_ops, world};
	config->host.size = sizeof config->host;
	config->host.entropy = entropy;
	config->host.entropy_arg = world;
	config->host.relation = relation;
	config->host.relation_arg = world;
	config->keyring.count = 1;
	config->keyring.keys[0].kid = 7;
	config->keyring.keys[0].retired_s = INT64_MAX;
	memset(config->keyring.keys[0].bytes, 1, 32);
	memset(config->keyring.index_key, 2, 32);
	config->from = "delist@example.net";
	config->domain = "example.net";
	config->delist_mailbox = "delist@example.net";
	config->portal_url = "https://delist.example.net/";
	config->confirm_url = "https://delist.example.net/c/";
	config->cancel_url = "https://delist.example.net/x/";
	config->status_url = "https://delist.example.net/s/";
}

void
world_open(struct world *world)
{
	assert_int_equal(
	    delist_service_open(&world->service, &world->config), 0);
}

void
world_start(struct world *world)
{
	world_init(world, NULL);
	world_open(world);
}

void
world_may_hold(struct world *world)
{
	world->config.store.ops = &holding_ops;
	world_reopen(world);
}

void
world_close(struct world *world)
{
	delist_service_close(world->service);
	delist_memstore_free(world->memstore);
}

void
world_reopen(struct world *world)
{
	delist_service_close(world->service);
	world->service = NULL;
	world_open(world);
}

struct kept_mail *
world_mail(struct world *world, size_t back)
{
	assert_true(world->mails_n > back && back < MAILS_KEPT);
	return &world->mails[(world->mails_n - 1 - back) % MAILS_KEPT];
}

int
world_block(struct world *world, const char *prefix, int64_t now_s)
{
	struct delist_prefix parsed = world_prefix(prefix);
	struct delist_grounds grounds = {
	    .size = sizeof grounds,
	    .source = {"trap", 4},
	    .reason = {"spam", 4},
	};

	return delist_service_block(world->service, &parsed, &grounds, now_s);
}

struct delist_submission
world_form(const char *mailbox, const char *addr)
{
	return (struct delist_submission){
	    .size = sizeof(struct delist_submission),
	    .mailbox = {mailbox, strlen(mailbox)},
	    .addr = world_addr(addr),
	};
}

int
world_submit(struct world *world, struct delist_submit_answer *answer,
    const char *mailbox, const char *addr, int64_t now_s)
{
	struct delist_submission form = world_form(mailbox, addr);
	struct delist_submit_answer mine;

	return delist_service_submit(
	    world->service, answer != NULL ? answer : &mine, &form, now_s);
}

struct kept_mail *
world_ask(
    struct world *world, const char *mailbox, const char *addr, int64_t now_s)
{
	size_t mails = world->mails_n;

	assert_int_equal(world_block(world, addr, now_s), 0);
	assert_int_equal(world_submit(world, NULL, mailbox, addr, now_s), 0);
	assert_int_equal(world->mails_n, mails + 1);
	return world_mail(world, 0);
}

int
world_intake(struct world *world, struct delist_intake_answer *answer,
    const char *sender, const char *header, const char *text, int64_t now_s)
{
	static char mail[1 << 16];
	struct delist_intake_answer mine;
	struct delist_intake intake = {
	    .size = sizeof intake,
	    .sender = {sender, strlen(sender)},
	    .mail = {mail, 0},
	};
	int len = snprintf(mail, sizeof mail,
	    "From: Ann <ann@example.org>\r\n"
	    "To: delist@example.net\r\n"
	    "Message-ID: <m1@example.org>\r\n"
	    "Subject: please unblock\r\n"
	    "%s\r\n%s\r\n",
	    header, text);

	assert_in_range(len, 1, sizeof mail - 1);
	intake.mail.len = (size_t)len;
	return delist_service_intake(
	    world->service, answer != NULL ? answer : &mine, &intake, now_s);
}

const char *
world_reply(uint16_t code, const char *text)
{
	static char reply[DELIST_REPLY_TEXT + 8];
	struct delist_status status = {5, 7, code};
	struct delist_addr addr = world_addr(text);
	size_t len;

	assert_int_equal(
	    delist_reply_format(reply, DELIST_REPLY_TEXT, &len, &status, &addr,
		code == 511 ? "delist@example.net"
			    : "https://delist.example.net/",
		1),
	    0);
	reply[len] = '\0';
	return reply;
}

struct delist_investigation
world_case(struct world *world, const uint8_t id[16])
{
	struct delist_investigation one;
	bool found;

	assert_int_equal(
	    delist_service_investigation(world->service, &found, &one, id), 0);
	assert_true(found);
	return one;
}

int
world_answer(struct world *world, const uint8_t id[16], int event, int notice,
    const char *text, int64_t now_s)
{
	struct delist_answer answer = {
	    .size = sizeof answer,
	    .event = (uint8_t)event,
	    .notice = (uint8_t)notice,
	    .person = {"ed", 2},
	    .text = {text, strlen(text)},
	};
	struct delist_investigation one;
	bool already;

	memcpy(answer.id, id, sizeof answer.id);
	return delist_service_answer(
	    world->service, &one, &already, &answer, now_s);
}

int
world_inspect(struct world *world, struct delist_view *view, int purpose,
    const char *token, int64_t now_s)
{
	return delist_service_inspect(
	    world->service, view, purpose, token, strlen(token), now_s);
}

int
world_redeem(struct world *world, const char *token, int64_t now_s)
{
	struct delist_view view;

	return delist_service_redeem(
	    world->service, &view, token, strlen(token), now_s);
}

int
world_cancel(struct world *world, const char *token, int64_t now_s)
{
	struct delist_view view;

	return delist_service_cancel(
	    world->service, &view, token, strlen(token), now_s);
}

int
world_resend(struct world *world, const char *token, int64_t now_s)
{
	struct delist_addr nobody = {DELIST_NOADDR, {0}};

	return delist_service_resend(
	    world->service, token, strlen(token), &nobody, now_s);
}

int
world_state(struct world *world, int purpose, const char *token, int64_t now_s)
{
	struct delist_view view;

	assert_int_equal(world_inspect(world, &view, purpose, token, now_s), 0);
	return view.state;
}

bool
world_refuses(struct world *world, const char *addr, int64_t now_s)
{
	struct delist_addr parsed = world_addr(addr);

	return delist_service_check(
	    world->service, NULL, &parsed, NULL, 0, now_s);
}

void
world_tick(struct world *world, int64_t now_s)
{
	bool more = true;

	while (more)
		assert_int_equal(
		    delist_service_tick(world->service, &more, 10, now_s), 0);
	assert_true(delist_service_next_due(world->service) > now_s);
}
