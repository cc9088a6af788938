class Base:
    registry = {}

    def __init_subclass__(cls, /, key, **options):
        super().__init_subclass__(**options)
        Base.registry[key] = cls

    def name(self):
        return "base"


class Left(Base, key="left"):
    def name(self):
        return "left " + super().name()


assert Base.registry["left"]().name() == "left base"

def handler(event, context):
    return None
