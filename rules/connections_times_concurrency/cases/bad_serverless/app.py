from sqlalchemy import create_engine

ENGINE = create_engine("postgresql://db", pool_size=20) # ~ connections-times-concurrency


def handler(event, context):
    return {}
