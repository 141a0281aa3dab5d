/* SPDX-License-Identifier: ISC */
#include "support.h"

#include <delist/reply.h>

struct reply_row {
	const char *name;
	const char *text;
	int cls;
	const char *status;
	const char *ip;
	uint32_t flags;
};

#define PORTAL DELIST_CLASS_IP_BLOCK_PORTAL
#define MAIL DELIST_CLASS_IP_BLOCK_MAIL
#define NONE DELIST_CLASS_NONE
#define OTHER DELIST_CLASS_OTHER
#define BLOCK DELIST_CLASS_IP_BLOCK_OTHER
#define LONG "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define WORDS " Access denied, banned sending IP [192.0.2.9]."

static const struct reply_row reply_rows[] = {
    /* boundaries */
    {"605", "550 5.7.605" WORDS, OTHER, "5.7.605", "", 0},
    {"a range that leaves portal", "550 5.7.606-699 denied", OTHER, "5.7.606",
	"", DELIST_FLAG_RANGE},
    {"a version behind server", "550 5.7.606 blocked by server 4.16.55.1 b",
	PORTAL, "5.7.606", "", 0},
    {"606", "550 5.7.606" WORDS, PORTAL, "5.7.606", "192.0.2.9", 0},
    {"649", "550 5.7.649" WORDS, PORTAL, "5.7.649", "192.0.2.9", 0},
    {"650", "550 5.7.650" WORDS, OTHER, "5.7.650", "", 0},
    {"511", "550 5.7.511" WORDS, MAIL, "5.7.511", "192.0.2.9", 0},
    {"51", "550 5.7.51" WORDS, OTHER, "5.7.51", "", 0},
    {"0511", "550 5.7.0511" WORDS, OTHER, "", "", 0},
    {"511 after overflow", "550 5.7.4294967807" WORDS, OTHER, "", "", 0},
    {"606 after 16 bits", "550 5.7.66142" WORDS, OTHER, "", "", 0},
    {"temporary", "451 4.7.606 later, IP [192.0.2.9]", DELIST_CLASS_THROTTLED,
	"4.7.606", "192.0.2.9", 0},
    /* shapes */
    {"continued", "550-5.7.606 banned\r\n550 5.7.606 IP [192.0.2.9]", PORTAL,
	"5.7.606", "192.0.2.9", 0},
    {"twice", "550 550 5.7.606 IP [192.0.2.9]", PORTAL, "5.7.606", "192.0.2.9",
	0},
    {"semicolon", "550; 5.7.606 IP [192.0.2.9]", PORTAL, "5.7.606", "192.0.2.9",
	0},
    {"bare", "5.7.606 IP [192.0.2.9]", PORTAL, "5.7.606", "192.0.2.9", 0},
    {"bytes", "b'5.7.606 IP [192.0.2.9]'", PORTAL, "5.7.606", "192.0.2.9", 0},
    {"in brackets with a dot", "[5.7.606.] banned", PORTAL, "5.7.606", "", 0},
    {"hash", "#5.7.606 IP [192.0.2.9]", PORTAL, "5.7.606", "192.0.2.9", 0},
    {"hash behind", "550 no IP [192.0.2.9] (#5.7.606)", PORTAL, "5.7.606",
	"192.0.2.9", 0},
    {"smtp", "smtp;550 5.7.606 IP [192.0.2.9]", PORTAL, "5.7.606", "192.0.2.9",
	0},
    {"quoted reply", "Remote Server returned '550 5.7.606 IP [192.0.2.9]'",
	PORTAL, "5.7.606", "192.0.2.9", 0},
    {"log",
	"relay=mx[192.0.2.1]:25, dsn=5.7.606, status=bounced (host "
	"[192.0.2.1] said: 550 5.7.606 banned IP [192.0.2.9])",
	PORTAL, "5.7.606", "192.0.2.9", 0},
    {"folded before the code", "550\n    5.7.606 IP\n [192.0.2.9]", PORTAL,
	"5.7.606", "192.0.2.9", 0},
    {"quoted by a client", "> 550\n> 5.7.606 IP\n> [192.0.2.9]", PORTAL,
	"5.7.606", "192.0.2.9", 0},
    {"capitals", "550 5.7.606 BANNED SENDING IP [2001:DB8::7]", PORTAL,
	"5.7.606", "2001:db8::7", 0},
    {"range", "550 5.7.606-649 denied", PORTAL, "5.7.606", "",
	DELIST_FLAG_RANGE},
    /* one wins, examples never */
    {"511 wins", "550 5.7.606 IP [192.0.2.9] 550 5.7.511 no", MAIL, "5.7.511",
	"192.0.2.9", 0},
    {"example", "550 5.7.606 IP [192.0.2.9] (ex. 5.7.511 denied)", PORTAL,
	"5.7.606", "192.0.2.9", 0},
    {"no code", "banned sending IP [192.0.2.9]", PORTAL, "", "192.0.2.9",
	DELIST_FLAG_BY_TEXT},
    {"generic and mailbox", "550 5.7.1 mail delist@microsoft.com", MAIL,
	"5.7.1", "", DELIST_FLAG_BY_TEXT},
    {"another code and mailbox", "550 5.7.99 mail delist@microsoft.com", OTHER,
	"5.7.99", "", 0},
    {"a word folded", "550 blocked us\ning a list, client host [192.0.2.9]",
	DELIST_CLASS_IP_BLOCK_DNSBL, "", "192.0.2.9", DELIST_FLAG_BY_TEXT},
    /* addresses */
    {"host only", "host mx.example[192.0.2.1] said: 550 5.7.606 denied", PORTAL,
	"5.7.606", "", 0},
    {"sender", "550 5.7.511 banned sender[192.0.2.9]", MAIL, "5.7.511",
	"192.0.2.9", 0},
    {"number behind", "550 5.7.606 [192.0.2.9      12] denied", PORTAL,
	"5.7.606", "192.0.2.9", 0},
    {"query", "554 5.7.1 blocked using x https://x.example/?ip=192.0.2.9",
	DELIST_CLASS_IP_BLOCK_DNSBL, "5.7.1", "192.0.2.9", DELIST_FLAG_BY_TEXT},
    {"tagged", "550 5.7.606 [IPv6:2001:db8::7] denied", PORTAL, "5.7.606",
	"2001:db8::7", 0},
    {"network", "550 5.7.606 banned IP [192.0.2.0/24]", PORTAL, "5.7.606",
	"192.0.2.0/24", 0},
    {"a network, cut before its bits", "550 5.7.606 banned IP [192.0.2.0\n/24]",
	PORTAL, "5.7.606", "192.0.2.0/24", 0},
    {"a network, cut in its bits", "550 5.7.606 IP [2001:db8::/\n 6\n 4]",
	PORTAL, "5.7.606", "2001:db8::/64", 0},
    {"a network, cut before and in its bits",
	"550 5.7.606 IP [192.\n0.2.0\n/2\n4]", PORTAL, "5.7.606",
	"192.0.2.0/24", 0},
    {"too many bits", "550 5.7.606 IP [2001:db8::/1281]", PORTAL, "5.7.606",
	"2001:db8::", 0},
    {"a slash and no bits", "550 5.7.606 banned IP [192.0.2.9/x]", PORTAL,
	"5.7.606", "192.0.2.9", 0},
    {"our RBL", "550 5.7.1 [192.0.2.9] is on our RBL", BLOCK, "5.7.1",
	"192.0.2.9", DELIST_FLAG_BY_TEXT},
    {"an RBL", "550 5.7.1 [192.0.2.9] is in RBL", DELIST_CLASS_IP_BLOCK_DNSBL,
	"5.7.1", "192.0.2.9", DELIST_FLAG_BY_TEXT},
    {"redacted", "550 5.7.606 banned sending IP [xxx.xx.x.xxx]", PORTAL,
	"5.7.606", "", DELIST_FLAG_REDACTED_IP},
    {"over 255", "550 5.7.606 banned IP [220.108.46.270]", PORTAL, "5.7.606",
	"", 0},
    {"code in an address", "550 denied [40.107.5.7]", OTHER, "", "", 0},
    {"policy number", "550 5.7.606 policy (3.2.1.1)", PORTAL, "5.7.606", "", 0},
    {"number of four", "550 5.7.606 see 4.16.55.1", PORTAL, "5.7.606", "", 0},
    {"version", "550 denied Version=3.5.7.607", OTHER, "", "", 0},
    {"delays", "delays=0.63/3.5/2.5, 550 no", NONE, "", "", 0},
    /* folds inside a token */
    {"a code cut behind a dot", "550 5.\n7.606 IP [192.0.2.9]", PORTAL,
	"5.7.606", "192.0.2.9", 0},
    {"a code cut into two numbers", "550 5.7.60\n 6 IP [192.0.2.9]", PORTAL,
	"5.7.606", "192.0.2.9", 0},
    {"a code and a number", "550 5.1.1\n10 of 11", DELIST_CLASS_RECIPIENT,
	"5.1.1", "", 0},
    {"a generic code and a number", "550 5.7.1\n1 more", OTHER, "5.7.1", "", 0},
    {"a reply code cut", "said: 55\n0 5.7.606 IP [192.0.2.9]", PORTAL,
	"5.7.606", "192.0.2.9", 0},
    {"no reply code cut", "said: 55\n0 or more, 5.7.606", NONE, "", "", 0},
    {"too long to be a code", "550 5.7.606\n.1.2.3.4.5.6.7.8.9", PORTAL,
	"5.7.606", "", 0},
    {"a word behind the fold", "550 5.7.6\n06th", OTHER, "5.7.6", "", 0},
    {"an address cut", "550 5.7.606 IP [192.0.\n 2.9].", PORTAL, "5.7.606",
	"192.0.2.9", 0},
    {"an address cut twice", "550 5.7.606 IP [2001:\ndb8:\n:7].", PORTAL,
	"5.7.606", "2001:db8::7", 0},
    {"its last number cut", "550 5.7.606 IP [192.0.2.1\n00].", PORTAL,
	"5.7.606", "192.0.2.100", 0},
    {"its last number or a count", "550 5.7.606 [192.0.2.1\n00] our", PORTAL,
	"5.7.606", "", 0},
    {"a count behind a blank", "550 5.7.606 [192.0.2.1 \n00] our", PORTAL,
	"5.7.606", "192.0.2.1", 0},
    {"a bracket before the fold", "550 5.7.606 IP [\n> 192.0.2.9]", PORTAL,
	"5.7.606", "192.0.2.9", 0},
    {"a bare address and a number", "550 5.7.1 blocked ip 192.0.2.9\n12 no",
	DELIST_CLASS_IP_BLOCK_OTHER, "5.7.1", "192.0.2.9", DELIST_FLAG_BY_TEXT},
    {"an address and a code", "550 blocked ip 192.0.2.9\n550 no",
	DELIST_CLASS_IP_BLOCK_OTHER, "", "192.0.2.9", DELIST_FLAG_BY_TEXT},
    {"too many folds", "550 5.7.606 [1\n9\n2\n.\n0\n.\n2.9].", PORTAL,
	"5.7.606", "", 0},
    {"a long fold",
	"550 5.7.606 [192.0.\n2222222222222222222222222222222222222222222222222"
	"22222222]",
	PORTAL, "5.7.606", "", 0},
    {"a phrase cut at its beginning", "550 b\nlocked using x, [192.0.2.9]",
	DELIST_CLASS_IP_BLOCK_DNSBL, "", "192.0.2.9", DELIST_FLAG_BY_TEXT},
    {"blanks in a phrase", "550 blocked  \t using x, [192.0.2.9]",
	DELIST_CLASS_IP_BLOCK_DNSBL, "", "192.0.2.9", DELIST_FLAG_BY_TEXT},
    {"no-break spaces",
	"550\xc2\xa0"
	"5.7.606\xc2\xa0IP\xc2\xa0[192.0.2.9]",
	PORTAL, "5.7.606", "192.0.2.9", 0},
    /* what programs print */
    {"a tuple", "(550, b'5.7.606 IP [192.0.2.9]')", PORTAL, "5.7.606",
	"192.0.2.9", 0},
    {"bytes of two lines", "b'550-5.7.606 no\\r\\n550 5.7.606 IP [192.0.2.9]'",
	PORTAL, "5.7.606", "192.0.2.9", 0},
    {"a capital B", "B\"5.7.606 IP [192.0.2.9]\"", PORTAL, "5.7.606",
	"192.0.2.9", 0},
    {"a word that ends in b", "ab'5.7.606", NONE, "", "", 0},
    {"an escaped word", "550 5.7.606\\nIP\\t[192.0.2.9]\\x", PORTAL, "5.7.606",
	"192.0.2.9", 0},
    {"JSON", "{\"code\": 550, \"status\": \"5.7.606\"}", PORTAL, "5.7.606", "",
	0},
    {"an error code", "ERROR_CODE :550, ERROR_CODE :5.7.606", PORTAL, "5.7.606",
	"", 0},
    /* replies in replies, and farewells */
    {"a reply in a reply", "554 5.4.7 late <421 4.4.2 timed out>", OTHER,
	"4.4.2", "", 0},
    {"no second nesting", "554 5.4.7 late <421 4.4.2 x> <450 4.4.1 y>", OTHER,
	"4.4.2", "", 0},
    {"511 is not nested away", "550 5.7.511 no <421 4.4.2 timed out>", MAIL,
	"5.7.511", "", 0},
    {"a farewell", "host x said: 421 4.4.2 bye (in reply\nto QUIT)", NONE, "",
	"", 0},
    {"a farewell in a transcript", ">>> QUIT\n<<< 421 4.4.2 bye", NONE, "", "",
	0},
    {"a 421 that is none", "421 4.3.2 (try again) later", OTHER, "4.3.2", "",
	0},
    /* addresses in other places */
    {"bare", "550 192.0.2.9 blocked for abuse", DELIST_CLASS_IP_BLOCK_OTHER, "",
	"192.0.2.9", DELIST_FLAG_BY_TEXT},
    {"bare and another", "550 192.0.2.9 blocked for abuse by 192.0.2.8",
	DELIST_CLASS_IP_BLOCK_OTHER, "", "", DELIST_FLAG_BY_TEXT},
    {"bare twice", "550 192.0.2.9 blocked for abuse, 192.0.2.9",
	DELIST_CLASS_IP_BLOCK_OTHER, "", "192.0.2.9", DELIST_FLAG_BY_TEXT},
    {"bare and named", "550 192.0.2.8 blocked for abuse from ip 192.0.2.9",
	DELIST_CLASS_IP_BLOCK_OTHER, "", "192.0.2.9", DELIST_FLAG_BY_TEXT},
    {"bare in parentheses", "550 blocked for abuse (192.0.2.9)",
	DELIST_CLASS_IP_BLOCK_OTHER, "", "", DELIST_FLAG_BY_TEXT},
    {"bare with a tail", "550 blocked for abuse 192.0.2.9}",
	DELIST_CLASS_IP_BLOCK_OTHER, "", "", DELIST_FLAG_BY_TEXT},
    {"bare, last in parentheses", "550 blocked for abuse (x - 192.0.2.9)",
	DELIST_CLASS_IP_BLOCK_OTHER, "", "192.0.2.9", DELIST_FLAG_BY_TEXT},
    {"in the query of a page", "550 spamcop, https://b.example/l?192.0.2.9",
	DELIST_CLASS_IP_BLOCK_DNSBL, "", "192.0.2.9",
	DELIST_FLAG_BY_TEXT | DELIST_FLAG_CONTACT_DIFFERS},
    {"in the path of a page", "550 spamcop, http://b.example/q/192.0.2.9.",
	DELIST_CLASS_IP_BLOCK_DNSBL, "", "192.0.2.9",
	DELIST_FLAG_BY_TEXT | DELIST_FLAG_CONTACT_DIFFERS},
    {"the page's host", "550 spamcop, http://192.0.2.1/",
	DELIST_CLASS_IP_BLOCK_DNSBL, "", "",
	DELIST_FLAG_BY_TEXT | DELIST_FLAG_CONTACT_DIFFERS},
    {"a query of no page", "550 spamcop, what?192.0.2.9",
	DELIST_CLASS_IP_BLOCK_DNSBL, "", "", DELIST_FLAG_BY_TEXT},
    {"a port that is not 25", "550 spamcop: x [192.0.2.9]:25706 no",
	DELIST_CLASS_IP_BLOCK_DNSBL, "", "192.0.2.9", DELIST_FLAG_BY_TEXT},
    {"a port that is", "550 spamcop: x [192.0.2.1]:25 no",
	DELIST_CLASS_IP_BLOCK_DNSBL, "", "", DELIST_FLAG_BY_TEXT},
    {"whom qmail gives up on",
	"550 spamcop: 192.0.2.9 no.\nGiving up on 192.0.2.1.",
	DELIST_CLASS_IP_BLOCK_DNSBL, "", "192.0.2.9", DELIST_FLAG_BY_TEXT},
    {"a sending host", "550 sending host [192.0.2.9] blocked for abuse",
	DELIST_CLASS_IP_BLOCK_OTHER, "", "192.0.2.9", DELIST_FLAG_BY_TEXT},
    {"a query far behind the page's name",
	"550 spamcop, http://b.example/" LONG LONG LONG LONG "?192.0.2.9",
	DELIST_CLASS_IP_BLOCK_DNSBL, "", "",
	DELIST_FLAG_BY_TEXT | DELIST_FLAG_CONTACT_DIFFERS},
    {"a query at the beginning", "?192.0.2.9 spamcop, 550",
	DELIST_CLASS_IP_BLOCK_DNSBL, "", "", DELIST_FLAG_BY_TEXT},
    {"a bare address at the beginning", "192.0.2.9 spamcop 550",
	DELIST_CLASS_IP_BLOCK_DNSBL, "", "", DELIST_FLAG_BY_TEXT},
    {"half a parenthesis", "550 blocked for abuse, your network (192.0.2.9",
	BLOCK, "", "192.0.2.9", DELIST_FLAG_BY_TEXT},
    {"half a pair", "550 blocked using x [b-1.example:192.0.2.9",
	DELIST_CLASS_IP_BLOCK_DNSBL, "", "", DELIST_FLAG_BY_TEXT},
    {"a pair at the beginning", "b:192.0.2.9] 550 blocked using x",
	DELIST_CLASS_IP_BLOCK_DNSBL, "", "", DELIST_FLAG_BY_TEXT},
    {"a long name of a host",
	"550 5.7.606 no " LONG LONG LONG LONG LONG LONG ".example[192.0.2.1]",
	PORTAL, "5.7.606", "", 0},
    {"a bracket far from its host", "550 5.7.606 m.example         [192.0.2.9]",
	PORTAL, "5.7.606", "192.0.2.9", 0},
    {"a bracket far from the address",
	"550 5.7.606 IP [\n                         192.0.2.9]", PORTAL,
	"5.7.606", "192.0.2.9", 0},
    /* an address and a refusal in one sentence */
    {"a block", "550 5.7.1 we block 192.0.2.9 here", BLOCK, "5.7.1",
	"192.0.2.9", DELIST_FLAG_BY_TEXT},
    {"a refusal of an IP", "550 5.7.1 IP 192.0.2.9: rejected", BLOCK, "5.7.1",
	"192.0.2.9", DELIST_FLAG_BY_TEXT},
    {"a refusal of what is no IP", "550 5.7.1 denied [192.0.2.9]", OTHER,
	"5.7.1", "", 0},
    {"a refusal in another sentence", "550 IP 192.0.2.9. We rejected it.",
	OTHER, "", "", 0},
    {"in German", "550 Ihre IP-Adresse 192.0.2.9 ist gesperrt", BLOCK, "",
	"192.0.2.9", DELIST_FLAG_BY_TEXT},
    {"in Japanese",
	"550 IP [192.0.2.9] \xe3\x81\xaf\xe3\x83\x96\xe3\x83\xad"
	"\xe3\x83\x83\xe3\x82\xaf",
	BLOCK, "", "192.0.2.9", DELIST_FLAG_BY_TEXT},
    {"other words come first", "550 relay not permitted, IP 192.0.2.9 denied",
	OTHER, "", "", DELIST_FLAG_BY_TEXT},
    {"a code that is known", "550 5.1.1 IP 192.0.2.9 blocked",
	DELIST_CLASS_RECIPIENT, "5.1.1", "", 0},
    /* the code behind the words */
    {"words, then the code", "IP 192.0.2.9 is on our blacklist, 550 5.7.1",
	BLOCK, "5.7.1", "192.0.2.9", DELIST_FLAG_BY_TEXT},
    {"words, the code, other words",
	"IP 192.0.2.9 is on our blacklist, 550 5.7.1 user unknown",
	DELIST_CLASS_RECIPIENT, "5.7.1", "", DELIST_FLAG_BY_TEXT},
    {"words, the code, another paragraph",
	"too many mails, 421 4.7.0\n\nuser unknown", DELIST_CLASS_RECIPIENT,
	"4.7.0", "", DELIST_FLAG_BY_TEXT},
    {"an address in front of the code",
	"my IP 192.0.2.1, error: 550 blocked for abuse", BLOCK, "", "",
	DELIST_FLAG_BY_TEXT},
    {"no code", "your IP 192.0.2.9 was blacklisted", BLOCK, "", "192.0.2.9",
	DELIST_FLAG_BY_TEXT},
    {"in a name", "550 blocked for abuse 192.0.2.9-x.example",
	DELIST_CLASS_IP_BLOCK_OTHER, "", "", DELIST_FLAG_BY_TEXT},
    {"with a line", "550 blocked for abuse 192.0.2.9_1",
	DELIST_CLASS_IP_BLOCK_OTHER, "", "", DELIST_FLAG_BY_TEXT},
    {"a pair", "550 Bad SPF records for [b.example:192.0.2.9]",
	DELIST_CLASS_AUTH_FAILED, "", "", DELIST_FLAG_BY_TEXT},
    {"a pair that was blocked", "550 blocked using x [b.example:192.0.2.9]",
	DELIST_CLASS_IP_BLOCK_DNSBL, "", "192.0.2.9", DELIST_FLAG_BY_TEXT},
    {"no pair", "550 blocked using x a:192.0.2.9]", DELIST_CLASS_IP_BLOCK_DNSBL,
	"", "", DELIST_FLAG_BY_TEXT},
    {"a host that refused",
	"550 5.7.1 blocked ip; host [192.0.2.1] refused to "
	"talk to me: 550 no",
	DELIST_CLASS_IP_BLOCK_OTHER, "5.7.1", "", DELIST_FLAG_BY_TEXT},
    {"a client", "550 5.7.1 <m.example[192.0.2.9]>: Client host rejected",
	DELIST_CLASS_IP_BLOCK_OTHER, "5.7.1", "192.0.2.9", DELIST_FLAG_BY_TEXT},
    {"another in its place", "550 5.7.1 <m.example[192.0.2.9]>: blocked ip",
	DELIST_CLASS_IP_BLOCK_OTHER, "5.7.1", "", DELIST_FLAG_BY_TEXT},
    {"a host without letters", "550 5.7.1 blocked ip host 192.0.2.1[192.0.2.1]",
	DELIST_CLASS_IP_BLOCK_OTHER, "5.7.1", "", DELIST_FLAG_BY_TEXT},
    {"a client host", "550 5.7.1 Client host [192.0.2.9] blocked using x",
	DELIST_CLASS_IP_BLOCK_DNSBL, "5.7.1", "192.0.2.9", DELIST_FLAG_BY_TEXT},
    {"link-local", "550 5.7.606 banned IP [fe80::1]", PORTAL, "5.7.606", "", 0},
    {"unspecified", "550 5.7.606 banned IP [0::]", PORTAL, "5.7.606", "", 0},
    {"short", "550 5.7.606 banned IP [::7]", PORTAL, "5.7.606", "::7", 0},
    {"too wide a network", "550 5.7.606 banned IP [192.0.2.0/33]", PORTAL,
	"5.7.606", "192.0.2.0", 0},
    {"hex letters first", "550 5.7.606 banned IP [fd00::7]", PORTAL, "5.7.606",
	"fd00::7", 0},
    {"not hex", "550 5.7.606 banned IP [fg00::7]", PORTAL, "5.7.606", "", 0},
    {"text before the reply",
	"banned ip [192.0.2.1] 550 5.7.606 IP [192.0.2.9]", PORTAL, "5.7.606",
	"192.0.2.9", 0},
    /* a Status that the reporting server made up */
    {"words over Status", "status=5.1.1 (said: 550 blocked using x)",
	DELIST_CLASS_IP_BLOCK_DNSBL, "5.1.1", "", 0},
    {"no words", "status=5.1.1 (said: 550 no)", DELIST_CLASS_RECIPIENT, "5.1.1",
	"", 0},
    {"Microsoft's words", "status=5.1.1 (said: 550 see sender.office.com)",
	DELIST_CLASS_RECIPIENT, "5.1.1", "", 0},
    {"no reply", "status=5.1.1 blocked using x", DELIST_CLASS_RECIPIENT,
	"5.1.1", "", 0},
    {"a Status of rank", "status=5.7.606 (said: 550 blocked using x)", PORTAL,
	"5.7.606", "", 0},
    {"a conflict of fields", "status=4.7.1 (said: 550 5.7.606 no)", PORTAL,
	"5.7.606", "", DELIST_FLAG_CONFLICT},
    {"nothing but zeros", "status=5.0.0 (said: 550 5.0.0 no)", OTHER, "5.0.0",
	"", 0},
    {"zeros in the reply", "status=5.7.606 (said: 550 5.0.0 no)", PORTAL,
	"5.7.606", "", 0},
    {"broken code and Microsoft's words",
	"550 5.7.0511 banned sending ip [192.0.2.9]", OTHER, "", "", 0},
    {"delivered later", "250 2.0.0 ok, status=2.0.0", NONE, "2.0.0", "", 0},
    {"only 250", "250 ok", NONE, "", "", 0},
    /* words */
    {"no code at all", "Service refused. LPN006_107", OTHER, "", "",
	DELIST_FLAG_BY_TEXT},
    {"mailbox and code", "550 5.2.9 mailbox trouble", DELIST_CLASS_RECIPIENT,
	"5.2.9", "", 0},
    {"a host's line before", "host: mx.example.net\n5.2.1 <a@b.example> no",
	DELIST_CLASS_RECIPIENT, "5.2.1", "", 0},
    {"another line before", "word: mx.example.net\n5.2.1 <a@b.example> no",
	NONE, "", "", 0},
    /* no refusal */
    {"delivered", "250 2.1.5 ok", NONE, "2.1.5", "", 0},
    {"prose", "thank you for 550 letters", NONE, "", "", 0},
    {"empty", "", NONE, "", "", 0},
    {"conflict", "550 4.7.1 no", OTHER, "4.7.1", "", DELIST_FLAG_CONFLICT},
};

