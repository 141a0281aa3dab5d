/* SPDX-License-Identifier: ISC */
/*
 * Random calls, clocks, mailers, failures and restarts against what must
 * hold whatever happens.
 *
 * All that a service does goes through the commits of its store, so that is
 * where it is held to: each row that changes is compared with the row before
 * and with the call that is under way.  Beside it stand a slow twin of the
 * check, a plain array of listings, and a plain list of the mails that were
 * asked for.
 *
 * The same once more on a journal whose disk loses power in the middle of
 * calls (drive.h): whatever was answered is there, and the commit in doubt is
 * held to the same when it is.
 *
 * DELIST_MODEL_OPERATIONS in the environment says how many (200,000); on the
 * disk, a quarter of them.
 */
#include "drive.h"
#include "service_world.h"

#include <stdio.h>
#include <stdlib.h>

enum {
	SEEDS = 20,
	LISTINGS = 64,
	USES = 256
};

static const char *const prefixes[] = {"192.0.2.0/24", "192.0.2.0/29",
    "192.0.2.0/31", "192.0.2.0", "192.0.2.1", "192.0.2.2", "192.0.2.3",
    "192.0.2.8", "2001:db8::/32", "2001:db8::/48", "2001:db8::/64",
    "2001:db8::/96", "2001:db8::1", "2001:db8:0:1::/64", "2001:db8:0:1::1"};
static const char *const addrs[] = {"192.0.2.0", "192.0.2.1", "192.0.2.2",
    "192.0.2.3", "192.0.2.8", "192.0.3.0", "2001:db8::1", "2001:db8::2",
    "2001:db8:0:1::1", "2001:db8:0:2::1"};
static const char *const mailboxes[] = {"ann@a.example", "Ann+x@A.example",
    "bob@a.example", "eve@b.example", "joe@b.example", "zoe@c.example"};
static const char *const domains[] = {"a.example", "b.example", "c.example"};
static const char *const submitters[] = {"198.51.100.1", "2001:db8:f::1"};
static const char *const recipients[] = {"", "x@example.net",
    "postmaster@example.net", "Postmaster", "delist@example.net",
    "DELIST+y@example.net"};

enum op {
	BLOCK,
	EXCEPT,
	ALLOW,
	UNLIST,
	SUBMIT,
	REDEEM,
	CANCEL,
	RESEND,
	RESULT,
	TICK,
	INSPECT,
	REOPEN,
	OPS
};

/* How often mail was asked for under one limit. */
struct uses {
	struct delist_record_key key;
	const struct delist_limit_rule *rule;
	int64_t at_s[USES];
	size_t n;
};

struct model {
	struct world world;
	struct delist_store inner; /* the world's, which may fail */
	struct drive *drive;	   /* under that; NULL: it is in memory */
	struct support_random random;
	int64_t now_s;

	/* The call under way. */
	enum op op;
	char source;
	int64_t ttl_s;
	uint8_t id[16]; /* REDEEM, CANCEL: whose token it is */
	int submitter;	/* -1: nobody known */
	size_t done;	/* commits */

	struct delist_listing listings[LISTINGS];
	size_t listings_n;
	struct uses
	    uses[1 + COUNT(mailboxes) + COUNT(domains) + COUNT(submitters)];
	size_t uses_n;
	size_t did[OPS], failed, mails, lifts, blocked;
};

static uint64_t
below(struct model *m, uint64_t n)
{
	return support_below(&m->random, n);
}

#define PICK(m, table) ((table)[below(m, COUNT(table))])

/* ---- the slow twin of check ---- */

static const struct delist_listing *
longest(const struct model *m, int kind, const struct delist_addr *addr,
    int at_least)
{
	const struct delist_listing *best = NULL;

	for (size_t i = 0; i < m->listings_n; i++) {
		const struct delist_listing *listing = &m->listings[i];

		if (listing->kind == kind && listing->prefix.bits >= at_least &&
		    delist_prefix_has(&listing->prefix, addr) &&
		    delist_listing_live(listing, m->now_s) &&
		    (best == NULL || listing->prefix.bits > best->prefix.bits))
			best = listing;
	}
	return best;
}

static uint16_t
worst_code(const struct model *m, const struct delist_addr *addr)
{
	uint16_t code = 0;

	for (size_t i = 0; i < m->listings_n; i++) {
		const struct delist_listing *listing = &m->listings[i];

		if (delist_listing_blocks(listing, m->now_s) &&
		    delist_prefix_has(&listing->prefix, addr) &&
		    listing->code == 511)
			code = 511;
	}
	return code;
}

