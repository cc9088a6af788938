def handler(event, context):
    from legacy import render

    return render(event)
