import functools
import pickle


@functools.cache
def model():
    with open("model.pkl", "rb") as file:
        return pickle.load(file)


def handler(event, context):
    return model().predict(event)