static struct delist_check
slow_check(const struct model *m, const struct delist_addr *addr, bool exempt)
{
	const struct delist_listing *block =
	    longest(m, DELIST_LISTING_BLOCK, addr, 0);
	const struct delist_listing *pass;
	struct delist_check check = {.answer = DELIST_CHECK_PASS};

	if (block == NULL)
		return check;
	check.prefix = block->prefix;
	check.code = worst_code(m, addr);
	if (check.code == 0)
		check.code = block->code;
	pass = longest(m, DELIST_LISTING_EXCEPTION, addr, block->prefix.bits);
	if (pass == NULL)
		pass = longest(m, DELIST_LISTING_ALLOW, addr, 0);
	if (pass != NULL)
		check.answer = pass->kind == DELIST_LISTING_ALLOW
				   ? DELIST_CHECK_ALLOWED
				   : DELIST_CHECK_EXCEPTED;
	else
		check.answer =
		    exempt ? DELIST_CHECK_EXEMPT : DELIST_CHECK_BLOCKED;
	return check;
}

static void
compare_check(struct model *m, const char *text)
{
	struct delist_addr addr = world_addr(text);
	size_t to = below(m, COUNT(recipients));
	struct delist_check want = slow_check(m, &addr, to >= 2), got;

	(void)delist_service_check(m->world.service, &got, &addr,
	    recipients[to], strlen(recipients[to]), m->now_s);
	assert_int_equal(got.answer, want.answer);
	assert_int_equal(got.code, want.code);
	assert_int_equal(delist_prefix_compare(&got.prefix, &want.prefix), 0);
	m->blocked += got.answer == DELIST_CHECK_BLOCKED;
}

/* ---- mails ---- */

static void
add_uses(struct model *m, char type, const struct delist_limit_rule *rule,
    const void *bytes, size_t len)
{
	struct uses *uses = &m->uses[m->uses_n++];
	uint8_t hash[16];

	delist_keyring_hash(hash, &m->world.config.keyring, type, bytes, len);
	if (type == 'M')
		delist_record_standing_key(&uses->key, hash);
	else
		delist_record_counter_key(&uses->key, type, hash);
	uses->rule = rule;
}

static void
make_uses(struct model *m)
{
	const struct delist_policy *policy = &m->world.config.policy;

	add_uses(m, 'A', &policy->mails_all, NULL, 0);
	for (size_t i = 0; i < COUNT(mailboxes); i++) {
		struct delist_mailbox mailbox;

		delist_mailbox_parse(
		    &mailbox, mailboxes[i], strlen(mailboxes[i]));
		delist_mailbox_canonical(&mailbox, &mailbox);
		add_uses(
		    m, 'M', &policy->mails_mailbox, mailbox.text, mailbox.len);
	}
	for (size_t i = 0; i < COUNT(domains); i++)
		add_uses(m, 'D', &policy->mails_domain, domains[i],
		    strlen(domains[i]));
	for (size_t i = 0; i < COUNT(submitters); i++) {
		struct delist_addr addr = world_addr(submitters[i]);
		struct delist_prefix prefix = delist_prefix_of(
		    &addr, addr.family == DELIST_INET4 ? 32 : 64);
		uint8_t bytes[17];

		bytes[0] = prefix.addr.family;
		memcpy(bytes + 1, prefix.addr.bytes, 16);
		add_uses(m, 'S', &policy->mails_submitter, bytes, sizeof bytes);
	}
}

/*
 * In no window, wherever it begins, are more than max.  To a clock that went
 * back, what was done later counts as just done.
 */
static void
use(struct model *m, struct uses *uses)
{
	int64_t at_s = m->now_s;

	assert_true(uses->n < USES);
	if (uses->n != 0 && uses->at_s[uses->n - 1] > at_s)
		at_s = uses->at_s[uses->n - 1];
	uses->at_s[uses->n++] = at_s;
	for (size_t i = 0; i < uses->n; i++) {
		uint32_t in = 0;

		for (size_t j = 0; j < uses->n; j++)
			in += uses->at_s[j] >= uses->at_s[i] &&
			      uses->at_s[j] <
				  uses->at_s[i] + uses->rule->window_s;
		assert_true(in <= uses->rule->max);
	}
	/* What is long over needs no memory, if the clock can't go back so. */
	while (uses->n > USES / 2) {
		memmove(
		    uses->at_s, uses->at_s + 1, --uses->n * sizeof *uses->at_s);
	}
}

