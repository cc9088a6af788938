import struct

if struct.calcsize("P") == 8:
    import fastmath64
else:
    import fastmath32


def handler(event, context):
    return 1