static const char *
ip_text(char text[50], const struct delist_verdict *v)
{
	unsigned all = v->blocked.addr.family == DELIST_INET4 ? 32 : 128;

	if (v->blocked.bits == all || v->blocked.addr.family == 0)
		delist_addr_format(text, &v->blocked.addr);
	else
		delist_prefix_format(text, &v->blocked);
	return text;
}

static void
classifies(void **state)
{
	const struct reply_row *row = *state;
	char status[DELIST_STATUS_TEXT], ip[DELIST_PREFIX_TEXT];
	size_t len = strlen(row->text);
	struct delist_verdict v;

	assert_int_equal(
	    delist_reply_classify(&v, support_guarded(row->text, len), len),
	    DELIST_OK);
	assert_string_equal(
	    delist_class_name(v.cls), delist_class_name(row->cls));
	delist_status_format(status, &v.status);
	assert_string_equal(status, row->status);
	assert_string_equal(ip_text(ip, &v), row->ip);
	assert_int_equal(
	    v.flags & ~(uint32_t)DELIST_FLAG_REMOTE_IP, row->flags);
}

static void
no_prefix_reads_too_far(void **state)
{
	const struct reply_row *row = *state;

	for (size_t n = 0; n <= strlen(row->text); n++) {
		struct delist_verdict v;

		delist_reply_classify(&v, support_guarded(row->text, n), n);
		delist_reply_classify(
		    &v, support_guarded_front(row->text, n), n);
	}
}

