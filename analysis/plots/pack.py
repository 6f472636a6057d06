#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Turns gnuplot scripts into C strings, for a library that writes them beside their data.

usage: pack.py figures.c plot/plot.h overview.gp queue.gp ...     (the build runs it)
"""
import pathlib
import sys

SPECIAL = str.maketrans({"\\": "\\\\", '"': '\\"'})


def main():
    output, header, *scripts = sys.argv[1:]
    texts = [
        "/* SPDX-License-Identifier: GPL-3.0-or-later */",
        "/* Scripts of figures. Made from those of analysis/plots by pack.py. */",
        f'#include "{header}"',
    ]
    for script in scripts:
        path = pathlib.Path(script)
        lines = path.read_text(encoding="ascii").splitlines()
        rows = "\n".join(f'    "{line.translate(SPECIAL)}\\n"' for line in lines)
        texts.append(f"\nconst char gs_script_{path.stem}[] =\n{rows};")
    with open(output, "w", encoding="ascii", newline="\n") as file:
        file.write("\n".join(texts) + "\n")


main()
