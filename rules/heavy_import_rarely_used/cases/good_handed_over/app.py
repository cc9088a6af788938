import sheets
import tasks


# Whoever decorates a function may call it.
@tasks.register
def workbook(event):
    return sheets.render(event)


def handler(event, context):
    return tasks.run(event)
