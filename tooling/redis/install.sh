#!/bin/sh
# Installs Debian's redis-server, which the slow test of fleets starts by itself on a free port. Needs root.
set -eu
command -v redis-server >/dev/null && exit 0
apt-get update -qq
# The package would start a server of its own.
printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
chmod +x /usr/sbin/policy-rc.d
trap 'rm -f /usr/sbin/policy-rc.d' EXIT
apt-get install -y -qq --no-install-recommends redis-server
