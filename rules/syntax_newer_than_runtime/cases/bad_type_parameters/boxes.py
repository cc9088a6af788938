def first[T](items: list[T]) -> T:  # ~ syntax-newer-than-runtime
    return items[0]
