match True:
    case 1:
        r = "one"
    case True:
        raise RuntimeError("x")
if r != "one":
    raise RuntimeError("x")


def handler(event, context):
    return 1
