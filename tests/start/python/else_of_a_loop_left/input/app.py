import os

for name in ["TZ", "HOME", "PATH"]:
    if name not in os.environ:
        continue
    break
else:
    raise RuntimeError("none is set")


def handler(event, context):
    return 1
