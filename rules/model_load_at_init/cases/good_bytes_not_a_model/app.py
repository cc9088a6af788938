import json
import pickle

KEPT = pickle.dumps({"a": 1})
SETTINGS = json.loads('{"a": 1}')


def handler(event, context):
    return pickle.loads(KEPT), SETTINGS
