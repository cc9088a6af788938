from enum import Enum, IntEnum, StrEnum, Flag, auto, unique
from dataclasses import dataclass, field
class S(str, Enum):
    A = "a"
    B = "b"
    def describe(self):
        return self.value.upper()
    @property
    def label(self):
        return self.name.title()
class P(Enum):
    A = "a"
    B = 2
    C = (1, "x")
    @classmethod
    def parse(cls, text):
        for m in cls:
            if m.value == text:
                return m
        raise ValueError(text)
@unique
class I(IntEnum):
    A = 1
    B = 2
class Planet(Enum):
    EARTH = (5.9, 6.3)
    def __init__(self, mass, radius):
        self.mass = mass
        self.radius = radius
if not isinstance(P.A, P): raise TypeError("x")
x = S.A; y = x.describe()
x = S.A; y = x.label
def f(s=S.A): return s.value
y = f()
d = {S.A: 1}; y = list(d)[0].value
y = [S.A, S.B][0].name
y = getattr(S, "A").value
y = S["A"].describe()
y = P.parse("a").name
y = Planet.EARTH.mass + 1
y = [p.radius for p in Planet]
assert type(S.A) is S
y = S.A.__class__.__name__
assert isinstance(I.A, I)
@dataclass
class D:
    s: S = S.A
y = D().s.value
y = {m: m.describe() for m in S}
y = max(S, key=lambda m: m.value).name
y = dict(zip(S, range(2)))[S.A]
y = list(map(lambda m: m.value, S))
y = next(m for m in S if m.value == "b").name
y = sorted(m.name for m in P)
for i, m in enumerate(P): print(m.name, i)
y = [m for m in P if isinstance(m, P)][0].name
a, b = list(S); y = a.value + b.name
y = tuple(I)[0].name
y = set(S).pop().value
y = reversed(list(S)); z = next(y).value
y = {s.value: s for s in S}["a"].name
y = [s.label for s in (S.A, S.B)]
from functools import reduce
y = reduce(lambda a, m: a + m.value, S, "")
y = S._member_map_["A"].value
y = S.__members__["A"].name
y = [n for n, m in P.__members__.items() if m.value]
y = "A" in P.__members__
y = list(P)[-1].value[1]
y = P.C.value[0] + 1
y = S.A.value.upper() if S.A else 1
from itertools import product, chain
y = [(a.name, b.value) for a, b in product(S, P)]
y = [m.name for m in chain(S, P)]
y = iter(P).__next__().name
y = any(m.value == 2 for m in P) and all(m.name for m in S)
if P.A == "a": raise RuntimeError("no")
y = {P.A: "x"}.get(P.A).upper()
class R(dict): pass
r = {m.name: m for m in P}; y = r["A"].value
y = str(S.A.name).lower() + repr(P.A)
y = S.A.name.lower
y = I.A.name + "x"
y = (I.A + 1).bit_length()
y = [*S][0].value; z = {*S}
first, *rest = S; y = first.value + rest[0].name
match S.A:
    case S.A: y = S.A.describe()


def handler(event, context):
    return y
