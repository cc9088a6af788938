import a

B = a.A + 1
