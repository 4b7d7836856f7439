"""A headless Chromium for tests, driven by chromedriver over its HTTP protocol (W3C WebDriver)."""

import base64
import contextlib
import json
import os
import shutil
import subprocess
import tempfile
import time
import urllib.request

FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-dev-shm-usage", "--force-device-scale-factor=1", "--force-prefers-reduced-motion",
]  # fmt: skip
CHROMIUM = next(filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome"])), None)
CHROMEDRIVER = shutil.which("chromedriver")
INSTALLED = bool(CHROMIUM and CHROMEDRIVER)

KEYS = {"Left": "\ue012", "Right": "\ue014", "Home": "\ue011", "End": "\ue010", "Space": " ", "Tab": "\ue004"}


class Browser:
    """One window; what a test does in it."""

    def __init__(self, session):
        self.session = session

    def _ask(self, method, path, **body):
        data = json.dumps(body).encode() if method == "POST" else None
        request = urllib.request.Request(f"{self.session}/{path}", data, method=method)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)["value"]

    def open(self, path):
        self._ask("POST", "url", url=path.resolve().as_uri())

    def run(self, script, *args):
        """The value that a piece of JavaScript returns."""
        return self._ask("POST", "execute/sync", script=f"return {script}", args=list(args))

    def click(self, css):
        """As a person does: what is covered or off the screen cannot be clicked."""
        element = self._ask("POST", "element", using="css selector", value=css)
        self._ask("POST", f"element/{next(iter(element.values()))}/click")

    def press(self, key):
        down_up = [{"type": kind, "value": KEYS[key]} for kind in ("keyDown", "keyUp")]
        self._ask("POST", "actions", actions=[{"type": "key", "id": "keyboard", "actions": down_up}])

    def screen(self, width, height, scheme="light"):
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        self.devtools("Emulation.setDeviceMetricsOverride", **size)
        self.devtools(
            "Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}]
        )

    def devtools(self, command, **params):
        return self._ask("POST", "goog/cdp/execute", cmd=command, params=params)

    def screenshot(self):
        return base64.b64decode(self._ask("GET", "screenshot"))

    def log(self):
        """All that the page has said in the console since the last call, errors of the browser among it."""
        return [entry["message"] for entry in self._ask("POST", "se/log", type="browser")]

    def wait_until(self, script, seconds=5.0):
        end = time.monotonic() + seconds
        while not self.run(script):
            assert time.monotonic() < end, f"never became true: {script}"
            time.sleep(0.02)


@contextlib.contextmanager
def browser():
    """A browser with an empty profile, which is gone afterwards."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile, _driver(profile) as url:
        options = {"binary": CHROMIUM, "args": [*FLAGS, f"--user-data-dir={profile}/chromium"]}
        wanted = {"goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}
        answer = Browser(url)._ask("POST", "session", capabilities={"alwaysMatch": wanted})
        window = Browser(f"{url}/session/{answer['sessionId']}")
        try:
            yield window
        finally:
            urllib.request.urlopen(
                urllib.request.Request(window.session, method="DELETE"), timeout=30
            ).close()


@contextlib.contextmanager
def _driver(folder):
    """chromedriver on a port that it chooses itself."""
    with open(os.path.join(folder, "driver.log"), "w+") as log:
        process = subprocess.Popen([CHROMEDRIVER, "--port=0"], stdout=log, stderr=log)
        try:
            yield f"http://127.0.0.1:{_port(log, process)}"
        finally:
            process.terminate()
            process.wait(10)


def _port(log, process, seconds=20.0):
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        log.seek(0)
        told = log.read()
        if "started successfully on port " in told:
            return int(told.split("started successfully on port ")[1].split(".")[0])
        time.sleep(0.02)
    raise RuntimeError(f"chromedriver did not start: {told}")
