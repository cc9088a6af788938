import importlib.util
import os

try:
    spec = importlib.util.spec_from_file_location("settings", "settings_local.py")
    settings = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(settings)
except FileNotFoundError:
    settings = None


def handler(event, context):
    return None
