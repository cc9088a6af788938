"""The handler is defined elsewhere and imported here."""
from orders import handler
