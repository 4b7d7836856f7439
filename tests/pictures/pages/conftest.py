"""A headless Chromium, driven by selenium, and axe-core, fetched by npm.

Where they are missing the tests that need them are skipped; with BROWSER_TESTS=required they fail.
"""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[2]
sys.path += [str(TESTS / "fuzz"), str(TESTS / "autodiff")]  # whose programs and cases run in the browser, too

AXE = "axe-core@4.10.3"
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-dev-shm-usage", "--force-prefers-reduced-motion",
]  # fmt: skip
KEYS = {"Left": "\ue012", "Right": "\ue014", "Home": "\ue011", "End": "\ue010", "Space": " ",
        "Tab": "\ue004", "Enter": "\ue007"}  # fmt: skip
PHONE, DESKTOP = (390, 844), (1280, 800)


def missing(what):
    (pytest.fail if os.environ.get("BROWSER_TESTS") == "required" else pytest.skip)(f"needs {what}")


class Window:
    """One window; what a test does in it."""

    def __init__(self, driver):
        self.driver = driver

    def open(self, page, path, fragment=""):
        self.driver.get("about:blank")  # or a change of the fragment would load nothing
        self.driver.get(page.save(path).as_uri() + fragment)

    def run(self, expression, *args):
        """The value of an expression of JavaScript."""
        return self.driver.execute_script(f"return {expression}", *args)

    def click(self, css):
        """As a person does: what is covered or off the screen cannot be clicked."""
        self.driver.find_element("css selector", css).click()

    def press(self, *keys):
        from selenium.webdriver import ActionChains

        for key in keys:
            ActionChains(self.driver).send_keys(KEYS.get(key, key)).perform()

    def screen(self, width, height, scheme="light"):
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        media = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", media)

    def wait_until(self, expression, seconds=5.0):
        end = time.monotonic() + seconds
        while not self.run(expression):
            assert time.monotonic() < end, f"never became true: {expression}"
            time.sleep(0.02)

    # What the reader sees

    def text(self, id):
        return self.run("document.getElementById(arguments[0]).textContent", id)

    def lines(self):
        """The lines of the panel, a fraction as it is read aloud: d error/d pred."""
        return self.run(
            "[...document.querySelectorAll('#lines p')].map(p => { const copy = p.cloneNode(true);"
            "for (const fraction of copy.querySelectorAll('mfrac')) fraction.firstChild.after('/');"
            "for (const power of copy.querySelectorAll('msup')) power.firstChild.after('^');"
            "for (const sign of copy.querySelectorAll('mo')) if (!'(−)'.includes(sign.textContent))"
            "sign.textContent = ` ${sign.textContent} `;"
            "return copy.textContent.replaceAll('\\u00a0', ' ').replaceAll(' , ', ', '); })"
        )


@pytest.fixture(scope="session")
def window(tmp_path_factory):
    try:
        from selenium import webdriver
    except ImportError:
        missing('selenium: pip install -e ".[browser]"')
    chromium = next(filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome"])), None)
    chromedriver = shutil.which("chromedriver")
    if not chromium or not chromedriver:
        missing("Chromium and chromedriver: apt install chromium chromium-driver")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for flag in [*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('chromium')}"]:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options, webdriver.ChromeService(chromedriver))
    yield Window(driver)
    driver.quit()


@pytest.fixture
def page(window, tmp_path):
    """Opens a page; afterwards the console must be empty."""

    def open_it(page, size=DESKTOP, scheme="light", fragment=""):
        window.screen(*size, scheme)
        window.open(page, tmp_path / "page.html", fragment)
        return window

    yield open_it
    assert [entry["message"] for entry in window.driver.get_log("browser")] == []


@pytest.fixture(scope="session")
def axe(request, tmp_path_factory):
    """The source of axe-core, which finds what people with disabilities cannot use."""
    cache = getattr(request.config, "cache", None)
    folder = Path(cache.mkdir("axe-core")) if cache else tmp_path_factory.mktemp("axe-core")
    script = folder / "node_modules" / "axe-core" / "axe.min.js"
    if not script.exists():
        npm = shutil.which("npm") or missing("npm")
        quiet = ["--no-audit", "--no-fund", "--ignore-scripts", "--no-save"]
        run = subprocess.run(
            [npm, "install", *quiet, "--prefix", folder, AXE], capture_output=True, text=True
        )
        if run.returncode:
            missing(f"{AXE} from npm: {run.stderr.strip()[-300:]}")
    return script.read_text(encoding="utf-8")
