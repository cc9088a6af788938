from fastapi import FastAPI, Form

app = FastAPI()


@app.post("/orders")
def create(name: str = Form()):  # ~ missing-extra
    return {"name": name}


def handler(event, context):
    return "ok"
