type Name = str | None


def first[T](items: list[T]) -> T:
    return items[0]


def handler(event, context):
    return "ok"
