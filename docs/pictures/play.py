"""Make play.gif, the moving picture of the README, from the page that `play` writes.

    pip install -e ".[pictures,browser]"
    python docs/pictures/play.py

Chromium shows the page of the one-knob net, step after step (#step=7 in its address), and at the end the knob
is turned; Pillow, which comes with matplotlib, puts the screenshots together.
"""

import io
import tempfile
from pathlib import Path

from PIL import Image
from selenium import webdriver

from microgd import Value, play

SIZE = 860, 830  # pixels
MILLISECONDS = 1600  # a step

input, goal_pred = 0.5, 0.8
knob_weight = Value(0.5, name="knob_weight")
pred = input * knob_weight
error = (pred - goal_pred) ** 2

options = webdriver.ChromeOptions()
for argument in ("headless=new", "no-sandbox", f"window-size={SIZE[0]},{SIZE[1]}", "hide-scrollbars"):
    options.add_argument(f"--{argument}")
browser = webdriver.Chrome(options)
browser.set_window_size(SIZE[0], SIZE[1] + 140)
frames = []
with tempfile.TemporaryDirectory() as folder:
    page = Path(folder) / "page.html"
    play(error, page, names={"pred": pred, "error": error})
    step = 1
    while True:
        browser.get("about:blank")
        browser.get(f"{page.as_uri()}#step={step}")
        picture = Image.open(io.BytesIO(browser.get_screenshot_as_png())).convert("RGB")
        if frames and picture.tobytes() == frames[-1].tobytes():
            break
        frames.append(picture)
        step += 1
    for knob in (0.75, 1.0, 1.25, 1.5, 1.6):  # the reader turns the knob: every number follows
        browser.execute_script("live.change(0, 0, arguments[0])", knob)
        frames.append(Image.open(io.BytesIO(browser.get_screenshot_as_png())).convert("RGB"))
browser.quit()
out = Path(__file__).with_suffix(".gif")
small = [frame.quantize(64) for frame in frames]
small[0].save(out, save_all=True, append_images=small[1:], duration=MILLISECONDS, loop=0, optimize=True)
print(f"{out}: {len(frames)} steps, {out.stat().st_size / 1e3:.0f} kB")
