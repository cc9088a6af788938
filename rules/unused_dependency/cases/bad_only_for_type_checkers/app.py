from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import stubs


def handler(event, context):
    return 
