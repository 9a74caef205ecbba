"""Personal data out of texts, and back in: what leaves the machine names nobody.

`mask` puts typed placeholders such as `<EMAIL_1>` in place of identifiers and names,
`unmask` puts the same characters back. `identifying` alone finds, for whoever leaves such
sentences out or blanks them. English and Chinese; no model, no network.
"""

from customers.privacy.masking.masker import Masked, Masker, identifying, mask, mask_all
from customers.privacy.masking.placeholders import counted, unmask

__all__ = ["Masked", "Masker", "counted", "identifying", "mask", "mask_all", "unmask"]
