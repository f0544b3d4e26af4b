#!/usr/bin/env python3
"""An independent reader of `.psp` packages, format version 1, written from SPEC.md alone.

    psp_reader.py verify FILE            full verification
    psp_reader.py extract FILE SLOT DIR  verify, then write one slot into DIR, which must not exist
    psp_reader.py vectors DIR            check vectors.json, signatures.json and trust.json in DIR

`verify(data)` returns a Package or raises PspError and nothing else, whatever the bytes. No trust file of the
machine is read: `check_trust` judges a package by the text of two. Numbers in comments are sections of SPEC.md.
Nothing recurses; memory holds the file, one slot's index and one frame at a time.
"""
from __future__ import annotations

import fnmatch
import hashlib
import json
import os
import re
import struct
import sys
import unicodedata
from collections.abc import Callable, Iterator
from itertools import accumulate, chain, dropwhile, pairwise
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import zstandard
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

T = TypeVar("T")
MIB, MAX_FRAME, MAX_PATH, MAX_BYTES, MAX_U64 = 1 << 20, 8 << 20, 3_968, 1 << 46, (1 << 64) - 1
CRITICAL = {1: 1, 2: 1, 3: 1, 4: 1, 5: 1, 6: 1, 7: 0}  # the critical flag of each known section
CACHE, TEMPORARY, MEMORY, LAZY = range(4)  # lifecycles of slots
ORIGIN_SLOT, ORIGIN_HOST, ORIGIN_PREPARED = range(3)  # origins of programs
LITERAL, SLOT, STATE, PREPARED = range(4)  # parts of templates
PASS, UNSET, MAP, PREPEND, SET = range(5)  # changes to the environment
DIRECTORY, FILE, EXECUTABLE, SYMLINK, HARDLINK = range(5)  # entries of indexes
NAME, TARGET = re.compile(r"[a-z0-9][a-z0-9._-]*"), re.compile(r"[a-z0-9_]+(-[a-z0-9_]+){1,2}")
NUMBER, WORD = r"(?:0|[1-9][0-9]*)", r"[0-9A-Za-z-]+"
PRE = rf"(?:{NUMBER}|[0-9]*[A-Za-z-][0-9A-Za-z-]*)"
SEMVER = re.compile(rf"{NUMBER}\.{NUMBER}\.{NUMBER}(-{PRE}(\.{PRE})*)?(\+{WORD}(\.{WORD})*)?")


class PspError(Exception):
    """A package that is refused; `code` is one of the error codes of SPEC.md."""

    def __init__(self, code: str, about: str = "") -> None:
        super().__init__(f"{code}: {about}" if about else code)
        self.code = code


def require(condition: object, code: str, about: str = "") -> None:
    if not condition:
        raise PspError(code, about)


def sha256(data: bytes | memoryview, label: str = "") -> bytes:
    """SHA-256, or H(label, data) of section 1."""
    digest = hashlib.sha256(label.encode().ljust(32, b"\0") if label else b"")
    digest.update(data)
    return digest.digest()


class Cursor:
    """Reads the fields of section 1 one after the other, never past the end."""

    def __init__(self, data: bytes) -> None:
        self.data, self.pos = data, 0

    def take(self, size: int) -> bytes:
        require(size <= len(self.data) - self.pos, "truncated")
        self.pos += size
        return self.data[self.pos - size:self.pos]

    def uint(self, width: int, maximum: int = MAX_U64, code: str = "limit") -> int:
        value = int.from_bytes(self.take(width), "little")
        require(value <= maximum, code, f"{value} is more than {maximum}")
        return value

    def bytes16(self) -> bytes:
        return self.take(self.uint(2))

    def utf8(self, size: int) -> str:
        try:
            return self.take(size).decode("utf-8")
        except UnicodeDecodeError:
            raise PspError("text", "not UTF-8") from None

    def text16(self) -> str:
        text = self.utf8(self.uint(2))
        require(not re.search(r"[\x00-\x1f\x7f-\x9f]", text), "text", "a control character")
        return text

    def name(self, maximum: int = 64, may_be_empty: bool = False) -> str:
        text = self.text16()
        require(len(text) <= maximum and NAME.fullmatch(text) or may_be_empty and not text, "name", repr(text))
        return text

    def end(self) -> None:
        require(self.pos == len(self.data), "trailing")


# --- signatures (7) ---

P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P


