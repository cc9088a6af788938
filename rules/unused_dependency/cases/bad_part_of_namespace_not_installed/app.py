from google.cloud import storage

def handler(event, context):
    return event
