from templates import render  # ~ unresolved-import
