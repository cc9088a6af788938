from tool.parser import parse
from tool import plots
