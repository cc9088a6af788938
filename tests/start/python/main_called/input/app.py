import sys


def main():
    return 0


sys.exit(main())

def handler(event, context):
    return "ok"
