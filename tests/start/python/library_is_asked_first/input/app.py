import numbers_lib as nl

kind = getattr(nl, "float", float)
if hasattr(nl, "int"):
    kind = nl.int


def handler(event, context):
    return 1
