from . import _core

area = _core.area
