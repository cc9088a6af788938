try:
    TEXT = open("mail.txt").read()
except FileNotFoundError:
    TEXT = ""

def handler(event, context):
    return "ok"