static void
mail_was_asked_for(struct model *m, const struct delist_request *request)
{
	struct delist_mailbox key;
	struct delist_text domain;
	uint8_t hash[16];

	m->mails++;
	delist_mailbox_canonical(&key, &request->mailbox);
	domain = delist_mailbox_domain(&key);
	for (size_t i = 0; i < m->uses_n; i++) {
		struct uses *uses = &m->uses[i];
		struct delist_record_key wanted;

		if (i == 0) {
			use(m, uses);
			continue;
		}
		if (uses->key.at[0] == 'M') {
			delist_keyring_hash(hash, &m->world.config.keyring, 'M',
			    key.text, key.len);
			delist_record_standing_key(&wanted, hash);
		} else if (uses->key.at[1] == 'D') {
			delist_keyring_hash(hash, &m->world.config.keyring, 'D',
			    domain.at, domain.len);
			delist_record_counter_key(&wanted, 'D', hash);
		} else {
			if (m->submitter >= 0 && i == m->uses_n -
							  COUNT(submitters) +
							  (size_t)m->submitter)
				use(m, uses);
			continue;
		}
		if (memcmp(&wanted, &uses->key, sizeof wanted) == 0) {
			use(m, uses);
			/* Two spellings are one mailbox. */
			if (uses->key.at[0] == 'M')
				while (i + 1 < m->uses_n &&
				       memcmp(&m->uses[i + 1].key, &wanted,
					   sizeof wanted) == 0)
					i++;
		}
	}
}

/* ---- rows that change ---- */

static struct delist_listing *
twin_of(struct model *m, int kind, const struct delist_prefix *prefix)
{
	for (size_t i = 0; i < m->listings_n; i++)
		if (m->listings[i].kind == kind &&
		    delist_prefix_compare(&m->listings[i].prefix, prefix) == 0)
			return &m->listings[i];
	return NULL;
}

/* A block that was live is lifted by its holder, its end or the operator. */
static void
hold_end_of_block(struct model *m, const struct delist_listing *was)
{
	if (!delist_listing_live(was, m->now_s))
		return;
	if (was->kind == DELIST_LISTING_BLOCK) {
		assert_true(m->op == REDEEM || m->op == UNLIST);
		m->lifts += m->op == REDEEM;
	} else {
		/* A newer block takes an exception away. */
		assert_true(
		    m->op == UNLIST ||
		    (m->op == BLOCK && was->kind == DELIST_LISTING_EXCEPTION));
	}
}

static bool
is_over(const struct model *m, const struct delist_listing *listing)
{
	if (listing->state == DELIST_LISTING_PROBATION)
		return m->now_s >= listing->probation_until_s;
	return !delist_listing_live(listing, m->now_s) && listing->strikes == 0;
}

/* What was said lasts so long, unless the same source said longer before. */
static void
hold_evidence(const struct model *m, const struct delist_listing *was,
    const struct delist_listing *is)
{
	int64_t ttl_s = m->ttl_s, until_s;

	for (uint32_t i = 0; i < is->strikes && i < 20; i++)
		ttl_s *= 2;
	if (ttl_s > m->world.config.policy.ttl_cap_s)
		ttl_s = m->world.config.policy.ttl_cap_s;
	until_s = m->now_s + ttl_s;
	for (uint8_t i = 0; was != NULL && i < was->evidences; i++)
		if (was->evidence[i].source[0] == m->source &&
		    was->evidence[i].until_s > until_s)
			until_s = was->evidence[i].until_s;
	for (uint8_t i = 0; i < is->evidences; i++)
		if (is->evidence[i].source[0] == m->source)
			assert_true(is->evidence[i].until_s == until_s);
}

static void
hold_listing(struct model *m, const struct delist_listing *is, bool gone)
{
	struct delist_listing *was = twin_of(m, is->kind, &is->prefix);

	if (was != NULL) {
		if (gone || is->state != DELIST_LISTING_LISTED)
			hold_end_of_block(m, was);
		/* Strikes are forgotten by time or by the operator. */
		if (gone || is->strikes < was->strikes)
			assert_true(m->op == UNLIST || is_over(m, was) ||
				    was->kind != DELIST_LISTING_BLOCK);
	}
	if (gone) {
		if (was != NULL)
			*was = m->listings[--m->listings_n];
		return;
	}
	if (is->state == DELIST_LISTING_LISTED) {
		assert_true(
		    m->op == (is->kind == DELIST_LISTING_BLOCK	    ? BLOCK
				 : is->kind == DELIST_LISTING_ALLOW ? ALLOW
				 : m->op == REDEEM		    ? REDEEM
								    : EXCEPT));
		if (is->kind == DELIST_LISTING_BLOCK)
			hold_evidence(m, was, is);
	}
	if (was == NULL) {
		assert_true(m->listings_n < LISTINGS);
		was = &m->listings[m->listings_n++];
	}
	*was = *is;
}

