X = 1
del X
X = 2
Y = X

def handler(event, context):
    return "ok"
