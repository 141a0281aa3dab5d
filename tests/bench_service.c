/* SPDX-License-Identifier: ISC */
/*
 * bench_service - what tokens, deadlines, the index and a check cost
 *
 * usage: bench_service [DIRECTORY [LISTINGS [DEADLINES]]]
 *
 * The journal is made in DIRECTORY (default: one of its own under /tmp).
 * Figures of a crowded machine vary, so what is compared takes turns in one
 * run, and all is time of the processor: nothing here waits for a disk.
 * bench_journal has what does.
 *
 *	verify		tokens a second; 500,000 at least
 *	deadline-*	ns for each of DEADLINES, in random order
 *	open-*		records a second, of the journal and of the service;
 *			1,000,000 at least for both together
 *	memory		bytes of the service for each listing; 64 at most
 *	check-*		ns, beside the bare look-up in a set of the same
 *			prefixes; 1.5 times at most for a miss
 */
#define _GNU_SOURCE
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <delist/delist.h>

enum {
	DAY = 86400,
	NOW = 20000 * DAY,
	ADDRS = 1 << 18, /* asked for, again and again */
	TURNS = 9
};

static const char *directory;
static size_t listings = 1000000, requests = 100000, deadlines = 10000000;

static void
must(const char *what, bool holds)
{
	if (holds)
		return;
	fprintf(stderr, "bench_service: %s\n", what);
	exit(1);
}

static double
seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static uint64_t
scrambled(uint64_t n)
{
	n = (n + 1) * 0x9e3779b97f4a7c15;
	n = (n ^ n >> 30) * 0xbf58476d1ce4e5b9;
	n = (n ^ n >> 27) * 0x94d049bb133111eb;
	return n ^ n >> 31;
}

/* ---- memory, counted ---- */

static size_t taken;

static void *
counted(void *arg, void *ptr, size_t old_size, size_t new_size)
{
	(void)arg;
	if (new_size == 0) {
		taken -= old_size;
		free(ptr);
		return NULL;
	}
	ptr = realloc(ptr, new_size);
	must("no memory", ptr != NULL);
	taken += new_size - old_size;
	return ptr;
}

static const struct delist_alloc counting = {counted, NULL};

/* ---- tokens ---- */

static struct delist_keyring
some_keys(void)
{
	struct delist_keyring ring = {.count = 1};

	ring.keys[0].kid = 1;
	ring.keys[0].retired_s = INT64_MAX;
	memset(ring.keys[0].bytes, 1, sizeof ring.keys[0].bytes);
	memset(ring.index_key, 2, sizeof ring.index_key);
	return ring;
}

static void
bench_tokens(void)
{
	struct delist_keyring ring = some_keys();
	struct delist_grant grant = {.generation = 1};
	struct delist_token token;
	const int n = 200000;
	double best_s = 1e9;

	grant.addr = delist_addr_from4(0xcb007107);
	must("mailbox", delist_mailbox_parse(&grant.mailbox,
			    "postmaster@sender.example", 25) == DELIST_OK);
	must("token", delist_token_make(&token, &ring, 1,
			  DELIST_PURPOSE_CONFIRM, &grant) == DELIST_OK);
	for (int turn = 0; turn < TURNS; turn++) {
		double begun = seconds(), took_s;

		for (int i = 0; i < n; i++)
			must(
			    "verify", delist_token_verify(&token, &ring,
					  DELIST_PURPOSE_CONFIRM, &grant, NOW));
		took_s = seconds() - begun;
		if (took_s < best_s)
			best_s = took_s;
	}
	printf("verify           %9.0f tokens/s\n", n / best_s);
}

/* ---- deadlines ---- */

