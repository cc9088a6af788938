def lenient(function):
    def inner(*args, **options):
        options.pop("regex", None)
        return function(*args, **options)
    return inner


@lenient
def text(*, pattern=None, strict=False):
    return str
