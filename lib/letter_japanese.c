/* SPDX-License-Identifier: ISC */
/*
 * letter_japanese.c - what the letters say in Japanese
 */
#include "letter.h"

static const char confirm[] =
    "次の IP アドレスからのメールについて、ブロック解除のお申し込みを\n"
    "受け付けました。\n"
    "\n"
    "    {ip}\n"
    "\n"
    "このアドレスは現在ブロックリストに登録されており、ご確認いただくまで\n"
    "解除されません。解除をご希望の場合は、次のページを開き、表示される\n"
    "ボタンを押してください。\n"
    "\n"
    "{url}\n"
    "\n"
    "このリンクの有効期間は {hours} 時間です。\n"
    "\n"
    "お申し込みにお心当たりがない場合は、お手数ですが次のページから\n"
    "お知らせください。お申し込みを取り消し、以後しばらくの間、\n"
    "このようなメールをお送りしないようにいたします。\n"
    "\n"
    "{cancel}\n"
    "\n"
    "お申し込みの状況は、次のページでご確認いただけます。\n"
    "\n"
    "{status}\n"
    "\n"
    "このメールは自動的に送信されています。ご返信いただいても\n"
    "お答えできませんので、ご了承ください。\n";

static const char received[] =
    "ご連絡ありがとうございます。次の IP アドレスのブロックについて、\n"
    "調査を開始いたしました。\n"
    "\n"
    "    {ip}\n"
    "\n"
    "担当者より {hours} 時間以内にご回答いたします。同じアドレスについて\n"
    "追加でお送りいただいた内容は、今回のご連絡とあわせて確認いたします。\n"
    "\n"
    "このメールは自動的に送信されています。\n";

static const char send_ndr[] =
    "ご連絡ありがとうございます。いただいたメールからは、ブロックされて\n"
    "いる IP アドレスまたはエラーコードを確認できませんでした。\n"
    "\n"
    "お手数ですが、配信不能通知（NDR）の全文を添付または転送して、\n"
    "このメールにご返信ください。エラーコード（550 に続く数字）と\n"
    "IP アドレスは、その中に記載されています。\n"
    "\n"
    "{days} 日以内にご返信がない場合は、調査を終了いたします。\n"
    "\n"
    "このメールは自動的に送信されています。\n";

static const char portal[] =
    "ご連絡ありがとうございます。お送りいただいた通知のブロックは、\n"
    "ご自身で解除していただける種類のものです。次のページを開き、\n"
    "通知に記載されている IP アドレスを入力してください。\n"
    "\n"
    "{url}\n"
    "\n"
    "このページでお手続きいただけるため、担当者による調査は行いません。\n"
    "\n"
    "このメールは自動的に送信されています。\n";

static const char delisted[] =
    "調査の結果、次の IP アドレスのブロックを解除いたしました。\n"
    "\n"
    "    {ip}\n"
    "\n"
    "すべてのサーバーに反映されるまで、最大で {hours} 時間かかります。\n"
    "その後、あらためてメールをお送りください。\n";

static const char denied[] =
    "次の IP アドレスのブロックについて調査いたしました。\n"
    "\n"
    "    {ip}\n"
    "\n"
    "現時点では、ブロックを解除できません。理由は次のとおりです。\n"
    "\n"
    "{reason}\n"
    "\n"
    "原因に対処されたうえで、あらためてご連絡ください。\n";

static const char need_info[] =
    "次の IP アドレスのブロックについて調査しております。\n"
    "\n"
    "    {ip}\n"
    "\n"
    "判断のため、次の点をお知らせください。\n"
    "\n"
    "{reason}\n"
    "\n"
    "このメールにご返信ください。{days} 日以内にご返信がない場合は、\n"
    "調査を終了いたします。\n";

static const char not_listed[] =
    "調査の結果、次の IP アドレスはブロックリストに登録されて\n"
    "おりませんでした。\n"
    "\n"
    "    {ip}\n"
    "\n"
    "現在もメールが戻ってくる場合は、原因が異なる可能性があります。\n"
    "最新の配信不能通知の全文をお送りください。\n";

const struct delist_catalogue delist_letter_japanese = {
    .size = sizeof delist_letter_japanese,
    .language = "ja",
    .confirm_subject = "【要確認】ブロック解除のお申し込み（{ip}）",
    .confirm_body = confirm,
    .notices =
	{
	    [DELIST_NOTICE_RECEIVED] =
		{"【受付】ブロックの調査を開始しました（{ip}）", received},
	    [DELIST_NOTICE_SEND_NDR] =
		{"【お願い】配信不能通知の全文をお送りください", send_ndr},
	    [DELIST_NOTICE_PORTAL] = {"【ご案内】ウェブページから解除できます",
		portal},
	    [DELIST_NOTICE_DELISTED] = {"ブロックを解除しました（{ip}）",
		delisted},
	    [DELIST_NOTICE_DENIED] = {"ブロックは継続されます（{ip}）", denied},
	    [DELIST_NOTICE_NEED_INFO] =
		{"【ご確認】ブロックの調査について（{ip}）", need_info},
	    [DELIST_NOTICE_NOT_LISTED] = {"ブロックされていません（{ip}）",
		not_listed},
	},
};
