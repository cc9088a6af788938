NAMES = ["line"]
