import logging

log = logging.getLogger(__name__)
log.setlevel("INFO")

def handler(event, context):
    return None
