/* SPDX-License-Identifier: ISC */
#include "support.h"

#include "verdict.h"

struct code_row {
	const char *name;
	struct delist_status status;
	int want; /* enum delist_class, or -1: no row */
};

static const struct code_row code_rows[] = {
    {"before portal", {5, 7, 605}, -1},
    {"portal, first", {5, 7, 606}, DELIST_CLASS_IP_BLOCK_PORTAL},
    {"portal, last", {5, 7, 649}, DELIST_CLASS_IP_BLOCK_PORTAL},
    {"behind portal", {5, 7, 650}, -1},
    {"by mail", {5, 7, 511}, DELIST_CLASS_IP_BLOCK_MAIL},
    {"51 is not 511", {5, 7, 51}, -1},
    {"before by mail", {5, 7, 510}, DELIST_CLASS_IPV6_POLICY},
    {"behind by mail", {5, 7, 512}, DELIST_CLASS_MESSAGE_REJECTED},
    {"portal but temporary", {4, 7, 606}, DELIST_CLASS_THROTTLED},
    {"before throttled", {4, 7, 499}, -1},
    {"throttled, first", {4, 7, 500}, DELIST_CLASS_THROTTLED},
    {"throttled, last", {4, 7, 699}, DELIST_CLASS_THROTTLED},
    {"behind throttled", {4, 7, 700}, -1},
    {"evaluation, first", {4, 7, 850}, DELIST_CLASS_THROTTLED},
    {"evaluation, last", {4, 7, 899}, DELIST_CLASS_THROTTLED},
    {"no reverse name", {5, 7, 25}, DELIST_CLASS_IPV6_POLICY},
    {"no authentication", {5, 7, 26}, DELIST_CLASS_AUTH_FAILED},
    {"own account", {5, 7, 503}, DELIST_CLASS_SENDER_ACCOUNT},
    {"own domain", {5, 7, 800}, DELIST_CLASS_SENDER_ACCOUNT},
    {"customer's list", {5, 7, 513}, DELIST_CLASS_IP_BLOCK_RECIPIENT},
    {"no such user", {5, 1, 1}, DELIST_CLASS_RECIPIENT},
    {"says nothing", {5, 7, 1}, -1},
    {"no code", {0, 0, 0}, -1},
};

static void
codes_have_rules(void **state)
{
	const struct code_row *row = *state;
	const struct delist_rule *rule =
	    delist_verdict_rule_of(NULL, 0, &row->status);

	assert_int_equal(rule == NULL ? -1 : rule->cls, row->want);
}

static void
rows_of_the_host_come_first(void **state)
{
	static const struct delist_rule own = {.name = "own",
	    .first = {5, 7, 606},
	    .last = {5, 7, 606},
	    .cls = DELIST_CLASS_OTHER};
	struct delist_status code = {5, 7, 606};

	(void)state;
	assert_ptr_equal(delist_verdict_rule_of(&own, 1, &code), &own);
	code.detail++;
	assert_string_equal(
	    delist_verdict_rule_of(&own, 1, &code)->name, "microsoft-606-649");
}

static void
rules_are_well_formed(void **state)
{
	size_t n;
	const struct delist_rule *rules = delist_verdict_rules(&n);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		assert_true(
		    (rules[i].first.cls == 0) == (rules[i].phrase != NULL));
		assert_true(rules[i].phrase != NULL || i == 0 ||
			    rules[i - 1].phrase == NULL);
		assert_true(delist_status_compare(
				&rules[i].first, &rules[i].last) <= 0);
		assert_true(rules[i].cls <= DELIST_CLASS_OTHER);
		assert_true(rules[i].remedy <= DELIST_REMEDY_OWN_ADMIN);
		assert_true(strlen(rules[i].source) > 0);
		assert_true((rules[i].remedy == DELIST_REMEDY_PORTAL) ==
			    (rules[i].cls == DELIST_CLASS_IP_BLOCK_PORTAL));
	}
}

