import plots
from plots import names
from .core import line
