try:
    text_type = unicode
except NameError:
    text_type = str

def handler(event, context):
    return "ok"
