import os
import time


def app(environ, start):
    if int(environ.get("CONTENT_LENGTH") or 0) > 1 << 20:
        start("413 Content Too Large", [("Content-Length", "8")])
        return [b"too long"]
    if environ["PATH_INFO"] == "/slow":
        time.sleep(0.3)
    environ["wsgi.input"].read()
    text = f"worker {os.getpid()}".encode()
    start("200 OK", [("Content-Length", str(len(text)))])
    return [text]
