import json
from pathlib import Path

CONFIG = json.loads((Path(__file__).parent / "config.json").read_text())
REGION = CONFIG["aws"]["zone"]

def handler(event, context):
    return None
