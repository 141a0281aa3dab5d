/* SPDX-License-Identifier: ISC */
/*
 * Replies as providers, lists, filters and administrators word them, in short:
 * the words that tell are theirs, the rest is ours.  Each is read again after
 * changes that mean nothing.
 */
#include "support.h"

#include <delist/reply.h>

struct word_row {
	const char *name; /* and, from here on, who writes so */
	const char *text;
	int cls;
	const char *ip;
};

#define IP "192.0.2.9"
#define PORTAL DELIST_CLASS_IP_BLOCK_PORTAL
#define MAIL DELIST_CLASS_IP_BLOCK_MAIL
#define CONSUMER DELIST_CLASS_IP_BLOCK_CONSUMER
#define DNSBL DELIST_CLASS_IP_BLOCK_DNSBL
#define BLOCK DELIST_CLASS_IP_BLOCK_OTHER
#define CUSTOMER DELIST_CLASS_IP_BLOCK_RECIPIENT
#define THROTTLED DELIST_CLASS_THROTTLED
#define IPV6 DELIST_CLASS_IPV6_POLICY
#define AUTH DELIST_CLASS_AUTH_FAILED
#define ACCOUNT DELIST_CLASS_SENDER_ACCOUNT
#define CONTENT DELIST_CLASS_MESSAGE_REJECTED
#define RECIPIENT DELIST_CLASS_RECIPIENT
#define OTHER DELIST_CLASS_OTHER
#define NONE DELIST_CLASS_NONE

