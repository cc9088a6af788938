type Name = str