static void
bench_deadlines(void)
{
	uint64_t *handles = malloc(deadlines * sizeof *handles), items[64];
	struct delist_deadline *queue;
	size_t popped = 0, n;
	double begun, insert_s, cancel_s, pop_s;
	size_t before = taken, bytes;

	must("memory",
	    handles != NULL && delist_deadline_new(&queue, &counting) == 0);
	begun = seconds();
	for (size_t i = 0; i < deadlines; i++)
		must("insert", delist_deadline_insert(queue, &handles[i],
				   NOW + (int64_t)(scrambled(i) % (90 * DAY)),
				   i) == DELIST_OK);
	insert_s = seconds() - begun;
	bytes = taken - before;
	begun = seconds();
	for (size_t i = 0; i < deadlines; i += 2)
		must("cancel", delist_deadline_cancel(queue, handles[i]));
	cancel_s = seconds() - begun;
	begun = seconds();
	while ((n = delist_deadline_pop(queue, items, 64, INT64_MAX)) != 0)
		popped += n;
	pop_s = seconds() - begun;
	must("pop", popped == deadlines / 2);
	printf("deadline-insert  %9.0f ns        (%zu of them)\n",
	    insert_s / (double)deadlines * 1e9, deadlines);
	printf("deadline-cancel  %9.0f ns        (every second one)\n",
	    cancel_s / (double)popped * 1e9);
	printf("deadline-pop     %9.0f ns        (the others)\n",
	    pop_s / (double)popped * 1e9);
	printf("deadline-memory  %9.1f bytes each\n",
	    (double)bytes / (double)deadlines);
	delist_deadline_free(queue);
	free(handles);
}

/* ---- a journal of listings and requests ---- */

static struct delist_journal *
open_journal(void)
{
	struct delist_journal_options options = {
	    .size = sizeof options, .entropy = delist_entropy};
	struct delist_journal *journal;

	must("journal", delist_journal_open(&journal, directory, "bench",
			    &options) == DELIST_OK);
	return journal;
}

static void
remove_journal(void)
{
	static const char *const suffixes[] = {"lock", "journal"};
	char path[4096];

	for (int i = 0; i < 2; i++) {
		snprintf(
		    path, sizeof path, "%s/bench.%s", directory, suffixes[i]);
		unlink(path);
	}
}

/*
 * The i-th prefix that is listed, each once: of ten, eight single addresses
 * and one /24 of IPv4, and a /64 of IPv6.
 */
static struct delist_prefix
prefix_at(size_t i)
{
	/* In 64.0.0.0/3 nothing is protected. */
	uint32_t number = (uint32_t)(i * 2654435761u) >> 3 | 0x40000000;
	struct delist_addr addr = delist_addr_from4(number);
	uint8_t bytes[16] = {0x26, 0x00, 0x12, 0x34};
	uint64_t net = scrambled(i);

	if (i % 10 == 0) {
		memcpy(bytes + 4, &net, 4);
		addr = delist_addr_from6(bytes);
		return delist_prefix_of(&addr, 64);
	}
	return delist_prefix_of(&addr, i % 10 == 1 ? 24 : 32);
}

static void
put(struct delist_journal *journal, const struct delist_record_key *key,
    const struct delist_record *row)
{
	struct delist_store store = delist_journal_store(journal);
	struct delist_store_change change = {.kind = DELIST_STORE_PUT,
	    .key = delist_record_key_text(key),
	    .value = delist_record_text(row)};
	static uint64_t commits;
	uint8_t id[16] = {0};

	if (commits % 1024 == 0)
		must("hold", delist_journal_hold(journal) == DELIST_OK);
	commits++;
	memcpy(id, &commits, sizeof commits);
	must("commit",
	    store.ops->commit(store.arg, &change, 1, id) == DELIST_OK);
	if (commits % 1024 == 0)
		must("sync", delist_journal_sync(journal) == DELIST_OK);
}

static void
put_listing(struct delist_journal *journal, size_t i)
{
	struct delist_listing listing = {.kind = DELIST_LISTING_BLOCK,
	    .state = DELIST_LISTING_LISTED,
	    .code = DELIST_LISTING_CODE,
	    .listed_s = NOW,
	    .evidences = 1};
	struct delist_evidence *evidence = &listing.evidence[0];
	struct delist_record_key key;
	struct delist_record row;

	listing.prefix = prefix_at(i);
	memcpy(evidence->source, "trap", 4);
	evidence->source_len = 4;
	memcpy(evidence->reason, "spam seen", 9);
	evidence->reason_len = 9;
	evidence->at_s = NOW;
	evidence->until_s = NOW + DAY + (int64_t)(scrambled(i) % (90 * DAY));
	delist_record_listing_key(&key, listing.kind, &listing.prefix);
	must("listing",
	    delist_record_write_listing(&row, &listing) == DELIST_OK);
	put(journal, &key, &row);
}

