/* SPDX-License-Identifier: ISC */
/*
 * letter_english.c - what the letters say in English
 */
#include "letter.h"

static const char confirm[] =
    "Somebody, probably you, asked us to accept mail from this IP address\n"
    "again:\n"
    "\n"
    "    {ip}\n"
    "\n"
    "It is on our block list and stays there unless you confirm.  To have\n"
    "it removed, open this page and press the button on it:\n"
    "\n"
    "{url}\n"
    "\n"
    "The link works for {hours} hours.\n"
    "\n"
    "If this was not you, please say so on this page.  The request is then\n"
    "dropped, and for some time you get no more mails like this one:\n"
    "\n"
    "{cancel}\n"
    "\n"
    "This page shows what became of the request:\n"
    "\n"
    "{status}\n"
    "\n"
    "This mail was sent by a machine.  Answers to it are not read.\n";

static const char received[] =
    "Thank you for your report.  We have begun to look into the block of\n"
    "this IP address:\n"
    "\n"
    "    {ip}\n"
    "\n"
    "A person answers within {hours} hours.  There is no need to write\n"
    "again: what else you send about the address is put with this report.\n"
    "\n"
    "This mail was sent by a machine.\n";

static const char send_ndr[] =
    "Thank you for your mail.  It does not tell us which IP address is\n"
    "blocked, or with which code, so we cannot look into it yet.\n"
    "\n"
    "Please answer with the whole bounce (the non-delivery report),\n"
    "attached or forwarded as it is.  Both are in it; the code stands\n"
    "behind the number 550.\n"
    "\n"
    "We wait for {days} days, then this report is closed.\n"
    "\n"
    "This mail was sent by a machine.\n";

static const char portal[] =
    "Thank you for your mail.  The block that your bounce speaks of is of\n"
    "a kind that you can have removed at once, without us.  Please open\n"
    "this page and give it the IP address from the bounce:\n"
    "\n"
    "{url}\n"
    "\n"
    "No person reads this report, since the page does the same and is\n"
    "faster.\n"
    "\n"
    "This mail was sent by a machine.\n";

static const char delisted[] =
    "We have looked into the block of this IP address and removed it:\n"
    "\n"
    "    {ip}\n"
    "\n"
    "It can take up to {hours} hours until all our servers know.  Please\n"
    "send your mail again after that.\n";

static const char denied[] =
    "We have looked into the block of this IP address:\n"
    "\n"
    "    {ip}\n"
    "\n"
    "It stays for now.  The reason is:\n"
    "\n"
    "{reason}\n"
    "\n"
    "Please see to that first, and then write to us again.\n";

static const char need_info[] =
    "We are looking into the block of this IP address:\n"
    "\n"
    "    {ip}\n"
    "\n"
    "To decide, we have to know more:\n"
    "\n"
    "{reason}\n"
    "\n"
    "Please answer this mail.  We wait for {days} days, then the report is\n"
    "closed.\n";

static const char not_listed[] =
    "We have looked into your report.  This IP address is not on our block\n"
    "list:\n"
    "\n"
    "    {ip}\n"
    "\n"
    "If mail from it still comes back to you, please send us the newest\n"
    "bounce as a whole: the reason may be another one.\n";

const struct delist_catalogue delist_letter_english = {
    .size = sizeof delist_letter_english,
    .language = "en",
    .confirm_subject = "Confirm the delisting of {ip}",
    .confirm_body = confirm,
    .notices =
	{
	    [DELIST_NOTICE_RECEIVED] = {"We look into the block of {ip}",
		received},
	    [DELIST_NOTICE_SEND_NDR] = {"Please send us the whole bounce",
		send_ndr},
	    [DELIST_NOTICE_PORTAL] = {"This block can be removed on a web page",
		portal},
	    [DELIST_NOTICE_DELISTED] = {"The block of {ip} is removed",
		delisted},
	    [DELIST_NOTICE_DENIED] = {"The block of {ip} stays", denied},
	    [DELIST_NOTICE_NEED_INFO] = {"A question about the block of {ip}",
		need_info},
	    [DELIST_NOTICE_NOT_LISTED] = {"{ip} is not blocked", not_listed},
	},
};
