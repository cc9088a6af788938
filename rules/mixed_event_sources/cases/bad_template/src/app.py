def handler(event, context):  # ~ mixed-event-sources
    return event
