from sheets import rows
from sheets import charts  # ~ heavy-import-rarely-used


def handler(event, context):
    if event.get("format") == "xlsx":
        return charts.render(rows.of(event))
    return sorted(rows.of(event))
