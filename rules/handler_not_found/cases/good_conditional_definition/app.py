"""One branch or the other defines it."""
import os

if os.environ.get("STAGE") == "test":

    def handler(event, context):
        return "test"

else:

    def handler(event, context):
        return "ok"
