def url_parse(text):
    return text