static bool
is_confirmed(const struct delist_request *request)
{
	return request->applied_s != 0;
}

static void
hold_request(struct model *m, const struct delist_request *was,
    const struct delist_request *is)
{
	if (is == NULL) {
		assert_true(
		    (!delist_request_open(was) && m->now_s >= was->purge_s) ||
		    (was->muted && m->op == SUBMIT));
		return;
	}
	if (was != NULL && is_confirmed(was))
		assert_true(is_confirmed(is));
	if (is_confirmed(is) && (was == NULL || !is_confirmed(was))) {
		assert_int_equal(m->op, REDEEM);
		assert_memory_equal(is->id, m->id, 16);
		assert_true(was != NULL && delist_request_open(was));
		assert_true(m->now_s < was->expires_s ||
			    m->now_s < was->sent_expires_s);
	}
	if (is->state == DELIST_REQUEST_CANCELLED) {
		assert_int_equal(m->op, CANCEL);
		assert_memory_equal(is->id, m->id, 16);
	}
	if (is->state == DELIST_REQUEST_MAIL_SENT &&
	    (was == NULL || is->sent_generation != was->sent_generation))
		assert_true(is->sent_expires_s <=
			    m->now_s + m->world.config.policy.token_life_s);
	if (!is->muted && is->generation != (was != NULL ? was->generation : 0))
		mail_was_asked_for(m, is);
}

static void
hold_standing(struct model *m, const struct delist_standing *was,
    const struct delist_standing *is)
{
	if (was == NULL)
		return;
	if (is != NULL)
		assert_true(is->suppressed_until_s >= was->suppressed_until_s);
	else
		assert_true(m->now_s >= was->suppressed_until_s);
}

static void
hold_history(struct model *m, const struct delist_history *was,
    const struct delist_history *is)
{
	const struct delist_policy *policy = &m->world.config.policy;

	if (is != NULL && (was == NULL || is->count > was->count))
		assert_int_equal(m->op, REDEEM);
	if (is != NULL && was != NULL)
		assert_true(is->count >= was->count);
	if (is == NULL && was != NULL) {
		assert_true(m->now_s >= delist_history_cooldown_s(was, policy));
		assert_true(
		    delist_limit_left(&was->self_delists, &policy->self_delists,
			m->now_s) == policy->self_delists.max);
	}
}

/* A counter that is forgotten was idle, and counts anew. */
static void
forget_uses(struct model *m, struct delist_text key)
{
	for (size_t i = 0; i < m->uses_n; i++) {
		struct uses *uses = &m->uses[i];

		if (key.len != uses->key.len ||
		    memcmp(key.at, uses->key.at, key.len) != 0)
			continue;
		for (size_t j = 0; j < uses->n; j++)
			assert_true(
			    m->now_s >= uses->at_s[j] + uses->rule->window_s);
		uses->n = 0;
	}
}

static void
hold_change(struct model *m, const struct delist_store_change *change,
    const struct delist_store_row *row)
{
	bool gone = change->kind == DELIST_STORE_DELETE;
	struct delist_listing listing;
	struct delist_request request[2];
	struct delist_standing standing[2];
	struct delist_history history[2];

#define READ(what, to)                                                       \
	do {                                                                 \
		if (row != NULL)                                             \
			assert_int_equal(                                    \
			    delist_record_read_##what(&(to)[0], row->value), \
			    0);                                              \
		if (!gone)                                                   \
			assert_int_equal(delist_record_read_##what(          \
					     &(to)[1], change->value),       \
			    0);                                              \
	} while (0)
	switch (change->key.at[0]) {
	case 'L':
		assert_int_equal(delist_record_read_listing(&listing,
				     gone ? row->value : change->value),
		    0);
		hold_listing(m, &listing, gone);
		break;
	case 'R':
		READ(request, request);
		hold_request(m, row != NULL ? &request[0] : NULL,
		    gone ? NULL : &request[1]);
		break;
	case 'M':
		READ(standing, standing);
		hold_standing(m, row != NULL ? &standing[0] : NULL,
		    gone ? NULL : &standing[1]);
		break;
	case 'H':
		READ(history, history);
		hold_history(m, row != NULL ? &history[0] : NULL,
		    gone ? NULL : &history[1]);
		break;
	default:
		break;
	}
#undef READ
	if (gone)
		forget_uses(m, change->key);
}

/* ---- the store ---- */

static int
model_get(void *arg, bool *found, struct delist_store_row *row,
    struct delist_text key)
{
	struct model *m = arg;

	return m->inner.ops->get(m->inner.arg, found, row, key);
}

static int
model_next(void *arg, bool *found, struct delist_store_row *row,
    struct delist_text prefix, struct delist_text after)
{
	struct model *m = arg;

