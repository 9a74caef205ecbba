"""Personal data: where it stands, who may use it for what, and how it is shown, aged and erased."""
