import pickle

with open("model.pkl", "rb") as file:
    MODEL = pickle.load(file)  # ~ model-load-at-init


def handler(event, context):
    return "ok"