	return m->inner.ops->next(m->inner.arg, found, row, prefix, after);
}

/* Rows as they were are looked at while they are: before. */
static int
model_commit(void *arg, const struct delist_store_change *changes, size_t n,
    const uint8_t id[16])
{
	static struct {
		struct delist_store_row row;
		char value[1024];
		bool found;
	} was[DELIST_STORE_CHANGES_MAX];
	struct model *m = arg;
	struct delist_store store = m->world.inner;
	int result;

	for (size_t i = 0; i < n; i++) {
		assert_int_equal(store.ops->get(store.arg, &was[i].found,
				     &was[i].row, changes[i].key),
		    0);
		if (!was[i].found)
			continue;
		memcpy(was[i].value, was[i].row.value.at, was[i].row.value.len);
		was[i].row.value.at = was[i].value;
	}
	result = m->inner.ops->commit(m->inner.arg, changes, n, id);
	if (result != 0)
		return result;
	m->done++;
	for (size_t i = 0; i < n; i++)
		if (changes[i].kind != DELIST_STORE_CHECK &&
		    (was[i].found || changes[i].kind == DELIST_STORE_PUT))
			hold_change(
			    m, &changes[i], was[i].found ? &was[i].row : NULL);
	return 0;
}

/* The commit that the power was cut in, if it was done all the same. */
static void
hold_doubt(struct model *m)
{
	struct drive *drive = m->drive;

	for (size_t i = 0; i < drive->changes_n; i++) {
		const struct delist_store_change *change = &drive->changes[i];
		struct delist_store_row row;
		bool found;

		assert_int_equal(drive->should.ops->get(drive->should.arg,
				     &found, &row, change->key),
		    0);
		if (change->kind != DELIST_STORE_CHECK &&
		    (found || change->kind == DELIST_STORE_PUT))
			hold_change(m, change, found ? &row : NULL);
	}
	drive_settle(drive);
}

static const struct delist_store_ops model_ops = {
    sizeof model_ops, model_get, model_commit, model_next, NULL, NULL};

/* ---- calls ---- */

static int
do_list(struct model *m)
{
	static const uint16_t codes[] = {
	    0, 0, 0, 0, 0, 606, 606, 607, 649, 511};
	static const int64_t ttls[] = {60, HOUR, DAY, 3 * DAY};
	static const char *const sources[] = {"a", "b", "c"};
	struct delist_prefix prefix = world_prefix(PICK(m, prefixes));
	const char *source = PICK(m, sources);
	struct delist_grounds grounds = {
	    .size = sizeof grounds,
	    .source = {source, 1},
	    .reason = {"model", 5},
	    .code = m->op == BLOCK ? PICK(m, codes) : 0,
	    .ttl_s = PICK(m, ttls),
	};

	m->ttl_s = grounds.ttl_s;
	m->source = *source;
	if (below(m, 10) == 0)
		grounds.at_s = m->now_s - (int64_t)below(m, HOUR) - 1;
	if (m->op == BLOCK)
		return delist_service_block(
		    m->world.service, &prefix, &grounds, m->now_s);
	if (m->op == EXCEPT)
		return delist_service_except(
		    m->world.service, &prefix, &grounds, m->now_s);
	return delist_service_allow(
	    m->world.service, &prefix, &grounds, m->now_s);
}

static int
do_unlist(struct model *m)
{
	struct delist_prefix prefix = world_prefix(PICK(m, prefixes));
	bool removed;

	return delist_service_unlist(
	    m->world.service, &removed, (int)below(m, 3), &prefix, m->now_s);
}

/* The answer is that of the twin, whatever became of the mail. */
static int
do_submit(struct model *m)
{
	struct delist_submission form =
	    world_form(PICK(m, mailboxes), PICK(m, addrs));
	struct delist_check want = slow_check(m, &form.addr, false);
	struct delist_submit_answer answer;
	char client[2] = {(char)('a' + below(m, 26)), (char)below(m, 256)};
	int result;

	m->submitter = (int)below(m, COUNT(submitters) + 1) - 1;
	if (m->submitter >= 0)
		form.submitter = world_addr(submitters[m->submitter]);
	if (below(m, 2) == 0)
		form.client_id = (struct delist_text){client, 2};
	form.language = (uint8_t)below(m, 2);
	result =
	    delist_service_submit(m->world.service, &answer, &form, m->now_s);
	if (result != 0)
		return result;
	if (want.answer != DELIST_CHECK_BLOCKED)
		assert_int_equal(answer.result, DELIST_SUBMIT_NOT_LISTED);
	else if (want.code == 511)
		assert_int_equal(answer.result, DELIST_SUBMIT_INVESTIGATE);
	else
		assert_int_not_equal(answer.result, DELIST_SUBMIT_NOT_LISTED);
	return 0;
}

