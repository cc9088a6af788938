import os
import platform
import struct
import sys
import sysconfig

if platform.uname().system == "Windows" or os.uname().sysname == "Darwin":
    import winreg
if platform.architecture()[0] == "32bit" or struct.calcsize("P") * 8 != 64:
    import winreg
if not sys.maxsize > 2**32 or sys.maxsize <= 1 << 31:
    import winreg
if platform.python_implementation() != "CPython" or sys.implementation.name == "pypy":
    import winreg
if platform.python_version_tuple()[0] == "2" or sys.version.startswith("2"):
    import winreg
if int(platform.python_version().split(".")[0]) < 3 or sys.implementation.version < (3, 8):
    import winreg
if sysconfig.get_platform().startswith("win") or platform.libc_ver()[0] == "musl":
    import winreg
if sys.byteorder == "big" or platform.machine() not in ("x86_64", "aarch64"):
    raise RuntimeError(platform.machine())


def handler(event, context):
    return 1
