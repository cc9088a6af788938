NAME = "xmlkit"
