/* SPDX-License-Identifier: ISC */
/*
 * verdict.c - names for what a bounce means, and the code half of the rules
 *
 * The names are what tools print and scripts compare, so they never change.
 */
#include <delist/verdict.h>

/* The name of a number in a table; the tables follow the enums. */
#define NAME_OF(table, i) name_of(table, sizeof(table) / sizeof *(table), i)

static const char *
name_of(const char *const *table, size_t n, int i)
{
	return i >= 0 && (size_t)i < n ? table[i] : "unknown";
}

const char *
delist_class_name(int cls)
{
	static const char *const names[] = {"none", "ip-block-portal",
	    "ip-block-mail", "ip-block-consumer", "ip-block-dnsbl",
	    "ip-block-other", "ip-block-recipient", "throttled", "ipv6-policy",
	    "auth-failed", "sender-account", "message-rejected", "recipient",
	    "other"};

	return NAME_OF(names, cls);
}

const char *
delist_remedy_name(int remedy)
{
	static const char *const names[] = {"none", "portal", "mail-ndr",
	    "web-form", "list-owner", "recipient-admin", "wait", "fix-dns",
	    "own-admin"};

	return NAME_OF(names, remedy);
}

const char *
delist_permanence_name(int permanence)
{
	static const char *const names[] = {
	    "unknown", "permanent", "transient", "delivered"};

	return NAME_OF(names, permanence);
}

const char *
delist_action_name(int action)
{
	static const char *const names[] = {
	    "none", "failed", "delayed", "delivered", "relayed", "expanded"};

	return NAME_OF(names, action);
}

const char *
delist_confidence_name(int confidence)
{
	static const char *const names[] = {"none", "low", "medium", "high"};

	return NAME_OF(names, confidence);
}

const char *
delist_source_name(int source)
{
	static const char *const names[] = {
	    "none", "reply", "status", "diagnostic-code", "text"};

	return NAME_OF(names, source);
}

const char *
delist_flag_name(uint32_t flag)
{
	static const char *const names[] = {"range", "redacted-ip",
	    "contact-differs", "conflict", "truncated", "forwarded", "by-text",
	    "remote-ip"};
	int bit = 0;

	if (flag == 0 || (flag & (flag - 1)) != 0)
		return "unknown";
	while (flag >> bit != 1)
		bit++;
	return NAME_OF(names, bit);
}

/* A range stays within its class and subject. */
static bool
holds(const struct delist_rule *rule, const struct delist_status *status)
{
	return rule->first.cls == status->cls && status->cls != 0 &&
	       rule->first.subject == status->subject &&
	       rule->first.detail <= status->detail &&
	       rule->last.detail >= status->detail;
}

const struct delist_rule *
delist_verdict_rule_of(const struct delist_rule *rules, size_t n,
    const struct delist_status *status)
{
	for (size_t i = 0; i < n; i++)
		if (holds(&rules[i], status))
			return &rules[i];
	rules = delist_verdict_rules(&n); /* those with codes come first */
	for (size_t i = 0; i < n && rules[i].phrase == NULL; i++)
		if (holds(&rules[i], status))
			return &rules[i];
	return NULL;
}
