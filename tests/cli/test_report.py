# SPDX-License-Identifier: GPL-3.0-or-later
"""Reports: what they say, that pages are well made, that nothing in a trace can break them."""
import html.parser
import os
import re
import shutil
import signal
import subprocess
import sys
import time

import gpusim
from gpusim import Skipped, check, expect

VOID = {"meta", "link", "br", "img", "hr", "rect", "path", "circle", "use", "polygon", "image",
        "feflood", "fecomposite"}


class Page(html.parser.HTMLParser):
    """A page read strictly: elements nest, tables become lists of rows of (text, key)."""

    def __init__(self, path):
        super().__init__(convert_charrefs=True)
        self.open, self.ids, self.tables, self.figures = [], [], {}, []
        self.text, self.references, self.names = [], [], []
        self.rows = self.cell = self.caption = None
        self.source = path.read_text(encoding="utf-8")
        self.feed(self.source)
        self.close()
        check(not self.open, "left open:", self.open)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.names.append(tag)
        if "id" in attrs:
            self.ids.append(attrs["id"])
        for name, value in attrs.items():
            check(not name.startswith("on"), "a handler in a tag:", name)
            if name in ("href", "src", "xlink:href", "action", "aria-labelledby"):
                self.references.append((name, value))
            for target in re.findall(r"url\(([^)]*)\)", value or ""):
                self.references.append(("url", target))
        if tag not in VOID:
            self.open.append(tag)
        if tag == "svg":
            self.figures.append(attrs)
        elif tag == "table":
            self.rows = []
        elif tag == "caption":
            self.caption = ""
        elif tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.cell = ["", float(attrs["data-k"]) if "data-k" in attrs else None]
            self.rows[-1].append(self.cell)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if tag in VOID:
            return
        check(self.open and self.open[-1] == tag, f"</{tag}> closes", self.open[-3:])
        self.open.pop()
        if tag == "table":
            self.tables.setdefault(self.caption, self.rows)
            self.caption = None
        elif tag in ("td", "th"):
            self.cell = None

    def handle_data(self, data):
        if self.cell is not None:
            self.cell[0] += data
        elif self.open and self.open[-1] == "caption":
            self.caption += data
        if "script" not in self.open and "style" not in self.open:
            self.text.append(data)

    def table(self, begin):
        """Rows of the first table whose caption begins like that, as dictionaries."""
        for caption, rows in self.tables.items():
            if caption.startswith(begin):
                heads = [cell[0] for cell in rows[0]]
                return [dict(zip(heads, row)) for row in rows[1:]]
        raise AssertionError(f"no table '{begin}' among {list(self.tables)}")

    def says(self, words):
        return words in " ".join(" ".join(self.text).split())


def traced(folder, scenario="by-hand.yaml", name="run.h5"):
    expect(gpusim.run("run", scenario, "-o", name, "--quiet", "--force", cwd=folder), 0)
    return folder / name


def reported(folder, *words, output="page.html"):
    expect(gpusim.run("report", *words, "-o", output, "--force", "-q", cwd=folder), 0)
    return Page(folder / output)


def needs(program):
    if not shutil.which(program):
        raise Skipped(f"{program} is not there")


def well_made(page):
    """Ids are unique and what refers to them finds them, figures have names, nothing is fetched."""
    twice = {name for name in page.ids if page.ids.count(name) > 1}
    check(not twice, "ids that are not unique:", sorted(twice)[:5])
    for name, target in page.references:
        if name == "aria-labelledby":
            check(target in page.ids, target, "is no id")
        elif not target.startswith("data:"):
            check(target[:1] == "#" and target[1:] in page.ids, name, target)
    for figure in page.figures:
        check(figure.get("role") == "img" and "aria-labelledby" in figure, figure)
    check("http" not in re.sub(r"<pre.*?</pre>", "", page.source, flags=re.S), "an address")
    heads = [int(name[1]) for name in page.names if re.fullmatch("h[1-6]", name)]
    check(heads[0] == 1 and all(b <= a + 1 for a, b in zip(heads, heads[1:])), "headings", heads)


