#!/usr/bin/env python3
"""Draws the specimen documents and selfies of the lab's invented people.

How to redraw: change `people.toml` or this file, then

    python3 tests/lab/specimens/draw.py [chromium]

It needs Python 3.11 and a Chromium on the path (or named as the argument), writes `ID-document.png` (1000 x 630) and
`ID-selfie.png` (480 x 600) beside itself and says how large they are; each must stay below 80 KB. Commit the result:
the lab recognises an uploaded document by its bytes. The machine readable zone is a TD1 after ICAO 9303-5.
"""

import html
import pathlib
import struct
import subprocess
import sys
import tempfile
import tomllib
import unicodedata
import zlib

HERE = pathlib.Path(__file__).resolve().parent
LARGEST = 80 * 1024
# ICAO 9303-3 section 6: letters that do not fold by dropping the accent. Umlauts are written out by most issuers.
WRITTEN_OUT = {"Ä": "AE", "Ö": "OE", "Ü": "UE", "ß": "SS", "Ł": "L", "Ø": "OE", "Æ": "AE", "Đ": "D", "'": ""}


def machine_text(text):
    text = "".join(WRITTEN_OUT.get(letter, letter) for letter in unicodedata.normalize("NFC", text.upper()))
    folded = unicodedata.normalize("NFD", text)
    folded = "".join(letter for letter in folded if not unicodedata.combining(letter))
    return "".join(letter if letter.isascii() and letter.isalnum() else "<" for letter in folded)


def check_digit(text):
    value = lambda letter: 0 if letter == "<" else int(letter, 36)
    return str(sum(value(letter) * (7, 3, 1)[at % 3] for at, letter in enumerate(text)) % 10)


def machine_zone(person):
    number = person["document"]["number"].ljust(9, "<")
    born = person["birth_date"][2:].replace("-", "")
    expires = "330831"
    first = "I<UTO" + number + check_digit(number)
    first = first.ljust(30, "<")
    second = born + check_digit(born) + person["sex"] + expires + check_digit(expires) + "UTO"
    second = second.ljust(29, "<")
    second += check_digit(first[5:30] + second[0:7] + second[8:15] + second[18:29])
    given = " ".join(filter(None, [person["given"], person.get("middle")]))
    third = (machine_text(person["family"]) + "<<" + machine_text(given)).ljust(30, "<")[:30]
    return first, second, third


HAIR_BEHIND = {
    "long": '<path d="M92 150C88 60 150 28 200 28s112 32 108 122l14 190q-122 40-244 0z" fill="{hair}"/>',
    "bob": '<path d="M90 160C84 62 150 30 200 30s116 32 110 130l2 92q-112 26-224 0z" fill="{hair}"/>',
    "curly": "".join(
        f'<circle cx="{x}" cy="{y}" r="{r}" fill="{{hair}}"/>'
        for x, y, r in [(200, 70, 62), (140, 88, 56), (260, 88, 56), (102, 140, 50), (298, 140, 50), (92, 200, 46),
                        (308, 200, 46), (104, 252, 40), (296, 252, 40)]
    ),
    "bun": '<circle cx="200" cy="34" r="40" fill="{hair}"/><path d="M100 170C94 76 150 44 200 44s106 32 100 126z" fill="{hair}"/>',
    "short": '<path d="M102 172C92 74 150 40 200 40s108 34 98 132z" fill="{hair}"/>',
    "fade": '<path d="M108 158C98 70 152 46 200 46s102 24 92 112z" fill="{hair}"/>',
    "bald": '<path d="M104 196q-8-46 10-60l-2 66zM296 196q8-46-10-60l2 66z" fill="{hair}"/>',
}
HAIR_FRONT = {
    "long": '<path d="M108 168c4-72 44-96 96-96-18 36-54 66-96 96zM292 168c-4-64-36-96-88-96 20 40 50 66 88 96z" fill="{hair}"/>',
    "bob": '<path d="M106 158q6-84 94-84t94 84q-94-44-188 0z" fill="{hair}"/>',
    "curly": '<path d="M110 150q10-66 90-66t90 66q-20-36-50-26-30-24-60 0-40-14-70 26z" fill="{hair}"/>',
    "bun": '<path d="M108 156q12-78 92-78t92 78q-46-46-92-46t-92 46z" fill="{hair}"/>',
    "short": '<path d="M106 158q0-78 94-78t94 78q-20-44-60-42-60 6-128 42z" fill="{hair}"/>',
    "fade": '<path d="M110 140q16-62 90-62t90 62q-90-30-180 0z" fill="{hair}"/>',
    "bald": "",
}


