class Client:
    def __init__(self, http2=False):
        if http2:
            try:
                import h2
            except ImportError:
                raise ImportError("install webkit[http2]") from None
