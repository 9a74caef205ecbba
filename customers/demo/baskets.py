"""What goes into a basket: tastes, seasons, things used up, things that belong together."""

from __future__ import annotations

from datetime import date
from random import Random

from customers.demo.catalogue import kinds
from customers.demo.records import Person, Product
from customers.demo.seasons import demand
from customers.demo.stories import FAULTY_SKU

TASTE_SHARE = 0.86
COMPANION_SHARE = 0.3
COMPANIONS = {
    "kettle": "tea", "teapot": "tea", "coffee_gear": "coffee_beans", "bird": "bird_food",
    "pen": "ink", "ink": "notebook", "notebook": "pen", "candle_tool": "candle", "lamp": "bulb",
    "knife": "board", "hand_tool": "gloves", "planter": "seeds", "bakeware": "apron",
    "cutlery": "dish", "dish": "glass", "linen": "candle", "throw": "cushion",
    "camp_cook": "flask", "camp_seat": "picnic", "cushion": "warmth",
}  # fmt: skip
SIZES = (0, 30, 29, 19, 11, 7, 4)
STORY_APPEAL = {FAULTY_SKU: 10.0}


class Shelf:
    """The catalogue as baskets see it: by taste and kind, each product with its appeal."""

    def __init__(self, products: list[Product], seed: int) -> None:
        rng = Random(f"{seed}/appeal")
        self.products = products
        self.appeal = {
            product.sku: STORY_APPEAL.get(product.sku, rng.lognormvariate(0, 0.6))
            * kinds()[product.kind].popularity
            for product in products
        }
        self.of_taste: dict[str, list[Product]] = {}
        self.of_kind: dict[str, list[Product]] = {}
        for product in products:
            self.of_kind.setdefault(product.kind, []).append(product)
            for taste in kinds()[product.kind].tastes:
                self.of_taste.setdefault(taste, []).append(product)


class Shopper:
    """One customer filling baskets, who remembers what was bought and when."""

    def __init__(self, person: Person, shelf: Shelf, rng: Random) -> None:
        self.person, self.shelf, self.rng = person, shelf, rng
        self.bought: dict[str, date] = {}

    def basket(self, day: date) -> list[Product]:
        """The products of one order placed on `day`, none twice."""
        theme = self.rng.choices(self.person.tastes, (6, 3, 2)[: len(self.person.tastes)])[0]
        wanted = self.rng.choices(range(len(SIZES)), SIZES)[0] + 3 * (self.person.habit == "vip")
        chosen: dict[str, Product] = {}
        while len(chosen) < wanted:
            for product in self._with_companion(self._one(theme, day), day):
                chosen[product.sku] = product
        self.bought.update(dict.fromkeys(chosen, day))
        return list(chosen.values())

    def quantity(self, product: Product) -> int:
        """How many of it: trade buys by the dozen, others mostly one."""
        match self.person.habit:
            case "wholesale":
                return self.rng.choice((6, 6, 8, 12, 12, 18)) if product.price < 40 else 2
            case "vip":
                return self.rng.choice((2, 3, 4, 4, 6))
        pieces = 2 if product.price > 25 else 4
        return self.rng.choices(range(1, pieces + 1), (80, 15, 3, 2)[:pieces])[0]

    def _one(self, theme: str, day: date) -> Product:
        themed = self.rng.random() < TASTE_SHARE
        return self._pick(self.shelf.of_taste[theme] if themed else self.shelf.products, day)

    def _with_companion(self, product: Product, day: date) -> list[Product]:
        companion = COMPANIONS.get(product.kind)
        if not companion or self.rng.random() > COMPANION_SHARE:
            return [product]
        return [product, self._pick(self.shelf.of_kind[companion], day)]

    def _pick(self, among: list[Product], day: date) -> Product:
        return self.rng.choices(among, [self._wish(product, day) for product in among])[0]

    def _wish(self, product: Product, day: date) -> float:
        kind = kinds()[product.kind]
        wish = self.shelf.appeal[product.sku] * demand(kind.season, day.month)
        last = self.bought.get(product.sku)
        if last is None:
            return wish
        if not kind.lasts:
            return wish * 0.1
        return wish * (6.0 if (day - last).days > 0.7 * kind.lasts else 0.2)
