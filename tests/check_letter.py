#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Do Python's mail parser and ours agree on what the letters say?

usage: check_letter.py DIRECTORY

The golden files in it are what test_letter composes, byte by byte.
"""
import email
import email.policy
import pathlib
import re
import sys
import unicodedata

FIELDS = {
    'Date': 'Tue, 24 Nov 2026 00:00:00 +0000',
    'From': 'delist@example.net',
    'To': 'ann@example.com',
    'MIME-Version': '1.0',
}
LETTER = {
    'Message-ID':
        '<confirm.1.f0e1d2c3b4a5968778695a4b3c2d1e0f@example.net>',
    'Auto-Submitted': 'auto-generated',
}
NOTICE = {
    'In-Reply-To': '<what.ann@sent.example>',
    'References': '<what.ann@sent.example>',
    'Auto-Submitted': 'auto-replied',
}
SUBJECTS = {
    'en': 'Confirm the delisting of 192.0.2.1',
    'ja': '【要確認】ブロック解除のお申し込み（192.0.2.1）',
}
PAGES = ['confirm', 'cancel', 'status']
# What stands in the body of each notice; the rest must not.
MARKS = {
    'ip': '    192.0.2.1',
    'url': 'https://delist.example.net/',
    'reason': 'the host 192.0.2.1 is an open relay',
}
NOTICES = {
    'received': ['ip'],
    'send-ndr': [],
    'portal': ['url'],
    'delisted': ['ip'],
    'denied': ['ip', 'reason'],
    'need-info': ['ip', 'reason'],
    'not-listed': ['ip'],
}
WITHIN = {'received': '48', 'delisted': '48', 'send-ndr': '2',
          'need-info': '2'}


def width(line):
    """Columns on a terminal, where East Asian characters take two."""
    return sum(2 if unicodedata.east_asian_width(c) in 'WF' else 1
               for c in line)


def read(path, fields):
    """The mail and its lines, after what holds for all of them."""
    raw = path.read_bytes()
    assert raw.isascii() and raw.endswith(b'\r\n')
    assert b'\r' not in raw.replace(b'\r\n', b'')
    assert b'\n' not in raw.replace(b'\r\n', b'')

    mail = email.message_from_bytes(raw, policy=email.policy.SMTP)
    assert not mail.defects
    assert all(not value.defects for value in mail.values())
    for name, want in (FIELDS | fields).items():
        assert mail.get_all(name) == [want], (name, mail.get_all(name))
    assert mail['To'].addresses[0].addr_spec == 'ann@example.com'
    assert mail.get_content_type() == 'text/plain'
    lines = mail.get_content().replace('\r\n', '\n').split('\n')
    for line in lines:
        assert width(line) <= 78 or line.startswith('https://'), line
        assert '{' not in line and '}' not in line, line
    return mail, lines


def check_letter(path):
    mail, lines = read(path, LETTER)
    language = mail['Content-Language']
    assert mail['Subject'] == SUBJECTS[language], mail['Subject']
    assert '    192.0.2.1' in lines
    assert any('24' in line for line in lines)
    for page in PAGES:
        url = r'https://delist\.example\.net/%s\?t=[A-Za-z0-9_-]{46}' % page
        assert sum(bool(re.fullmatch(url, line)) for line in lines) == 1
    return language


def check_notice(path):
    _, language, notice = path.stem.split('-', 2)
    mail, lines = read(path, NOTICE)
    assert mail['Content-Language'] == language
    assert mail['Message-ID'] == '<%s.2.f0e1%s@example.net>' % (
        notice, '0' * 28), mail['Message-ID']
    for mark, line in MARKS.items():
        assert lines.count(line) == (mark in NOTICES[notice]), (path, mark)
    assert ('192.0.2.1' in mail['Subject']) == ('ip' in NOTICES[notice])
    if notice in WITHIN:
        assert any(WITHIN[notice] + ' ' in line for line in lines), path
    return language, notice


def main():
    golden = pathlib.Path(sys.argv[1])
    languages = sorted(map(check_letter, golden.glob('letter-*.eml')))
    assert languages == sorted(SUBJECTS), languages
    notices = sorted(map(check_notice, golden.glob('notice-*.eml')))
    assert notices == sorted((language, notice) for language in SUBJECTS
                             for notice in NOTICES), notices
    print('letters agree:', *languages, len(notices), 'notices')


if __name__ == '__main__':
    main()
