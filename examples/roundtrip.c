/* SPDX-License-Identifier: ISC */
/*
 * roundtrip - from a bounce to mail that flows
 *
 * usage: roundtrip [BOUNCE]
 *
 * Plays both sides of a blocked sender's story against each other, through
 * the public interface only.  The sender reads a bounce (by default one that
 * Postfix wrote) and asks to be delisted; the receiver is a service on a
 * journal, a file in a directory of its own.  A host puts its MTA, web server
 * and mailer where this program prints.  The clock is a number, so 31 days
 * take no time.
 *
 * Three times the receiver is a process of its own and is killed, where it
 * hurts: when the mail is stored and not yet handed over, when it is handed
 * over and that is not yet stored, and when a block is lifted and nobody was
 * told.  Each time another goes on from the file.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <delist/delist.h>

#include "roundtrip.h"

/* ---- the receiver ---- */

static void
list(const struct delist_prefix *prefix)
{
	struct delist_grounds grounds = {
	    .size = sizeof grounds,
	    .source = {"spamtrap", 8},
	    .reason = {"spam seen", 9},
	};

	must("block",
	    delist_service_block(service, prefix, &grounds, world->now_s));
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
		service, &check, client, to, strlen(to), world->now_s)) {
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
	    delist_service_submit(service, &answer, &submission, world->now_s));
	expect("the portal waits", answer.result == DELIST_SUBMIT_WAITING);
	say("portal", "POST form: if the mailbox is right, a mail is there");
}

static void
get_page(void)
{
	struct delist_view view;

	must("inspect",
	    delist_service_inspect(service, &view, DELIST_PURPOSE_CONFIRM,
		world->token, DELIST_TOKEN_LEN, world->now_s));
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
	    service, &view, text, DELIST_TOKEN_LEN, world->now_s);
	const char *outcome = delist_strerror(result);

	kill_me_if(BLOCK_IS_LIFTED);
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
	int64_t due_s;
	bool more;

	while ((due_s = delist_service_next_due(service)) <= then_s) {
		if (due_s > world->now_s)
			world->now_s = due_s;
		must("tick",
		    delist_service_tick(service, &more, 100, world->now_s));
	}
	world->now_s = then_s;
}

/* ---- acts that a receiver does not live through ---- */

static void
lists_and_is_asked(const struct delist_addr *addr)
{
	struct delist_prefix prefix =
	    delist_prefix_of(addr, addr->family == DELIST_INET4 ? 32 : 128);

	killed_when = MAIL_IS_STORED;
	say("receiver", "a spam trap is hit: the address is listed");
	list(&prefix);
	expect("refused", rcpt(addr));
	say("sender", "asks the portal");
	ask(addr);
}

/* The mail is due at once, for nothing says that it ever went out. */
static void
sends_what_is_stored(const struct delist_addr *addr)
{
	killed_when = MAIL_IS_HANDED_OVER;
	expect("still refused", rcpt(addr));
	world->now_s += MINUTE;
	wait_until(world->now_s);
}

/* Nothing says that it was handed over, so it is once more. */
static void
confirms(const struct delist_addr *addr)
{
	char forged[DELIST_TOKEN_LEN + 1];

	wait_until(world->now_s);
	expect("one mail, twice", world->mails == 2);
	world->now_s += MINUTE;
	get_page();
	get_page();
	say("", "looking changed nothing: mail scanners follow links");
	expect("still refused", rcpt(addr));
	memcpy(forged, world->token, sizeof forged);
	forged[30] = forged[30] == 'A' ? 'B' : 'A';
	post_page("a forged token", forged, DELIST_ETOKEN);
	expect("still refused", rcpt(addr));
	world->now_s += MINUTE;
	say("sender", "presses the button");
	killed_when = BLOCK_IS_LIFTED;
	post_page("the link's token", world->token, DELIST_OK);
}

/* ---- the rest of the story ---- */

static void
is_delisted(const struct delist_addr *addr)
{
	expect("mail flows", !rcpt(addr));
	say("sender", "saw no answer, and presses it again");
	post_page("the link's token", world->token, DELIST_OK);
	wait_until(world->now_s + HOUR);
	expect("no mail once more", world->mails == 2);
}

/* It comes back: a used token and an expired one are of no use. */
static void
second_round(const struct delist_addr *addr)
{
	struct delist_prefix prefix =
	    delist_prefix_of(addr, addr->family == DELIST_INET4 ? 32 : 128);

	say("receiver", "the trap is hit again: listed once more, a strike");
	list(&prefix);
	expect("refused", rcpt(addr));
	post_page("the used token", world->token, DELIST_OK);
	expect("still refused", rcpt(addr));
	say("sender", "asks the portal again");
	ask(addr);
	wait_until(world->now_s + DAY);
	say("sender", "comes back a day later: the link is over");
	post_page("the expired token", world->token, DELIST_EEXPIRED);
	expect("still refused", rcpt(addr));
}

int
main(int argc, char **argv)
{
	const char *path = argc > 1 ? argv[1] : BOUNCE;
	struct delist_addr addr;

	printf("The bounce: %s\n\n",
	    strrchr(path, '/') != NULL ? strrchr(path, '/') + 1 : path);
	make_host();
	addr = read_bounce(path);
	play_and_be_killed(lists_and_is_asked, &addr);
	play_and_be_killed(sends_what_is_stored, &addr);
	play_and_be_killed(confirms, &addr);
	open_receiver();
	is_delisted(&addr);
	wait_until(world->began_s + 3 * DAY);
	second_round(&addr);
	wait_until(world->began_s + 31 * DAY);
	say("", "nobody does anything: what was seen is too old by now");
	expect("mail flows", !rcpt(&addr));
	wait_until(world->began_s + 800 * (int64_t)DAY);
	say("receiver", "nothing is left to wait for");
	expect("nothing is due", delist_service_next_due(service) == INT64_MAX);
	printf("\n%d mails, %d row in the journal: how often the set changed\n",
	    world->mails, rows_left());
	close_receiver();
	return 0;
}
