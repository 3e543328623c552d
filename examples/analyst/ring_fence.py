# SPDX-License-Identifier: Apache-2.0
"""Would a ring fence have kept goods for the web shop? A question, as an analyst asks it.

    python examples/analyst/ring_fence.py [FOLDER [PICTURES]]

Cell by cell (# %%) in an editor, or as a whole. FOLDER has the CSV files of examples/job; it is
AdventureWorks if that is there, else the small tea shop of examples/sample. PICTURES is a folder
for the pictures, outlook.png and ring_fence.png; without it, they go to the working directory.

Needs: pip install 'sellable[pandas,plot]'.
"""

# %% What there is: items, stock, orders, purchase orders
import pathlib
import sys

import pandas
from matplotlib.dates import ConciseDateFormatter
from matplotlib.figure import Figure

import sellable
import sellable.plot

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDERS = (ROOT.parent / "shared" / "data" / "adventureworks", ROOT / "examples" / "sample")
folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else next(f for f in FOLDERS if f.exists())
pictures = pathlib.Path(sys.argv[2] if len(sys.argv) > 2 else ".")


def read(name: str) -> pandas.DataFrame:
    """A table of the folder; keys stay text, whatever they look like."""
    path = folder / f"{name}.csv"
    path = path if path.exists() else path.with_suffix(".csv.gz")
    keys = {"sku": str, "location_id": str, "order_id": str, "po_id": str, "po_line_id": str}
    return pandas.read_csv(path, dtype=keys)


items, locations, stock = read("items"), read("locations"), read("on_hand")
orders, inbound = read("orders"), read("inbound")
print(f"{folder}: {len(items)} items, {len(stock)} balances, {len(orders)} order lines")

# %% An engine of the first of May 2014
MAY = pandas.Timestamp("2014-05-01", tz="UTC")
engine = sellable.Engine()
engine.advance(MAY.to_pydatetime())
engine.apply_columns("item", item=items.sku).raise_refused()
engine.apply_columns("location", location=locations.location_id).raise_refused()
engine.channel("online", precedence=10, horizon=14)
engine.channel("reseller", horizon=14)

# A frame's columns are the fields of the event, by their names.
balances = stock.rename(columns={"sku": "item", "location_id": "location", "qty": "quantity"})
loaded = engine.load_on_hand(balances[["item", "location", "quantity"]])
print(loaded.raise_refused())

# Purchase orders that were known on that day come to where most of the item lies.
for date in ("order_date", "due_date"):
    inbound[date] = pandas.to_datetime(inbound[date], utc=True)
home = balances.sort_values("quantity").groupby("item").location.last()
due = inbound[(inbound.order_date < MAY) & (inbound.due_date > MAY)]
due = due[due.sku.isin(home.index)]
loaded = engine.load_schedule(
    item=due.sku,
    location=due.sku.map(home),
    reference=due.po_id + "/" + due.po_line_id,
    quantity=due.order_qty,
    due=due.due_date,
)
print(loaded.raise_refused())

# %% What may each channel promise? A table of one instant, as a DataFrame
figures = engine.availability().to_pandas()
wide = figures.pivot_table(index="item", columns="channel", values="promisable", observed=True)
print(wide.describe().loc[["count", "mean", "50%", "max"]].round(1))

# %% Which items do both channels want, more than there is?
orders["day"] = pandas.to_datetime(orders.order_date, utc=True)
may = orders[(orders.day >= MAY) & (orders.day < MAY + pandas.DateOffset(months=1))]
wanted = may.pivot_table(index="sku", columns="channel", values="qty", aggfunc="sum", fill_value=0)
wanted["there"] = wide.online.reindex(wanted.index).fillna(0).astype(int)
contested = wanted[(wanted.online > 0) & (wanted.reseller > 0) & (wanted.there > 0)]
contested = contested.assign(short=contested.online + contested.reseller - contested.there)
contested = contested[contested.short > 0].sort_values("short", ascending=False)
print(contested.head(10))

# %% Try a ring fence: a fork knows all that the engine knows, and changes nothing of it
SHARE = 0.6  # of the stock of each contested item, in each of its cells, for the web shop
fork = engine.fork()
cells = fork.cells().to_pandas()
cells = cells[cells.item.isin(contested.index) & (cells.on_hand > 0)]
fenced = fork.load_ring_fences(
    item=cells.item,
    location=cells.location,
    channel="online",
    quantity=(cells.on_hand * SHARE).astype(int),
)
print(fenced.raise_refused())

# %% Play the orders of May on both, day by day
watched = list(contested.index[:6]) or list(wanted.index[:6])


def play(what: sellable.Engine) -> tuple[pandas.DataFrame, pandas.DataFrame]:
    """Which lines were promised, and what each channel could still promise every evening."""
    taken, evenings = [], []
    known = may[may.sku.isin(wide.index)].sort_values(["day", "order_id", "line_no"])
    for day, lines in known.groupby("day"):
        what.advance(day.to_pydatetime())
        come = due[due.due_date == day]
        what.apply_columns(
            "receipt",
            item=come.sku,
            location=come.sku.map(home),
            reference=come.po_id + "/" + come.po_line_id,
            quantity=come.order_qty,
        ).raise_refused()
        answers = what.reserve_many(
            {
                "order": f"{line.order_id}/{line.line_no}",
                "channel": line.channel,
                "lines": [(line.sku, line.qty)],
            }
            for line in lines.itertuples()
        )
        taken.append(lines.assign(promised=[isinstance(a, sellable.Answer) for a in answers]))
        for channel in ("online", "reseller"):
            left = what.available(watched, channel).promisable
            evenings.append({"day": day, "channel": channel, "left": int(left.sum())})
    return pandas.concat(taken), pandas.DataFrame(evenings)


before = sellable.plot.look_ahead(engine, watched, days=28)
after = sellable.plot.look_ahead(fork, watched, days=28)
runs = {"one pool": play(engine), f"{SHARE:.0%} fenced for online": play(fork)}

units = pandas.DataFrame(
    {
        (name, "promised" if promised else "refused"): rows.groupby("channel").qty.sum()
        for name, (lines, _) in runs.items()
        for promised, rows in lines[lines.sku.isin(contested.index)].groupby("promised")
    }
)
print(units.fillna(0).astype(int))
for what in (engine, fork):
    assert what.audit().consistent

# %% Plot both: what could be promised on the first of May, and what was left each evening
picture = sellable.plot.draw(before, after)
picture.savefig(pictures / "outlook.png", dpi=120)

figure = Figure(figsize=(11, 4.2), layout="constrained", facecolor="white")
panels = figure.subplots(1, len(runs), sharey=True, sharex=True)
for axes, (name, (_, evenings)) in zip(panels, runs.items(), strict=True):
    for channel, colour, width in (("online", "#0072B2", 4), ("reseller", "#D55E00", 1.6)):
        line = evenings[evenings.channel == channel]
        axes.step(line.day, line.left, where="post", color=colour, label=channel, linewidth=width)
    axes.set_title(name, loc="left", fontweight="bold")
    axes.xaxis.set_major_formatter(ConciseDateFormatter(axes.xaxis.get_major_locator()))
    axes.grid(True, color="#e6e6e6")
panels[0].set_ylim(bottom=0)
panels[0].set_ylabel("promisable at the end of the day (units)")
panels[0].legend(frameon=False)
figure.suptitle(f"What was left for each channel, of {', '.join(watched)}", fontsize=11)
figure.savefig(pictures / "ring_fence.png", dpi=120)
print(pictures / "outlook.png", pictures / "ring_fence.png")
