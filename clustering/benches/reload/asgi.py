import asyncio
import os


async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    headers = dict(scope["headers"])
    status, text = 200, f"worker {os.getpid()}".encode()
    if int(headers.get(b"content-length", 0)) > 1 << 20:
        status, text = 413, b"too long"
    else:
        if scope["path"] == "/slow":
            await asyncio.sleep(0.3)
        while (await receive()).get("more_body"):
            pass
    length = (b"content-length", str(len(text)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [length]})
    await send({"type": "http.response.body", "body": text})
