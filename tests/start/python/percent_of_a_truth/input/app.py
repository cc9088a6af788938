text = "%s/%d" % ("a", True)
if text != "a/1":
    raise RuntimeError(text)
assert isinstance(tuple(text.split(chr(47))), tuple)


def handler(event, context):
    return 1
