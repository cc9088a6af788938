import sys
import xmlkit

sys.path.insert(0, "vendored")

def handler(event, context):
    return "ok"
