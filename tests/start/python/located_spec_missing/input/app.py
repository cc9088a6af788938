import importlib.util
import os

place = os.path.join(os.path.dirname(__file__), "settings_local.py")
spec = importlib.util.spec_from_file_location("settings", place)
settings = importlib.util.module_from_spec(spec)
spec.loader.exec_module(settings)


def handler(event, context):
    return None