static const struct kept_mail *
some_mail(struct model *m)
{
	size_t n =
	    m->world.mails_n < MAILS_KEPT ? m->world.mails_n : MAILS_KEPT;

	/* The newest ones more often. */
	if (below(m, 3) != 0 && n > 3)
		n = 3;
	return n == 0 ? NULL : world_mail(&m->world, below(m, n));
}

/* Sometimes it isn't right. */
static bool
spoil(struct model *m, char token[47], const char *from)
{
	bool spoilt = below(m, 8) == 0;

	memcpy(token, from, 47);
	if (spoilt)
		token[below(m, 46)] ^= (char)(1 << below(m, 7));
	return spoilt;
}

static int
do_hold(struct model *m)
{
	const struct kept_mail *mail = some_mail(m);
	struct delist_view view;
	char token[47];
	bool spoilt;
	int result;

	if (mail == NULL)
		return 0;
	memcpy(m->id, mail->id, 16);
	spoilt =
	    spoil(m, token, m->op == REDEEM ? mail->confirm : mail->cancel);
	if (m->op == CANCEL)
		result = delist_service_cancel(
		    m->world.service, &view, token, 46, m->now_s);
	else
		result = delist_service_redeem(
		    m->world.service, &view, token, 46, m->now_s);
	if (spoilt)
		assert_int_not_equal(result, 0);
	if (result != 0 || m->op == CANCEL || view.already)
		return result;
	/* Mail flows, now. */
	assert_false(delist_service_check(
	    m->world.service, NULL, &view.addr, NULL, 0, m->now_s));
	return 0;
}

static int
do_resend(struct model *m)
{
	const struct kept_mail *mail = some_mail(m);
	struct delist_addr submitter = {DELIST_NOADDR, {0}};

	if (mail == NULL)
		return 0;
	m->submitter = (int)below(m, COUNT(submitters) + 1) - 1;
	if (m->submitter >= 0)
		submitter = world_addr(submitters[m->submitter]);
	return delist_service_resend(
	    m->world.service, mail->status, 46, &submitter, m->now_s);
}

static int
do_result(struct model *m)
{
	const struct kept_mail *mail = some_mail(m);

	if (mail == NULL)
		return 0;
	return delist_service_mail_result(m->world.service, mail->from,
	    strlen(mail->from), below(m, 2) ? mail->generation : 0,
	    (int)below(m, 3) + DELIST_MAIL_ACCEPTED, m->now_s);
}

static int
do_inspect(struct model *m)
{
	const struct kept_mail *mail = some_mail(m);
	struct delist_view view;
	int purpose = (int)below(m, 3) + DELIST_PURPOSE_CONFIRM;
	const char *tokens[3];
	char token[47];
	size_t done = m->done;
	bool spoilt;
	int result;

	if (mail == NULL)
		return 0;
	tokens[0] = mail->confirm;
	tokens[1] = mail->cancel;
	tokens[2] = mail->status;
	spoilt = spoil(m, token, tokens[purpose - 1]);
	result = delist_service_inspect(
	    m->world.service, &view, purpose, token, 46, m->now_s);
	assert_int_equal(m->done, done);
	if (spoilt)
		assert_int_not_equal(result, 0);
	return result;
}

static int
do_tick(struct model *m)
{
	bool more = true;
	int result = 0;

	if (below(m, 4) == 0)
		return delist_service_tick(
		    m->world.service, &more, below(m, 4), m->now_s);
	while (more && result == 0)
		result =
		    delist_service_tick(m->world.service, &more, 16, m->now_s);
	if (result == 0)
		assert_true(
		    delist_service_next_due(m->world.service) > m->now_s);
	return result;
}

static int
do_reopen(struct model *m)
{
	struct delist_service *old = m->world.service;
	int result;

	m->world.service = NULL;
	result = delist_service_open(&m->world.service, &m->world.config);
	if (result != 0) {
		m->world.service = old;
		return result;
	}
	delist_service_close(old);
	for (size_t i = 0; i < COUNT(addrs); i++)
		compare_check(m, addrs[i]);
	return 0;
}

