class Base[T]:
    pass


class Pair[K, V](Base[V]):
    def swap[Q: (int, str)](self, other: Q) -> tuple[V, K, Q]:
        return other


def first[T](items: list[T]) -> T:
    return items[0]


def handler(event, context):
    return first([1])
