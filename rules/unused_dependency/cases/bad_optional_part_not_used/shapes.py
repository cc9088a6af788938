def load():
    import mailcheck
    return mailcheck


class Email:
    @classmethod
    def __validate__(cls, value):
        return load().check(value)


class Text:
    pass
