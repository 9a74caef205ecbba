"""What a new shop starts with: intents and segments (slug, name, description), and aspects
(also keywords, in any form of the word and any language that models read).

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

ASPECTS = (
    (
        "delivery",
        _("Delivery"),
        _("How, when and whether the goods arrived."),
        "delivery, deliver, shipping, ship, shipment, dispatch, courier, parcel, "
        "tracking, arrive, arrival, postage, 物流, 快递, 发货, 送货, 配送, 到货, "
        "送餐, 送达, 外卖员",
    ),
    (
        "price",
        _("Price"),
        _("What it costs, and whether it is worth that."),
        "price, pricey, priced, cost, expensive, cheap, cheaper, overpriced, "
        "inexpensive, affordable, value for money, good value, great value, "
        "worth the money, bargain, discount, rip off, 价格, 价钱, 性价比, 便宜, "
        "太贵, 实惠, 物有所值, 降价, 优惠",
    ),
    (
        "quality",
        _("Quality"),
        _("How well it is made, works and lasts."),
        "quality, material, fabric, workmanship, craftsmanship, build, durable, "
        "durability, sturdy, flimsy, well made, poorly made, fell apart, broken, "
        "broke, defective, faulty, stopped working, last long, 质量, 品质, 做工, "
        "材质, 面料, 用料, 耐用, 结实, 坏了, 正品, 假货",
    ),
    (
        "fit_size",
        _("Fit and size"),
        _("Whether it has the size that was expected, and fits."),
        "fit, size, sizing, runs small, runs large, runs big, too small, "
        "too big, too large, too tight, too loose, too short, too long, "
        "true to size, 尺码, 大小, 尺寸, 偏大, 偏小, 合身, 合适, 号码",
    ),
    (
        "appearance",
        _("Appearance"),
        _("Colour, shape and looks."),
        "colour, color, design, look, appearance, style, pattern, shade, pretty, "
        "ugly, beautiful, gorgeous, 颜色, 外观, 款式, 样子, 设计, 色差, 漂亮, "
        "好看, 难看",
    ),
    (
        "usability",
        _("Usability"),
        _("How easy it is to use, put together and look after."),
        "easy to use, hard to use, difficult to use, user friendly, instruction, "
        "manual, set up, setup, assemble, assembly, install, installation, 操作, "
        "使用方便, 好用, 难用, 安装, 说明书, 上手",
    ),
    (
        "packaging",
        _("Packaging"),
        _("How it was packed."),
        "packaging, package, packing, packed, wrapped, wrapping, box, 包装, 盒子, 外包装",
    ),
    (
        "service",
        _("Service"),
        _("How the shop and its people treat customers."),
        "service, customer service, staff, support team, customer support, "
        "representative, agent, helpful, rude, polite, no reply, nobody answers, "
        "服务, 客服, 态度, 售后, 服务员, 前台, 卖家",
    ),
    (
        "returns",
        _("Returns and refunds"),
        _("Sending things back and getting the money back."),
        "return, refund, exchange, money back, send it back, sent it back, "
        "replacement, warranty, 退货, 退款, 换货, 退换, 保修",
    ),
)
