#!/bin/sh
# A private mail system on loopback, for tests: Dovecot (IMAP) and Exim (SMTP).
#   mailstack.sh start DIR IMAP IMAPS LMTP SMTP SUBMISSION   ports; all files below DIR
#   mailstack.sh stop DIR          both, in order
#   mailstack.sh stop-imap DIR     Dovecot only, and start-imap DIR brings it back
#   mailstack.sh start-imap DIR [CAPABILITY ...]   what it says it can; default: all
# Accounts: any NAME@test.local, password pw-NAME; NAME+anything comes to NAME. SMTP takes mail
# "from the Internet", SUBMISSION wants a log-in. No mail leaves the machine.
set -eu

command=${1:-}
dir=${2:-}
if [ -z "$command" ] || [ -z "$dir" ]; then
	echo "usage: mailstack.sh start|stop|start-imap|stop-imap DIR ..." >&2
	exit 2
fi
here=$(cd "$(dirname "$0")" && pwd)/mailstack

# Dovecot and Exim refuse to deliver as root.
if [ "$(id -u)" = 0 ]; then
	user=mail
	as() {
		setpriv --reuid="$user" --regid="$(id -g "$user")" --clear-groups -- "$@"
	}
else
	user=$(id -un)
	as() {
		"$@"
	}
fi
group=$(id -gn "$user")

# FILE CAPABILITY: the template with its places filled in.
write_configuration() {
	# shellcheck disable=SC1091 # written by start
	. "$dir/ports"
	sed -e "s|@DIR@|$dir|g" -e "s|@USER@|$user|g" -e "s|@GROUP@|$group|g" \
		-e "s|@UID@|$(id -u "$user")|g" -e "s|@GID@|$(id -g "$user")|g" \
		-e "s|@INSTANCE@|$(basename "$dir")|g" -e "s|@CAPABILITY@|$2|g" \
		-e "s|@IMAP@|$imap|g" -e "s|@IMAPS@|$imaps|g" -e "s|@LMTP@|$lmtp|g" \
		-e "s|@SMTP@|$smtp|g" -e "s|@SUBMISSION@|$submission|g" \
		"$here/$1" >"$dir/$1"
	chmod 644 "$dir/$1"
}

# PORT: until somebody listens there.
wait_for() {
	tries=0
	until bash -c "exec 3<>/dev/tcp/127.0.0.1/$1" 2>/dev/null; do
		tries=$((tries + 1))
		if [ $tries -gt 200 ]; then
			echo "mailstack.sh: nothing listens on port $1, see $dir/log" >&2
			exit 1
		fi
		sleep 0.05
	done
}

# FILE: ends the process whose id it holds, and waits until it is gone.
end() {
	pid=$(cat "$1" 2>/dev/null || true)
	[ -n "$pid" ] || return 0
	# Dovecot would wait for clients that idle.
	children=$(pgrep -P "$pid" || true)
	kill "$pid" 2>/dev/null || true
	for child in $children; do
		kill -KILL "$child" 2>/dev/null || true
	done
	tries=0
	while kill -0 "$pid" 2>/dev/null && [ $tries -lt 200 ]; do
		tries=$((tries + 1))
		sleep 0.05
	done
}

start_imap() {
	write_configuration dovecot.conf "$*"
	as dovecot -c "$dir/dovecot.conf" </dev/null >"$dir/log/dovecot.start" 2>&1
	# shellcheck disable=SC1091 # written by start
	. "$dir/ports"
	wait_for "$imap"
	wait_for "$lmtp"
}

start() {
	mkdir -p "$dir/run" "$dir/state" "$dir/log" "$dir/tls" "$dir/mail" "$dir/spool"
	printf 'imap=%s\nimaps=%s\nlmtp=%s\nsmtp=%s\nsubmission=%s\n' "$@" >"$dir/ports"
	openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=localhost \
		-addext "subjectAltName=DNS:localhost,IP:127.0.0.1" \
		-keyout "$dir/tls/key.pem" -out "$dir/tls/cert.pem" 2>/dev/null
	write_configuration exim.conf ""
	if [ "$(id -u)" = 0 ]; then
		chown -R "$user:$group" "$dir"
	fi
	start_imap
	as "$(command -v exim4 || echo /usr/sbin/exim4)" -C "$dir/exim.conf" -bd -q2s \
		</dev/null >"$dir/log/exim.start" 2>&1
	wait_for "$4"
	wait_for "$5"
}

case $command in
start)
	shift 2
	start "$@"
	;;
stop)
	end "$dir/run/exim.pid"
	end "$dir/run/master.pid"
	;;
start-imap)
	shift 2
	start_imap "$@"
	;;
stop-imap)
	end "$dir/run/master.pid"
	;;
*)
	echo "mailstack.sh: no such command: $command" >&2
	exit 2
	;;
esac
