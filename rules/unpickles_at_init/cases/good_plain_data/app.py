import pickle

with open("data.pkl", "rb") as file:
    DATA = pickle.load(file)  # lists and numbers: nothing is loaded for them


def handler(event, context):
    return DATA
