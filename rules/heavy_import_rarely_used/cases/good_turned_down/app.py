import json

import sheets


def handler(event, context):
    if event.get("rows"):
        return sheets.render(event)
    # Turns the request down: the branch above is what the function is for.
    return {"statusCode": 400, "body": json.dumps({"message": "rows are missing"})}
