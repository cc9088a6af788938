from lib.other import more

KIND = more
