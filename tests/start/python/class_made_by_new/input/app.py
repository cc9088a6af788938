class Pair:
    def __new__(cls, left, right):
        return (left, right)

    def __init__(self):
        self.never = True


PAIR = Pair(1, right=2)

def handler(event, context):
    return 1
