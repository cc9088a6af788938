import environs

def handler(event, context):
    return None
