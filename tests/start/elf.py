"""The smallest ELF files that a kernel starts or a dynamic loader takes, and what is wrong with those that they do not."""
import struct

PAGE = 0x1000


def elf(machine=62, kind=3, needs=(), versions=(), interpreter=None, misalign=0, cut=0, bits=64, soname=None, exports=()):
    """An executable (kind 2: it exits with 42) or a shared library (kind 3) of one segment."""
    base = 0x400000 if kind == 2 else 0
    names = bytearray(b"\0")

    def name(text):
        at = len(names)
        names.extend(text.encode() + b"\0")
        return at

    entries = [(1, name(library)) for library in needs]
    if soname:
        entries.append((14, name(soname)))
    verneed = bytearray()
    for number, (library, version) in enumerate(versions):
        last = number == len(versions) - 1
        verneed += struct.pack("<HHIII", 1, 1, name(library), 16, 0 if last else 32)
        verneed += struct.pack("<IHHII", elf_hash(version), 0, 2 + number, name(version), 0)
    symbols = bytearray(24)
    for export in exports:
        symbols += struct.pack("<IBBHQQ", name(export), 0x12, 0, 1, 0, 0)
    program = bytes.fromhex("b83c000000bf2a0000000f05") if machine == 62 else bytes.fromhex("400580d2a80b80d2010000d4")
    headers = 64 + 56 * (2 + bool(interpreter))
    parts, at = {}, headers
    hashes = struct.pack("<IIII", 1, len(symbols) // 24, 0, 0) + bytes(4 * (len(symbols) // 24 - 1))
    for key, data in (("code", program), ("interp", (interpreter or "").encode() + b"\0"), ("names", bytes(names)),
                      ("symbols", bytes(symbols)), ("hash", hashes), ("verneed", bytes(verneed)), ("versym", bytes(len(symbols) // 12))):
        at = -(-at // 8) * 8
        parts[key] = (at, data)
        at += len(data)
    dynamic = -(-at // 8) * 8
    place = lambda key: base + parts[key][0]
    entries += [(4, place("hash")), (5, place("names")), (6, place("symbols")), (10, len(names)), (11, 24)]
    if versions:
        entries += [(0x6FFFFFFE, place("verneed")), (0x6FFFFFFF, len(versions)), (0x6FFFFFF0, place("versym"))]
    table = b"".join(struct.pack("<QQ", *entry) for entry in entries) + bytes(16)
    end = dynamic + len(table)
    sections = -(-end // 8) * 8
    strings = b"\0.dynstr\0.dynsym\0.gnu.version_r\0.dynamic\0.shstrtab\0"
    head = b"\x7fELF" + bytes([2 if bits == 64 else 1, 1, 1]) + bytes(9)
    segments = 2 + bool(interpreter)
    out = bytearray(head + struct.pack("<HHIQQQIHHHHHH", kind, machine, 1, place("code"), 64, sections + len(strings) + (-(sections + len(strings)) % 8),
                                       0, 64, 56, segments, 64, 6, 5))
    if interpreter:
        size = len(parts["interp"][1])
        out += struct.pack("<IIQQQQQQ", 3, 4, parts["interp"][0], place("interp"), place("interp"), size, size, 1)
    out += struct.pack("<IIQQQQQQ", 1, 7, 0, base + misalign, base + misalign, end, end, PAGE)
    out += struct.pack("<IIQQQQQQ", 2, 6, dynamic, base + dynamic, base + dynamic, len(table), len(table), 8)
    for at, data in parts.values():
        out += bytes(at - len(out)) + data
    out += bytes(dynamic - len(out)) + table
    out += bytes(sections - len(out)) + strings
    out += bytes(-len(out) % 8)
    section = lambda name, kind, flags, at, size, link, info: struct.pack("<IIQQQQIIQQ", strings.index(name) if name else 0, kind, flags, base + at if at else 0, at, size, link, info, 8, 24 if kind == 11 else 0)
    out += section(b"", 0, 0, 0, 0, 0, 0)
    out += section(b".dynstr", 3, 2, parts["names"][0], len(names), 0, 0)
    out += section(b".dynsym", 11, 2, parts["symbols"][0], len(symbols), 1, 1)
    out += section(b".gnu.version_r", 0x6FFFFFFE if versions else 8, 2, parts["verneed"][0], len(verneed), 1, len(versions))
    out += section(b".dynamic", 6, 3, dynamic, len(table), 1, 0)
    out += section(b".shstrtab", 3, 0, sections, len(strings), 0, 0)
    return bytes(out[:len(out) - cut] if cut else out)


def elf_hash(text):
    value = 0
    for byte in text.encode():
        value = (value << 4) + byte
        high = value & 0xF0000000
        value = (value ^ (high >> 24)) & ~high & 0xFFFFFFFF
    return value