def portrait(face, mood):
    """A plain vector face on a canvas of 400 x 480."""
    skin, hair, style = face["skin"], face["hair"], face["style"]
    shade = "#00000022"
    mouth = "M168 296q32 20 64 0" if mood == "document" else "M160 290q40 38 80 0q-40 14-80 0"
    parts = [HAIR_BEHIND[style].format(hair=hair)]
    parts.append(f'<path d="M40 480q8-100 110-112h100q102 12 110 112z" fill="{face["shirt"]}"/>')
    parts.append(f'<path d="M162 310h76v62q-38 34-76 0z" fill="{skin}"/><path d="M162 344q38 26 76 0v10q-38 28-76 0z" fill="{shade}"/>')
    parts.append(f'<ellipse cx="104" cy="212" rx="16" ry="26" fill="{skin}"/><ellipse cx="296" cy="212" rx="16" ry="26" fill="{skin}"/>')
    parts.append(f'<path d="M106 180q0-102 94-102t94 102q0 170-94 170t-94-170z" fill="{skin}"/>')
    if face.get("beard"):
        parts.append(f'<path d="M108 226q6 126 92 126t92-126q-8 40-40 46-52-14-104 0-32-6-40-46z" fill="{hair}" opacity=".86"/>')
    for x in (160, 240):
        parts.append(f'<ellipse cx="{x}" cy="206" rx="17" ry="11" fill="#fff"/><circle cx="{x}" cy="206" r="9.5" fill="{face["eyes"]}"/>'
                     f'<circle cx="{x}" cy="206" r="4" fill="#111"/><circle cx="{x + 3}" cy="203" r="2" fill="#fff"/>')
        parts.append(f'<path d="M{x - 24} 184q24-15 48 0" stroke="{hair}" stroke-width="7" stroke-linecap="round" fill="none"/>')
    parts.append(f'<path d="M200 214q-16 38-6 42 8 4 18 0" stroke="{shade}" stroke-width="6" stroke-linecap="round" fill="none"/>')
    parts.append(f'<path d="{mouth}" stroke="#9c4a44" stroke-width="7" stroke-linecap="round" fill="#9c4a4455"/>')
    if face.get("glasses"):
        parts.append('<g fill="#ffffff22" stroke="#2a2a2a" stroke-width="5"><rect x="130" y="186" width="58" height="44" rx="16"/>'
                     '<rect x="212" y="186" width="58" height="44" rx="16"/><path d="M188 204h24M130 200l-24-4M270 200l24-4" fill="none"/></g>')
    parts.append(HAIR_FRONT[style].format(hair=hair))
    return "".join(parts)


