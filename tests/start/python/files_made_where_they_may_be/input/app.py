import logging
import logging.config
import os
import shelve
import sqlite3
import tempfile
from logging.handlers import RotatingFileHandler, TimedRotatingFileHandler
from pathlib import Path

with tempfile.TemporaryDirectory(dir="/tmp") as folder:
    DB = sqlite3.connect(os.path.join(folder, "orders.db"))
    shelve.open(os.path.join(folder, "cache")).close()
    Path(folder, "logs").mkdir(exist_ok=True)
    ROTATED = RotatingFileHandler(os.path.join(folder, "orders.log"), maxBytes=1000)
MEMORY = sqlite3.connect(":memory:")
LATER = TimedRotatingFileHandler("orders.log", when="midnight", delay=True)
os.makedirs("data", exist_ok=True)
Path("data").mkdir(exist_ok=True)
SPOOLED = tempfile.SpooledTemporaryFile(dir=".")
try:
    sqlite3.connect("orders.db")
except sqlite3.OperationalError:
    DB = None
try:
    os.mkdir("logs")
except OSError:
    pass
logging.config.dictConfig({"version": 1, "handlers": {"out": {"class": "logging.StreamHandler"}}})


def handler(event, context):
    return 1
