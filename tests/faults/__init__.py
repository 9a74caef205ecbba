"""Heavy tests of what must hold while processes die; `make faults` runs them."""
