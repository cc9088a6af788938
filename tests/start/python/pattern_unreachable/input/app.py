def f(x):
    match x:
        case anything:
            return 1
        case 5:
            return 2


def handler(event, context):
    return 1
