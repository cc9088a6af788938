from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from orders import Order
