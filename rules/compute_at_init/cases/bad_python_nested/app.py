GRID = {}
for x in range(1000):  # ~ compute-at-init
    for y in range(1000):
        GRID[x, y] = x * y


def handler(event, context):
    return GRID
