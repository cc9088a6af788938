def load():
    try:
        import mailcheck
    except ImportError as error:
        raise ImportError("install shapes[email]") from error
    return mailcheck


class Email:
    @classmethod
    def __validate__(cls, value):
        return load().check(value)


class Text:
    pass
