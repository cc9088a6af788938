import joblib


def load():
    return joblib.load("model.joblib")  # ~ model-load-at-init


MODEL = load()


def handler(event, context):
    return MODEL.predict(event)
