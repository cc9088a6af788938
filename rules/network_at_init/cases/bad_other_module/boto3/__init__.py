def client(*args, **kwargs):
    return _session().client(*args, **kwargs)


def _session():
    from boto3.session import Session

    return Session()