struct view_row {
	const char *name, *text;
	const char *recipient, *contact, *list, *vendor, *matched;
};

static const struct view_row view_rows[] = {
    {"Microsoft",
	"550 5.7.606 no, see https://sender.office.com/. More: "
	"http://go.microsoft.com/fwlink/?LinkID=526655 AS(1430)",
	"", "https://sender.office.com/", "", "AS(1430)", "5.7.606"},
    {"a tag in parentheses", "550 5.7.1 our block list (S3140).", "", "", "",
	"S3140", "(S3140)"},
    {"a tag in brackets", "421 4.7.0 [TSS04] user complaints", "", "", "",
	"TSS04", "[TSS"},
    {"a tag with a line", "550 no. LPN006_107", "", "", "", "LPN006_107", ""},
    {"no tags", "550 no S31 (S3140 (ABCDE12) (S3) (S12x) a_1", "", "", "", "",
	""},
    {"half a tag", "550 no AS(14", "", "", "", "", ""},
    {"a list by its zone", "550 listed, see 9.2.0.192.zen.spamhaus.org.", "",
	"", "9.2.0.192.zen.spamhaus.org", "", ".spamhaus."},
    {"a list by its name", "550 spamcop says no", "", "", "spamcop", "",
	"spamcop"},
    {"a list behind the words", "550 blocked using \"bl.example\".", "", "",
	"bl.example", "", "blocked using"},
    {"no name of a list", "550 blocked using", "", "", "", "", "blocked using"},
    {"a mailbox to write to",
	"550 5.7.511 forward this to delist@b.example, https://c.example/", "",
	"delist@b.example", "", "", "5.7.511"},
    {"another mailbox to write to",
	"550 5.7.511 please forward a@b.example. no", "", "a@b.example", "", "",
	"5.7.511"},
    {"a recipient", "550 5.1.1 <ann@b.example>: no", "ann@b.example", "", "",
	"", "5.1.1"},
    {"one that is named", "550 5.1.1 \"x@b.example\" to=<ann@b.example> no",
	"ann@b.example", "", "", "", "5.1.1"},
    {"in brackets", "550 5.1.1 [ann@b.example]: no", "ann@b.example", "", "",
	"", "5.1.1"},
    {"a sender", "550 5.1.1 from:<ann@b.example> no", "", "", "", "", "5.1.1"},
    {"in a sentence", "550 5.1.1 ask ann@b.example for help", "", "", "", "",
	"5.1.1"},
    {"a long local part",
	"550 5.1.1 <aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	"aaaaaaaaaaaaaaaaaaaa@b.example>",
	"", "", "", "", "5.1.1"},
    {"whom to contact",
	"550 5.7.1 IP [192.0.2.9] blocked. Please contact tosa@b.example.", "",
	"tosa@b.example", "", "", "192.0.2.9"},
    {"to whom to forward",
	"550 blocked for abuse. For help forward this email\nto "
	"<abuse@b.example>",
	"", "abuse@b.example", "", "", "blocked for abuse"},
    {"whom to forward to, and who takes delistings",
	"550 5.7.511 contact a@b.example or delist@c.example", "",
	"delist@c.example", "", "", "5.7.511"},
    {"a recipient in the next sentence",
	"550 5.1.1 Contact us. <ann@b.example> is unknown", "ann@b.example", "",
	"", "", "5.1.1"},
    {"two contacts",
	"550 5.7.511 delist@b.example delist@c.example https://a.example/ "
	"https://b.example/",
	"", "delist@b.example", "", "", "5.7.511"},
    {"redactions", "550 5.7.606 [xx] [x.x.x.y] [xxxx", "", "", "", "",
	"5.7.606"},
    {"a web address that ends", "550 5.7.606 https://b.example/\x7f and on", "",
	"https://b.example/", "", "", "5.7.606"},
    {"no mailbox", "550 5.1.1 <@b.example> <a@> a@. no", "", "", "", "",
	"5.1.1"},
    {"in braces", "{'ann@b.example': (550, b'5.1.1 no')}", "ann@b.example", "",
	"", "", "5.1.1"},
    {"web addresses that are none",
	"550 5.7.606 http https:/x http://x https://aka.ms/1 https://b.example/",
	"", "https://b.example/", "", "", "5.7.606"},
};

