# Runs a PostgreSQL server for as long as standard input stays open, then stops it. The owner holds the other end of standard
# input; when the owner ends, however it ends, the read below returns.
# Arguments: programs' folder, cluster's folder, socket folder, stop mode, `keep` or `remove`, more options for initdb; then the server's.
# Standard output is the cluster's lock. The server inherits it as descriptor 9: the lock is free when all of them have ended.
set -u
trap '' HUP INT TERM
programs=$1 home=$2 sockets=$3 mode=$4 after=$5 sync=$6
shift 6
exec 9>&1 >>"$home/server.log" 2>&1

serve() {
    if [ ! -d "$home/data" ]; then
        rm -rf "$home/data.new"
        # shellcheck disable=SC2086 # no option is no argument
        "$programs/initdb" -D "$home/data.new" --username=daybook_owner --encoding=UTF8 --locale=C --auth-local=peer \
            --auth-host=reject --data-checksums --no-instructions $sync || return
        mv "$home/data.new" "$home/data"
    fi
    [ -e "$home/stopping" ] || "$programs/postgres" -D "$home/data" "$@"
}

{ serve "$@"; echo "$?" >"$home/ended"; } </dev/null &
job=$!

while read -r _; do :; done

: >"$home/stopping"
while [ ! -e "$home/ended" ] && kill -0 "$job" 2>/dev/null; do
    if [ -e "$home/data/postmaster.pid" ]; then
        "$programs/pg_ctl" stop --silent -D "$home/data" -m "$mode" -t 60 </dev/null || mode=immediate
    fi
    [ -e "$home/ended" ] || sleep 0.05 2>/dev/null || sleep 1
done
wait
rm -rf "$sockets"
[ "$after" = keep ] || rm -rf "$home"
