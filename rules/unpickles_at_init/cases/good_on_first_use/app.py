import pickle


def handler(event, context):
    with open("model.pkl", "rb") as file:
        return pickle.load(file)
