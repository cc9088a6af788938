from pathlib import Path

TEXT = (Path(__file__).parent / "mail.txt").read_text()

def handler(event, context):
    return "ok"
