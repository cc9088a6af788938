class P:
    __match_args__ = ("x", "y")
    def __init__(self, x, y):
        self.x, self.y = x, y
match P(1, 2):
    case P(1, y):
        pass
    case _:
        raise RuntimeError("x")
if y != 2:
    raise RuntimeError("y")


def handler(event, context):
    return 1
