# nginx with two workers and a fixed answer, on a free port, which it names once it listens.
port=$(clustering-bench-port)
cat >nginx.conf <<END
worker_processes 2;
daemon off;
pid nginx.pid;
error_log stderr crit;
events { worker_connections 1024; }
http {
  access_log off;
  keepalive_requests 1000000000;
  client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
  server { listen 127.0.0.1:$port backlog=4096; location / { return 200 "Handled by worker 12345"; } }
}
END
(clustering-bench-port "$port" && echo "listening on http://127.0.0.1:$port") &
exec nginx -p "$PWD" -c nginx.conf
