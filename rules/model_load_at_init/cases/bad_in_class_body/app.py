from transformers import pipeline as make


class Classifier:
    run = make("sentiment-analysis", model="./model")  # ~ model-load-at-init


def handler(event, context):
    return Classifier.run(event["text"])
