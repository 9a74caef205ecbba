"""What keeps a service from starting, in one line for whoever started it."""


class ServiceError(Exception):
    """A service cannot start; the text says why and what to do."""
