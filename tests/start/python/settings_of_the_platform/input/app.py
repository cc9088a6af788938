from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    aws_region: str
    stage: str = "dev"


SETTINGS = Settings()


def handler(event, context):
    return 1
