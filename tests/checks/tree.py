# SPDX-License-Identifier: ISC
"""What the checks know of the source tree: floors, headers, pages.

The ordered list in lib/meson.build is the architecture.  X.c and X_*.c,
lib/X.h and <delist/X.h> belong to module X; a module that is only a header
stands in that list as a comment, `# X: header only`.
"""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
LIB = ROOT / 'lib'
PUBLIC = ROOT / 'include/delist'
PAGES = sorted((ROOT / 'man').glob('*.[13]'))


def lists():
    """The entries of core_sources and system_sources with their floors."""
    floor, system = None, False
    for line in (LIB / 'meson.build').read_text().splitlines():
        if line.startswith('system_sources'):
            system = True
        if line.startswith('lib_sources'):
            return
        if m := re.match(r'\s*# floor (\d)', line):
            floor = int(m[1])
        elif m := re.match(r"\s*'(\w+)\.c'|\s*# (\w+): header only", line):
            yield (m[1] or m[2]), floor, system, m[1] is not None


def modules():
    """{module: floor}; X_part.c is of module X where X is one."""
    floors = {name: floor for name, floor, _, _ in lists()}
    return {name: floor for name, floor in floors.items()
            if owner(name, floors) == name}


def owner(name, floors):
    """The module that a file's stem belongs to: its longest known head."""
    head = name
    while '_' in head:
        head = head.rpartition('_')[0]
        if head in floors:
            return head
    return name


def public_headers():
    text = (ROOT / 'include/meson.build').read_text()
    return [ROOT / 'include' / h for h in re.findall(r"'(delist/\w+\.h)'", text)]


def preprocessed(header):
    """The text that our own headers leave after the preprocessor."""
    out = subprocess.run(['cc', '-E', '-I', ROOT / 'include', header],
                         capture_output=True, text=True, check=True).stdout
    own, keep = [], False
    for line in out.splitlines():
        if line.startswith('# '):
            keep = 'include/delist/' in line
        elif keep:
            own.append(line)
    return '\n'.join(own)


def prototypes():
    """The names of all functions that the public headers declare."""
    text = preprocessed(PUBLIC / 'delist.h')
    return set(re.findall(r'\b(delist_\w+)\s*\((?!\*)', text))


def finish(findings):
    for finding in findings:
        print(finding)
    sys.exit(1 if findings else 0)
