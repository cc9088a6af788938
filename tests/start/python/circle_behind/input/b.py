from a import A

B = A + 1
