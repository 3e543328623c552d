# SPDX-License-Identifier: Apache-2.0
"""Folders for the feed, of a firm at random."""

import datetime

from feed_expected import DAY, SHARES


class Firm:
    """A firm at random: it orders too little, too late, or not at all; receives in parts, more or
    less than it ordered, and what nobody ordered; ships when it can, some lines days later; counts;
    and of some items its transactions are at fault."""

    def __init__(self, generator):
        self.draw = generator
        self.first = datetime.date(2023, 12, 20)
        self.days = generator.randint(8, 50)
        self.items = {f"I{i}": generator.choice([1, 4, 12]) for i in range(8)}
        plenty = generator.choice([20, 60, 300])
        self.stock = {i: generator.randint(0, plenty) for i in self.items}
        self.customers = {f"K{i}": generator.choice(list(SHARES)) for i in range(9)}
        self.orders, self.inbound, self.transactions, self.coming = [], [], [], []
        for day in range(self.days):
            self.live(self.first + day * DAY)

    def move(self, at, kind, item, quantity, purchase=""):
        number = len(self.transactions) + 1
        self.transactions.append([f"T{number}", at, kind, item, quantity, purchase])
        self.stock[item] += quantity

    def live(self, day):
        draw = self.draw
        early = draw.random() < 0.8
        if early:
            self.receive(day, 5, 11)
        for _ in range(draw.randint(0, 6)):
            key, customer = f"O{len(self.orders)}", draw.choice(list(self.customers))
            for item in draw.choices(list(self.items), k=draw.randint(1, 4)):
                self.orders.append([key, day, customer, item, draw.randint(1, 9), ""])
        for order in self.orders:
            if not order[5] and self.stock[order[3]] >= order[4] and draw.random() < 0.8:
                order[5] = day
                self.move(f"{day} 12:00", "issue", order[3], -order[4])
        if draw.random() < 0.5:
            item = draw.choice(list(self.items))
            self.move(f"{day} {draw.choice(['14:00', '09:30'])}", "stocktake", item,
                      draw.randint(-min(3, self.stock[item]), 3))
        if not early:
            self.receive(day, 15, 17)
        self.buy(day)

    def receive(self, day, first_hour, last_hour):
        for come in [c for c in self.coming if c[0] == day]:
            hour = self.draw.randint(first_hour, last_hour)
            self.move(f"{day} {hour:02d}:{self.draw.randint(0, 59):02d}", "receipt", *come[1:])

    def buy(self, day):
        draw = self.draw
        for item in draw.sample(list(self.items), draw.randint(0, 3)):
            key, outers = f"P{len(self.inbound)}", draw.randint(1, 4)
            due = draw.randint(1, 12)
            self.inbound.append([key, day, day + due * DAY, item, outers])
            for _ in range(draw.choice([0, 1, 1, 1, 1, 2])):
                share = draw.choice([1, 1, 1, 0.5, 1.5])
                quantity = max(1, int(outers * self.items[item] * share))
                self.coming.append((day + draw.randint(1, due + 2) * DAY, item, quantity, key))
        if draw.random() < 0.3:
            self.coming.append((day + DAY, draw.choice(list(self.items)), draw.randint(1, 9), ""))

    def files(self):
        draw = self.draw
        # The count is another one than the transactions say: too small to be true, or more.
        count = {i: q if draw.random() < 0.7 else draw.choice([-50, q // 3, q + 7])
                 for i, q in self.stock.items()}
        return {
            "items": [[i, f"Item {i}", "Each", "Each" if n == 1 else "Box", n, draw.randint(0, 5)]
                      for i, n in self.items.items()],
            "customers": list(self.customers.items()),
            "orders": self.orders,
            "inbound": self.inbound,
            "transactions": sorted(self.transactions, key=lambda t: t[1]),
            "on_hand": [row for row in count.items() if draw.random() < 0.95],
        }