static void
is_view(struct delist_text got, const char *want)
{
	assert_int_equal(got.len, strlen(want));
	if (got.len != 0)
		assert_memory_equal(got.at, want, got.len);
}

static void
shows(void **state)
{
	const struct view_row *row = *state;
	size_t len = strlen(row->text);
	struct delist_verdict v;

	assert_int_equal(
	    delist_reply_classify(&v, support_guarded(row->text, len), len),
	    DELIST_OK);
	is_view(v.recipient, row->recipient);
	is_view(v.contact, row->contact);
	is_view(v.list, row->list);
	is_view(v.vendor, row->vendor);
	is_view(v.matched, row->matched);
	assert_int_equal(v.source,
	    row->matched[0] != '\0' ? DELIST_SOURCE_REPLY : DELIST_SOURCE_NONE);
}

struct format_row {
	const char *name;
	struct delist_status status;
	const char *contact;
	size_t size;
	int want;
};

static const struct format_row format_rows[] = {
    {"by mail", {5, 7, 511}, "delist@example.net", 401, DELIST_OK},
    {"first of portal", {5, 7, 606}, "https://d.example/", 401, DELIST_OK},
    {"last of portal", {5, 7, 649}, "http://d.example/", 401, DELIST_OK},
    {"605", {5, 7, 605}, "https://d.example/", 401, DELIST_EINVAL},
    {"650", {5, 7, 650}, "https://d.example/", 401, DELIST_EINVAL},
    {"510", {5, 7, 510}, "delist@example.net", 401, DELIST_EINVAL},
    {"temporary", {4, 7, 606}, "https://d.example/", 401, DELIST_EINVAL},
    {"subject", {5, 6, 606}, "https://d.example/", 401, DELIST_EINVAL},
    {"portal by mail", {5, 7, 606}, "delist@example.net", 401, DELIST_EINVAL},
    {"mail by portal", {5, 7, 511}, "https://d.example/", 401, DELIST_EINVAL},
    {"no contact", {5, 7, 606}, NULL, 401, DELIST_EINVAL},
    {"empty", {5, 7, 511}, "", 401, DELIST_EINVAL},
    {"no host", {5, 7, 606}, "https://", 401, DELIST_EINVAL},
    {"line end", {5, 7, 606}, "https://d\r\n250 ok", 401, DELIST_EINVAL},
    {"blank", {5, 7, 606}, "https://d 250", 401, DELIST_EINVAL},
    {"not ASCII", {5, 7, 511}, "\xc3\xbc@example.net", 401, DELIST_EINVAL},
    {"small", {5, 7, 606}, "https://d.example/", 50, DELIST_ENOSPC},
    {"no room", {5, 7, 606}, "https://d.example/", 0, DELIST_ENOSPC},
};