/* verdict_index.c was printed from the rules as they are now. */
static void
the_index_fits_the_rules(void **state)
{
	size_t n, phrases = 0, indexed = 0;
	const struct delist_rule *rules = delist_verdict_rules(&n);

	(void)state;
	for (size_t i = 0; i < n; i++)
		phrases += rules[i].phrase != NULL;
	for (unsigned chain = 0; chain < DELIST_VERDICT_CHAINS; chain++) {
		size_t row = delist_verdict_first[chain], last = 0;

		for (; row != 0; row = delist_verdict_next[row]) {
			const char *p, *blank;
			uint32_t four;

			assert_true(row > last && row <= n);
			last = row;
			p = rules[row - 1].phrase;
			assert_non_null(p);
			assert_true(strlen(p) >= 4);
			four = delist_verdict_four(p);
			blank = strchr(p, ' ');
			assert_int_equal(chain,
			    delist_verdict_chain(four,
				blank != NULL ? delist_verdict_fold(blank[1])
					      : 0));
			assert_true(
			    delist_verdict_begins[delist_verdict_slot(four)]);
			indexed++;
		}
	}
	assert_int_equal(indexed, phrases);
}

/* An earlier phrase that is the beginning of a later one hides it. */
static void
no_phrase_is_hidden(void **state)
{
	size_t n;
	const struct delist_rule *rules = delist_verdict_rules(&n);

	(void)state;
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; rules[i].phrase != NULL && k < i; k++)
			if (rules[k].phrase != NULL &&
			    strncmp(rules[i].phrase, rules[k].phrase,
				strlen(rules[k].phrase)) == 0)
				fail_msg("\"%s\" is hidden by \"%s\"",
				    rules[i].phrase, rules[k].phrase);
}

static void
names_are_stable(void **state)
{
	(void)state;
	assert_string_equal(delist_class_name(0), "none");
	assert_string_equal(
	    delist_class_name(DELIST_CLASS_IP_BLOCK_MAIL), "ip-block-mail");
	assert_string_equal(delist_class_name(DELIST_CLASS_OTHER), "other");
	assert_string_equal(
	    delist_class_name(DELIST_CLASS_OTHER + 1), "unknown");
	assert_string_equal(delist_class_name(-1), "unknown");
	assert_string_equal(
	    delist_remedy_name(DELIST_REMEDY_OWN_ADMIN), "own-admin");
	assert_string_equal(
	    delist_permanence_name(DELIST_DELIVERED), "delivered");
	assert_string_equal(
	    delist_action_name(DELIST_ACTION_EXPANDED), "expanded");
	assert_string_equal(
	    delist_confidence_name(DELIST_CONFIDENCE_HIGH), "high");
	assert_string_equal(delist_flag_name(DELIST_FLAG_RANGE), "range");
	assert_string_equal(
	    delist_flag_name(DELIST_FLAG_REMOTE_IP), "remote-ip");
	assert_string_equal(
	    delist_source_name(DELIST_SOURCE_DIAGNOSTIC), "diagnostic-code");
	assert_string_equal(
	    delist_source_name(DELIST_SOURCE_TEXT + 1), "unknown");
	assert_string_equal(delist_flag_name(0), "unknown");
	for (int i = -1; i < 200; i += 100) {
		assert_string_equal(delist_class_name(i), "unknown");
		assert_string_equal(delist_remedy_name(i), "unknown");
		assert_string_equal(delist_permanence_name(i), "unknown");
		assert_string_equal(delist_action_name(i), "unknown");
		assert_string_equal(delist_confidence_name(i), "unknown");
		assert_string_equal(delist_source_name(i), "unknown");
	}
	assert_string_equal(delist_flag_name(3), "unknown");
	assert_string_equal(delist_flag_name(256), "unknown");
	assert_string_equal(delist_flag_name(1u << 31), "unknown");
}

int
main(void)
{
	ROWS(codes_have_rules, code_rows);
	TEST(rows_of_the_host_come_first);
	TEST(rules_are_well_formed);
	TEST(the_index_fits_the_rules);
	TEST(no_phrase_is_hidden);
	TEST(names_are_stable);
	return support_run("verdict");
}
