"""The addresses of the screens."""

from django.contrib.auth import views as auth
from django.urls import path

from customers.views import (
    articles,
    customers,
    home,
    imports,
    orders,
    plots,
    products,
    tickets,
)

urlpatterns = [
    path("", home.home, name="home"),
    path("login/", auth.LoginView.as_view(redirect_authenticated_user=True), name="login"),
    path("logout/", auth.LogoutView.as_view(), name="logout"),
    path("analysis/", home.analysis_panel, name="analysis-panel"),
    path("analysis/retry/", home.retry_failed, name="analysis-retry"),
    path("customers/", customers.customer_list, name="customers"),
    path("customers/<int:pk>/", customers.customer_page, name="customer"),
    path("customers/<int:pk>/insight/", customers.customer_insight, name="customer-insight"),
    path("customers/<int:pk>/segment/", customers.decide_segment, name="customer-segment"),
    path("customers/<int:pk>/analyse/", customers.analyse_customer, name="customer-analyse"),
    path("tickets/", tickets.ticket_list, name="tickets"),
    path("tickets/<int:pk>/", tickets.ticket_page, name="ticket"),
    path("tickets/<int:pk>/reading/", tickets.ticket_reading, name="ticket-reading"),
    path("tickets/<int:pk>/intent/", tickets.decide_intent, name="ticket-intent"),
    path("tickets/<int:pk>/status/", tickets.set_status, name="ticket-status"),
    path("tickets/<int:pk>/reply/", tickets.reply, name="ticket-reply"),
    path("products/", products.product_list, name="products"),
    path("products/<int:pk>/", products.product_page, name="product"),
    path("reviews/", products.review_list, name="reviews"),
    path("orders/", orders.order_list, name="orders"),
    path("orders/<int:pk>/", orders.order_page, name="order"),
    path("articles/", articles.article_list, name="articles"),
    path("articles/<int:pk>/", articles.article_page, name="article"),
    path("imports/", imports.import_list, name="imports"),
    path("imports/<int:pk>/", imports.import_page, name="import"),
    path("imports/<int:pk>/progress/", imports.import_progress, name="import-progress"),
    path("imports/<int:pk>/rejects/", imports.import_rejects, name="import-rejects"),
    path("plots/<slug:name>.<slug:kind>", plots.plot, name="plot"),
    path("plots/<slug:name>/<int:pk>.<slug:kind>", plots.plot, name="plot-of"),
]
