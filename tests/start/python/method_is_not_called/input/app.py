TITLE = "a,b".upper
PARTS = TITLE.split(",")

def handler(event, context):
    return None
