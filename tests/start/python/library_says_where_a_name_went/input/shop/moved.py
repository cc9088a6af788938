class ShopImportError(ImportError):
    pass


MOVED = {"shop:Settings": "shop_settings"}


def hook(module):
    def wrapper(name):
        place = f"{module}:{name}"
        if place in MOVED:
            raise ShopImportError(f"`{name}` has moved to {MOVED[place]}")
        raise AttributeError(f"module {module!r} has no attribute {name!r}")

    return wrapper
