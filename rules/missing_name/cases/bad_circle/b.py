from a import A  # ~ missing-name


class B(A):
    pass