def test_says_what_happened():
    needs("gnuplot")
    with gpusim.scratch() as folder:
        traced(folder)
        page = reported(folder, "run.h5")
        well_made(page)
        # two GPUs are free from 10 to 40 min, for the second job too few; from 20 min on the third
        # waits, too. A minute of each stretch of ten is told.
        minutes = page.table("The worst minutes")
        check([row["from"][0] for row in minutes] == ["00:20:00", "00:30:00", "00:10:00"], minutes)
        for row, queued, waiting in zip(minutes, (5, 5, 4), (2, 2, 1)):
            check(row["lost"] == ["2", 2.0] and row["unused"] == ["2", 2.0], row)
            check(row["queued"][1] == queued and row["jobs waiting"][1] == waiting, row)
        waits = page.table("The 2 jobs")
        check([row["waited"][1] for row in waits] == [2400, 1800], waits)
        check("50 % of it fewer GPUs" in waits[0]["why"][0], waits[0])
        check("100 % of it fewer GPUs" in waits[1]["why"][0], waits[1])
        faults = page.table("All faults")
        check(len(faults) == 1 and faults[0]["on"][0] == "n-0001/gpu1", faults)
        check(faults[0]["from"][0] == "01:10:00" and faults[0]["for"][1] == 600, faults)
        jobs = page.table("All jobs")
        check([row["GPU-hours"][0] for row in jobs] == ["1.333", "1.333", "0.1667"], jobs)
        digest = gpusim.run("info", "run.h5", "--digest", cwd=folder).stdout.strip()
        check(page.says(digest), "no digest")
        check(page.says("at: 70 min"), "no scenario")
        check(len(page.figures) == 9, len(page.figures))
        check(page.says("3 jobs came, and 3 completed; half of them waited no longer than 30 min."
                        " 42.5 % of the GPU time was allocated."), "the lead")
        check(not list(folder.glob("page.gnuplot*")), "a folder was left behind")
        check(not list(folder.glob("*.part")), "half a page was left behind")


def test_faults_and_what_was_done():
    with gpusim.scratch() as folder:
        (folder / "crash.yaml").write_text(
            "gpusim: 1\nname: crash\nduration: 4 h\n"
            "cluster: {nodes: [{name: n, count: 2, gpus: 2}]}\n"
            "workload:\n  - jobs: [{at: 0 s, gpus: 2, duration: 2 h},"
            " {at: 0 s, gpus: 2, duration: 3 h}]\n"
            "scheduler: {placement: first-fit}\n"
            "chaos:\n  - {fault: node-crash, target: {node: n-0000}, at: 30 min,"
            " repair: 20 min}\n", encoding="utf-8")
        traced(folder, "crash.yaml")
        page = reported(folder, "run.h5")
        well_made(page)
        worst = page.table("The worst minute")[0]
        # half an hour of two GPUs is undone, and the node's two GPUs are out of service
        check(worst["from"][0] == "00:30:00", worst)
        check(worst["undone"][1] == 60 and worst["out of service"][1] == 2, worst)
        check(worst["jobs failed"][1] == 1 and "node-crash on n-0000" in worst["faults"][0], worst)
        fault = page.table("All faults")[0]
        check(fault["attempts hit"][1] == 1 and fault["for"][1] == 1200, fault)


def test_nothing_and_little():
    needs("gnuplot")
    with gpusim.scratch() as folder:
        (folder / "empty.yaml").write_text(
            "gpusim: 1\nduration: 1 h\ncluster: {nodes: [{name: n, count: 1, gpus: 1}]}\n"
            "workload: []\n", encoding="utf-8")
        traced(folder, "empty.yaml")
        page = reported(folder, "run.h5")
        well_made(page)
        for words in ("In no minute was GPU time lost", "No job waited", "There were no faults",
                      "There were no jobs"):
            check(page.says(words), words)
        check(len(page.figures) == 3, "figures of nothing")


