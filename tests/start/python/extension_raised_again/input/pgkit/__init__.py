try:
    from ._pg import connect
except ImportError as error:
    raise ImportError("pgkit was not built: " + str(error)) from error
