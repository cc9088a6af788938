import sys


def main():
    sys.exit(1)


def handler(event, context):
    return "ok"


if __name__ == "__main__":
    main()
