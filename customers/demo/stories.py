"""The three planted stories: who and what they are about, and when they turn.

Days count back from the anchor. Their texts are written by hand in content/stories.toml.
"""

from __future__ import annotations

PRICE_RISE_DAY = 150
GARDEN_FAREWELL_DAY = 138

FAULTY_SKU = "TEA-001"
FAULTY_BATCH_DAY = 140
FAULTY_RETURN_RATE = 0.42
# Days from delivery until a kettle of the faulty batch goes back: the hinge takes its time.
FAULTY_RETURN_DAYS = (14, 40)
RETURN_DAYS = (4, 24)

VIP_KEY = "C0001"
VIP_LATE_DAYS = (97, 54, 23)
VIP_DELIVERY_DAYS = {97: 18, 54: 20}
VIP_REVIEW_DAY = 6
