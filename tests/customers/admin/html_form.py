"""What a browser would send of the form on a page."""

from html.parser import HTMLParser

NOT_SENT = {"submit", "button", "file", "reset"}


class FormFields(HTMLParser):
    """The names and values of a page's form fields, as they stand."""

    def __init__(self):
        super().__init__()
        self.values = {}
        self.select = self.area = None

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "input":
            self._input(attrs)
        elif tag == "select":
            self.select = attrs["name"]
        elif tag == "option" and self.select and "selected" in attrs:
            self.values[self.select] = attrs.get("value", "")
        elif tag == "textarea":
            self.area = attrs["name"]
            self.values[self.area] = ""

    def _input(self, attrs):
        kind = attrs.get("type", "text")
        is_off = kind in ("checkbox", "radio") and "checked" not in attrs
        if "name" in attrs and kind not in NOT_SENT and not is_off:
            self.values[attrs["name"]] = attrs.get("value", "on" if kind == "checkbox" else "")

    def handle_endtag(self, tag):
        if tag == "select":
            self.select = None
        elif tag == "textarea":
            # HTML ignores the line end that Django puts before the text
            self.values[self.area] = self.values[self.area].removeprefix("\n").removeprefix("\r\n")
            self.area = None

    def handle_data(self, data):
        if self.area:
            self.values[self.area] += data


def fields_of(page):
    """The fields of the page's form, without those of rows that scripts may add."""
    form = FormFields()
    form.feed(page)
    return {name: value for name, value in form.values.items() if "__prefix__" not in name}
