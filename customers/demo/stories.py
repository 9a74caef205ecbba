"""The planted stories: who and what they are about, and when they turn.

Days count back from the anchor. The texts of the first three are written by hand in
content/stories.toml; the fourth stands in the help centre itself.
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

# The shop contradicts itself: 30 days for a return in public, 14 in what staff read.
RETURN_POLICY, RETURN_CONTRADICTION = "returning-something", "staff-returns-by-telephone"
# An article of an earlier Christmas whose prices and days are no longer so: a parcel shop keeps
# a parcel for ten days in it, and for seven in what counts.
STALE_ARTICLE, NOT_STALE_ARTICLE = "christmas-posting-days", "express-parcel-shops-and-time-slots"
