# The manual of `cluster` has no reload. This is what it offers for one: a new worker, and when that listens, `disconnect` for an old one.
case $1 in
version) echo "Node $("$NODE" --version | tr -d v), cluster by hand" ;;
start) cp "$BENCHES/reload/app.cjs" . && exec "$NODE" "$BENCHES/reload/node.cjs" ;;
reload) kill -HUP $PRIMARY ;;
break) echo '(' >app.cjs ;;
stop) kill -TERM $PRIMARY ;;
esac
