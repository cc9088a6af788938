import sqlite3

from sqlalchemy import create_engine

ENGINE = create_engine("postgresql+psycopg2://user@host/orders", module=sqlite3)

def handler(event, context):
    return 1
