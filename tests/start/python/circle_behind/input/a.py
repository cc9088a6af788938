A = 1
from b import B
