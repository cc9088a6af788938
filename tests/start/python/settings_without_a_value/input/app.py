from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    table_name: str


SETTINGS = Settings()


def handler(event, context):
    return 1
