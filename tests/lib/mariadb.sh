#!/bin/sh
# A private MariaDB on a Unix socket, for tests.
#   mariadb.sh start DIR   installs into DIR when it is empty, starts, prints the socket
#   mariadb.sh stop DIR    stops it in order
#   mariadb.sh kill DIR    kills it at once, as a power loss would
# The account is root without a password; there is no network listener.
set -eu

command=${1:-}
dir=${2:-}
if [ -z "$command" ] || [ -z "$dir" ]; then
	echo "usage: mariadb.sh start|stop|kill DIR" >&2
	exit 2
fi
socket=$dir/mysql.sock
pid_file=$dir/mariadb.pid
me=$(id -un)

pid() {
	cat "$pid_file" 2>/dev/null || true
}

alive() {
	[ -n "$(pid)" ] && kill -0 "$(pid)" 2>/dev/null
}

wait_gone() {
	tries=0
	while alive && [ $tries -lt 300 ]; do
		tries=$((tries + 1))
		sleep 0.1
	done
	rm -f "$pid_file" "$socket"
}

start() {
	# Its own folder for temporary tables: a server that starts clears what it finds there.
	mkdir -p "$dir/tmp"
	if alive; then
		echo "$socket"
		return
	fi
	rm -f "$socket" "$pid_file"
	if [ ! -d "$dir/data/mysql" ]; then
		mariadb-install-db --no-defaults --datadir="$dir/data" --tmpdir="$dir/tmp" \
			--user="$me" \
			--auth-root-authentication-method=normal --skip-test-db \
			>"$dir/install.log" 2>&1
	fi
	server=$(command -v mariadbd || echo /usr/sbin/mariadbd)
	"$server" --no-defaults --datadir="$dir/data" --tmpdir="$dir/tmp" --socket="$socket" --pid-file="$pid_file" \
		--user="$me" --skip-networking --log-error="$dir/error.log" --skip-log-bin \
		--innodb-buffer-pool-size=256M --innodb-log-file-size=256M \
		--innodb-fast-shutdown=2 --max-connections=200 \
		--character-set-server=utf8mb4 >/dev/null 2>&1 </dev/null &
	tries=0
	until mariadb-admin --no-defaults --socket="$socket" -u root ping >/dev/null 2>&1; do
		tries=$((tries + 1))
		if [ $tries -gt 300 ]; then
			echo "mariadb.sh: the server does not start, see $dir/error.log" >&2
			exit 1
		fi
		sleep 0.1
	done
	echo "$socket"
}

case $command in
start)
	start
	;;
stop)
	if alive; then
		kill -TERM "$(pid)"
	fi
	wait_gone
	;;
kill)
	if alive; then
		kill -KILL "$(pid)"
	fi
	wait_gone
	;;
*)
	echo "mariadb.sh: no such command: $command" >&2
	exit 2
	;;
esac
