import logging.config

logging.config.dictConfig()

def handler(event, context):
    return None