def document(person):
    given = " ".join(filter(None, [person["given"], person.get("middle")]))
    y, m, d = person["birth_date"].split("-")
    title = {"pp": "PASSPORT CARD", "id": "IDENTITY CARD"}[person["document"]["class"]]
    tint, ink = {"pp": ("#f3e9ec", "#7a2a44"), "id": ("#e7f0ef", "#1f5a5e")}[person["document"]["class"]]
    fields = [("Family name / Nom", person["family"], 372, 186), ("Given names / Prénoms", given, 372, 262),
              ("Date of birth", f"{d}.{m}.{y}", 372, 338), ("Sex", person["sex"], 640, 338), ("Nationality", "UTO", 760, 338),
              ("Document no.", person["document"]["number"], 372, 414), ("Date of expiry", "31.08.2033", 640, 414)]
    cells = "".join(f'<text x="{x}" y="{y}" font-size="16" fill="{ink}">{html.escape(label)}</text>'
                    f'<text x="{x}" y="{y + 33}" font-size="31" font-weight="600" fill="#1b1b1b">{html.escape(value)}</text>'
                    for label, value, x, y in fields)
    waves = "".join(f'<path d="M0 {y}q125 {38 if y % 44 else -38} 250 0t250 0 250 0 250 0" fill="none" stroke="{ink}" stroke-opacity=".09" stroke-width="2"/>'
                    for y in range(122, 490, 22))
    zone = "".join(f'<text x="46" y="{532 + 37 * at}" font-family="DejaVu Sans Mono,monospace" font-size="32" textLength="908" lengthAdjust="spacing" fill="#161616">{html.escape(line)}</text>'
                   for at, line in enumerate(machine_zone(person)))
    return f"""<svg xmlns="http://www.w3.org/2000/svg" width="1000" height="630" viewBox="0 0 1000 630" font-family="DejaVu Sans,sans-serif">
<rect width="1000" height="630" fill="#fff"/><rect x="2" y="2" width="996" height="626" rx="34" fill="{tint}" stroke="{ink}" stroke-width="3"/>
{waves}<path d="M2 36q0-34 34-34h928q34 0 34 34v66H2z" fill="{ink}"/>
<circle cx="76" cy="52" r="30" fill="none" stroke="#fff" stroke-width="4"/><path d="M76 28v48M52 52h48M59 35l34 34M93 35L59 69" stroke="#fff" stroke-width="4"/>
<text x="126" y="48" font-size="30" font-weight="700" fill="#fff" letter-spacing="2">UTOPIA</text><text x="126" y="80" font-size="20" fill="#fff" letter-spacing="3">{title}</text>
<text x="952" y="66" font-size="34" font-weight="700" fill="#fff" text-anchor="end" letter-spacing="6">SPECIMEN</text>
<svg x="46" y="130" width="290" height="348" viewBox="0 0 400 480"><rect width="400" height="480" rx="16" fill="#fdfdfb"/>{portrait(person["face"], "document")}</svg>
<rect x="46" y="130" width="290" height="348" rx="12" fill="none" stroke="{ink}" stroke-width="3"/>
{cells}<text x="590" y="330" font-size="92" font-weight="700" fill="#b3261e" fill-opacity=".13" text-anchor="middle" transform="rotate(-17 590 330)" letter-spacing="14">SPECIMEN</text>
<rect x="2" y="494" width="996" height="130" fill="#fff" fill-opacity=".75"/>{zone}</svg>"""


