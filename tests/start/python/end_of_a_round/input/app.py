n = 0
for i in range(3):
    try:
        if i == 1:
            raise ValueError("x")
    except ValueError:
        continue
    finally:
        n += 1
if n != 3:
    raise RuntimeError("x")


def handler(event, context):
    return 1
