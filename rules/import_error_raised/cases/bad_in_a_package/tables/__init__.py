try:
    from . import _native
except ImportError as error:
    raise ImportError("tables was not built") from error  # ~ import-error-raised
