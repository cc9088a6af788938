import json
import xml.etree.ElementTree
from concurrent import futures


def handler(event, context):
    return "ok"
