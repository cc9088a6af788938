import adapter
import heavy  # ~ heavy-import-for-few-routes
from flask import Flask

app = Flask(__name__)


@app.get("/items")
def items():
    return []


@app.get("/items/<int:number>")
def item(number):
    return number


@app.post("/report")
def report():
    return heavy.report()


def handler(event, context):
    return adapter.response(app, event, context)
