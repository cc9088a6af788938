from fastapi import FastAPI, Form

app = FastAPI()


@app.post("/orders")
def create(name: str = Form()):
    return {"name": name}


def handler(event, context):
    return "ok"
