# SPDX-License-Identifier: Apache-2.0
"""django-oscar's own reservation path, asked over a Unix socket in the current folder.

    oscar_shop.py ITEMS IN_STOCK CHANNEL...

Its stock is in SQLite, on disk, beside. A location is a partner, a cell a stock record whose
num_in_stock is IN_STOCK (Oscar knows neither holds nor safety stock: they are taken off before). A
CHANNEL is KEY:SHARE:BUFFER:LOCATION,LOCATION... and becomes what Oscar calls a strategy, the place
where a shop says which stock record a customer is served from.

A request is a line of a form and a number, and so many lines of an order's key, an item's key and a
channel's number; the answer is how many were taken. Forms: `allocate`, StockRecord.allocate of a
unit, no order, a number of them in one transaction; `order`, a basket with one line, and
OrderCreator.place_order. The form `sums` is answered with the units allocated, and the orders.
"""

import socket
import sys
from decimal import Decimal
from pathlib import Path

import django
from django.conf import settings

from oscar.defaults import *  # noqa: F401,F403

IN_TRANSACTION = 64
HERE = Path.cwd()
APPS = """django.contrib.auth django.contrib.contenttypes django.contrib.sessions
django.contrib.sites django.contrib.messages django.contrib.staticfiles django.contrib.flatpages
oscar.config.Shop oscar.apps.analytics.apps.AnalyticsConfig oscar.apps.checkout.apps.CheckoutConfig
oscar.apps.address.apps.AddressConfig oscar.apps.shipping.apps.ShippingConfig
oscar.apps.catalogue.apps.CatalogueConfig
oscar.apps.catalogue.reviews.apps.CatalogueReviewsConfig
oscar.apps.communication.apps.CommunicationConfig oscar.apps.partner.apps.PartnerConfig
oscar.apps.basket.apps.BasketConfig oscar.apps.payment.apps.PaymentConfig
oscar.apps.offer.apps.OfferConfig oscar.apps.order.apps.OrderConfig
oscar.apps.customer.apps.CustomerConfig oscar.apps.search.apps.SearchConfig
oscar.apps.voucher.apps.VoucherConfig oscar.apps.wishlists.apps.WishlistsConfig
oscar.apps.dashboard.apps.DashboardConfig oscar.apps.dashboard.reports.apps.ReportsDashboardConfig
oscar.apps.dashboard.users.apps.UsersDashboardConfig
oscar.apps.dashboard.orders.apps.OrdersDashboardConfig
oscar.apps.dashboard.catalogue.apps.CatalogueDashboardConfig
oscar.apps.dashboard.offers.apps.OffersDashboardConfig
oscar.apps.dashboard.partners.apps.PartnersDashboardConfig
oscar.apps.dashboard.pages.apps.PagesDashboardConfig
oscar.apps.dashboard.ranges.apps.RangesDashboardConfig
oscar.apps.dashboard.reviews.apps.ReviewsDashboardConfig
oscar.apps.dashboard.vouchers.apps.VouchersDashboardConfig
oscar.apps.dashboard.communications.apps.CommunicationsDashboardConfig
oscar.apps.dashboard.shipping.apps.ShippingDashboardConfig
widget_tweaks haystack treebeard django_tables2""".split()


class NoMigrations:
    """The tables are made as they are now, not step by step."""

    def __contains__(self, name):
        return True

    def __getitem__(self, name):
        return None


def configure():
    own = {name: value for name, value in globals().items() if name.startswith("OSCAR_")}
    settings.configure(
        **own | {"OSCAR_EAGER_ALERTS": False},  # nobody is told by mail within the call
        SECRET_KEY="of nobody",
        SITE_ID=1,
        INSTALLED_APPS=APPS,
        USE_TZ=True,
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        MIGRATION_MODULES=NoMigrations(),
        HAYSTACK_CONNECTIONS={
            "default": {"ENGINE": "haystack.backends.simple_backend.SimpleEngine"}},
        DATABASES={"default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(HERE / "database"),
            "OPTIONS": {"transaction_mode": "IMMEDIATE",
                        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL"},
        }},
    )
    django.setup()