def selfie(person):
    return f"""<svg xmlns="http://www.w3.org/2000/svg" width="480" height="600" viewBox="0 0 480 600" font-family="DejaVu Sans,sans-serif">
<rect width="480" height="600" fill="#cfdbe3"/><rect x="0" y="0" width="150" height="600" fill="#bccbd5"/><rect x="330" y="60" width="110" height="150" rx="6" fill="#e8eef2" stroke="#9fb2bf" stroke-width="6"/>
<svg x="20" y="80" width="440" height="528" viewBox="0 0 400 480">{portrait(person["face"], "selfie")}</svg>
<text x="240" y="44" font-size="22" font-weight="700" fill="#5b6b75" text-anchor="middle" letter-spacing="5">SPECIMEN SELFIE</text></svg>"""


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def flattened(png):
    """The same picture with 4 bits per colour and no alpha, filtered by row difference: a third of the size."""
    at, idat, width, height, kind = 8, b"", 0, 0, 0
    while at < len(png):
        length, name = struct.unpack(">I4s", png[at:at + 8])
        body = png[at + 8:at + 8 + length]
        if name == b"IHDR":
            width, height, _, kind = struct.unpack(">IIBB", body[:10])
        elif name == b"IDAT":
            idat += body
        at += length + 12
    step = {2: 3, 6: 4}[kind]
    raw, stride = zlib.decompress(idat), width * step
    before, rows = bytearray(stride), []
    for y in range(height):
        line = raw[y * (stride + 1):(y + 1) * (stride + 1)]
        how, row = line[0], bytearray(line[1:])
        for x in range(stride):
            a, b, c = (row[x - step] if x >= step else 0), before[x], (before[x - step] if x >= step else 0)
            if how == 1: row[x] = (row[x] + a) & 255
            elif how == 2: row[x] = (row[x] + b) & 255
            elif how == 3: row[x] = (row[x] + (a + b) // 2) & 255
            elif how == 4:
                p = a + b - c
                near = min((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c))[2]
                row[x] = (row[x] + near) & 255
        before = row
        rows.append(row)
    counts = {}
    for row in rows:
        for x in range(0, stride, step):
            key = (row[x] & 0xf0, row[x + 1] & 0xf0, row[x + 2] & 0xf0)
            tally = counts.setdefault(key, [0, 0, 0, 0])
            tally[0] += 1
            for part in range(3): tally[part + 1] += row[x + part]
    common = sorted(counts, key=lambda key: -counts[key][0])[:256]
    palette = [tuple(round(counts[key][part + 1] / counts[key][0]) for part in range(3)) for key in common]
    index = {key: at for at, key in enumerate(common)}
    def nearest(key):
        if key not in index:
            index[key] = min(range(len(palette)), key=lambda at: sum((palette[at][part] - key[part] - 8) ** 2 for part in range(3)))
        return index[key]
    body = bytearray()
    for row in rows:
        body.append(0)
        body.extend(nearest((row[x] & 0xf0, row[x + 1] & 0xf0, row[x + 2] & 0xf0)) for x in range(0, stride, step))
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    table = b"".join(bytes(colour) for colour in palette)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"PLTE", table) + chunk(b"IDAT", zlib.compress(bytes(body), 9)) + chunk(b"IEND", b"")


def shoot(chromium, svg, width, height, target):
    with tempfile.TemporaryDirectory() as folder:
        page, picture = pathlib.Path(folder, "page.html"), pathlib.Path(folder, "page.png")
        page.write_text(f"<!doctype html><meta charset=utf-8><style>body{{margin:0}}svg{{display:block}}</style>{svg}")
        subprocess.run([chromium, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--force-device-scale-factor=1",
                        f"--window-size={width},{height + 120}", f"--screenshot={picture}", page.as_uri()], check=True, capture_output=True)
        png = crop(picture.read_bytes(), height)
    target.write_bytes(png)
    print(f"{len(png):7} {target.name}")
    if len(png) > LARGEST:
        sys.exit(f"{target.name} is larger than {LARGEST} bytes")


def crop(png, height):
    """Headless windows lose some height to a bar that is not drawn, so the shot is taken taller and cut here."""
    at, idat, head = 8, b"", b""
    while at < len(png):
        length, name = struct.unpack(">I4s", png[at:at + 8])
        body = png[at + 8:at + 8 + length]
        head = body if name == b"IHDR" else head
        idat += body if name == b"IDAT" else b""
        at += length + 12
    width, _, depth, kind = struct.unpack(">IIBB", head[:10])
    stride = width * {2: 3, 6: 4}[kind] + 1
    raw = zlib.decompress(idat)[:stride * height]
    head = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, 0)
    return flattened(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(raw)) + chunk(b"IEND", b""))


def main():
    chromium = sys.argv[1] if len(sys.argv) > 1 else "chromium"
    people = tomllib.loads((HERE / "people.toml").read_text())["person"]
    for person in people:
        shoot(chromium, document(person), 1000, 630, HERE / f"{person['id']}-document.png")
        shoot(chromium, selfie(person), 480, 600, HERE / f"{person['id']}-selfie.png")


if __name__ == "__main__":
    main()