/* clang-format off */
static const struct word_row word_rows[] = {
	/* Microsoft 365 */
	{"365 in German", "550 5.7.606 Zugriff verweigert, gesperrte IP [" IP "]", PORTAL, IP},
	{"365 in Japanese", "550 5.7.620 \xe3\x82\xa2\xe3\x82\xaf\xe3\x82\xbb\xe3\x82\xb9\xe6\x8b\x92\xe5\x90\xa6 IP [" IP "]", PORTAL, IP},
	{"365 with an example", "550 5.7.649 denied, IP [" IP "] (zum Beispiel 5.7.511)", PORTAL, IP},
	{"365 by mail, with the portal", "550 5.7.511 sender[" IP "]; not at https://sender.office.com/", MAIL, IP},
	{"365 by mail, in Spanish", "550 5.7.511 Remitente prohibido[" IP "], escriba a delist@microsoft.com", MAIL, IP},
	{"365 before it had codes", "550 5.7.1 Client host [" IP "] blocked; forward this to delist@messaging.microsoft.com", MAIL, IP},
	{"365 with a number of its own", "550 5.7.606 IP [" IP "] [X1.eop-EUR01.prod.protection.outlook.com]", PORTAL, IP},
	{"365 of a network", "550 5.7.606 banned sending IP [192.0.2.0/24]", PORTAL, "192.0.2.0/24"},
	{"365 of an IPv6 network", "550 5.7.606 banned sending IP [2001:db8::/64]", PORTAL, "2001:db8::/64"},
	{"365 below the range", "550 5.7.605 banned sending IP [" IP "]", OTHER, ""},
	{"365 above the range", "550 5.7.650 banned sending IP [" IP "]", OTHER, ""},
	{"365 two digits", "550 5.7.60 blocked [" IP "]", OTHER, ""},
	{"365 busy", "451 4.7.500 Server busy, try later from [" IP "]", THROTTLED, IP},
	{"365 under evaluation", "451 4.7.850 Access denied, later [" IP "]", THROTTLED, IP},
	{"365 IPv6 range", "550 5.7.508 [2001:db8::25] over its limits", THROTTLED, "2001:db8::25"},
	{"365 customer's list", "550 5.7.513 Client host [" IP "] blocked by recipient", CUSTOMER, IP},
	{"365 tenant", "550 5.7.705 tenant has exceeded its threshold", ACCOUNT, ""},
	{"365 new tenant", "550 5.7.708 traffic not accepted from this IP", ACCOUNT, ""},
	{"365 own account", "550 5.7.501 spam abuse, IP [" IP "]", ACCOUNT, ""},
	{"365 outbound", "550 5.1.8 bad outbound sender", ACCOUNT, ""},
	{"365 bulk without proof", "550 5.7.515 domain lacks the level", AUTH, ""},
	{"365 DMARC", "550 5.7.509 fails DMARC and asks for it", AUTH, ""},
	{"365 recipient", "550 5.4.1 [a@b.example]: address rejected: Access denied", RECIPIENT, ""},
	{"365 form", "550 5.7.512 must be RFC 5322", CONTENT, ""},
	{"365 HELO", "550 5.7.506 Bad HELO", OTHER, ""},
	{"365 TLS", "450 4.7.321 no STARTTLS", OTHER, ""},
	/* Outlook.com */
	{"Outlook S3140", "550 5.7.1 messages from [" IP "] weren't sent: on our block list (S3140)", CONSUMER, IP},
	{"Outlook AS3150", "550 5.7.1 messages from [" IP "] weren't sent (AS3150)", CONSUMER, IP},
	{"Outlook old", "550 OU-001 (X) messages from " IP " weren't sent", CONSUMER, IP},
	{"Outlook SC", "550 SC-001 (X) messages from " IP " weren't sent", CONSUMER, IP},
	{"Outlook limit", "421 RP-001 some messages from " IP " weren't sent", THROTTLED, IP},
	{"Outlook reputation", "451 4.7.650 [" IP "] rate limited for its reputation", THROTTLED, IP},
	/* Gmail */
	{"Gmail unsolicited", "550-5.7.1 [" IP "      12] likely unsolicited mail", BLOCK, IP},
	{"Gmail rate", "421-4.7.28 [" IP "] unusual rate of mail", THROTTLED, IP},
	{"Gmail IPv6", "550-5.7.1 [2001:db8::25] not up to our IPv6 sending guidelines", IPV6, "2001:db8::25"},
	{"Gmail PTR", "550 5.7.25 [2001:db8::25] has no PTR", IPV6, "2001:db8::25"},
	{"Gmail no proof", "550-5.7.26 unauthenticated, SPF with ip: [" IP "] did not pass", AUTH, ""},
	{"Gmail full", "452 4.2.2 the inbox is out of storage", RECIPIENT, ""},
	{"Gmail security", "552 5.7.0 blocked, a potential security issue", CONTENT, ""},
	/* Yahoo, AOL, Apple */
	{"Yahoo deferred", "421 4.7.0 [TSS04] Messages from " IP " deferred - 4.16.55.1", THROTTLED, IP},
	{"Yahoo list", "553 5.7.1 [BL21] not from " IP ", it is in Spamhaus's list", DNSBL, IP},
	{"Yahoo gone", "554 delivery error: dd a@b.example is no longer valid", RECIPIENT, ""},
	{"AOL", "554 5.7.1 : (RTR:SC) " IP, BLOCK, IP},
	{"AOL later", "421 4.7.1 : (DYN:T1) not now", THROTTLED, ""},
	{"Apple", "554 5.7.1 [CS01] Message rejected due to local policy", BLOCK, ""},
	{"Apple volume", "421 4.7.1 Messages to a@b.example deferred, excessive volume", THROTTLED, ""},
	/* filters */
	{"Proofpoint", "554 5.7.1 " IP " blocked, https://ipcheck.proofpoint.com/?ip=" IP, BLOCK, IP},
	{"Cloudmark", "554 IB103. " IP " has a poor reputation, http://csi.cloudmark.com/reset-request/?ip=" IP, BLOCK, IP},
	{"Barracuda", "554 5.7.1 " IP ": Barracuda Reputation", BLOCK, IP},
	{"Mimecast", "550 csi.mimecast.org Poor Reputation Sender [x]", BLOCK, ""},
	{"Cisco", "554-esa.example Your access to this mail system has been rejected due to poor reputation", BLOCK, ""},
	{"Talos", "550 " IP ": https://talosintelligence.com/reputation_center/", BLOCK, IP},
	{"Trend Micro", "550 Client Host [" IP "] blocked using Trend Micro RBL+", DNSBL, IP},
	/* access providers */
	{"GMX", "554-gmx.net Nemesis ESMTP Service not available 554 https://b.example/case?c=r1&i=ip&v=" IP "&r=1", BLOCK, IP},
	{"web.de", "550-Reject due to policy restrictions. 550 https://postmaster.web.de/case?i=ip&v=" IP, BLOCK, IP},
	{"T-Online", "554 IP=" IP " - None/bad reputation. (NOWL)", BLOCK, IP},
	{"Orange", "550 ME Adresse IP source bloquee OFR006_102 http://csi.cloudmark.com/?ip=" IP, BLOCK, IP},
	{"Orange, slower", "421 ME Trop de connexions OFR004_104", THROTTLED, ""},
	{"Comcast", "554 comcast " IP " Comcast block for spam", BLOCK, IP},
	{"Comcast DMARC", "550 5.2.0 DMARC, see http://postmaster.comcast.net/smtp-error-codes.php#DM000001", AUTH, ""},
	{"GoDaddy", "554 IB504 IP address " IP " is not wanted", BLOCK, IP},
	{"AT&T", "553 5.3.0 x DNSBL:ATTRBL 521< " IP " >_is_blocked", DNSBL, IP},
	{"Rackspace", "450 4.7.1 Received too many messages from an untrusted IP (G28)", THROTTLED, ""},
	/* lists */
	{"Spamhaus by zone", "554 5.7.1 Client host [" IP "] blocked using zen.spamhaus.org", DNSBL, IP},
	{"Spamhaus by page", "550 https://www.spamhaus.org/query/ip/" IP, DNSBL, IP},
	{"Spamhaus of an IPv6 host", "554 5.7.1 Client host [2001:db8::25] blocked using zen.spamhaus.org", DNSBL, "2001:db8::25"},
	{"SpamCop", "421 4.7.1 Client host [" IP "] blocked using bl.spamcop.net", DNSBL, IP},
	{"Barracuda's list", "550 5.7.1 client [" IP "] blocked using b.barracudacentral.org", DNSBL, IP},
	{"SORBS", "554 5.7.1 SORBS entry, <http://www.sorbs.net/lookup.shtml?" IP ">", DNSBL, IP},
	{"Manitu", "550 " IP " is in ix.dnsbl.manitu.net", DNSBL, IP},
	{"UCEPROTECT", "550 IP " IP " is UCEPROTECT-Level 1 listed", DNSBL, IP},
	{"PSBL", "571 Client " IP " found on psbl.surriel.com", DNSBL, IP},
	{"SpamRATS", "550 5.7.1 [" IP "] noptr.spamrats.com", DNSBL, IP},
	{"ivmSIP", "550 ivmSIP, https://b.example/lookup/?item=" IP, DNSBL, IP},
	{"no known list", "554 5.7.1 Client host [" IP "] blocked using bl.a.example", DNSBL, IP},
	{"a lookup site", "550 5.7.1 Connecting host [" IP "] is listed by the lookup site 'a.example'", DNSBL, IP},
	{"a list in parentheses", "550 Rejected for a DNSBL (a.example - " IP ")", DNSBL, IP},
	/* administrators */
	{"words before the code", "IP " IP " is on our blacklist, 550 5.7.1", BLOCK, IP},
	{"too many, words before", "too many mails, 421 4.7.0", THROTTLED, ""},
	{"refused by people", "550 5.7.1 Mail from IP " IP " refused by our administrators", BLOCK, IP},
	{"banned", "521 " IP " is banned here", BLOCK, IP},
	{"in parentheses", "554 Your IP (" IP ") has been banned", BLOCK, IP},
	{"deny list", "550 5.7.1 sending host [" IP "] is on a local deny list", BLOCK, IP},
	{"our RBL", "554 Your connecting IP [" IP "] is on our internal RBL", BLOCK, IP},
	{"your server", "451 Your server " IP " is blocked for an hour", BLOCK, IP},
	{"your network", "550 5.7.1 Your network (" IP ") was blocked by us", BLOCK, IP},
	{"complaints", "550 5.7.1 Connection from " IP " refused: too many complaints", BLOCK, IP},
	{"a network", "550 5.7.1 Network [192.0.2.0/24] is blocked", BLOCK, "192.0.2.0/24"},
	{"an IPv6 client", "550 5.7.1 Connection from 2001:db8::9 refused by local blacklist", BLOCK, "2001:db8::9"},
	{"Postfix access map", "554 5.7.1 <m.example[" IP "]>: Client host rejected: Access denied", BLOCK, IP},
	{"JSON", "{\"error\":\"550 5.7.1 IP is blocked\",\"ip\":\"" IP "\"}", BLOCK, IP},
	{"German", "550 5.7.1 Ihre IP-Adresse " IP " steht auf einer Sperrliste", BLOCK, IP},
	{"French", "554 5.7.1 Votre adresse IP " IP " est sur notre liste noire", BLOCK, IP},
	{"Spanish", "550 5.7.1 La IP " IP " figura en la lista negra", BLOCK, IP},
	{"Italian", "550 5.7.1 Messaggio rifiutato, IP " IP " bloccato", BLOCK, IP},
	{"Dutch", "550 5.7.1 Bericht geweigerd, IP " IP, BLOCK, IP},
	{"Polish", "550 5.7.1 Adres IP " IP " jest zablokowany", BLOCK, IP},
	{"Czech", "550 5.7.1 IP adresa " IP " je blokovana", BLOCK, IP},
	{"Turkish", "550 5.7.1 IP adresiniz " IP " engellendi", BLOCK, IP},
	{"Russian", "550 5.7.1 IP " IP " \xd0\xb7\xd0\xb0\xd0\xb1\xd0\xbb\xd0\xbe\xd0\xba\xd0\xb8\xd1\x80\xd0\xbe\xd0\xb2\xd0\xb0\xd0\xbd", BLOCK, IP},
	{"Chinese", "550 5.7.1 IP " IP " \xe8\xa2\xab\xe6\x8b\x92\xe7\xbb\x9d", BLOCK, IP},
	{"Korean", "550 5.7.1 IP " IP " \xec\xb0\xa8\xeb\x8b\xa8\xeb\x90\xa8", BLOCK, IP},
	/* throttles without an address */
	{"connections", "421 4.7.0 too many connections", THROTTLED, ""},
	{"a harvest", "421 4.4.5 too many invalid recipients", THROTTLED, ""},
	{"per hour", "452 4.5.3 Too many recipients this hour", THROTTLED, ""},
	{"greylisted", "451 4.7.1 <a@b.example>: Greylisted for 5 minutes", THROTTLED, ""},
	{"many, in German", "421 4.7.0 Zu viele Nachrichten", THROTTLED, ""},
	{"many, in Spanish", "451 4.7.1 Demasiados mensajes", THROTTLED, ""},
	{"not for a rate", "451 4.7.1 Try again later", OTHER, ""},
	/* senders */
	{"SPF", "550 5.7.1 SPF: example.net [" IP "] is not allowed", AUTH, ""},
	{"openspf", "550 5.7.1 Sender rejected: http://www.openspf.net/Why?ip=" IP, AUTH, ""},
	{"SPF record", "550 5.1.0 " IP " is not allowed to send from <b.example> by its SPF Record", AUTH, ""},
	{"sender address", "553 5.7.1 <a@b.example>: Sender address rejected: not owned", OTHER, ""},
	/* recipients and messages */
	{"policy of content", "550 Rejected - Content Policy", CONTENT, ""},
	{"spam", "571 5.7.1 message classified as spam", CONTENT, ""},
	{"too large", "552 5.3.4 Message size exceeds fixed limit", CONTENT, ""},
	{"unknown", "550 cuda_nsu 5.1.1 <a@b.example>... User unknown", RECIPIENT, ""},
	{"unknown without a code", "550 5.7.1 No such user!", RECIPIENT, ""},
	{"unknown in French", "550 Utilisateur inconnu", RECIPIENT, ""},
	{"unknown in German", "550 Benutzer unbekannt", RECIPIENT, ""},
	{"unknown in Polish", "550 nie ma takiego konta", RECIPIENT, ""},
	{"unallocated", "550 <a@b.example> recipient mailbox unallocated", RECIPIENT, ""},
	{"full", "552 Mailbox limit exceeded", RECIPIENT, ""},
	{"not to be read", "550 5.1.1 does not exist. Try " IP, RECIPIENT, ""},
	/* others, and nothing */
	{"relay", "554 5.7.1 <a@b.example>: Relay access denied", OTHER, ""},
	{"relay for an IP", "550 relay not permitted for IP " IP, OTHER, ""},
	{"a login", "530 5.7.0 Authentication required", OTHER, ""},
	{"a loop", "554 5.4.6 too many hops", OTHER, ""},
	{"a queue", "250 2.0.0 Ok: queued", NONE, ""},
	{"a parcel", "Your order 550 has shipped, parcel 5.7.606", NONE, ""},
	{"a date", "Meet us on 5.7. in room 511", NONE, ""},
	/* logs */
	{"qmail's log", "failure: 192.0.2.1_failed./Remote_host_said:_550_5.7.606_banned_sending_IP_[" IP "]/", PORTAL, IP},
	{"Exim's log", "** a@b.example R=r T=t H=m.example [192.0.2.1]: SMTP error: 550 5.7.606 IP [" IP "]", PORTAL, IP},
	{"Postfix's log", "to=<a@b.example>, relay=m.example[192.0.2.1]:25, delays=0.63/3.5/2.5, dsn=5.7.606, status=bounced (host m.example[192.0.2.1] said: 550 5.7.606 IP [" IP "])", PORTAL, IP},
	{"sendmail's log", "to=<a@b.example>, relay=m.example. [192.0.2.1], dsn=5.7.606, reply=550 5.7.606 IP [" IP "]", PORTAL, IP},
	{"OpenSMTPD's log", "to=<a@b.example> relay=\"192.0.2.1 (m.example)\" result=\"PermFail\" stat=\"550 5.7.606 IP [" IP "]\"", PORTAL, IP},
};
/* clang-format on */

