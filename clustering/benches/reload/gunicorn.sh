# HUP, "reload the configuration, start the new workers and gracefully shut down the old ones"; threads, since its plain workers keep no connection.
case $1 in
version) gunicorn --version | sed 's/[^0-9]*\([0-9.]*\).*/gunicorn \1/' ;;
start) cp "$BENCHES/reload/wsgi.py" app.py && exec gunicorn -k gthread --threads 32 -w 2 -b 127.0.0.1:$PORT --log-level critical app:app ;;
reload) kill -HUP $PRIMARY ;;
break) echo '(' >app.py ;;
stop) kill -TERM $PRIMARY ;;
esac
