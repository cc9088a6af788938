from tokens import algorithms

RSA = algorithms.RSA

def handler(event, context):
    return "ok"
