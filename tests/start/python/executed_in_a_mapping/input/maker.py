def make(text):
    names = {}
    exec(text, names)
    return names["made"]


made = make("made = 1")
