import random

seen = []
for number in range(5):
    if random.random() > 2:
        break
    seen.append(number)
LAST = seen[4]

def handler(event, context):
    return None