static void
formats(void **state)
{
	const struct format_row *row = *state;
	struct delist_addr addr = delist_addr_from4(0xc0000209);

	for (int lines = 0; lines < 2; lines++) {
		char text[DELIST_REPLY_TEXT] = "as it was";
		size_t len = 77;
		struct delist_verdict v;

		assert_int_equal(delist_reply_format(text, row->size, &len,
				     &row->status, &addr, row->contact, lines),
		    row->want);
		if (row->want != DELIST_OK) {
			assert_string_equal(text, "as it was");
			assert_int_equal(len, 77);
			continue;
		}
		assert_int_equal(len, strlen(text));
		delist_reply_classify(&v, text, len);
		assert_int_equal(
		    v.cls, row->status.detail == 511 ? MAIL : PORTAL);
		assert_int_equal(
		    delist_status_compare(&v.status, &row->status), 0);
		assert_int_equal(
		    delist_addr_compare(&v.blocked.addr, &addr), 0);
		assert_int_equal(v.contact.len, strlen(row->contact));
		assert_memory_equal(v.contact.at, row->contact, v.contact.len);
		assert_int_equal(v.reply, 550);
	}
}

static void
a_long_contact_has_a_limit(void **state)
{
	struct delist_addr addr = delist_addr_from4(1);
	struct delist_status code = {5, 7, 606};
	char contact[512] = "https://", text[600];
	size_t len, longest = 0;

	(void)state;
	for (size_t n = 9; n < sizeof contact; n++) {
		int error;

		contact[n - 1] = 'x';
		error = delist_reply_format(
		    text, sizeof text, &len, &code, &addr, contact, 1);
		if (error == DELIST_OK) {
			assert_true(len <= 400);
			longest = len;
		} else {
			assert_int_equal(error, DELIST_ENOSPC);
		}
	}
	assert_int_equal(longest, 400);
}

