"""The intents and segments that a new shop starts with: slug, name, description.

Descriptions are written for staff and are precise enough to tell neighbours apart. The
first 27 intents carry the names of the Bitext customer-support taxonomy.
"""

from django.utils.translation import gettext_noop as _

INTENTS = (
    ("track_order", _("Track order"), _("Where an order is and when it will arrive.")),
    ("delivery_delay", _("Delivery delay"), _("An order is late or lost on its way.")),
    ("product_fault", _("Product fault"), _("A product arrived broken or stopped working.")),
    ("wrong_item", _("Wrong item"), _("Something else than what was ordered arrived.")),
    ("product_question", _("Product question"), _("Size, material, use or stock of a product.")),
    ("get_refund", _("Get refund"), _("The customer wants their money back.")),
    ("track_refund", _("Track refund"), _("Where a promised refund is.")),
    ("check_refund_policy", _("Refund policy"), _("When and how refunds are given.")),
    ("cancel_order", _("Cancel order"), _("An order should not be sent.")),
    ("change_order", _("Change order"), _("Add, remove or swap items of an order.")),
    ("place_order", _("Place order"), _("How to order, or help with ordering.")),
    ("check_cancellation_fee", _("Cancellation fee"), _("What cancelling costs.")),
    ("complaint", _("Complaint"), _("The customer complains about the shop or its service.")),
    ("review", _("Feedback"), _("Praise or an opinion the customer wants to leave.")),
    ("payment_issue", _("Payment issue"), _("A payment failed or was taken twice.")),
    ("check_payment_methods", _("Payment methods"), _("How one can pay.")),
    ("check_invoice", _("Check invoice"), _("A question about an invoice.")),
    ("get_invoice", _("Get invoice"), _("The customer needs an invoice or a copy.")),
    ("delivery_options", _("Delivery options"), _("Ways of delivery and what they cost.")),
    ("delivery_period", _("Delivery period"), _("How long delivery takes.")),
    ("change_shipping_address", _("Change address"), _("Another address for an order.")),
    ("set_up_shipping_address", _("Add address"), _("Adding a delivery address.")),
    ("create_account", _("Create account"), _("Opening a customer account.")),
    ("edit_account", _("Edit account"), _("Changing data of the account.")),
    ("delete_account", _("Delete account"), _("Closing the account.")),
    ("switch_account", _("Switch account"), _("Using another account.")),
    ("recover_password", _("Recover password"), _("A forgotten password.")),
    ("registration_problems", _("Registration problems"), _("Signing up does not work.")),
    ("newsletter_subscription", _("Newsletter"), _("Subscribing or unsubscribing.")),
    ("contact_customer_service", _("Contact"), _("How and when the shop can be reached.")),
    ("contact_human_agent", _("Human agent"), _("The customer wants to speak to a person.")),
)

SEGMENTS = (
    ("champion", _("Champion"), _("Buys often, recently, and more than most.")),
    ("loyal", _("Loyal"), _("Comes back regularly.")),
    ("promising", _("Promising"), _("Bought a few times, lately; may become loyal.")),
    ("new", _("New"), _("Bought for the first time, not long ago.")),
    ("occasional", _("Occasional"), _("Buys now and then, with long gaps.")),
    ("at_risk", _("At risk"), _("Used to buy regularly and is overdue.")),
    ("lapsed", _("Lapsed"), _("Has not bought for a very long time.")),
    ("wholesale", _("Wholesale"), _("Buys in quantities of a business.")),
)
