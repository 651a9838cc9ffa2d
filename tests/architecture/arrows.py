"""Which room may use which, read from doc/design.md, and what the sources really use.

A room is a folder of src/. It may include the public headers (<imps/...>), its own ("room/...")
and those of the rooms that the table "Rooms" in doc/design.md allows it; the libraries that its
CMakeLists.txt links must be allowed in the same way.
"""

import re
from pathlib import Path

SOURCES = (".h", ".hpp", ".cpp", ".c")
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)
SYSTEM = re.compile(
    r"^\s*#\s*(?:el)?if.*\b(_WIN32|_WIN64|__linux__|__linux|__APPLE__|__MACH__|__unix__|__FreeBSD__)\b",
    re.MULTILINE,
)


def allowed_rooms(design: str) -> dict[str, set[str]]:
    """The table of rooms: each `src/NAME/` with the names in its last column; '–' is none,
    'everything' is all of them, 'everything but A and B' all but those."""
    rows = []
    for line in design.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        names = re.findall(r"`src/(\w+)/`", cells[0]) if line.startswith("|") else []
        if names and len(cells) >= 3:
            rows += [(name, cells[-1]) for name in names]
    rooms = {name for name, _ in rows}
    allowed = {}
    for name, text in rows:
        words = set(re.findall(r"\w+", text))
        if "everything" in words:
            allowed[name] = rooms - (words if "but" in words else set())
        else:
            unknown = words - rooms
            if unknown:
                raise ValueError(f"doc/design.md: room {name} may use unknown {sorted(unknown)}")
            allowed[name] = words
        allowed[name] = allowed[name] - {name}
    return allowed


def source_files(folder: Path) -> list[Path]:
    return sorted(p for p in folder.rglob("*") if p.suffix in SOURCES)


def cycles(allowed: dict[str, set[str]]) -> list[str]:
    """Rooms that reach themselves along the arrows."""

    def reaches(start: str) -> set[str]:
        seen, todo = set(), [start]
        while todo:
            for room in allowed.get(todo.pop(), ()):
                if room not in seen:
                    seen.add(room)
                    todo.append(room)
        return seen

    return sorted(room for room in allowed if room in reaches(room))


def wrong_includes(root: Path, allowed: dict[str, set[str]]) -> list[str]:
    """One line for each #include in src/ and include/ that follows no arrow."""
    faults = []
    for path in source_files(root / "src"):
        relative = path.relative_to(root)
        if len(relative.parts) < 3:
            faults.append(f"{relative}: a source outside any room")
            continue
        room = relative.parts[1]
        for bracket, target in INCLUDE.findall(path.read_text(encoding="utf-8")):
            if target.startswith("imps/") or target == "imps.h":
                if bracket == '"':
                    faults.append(f'{relative}: "{target}" is public: <{target}>')
            elif bracket == '"':
                head = target.split("/")[0]
                if "/" not in target or ".." in target:
                    faults.append(f'{relative}: "{target}": name it from src/: "{room}/..."')
                elif head != room and head not in allowed.get(room, set()):
                    faults.append(f'{relative}: "{target}": {room} may not use {head}')
            elif (root / "src" / target).is_file():
                faults.append(f'{relative}: <{target}> is internal: "{target}"')
    for path in source_files(root / "include"):
        for bracket, target in INCLUDE.findall(path.read_text(encoding="utf-8")):
            if bracket == '"' or (root / "src" / target).is_file():
                faults.append(f"{path.relative_to(root)}: {target}: a public header uses only public ones")
    return faults


def room_of(library: str, rooms) -> str | None:
    """The room whose library imps_LIBRARY is: its own name, or that and a part's (model_files)."""
    owners = [room for room in rooms if library == room or library.startswith(room + "_")]
    return max(owners, key=len, default=None)


def wrong_links(root: Path, allowed: dict[str, set[str]]) -> list[str]:
    """One line for each room whose CMake libraries link a room that they may not."""
    faults = []
    for path in sorted((root / "src").glob("*/**/CMakeLists.txt")):
        relative = path.relative_to(root)
        room = relative.parts[1]
        text = re.sub(r"#.*", "", path.read_text(encoding="utf-8"))
        if room not in allowed and re.search(r"\bimps_(room|program)\b", text):
            faults.append(f"{relative}: {room} is not in doc/design.md's table of rooms")
        linked = {room_of(name, allowed) for name in re.findall(r"\bimps_(\w+)\b", text)}
        for other in sorted(linked - {None, room} - allowed.get(room, set())):
            faults.append(f"{relative}: {room} may not link {other}")
    return faults


def system_switches(root: Path) -> list[str]:
    """Sources outside src/platform that ask which operating system this is."""
    faults = []
    for top in ("src", "include"):
        for path in source_files(root / top):
            relative = path.relative_to(root)
            if relative.parts[:2] == ("src", "platform"):
                continue
            for name in SYSTEM.findall(path.read_text(encoding="utf-8")):
                faults.append(f"{relative}: {name} belongs in src/platform")
    return faults
