"""The demo shop "Fern & Kettle": invented people, goods, orders and conversations.

`shop.generate(seed, anchor)` makes it as plain dataclasses; `loader.load_demo` writes it.
"""
