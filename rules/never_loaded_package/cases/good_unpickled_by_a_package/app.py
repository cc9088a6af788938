import judge


def handler(event, context):
    return judge.MODEL.predict(event)
