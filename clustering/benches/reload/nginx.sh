# HUP, "changing configuration" in the manual: new workers start, old ones close what is idle and finish the rest. No handler of its own takes 300 ms: requests are delayed. QUIT is its graceful end.
# From 1.28 on, `keepalive_min_timeout` leaves idle connections open for a while longer.
case $1 in
version) nginx -v 2>&1 | sed 's|.*nginx/|nginx |' ;;
start)
  echo slow >slow
  nginx -v 2>&1 | grep -q 'nginx/1\.\(2[89]\|[3-9][0-9]\)' && idle='keepalive_min_timeout 3s;'
  cat >nginx.conf <<END
user $(id -un) $(id -gn); worker_processes 2; daemon off; pid nginx.pid; error_log stderr crit;
events { worker_connections 1024; }
http {
  access_log off; client_max_body_size 1m; keepalive_requests 1000000000; $idle
  client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
  limit_req_zone \$connection zone=slow:1m rate=200r/m;
  server {
    listen 127.0.0.1:$PORT backlog=4096;
    location / { return 200 "worker \$pid"; }
    location /slow { limit_req zone=slow burst=5; root $PWD; }
  }
}
END
  exec nginx -p "$PWD" -c nginx.conf ;;
reload) kill -HUP $PRIMARY ;;
break) echo '(' >nginx.conf ;;
stop) kill -QUIT $PRIMARY ;;
esac
