class V:
    def __init__(self, x): self.x = x
    def __add__(self, o): return V(self.x + o.x)
    def __radd__(self, o): return V(self.x + o)
    def __eq__(self, o): return self.x == o.x
    def __lt__(self, o): return self.x < o.x
    def __hash__(self): return hash(self.x)
    def __bool__(self): return self.x > 0
    def __len__(self): return 7
    def __getitem__(self, k): return k * 2
    def __contains__(self, k): return k == 3
    def __call__(self, k): return k + 1
    def __iter__(self): return iter([1])
    def __neg__(self): return V(-self.x)
    def __iadd__(self, o): self.x += 100; return self
    def __repr__(self): return "V!"
    def __str__(self): return "S!"
    def __format__(self, s): return "F" + s
    def __enter__(self): return 9
    def __exit__(self, *a): return False
    def __floordiv__(self, o): return "fd"
    def __xor__(self, o): return "xor"
    def __matmul__(self, o): return "mm"
    def __invert__(self): return "inv"
    def __abs__(self): return 3
    def __int__(self): return 4
    def __index__(self): return 2
v = V(1)
checks = [(V(1) + V(2)).x == 3, (5 + V(1)).x == 6, V(1) == V(1), V(1) < V(2), bool(V(1)), not V(0), len(v) == 7, v[4] == 8, 3 in v, 4 not in v, v(1) == 2, list(v) == [1], (-v).x == -1, repr(v) == "V!", str(v) == "S!", f"{v:x}" == "Fx", v // 1 == "fd", v ^ 1 == "xor", v @ 1 == "mm", ~v == "inv", abs(v) == 3, int(v) == 4, [0, 1, 2][V(1)] == 2]
for i, c in enumerate(checks):
    if not c:
        raise RuntimeError(i)
v += V(1)
if v.x != 101:
    raise RuntimeError("iadd")
with v as w:
    if w != 9:
        raise RuntimeError("with")


def handler(event, context):
    return 1
