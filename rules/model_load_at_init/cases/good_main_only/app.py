import pickle


def handler(event, context):
    return "ok"


if __name__ == "__main__":
    with open("model.pkl", "rb") as file:
        print(pickle.load(file))
