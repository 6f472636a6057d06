#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes maths_tables.h and ziggurat_tables.h beside this script; run it only to change them.

Everything is computed with 60 decimal digits and rounded once, so that any machine writes the same
files.
"""
from decimal import Decimal as D, getcontext
from pathlib import Path
from struct import pack, unpack

getcontext().prec = 60
FOLDER = Path(__file__).parent
HEAD = """/* SPDX-License-Identifier: GPL-3.0-or-later */
/* %s Made by make_tables.py. */
"""
LN2 = D(2).ln()


def hexadecimal(value):
    return float(value).hex()


def cut(value, bits):
    """Rounded to a multiple of 2^-bits."""
    scale = D(2) ** bits
    return (value * scale).to_integral_value() / scale


def row(values, per_line=4):
    lines = [", ".join(values[i:i + per_line]) for i in range(0, len(values), per_line)]
    return ",\n    ".join(lines)


def maths():
    # 2^(j/128) as a double, and what rounding it lost relative to it
    powers = []
    for j in range(128):
        exact = (LN2 * j / 128).exp()
        rounded = D(float(exact))
        powers.append("{%s, %s}" % (hexadecimal(rounded), hexadecimal((exact - rounded) / rounded)))

    # [0.6875, 1.375) in 128 intervals of the bit pattern; a centre c of few bits for each, exactly 1
    # on both sides of 1, and log c in two parts
    centres = []
    for i in range(128):
        edges = [D(unpack("<d", pack("<Q", 0x3FE6000000000000 + (n << 45)))[0]) for n in (i, i + 1)]
        centre = D(1) if 1 in edges else sum(edges) / 2
        high = cut(centre.ln(), 42)
        centres.append("{%s, %s, %s, %s}" % (hexadecimal(centre), hexadecimal(1 / centre),
                                             hexadecimal(high), hexadecimal(centre.ln() - high)))

    ln2_42 = cut(LN2, 42)
    ln2_128 = cut(LN2 / 128, 42)
    text = HEAD % "Tables of exp and log; see maths.c for what they mean."
    text += "#define LN2_HIGH     %s\n" % hexadecimal(ln2_42)
    text += "#define LN2_LOW      %s\n" % hexadecimal(LN2 - ln2_42)
    text += "#define LN2_128_HIGH %s\n" % hexadecimal(ln2_128)
    text += "#define LN2_128_LOW  %s\n" % hexadecimal(LN2 / 128 - ln2_128)
    text += "#define PER_LN2_128  %s\n\n" % hexadecimal(128 / LN2)
    text += "static const struct {\n    double power, rest;\n} powers[128] = {\n    %s};\n\n" % row(
        powers, 2)
    text += "static const struct {\n    double centre, inverse, high, low;\n} centres[128] = {\n    %s};\n" % row(
        centres, 1)
    (FOLDER / "maths_tables.h").write_text(text)


def normal_tail(r):
    """Integral of exp(-x^2/2) from r on, by Laplace's continued fraction."""
    fraction = D(0)
    for n in range(600, 0, -1):
        fraction = n / (r + fraction)
    return (-r * r / 2).exp() / (r + fraction)


def edges(r, density, inverse, tail):
    """x[0..256] of equal areas above r, x[0] the width of the base strip if it were a rectangle."""
    area = r * density(r) + tail(r)
    x = [area / density(r), r]
    for i in range(2, 256):
        height = area / x[-1] + density(x[-1])
        if height >= 1:
            return None, i
        x.append(inverse(height))
    top = area / x[-1] + density(x[-1])
    return (x + [D(0)], area), top


def solve(low, high, density, inverse, tail):
    """The r whose last layer ends at the density's top, 1: a larger r leaves room above."""
    for _ in range(170):
        middle = (low + high) / 2
        found, top = edges(middle, density, inverse, tail)
        if found is None or top > 1:
            low = middle
        else:
            high = middle
    return edges(high, density, inverse, tail)[0]


def ziggurat():
    shapes = {
        "exponential": (D("7.6"), D("7.8"), lambda x: (-x).exp(), lambda y: -y.ln(),
                        lambda r: (-r).exp()),
        "normal": (D("3.6"), D("3.7"), lambda x: (-x * x / 2).exp(), lambda y: (-2 * y.ln()).sqrt(),
                   normal_tail),
    }
    text = HEAD % ("Layers of the ziggurats (Marsaglia and Tsang 2000), 256 each: the layer's right "
                   "edge / 2^52,\n * how many of 2^52 steps lie under the next layer, and the density "
                   "at the edge.")
    text += "typedef struct layer {\n    double width;\n    uint64_t inside;\n    double density;\n} layer;\n"
    for name, (low, high, density, inverse, tail) in shapes.items():
        x, _ = solve(low, high, density, inverse, tail)
        rows = []
        for i in range(257):
            width = x[i] / 2 ** 52
            inside = int(x[i + 1] / x[i] * 2 ** 52) if i < 256 else 0
            height = density(x[i]) if i > 0 else D(0)
            rows.append("{%s, UINT64_C(%d), %s}" % (hexadecimal(width), inside, hexadecimal(height)))
        text += "\n#define %s_TAIL %s /* %.15f */\n" % (name.upper(), hexadecimal(x[1]), x[1])
        text += "static const layer %s_layers[257] = {\n    %s};\n" % (name, row(rows, 1))
    (FOLDER / "ziggurat_tables.h").write_text(text)


if __name__ == "__main__":
    maths()
    ziggurat()
