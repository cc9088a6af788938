import pickle


def load():
    with open("model.pkl", "rb") as file:
        return pickle.load(file)  # ~ model-load-at-init


MODEL = load()


def handler(event, context):
    return MODEL.predict(event)
