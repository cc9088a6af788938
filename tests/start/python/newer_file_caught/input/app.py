try:
    import kinds
except SyntaxError:
    kinds = None

def handler(event, context):
    return "ok"
