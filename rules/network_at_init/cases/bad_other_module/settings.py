from boto3 import client

VALUE = client("ssm").get_parameter(Name="/orders/settings")  # ~ network-at-init
