from tool._parser import parse
from tool import plots
