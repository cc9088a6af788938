apilevel = "2.0"
