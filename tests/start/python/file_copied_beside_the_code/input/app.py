import shutil

shutil.copy("state.json", "state.old.json")


def handler(event, context):
    return 1
