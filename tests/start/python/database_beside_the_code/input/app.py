import sqlite3

DB = sqlite3.connect("orders.db", timeout=3)


def handler(event, context):
    return 1
