import plots
from plots import names
from . import core
