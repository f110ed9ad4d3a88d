#!/bin/bash
# Runs once, when the database volume is new: the application's role, which row-level security binds, and its database.
set -eu
password=$(cat /run/secrets/wangge_password)
psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres -v password="$password" <<'SQL'
CREATE ROLE wangge LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE PASSWORD :'password';
CREATE DATABASE wangge OWNER wangge TEMPLATE template0 ENCODING 'UTF8';
SQL
