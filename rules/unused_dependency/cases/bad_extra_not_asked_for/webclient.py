class Client:
    def __init__(self, http2=False):
        self.http2 = http2
