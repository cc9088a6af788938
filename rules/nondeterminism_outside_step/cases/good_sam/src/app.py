from aws_durable_execution_sdk_python import durable_execution

import ids


@durable_execution
def handler(event, context):
    number = context.step(lambda _: ids.draw(), name="number")
    return number
