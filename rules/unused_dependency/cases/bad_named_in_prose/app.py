NOTE = "made with sheets"
RESULT = {"sheets": 3}


def handler(event, context):
    return 