def luminance(colour):
    """Of '#rgb' or '#rrggbb', as WCAG 2.1 defines it."""
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    parts = [int(digits[i:i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_contrast():
    """AA: 4.5 for all text, light, dark and printed."""
    with gpusim.scratch() as folder:
        traced(folder)
        page = reported(folder, "run.h5")
        schemes = [dict(re.findall(r"--(\w+):(#\w+)", rule))
                   for rule in re.findall(r":root\{([^}]*)\}", page.source)]
        check(len(schemes) == 3, schemes)
        for scheme in schemes:
            colours = {**schemes[0], **scheme}
            for ink, grounds in (("ink", ("paper", "head", "note")), ("dim", ("paper",)),
                                 ("link", ("paper",))):
                for ground in grounds:
                    light, dark = sorted((luminance(colours[ink]), luminance(colours[ground])),
                                         reverse=True)
                    ratio = (light + 0.05) / (dark + 0.05)
                    check(ratio >= 4.5, ink, "on", ground, ratio, colours)


NASTY = "<script>alert(1)</script>\"'&|`*[x](y)"


def test_text_of_scenarios_is_text():
    needs("gnuplot")
    with gpusim.scratch() as folder:
        (folder / "list.csv").write_text(
            "id,submit_s,duration_s,gpus,name,user\n"
            + "".join('%d,0,600,2,"%s","%s"\n' % (i, NASTY.replace('"', '""'),
                                               NASTY.replace('"', '""')) for i in range(3)),
            encoding="utf-8")
        (folder / "nasty.yaml").write_text(
            "gpusim: 1\nname: \"</title><script>alert(2)</script>\"\nduration: 1 h\n"
            "cluster: {nodes: [{name: n, count: 1, gpus: 2}]}\n"
            "workload:\n  - trace: {format: csv, path: list.csv}\n# </pre><script>alert(3)</script>\n",
            encoding="utf-8")
        name = "<b onclick=alert(4)>'\"&.h5"
        traced(folder, "nasty.yaml", name)
        page = reported(folder, name)
        well_made(page)
        check(page.names.count("script") == 1 and "b" not in page.names, "a tag came through")
        check(page.table("All jobs")[0]["user"][0] == NASTY, page.table("All jobs")[0])
        expect(gpusim.run("report", name, "-o", "page.md", "-q", cwd=folder), 0)
        text = (folder / "page.md").read_text(encoding="utf-8")
        said = re.sub(r"^    .*$", "", text, flags=re.M)
        check(not re.search(r"(?<!\\)<(?!page-figures)", said), "Markdown lets tags through")
        rows = [line for line in said.splitlines() if "script" in line and line.startswith("|")]
        check(rows and all("\\|" in row for row in rows if "alert(1)" in row), rows[:1])
        for link in re.findall(r"\]\(<([^>]*)>\)", text):
            check((folder / link).exists(), link)


def test_several():
    needs("gnuplot")
    with gpusim.scratch() as folder:
        traced(folder)
        traced(folder, "small.yaml", "other.h5")
        page = reported(folder, "run.h5", "other.h5", output="both.html")
        well_made(page)
        quick = reported(folder, "run.h5", "--quick", "--start", "2026-03-01")
        check(quick.says("left out") and quick.says("time, UTC"), "options")
        heads = [cell[0] for cell in page.tables["Numbers"][0]]
        check(heads == ["quantity", "run", "other"], heads)
        check(page.says("other is another model than run"), "models")
        _, run = gpusim.run_json("info", "run.h5", cwd=folder)
        row = next(row for row in page.table("Numbers") if row["quantity"][0] == "makespan")
        check(row["run"][1] == run["summary"]["makespan_s"], row)


def test_many_rows_are_cut():
    with gpusim.scratch() as folder:
        traced(folder, "small.yaml")
        page = reported(folder, "run.h5", "--rows", "3")
        table = page.table("The 3 jobs of")
        check(len(table) == 3, len(table))
        hours = [row["GPU-hours"][1] for row in table]
        check(hours == sorted(hours, reverse=True), hours)


def test_a_killed_run():
    with gpusim.scratch() as folder:
        run = subprocess.Popen(
            [gpusim.PROGRAM, "run", "long.yaml", "-o", "run.h5", "--quiet"], cwd=folder,
            env=gpusim.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(200):
            if (folder / "run.h5").exists() and (folder / "run.h5").stat().st_size > 1 << 20:
                break
            time.sleep(0.05)
        run.send_signal(signal.SIGKILL)
        check(run.wait() == -signal.SIGKILL, "it ended before it was killed")
        page = reported(folder, "run.h5")
        well_made(page)
        check(page.says("was killed before its end"), page.text[:20])


def test_without_gnuplot():
    with gpusim.scratch() as folder:
        traced(folder)
        expect(gpusim.run("report", "run.h5", "-o", "p.html", cwd=folder,
                          env=gpusim.environment(PATH=str(folder))), 1,
               stderr="gnuplot is not there")
        page = Page(folder / "p.html")
        well_made(page)
        check(page.says("There are no figures") and not page.figures, "figures")
        check((folder / "p.gnuplot" / "1" / "overview.gp").exists(), "no script")
        check((folder / "p.gnuplot" / "1" / "faults.dat").exists(), "no data")


def test_gnuplot_fails_at_one():
    needs("gnuplot")
    with gpusim.scratch() as folder:
        traced(folder)
        whole = len(reported(folder, "run.h5").figures)
        (folder / "bin").mkdir()
        failing = folder / "bin" / "gnuplot"
        failing.write_text(f'#!/bin/sh\n[ "$1" = faults.gp ] && exit 1\n'
                           f'exec {shutil.which("gnuplot")} "$@"\n', encoding="utf-8")
        failing.chmod(0o755)
        path = f"{folder / 'bin'}:{os.environ['PATH']}"
        expect(gpusim.run("report", "run.h5", "-o", "p.html", cwd=folder,
                          env=gpusim.environment(PATH=path)), 1,
               stderr=f"lacks 1 of {whole} figures")
        page = Page(folder / "p.html")
        well_made(page)
        check(len(page.figures) == whole - 1 > 2, len(page.figures), whole)
        check(page.says("1 more could not be drawn"), "it is not told")
        left = sorted(path.name for path in (folder / "p.gnuplot" / "1").iterdir())
        check("faults.gp" in left and "overview.gp" not in left, left)


def test_pictures_that_are_there():
    """A folder of pictures beside a page that is new may be another's."""
    needs("gnuplot")
    with gpusim.scratch() as folder:
        traced(folder)
        expect(gpusim.run("report", "run.h5", "-o", "p.md", cwd=folder), 0)
        (folder / "p.md").unlink()
        expect(gpusim.run("report", "run.h5", "-o", "p.md", cwd=folder), 4, stderr="p-figures")
        expect(gpusim.run("report", "run.h5", "-o", "p.html", cwd=folder), 0)
        expect(gpusim.run("report", "run.h5", "-o", "p.md", "--force", cwd=folder), 0)


def test_the_command():
    with gpusim.scratch() as folder:
        traced(folder)
        there = "./" * 800 + "run.h5"
        for words in (["run.h5", "-o", "p.md", "--rows", "2", "--start", "2026-01-01", "--quick"],
                      ["run.h5", "-o", "p.txt", "--format", "md"],
                      [there, "-o", "p.md"]):
            gpusim.run("report", *words, "--force", cwd=folder,
                       env=gpusim.environment(PATH=str(folder)))
            text = (folder / words[2]).read_text(encoding="utf-8")
            check(f"gpusim report {' '.join(words)} |" in text, words[1:])


def test_wrong_words():
    with gpusim.scratch() as folder:
        traced(folder)
        (folder / "there.html").write_text("mine", encoding="utf-8")
        for words, code, said in (
                (["run.h5", "-o", "a.pdf"], 2, "a report is html or md, not 'pdf'"),
                (["run.h5", "--format", "htlm"], 2, "did you mean 'html'?"),
                (["run.h5", "--rows", "0"], 2, "from 1 to"),
                (["run.h5", "-o", "there.html"], 4, "--force"),
                (["run.h5", "-o", "no/where.html"], 4, "no/where"),
                (["by-hand.yaml"], 4, "by-hand.yaml"),
                ([], 2, "TRACE")):
            expect(gpusim.run("report", *words, cwd=folder), code, stderr=said)
        check((folder / "there.html").read_text(encoding="utf-8") == "mine", "overwritten")


def dumped(page, fragment=""):
    """The page as Chromium has it once its script has run, and what Chromium said."""
    result = subprocess.run(
        ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr",
         "--virtual-time-budget=4000", "--dump-dom", page.as_uri() + fragment],
        capture_output=True, text=True, timeout=100, check=True)
    return result.stdout, [line for line in result.stderr.splitlines() if "CONSOLE" in line]


def test_in_a_browser():
    needs("gnuplot")
    needs("chromium")
    with gpusim.scratch() as folder:
        traced(folder, "small.yaml")
        page = reported(folder, "run.h5")
        captions = list(page.tables)
        place = next(i for i, caption in enumerate(captions) if "held most" in caption)
        heads = [cell[0] for cell in page.tables[captions[place]][0]]
        column = heads.index("wait")
        text, said = dumped(folder / "page.html", f"#sort={place + 1},{column + 1}")
        check(not said, said)
        (folder / "sorted.html").write_text(text, encoding="utf-8")
        table = Page(folder / "sorted.html").tables[captions[place]]
        keys = [row[column][1] for row in table[1:]]
        known = [key for key in keys if key is not None]
        check(len(set(known)) > 2 and known == sorted(known), keys)
        check(keys[:len(known)] == known, "empty cells are not last")
        check('aria-sort="ascending"' in text and "<button" in text, "no buttons")
        subprocess.run(["chromium", "--headless", "--no-sandbox", "--disable-gpu",
                        "--print-to-pdf=" + str(folder / "p.pdf"),
                        (folder / "page.html").as_uri()], capture_output=True, timeout=100,
                       check=True)
        check((folder / "p.pdf").read_bytes()[:5] == b"%PDF-", "no PDF")


sys.exit(gpusim.main(gpusim.this_module()))
