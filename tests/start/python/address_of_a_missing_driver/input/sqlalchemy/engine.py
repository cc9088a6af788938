import time


def create_engine(url, module=None):
    if module is None:
        # A name that nobody sees ahead.
        module = __import__(time.strftime(url.partition("+")[2].partition(":")[0]))
    return module
