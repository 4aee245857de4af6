# `--workers`, and HUP, its reload of the workers; a worker that dies is replaced if it is told to.
case $1 in
version) granian --version | sed 's/[^0-9]*\([0-9.]*\).*/granian \1/' ;;
start) cp "$BENCHES/reload/asgi.py" app.py && exec granian --interface asgi --workers 2 --respawn-failed-workers --host 127.0.0.1 --port $PORT --no-log app:app ;;
reload) kill -HUP $PRIMARY ;;
break) echo '(' >app.py ;;
stop) kill -TERM $PRIMARY ;;
esac
