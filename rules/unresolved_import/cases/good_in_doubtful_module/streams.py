import kafka_client

client = kafka_client.connect()
