import imp

ledger = imp.load_source("ledger", "vendor/ledger/__init__.py")

print(ledger.VAT)


def handler(event, context):
    return None
