/* SPDX-License-Identifier: ISC */
/*
 * roundtrip_host.c - the host of roundtrip: mailer, keys, files, processes
 *
 * What the world has seen lies in memory that processes share, so that it is
 * there when a receiver is not.  Keys are made before the first process: a
 * host keeps them in a file of its own.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "roundtrip.h"

struct world *world;

static void
make_world(void)
{
	world = mmap(NULL, sizeof *world, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (world == MAP_FAILED) {
		perror("mmap");
		exit(1);
	}
	world->began_s = world->now_s =
	    INT64_C(1795460400); /* 2026-11-23 19:00 UTC */
}

/* ---- the time line ---- */

void
say(const char *who, const char *what)
{
	int64_t past_s = world->now_s - world->began_s;

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

void
must(const char *what, int result)
{
	if (result != DELIST_OK)
		die(what, result);
}

void
expect(const char *what, bool holds)
{
	if (!holds) {
		fprintf(stderr, "roundtrip: %s: it is not so\n", what);
		exit(1);
	}
}

/* ---- what the host gives: a mailer ---- */

static const char confirm_url[] = "https://delist.example.net/confirm/";

int killed_when = NEVER;

void
kill_me_if(int when)
{
	if (killed_when != when)
		return;
	fflush(stdout);
	kill(getpid(), SIGKILL);
}

/* Find the text behind `name` in the message, up to the end of its line. */
static void
copy_behind(char *to, size_t size, struct delist_text message, const char *name)
{
	const char *at = memmem(message.at, message.len, name, strlen(name));

	expect(name, at != NULL);
	at += strlen(name);
	snprintf(to, size, "%.*s", (int)strcspn(at, "\r"), at);
}

static void
print_message(struct delist_text message)
{
	const char *at = message.at, *end = at + message.len;

	printf("\n");
	while (at < end) {
		int len = (int)strcspn(at, "\r");

		printf("    | %.*s\n", len, at);
		at += len + 2;
	}
	printf("\n");
}

/* Whether it is the one that was to go out last. */
static bool
is_the_same(struct delist_text message)
{
	bool same = message.len == world->message_len &&
		    memcmp(message.at, world->message, message.len) == 0;

	expect("it fits", message.len <= sizeof world->message);
	memcpy(world->message, message.at, message.len);
	world->message_len = message.len;
	return same;
}

static int
send_mail(void *arg, const struct delist_mail *mail)
{
	char message_id[128], line[256];

	(void)arg;
	copy_behind(
	    message_id, sizeof message_id, mail->message, "\r\nMessage-ID: ");
	snprintf(line, sizeof line, "hands over the mail %s", message_id);
	say("receiver", line);
	if (is_the_same(mail->message))
		say("", "the same mail to the byte, Message-ID and all");
	kill_me_if(MAIL_IS_STORED);

	if (world->mails++ == 0)
		print_message(mail->message);
	copy_behind(
	    world->token, sizeof world->token, mail->message, confirm_url);
	kill_me_if(MAIL_IS_HANDED_OVER);
	return DELIST_MAIL_ACCEPTED;
}

static const struct delist_mail_ops mail_ops = {sizeof mail_ops, send_mail};

/* ---- the receiver ---- */

static char directory[4096];
static struct delist_service_config config;
static struct delist_journal *journal;
struct delist_service *service;

static void
remove_files(void)
{
	static const char *const names[] = {
	    "receiver.lock", "receiver.journal", "receiver.journal.new"};
	char path[sizeof directory + 32];

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		snprintf(path, sizeof path, "%s/%s", directory, names[i]);
		unlink(path);
	}
	rmdir(directory);
}

static void
make_directory(void)
{
	const char *tmp = getenv("TMPDIR");

	snprintf(directory, sizeof directory, "%s/roundtrip-XXXXXX",
	    tmp != NULL ? tmp : "/tmp");
	if (mkdtemp(directory) == NULL) {
		perror(directory);
		exit(1);
	}
	atexit(remove_files);
}

/* Keys are the host's to keep: they must be the same after a restart. */
static void
make_keys(struct delist_keyring *keyring)
{
	keyring->count = 1;
	keyring->keys[0].kid = 1;
	keyring->keys[0].retired_s = INT64_MAX;
	must("random bytes", delist_entropy(NULL, keyring->keys[0].bytes, 32));
	must("random bytes", delist_entropy(NULL, keyring->index_key, 32));
}

static void
make_config(void)
{
	must("config", delist_service_config_init(&config, sizeof config));
	config.mailer.ops = &mail_ops;
	config.host.size = sizeof config.host;
	config.host.entropy = delist_entropy;
	/* The bounces of this project come from loopback: let it be listed. */
	config.policy.guard.protected_count = 0;
	make_keys(&config.keyring);
	config.from = "delist@example.net";
	config.domain = "example.net";
	config.delist_mailbox = "delist@example.net";
	config.portal_url = "https://delist.example.net/";
	config.confirm_url = confirm_url;
	config.cancel_url = "https://delist.example.net/cancel/";
	config.status_url = "https://delist.example.net/status/";
}

void
open_receiver(void)
{
	struct delist_journal_options options = {
	    .size = sizeof options,
	    .now_s = world->now_s,
	    .entropy = delist_entropy,
	};

	must("journal",
	    delist_journal_open(&journal, directory, "receiver", &options));
	config.store = delist_journal_store(journal);
	must("service", delist_service_open(&service, &config));
}

void
close_receiver(void)
{
	delist_service_close(service);
	delist_journal_close(journal);
}

int
rows_left(void)
{
	struct delist_journal_stats stats = {.size = sizeof stats};

	must("statistics", delist_journal_stats(&stats, journal));
	return (int)stats.rows;
}

void
make_host(void)
{
	make_world();
	make_directory();
	make_config();
}

/* ---- processes that do not live to the end of their act ---- */

void
play_and_be_killed(
    void (*act)(const struct delist_addr *addr), const struct delist_addr *addr)
{
	int status = 0;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		open_receiver();
		act(addr);
		fprintf(stderr, "roundtrip: it should have been killed\n");
		_exit(1);
	}
	expect("a process", pid > 0 && waitpid(pid, &status, 0) == pid);
	expect("it was killed",
	    WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	printf(
	    "\n%13s kill -9: another receiver goes on from the file\n\n", "");
}
