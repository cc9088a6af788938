count, seen = 3, []
while count:
    seen.append(count)
    count -= 1
LAST = seen[3]

def handler(event, context):
    return None
