#!/usr/bin/env python3
"""Draws where the time of a program goes, from `perf script` on stdin, as one SVG on stdout.

    perf script --no-inline -i perf.data | bench/flame/draw.py "the whole job" > flame.svg

A box is a function, as wide as its share of the samples; below it who called it, above it what it
called, threads side by side at the bottom. Click a box to see it alone, the bottom to see all again.
"""
import html
import re
import sys

WIDTH = 1400.0
ROW = 17
# Narrower boxes say nothing; those narrower than a letter have no text.
NARROWEST = 0.4
LETTER = 6.6
HEAD = re.compile(r"^(\S.*?)\s+\d+(?:/\d+)?\s+")
FRAME = re.compile(r"^\s+[0-9a-f]+ (.*?)(?:\+0x[0-9a-f]+)? \((.*)\)$")

SCRIPT = """
function show(box) {
  const left = +box.dataset.left, width = +box.dataset.width, row = +box.dataset.row;
  document.querySelectorAll('g.box').forEach(one => {
    const oneLeft = +one.dataset.left, oneWidth = +one.dataset.width;
    const above = +one.dataset.row >= row && oneLeft >= left - 1e-6 &&
                  oneLeft + oneWidth <= left + width + 1e-6;
    const below = +one.dataset.row < row && oneLeft <= left + 1e-6 &&
                  oneLeft + oneWidth >= left + width - 1e-6;
    one.style.display = above || below ? '' : 'none';
    if (!above && !below) return;
    const x = below ? 0 : (oneLeft - left) / width * %(width)f;
    const w = below ? %(width)f : oneWidth / width * %(width)f;
    one.querySelector('rect').setAttribute('x', x);
    one.querySelector('rect').setAttribute('width', Math.max(w - 0.3, 0.1));
    const text = one.querySelector('text');
    text.setAttribute('x', x + 3);
    const room = Math.floor((w - 6) / %(letter)f), name = one.dataset.name;
    text.textContent = room < 3 ? '' : name.length <= room ? name : name.slice(0, room - 1) + '…';
  });
}
document.querySelectorAll('g.box').forEach(box => box.addEventListener('click', () => show(box)));
show(document.querySelector('g.box'));
"""


def shortened(name):
    """Without arguments, templates and what every name of ours begins with."""
    name = name.replace("(anonymous namespace)::", "").replace("fiscus::", "")
    while True:
        shorter = re.sub(r"<[^<>]*>|\([^()]*\)", "", name)
        if shorter == name:
            return name.removesuffix(" const") or "?"
        name = shorter


def stacks(lines):
    """One list of names for each sample, the thread first."""
    thread, frames = None, []
    for line in lines:
        frame = FRAME.match(line)
        if frame:
            # Without a library: the stack was deeper than what was copied of it.
            if frame[2] != "[unknown]":
                library = frame[2].rsplit("/", 1)[-1]
                frames.append(f"[{library}]" if frame[1] == "[unknown]" else shortened(frame[1]))
        elif line.strip():
            head = HEAD.match(line)
            thread, frames = head[1] if head else "?", []
        elif thread is not None:
            yield [thread, *reversed(frames)]
            thread = None
    if thread is not None:
        yield [thread, *reversed(frames)]


def tree(samples):
    """Nested {name: [samples, children]}, and how many samples there are."""
    root, count = {}, 0
    for names in samples:
        count += 1
        level = root
        for name in names:
            node = level.setdefault(name, [0, {}])
            node[0] += 1
            level = node[1]
    return root, count


def boxes(level, left, row, scale, total):
    """(name, samples, left, width, row) of everything that is wide enough."""
    for name, (samples, children) in sorted(level.items()):
        width = samples * scale
        if width >= NARROWEST:
            yield name, samples, left, width, row
            yield from boxes(children, left, row + 1, scale, total)
        left += width


def colour(name):
    """The same for the same name: ours warm, the kernel's and libraries' cooler."""
    scattered = sum((place + 7) * ord(letter) for place, letter in enumerate(name)) % 60
    return f"hsl({scattered if '::' in name else 180 + scattered},70%,68%)"


def svg(title, root, total):
    found = [("all", total, 0.0, WIDTH, 0), *boxes(root, 0.0, 1, WIDTH / max(total, 1), total)]
    height = (max(row for *_, row in found) + 3) * ROW
    yield (f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH:.0f}" height="{height}" '
           f'font-family="monospace" font-size="11">'
           f'<text x="3" y="14">{html.escape(title)}: {total} samples</text>')
    for name, samples, left, width, row in found:
        y = height - (row + 1) * ROW
        said = html.escape(name, quote=True)
        yield (f'<g class="box" data-name="{said}" data-left="{left:.3f}" '
               f'data-width="{width:.3f}" data-row="{row}"><title>{said}: {samples} samples, '
               f'{samples * 100 / max(total, 1):.2f} %</title><rect x="{left:.2f}" y="{y}" '
               f'width="{width:.2f}" height="{ROW - 1}" fill="{colour(name)}" rx="1"/>'
               f'<text x="{left + 3:.2f}" y="{y + 12}" pointer-events="none"></text></g>')
    yield f"<script><![CDATA[{SCRIPT % {'width': WIDTH, 'letter': LETTER}}]]></script></svg>"


def main():
    root, total = tree(stacks(sys.stdin))
    if total == 0:
        sys.exit("no samples on stdin: is it what `perf script` prints?")
    print("\n".join(svg(" ".join(sys.argv[1:]) or "samples", root, total)))


if __name__ == "__main__":
    main()
