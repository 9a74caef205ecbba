"""What each format reads, with the names that columns for it have in files of others.

Names are compared without case, spaces and marks (`mapping.plain`): "E-Mail" is "email". A name
stands with one field of a format only.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from customers.imports.format import Field

KEY = Field(
    "external_id",
    _("External id"),
    ("id", "key", "code", "number", "编号", "外部编号", "ID号", "唯一编号"),
    is_required=True,
)
NAME = ("full name", "display name", "contact name", "姓名", "名称", "名字")
EMAIL = Field(
    "email",
    _("E-mail"),
    (
        *("e-mail address", "email address", "mail", "billing email", "contact email"),
        *("邮箱", "电子邮件", "电子邮箱", "邮件", "邮箱地址"),
    ),
)
COUNTRY = Field(
    "country",
    _("Country"),
    ("country region", "billing country", "nation", "国家", "国家地区", "国家/地区"),
)

CUSTOMER_FIELDS = (
    Field(
        "external_id",
        KEY.label,
        (*KEY.synonyms, "customer id", "customer number", "customer no", "client id", "contact id",
         "客户编号", "客户ID", "会员编号", "用户编号"),
    ),
    Field(
        "name",
        _("Name"),
        (*NAME, "customer name", "customer", "client", "客户", "客户名称", "客户姓名", "会员姓名"),
    ),
    Field("first_name", _("First name"), ("given name", "forename", "firstname", "名")),
    Field("last_name", _("Last name"), ("family name", "surname", "lastname", "姓")),
    EMAIL,
    Field(
        "phone",
        _("Phone"),
        (
            *("phone number", "telephone", "tel", "mobile", "mobile phone", "cell", "cellphone"),
            *("手机", "手机号", "手机号码", "电话", "电话号码", "联系电话"),
        ),
    ),
    Field(
        "company",
        _("Company"),
        ("company name", "organisation", "organization", "account", "employer",
         "公司", "公司名称", "单位", "企业"),
    ),
    Field(
        "company_id",
        _("Company's external id"),
        ("company number", "account id", "organisation id", "organization id",
         "公司编号", "企业编号"),
    ),
    Field(
        "further_emails",
        _("Further e-mails"),
        ("other emails", "additional emails", "secondary email", "email 2", "其他邮箱", "备用邮箱"),
    ),
    Field(
        "further_phones",
        _("Further phones"),
        ("other phones", "additional phones", "secondary phone", "phone 2", "其他电话", "备用电话"),
    ),
    Field("language", _("Language"), ("locale", "lang", "语言")),
    COUNTRY,
    Field("city", _("City"), ("town", "billing city", "城市", "市")),
    Field("tags", _("Tags"), ("labels", "groups", "标签")),
    Field(
        "marketing_consent",
        _("Consent to marketing"),
        ("accepts marketing", "accepts email marketing", "opt in", "newsletter", "subscribed",
         "营销同意", "接受营销"),
    ),
)  # fmt: skip
PRODUCT_FIELDS = (
    Field(
        "external_id",
        KEY.label,
        (*KEY.synonyms, "item id", "product id", "handle", "商品编号", "产品编号", "商品ID"),
    ),
    Field(
        "name",
        _("Name"),
        (
            "title",
            "product name",
            "product title",
            "item name",
            "short_text",
            "商品名称",
            "产品名称",
            "商品",
            "名称",
            "标题",
        ),
        is_required=True,
    ),
    Field("sku", _("SKU"), ("article number", "item number", "variant sku", "货号", "商品货号")),
    Field(
        "description",
        _("Description"),
        ("body", "details", "long description", "描述", "商品描述", "说明"),
    ),
    Field(
        "category", _("Category"), ("type", "product type", "categories", "分类", "类别", "类目")
    ),
    Field("brand", _("Brand"), ("vendor", "manufacturer", "maker", "品牌")),
    Field("currency", _("Currency"), ("currency code", "币种", "货币")),
    Field(
        "price", _("Price"), ("regular price", "unit price", "sale price", "价格", "单价", "售价")
    ),
    Field("stock", _("Stock"), ("quantity", "inventory", "qty", "on hand", "库存", "数量")),
)
ORDER_FIELDS = (
    Field(
        "order",
        _("Order number"),
        ("order number", "order no", "order id", "order name", "invoice", "invoice no",
         "订单号", "订单编号", "单号"),
        is_required=True,
    ),
    Field(
        "placed_at",
        _("Placed at"),
        ("order date", "date", "created at", "paid at", "time", "ordered at", "purchase date",
         "下单时间", "订单时间", "日期", "时间", "订单日期"),
        is_required=True,
    ),
    Field(
        "customer",
        _("Customer"),
        ("customer id", "customer number", "客户", "客户编号", "会员编号", "买家"),
    ),
    Field(
        "customer_name",
        _("Customer's name"),
        ("buyer name", "billing name", "客户姓名", "买家姓名"),
    ),
    EMAIL,
    Field(
        "product",
        _("Product"),
        ("sku", "product id", "product code", "item id", "lineitem sku", "stock code",
         "商品编号", "货号", "商品货号"),
    ),
    Field(
        "description",
        _("Description"),
        ("product name", "item name", "item", "lineitem name", "title", "商品名称", "商品", "名称"),
    ),
    Field(
        "quantity",
        _("Quantity"),
        ("qty", "lineitem quantity", "units", "数量"),
        is_required=True,
    ),
    Field(
        "unit_price",
        _("Unit price"),
        ("price", "item price", "lineitem price", "item cost", "单价", "价格"),
        is_required=True,
    ),
    Field("currency", _("Currency"), ("currency code", "币种", "货币"), is_required=True),
    COUNTRY,
    Field("kind", _("Kind (sale or return)"), ("type", "类型")),
)  # fmt: skip
TICKET_FIELDS = (
    Field(
        "external_id",
        KEY.label,
        (*KEY.synonyms, "ticket id", "ticket number", "工单号", "工单编号"),
    ),
    Field("subject", _("Subject"), ("title", "summary", "topic", "主题", "标题")),
    Field(
        "body",
        _("Text"),
        ("text", "message", "description", "content", "question", "内容", "正文", "描述", "留言"),
        is_required=True,
    ),
    Field("answer", _("Answer"), ("reply", "response", "resolution", "回复", "答复")),
    Field(
        "customer_id", _("Customer"), ("customer", "user id", "requester id", "客户编号", "客户")
    ),
    Field("email", EMAIL.label, (*EMAIL.synonyms, "requester email", "from")),
    Field("priority", _("Priority"), ("urgency", "优先级")),
    Field("status", _("Status"), ("state", "状态")),
    Field("tags", _("Tags"), ("labels", "标签")),
    Field(
        "created_at",
        _("Opened at"),
        ("created", "opened at", "date", "time", "创建时间", "日期", "时间"),
    ),
)
MESSAGE_FIELDS = (
    Field("external_id", KEY.label, (*KEY.synonyms, "message id", "comment id", "消息编号")),
    Field(
        "ticket",
        _("Ticket"),
        ("ticket id", "ticket number", "conversation id", "工单号", "工单编号"),
        is_required=True,
    ),
    Field(
        "author", _("Author (customer, agent)"), ("author kind", "from", "sender", "role", "发送人")
    ),
    Field(
        "body",
        _("Text"),
        ("text", "message", "comment", "content", "内容", "正文"),
        is_required=True,
    ),
    Field("sent_at", _("Sent at"), ("created at", "date", "time", "created", "发送时间", "时间")),
    Field("is_internal", _("Internal note"), ("internal", "private", "内部")),
)
REVIEW_FIELDS = (
    Field("external_id", KEY.label, (*KEY.synonyms, "review id", "评价编号")),
    Field(
        "item_id",
        _("Product"),
        ("product id", "product", "sku", "asin", "clothing id", "商品编号", "商品"),
        is_required=True,
    ),
    Field(
        "user_id",
        _("Customer"),
        ("customer id", "customer", "reviewer", "reviewer id", "用户", "客户编号"),
    ),
    Field("rating", _("Stars"), ("stars", "score", "overall", "评分", "星级"), is_required=True),
    Field("title", _("Title"), ("review title", "summary", "headline", "标题")),
    Field(
        "text",
        _("Text"),
        ("review text", "review", "body", "content", "comment", "评价", "评论", "内容"),
        is_required=True,
    ),
    Field("product_title", _("Product's name"), ("product name", "item name", "商品名称")),
    Field(
        "written_at",
        _("Written at"),
        ("date", "time", "created at", "review date", "评价时间", "日期", "时间"),
    ),
)
ARTICLE_FIELDS = (
    Field("external_id", KEY.label, (*KEY.synonyms, "article id", "文章编号"), is_required=True),
    Field("title", _("Title"), ("name", "headline", "question", "标题"), is_required=True),
    Field(
        "body", _("Text"), ("text", "content", "answer", "html", "内容", "正文"), is_required=True
    ),
    Field("category", _("Category"), ("section", "folder", "分类")),
    Field("language", _("Language"), ("locale", "语言")),
    Field("status", _("Status"), ("state", "状态")),
    Field("visibility", _("Visibility"), ("audience", "可见范围")),
    Field("expires_on", _("Expires on"), ("expiry", "valid until", "到期日")),
)
