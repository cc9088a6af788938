try:
    import tomllib
except ModuleNotFoundError:
    import tomli_small as tomllib

def handler(event, context):
    return "ok"
