#!/bin/sh
# Makes deploy/secrets/ once: a file per secret. An existing file is never changed.
set -eu
umask 077
cd "$(dirname "$0")"
mkdir -p secrets
chmod 700 secrets

random() { head -c "$1" /dev/urandom | base64 | tr -d '\n'; }
# Letters and digits alone, to stand in an address.
word() { head -c 4096 /dev/urandom | LC_ALL=C tr -dc 'A-Za-z0-9' | head -c "$1"; }

make() {
  if [ -e "secrets/$1" ]; then
    echo "kept  secrets/$1"
    return
  fi
  printf '%s' "$2" >"secrets/$1"
  # Read inside the containers by a user of their own; on this machine the folder keeps others out.
  chmod 644 "secrets/$1"
  echo "made  secrets/$1"
}

make postgres_password "$(word 40)"
make wangge_password "$(word 40)"
make database_url "postgresql://wangge:$(cat secrets/wangge_password)@database:5432/wangge"
make secret_key "$(word 80)"
make personal_data_keys "k1:$(random 32)"
make blind_index_key "$(random 32)"
make metrics_token "$(word 40)"
echo 'Keep a copy of this folder somewhere else: without personal_data_keys the personal data cannot be read.'
