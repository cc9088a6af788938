class Key:
    def __init__(self, name):
        self.name = name

    def __eq__(self, other):
        return self.name == other.name

    def __hash__(self):
        return hash(self.name)


kinds = {Key("a"), Key("a")}
if len(kinds) != 1:
    raise RuntimeError("twice")
by_key = {Key("a"): 1}
by_key[Key("a")] = 2
assert len(by_key) == 1


def handler(event, context):
    return 1
