# SPDX-License-Identifier: Apache-2.0
"""What a clean run of the feed has to find, computed again from the files alone."""

import csv
import datetime
import gzip
import pathlib

DAY = datetime.timedelta(days=1)
# Names with settings of their own, and one without; shares as in examples/feed/rules.c.
SHARES = {"Corporate": 10000, "Computer Store": 9000, "Gift Store": 8000, "Novelty Shop": 9000,
          "Market": 10000}


def read(folder, name):
    path = pathlib.Path(folder, f"{name}.csv")
    with path.open() if path.exists() else gzip.open(f"{path}.gz", "rt") as lines:
        return list(csv.DictReader(lines))


def date(text):
    return datetime.date.fromisoformat(text[:10])


class Expected:
    """What a clean run up to the end of `until` has to find, from the files alone."""

    def __init__(self, folder, until=None):
        self.items = {r["sku"]: r for r in read(folder, "items")}
        self.channel = {r["customer_id"]: r["channel"] for r in read(folder, "customers")}
        self.counts = {r["sku"]: int(r["qty"]) for r in read(folder, "on_hand")}
        self.inbound = read(folder, "inbound")
        orders, ledger = read(folder, "orders"), read(folder, "transactions")
        days = [date(r[k]) for r in orders for k in ("order_date", "picked_on") if r[k]]
        days += [date(r["at"]) for r in ledger] + [date(r["order_date"]) for r in self.inbound]
        self.first, last = min(days), max(days)
        self.last = min(last, until or last)
        self.counted = self.last == last
        self.open_stock(ledger)
        self.orders = [r for r in orders if date(r["order_date"]) <= self.last]
        self.shipped = [r for r in self.orders
                        if r["picked_on"] and date(r["picked_on"]) <= self.last]
        self.begun = {r["order_id"] for r in self.shipped}
        self.open = [r for r in self.orders
                     if not r["picked_on"] or date(r["picked_on"]) > self.last]
        self.moved = [r for r in ledger
                      if r["type"] != "issue" and date(r["at"]) <= self.last]
        self.lead = max([0, *((date(r["expected_date"]) - date(r["order_date"])).days
                              for r in self.inbound)])

    def open_stock(self, ledger):
        self.opening, self.unexplained = {}, set()
        for item in self.items:
            total = low = 0
            for row in (r for r in ledger if r["sku"] == item):
                total += int(row["qty"])
                low = min(low, total)
            opening = self.counts.get(item, 0) - total
            if item in self.counts and opening + low < 0:
                self.unexplained.add(item)
            if item not in self.counts or item in self.unexplained:
                opening = -low
            self.opening[item] = opening

    def book(self):
        """On hand at the close, before the count."""
        stock = dict(self.opening)
        for row in self.moved:
            stock[row["sku"]] += int(row["qty"])
        for row in self.shipped:
            stock[row["sku"]] -= int(row["qty"])
        return stock

    def on_hand(self):
        return {**self.book(), **(self.counts if self.counted else {})}

    def tallies(self):
        """Orders, units, lines shipped, units shipped of each channel that there is."""
        tallies = {c: [set(), 0, 0, 0] for c in self.channel.values()}
        for row in self.orders:
            tally = tallies[self.channel[row["customer_id"]]]
            tally[0].add(row["order_id"])
            tally[1] += int(row["qty"])
        for row in self.shipped:
            tally = tallies[self.channel[row["customer_id"]]]
            tally[2] += 1
            tally[3] += int(row["qty"])
        return {c: [len(t[0]), *t[1:]] for c, t in tallies.items()}

    def variance(self, items):
        book = self.book()
        off = [self.counts[i] - book[i] for i in self.counts if i in items]
        return [len(off), sum(v != 0 for v in off), sum(off),
                max((abs(v) for v in off), default=0)]

    def owed(self):
        """Ordered and not shipped, of each item."""
        owed = dict.fromkeys(self.items, 0)
        for row in self.open:
            owed[row["sku"]] += int(row["qty"])
        return owed

    def entries(self, item):
        """Of an item's purchase orders: when due, and what has not come."""
        per_outer = int(self.items[item]["qty_per_outer"])
        for row in self.inbound:
            if row["sku"] != item or date(row["order_date"]) > self.last:
                continue
            come = sum(int(r["qty"]) for r in self.moved
                       if (r["po_id"], r["sku"]) == (row["po_id"], item))
            yield date(row["expected_date"]), max(0, int(row["ordered_outers"]) * per_outer - come)

    def short(self, item, end):
        """By how much commitments exceed what is there, at the worst time from `end` on.

        An order is promised for a day beyond all supply, but allocated once it is picked in part.
        """
        steps = [(due, quantity) for due, quantity in self.entries(item) if due > end]
        for row in (r for r in self.open if r["sku"] == item):
            due = date(row["order_date"]) + (self.lead + 1) * DAY
            now = row["order_id"] in self.begun or due < end
            steps.append((end if now else due, -int(row["qty"])))
        left = self.on_hand()[item]
        worst = left + sum(quantity for due, quantity in steps if due <= end)
        for day in sorted({day for day, _ in steps}):
            left += sum(quantity for due, quantity in steps if due == day)
            worst = min(worst, left)
        return max(0, -worst)

    def could_sell(self):
        """Units and items with none, of each channel at the end of each day up to the close.

        What is there, and comes by a purchase order that is not yet due, less all that is owed;
        what waits beyond stock is in neither.
        """
        per_outer = {i: int(r["qty_per_outer"]) for i, r in self.items.items()}
        left = dict(self.opening)
        open_purchases, receipts, days = {}, {}, {}
        for row in self.moved:
            receipts.setdefault(date(row["at"]), []).append(row)
        by_day = {}
        for row in self.orders:
            by_day.setdefault(date(row["order_date"]), []).append(row)
        day = self.first
        while day <= self.last:
            for row in receipts.get(day, []):
                left[row["sku"]] += int(row["qty"])
                key = row["po_id"], row["sku"]
                if key in open_purchases:
                    due, to_come = open_purchases[key]
                    open_purchases[key] = due, max(0, to_come - int(row["qty"]))
            for row in by_day.get(day, []):
                left[row["sku"]] -= int(row["qty"])
            for row in self.inbound:
                if date(row["order_date"]) == day:
                    open_purchases[row["po_id"], row["sku"]] = (
                        date(row["expected_date"]),
                        int(row["ordered_outers"]) * per_outer[row["sku"]])
            coming = dict.fromkeys(self.items, 0)
            for (_, item), (due, quantity) in open_purchases.items():
                coming[item] += quantity if due > day else 0
            days[day] = self.figures({i: left[i] + coming[i] for i in self.items})
            day += DAY
        return days

    def figures(self, left):
        figures = {}
        for channel in set(self.channel.values()):
            units = [max(0, max(0, left[i]) * SHARES.get(channel, 10000) // 10000
                         - int(row["reorder_level"])) for i, row in self.items.items()]
            figures[channel] = sum(units), sum(u == 0 for u in units)
        return figures
