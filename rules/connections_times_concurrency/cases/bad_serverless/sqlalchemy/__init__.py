def create_engine(url, **options):
    return object()
