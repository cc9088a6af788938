import pickle

with open("model.pkl", "rb") as file:
    MODEL = pickle.load(file)  # ~ unpickles-at-init


def handler(event, context):
    return MODEL
