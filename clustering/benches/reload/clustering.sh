# HUP replaces the workers by the program that is in the file now.
case $1 in
version) echo "clustering" ;;
start) cp "$(command -v clustering-bench-server)" server && exec ./server 127.0.0.1:$PORT ;;
reload) kill -HUP $PRIMARY ;;
break) cp /bin/false new && mv new server ;;
stop) kill -TERM $PRIMARY ;;
esac
