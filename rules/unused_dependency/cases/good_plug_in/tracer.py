from importlib.metadata import entry_points


def start():
    return [point.load() for point in entry_points(group="tracer_exporters")]