static void
means(const struct word_row *row, const char *text, size_t len)
{
	char ip[DELIST_PREFIX_TEXT];
	struct delist_verdict v;
	unsigned all;

	assert_int_equal(
	    delist_reply_classify(&v, support_guarded(text, len), len),
	    DELIST_OK);
	assert_string_equal(
	    delist_class_name(v.cls), delist_class_name(row->cls));
	all = v.blocked.addr.family == DELIST_INET4 ? 32 : 128;
	if (v.blocked.addr.family == DELIST_NOADDR)
		ip[0] = '\0';
	else if (v.blocked.bits == all)
		delist_addr_format(ip, &v.blocked.addr);
	else
		delist_prefix_format(ip, &v.blocked);
	assert_string_equal(ip, row->ip);
}

static void
is_understood(void **state)
{
	const struct word_row *row = *state;

	means(row, row->text, strlen(row->text));
}

/* One blank of the text as something else; false: it has no such blank. */
static bool
with_gap(char *out, const char *text, size_t which, const char *gap)
{
	size_t n = 0;
	bool found = false;

	for (; *text != '\0'; text++) {
		if (*text != ' ' || which-- != 0) {
			out[n++] = *text;
			continue;
		}
		memcpy(out + n, gap, strlen(gap));
		n += strlen(gap);
		found = true;
	}
	out[n] = '\0';
	return found;
}

static void
gaps_mean_nothing(void **state)
{
	static const char *const gaps[] = {
	    "\n    ", "\r\n\t", "\n> ", "  ", "\xc2\xa0"};
	const struct word_row *row = *state;
	char text[512];

	if (row->cls == NONE)
		return; /* what begins a line may be an answer */
	for (size_t g = 0; g < COUNT(gaps); g++)
		for (size_t i = 0; with_gap(text, row->text, i, gaps[g]); i++)
			means(row, text, strlen(text));
}

static void
case_means_nothing(void **state)
{
	const struct word_row *row = *state;
	char text[512];
	size_t len = strlen(row->text);

	for (size_t i = 0; i < len; i++)
		text[i] = row->text[i] >= 'a' && row->text[i] <= 'z'
			      ? (char)(row->text[i] - 32)
			      : row->text[i];
	means(row, text, len);
}

int
main(void)
{
	ROWS(is_understood, word_rows);
	ROWS(gaps_mean_nothing, word_rows);
	ROWS(case_means_nothing, word_rows);
	return support_run("reply_words");
}
