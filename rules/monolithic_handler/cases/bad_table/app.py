import charts
import sheets


def chart(event):
    return charts.draw(event)


def sheet(event):
    return sheets.write(event)


ROUTES = {"GET /chart": chart, "GET /sheet": sheet}


def handler(event, context):  # ~ monolithic-handler
    return ROUTES[event["routeKey"]](event)
