import logging.config

logging.config.dictConfig(
    {
        "version": 1,
        "handlers": {"file": {"class": "logging.FileHandler", "filename": "orders.log"}},
        "root": {"handlers": ["file"], "level": "INFO"},
    }
)


def handler(event, context):
    return 1
