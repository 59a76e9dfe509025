"""Chromium, driven by its DevTools protocol: pages opened, looked at, clicked on and typed into."""

import base64
import io
import json
import os
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path

import websocket
from PIL import Image

SECONDS = 30


class Chromium:
    """A browser with one page."""

    def __init__(self):
        self._profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        arguments = [os.environ["CHROMIUM"], "--headless", "--disable-gpu", "--hide-scrollbars", "--remote-debugging-port=0"]
        arguments += ["--no-first-run", "--disable-background-networking", f"--user-data-dir={self._profile.name}", "about:blank"]
        # Its sandbox does not start for root, as whom containers run; only files of this project are opened.
        arguments += ["--no-sandbox"] if os.geteuid() == 0 else []
        self._process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with urllib.request.urlopen(f"http://127.0.0.1:{self._port()}/json/list", timeout=SECONDS) as answer:
            page = next(target for target in json.load(answer) if target["type"] == "page")
        self._socket = websocket.create_connection(
            page["webSocketDebuggerUrl"], timeout=SECONDS, suppress_origin=True
        )
        self._calls = 0
        self.requested, self.errors = [], []
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._socket.close()
        self._process.terminate()
        self._process.wait(SECONDS)
        self._profile.cleanup()

    def _port(self):
        """The port that it has chosen, which it writes into its profile."""
        file = Path(self._profile.name, "DevToolsActivePort")
        end = time.monotonic() + SECONDS
        while time.monotonic() < end and self._process.poll() is None:
            if file.exists() and (lines := file.read_text().splitlines()):
                return int(lines[0])
            time.sleep(0.05)
        raise RuntimeError("Chromium does not start")

    def _receive(self):
        message = json.loads(self._socket.recv())
        match message.get("method"), message.get("params"):
            case "Network.requestWillBeSent", event:
                self.requested.append(event["request"]["url"])
            case "Runtime.exceptionThrown", event:
                self.errors.append(event["exceptionDetails"]["text"])
            case "Log.entryAdded", event if event["entry"]["level"] == "error":
                self.errors.append(event["entry"]["text"])
        return message

    def call(self, method, **parameters):
        """Calls a method of the protocol and gives its answer."""
        self._calls += 1
        self._socket.send(json.dumps({"id": self._calls, "method": method, "params": parameters}))
        while (message := self._receive()).get("id") != self._calls:
            pass
        if "error" in message:
            raise RuntimeError(f"{method}: {message['error']['message']}")
        return message["result"]

    def open(self, url, width, height, is_dark=False):
        """Opens a page in a window of this size, in CSS pixels, and waits until it is there."""
        scheme = {"name": "prefers-color-scheme", "value": "dark" if is_dark else "light"}
        self.call("Emulation.setEmulatedMedia", features=[scheme])
        self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False
        )
        self.requested.clear()
        self.errors.clear()
        self.call("Page.navigate", url=url)
        while self._receive().get("method") != "Page.loadEventFired":
            pass

    def screenshot(self):
        """What is to be seen in the window."""
        data = self.call("Page.captureScreenshot", format="png")["data"]
        return Image.open(io.BytesIO(base64.b64decode(data))).convert("RGB")

    def evaluate(self, expression):
        """The value of an expression in JavaScript."""
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in result:
            raise RuntimeError(f"{expression}: {result['exceptionDetails']['exception']['description']}")
        return result["result"].get("value")

    def click(self, element):
        """Clicks on the middle of an element, which an expression gives, as a mouse does."""
        x, y = self.evaluate(f"""(() => {{
            const element = {element};
            element.scrollIntoView({{ block: "center" }});
            const {{ x, y, width, height }} = element.getBoundingClientRect();
            return [x + width / 2, y + height / 2];
        }})()""")
        for event in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=event, x=x, y=y, button="left", clickCount=1)

    def type(self, text):
        """Types into what was clicked on last."""
        self.call("Input.insertText", text=text)
