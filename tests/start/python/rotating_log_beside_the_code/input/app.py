import logging
from logging.handlers import RotatingFileHandler

logging.getLogger().addHandler(RotatingFileHandler("orders.log", maxBytes=1000, backupCount=2))


def handler(event, context):
    return 1
