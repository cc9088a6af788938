from dataclasses import dataclass


@dataclass(init=False)
class Order:
    note: str = ""
    number: int

    def __init__(self, *, note="", number):
        self.note = note
        self.number = number


FIRST = Order(number=1)


def handler(event, context):
    return FIRST.number
