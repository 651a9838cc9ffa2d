"""Makes a picture smaller: a PNG of 256 colours, as the page's few colours and soft clouds allow.

Plain Python: for a few pictures now and then no library needs to be installed.
"""

import struct
import zlib
from collections import Counter

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def pixels_of(png):
    """(width, height, [(r, g, b)]) of a PNG of 8 bits a channel, not interlaced, as a browser writes it."""
    at, packed, width, height, depth = len(SIGNATURE), b"", 0, 0, 0
    while at < len(png):
        length, kind = struct.unpack(">I4s", png[at:at + 8])
        body = png[at + 8:at + 8 + length]
        if kind == b"IHDR":
            width, height, bits, colours, _, _, interlaced = struct.unpack(">IIBBBBB", body)
            if bits != 8 or colours not in (2, 6) or interlaced:
                raise ValueError("not a PNG as a browser writes it")
            depth = 3 if colours == 2 else 4
        elif kind == b"IDAT":
            packed += body
        at += 12 + length
    raw = zlib.decompress(packed)
    stride = width * depth
    above = bytearray(stride)
    pixels = []
    for y in range(height):
        start = y * (stride + 1)
        row = bytearray(raw[start + 1:start + 1 + stride])
        unfilter(raw[start], row, above, depth)
        pixels += zip(row[0::depth], row[1::depth], row[2::depth])
        above = row
    return width, height, pixels


def unfilter(kind, row, above, depth):
    if kind == 0:
        return
    for k in range(len(row)):
        left = row[k - depth] if k >= depth else 0
        up = above[k]
        if kind == 1:
            guess = left
        elif kind == 2:
            guess = up
        elif kind == 3:
            guess = (left + up) // 2
        else:
            corner = above[k - depth] if k >= depth else 0
            to_left, to_up, to_corner = abs(up - corner), abs(left - corner), abs(left + up - 2 * corner)
            guess = left if to_left <= to_up and to_left <= to_corner else up if to_up <= to_corner else corner
        row[k] = (row[k] + guess) & 255


def palette_of(counts, most=256):
    """Cuts the box of colours that holds the greatest spread, at its middle, until there are `most` (median cut)."""
    def spread(box):
        ranges = [max(c[k] for c in box) - min(c[k] for c in box) for k in range(3)]
        widest = max(range(3), key=ranges.__getitem__)
        # The root of the number of pixels: a great plain ground must not take all colours for itself.
        return ranges[widest] * sum(counts[c] for c in box) ** 0.25, widest

    boxes = [(*spread(list(counts)), list(counts))]
    while len(boxes) < most:
        boxes.sort(key=lambda box: box[0])
        worth, widest, box = boxes.pop()
        if worth == 0:
            boxes.append((worth, widest, box))
            break
        box.sort(key=lambda colour: colour[widest])
        middle = (box[0][widest] + box[-1][widest]) / 2
        for half in ([c for c in box if c[widest] <= middle], [c for c in box if c[widest] > middle]):
            boxes.append((*spread(half), half))
    of = {}
    palette = []
    for index, (_, _, box) in enumerate(boxes):
        # The commonest colour of a box stays exact: grounds and letters are as the page has them.
        palette.append(max(box, key=lambda colour: (counts[colour], colour)))
        for colour in box:
            of[colour] = index
    return palette, of


def with_few_colours(png):
    width, height, pixels = pixels_of(png)
    palette, of = palette_of(Counter(pixels))
    rows = bytearray()
    for y in range(height):
        rows.append(0)
        rows += bytes(of[pixel] for pixel in pixels[y * width:(y + 1) * width])

    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    return (SIGNATURE + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0))
            + chunk(b"PLTE", b"".join(bytes(colour) for colour in palette))
            + chunk(b"IDAT", zlib.compress(bytes(rows), 9)) + chunk(b"IEND", b""))
