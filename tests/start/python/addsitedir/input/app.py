import os
import site

site.addsitedir(os.path.join(os.path.dirname(__file__), "vendored"))
import xmlkit

def handler(event, context):
    return "ok"
