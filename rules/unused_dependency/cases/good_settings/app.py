import webframe

INSTALLED_APPS = ["adminpages", "shop"]


def handler(event, context):
    return webframe.setup(INSTALLED_APPS)
