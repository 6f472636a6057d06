#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Turns the catalogue of GPU models into C: its whole text, and where each entry stands in it.

usage: pack_gpus.py gpus.yaml gpus.c     (the build runs it)
"""
import re
import sys

BEGINNING = re.compile(rb"^  - name: *([^\s#].*?) *$", re.MULTILINE)


def entries(text):
    """(name, begin, length) of each item of the list `gpus:`, the last thing in the file."""
    if b"\t" in text or b"\r" in text:
        sys.exit("tabs and carriage returns have no place in it")
    heads = list(BEGINNING.finditer(text))
    names = [head.group(1).strip(b"'\"").decode("ascii") for head in heads]
    if not heads or not text[: heads[0].start()].endswith(b"\ngpus:\n"):
        sys.exit("expected a line 'gpus:' and the items of its list, each beginning '  - name: X'")
    if len(set(names)) < len(names):
        sys.exit("two entries have the same name")
    ends = [head.start() for head in heads[1:]] + [len(text)]
    return [(name, head.start(), end - head.start())
            for name, head, end in zip(names, heads, ends)]


def literal(text):
    """A C string of bytes, a line each."""
    special = {ord("\\"): "\\\\", ord('"'): '\\"', ord("\n"): "\\n"}
    def byte(value):
        plain = 32 <= value < 127
        return special.get(value, chr(value) if plain else f"\\{value:03o}")
    lines = ("".join(map(byte, line)) for line in text.splitlines(keepends=True))
    return "\n".join(f'    "{line}"' for line in lines)


def main():
    with open(sys.argv[1], "rb") as file:
        text = file.read()
    found = entries(text)
    rows = "\n".join(f'    {{"{name}", {begin}, {length}}},' for name, begin, length in found)
    with open(sys.argv[2], "w", encoding="ascii", newline="\n") as file:
        file.write(
            "/* SPDX-License-Identifier: GPL-3.0-or-later */\n"
            "/* The catalogue of GPU models. Made from gpus.yaml by pack_gpus.py. */\n"
            '#include "cluster/gpu.h"\n\n'
            f"const char gs_gpu_text[] =\n{literal(text)};\n"
            f"const uint32_t gs_gpu_text_length = {len(text)};\n\n"
            f"const gs_gpu_entry gs_gpu_entries[] = {{\n{rows}\n}};\n"
            f"const uint32_t gs_gpu_entry_count = {len(found)};\n")


main()