static int (*const calls[OPS])(struct model *m) = {
    [BLOCK] = do_list,
    [EXCEPT] = do_list,
    [ALLOW] = do_list,
    [UNLIST] = do_unlist,
    [SUBMIT] = do_submit,
    [REDEEM] = do_hold,
    [CANCEL] = do_hold,
    [RESEND] = do_resend,
    [RESULT] = do_result,
    [TICK] = do_tick,
    [INSPECT] = do_inspect,
    [REOPEN] = do_reopen,
};
/* Of 100. */
static const uint8_t share[OPS] = {
    [BLOCK] = 22,
    [EXCEPT] = 1,
    [ALLOW] = 1,
    [UNLIST] = 2,
    [SUBMIT] = 24,
    [REDEEM] = 16,
    [CANCEL] = 1,
    [RESEND] = 4,
    [RESULT] = 4,
    [TICK] = 12,
    [INSPECT] = 12,
    [REOPEN] = 1,
};

static void
step_clock(struct model *m)
{
	switch (below(m, 100)) {
	case 0:
		m->now_s -= (int64_t)below(m, 2 * HOUR);
		break;
	case 1:
		m->now_s += (int64_t)below(m, 3 * DAY);
		break;
	case 2:
		if (below(m, 20) == 0)
			m->now_s += (int64_t)below(m, 300) * DAY;
		else if (below(m, 20) == 0)
			m->now_s -= (int64_t)below(m, 2 * DAY);
		break;
	default:
		if (below(m, 3) == 0)
			m->now_s += (int64_t)below(m, 400);
		break;
	}
}

/* What the world does to the next call. */
static void
set_scene(struct model *m)
{
	static const int outcomes[] = {DELIST_MAIL_ACCEPTED,
	    DELIST_MAIL_ACCEPTED, DELIST_MAIL_ACCEPTED, DELIST_MAIL_ACCEPTED,
	    DELIST_MAIL_DELAYED, DELIST_MAIL_FAILED, DELIST_MAIL_LATER, 99};
	static const int errors[] = {
	    DELIST_ENOMEM, DELIST_EIO, DELIST_EREADONLY, DELIST_ECORRUPT};
	struct world *world = &m->world;

	if (m->drive != NULL && below(m, 40) == 0)
		drive_cut_after(m->drive, below(m, 12));
	world->outcome = PICK(m, outcomes);
	world->relation = below(m, 20) != 0;
	world->conflicts = below(m, 20) == 0 ? below(m, 10) : 0;
	if (m->drive != NULL && m->drive->disks[m->drive->in].dies_at != 0)
		world->conflicts = 0; /* others have lost power too */
	world->entropy_error = below(m, 100) == 0 ? DELIST_EIO : 0;
	world->store_fail_at = 0;
	if (below(m, 12) == 0) {
		world->store_error = PICK(m, errors);
		world->store_from_then_on = below(m, 2) == 0;
		world->store_fail_at = world->store_calls + 1 + below(m, 8);
	}
}

/* The power was cut: what is there then is all that was answered. */
static void
restart(struct model *m)
{
	if (drive_restart(m->drive))
		hold_doubt(m);
	delist_service_close(m->world.service);
	m->world.service = NULL;
	world_open(&m->world);
	for (size_t i = 0; i < COUNT(addrs); i++)
		compare_check(m, addrs[i]);
}

/* A clock that shows anything: whoever only looks does no harm. */
static void
look_at_any_time(struct model *m)
{
	static const int64_t times_s[] = {INT64_MIN, INT64_MIN + 1, -1, 0,
	    NOW - 1000 * DAY, NOW + 1000 * DAY, INT64_MAX - 1, INT64_MAX};
	int64_t now_s = m->now_s;

	m->now_s = PICK(m, times_s);
	m->op = INSPECT;
	compare_check(m, PICK(m, addrs));
	(void)do_inspect(m);
	m->now_s = now_s;
}

static void
step(struct model *m)
{
	uint64_t of_100 = below(m, 100);
	size_t done = m->done;
	int result;

	for (m->op = 0; of_100 >= share[m->op]; m->op++)
		of_100 -= share[m->op];
	step_clock(m);
	set_scene(m);
	m->submitter = -1;
	result = calls[m->op](m);
	m->did[m->op]++;
	/* What fails has done nothing; tick is many calls in one. */
	if (result != 0) {
		m->failed++;
		if (m->op != TICK)
			assert_int_equal(m->done, done);
	}
	m->world.store_fail_at = 0;
	m->world.entropy_error = 0;
	if (m->drive != NULL && drive_is_cut(m->drive))
		restart(m);
	for (int i = 0; i < 2; i++)
		compare_check(m, PICK(m, addrs));
	if (below(m, 50) == 0)
		look_at_any_time(m);
}

