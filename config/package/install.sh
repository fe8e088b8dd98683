#!/bin/sh
# Installs Trunkline from this folder, without a network. As root:
#   ./install.sh
# Packages that the machine has, in this or a newer version, are left as they are.
set -eu

cd "$(dirname "$0")"
if [ "$(id -u)" != 0 ]; then
	echo "install.sh: run it as root" >&2
	exit 1
fi
sha256sum --quiet -c SHA256SUMS || {
	echo "install.sh: the archive is damaged" >&2
	exit 1
}

needed=
for file in packages/*.deb; do
	name=$(dpkg-deb -f "$file" Package)
	version=$(dpkg-deb -f "$file" Version)
	present=$(dpkg-query -W -f '${db:Status-Abbrev} ${Version}' "$name" 2>/dev/null |
		sed -n 's/^ii[^ ]* *//p')
	if [ "$name" != trunkline ] && [ -n "$present" ] &&
		dpkg --compare-versions "$present" ge "$version"; then
		continue
	fi
	needed="$needed $file"
done
# shellcheck disable=SC2086 # one argument for each file
DEBIAN_FRONTEND=noninteractive dpkg -i $needed
echo "Installed: $(trunkline --version). What comes next is in install.md."