def load(items, in_stock, location_count):
    from django.contrib.sites.models import Site
    from django.core.management import call_command
    from django.db import transaction
    from oscar.core.loading import get_model

    product_model = get_model("catalogue", "Product")
    record_model = get_model("partner", "StockRecord")
    partner_model = get_model("partner", "Partner")
    call_command("migrate", run_syncdb=True, verbosity=0)
    with transaction.atomic():
        Site.objects.get_or_create(id=1, defaults={"domain": "bench", "name": "bench"})
        kind = get_model("catalogue", "ProductClass").objects.create(
            name="item", requires_shipping=True, track_stock=True)
        partners = [partner_model.objects.create(name=f"location {i}", code=f"location-{i}")
                    for i in range(location_count)]
        keys = [f"item-{i:011x}" for i in range(items)]
        product_model.objects.bulk_create(
            (product_model(upc=key, title=key, slug=key, product_class=kind) for key in keys),
            batch_size=1000)
        products = product_model.objects.values_list("id", "upc")
        record_model.objects.bulk_create(
            (record_model(product_id=number, partner=partner, partner_sku=key,
                          price_currency="EUR", price=Decimal(1), num_in_stock=in_stock)
             for number, key in products for partner in partners),
            batch_size=1000)
    return partners


def make_strategies(texts, partners):
    from oscar.apps.partner import strategy

    class Channel(strategy.StockRequired, strategy.NoTax, strategy.Structured):
        """The first location of the channel's list that has a unit for it, if there is more than
        the buffer in all."""

        def __init__(self, share, buffer, places):
            super().__init__()
            self.share, self.buffer, self.places = share, buffer, places

        def select_stockrecord(self, product):
            records = {record.partner_id: record for record in product.stockrecords.all()}
            pool, first = 0, None
            for place in self.places:
                record = records[place]
                seen = max(0, record.net_stock_level) * self.share // 10000
                pool += seen
                if first is None and seen > 0:
                    first = record
            return first if pool > self.buffer else None

    strategies = []
    for text in texts:
        _, share, buffer, places = text.split(":")
        strategies.append(Channel(int(share), int(buffer),
                                  [partners[int(place)].id for place in places.split(",")]))
    return strategies


class Shop:
    def __init__(self, strategies):
        from oscar.core.loading import get_class, get_model

        self.strategies = strategies
        self.products = get_model("catalogue", "Product").objects.select_related("product_class")
        self.records = get_model("partner", "StockRecord").objects
        self.baskets = get_model("basket", "Basket").objects
        self.orders = get_model("order", "Order").objects
        self.creator = get_class("order.utils", "OrderCreator")()
        self.totals = get_class("checkout.calculators", "OrderTotalCalculator")()
        self.shipping = get_class("shipping.methods", "Free")()

    def allocate(self, requests):
        from django.db import transaction

        taken = 0
        for start in range(0, len(requests), IN_TRANSACTION):
            with transaction.atomic():
                for _, item, channel in requests[start:start + IN_TRANSACTION]:
                    product = self.products.get(upc=item)
                    record = self.strategies[int(channel)].select_stockrecord(product)
                    if record:
                        record.allocate(1)
                        taken += 1
        return taken

    def place_order(self, key, item, channel):
        basket = self.baskets.create()
        basket.strategy = self.strategies[int(channel)]
        basket.add_product(self.products.get(upc=item))
        charge = self.shipping.calculate(basket)
        self.creator.place_order(
            basket=basket, total=self.totals.calculate(basket, charge),
            shipping_method=self.shipping, shipping_charge=charge, order_number=key)
        basket.submit()

    def order(self, requests):
        taken = 0
        for key, item, channel in requests:
            try:
                self.place_order(key, item, channel)
                taken += 1
            except ValueError:
                # There is an order of this number: of the same?
                taken += self.orders.filter(number=key, lines__upc=item,
                                            lines__quantity=1).count()
        return taken

    def sums(self, _):
        from django.db.models import Sum

        return self.records.aggregate(units=Sum("num_allocated"))["units"] or 0, \
            self.orders.count()


def answer(shop, line, stream):
    form, count = line.split()
    requests = [stream.readline().split() for _ in range(int(count))]
    return getattr(shop, form)(requests)


def main(items, in_stock, *channels):
    configure()
    locations = 1 + max(int(place) for text in channels for place in text.split(":")[3].split(","))
    partners = load(int(items), int(in_stock), locations)
    shop = Shop(make_strategies(channels, partners))
    # Under another name first: who sees the socket can connect to it.
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket.new")
        server.listen(1)
        Path("socket.new").rename("socket")
        connection, _ = server.accept()
    with connection, connection.makefile("rw") as stream:
        for line in iter(stream.readline, ""):
            result = answer(shop, line, stream)
            print(*(result if isinstance(result, tuple) else (result,)), file=stream, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