/* Far in the future all is over, and nothing that anybody did is left. */
static void
let_it_end(struct model *m)
{
	m->now_s = INT64_MAX / 2;
	m->op = TICK;
	for (int i = 0; i < 4; i++) {
		bool more = true;

		m->now_s += 1000 * (int64_t)DAY;
		while (more)
			assert_int_equal(delist_service_tick(m->world.service,
					     &more, 16, m->now_s),
			    0);
	}
	for (size_t i = 0; i < COUNT(addrs); i++)
		assert_false(world_refuses(&m->world, addrs[i], m->now_s));
	assert_int_equal(m->listings_n, 0);
	assert_int_equal(delist_service_next_due(m->world.service), INT64_MAX);
}

static void
set_policy(struct delist_policy *policy)
{
	policy->mails_mailbox = (struct delist_limit_rule){6, 8 * HOUR};
	policy->mails_domain = (struct delist_limit_rule){8, 2 * HOUR};
	policy->mails_submitter = (struct delist_limit_rule){4, HOUR};
	policy->mails_all = (struct delist_limit_rule){12, HOUR};
	policy->open_per_target = 2;
	policy->pending_max = 6;
	policy->self_delists = (struct delist_limit_rule){12, 2 * DAY};
	policy->strikes = (struct delist_limit_rule){8, DAY};
	policy->cooldown_s = 60;
	policy->cooldown_cap_s = HOUR;
	policy->probation_s = 2 * DAY;
	policy->failed_mails = (struct delist_limit_rule){3, 2 * DAY};
	policy->suppress_failed_s = DAY;
	policy->suppress_cancel_s = 2 * DAY;
	policy->personal_s = 5 * DAY;
	policy->audit_s = 6 * DAY;
	policy->ttl_cap_s = 20 * DAY;
}

static size_t
operations(void)
{
	const char *text = getenv("DELIST_MODEL_OPERATIONS");

	return text != NULL ? (size_t)strtoull(text, NULL, 10) : 200000;
}

static struct model model;

static void
begin(uint64_t seed, struct drive *drive)
{
	struct model *m = &model;

	memset(m, 0, sizeof *m);
	world_init(&m->world, NULL);
	m->random.state = seed;
	m->now_s = NOW;
	m->drive = drive;
	if (drive != NULL)
		m->world.inner = drive_store(drive);
	m->inner = m->world.config.store;
	m->world.config.store = (struct delist_store){&model_ops, m};
	set_policy(&m->world.config.policy);
	make_uses(m);
	world_open(&m->world);
}

struct did {
	size_t of[OPS], failed, mails, lifts, blocked;
};

static void
end(struct did *did)
{
	struct model *m = &model;

	m->world.outcome = DELIST_MAIL_ACCEPTED;
	m->world.conflicts = 0;
	if (m->drive != NULL)
		m->drive->disks[m->drive->in].dies_at = 0;
	let_it_end(m);
	for (int op = 0; op < OPS; op++)
		did->of[op] += m->did[op];
	did->failed += m->failed;
	did->mails += m->mails;
	did->lifts += m->lifts;
	did->blocked += m->blocked;
	world_close(&m->world);
}

/* That it did something, of all sorts. */
static void
was_busy(const struct did *did, size_t n)
{
	print_message("figure: %zu operations, %zu failed, %zu mails, "
		      "%zu lifts, %zu restarts, %zu blocked\n",
	    n, did->failed, did->mails, did->lifts, did->of[REOPEN],
	    did->blocked);
	if (n < 20000)
		return;
	assert_true(did->mails > n / 200);
	assert_true(did->lifts > n / 1000);
	assert_true(did->failed > n / 50);
	assert_true(did->of[REOPEN] > n / 200);
}

static void
whatever_happens(void **state)
{
	struct did did = {.failed = 0};

	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		begin(seed, NULL);
		for (size_t i = 0; i < operations() / SEEDS; i++)
			step(&model);
		end(&did);
	}
	was_busy(&did, operations());
}

static void
whatever_happens_when_power_is_cut(void **state)
{
	static struct drive drive;
	struct did did = {.failed = 0};
	size_t n = operations() / 4, cuts = 0, in_doubt = 0, found = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		drive_init(&drive, seed);
		begin(seed, &drive);
		for (size_t i = 0; i < n / SEEDS; i++)
			step(&model);
		end(&did);
		cuts += drive.cuts;
		in_doubt += drive.in_doubt;
		found += drive.found;
		drive_fini(&drive);
	}
	print_message("figure: power cut %zu times, %zu commits in doubt, "
		      "%zu of them there\n",
	    cuts, in_doubt, found);
	was_busy(&did, n);
	if (n >= 20000) {
		assert_true(in_doubt > n / 500);
		assert_true(found > n / 5000 && found < in_doubt);
	}
}

int
main(void)
{
	TEST(whatever_happens);
	TEST(whatever_happens_when_power_is_cut);
	return support_run("service_model");
}
