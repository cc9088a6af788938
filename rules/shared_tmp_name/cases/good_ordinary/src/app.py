def handler(event, context):
    with open("/tmp/report.csv", "w") as out:
        out.write(event["text"])
    return open("/tmp/report.csv").read()
