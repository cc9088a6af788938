import xml
xml.etree.ElementTree.fromstring("<a/>")


def handler(event, context):
    return 1
