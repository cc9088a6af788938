import os
import sys

sys.path.append(os.path.join(os.path.dirname(__file__), "lib"))
from statistics import pretty

def handler(event, context):
    return "ok"