static void
put_request(struct delist_journal *journal, size_t i)
{
	struct delist_request request = {.state = DELIST_REQUEST_MAIL_SENT,
	    .kid = 1,
	    .generation = 1,
	    .sent_generation = 1,
	    .created_s = NOW,
	    .asked_s = NOW,
	    .next_try_s = INT64_MAX,
	    .mail_sent_s = NOW,
	    .sent_expires_s = NOW + DAY,
	    .expires_s = NOW + DAY};
	struct delist_record_key key;
	struct delist_record row;
	uint64_t bits = scrambled(i);
	char mailbox[64];
	int len = snprintf(mailbox, sizeof mailbox, "m%zu@s.example", i);

	memcpy(request.id, &bits, sizeof bits);
	request.addr = prefix_at(i).addr;
	must("mailbox", delist_mailbox_parse(&request.mailbox, mailbox,
			    (size_t)len) == DELIST_OK);
	delist_record_request_key(&key, request.id);
	must("request",
	    delist_record_write_request(&row, &request) == DELIST_OK);
	put(journal, &key, &row);
}

/* ---- the service on it ---- */

static int
no_mail(void *arg, const struct delist_mail *mail)
{
	(void)arg, (void)mail;
	return DELIST_MAIL_DELAYED;
}

static const struct delist_mail_ops mail_ops = {sizeof mail_ops, no_mail};

static struct delist_service *
open_service(struct delist_journal *journal)
{
	struct delist_service_config config;
	struct delist_service *service;

	must("config",
	    delist_service_config_init(&config, sizeof config) == DELIST_OK);
	config.alloc = &counting;
	config.store = delist_journal_store(journal);
	config.mailer.ops = &mail_ops;
	config.host.size = sizeof config.host;
	config.host.entropy = delist_entropy;
	config.keyring = some_keys();
	config.from = config.delist_mailbox = "delist@example.net";
	config.domain = "example.net";
	config.portal_url = config.confirm_url = config.cancel_url =
	    config.status_url = "https://delist.example.net/";
	must("open", delist_service_open(&service, &config) == DELIST_OK);
	return service;
}

struct opened {
	struct delist_journal *journal;
	struct delist_service *service;
	size_t bytes; /* of the service */
};

static struct opened
open_both(const char *what)
{
	struct opened opened;
	struct delist_journal_stats stats = {.size = sizeof stats};
	double begun = seconds(), journal_s, service_s;

	opened.journal = open_journal();
	journal_s = seconds() - begun;
	must(
	    "stats", delist_journal_stats(&stats, opened.journal) == DELIST_OK);
	opened.bytes = taken;
	begun = seconds();
	opened.service = open_service(opened.journal);
	service_s = seconds() - begun;
	opened.bytes = taken - opened.bytes;
	printf("%-16s %9.0f records/s (%" PRIu64 " rows: journal %.0f ns, "
	       "service %.0f ns each)\n",
	    what, (double)stats.rows / (journal_s + service_s), stats.rows,
	    journal_s / (double)stats.rows * 1e9,
	    service_s / (double)stats.rows * 1e9);
	return opened;
}

static void
close_both(struct opened *opened)
{
	delist_service_close(opened->service);
	delist_journal_close(opened->journal);
}

/* ---- checks ---- */

static struct delist_ipset *
bare_set(void)
{
	struct delist_ipset_entry *entries = malloc(listings * sizeof *entries);
	struct delist_ipset *set;

	must("memory", entries != NULL);
	for (size_t i = 0; i < listings; i++)
		entries[i] = (struct delist_ipset_entry){prefix_at(i), 0};
	must(
	    "set", delist_ipset_new(&set, NULL) == DELIST_OK &&
		       delist_ipset_build(set, entries, listings) == DELIST_OK);
	free(entries);
	return set;
}

