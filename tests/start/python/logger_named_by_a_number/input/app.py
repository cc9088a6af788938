import logging

ROOT = logging.getLogger(0)
LOG = logging.getLogger(7)

def handler(event, context):
    return 1
