import os
import flags

if os.environ.get("NOTES", "1"):
    flags.note("notes")

STATE = flags.FLAGS["notes"]

def handler(event, context):
    return 1
