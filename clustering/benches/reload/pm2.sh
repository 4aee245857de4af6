# `pm2 reload` in cluster mode, which the manual calls zero-downtime, with its graceful stop: the app closes on SIGINT. With $READY, also `wait_ready`.
export PM2_HOME="$PWD/pm2" PATH="$(dirname "$NODE"):$PATH"
case $1 in
version) echo "PM2 $(sed -n 's/.*"version": "\(.*\)".*/\1/p' "$(dirname "$(readlink -f "$(command -v pm2)")")/../package.json")${READY:+, wait_ready}" ;;
start)
  cp "$BENCHES/reload/app.cjs" .
  exec pm2 start app.cjs -i 2 --no-daemon --kill-timeout 10000 ${READY:+--wait-ready} ;;
reload) pm2 reload app ;;
break) echo '(' >app.cjs ;;
stop) kill -TERM $PRIMARY ;;
clean) kill -9 $(cat pm2/pm2.pid) ;; # The one that commands start if it is gone.
esac
