def go():
    try:
        raise ValueError("kept")
    finally:
        for number in (1, 2):
            break


go()


def handler(event, context):
    return 1
