import os
import tempfile
from pathlib import Path

FOLDER = Path("/tmp")


def handler(event, context):
    with open("/tmp/report.csv", "w") as out: # ~ shared-tmp-name
        out.write(event["text"])
    (FOLDER / "cache" / "index.json").write_text(event["text"]) # ~ shared-tmp-name
    with (Path(tempfile.gettempdir()) / "lines").open("a") as out: # ~ shared-tmp-name
        out.write(event["text"])
    with open(os.path.join("/tmp", "total"), "w") as out: # ~ shared-tmp-name
        out.write(str(event["sum"] / event["count"]))
    return open("/tmp/report.csv").read()
