"""It would fail in a request, not during Init."""


def handler(event, context):
    from collections import Mapping

    return Mapping
