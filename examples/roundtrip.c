/* SPDX-License-Identifier: ISC */
/*
 * roundtrip - from a bounce to mail that flows
 *
 * usage: roundtrip [BOUNCE]
 *
 * Plays both sides of a blocked sender's story against each other, through
 * the public interface only.  The sender reads a bounce (by default one that
 * Postfix wrote) and asks to be delisted; the receiver is a service on a
 * store in memory.  A host puts its MTA, web server and mailer where this
 * program prints.  The clock is a number, so 31 days take no time.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <delist/delist.h>

enum {
	MINUTE = 60,
	HOUR = 60 * MINUTE,
	DAY = 24 * HOUR
};

static int64_t now_s = INT64_C(1795460400); /* 2026-11-23 19:00:00 UTC */
static int64_t began_s = INT64_C(1795460400);

/* ---- the time line ---- */

static void
say(const char *who, const char *what)
{
	int64_t past_s = now_s - began_s;

	printf("%3dd %02d:%02d  %-8s  %s\n", (int)(past_s / DAY),
	    (int)(past_s % DAY / HOUR), (int)(past_s % HOUR / MINUTE), who,
	    what);
}

static void
die(const char *what, int error)
{
	fprintf(stderr, "roundtrip: %s: %s\n", what, delist_strerror(error));
	exit(1);
}

static void
must(const char *what, int result)
{
	if (result != DELIST_OK)
		die(what, result);
}

static void
expect(const char *what, bool holds)
{
	if (!holds) {
		fprintf(stderr, "roundtrip: %s: it is not so\n", what);
		exit(1);
	}
}

/* ---- what the host gives: a mailer, and the link in its last mail ---- */

static const char confirm_url[] = "https://delist.example.net/confirm/";
static char token[DELIST_TOKEN_LEN + 1];
static int mails;

static int
send_mail(void *arg, const struct delist_mail *mail)
{
	const char *at = mail->message.at, *end = at + mail->message.len;

	(void)arg;
	mails++;
	printf("\n");
	while (at < end) {
		const char *eol = memchr(at, '\r', (size_t)(end - at));
		int len = (int)((eol != NULL ? eol : end) - at);

		printf("    | %.*s\n", len, at);
		if ((size_t)len == strlen(confirm_url) + DELIST_TOKEN_LEN &&
		    memcmp(at, confirm_url, strlen(confirm_url)) == 0)
			memcpy(
			    token, at + strlen(confirm_url), DELIST_TOKEN_LEN);
		at += len + 2;
	}
	printf("\n");
	return DELIST_MAIL_ACCEPTED;
}

static const struct delist_mail_ops mail_ops = {sizeof mail_ops, send_mail};

/* ---- the receiver ---- */

static struct delist_memstore *memstore;
static struct delist_service *service;

static void
open_receiver(void)
{
	static struct delist_service_config config;

	must("memory", delist_memstore_new(&memstore, NULL));
	must("config", delist_service_config_init(&config, sizeof config));
	config.store = delist_memstore_store(memstore);
	config.mailer.ops = &mail_ops;
	config.host.size = sizeof config.host;
	config.host.entropy = delist_entropy;
	/* The bounces of this project come from loopback: let it be listed. */
	config.policy.guard.protected_count = 0;
	config.keyring.count = 1;
	config.keyring.keys[0].kid = 1;
	config.keyring.keys[0].retired_s = INT64_MAX;
	must("random bytes",
	    delist_entropy(NULL, config.keyring.keys[0].bytes, 32));
	must(
	    "random bytes", delist_entropy(NULL, config.keyring.index_key, 32));
	config.from = "delist@example.net";
	config.domain = "example.net";
	config.delist_mailbox = "delist@example.net";
	config.portal_url = "https://delist.example.net/";
	config.confirm_url = confirm_url;
	config.cancel_url = "https://delist.example.net/cancel/";
	config.status_url = "https://delist.example.net/status/";
	must("service", delist_service_open(&service, &config));
}

static void
list(const struct delist_prefix *prefix)
{
	struct delist_grounds grounds = {
	    .size = sizeof grounds,
	    .source = {"spamtrap", 8},
	    .reason = {"spam seen", 9},
	};

	must("block", delist_service_block(service, prefix, &grounds, now_s));
}

/* What the MTA answers at RCPT.  Whether it refuses. */
static bool
rcpt(const struct delist_addr *client)
{
	static const char to[] = "b@example.net";
	char reply[DELIST_REPLY_TEXT];
	struct delist_check check;
	size_t len;

	if (!delist_service_check(
		service, &check, client, to, strlen(to), now_s)) {
		say("MTA", "250 2.1.5 Ok");
		return false;
	}
	must("reply", delist_service_reply(service, reply, sizeof reply, &len,
			  &check, client, 0));
	say("MTA", reply);
	return true;
}

/* ---- the sender ---- */

static char *
read_file(const char *path, size_t *len)
{
	FILE *file = fopen(path, "rb");
	char *text = malloc(1 << 20);

	if (file == NULL || text == NULL) {
		perror(path);
		exit(1);
	}
	*len = fread(text, 1, 1 << 20, file);
	fclose(file);
	return text;
}

