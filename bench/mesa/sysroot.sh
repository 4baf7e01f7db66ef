#!/bin/sh
# Unpacks an aarch64 Mesa and the libraries it needs into a folder, as ordinary Debian packages fetched by apt with a
# private state: nothing is installed on this machine. sysroot.sh FOLDER [SUITE]
set -eu
folder=$(mkdir -p "${1:?name a folder}" && cd "$1" && pwd)
suite=${2:-trixie}
state=$(mktemp -d)
trap 'rm -rf "$state"' EXIT
mkdir -p "$state/etc/preferences.d" "$state/etc/apt.conf.d" "$state/lists/partial" "$state/archives/partial"
: >"$state/status"
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian $suite main" >"$state/etc/sources.list"
cat >"$state/apt.conf" <<EOF
APT::Architecture "arm64";
APT::Architectures { "arm64"; };
APT::Install-Recommends "false";
APT::Sandbox::User "root";
Dir::Etc "$state/etc";
Dir::State "$state";
Dir::State::status "$state/status";
Dir::Cache "$state";
Acquire::Languages "none";
EOF
export APT_CONFIG="$state/apt.conf"
apt-get -q update
apt-get -q install -y --download-only mesa-vulkan-drivers libvulkan1 libgl1-mesa-dri libegl1 libegl-mesa0 libgles2 libgbm1
for package in "$state"/archives/*.deb; do dpkg-deb -x "$package" "$folder"; done
ln -sfn usr/lib "$folder/lib"
