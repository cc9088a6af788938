import sheets


def handler(event, context):
    texts = []
    for record in event["Records"]:
        if record.get("name"):
            texts.append(sheets.named(record))
        else:
            texts.append(sheets.render(record))
    return texts
