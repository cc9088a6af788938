import sys

def handler(event, context):
    return "ok"


if __name__ == "__main__":
    sys.exit(1)
