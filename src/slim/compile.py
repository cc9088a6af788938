# Compiles sources that stand on standard input and gives their code back on standard output. Runs nothing of them.
import marshal
import struct
import sys
from _imp import source_hash
from importlib.util import MAGIC_NUMBER

RAW = int.from_bytes(MAGIC_NUMBER, "little")

source, out = sys.stdin.buffer, sys.stdout.buffer
out.write(struct.pack("<HH4s", sys.version_info[0], sys.version_info[1], MAGIC_NUMBER))
out.flush()
while True:
    head = source.read(8)
    if len(head) < 8:
        break
    named, size = struct.unpack("<II", head)
    name, text = source.read(named).decode("utf-8", "surrogateescape"), source.read(size)
    try:
        code = marshal.dumps(compile(text, name, "exec", dont_inherit=True, optimize=0))
    except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError):
        out.write(struct.pack("<I", 0xFFFFFFFF))
        out.flush()
        continue
    body = MAGIC_NUMBER + struct.pack("<I", 1) + source_hash(RAW, text) + code
    out.write(struct.pack("<I", len(body)) + body)
    out.flush()
