import importlib

TABLE = {"export": "routes.export:run", "scan": "barcodes.scan"}


def handler(event, context):
    name = TABLE[event["action"]] + event.get("suffix", "")
    extra = importlib.import_module(f"tasks.{event['task']}")
    return importlib.import_module(name), extra
