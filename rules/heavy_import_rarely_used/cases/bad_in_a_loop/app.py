import sheets  # ~ heavy-import-rarely-used


def handler(event, context):
    texts = []
    for record in event["Records"]:
        if record["kind"] == "xlsx":
            record["text"] = sheets.render(record)
        texts.append(record["text"])
    return texts
