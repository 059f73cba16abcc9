# Sourced by kernel and rootfs: apt with its own state, so that neither the packages nor the
# sources of this machine matter and nothing of it changes.

# apt_open FOLDER "SUITE..." - FOLDER becomes an apt of its own that knows these suites of Debian.
apt_open() {
  apt_folder=$1
  mkdir -p "$apt_folder/lists/partial" "$apt_folder/cache/archives/partial"
  : >"$apt_folder/status"
  for suite in $2; do
    case $suite in
    *-security) archive=debian-security ;;
    *) archive=debian ;;
    esac
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/$archive $suite main"
  done >"$apt_folder/sources.list"
  own_apt apt-get -qq update
}

# own_apt COMMAND ARGUMENT... - apt-get or apt-cache over the folder that was opened last.
own_apt() {
  command=$1
  shift
  "$command" -o Dir::State="$apt_folder" -o Dir::State::Lists="$apt_folder/lists" \
    -o Dir::State::status="$apt_folder/status" -o Dir::Cache="$apt_folder/cache" \
    -o Dir::Etc::sourcelist="$apt_folder/sources.list" -o Dir::Etc::sourceparts=/dev/null \
    -o APT::Architecture=amd64 -o APT::Architectures=amd64 -o APT::Sandbox::User= "$@"
}
