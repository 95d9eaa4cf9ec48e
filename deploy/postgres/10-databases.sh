#!/bin/sh
# A database and a role for each service; no role can connect to another's database.
set -eu
for service in accounts events tickets notifications; do
  password=$(cat "/secrets/${service}_database_password")
  psql -v ON_ERROR_STOP=1 --username postgres <<SQL
create role ${service} login password '${password}';
create database ${service} owner ${service};
revoke connect, temporary on database ${service} from public;
SQL
done
