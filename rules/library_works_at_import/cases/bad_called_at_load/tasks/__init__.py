import subprocess


def version():
    return subprocess.check_output(["git", "describe"])


VERSION = version()


def task(event):
    return VERSION
