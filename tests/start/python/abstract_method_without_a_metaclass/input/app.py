from abc import abstractmethod
class A:
    @abstractmethod
    def f(self): ...
A()


def handler(event, context):
    return 1
