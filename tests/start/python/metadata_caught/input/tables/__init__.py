from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("tables")
except PackageNotFoundError:
    __version__ = "0"