static void
rules_of_the_host_come_first(void **state)
{
	static const struct delist_rule own = {.name = "own",
	    .phrase = "our own words",
	    .cls = DELIST_CLASS_THROTTLED,
	    .remedy = DELIST_REMEDY_WAIT,
	    .source = "here"};
	static const char text[] = "550 Our own\r\n words, spamhaus";
	struct delist_verdict v;

	(void)state;
	assert_int_equal(
	    delist_reply_classify_with(&v, &own, 1, text, strlen(text)),
	    DELIST_OK);
	assert_string_equal(v.rule, "own");
	assert_int_equal(delist_reply_classify(&v, NULL, 0), DELIST_OK);
	assert_int_equal(v.cls, NONE);
	assert_int_equal(delist_reply_classify(&v, NULL, 1), DELIST_EINVAL);
	assert_int_equal(
	    delist_reply_classify_with(&v, NULL, 1, text, 3), DELIST_EINVAL);
}

/* Of rows that fit the first decides; a code decides before any phrase. */
static void
rules_of_the_host_have_an_order(void **state)
{
	static const struct delist_rule own[] = {
	    {"code", {5, 7, 42}, {5, 7, 43}, NULL, DELIST_CLASS_IP_BLOCK_OTHER,
		DELIST_REMEDY_WEB_FORM, "https://b.example/", "here", 202611},
	    {"empty", {0, 0, 0}, {0, 0, 0}, "", DELIST_CLASS_NONE,
		DELIST_REMEDY_NONE, NULL, "here", 202611},
	    {"first", {0, 0, 0}, {0, 0, 0}, "two words", DELIST_CLASS_THROTTLED,
		DELIST_REMEDY_WAIT, NULL, "here", 202611},
	    {"list", {0, 0, 0}, {0, 0, 0}, "our list",
		DELIST_CLASS_IP_BLOCK_DNSBL, DELIST_REMEDY_LIST_OWNER, NULL,
		"here", 202611},
	};
	static const struct {
		const char *text, *rule;
	} rows[] = {
	    {"550 5.7.42 two words", "code"},
	    {"550 5.7.1 our list x, two words", "first"},
	    {"550 5.7.1 two words, our list x", "first"},
	    {"550 5.7.1 our list x, spamhaus", "list"},
	    {"550 5.7.1 spamhaus", "spamhaus"},
	    {"550 5.7.606 two words", "microsoft-606-649"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct delist_verdict v;

		assert_int_equal(delist_reply_classify_with(&v, own, COUNT(own),
				     rows[i].text, strlen(rows[i].text)),
		    DELIST_OK);
		assert_string_equal(v.rule, rows[i].rule);
	}
}

int
main(void)
{
	ROWS(classifies, reply_rows);
	ROWS(no_prefix_reads_too_far, reply_rows);
	ROWS(shows, view_rows);
	ROWS(formats, format_rows);
	TEST(a_long_contact_has_a_limit);
	TEST(rules_of_the_host_come_first);
	TEST(rules_of_the_host_have_an_order);
	return support_run("reply");
}
