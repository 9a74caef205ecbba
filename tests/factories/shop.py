"""Users, customers, products and orders."""

import factory
from django.contrib.auth.models import Group
from factory.django import DjangoModelFactory

from customers import models
from tests.factories.noon import NOON


class UserFactory(DjangoModelFactory):
    class Meta:
        model = models.User
        skip_postgeneration_save = True

    username = factory.Sequence("agent{}".format)
    email = factory.LazyAttribute(lambda user: f"{user.username}@example.com")
    password = factory.django.Password("correct horse")

    @factory.post_generation
    def role(self, create, extracted, **kwargs):
        """The group the user is in; pass role="" for none."""
        name = "agent" if extracted is None else extracted
        if name:
            self.groups.add(Group.objects.get(name=name))


class CustomerFactory(DjangoModelFactory):
    class Meta:
        model = models.Customer

    name = factory.Sequence("Customer {}".format)
    email = factory.Sequence("customer{}@example.com".format)
    country = "United Kingdom"


class ProductFactory(DjangoModelFactory):
    class Meta:
        model = models.Product

    name = factory.Sequence("Product {}".format)
    sku = factory.Sequence("SKU-{}".format)
    category = "Kitchen"
    price = "12.50"
    currency = "GBP"


class OrderFactory(DjangoModelFactory):
    """An order with `lines` of one unit each (1 unless said) at the product's price."""

    class Meta:
        model = models.Order
        skip_postgeneration_save = True

    number = factory.Sequence("{:06}".format)
    customer = factory.SubFactory(CustomerFactory)
    placed_at = NOON
    currency = "GBP"

    @factory.post_generation
    def lines(self, create, extracted, **kwargs):
        products = [ProductFactory() for _ in range(1 if extracted is None else extracted)]
        self.replace_lines(
            [models.OrderLine(product=p, quantity=1, unit_price=p.price) for p in products]
        )


class ImportFactory(DjangoModelFactory):
    class Meta:
        model = models.Import

    format = "customers"
    source = "shop"
    file_name = "customers.csv"
