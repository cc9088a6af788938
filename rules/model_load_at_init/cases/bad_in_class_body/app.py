from pickle import load as read


class Classifier:
    model = read(open("model.pkl", "rb"))  # ~ model-load-at-init


def handler(event, context):
    return Classifier.model.predict(event)
