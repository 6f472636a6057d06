#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Turns a gnuplot script into a C string, for programs that write it beside their data.

usage: pack_plot.py compare.gp compare_plot.c     (the build runs it)
"""
import sys


def main():
    with open(sys.argv[1], encoding="ascii") as file:
        lines = file.read().splitlines()
    special = str.maketrans({"\\": "\\\\", '"': '\\"'})
    rows = "\n".join(f'    "{line.translate(special)}\\n"' for line in lines)
    with open(sys.argv[2], "w", encoding="ascii", newline="\n") as file:
        file.write(
            "/* SPDX-License-Identifier: GPL-3.0-or-later */\n"
            "/* The figures of a comparison. Made from analysis/plots/compare.gp by pack_plot.py. */\n"
            '#include "study/compare.h"\n\n'
            f"const char gs_compare_plot[] =\n{rows};\n")


main()
