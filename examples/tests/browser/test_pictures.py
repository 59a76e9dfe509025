"""The pictures of `examples/pictures/` as Chromium draws them, held against `renderings/`.

`UPDATE_GOLDEN=1 make pictures` writes the renderings anew; look at them before you commit.
"""

import os
import re
from pathlib import Path

import pytest
from PIL import Image, ImageChops

HERE = Path(__file__).resolve().parent
PICTURES = HERE.parents[1] / "pictures"
RENDERINGS = HERE / "renderings"

# How wide a picture is shown, in CSS pixels, and whether it is dark then.
VIEWS = {"narrow": (480, False), "wide": (1280, False), "dark": (1280, True)}

# How wide a rendering is kept, in pixels.
KEPT = 320

# Letters differ from one version of the libraries that draw them to the next, and somewhat more with another of the fonts that
# pictures ask for. So what is compared is the mean colour of each square of this side, in pixels, and it may differ by so
# much of 255; the 256 colours in which a rendering is kept take 6 of them. A line that is missing is 20 and more.
SIDE, TOLERANCE = 8, 16


def pictures():
    return sorted(PICTURES.glob("*.svg"))


def rendering(chromium, file, view):
    """A picture as it looks in a view, scaled down."""
    width, is_dark = VIEWS[view]
    size = re.search(r'width="(\d+)" height="(\d+)"', file.read_text(encoding="utf-8"))
    height = round(width * int(size[2]) / int(size[1]))
    chromium.open(file.as_uri(), width, height, is_dark)
    # As `<img width>` does: the picture fills the window.
    chromium.evaluate("document.documentElement.setAttribute('width', '100%')")
    chromium.evaluate("document.documentElement.setAttribute('height', '100%')")
    image = chromium.screenshot()
    assert image.size == (width, height)
    return image.resize((KEPT, round(KEPT * height / width)), Image.Resampling.BOX)


def difference(one, other):
    """How much the square differs that does so most, of 255."""
    if one.size != other.size:
        return 255
    squares = (max(one.width // SIDE, 1), max(one.height // SIDE, 1))
    apart = ImageChops.difference(one, other).resize(squares, Image.Resampling.BOX)
    return max(most for _, most in apart.getextrema())


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("file", pictures(), ids=lambda file: file.stem)
def test_a_picture_looks_as_it_is_kept(chromium, file, view):
    image = rendering(chromium, file, view)
    kept = RENDERINGS / f"{file.stem}-{view}.png"
    if "UPDATE_GOLDEN" in os.environ:
        kept.parent.mkdir(exist_ok=True)
        image.quantize(256, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(kept, optimize=True)
    with Image.open(kept) as expected:
        apart = difference(image, expected.convert("RGB"))
    assert apart <= TOLERANCE, f"a square of {kept.name} differs by {apart}"


def test_no_rendering_is_left_of_what_is_drawn_no_more():
    expected = {f"{file.stem}-{view}.png" for file in pictures() for view in VIEWS}
    assert {file.name for file in RENDERINGS.iterdir()} == expected


@pytest.mark.parametrize(
    "pattern, change", [(r'<path class="way".*', ""), ("#e9eef5", "#ffffff"), ("prefers-color-scheme:dark", "print")]
)
def test_what_is_not_drawn_or_in_another_colour_is_noticed(chromium, tmp_path, pattern, change):
    file = PICTURES / "figure-octavia-l3.svg"
    text, count = re.subn(pattern, change, file.read_text(encoding="utf-8"))
    assert count > 0
    changed = tmp_path / file.name
    changed.write_text(text, encoding="utf-8")
    apart = [difference(rendering(chromium, file, view), rendering(chromium, changed, view)) for view in VIEWS]
    assert max(apart) > TOLERANCE, apart


@pytest.mark.parametrize("file", pictures(), ids=lambda file: file.stem)
def test_no_text_is_on_top_of_another_with_the_letters_that_are_there(chromium, file):
    chromium.open(file.as_uri(), 1280, 800)
    # Letters are lower than the line that they are given: only a fifth of it above and below is without them.
    overlaps = chromium.evaluate("""(() => {
        const texts = [...document.querySelectorAll("text")].map((text) => [text.textContent, text.getBBox()]);
        const { width, height } = document.documentElement.viewBox.baseVal;
        const found = texts.filter(([, box]) =>
            box.x < 0 || box.y < 0 || box.x + box.width > width || box.y + box.height > height);
        texts.forEach(([text, a], index) => texts.slice(index + 1).forEach(([other, b]) => {
            if (a.x < b.x + b.width && b.x < a.x + a.width
                && a.y + a.height * 0.2 < b.y + b.height * 0.8 && b.y + b.height * 0.2 < a.y + a.height * 0.8)
                found.push([text, other]);
        }));
        return found;
    })()""")
    assert overlaps == []
