try:
    from legacy import render
except SyntaxError:
    render = str


def handler(event, context):
    return render(event)
