# `--workers`, and HUP: "the work processes will be gracefully restarted one after another". With what its manual calls `standard`: uvloop and httptools.
case $1 in
version) uvicorn --version | sed 's/.*uvicorn \([0-9.]*\).*/uvicorn \1/' ;;
start) cp "$BENCHES/reload/asgi.py" app.py && exec uvicorn --workers 2 --host 127.0.0.1 --port $PORT --no-access-log --log-level critical app:app ;;
reload) kill -HUP $PRIMARY ;;
break) echo '(' >app.py ;;
stop) kill -TERM $PRIMARY ;;
esac
