import importlib

spreadsheets = importlib.import_module("spreadsheets")


def handler(event, context):
    return "ok"
