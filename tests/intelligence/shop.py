"""A small shop with known tastes: products of three themes, customers who keep to one.

Vectors are written here, not read by a model: products of a theme point the same way,
each a little beside the others, always the same.
"""

from datetime import timedelta

import numpy as np
from django.utils import timezone

from customers.models import Customer, Order, OrderLine, Product
from intelligence.models import ProductVector
from tests.factories import NOON

DIMENSION = 384
VERSION = "e" * 64
THEMES = ("kitchen", "garden", "paper")


def direction(theme, number):
    """A unit vector near the theme's own axis."""
    vector = np.zeros(DIMENSION, np.float32)
    vector[THEMES.index(theme)] = 1.0
    vector[10 + number] = 0.3
    return vector / np.linalg.norm(vector)


def read(product, theme, number, version=VERSION):
    """Give the product a vector, as if a worker had read it."""
    ProductVector.objects.create(
        product=product, embedding=direction(theme, number), embedding_version=version
    )
    Product.objects.filter(pk=product.pk).update(analysed_at=timezone.now())


def stock(theme, count=6, source="shop", **columns):
    """Products of a theme, read."""
    products = Product.objects.bulk_create(
        Product(
            name=f"{theme} {number}",
            category=theme,
            source=source,
            analysed_at=NOON,
            **columns,
        )
        for number in range(count)
    )
    ProductVector.objects.bulk_create(
        ProductVector(
            product=product, embedding=direction(theme, number), embedding_version=VERSION
        )
        for number, product in enumerate(products)
    )
    return products


def buy(customer, *products, days_ago=0, quantity=1, price="10.00", **columns):
    """An order of these products, some days before noon of the shop's last day."""
    order = Order.objects.create(
        number=f"{Order.objects.count():06}",
        source=columns.pop("source", customer.source),
        customer=customer,
        placed_at=NOON - timedelta(days=days_ago),
        currency="GBP",
        status=Order.Status.COMPLETED,
        **columns,
    )
    order.replace_lines(
        [OrderLine(product=product, quantity=quantity, unit_price=price) for product in products]
    )
    return order


def customers_who_keep_to(products, count=6):
    """Customers of whom each bought all but one of these products, one a month."""
    theme = products[0].category
    people = Customer.objects.bulk_create(
        Customer(name=f"{theme} {number}", source="shop") for number in range(count)
    )
    bought = [
        (person, product, 30 * (len(products) - month))
        for number, person in enumerate(people)
        for month, product in enumerate(products)
        if month != number
    ]
    orders = Order.objects.bulk_create(
        Order(
            number=f"{person.name} {days}",
            source="shop",
            customer=person,
            placed_at=NOON - timedelta(days=days),
            currency="GBP",
            status=Order.Status.COMPLETED,
        )
        for person, _, days in bought
    )
    OrderLine.objects.bulk_create(
        OrderLine(order=order, position=1, product=product, quantity=1, unit_price="10.00")
        for order, (_, product, _) in zip(orders, bought, strict=True)
    )
    Order.objects.refresh_totals()
    Customer.objects.refresh_order_statistics()
    return people


def all_read():
    """Nothing is pending, as after a full run."""
    Customer.objects.update(analysed_at=timezone.now())