/* Which of the sender's addresses is blocked, and what the bounce advises. */
static struct delist_addr
read_bounce(const char *path)
{
	static char scratch[DELIST_NDR_SCRATCH];
	struct delist_verdict verdict;
	char status[DELIST_STATUS_TEXT], ip[DELIST_PREFIX_TEXT], line[256];
	size_t len, count;
	char *text = read_file(path, &len);

	must("bounce", delist_ndr_parse(&verdict, 1, &count, scratch,
			   sizeof scratch, text, len));
	free(text);
	if (verdict.remedy != DELIST_REMEDY_PORTAL ||
	    verdict.blocked.addr.family == DELIST_NOADDR) {
		printf("%s: %s, remedy %s: nothing for a portal\n", path,
		    delist_class_name(verdict.cls),
		    delist_remedy_name(verdict.remedy));
		exit(0);
	}
	delist_status_format(status, &verdict.status);
	delist_addr_format(ip, &verdict.blocked.addr);
	snprintf(line, sizeof line, "bounce says %s for %s: %s, remedy: %s",
	    status, ip, delist_class_name(verdict.cls),
	    delist_remedy_name(verdict.remedy));
	say("sender", line);
	return verdict.blocked.addr;
}

static void
ask(const struct delist_addr *addr)
{
	static const char mailbox[] = "postmaster@sender.example";
	struct delist_submission submission = {
	    .size = sizeof submission,
	    .mailbox = {mailbox, sizeof mailbox - 1},
	    .addr = *addr,
	};
	struct delist_submit_answer answer;

	must("submit",
	    delist_service_submit(service, &answer, &submission, now_s));
	expect("the portal waits", answer.result == DELIST_SUBMIT_WAITING);
	say("portal", "POST form: if the mailbox is right, a mail is there");
}

static void
get_page(void)
{
	struct delist_view view;

	must("inspect",
	    delist_service_inspect(service, &view, DELIST_PURPOSE_CONFIRM,
		token, DELIST_TOKEN_LEN, now_s));
	say("portal", view.redeemable == DELIST_OK
			  ? "GET link: a page with the button \"Delist IP\""
			  : "GET link: a page that says it can't be done");
}

/* Press the button; it must come to `want`. */
static void
post_page(const char *with, const char *text, int want)
{
	struct delist_view view;
	char line[128];
	int result = delist_service_redeem(
	    service, &view, text, DELIST_TOKEN_LEN, now_s);
	const char *outcome = delist_strerror(result);

	if (result == DELIST_OK)
		outcome = view.already ? "it is done already" : "delisted";
	snprintf(line, sizeof line, "POST %s: %s", with, outcome);
	say("portal", line);
	expect(with, result == want);
}

/* Let time pass, doing all that is due on the way. */
static void
wait_until(int64_t then_s)
{
	while (delist_service_next_due(service) <= then_s) {
		bool more;

		if (delist_service_next_due(service) > now_s)
			now_s = delist_service_next_due(service);
		must("tick", delist_service_tick(service, &more, 100, now_s));
	}
	now_s = then_s;
}

/* ---- the story ---- */

static void
first_round(const struct delist_addr *addr, char used[DELIST_TOKEN_LEN + 1])
{
	char forged[DELIST_TOKEN_LEN + 1];

	say("sender", "asks the portal");
	ask(addr);
	now_s += 2 * MINUTE;
	get_page();
	get_page();
	say("", "looking changed nothing: mail scanners follow links");
	expect("still refused", rcpt(addr));
	memcpy(forged, token, sizeof forged);
	forged[30] = forged[30] == 'A' ? 'B' : 'A';
	post_page("a forged token", forged, DELIST_ETOKEN);
	expect("still refused", rcpt(addr));
	now_s += MINUTE;
	post_page("the link's token", token, DELIST_OK);
	expect("mail flows", !rcpt(addr));
	post_page("the same again", token, DELIST_OK);
	memcpy(used, token, sizeof forged);
}

/* It comes back: a used token and an expired one are of no use. */
static void
second_round(const struct delist_addr *addr, const struct delist_prefix *prefix,
    const char *used)
{
	say("receiver", "the trap is hit again: listed once more, a strike");
	list(prefix);
	expect("refused", rcpt(addr));
	post_page("the used token", used, DELIST_OK);
	expect("still refused", rcpt(addr));
	say("sender", "asks the portal again");
	ask(addr);
	wait_until(now_s + DAY);
	say("sender", "comes back a day later: the link is over");
	post_page("the expired token", token, DELIST_EEXPIRED);
	expect("still refused", rcpt(addr));
}

int
main(int argc, char **argv)
{
	const char *path = argc > 1 ? argv[1] : BOUNCE;
	char used[DELIST_TOKEN_LEN + 1];
	struct delist_prefix prefix;
	struct delist_addr addr;

	printf("The bounce: %s\n\n",
	    strrchr(path, '/') != NULL ? strrchr(path, '/') + 1 : path);
	open_receiver();
	addr = read_bounce(path);
	prefix =
	    delist_prefix_of(&addr, addr.family == DELIST_INET4 ? 32 : 128);
	say("receiver", "a spam trap is hit: the address is listed");
	list(&prefix);
	expect("refused", rcpt(&addr));
	first_round(&addr, used);
	wait_until(began_s + 3 * DAY);
	second_round(&addr, &prefix, used);
	wait_until(began_s + 31 * DAY);
	say("", "nobody does anything: what was seen is too old by now");
	expect("mail flows", !rcpt(&addr));
	wait_until(began_s + 400 * (int64_t)DAY);
	say("receiver", "nothing is left to wait for");
	expect("nothing is due", delist_service_next_due(service) == INT64_MAX);
	printf("\n%d mails, %zu row in the store: how often the set changed\n",
	    mails, delist_memstore_count(memstore));
	delist_service_close(service);
	delist_memstore_free(memstore);
	return 0;
}
