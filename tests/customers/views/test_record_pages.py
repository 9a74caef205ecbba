"""The pages of single records, home and plots."""

import pytest

from customers.insight.aggregates import refresh
from customers.models import Customer, Import, Product, SimilarProduct
from tests.factories import (
    ArticleFactory,
    CustomerFactory,
    OrderFactory,
    ProductFactory,
    RecommendationFactory,
    ReviewFactory,
    TicketFactory,
)


def test_home_counts_what_needs_me(agent):
    TicketFactory()
    TicketFactory(status="solved")
    page = agent.get("/")
    assert page.context["open_count"] == 1
    assert page.context["is_busy"] is True


def test_the_panel_polls_only_while_something_is_pending(agent):
    CustomerFactory()
    assert b"every 1s" in agent.get("/analysis/").content
    Customer.objects.update(analysed_at="2026-03-02T12:00Z")
    assert b"every 1s" not in agent.get("/analysis/").content


def test_failed_rows_are_read_again_when_asked(agent):
    CustomerFactory()
    Customer.objects.update(attempts=3, analysis_error="ValueError: no")
    assert b"1 failed" in agent.get("/analysis/").content
    agent.post("/analysis/retry/")
    assert Customer.objects.pending().count() == 1


def test_a_customers_page_shows_records_and_recommendations_with_reasons(agent):
    customer = CustomerFactory()
    order = OrderFactory(customer=customer)
    TicketFactory(customer=customer, subject="A broken spout")
    ReviewFactory(customer=customer, body="Pours well.")
    RecommendationFactory(
        customer=customer, reasons=[{"kind": "purchase", "name": "Blue cup", "weight": 0.4}]
    )
    page = agent.get(f"/customers/{customer.pk}/").content.decode()
    for text in (order.number, "A broken spout", "Pours well.", "Because they bought Blue cup."):
        assert text in page


def test_staff_decide_the_segment_and_take_it_back(agent):
    customer = CustomerFactory()
    agent.post(f"/customers/{customer.pk}/segment/", {"segment": "loyal"})
    customer.refresh_from_db()
    assert (customer.segment_id, customer.segment_set_by) == ("loyal", agent.user)
    agent.post(f"/customers/{customer.pk}/segment/", {"segment": ""})
    customer.refresh_from_db()
    assert customer.segment is None


def test_a_products_page_shows_reviews_and_similar_products(agent):
    product, other = ProductFactory(), ProductFactory(name="A sister kettle")
    ReviewFactory(product=product, body="Handle comes off.")
    SimilarProduct.objects.create(product=product, similar=other, rank=1, score=0.8)
    page = agent.get(f"/products/{product.pk}/").content.decode()
    assert "Handle comes off." in page
    assert "A sister kettle" in page


def test_an_orders_page_shows_lines_and_totals(agent):
    page = agent.get(f"/orders/{OrderFactory(lines=3).pk}/").content.decode()
    assert page.count("£12.50") >= 3
    assert "£37.50" in page


def test_an_article_is_shown_as_safe_html(agent):
    article = ArticleFactory(body="**Thirty** days <b>x</b> [a](javascript:alert(1))")
    page = agent.get(f"/articles/{article.pk}/").content.decode()
    assert "<strong>Thirty</strong>" in page
    assert "&lt;b&gt;x" in page
    assert 'href="javascript' not in page


@pytest.mark.parametrize("noun", ["customers", "tickets", "products", "orders", "articles"])
def test_a_record_that_is_not_there_is_a_404(agent, noun):
    assert agent.get(f"/{noun}/123456/").status_code == 404


def test_plots_are_drawn_and_not_drawn_twice(agent):
    product = ProductFactory()
    ReviewFactory(product=product)
    Product.objects.update(review_count=1)
    first = agent.get(f"/plots/product-stars/{product.pk}.svg")
    assert first.content.startswith(b"<svg")
    assert b"<style" not in first.content
    again = agent.get(
        f"/plots/product-stars/{product.pk}.svg", headers={"If-None-Match": first["ETag"]}
    )
    assert again.status_code == 304


def test_the_rows_of_a_plot_are_a_csv(agent):
    OrderFactory()
    refresh()
    lines = agent.get("/plots/shop-orders.csv").content.decode().splitlines()
    orders = "/orders/?placed_since=2026-03-01&placed_until=2026-03-31&kind=sale&counts=true"
    assert lines == ["at,orders,url", f"2026-03-01,1,{orders}"]


def test_an_unknown_plot_is_a_404(agent):
    assert agent.get("/plots/nothing.svg").status_code == 404
    assert agent.get("/plots/shop-orders.gif").status_code == 404


def test_no_page_allows_inline_code(agent):
    policy = agent.get("/")["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert not Import.objects.exists()
