import views


def handler(event, context):
    return views.show(event)
