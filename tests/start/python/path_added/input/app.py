import os
import sys

sys.path = [os.environ["LAMBDA_TASK_ROOT"] + "/vendored"] + sys.path
import xmlkit

def handler(event, context):
    return "ok"
