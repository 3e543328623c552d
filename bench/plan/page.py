# SPDX-License-Identifier: Apache-2.0
"""What a plan found, as one page that needs nothing but itself."""

from html import escape

from measuring import PERCENTILE, Plan
from pictures import Picture, pictures
from report import (PERCENTILES, business, duration, name_of, rate, size, verdict)

STYLE = """
:root { color-scheme: light dark; --paper: #ffffff; --card: #f5f6f8; --ink: #1d2330;
  --soft: #5b6475; --grid: #d9dde4; --s1: #1767c4; --s2: #c2570c; --s3: #0f8a5f; --s4: #8b3fc0;
  --s5: #b3261e; --limit: #6b7280; --good: #0b6e4a; --bad: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --paper: #12151b; --card: #1c212b; --ink: #e6e9ef;
  --soft: #a2abbb; --grid: #39414f; --s1: #6cb0ff; --s2: #ffa15c; --s3: #4fd1a1; --s4: #d09bff;
  --s5: #ff8a80; --limit: #a2abbb; --good: #4fd1a1; --bad: #ff8a80; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 76rem; padding: 1.5rem 1rem 4rem; background: var(--paper);
  color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
h1 { margin: 0; font-size: 1.7rem; line-height: 1.2; }
h2 { margin: 0 0 .5rem; font-size: 1.05rem; }
p.says { margin: .2rem 0; color: var(--soft); }
dl.verdict { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(20rem, 100%), 1fr));
  gap: .75rem; margin: 1.5rem 0; }
dl.verdict div { background: var(--card); border-radius: .5rem; padding: .75rem 1rem; }
dl.verdict dt { color: var(--soft); font-size: .85rem; }
dl.verdict dd { margin: .15rem 0 0; font-weight: 600; overflow-wrap: anywhere; }
.good { color: var(--good); } .bad { color: var(--bad); }
.plots { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 1rem; }
figure { margin: 0; background: var(--card); border-radius: .5rem; padding: 1rem; }
figure svg { display: block; width: 100%; height: auto; }
figure .narrow { display: none; }
@media (max-width: 48rem) { .plots { grid-template-columns: minmax(0, 1fr); } }
@media (max-width: 34rem) { figure .wide { display: none; } figure .narrow { display: block; } }
section { margin-top: 1.5rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .9rem; }
th, td { padding: .25rem .75rem; text-align: right; border-bottom: 1px solid var(--grid);
  white-space: nowrap; }
th:first-child, td:first-child { padding-left: 0; }
td.words { text-align: left; white-space: normal; color: var(--soft); }
summary { cursor: pointer; font-weight: 600; }
"""

HOW = """p99.9 is the time that 999 of 1,000 calls did not exceed; p50, p90, p99 and p99.99 likewise.
Calls arrive on their own (a Poisson process with busier moments), whatever becomes of those
before. The time of each counts from its arrival, also while the thread that was to take it is
busy or stands still; a call that was not begun when its step was over was not sent, and counts
as never answered. An order that is placed ends an older one, so that as many stay open; that
second call is timed, and is not in the rate. What calls that do nothing take is the
machine's own. A rate that breaks the limit is tried a second time, up to three of them, and the
better try counts. Shards on paper: an order over items of two shards is
two promises, no longer one."""


def html(plan: Plan) -> str:
    title = escape(plan.description.name)
    plots = "\n".join(figure(picture) for picture in pictures(plan))
    said = "".join(f"<p class=says>{escape(line)}</p>" for line in business(plan))
    return f"""<!doctype html>
<html lang=en>
<head>
<meta charset=utf-8>
<meta name=viewport content="width=device-width, initial-scale=1">
<title>{title}: what this machine carries</title>
<link rel=icon href="data:,">
<style>{STYLE}</style>
</head>
<body>
<header><h1>{title}</h1>{said}</header>
{tiles(plan)}
<main class=plots>
{plots}
</main>
<section><h2>By offered rate</h2>{ladder(plan)}</section>
<section><h2>At the asked peak</h2>{kinds(plan)}</section>
<section><details><summary>The description</summary>{described(plan)}</details></section>
<section><h2>How it was measured</h2><p class=says>{escape(HOW)}</p></section>
</body>
</html>
"""


def tiles(plan: Plan) -> str:
    assert plan.peak
    good = {"at the peak": plan.keeps(plan.peak),
            "headroom at the peak": plan.headroom >= plan.description["service.headroom"]}
    out = []
    for what, found in verdict(plan):
        mark = "" if what not in good else f" class={'good' if good[what] else 'bad'}"
        out.append(f"<div><dt>{escape(what)}</dt><dd{mark}>{escape(found)}</dd></div>")
    return f"<dl class=verdict>{''.join(out)}</dl>"


def figure(picture: Picture) -> str:
    label = escape(f"{picture.title}. {picture.says}", quote=True)
    return (f'<figure role=img aria-label="{label}"><h2>{escape(picture.title)}</h2>'
            f"<div class=wide>{picture.wide}</div><div class=narrow>{picture.narrow}</div></figure>")


def table(heads: list[str], rows: list[list[str]], words: frozenset[int] = frozenset()) -> str:
    def cells(tag: str, row: list[str]) -> str:
        return "".join(f"<{tag}{' class=words' if i in words else ''}>{escape(cell)}</{tag}>"
                       for i, cell in enumerate(row))
    body = "".join(f"<tr>{cells('td', row)}</tr>" for row in rows)
    return (f"<div class=scroll><table><thead><tr>{cells('th', heads)}</tr></thead>"
            f"<tbody>{body}</tbody></table></div>")


def ladder(plan: Plan) -> str:
    rows = [[rate(step.rate), rate(step.throughput),
             *(duration(step.percentile(part)) for part in PERCENTILES), f"{step.unsent:,}",
             "yes" if plan.keeps(step) else "no"] for step in plan.ladder]
    return table(["offered", "answered", *map(name_of, PERCENTILES), "not sent",
                  f"{name_of(PERCENTILE)} within {duration(plan.limit)}"], rows)


def kinds(plan: Plan) -> str:
    assert plan.peak
    rows = [[kind, f"{took.count:,}", *(duration(took.percentile(part)) for part in PERCENTILES)]
            for kind, took in plan.peak.took.items() if took.count]
    return table(["", "calls", *map(name_of, PERCENTILES)], rows)


def described(plan: Plan) -> str:
    machine = f"{plan.processors} processors, {size(plan.machine_memory)}"
    rows = [[field.path, str(plan.description[field.path]), field.says]
            for field in plan.description.fields]
    return table(["field", "value", ""], [["machine", machine, "that it was measured on"], *rows],
                 frozenset({2}))
