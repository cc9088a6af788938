import sys
from pathlib import Path

sys.path[0:0] = [str(Path(__file__).resolve().parent / "vendored")]
import xmlkit

def handler(event, context):
    return "ok"