/* Addresses of both families that the set has, or all that it has not. */
static struct delist_addr *
choose_addrs(const struct delist_ipset *set, bool listed)
{
	struct delist_addr *addrs = malloc(ADDRS * sizeof *addrs);
	size_t n = 0;
	uint32_t tag;

	must("memory", addrs != NULL);
	for (uint64_t i = 0; n < ADDRS; i++) {
		struct delist_addr addr =
		    prefix_at(scrambled(i) % (listed ? listings : SIZE_MAX))
			.addr;

		if (delist_ipset_find(set, &tag, &addr) == listed)
			addrs[n++] = addr;
	}
	return addrs;
}

static double
time_bare(const struct delist_ipset *set, const struct delist_addr *addrs,
    size_t want)
{
	double begun = seconds();
	size_t found = 0;
	uint32_t tag;

	for (size_t i = 0; i < ADDRS; i++)
		found += delist_ipset_find(set, &tag, &addrs[i]);
	must("find", found == want);
	return seconds() - begun;
}

static double
time_check(const struct delist_service *service,
    const struct delist_addr *addrs, size_t want)
{
	double begun = seconds();
	struct delist_check check;
	size_t found = 0;

	for (size_t i = 0; i < ADDRS; i++)
		found += delist_service_check(
		    service, &check, &addrs[i], NULL, 0, NOW);
	must("check", found == want);
	return seconds() - begun;
}

static void
bench_checks(const struct delist_service *service)
{
	struct delist_ipset *set = bare_set();

	for (int listed = 0; listed < 2; listed++) {
		struct delist_addr *addrs = choose_addrs(set, listed != 0);
		size_t want = listed != 0 ? ADDRS : 0;
		double bare_s = 1e9, check_s = 1e9;

		for (int turn = 0; turn < TURNS; turn++) {
			double one_s = time_bare(set, addrs, want);
			double two_s = time_check(service, addrs, want);

			bare_s = one_s < bare_s ? one_s : bare_s;
			check_s = two_s < check_s ? two_s : check_s;
		}
		printf("%-16s %9.1f ns        (%.2f x the bare set's %.1f)\n",
		    listed != 0 ? "check-hit" : "check-miss",
		    check_s / ADDRS * 1e9, check_s / bare_s,
		    bare_s / ADDRS * 1e9);
		free(addrs);
	}
	delist_ipset_free(set);
}

static void
bench_index(void)
{
	struct delist_journal *journal;
	struct opened opened;
	size_t empty;

	remove_journal(); /* of a run that did not end */
	journal = open_journal();
	opened.journal = journal;
	empty = taken;
	opened.service = open_service(journal);
	empty = taken - empty;
	delist_service_close(opened.service);
	for (size_t i = 0; i < listings; i++)
		put_listing(journal, i);
	must("sync", delist_journal_sync(journal) == DELIST_OK);
	delist_journal_close(journal);
	opened = open_both("open-listings");
	printf("memory           %9.1f bytes a listing\n",
	    (double)(opened.bytes - empty) / (double)listings);
	bench_checks(opened.service);
	empty = opened.bytes;
	delist_service_close(opened.service);
	for (size_t i = 0; i < requests; i++)
		put_request(opened.journal, i);
	must("sync", delist_journal_sync(opened.journal) == DELIST_OK);
	delist_journal_close(opened.journal);
	opened = open_both("open-all");
	printf("memory-requests  %9.1f bytes a request\n",
	    ((double)opened.bytes - (double)empty) / (double)requests);
	must("compact", delist_journal_compact(opened.journal) == DELIST_OK);
	close_both(&opened);
	opened = open_both("open-compacted");
	close_both(&opened);
	remove_journal();
}

int
main(int argc, char **argv)
{
	char made[] = "/tmp/bench-service-XXXXXX";

	directory = argc > 1 ? argv[1] : mkdtemp(made);
	must("directory", directory != NULL);
	if (argc > 2) {
		listings = strtoull(argv[2], NULL, 10);
		requests = listings / 10;
	}
	if (argc > 3)
		deadlines = strtoull(argv[3], NULL, 10);
	bench_tokens();
	bench_deadlines();
	bench_index();
	if (argc < 2)
		rmdir(directory);
	return 0;
}
