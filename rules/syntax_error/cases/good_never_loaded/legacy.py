print "never loaded"
