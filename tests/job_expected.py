# SPDX-License-Identifier: Apache-2.0
"""The main job's figures, computed again: slowly, and from the files alone.

What a cell has is walked through day by day; nothing is kept that follows from something else.
"""

import csv
import datetime
import gzip
import pathlib

CHANNELS = ("online", "reseller")
EVERYTHING = {"share": 10000, "horizon": 0, "sourcing": "split", "locations": None}


def read_csv(folder, name):
    path = pathlib.Path(folder, f"{name}.csv")
    if not path.exists():
        path = pathlib.Path(folder, f"{name}.csv.gz")
        if not path.exists():
            return []
    opened = gzip.open(path, "rt", newline="") if path.suffix == ".gz" else open(path, newline="")
    with opened as file:
        return list(csv.DictReader(file))


def day(text):
    return datetime.date.fromisoformat(text[:10]).toordinal()


class Job:
    """The options, as the program takes them, and what follows from them."""

    def __init__(self, plain=False, per_line=False, partial=False, month="2014-05", now=None,
                 safety=None, purchase_orders=True, ahead=14, **settings):
        self.plain, self.per_line, self.partial, self.month = plain, per_line, partial, month
        self.now = day(now or f"{month}-01")
        self.safety = safety or ("none" if plain else "buffer")
        self.purchase_orders = purchase_orders and not plain
        self.dates = [self.now, self.now + (ahead + 1) // 2, self.now + ahead]
        self.settings = {c: dict(EVERYTHING) for c in CHANNELS}
        if not plain:
            self.settings["reseller"].update(share=6000, horizon=14)
        for channel, given in settings.items():
            self.settings[channel].update(given)
        self.arguments = ["--month", month, "--now", datetime.date.fromordinal(self.now),
                          "--ahead", ahead]
        self.arguments += ["--plain"] * plain + ["--partial"] * partial
        self.arguments += ["--per", "line" if per_line else "order"]
        self.arguments += ["--safety", safety] if safety else []
        self.arguments += ["--no-purchase-orders"] * (not purchase_orders)
        for channel, given in settings.items():
            for name, value in given.items():
                value = ",".join(value) if name == "locations" else value
                self.arguments += [f"--{name}", f"{channel}={value}"]


class Cell:
    """An item at a location: moves are (day, quantity), promises below 0."""

    def __init__(self):
        self.on_hand = self.safety_stock = 0
        self.moves = []

    def low(self, at):
        """The least of what is there on that day or on any later one."""

        def there(at):
            return self.on_hand - self.safety_stock + sum(q for d, q in self.moves if d <= at)

        return min(there(d) for d in {at, *(d for d, _ in self.moves if d > at)})


class Stock:
    def __init__(self, folder, job):
        self.job = job
        self.items = [r["sku"] for r in read_csv(folder, "items")]
        self.places = [r["location_id"] for r in read_csv(folder, "locations")]
        self.cells, self.buffer, self.coming, self.dues = {}, {}, {}, {}
        fullest = {}
        for r in read_csv(folder, "on_hand"):
            sku, place = r["sku"], r["location_id"]
            self.cell(sku, place).on_hand = int(r["qty"])
            if sku not in fullest or int(r["qty"]) > self.cells[sku, fullest[sku]].on_hand:
                fullest[sku] = place
        for r in read_csv(folder, "items"):
            if job.safety == "buffer":
                self.buffer[r["sku"]] = int(r["safety_stock"])
            elif job.safety == "cell" and r["sku"] in fullest:
                self.cell(r["sku"], fullest[r["sku"]]).safety_stock = int(r["safety_stock"])
        self.purchases = []
        for r in read_csv(folder, "inbound") if job.purchase_orders else []:
            sku, due, quantity = r["sku"], day(r["due_date"]), int(r["order_qty"])
            if day(r["order_date"]) < job.now < due:
                self.cell(sku, fullest.get(sku, self.places[0])).moves.append((due, quantity))
                self.dues.setdefault(sku, set()).add(due)
                self.purchases.append(quantity)
                if due <= job.dates[-1]:
                    self.coming[sku] = self.coming.get(sku, 0) + quantity

    def cell(self, sku, place):
        return self.cells.setdefault((sku, place), Cell())

    def places_of(self, channel):
        places = self.job.settings[channel]["locations"]
        return sorted(self.places, key=str.encode) if places is None else places

    def seen(self, sku, channel, at):
        """By location, in the channel's order."""
        share = self.job.settings[channel]["share"]
        return {p: max(0, self.cells[sku, p].low(at)) * share // 10000
                for p in self.places_of(channel) if (sku, p) in self.cells}

    def promisable(self, sku, channel, at):
        """None: the channel may not look so far ahead."""
        if at > self.job.now + self.job.settings[channel]["horizon"]:
            return None
        seen = self.seen(sku, channel, at).values()
        single = self.job.settings[channel]["sourcing"] == "single"
        pool = max(seen, default=0) if single else sum(seen)
        return max(0, pool - self.buffer.get(sku, 0))

    def place(self, sku, quantity, channel, at):
        if quantity == 0:
            return
        seen, sourcing = self.seen(sku, channel, at), self.job.settings[channel]["sourcing"]
        if sourcing == "most":
            seen = dict(sorted(seen.items(), key=lambda x: -x[1]))
        elif sourcing == "single":
            covers = [p for p in seen if seen[p] >= quantity]
            seen = {covers[0]: quantity}
        for place, there in seen.items():
            taken = min(quantity, there)
            quantity -= taken
            if taken > 0:
                self.cells[sku, place].moves.append((at, -taken))
        assert quantity == 0, (sku, channel, at)

    def take(self, rows):
        """What each row gets, and for when."""
        channel = rows[0]["channel"]
        latest = self.job.now + self.job.settings[channel]["horizon"]
        most = {r["sku"]: self.promisable(r["sku"], channel, latest) for r in rows}
        needed, given = {}, []
        for r in rows:
            before = needed.get(r["sku"], 0)
            got = int(r["qty"])
            if self.job.partial:
                got = min(got, most[r["sku"]] - before)
            needed[r["sku"]] = before + got
            given.append(got)
        if not any(given) or any(q > most[s] for s, q in needed.items()):
            return [0] * len(rows), None
        days = {self.job.now}.union(*(self.dues.get(s, ()) for s in needed))
        at = next(d for d in sorted(days)
                  if all(q <= self.promisable(s, channel, d) for s, q in needed.items()))
        for sku, quantity in needed.items():
            self.place(sku, quantity, channel, at)
        return given, at


def tallies(folder, job):
    """Per channel: orders and lines accepted, in part, refused; units, and those for later."""
    stock = Stock(folder, job)
    rows = [r for r in read_csv(folder, "orders") if r["order_date"].startswith(job.month)]
    groups = {}
    for number, r in enumerate(rows):
        groups.setdefault(number if job.per_line else r["order_id"], []).append(r)
    counts = {c: {"orders": [0, 0, 0], "lines": [0, 0, 0], "units": 0, "later": 0}
              for c in CHANNELS}
    orders = {}
    for group in groups.values():
        given, at = stock.take(group)
        count = counts[group[0]["channel"]]
        order = orders.setdefault(group[0]["order_id"], [count, []])
        for r, got in zip(group, given):
            kind = 0 if got == int(r["qty"]) else 1 if got > 0 else 2
            count["lines"][kind] += 1
            order[1].append(kind)
        count["units"] += sum(given)
        count["later"] += sum(given) if at is not None and at > job.now else 0
    for count, kinds in orders.values():
        nothing = set(kinds) == {2} or not job.partial
        count["orders"][0 if set(kinds) == {0} else 2 if nothing else 1] += 1
    return counts


def forecast(folder, job):
    """Each item, the most wanted first: its key, units ordered and to come, and what each channel
    may promise on each date."""
    stock = Stock(folder, job)
    wanted = dict.fromkeys(stock.items, 0)
    for r in read_csv(folder, "orders"):
        if r["order_date"].startswith(job.month):
            wanted[r["sku"]] += int(r["qty"])
    order = sorted(stock.items, key=lambda s: (-wanted[s], s.encode()))
    return [(s, wanted[s], stock.coming.get(s, 0),
             {c: [stock.promisable(s, c, d) for d in job.dates] for c in CHANNELS})
            for s in order]
