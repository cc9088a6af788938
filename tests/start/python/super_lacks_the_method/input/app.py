class Base:
    def name(self):
        return "base"


class Left(Base):
    def name(self):
        return "left " + super().title()


NAME = Left().name()

def handler(event, context):
    return None
