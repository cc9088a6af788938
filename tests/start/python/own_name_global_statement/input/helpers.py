def _setup():
    global fetch
    fetch = len


_setup()
