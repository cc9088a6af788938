import os
import sys

sys.path.append(os.path.join(os.path.dirname(__file__), "more"))

from acme import orders, users


def handler(event, context):
    return None