def is_strict_point(encoded: bytes) -> bool:
    """Whether these bytes are the canonical encoding of a point that is not of small order."""
    y = int.from_bytes(encoded, "little") & (1 << 255) - 1  # the sign of x does not change the order
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P  # -1/D is not a square, so the inverse exists
    x = pow(square, (P + 3) // 8, P)
    x = x if x * x % P == square else x * pow(2, (P - 1) // 4, P) % P
    if y >= P or x * x % P != square:
        return False
    for _ in range(3):  # double it: the addition law is complete, so these inverses exist too
        t = D * x * x * y * y
        x, y = 2 * x * y * pow(1 + t, -1, P) % P, (y * y + x * x) * pow(1 - t, -1, P) % P
    return (x, y) != (0, 1)  # also refuses x = 0 with a sign bit: points with x = 0 are of small order


def check_signature(key: bytes, message: bytes, signature: bytes) -> None:
    require(is_strict_point(key), "key-invalid")
    require(is_strict_point(signature[:32]), "signature-invalid", "R")
    require(int.from_bytes(signature[32:], "little") < L, "signature-invalid", "S")
    try:  # compares the encoding of S·B - k·A with R: the equation without cofactor
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except (InvalidSignature, ValueError):
        raise PspError("signature-invalid") from None


def read_signature(raw: bytes, root: bytes) -> tuple[bytes, str]:
    """Key and purpose of a signature that signs the root."""
    key, purpose, signature = raw[:32], raw[32:48], raw[48:]
    require(re.fullmatch(rb"[a-z0-9-]*\0*", purpose), "purpose")
    check_signature(key, b"psp/1 package signature".ljust(32, b"\0") + key + purpose + root, signature)
    return key, purpose.rstrip(b"\0").decode()


# --- the manifest (4) ---

Slot = NamedTuple("Slot", [
    ("id", str), ("lifecycle", int), ("file", bytes), ("content_id", bytes), ("is_file", int), ("reserved", bytes),
    ("entry_count", int), ("index_frames", int), ("data_frames", int), ("index_size", int), ("data_size", int),
    ("stored_size", int), ("table", bytes)])
Part = NamedTuple("Part", [("kind", int), ("slot", int), ("literal", bytes)])  # of a template
Command = NamedTuple("Command", [("origin", int), ("slot", int), ("entry", int), ("path", bytes),
                                ("prepared", bool)])
Document = NamedTuple("Document", [("name", str), ("stored_size", int), ("size", int), ("digest", bytes)])
Entry = NamedTuple("Entry", [  # of an index; each kind has some of the last four
    ("kind", int), ("path", bytes), ("size", int), ("digest", bytes), ("target", bytes), ("number", int)])
Pieces = Iterator[tuple[Entry, memoryview]]  # of the content of a slot


class Package:
    """What a manifest says; `verify` adds the last two fields."""

    def __init__(self, manifest: bytes, version: bytes, root: bytes) -> None:
        sections = read_sections(manifest, version)
        c, self.root = sections[1], root
        self.name, self.version, self.target = c.name(128), c.text16(), c.text16()
        require(len(self.version) <= 128 and SEMVER.fullmatch(self.version), "version")
        require(len(self.target) <= 64 and TARGET.fullmatch(self.target), "target")
        self.channel, self.sequence, self.primary = c.name(128, may_be_empty=True), c.uint(8), c.take(32)
        self.stub_size, self.stub_digest = sections[2].uint(8, 64 * MIB), sections[2].take(32)
        self.slots = read_list(sections.get(3), 64, read_slot)
        require(len({slot.id for slot in self.slots}) == len(self.slots), "slot-duplicate")
        count, eager = len(self.slots), {i for i, slot in enumerate(self.slots) if slot.lifecycle != LAZY}
        entries = read_list(sections[4], 256, lambda c: (c.name(may_be_empty=True), read_command(c, count, eager)))
        names = [name for name, _ in entries]
        require(names == sorted({*names}), "entry-order")
        require(names[0] == "", "entry-missing")
        self.entries = dict(entries)
        self.setup = read_list(sections.get(5), 64, lambda c: read_command(c, count, set()))
        require(self.setup or not any(command.prepared for _, command in entries), "prepared")
        documents = read_list(sections.get(6), 16, lambda c: Document(c.name(), c.uint(8), c.uint(8), c.take(32)))
        names = [document.name for document in documents]
        require(names == sorted({*names}), "document-order")
        require(all(1 <= document.stored_size <= document.size <= MAX_FRAME for document in documents), "frame-size")
        self.documents = documents
        information = read_list(sections.get(7), 64, lambda c: (c.name(), c.utf8(c.uint(4, 65_536))))
        self.information = dict(information)
        require(information == sorted(self.information.items()), "information-order")
        for cursor in sections.values():
            cursor.end()
        self.signers: list[tuple[bytes, str]] = []  # key and purpose
        self.stored: list[memoryview] = []  # the bytes of each slot


def is_path(path: bytes) -> bool:
    return (1 <= len(path) <= MAX_PATH and 0 not in path
            and all(1 <= len(part) <= 255 and part not in (b".", b"..") for part in path.split(b"/")))


def read_sections(manifest: bytes, version: bytes) -> dict[int, Cursor]:
    c, last, sections = Cursor(manifest), -1, dict[int, Cursor]()
    require(c.take(8) == b"PSPMANIF", "manifest-magic")
    require(c.take(4) == version, "version-mismatch")
    for _ in range(c.uint(4, 64)):
        kind, flags, body = c.uint(2), c.uint(2, 1, "reserved"), c.take(c.uint(4))
        require(kind > last, "section-order", str(kind))
        require(kind in CRITICAL or not flags, "unknown-section", str(kind))
        require(flags == CRITICAL.get(kind, 0), "section-flags", str(kind))
        last, sections[kind] = kind, Cursor(body)
    c.end()
    require({1, 2, 4} <= sections.keys(), "section-missing")
    return {kind: cursor for kind, cursor in sections.items() if kind in CRITICAL}


def read_list(c: Cursor | None, maximum: int, read: Callable[[Cursor], T]) -> list[T]:
    """The items of a list section; none if it is absent."""
    if c is None:
        return []
    count = c.uint(2, maximum)
    require(count, "empty-section")
    return [read(c) for _ in range(count)]


def read_slot(c: Cursor) -> Slot:
    name, lifecycle, file, record = c.name(), c.uint(1, LAZY, "value"), c.bytes16(), c.take(72)
    s = Slot(name, lifecycle, file, sha256(record, "psp/1 slot"), *struct.unpack("<B3sIIIQQQ32s", record))
    require(s.is_file <= 1, "value", "kind")
    require(not any(s.reserved), "reserved")
    require(s.entry_count <= MIB and s.index_frames + s.data_frames <= 65_536 and s.index_size <= 64 * MIB
            and max(s.data_size, s.stored_size) <= MAX_BYTES, "limit", f"slot {name}")
    require(bool(s.index_frames) == bool(s.index_size) == bool(s.entry_count)
            and bool(s.data_frames) == bool(s.data_size) and (not s.is_file or s.entry_count == 1)
            and (s.is_file or not file) and s.stored_size >= 40 * (s.index_frames + s.data_frames),
            "content", f"slot {name}")
    require(not s.is_file or is_path(file) and b"/" not in file, "path", f"slot {name}")
    require(s.is_file or lifecycle != MEMORY, "lifecycle", f"slot {name}")
    return s


def read_template(c: Cursor) -> list[Part]:
    parts: list[Part] = []
    for _ in range(c.uint(2, 256)):
        kind = c.uint(1, PREPARED, "value")
        literal = c.take(c.uint(4, 65_536)) if kind == LITERAL else b""
        parts.append(Part(kind, c.uint(2) if kind == SLOT else 0, literal))
        require(kind != LITERAL or literal and 0 not in literal, "template", "an empty literal, or a NUL")
    require(all(LITERAL != a.kind or b.kind != LITERAL for a, b in pairwise(parts)), "template", "two literals")
    return parts


def read_command(c: Cursor, slot_count: int, needed: set[int]) -> Command:
    """A command (4.8) that needs at least the slots `needed`."""
    origin, number, entry, path = c.uint(1, ORIGIN_PREPARED, "value"), c.uint(2), c.uint(4), c.bytes16()
    require(origin == ORIGIN_SLOT or number == entry == 0, "reserved")
    require(is_path(path) and (origin != ORIGIN_HOST or b"/" not in path), "path", repr(path))
    _, mask = c.uint(2, 1, "reserved"), c.uint(8)  # flags and slots
    templates = [read_template(c) for _ in range(c.uint(2, 4_096))]
    if c.uint(1, 1, "value"):
        templates.append(cwd := read_template(c))
        kinds, tail = [part.kind == LITERAL for part in cwd], b"".join(part.literal for part in cwd)
        require(kinds == [False] or kinds == [False, True] and tail[:1] == b"/" and is_path(tail[1:]), "cwd")
    last = PASS
    for _ in range(c.uint(2, 1_024)):
        kind = c.uint(1, SET, "value")
        require(kind >= last, "env-order")
        last = kind
        for name in [c.bytes16() for _ in range(2 if kind == MAP else 1)]:
            require(1 <= len(name) <= 4_096 and not {*b"\0="} & {*name}, "env-name", repr(name[:80]))
        if kind in (PREPEND, SET):
            templates.append(read_template(c))
    parts = list(chain.from_iterable(templates))
    named = {part.slot for part in parts if part.kind == SLOT} | ({number} if origin == ORIGIN_SLOT else set())
    require(all(slot < slot_count for slot in named), "slot-unknown")
    require(needed | named <= {i for i in range(64) if mask >> i & 1} <= {*range(slot_count)}, "command-slots")
    prepared = origin == ORIGIN_PREPARED or any(part.kind == PREPARED for part in parts)
    return Command(origin, number, entry, path, prepared)


# --- slots and frames (5, 6) ---

def is_link_target(target: bytes, depth: int) -> bool:
    parts = target.split(b"/")
    plain = list(dropwhile(lambda part: part == b"..", parts))
    return target == b"." or (0 not in target and len(parts) - len(plain) <= depth
                              and all(1 <= len(part) <= 255 and part not in (b".", b"..") for part in plain))


def decode_frame(stored: memoryview, size: int) -> bytes | memoryview:
    if len(stored) == size:
        return stored
    try:
        header = zstandard.get_frame_parameters(stored)
        require(bytes(stored[:4]) == b"\x28\xb5\x2f\xfd" and not header.dict_id and header.content_size == size
                and header.window_size <= MAX_FRAME, "frame-decode", "the header")
        decoder = zstandard.ZstdDecompressor()
        content = decoder.decompress(stored, max_output_size=size, allow_extra_data=False)
    except (zstandard.ZstdError, ValueError) as error:
        raise PspError("frame-decode", str(error)) from None
    require(len(content) == size, "frame-decode", "the size")
    return content


def read_index(slot: Slot, data: bytes, fold_case: bool) -> list[Entry]:
    c, last, index = Cursor(data), b"", list[Entry]()
    directories, folded = {b""}, set[bytes]()
    for position in range(slot.entry_count):
        kind, path = c.uint(1, HARDLINK, "value"), c.bytes16()
        require(len(path) <= MAX_PATH, "limit")
        require(is_path(path), "path", repr(path))
        require(last < path, "index-order", repr(path))
        require(path.rpartition(b"/")[0] in directories, "parent", repr(path))
        size, digest = (c.uint(8, MAX_BYTES), c.take(32)) if kind in (FILE, EXECUTABLE) else (0, b"")
        target, number = c.bytes16() if kind == SYMLINK else b"", c.uint(4) if kind == HARDLINK else 0
        require(len(target) <= MAX_PATH, "limit")
        require(kind != SYMLINK or is_link_target(target, path.count(b"/")), "symlink", repr(path))
        require(kind != HARDLINK or number < position and index[number].digest, "hardlink", repr(path))
        require(not fold_case or path.lower() not in folded, "case-collision", repr(path))
        index.append(Entry(kind, path, size, digest, target, number))
        folded.add(path.lower())
        last = path
        if kind == DIRECTORY:
            directories.add(path)
    c.end()
    require(sum(entry.size for entry in index) == slot.data_size, "content", "the sum of the files' sizes")
    require(not slot.is_file or index[0].digest and index[0].path == slot.file, "content", "not the slot's file")
    return index


def read_content(slot: Slot, stored: memoryview, target: str) -> tuple[list[Entry], Pieces]:
    """A slot's index, and its entries in pieces, the first one empty, which must be consumed to be checked."""
    table = stored[:40 * (slot.index_frames + slot.data_frames)]
    require(sha256(table, "psp/1 frame table") == slot.table, "table-digest", slot.id)
    records: list[tuple[int, int, bytes]] = list(struct.iter_unpack("<II32s", table))
    require(all(1 <= packed <= size <= MAX_FRAME for packed, size, _ in records), "frame-size", slot.id)
    require(sum(size for _, size, _ in records[:slot.index_frames]) == slot.index_size
            and sum(size for _, size, _ in records[slot.index_frames:]) == slot.data_size
            and sum(packed for packed, _, _ in records) + len(table) == slot.stored_size, "content", slot.id)

    def decoded() -> Iterator[bytes | memoryview]:
        position = len(table)
        for packed, size, digest in records:
            frame, position = stored[position:position + packed], position + packed
            require(sha256(frame) == digest, "frame-digest", slot.id)
            yield decode_frame(frame, size)

    def pieces() -> Pieces:
        frame = memoryview(b"")
        for entry in index:
            content, left = hashlib.sha256(), entry.size
            yield entry, frame[:0]
            while left:
                frame = frame or memoryview(next(frames))  # there is one: the sums agree
                piece, frame = frame[:left], frame[left:]
                left -= len(piece)
                content.update(piece)
                yield entry, piece
            require(not entry.digest or content.digest() == entry.digest, "file-digest", repr(entry.path))

    frames = decoded()
    index_data = b"".join([next(frames) for _ in range(slot.index_frames)])
    index = read_index(slot, index_data, fold_case=target.split("-")[1] in ("windows", "macos"))
    return index, pieces()


# --- the whole (2, 3, 9) ---

def verify(data: bytes) -> Package:
    """What a package holds, once each of its bytes is checked."""
    require(len(data) >= 64 and data[-64:-56] == b"\x89PSP\r\n\x1a\n", "not-a-package")
    c = Cursor(data[-56:])
    require(c.uint(2, 1, "newer-version") and c.take(2), "value", "there is no version 0")
    signature_count, manifest_size = c.uint(4, 8, "signature-count"), c.uint(4, MIB)
    require(signature_count, "signature-count")
    require(manifest_size >= 16, "limit", "manifest")
    c.uint(4, 0, "reserved")
    require(c.uint(8) == len(data), "file-size")
    require(len(data) <= 1 << 47, "limit", "file")
    root, signatures = c.take(32), len(data) - 64 - 112 * signature_count
    require(manifest_size <= signatures, "file-size", "manifest and signatures do not fit")
    manifest = data[signatures - manifest_size:signatures]
    require(sha256(manifest, "psp/1 manifest") == root, "root")
    package = Package(manifest, data[-56:-52], root)
    sizes = [package.stub_size, *(slot.stored_size for slot in package.slots),
             *(document.stored_size for document in package.documents)]
    require(sum(sizes) + manifest_size == signatures, "layout")
    stub, *regions = (memoryview(data)[end - size:end] for size, end in zip(sizes, accumulate(sizes)))
    package.stored, documents = regions[:len(package.slots)], regions[len(package.slots):]
    package.signers = [read_signature(data[at:at + 112], root) for at in range(signatures, len(data) - 64, 112)]
    keys = [key for key, _ in package.signers]
    require(keys == sorted({*keys}), "signature-order")
    require(package.primary in keys, "primary-missing")
    require(sha256(stub) == package.stub_digest, "stub-digest")
    for number, slot in enumerate(package.slots):
        index, pieces = read_content(slot, package.stored[number], package.target)
        for _ in pieces:  # each frame and each file is checked on the way
            pass
        for command in (*package.entries.values(), *package.setup):
            if (command.origin, command.slot) == (ORIGIN_SLOT, number):
                named = [entry[:2] for entry in index[command.entry:command.entry + 1]]
                require(named == [(EXECUTABLE, command.path)], "program", repr(command.path))
    for document, stored in zip(package.documents, documents):
        require(sha256(stored) == document.digest, "document-digest", document.name)
        decode_frame(stored, document.size)
    return package


# --- trust (10) ---

KEY, PATTERN, COUNT = "[0-9a-f]{64}", "[a-z0-9._*?-]+", "([0-9]{1,20})"
RULES = {"key": f"{KEY} [^ ].*", "revoke": f"{KEY} [^ ].*", "require": "any|trusted [1-8]",
         "require-keys": f"{PATTERN} [1-8] {KEY}(,{KEY})*", "minimum-version": f"{PATTERN} {SEMVER.pattern}",
         "minimum-sequence": f"{PATTERN} {COUNT}"}


def read_policy(text: str) -> list[list[str]]:
    """The lines of a trust file that say something, as words."""
    header, *lines = text.split("\n")
    require(header == "psp-trust 1" and len(text.encode()) <= 65_536, "trust-invalid")
    require(not any(unicodedata.category(char) == "Cc" for char in text.replace("\n", "")), "trust-invalid")
    policy = [line.split(" ") for line in lines if line and line[0] != "#"]
    for rule, *words in policy:
        require(rule in RULES and re.fullmatch(RULES[rule], " ".join(words)), "trust-invalid", rule)
        require(rule != "minimum-sequence" or int(words[1]) <= MAX_U64, "trust-invalid", rule)
    return policy


def precedence(version: str) -> tuple[object, ...]:
    """What orders semantic versions. Of two numbers without leading zeros the longer one is larger."""
    core, _, pre = version.partition("+")[0].partition("-")
    parts = [(0, len(part), part) if part.isdigit() else (1, 0, part) for part in pre.split(".")]
    return [(len(part), part) for part in core.split(".")], not pre, parts


def check_trust(package: Package, administrator: str, user: str) -> None:
    """Judge a package by the text of both trust files; an empty one is not there."""
    policies = [read_policy(text) for text in (administrator, user) if text]
    revoked = {words[1] for words in chain(*policies) if words[0] == "revoke"}
    require(package.primary.hex() not in revoked, "key-revoked")
    signers, trusted = {key.hex() for key, _ in package.signers} - revoked, set[str]()
    for policy in policies:
        trusted |= {words[1] for words in policy if words[0] == "key"}  # those of both files for the user's
        for rule, *words in policy:
            concerned = fnmatch.fnmatchcase(package.name, words[0].replace("[", "[[]"))
            if rule == "require" and words[0] == "trusted":
                require(len(signers & trusted) >= int(words[1]), "untrusted")
            elif rule == "require-keys" and concerned:
                require(len(signers & {*words[2].split(",")}) >= int(words[1]), "untrusted", words[0])
            elif rule == "minimum-version" and concerned:
                require(precedence(package.version) >= precedence(words[1]), "version-too-old", words[1])
            elif rule == "minimum-sequence" and concerned:
                require(package.sequence >= int(words[1]), "sequence-too-old", words[1])


# --- the command line ---

def extract(data: bytes, slot_id: str, directory: Path) -> None:
    package = verify(data)
    slots = {slot.id: (slot, stored) for slot, stored in zip(package.slots, package.stored)}
    if slot_id not in slots:
        raise FileNotFoundError(f"there is no slot {slot_id}")
    index, pieces = read_content(*slots[slot_id], package.target)
    directory.mkdir(parents=True)
    base = os.path.join(os.fsencode(directory), b"")
    for entry, piece in pieces:  # every parent is a directory entry before it: no link is ever followed
        path = base + entry.path
        if entry.kind == SYMLINK:
            os.symlink(entry.target, path)
        elif entry.kind == HARDLINK:
            os.link(base + index[entry.number].path, path)
        elif entry.kind == DIRECTORY:
            os.mkdir(path)
        else:
            with open(path, "ab") as file:
                file.write(piece)
        if entry.kind in (DIRECTORY, FILE, EXECUTABLE):
            os.chmod(path, 0o644 if entry.kind == FILE else 0o755)


def outcome(check: Callable[[], object]) -> str:
    try:
        check()
    except PspError as error:
        return error.code
    except Exception as error:  # a missing file or a fault of this reader: never what a vector expects
        return f"exception {error!r}"
    return "ok"


def judge(directory: Path, case: dict[str, Any]) -> None:
    """What a vector is about: a signature, a package, or a package and trust files."""
    if "signature" in case:
        check_signature(*(bytes.fromhex(case[name]) for name in ("public_key", "message", "signature")))
    else:
        package = verify((directory / case["file"]).read_bytes())
        check_trust(package, case.get("administrator", ""), case.get("user", ""))


def check_vectors(directory: Path) -> bool:
    """Whether all vectors end as they should; prints those that do not."""
    results = []
    for name in ("vectors.json", "signatures.json", "trust.json"):
        for case in json.loads((directory / name).read_text("utf-8")):
            expected = case.get("expect", "ok" if case.get("valid") else ["key-invalid", "signature-invalid"])
            got = outcome(lambda: judge(directory, case))
            results.append(got in ([expected] if isinstance(expected, str) else expected))
            if not results[-1]:
                print(f"mismatch in {name}: {case.get('file', '')} ({case['note']}): {got}, not {expected}")
    print(f"{sum(results)} passed, {results.count(False)} failed")
    return all(results)


def main(arguments: list[str]) -> str | bool | None:
    """What the process exits with."""
    try:
        match arguments:
            case ["verify", file]:
                package = verify(Path(file).read_bytes())
                print(package.name, package.version, package.target, package.root.hex())
                for key, purpose in package.signers:
                    print("signed by", key.hex(), purpose)
            case ["extract", file, slot, directory]:
                extract(Path(file).read_bytes(), slot, Path(directory))
            case ["vectors", directory]:
                return not check_vectors(Path(directory))
            case _:
                return __doc__
    except (PspError, OSError) as error:
        return str(error)
    return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
