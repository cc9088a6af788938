from sqlalchemy import create_engine

ENGINE = create_engine("postgresql://db", pool_size=20)


def handler(event, context):
    return {}
