try:
    import missing_native
except ImportError as error:
    raise ImportError("not built") from error
