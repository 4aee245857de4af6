# The recipe: an axum Router in each worker. HUP replaces the workers.
case $1 in
version) echo "clustering, axum $(sed -n '/^name = "axum"$/{n;s/version = "\(.*\)"/\1/p}' "$BENCHES/../recipes/Cargo.lock")" ;;
start) cp "$BENCHES/../recipes/target/release/axum" server && CLUSTER_WORKERS=2 exec ./server 127.0.0.1:$PORT ;;
reload) kill -HUP $PRIMARY ;;
break) cp /bin/false new && mv new server ;;
stop) kill -TERM $PRIMARY ;;
esac
