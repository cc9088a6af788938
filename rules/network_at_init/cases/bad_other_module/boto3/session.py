class Session:
    def client(self, name):
        return object()
