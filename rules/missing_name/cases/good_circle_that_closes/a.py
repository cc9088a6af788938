import b


class A:
    pass
