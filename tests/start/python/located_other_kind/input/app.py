import importlib.util

spec = importlib.util.spec_from_file_location("rates", "rates.conf")
rates = importlib.util.module_from_spec(spec)
spec.loader.exec_module(rates)


def handler(event, context):
    return None
