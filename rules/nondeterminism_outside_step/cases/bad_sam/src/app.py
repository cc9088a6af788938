from aws_durable_execution_sdk_python import durable_execution

import ids


@durable_execution
def handler(event, context):
    number = ids.draw() # ~ nondeterminism-outside-step
    context.step(lambda _: print(number), name="charge")
    return number
