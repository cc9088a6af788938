import os
import tempfile
from pathlib import Path

FOLDER = Path("/tmp")


def handler(event, context):
    with tempfile.NamedTemporaryFile("w") as out:
        out.write(event["text"])
    # Another name for each request.
    (FOLDER / context.aws_request_id).write_text(event["text"])
    with open(os.path.join("/tmp", event["id"], "x"), "w") as out:
        out.write(event["text"])
    # Only read.
    with open(FOLDER / "model.bin", "rb") as model:
        model.read()
    # Elsewhere.
    (Path("/mnt/data") / "x").write_text(event["text"])
    return {}
