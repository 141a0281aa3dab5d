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
    'Message-ID':
        '<confirm.1.f0e1d2c3b4a5968778695a4b3c2d1e0f@example.net>',
    'Auto-Submitted': 'auto-generated',
    'MIME-Version': '1.0',
}
SUBJECTS = {
    'en': 'Confirm the delisting of 192.0.2.1',
    'ja': '【要確認】ブロック解除のお申し込み（192.0.2.1）',
}
PAGES = ['confirm', 'cancel', 'status']


def width(line):
    """Columns on a terminal, where East Asian characters take two."""
    return sum(2 if unicodedata.east_asian_width(c) in 'WF' else 1
               for c in line)


def check(path):
    raw = path.read_bytes()
    assert raw.isascii() and raw.endswith(b'\r\n')
    assert b'\r' not in raw.replace(b'\r\n', b'')
    assert b'\n' not in raw.replace(b'\r\n', b'')

    mail = email.message_from_bytes(raw, policy=email.policy.SMTP)
    language = mail['Content-Language']
    assert not mail.defects
    assert all(not value.defects for value in mail.values())
    for name, want in FIELDS.items():
        assert mail.get_all(name) == [want], (name, mail.get_all(name))
    assert mail['Subject'] == SUBJECTS[language], mail['Subject']
    assert mail['To'].addresses[0].addr_spec == 'ann@example.com'
    assert mail.get_content_type() == 'text/plain'

    lines = mail.get_content().replace('\r\n', '\n').split('\n')
    assert '    192.0.2.1' in lines
    assert any('24' in line for line in lines)
    for page in PAGES:
        url = r'https://delist\.example\.net/%s\?t=[A-Za-z0-9_-]{46}' % page
        assert sum(bool(re.fullmatch(url, line)) for line in lines) == 1
    for line in lines:
        assert width(line) <= 78 or line.startswith('https://'), line
    return language


def main():
    paths = pathlib.Path(sys.argv[1]).glob('letter-*.eml')
    languages = sorted(check(path) for path in paths)
    assert languages == sorted(SUBJECTS), languages
    print('letters agree:', *languages)


if __name__ == '__main__':
    main()
