from sqlalchemy import create_engine

ENGINE = create_engine("postgresql+psycopg2://user@host/orders")

def handler(event, context):
    return 1
