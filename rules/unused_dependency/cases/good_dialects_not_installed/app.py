# Packages that bring dialects of SQLAlchemy are told by the scheme alone, drivers by what stands behind the plus.
from sqlalchemy import create_engine

SNOWFLAKE = create_engine("snowflake://user@account/shop")
ORACLE = create_engine("oracle+cx_oracle://host/shop")
ATHENA = create_engine("awsathena+rest://host/shop")
TRINO = create_engine("trino://host/shop")


def handler(event, context):
    return [str(SNOWFLAKE), str(ORACLE), str(ATHENA), str(TRINO)]
