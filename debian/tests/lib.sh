# What the tests of the package share. Read by them: . "$(dirname "$0")/lib.sh"
# shellcheck shell=sh

set -eu
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
here=$(CDPATH='' cd "$(dirname "$0")" && pwd)
top=$(dirname "$(dirname "$here")")
tmp=${AUTOPKGTEST_TMP:-$(mktemp -d)}
etc=/etc/headwater

say() { printf '# %s\n' "$*"; }

ok() { printf 'ok - %s\n' "$*"; }

fail() {
    printf 'not ok - %s\n' "$*"
    exit 1
}

# output_of command...: runs it; its output is $tmp/output afterwards, which it may read before.
output_of() {
    result=0
    "$@" >"$tmp/output.new" 2>&1 || result=$?
    mv "$tmp/output.new" "$tmp/output"
    return "$result"
}

output_show() { sed 's/^/#   /' "$tmp/output"; }

# check "what" command...: the command must succeed.
check() {
    what=$1
    shift
    output_of "$@" || {
        output_show
        fail "$what"
    }
    ok "$what"
}

# refuse "what" command...: the command must fail.
refuse() {
    what=$1
    shift
    if output_of "$@"; then
        output_show
        fail "$what"
    fi
    ok "$what"
}

# is "what" value expected
is() {
    [ "$2" = "$3" ] || fail "$1: '$2', expected '$3'"
    ok "$1"
}

# wait_for "what" command...: a minute for the command to succeed; WatchdogSec is half of it.
wait_for() {
    what=$1
    shift
    tries=0
    until output_of "$@"; do
        tries=$((tries + 1))
        if [ "$tries" -ge 300 ]; then
            output_show
            fail "$what, within a minute"
        fi
        sleep 0.2
    done
    ok "$what"
}

# The package file under test: given by whoever runs this, else from the sources of apt.
package_file() {
    if [ -n "${HW_PACKAGE:-}" ]; then
        printf '%s\n' "$HW_PACKAGE"
        return
    fi
    (cd "$tmp" && apt-get -q download headwater >&2 && ls "$tmp"/headwater_*.deb)
}

# package_state: as dpkg has it, such as "ii " or "rc ".
package_state() { dpkg-query -W -f '${db:Status-Abbrev}' headwater 2>/dev/null || true; }

sql() { mariadb --batch --skip-column-names --execute "$1"; }

# The doubles of ScrapeBadger and Stripe, for services that start from now on.
doubles_start() {
    "$top/t/sandbox/scrapebadger" --listen 127.0.0.1:9401 &
    "$top/t/sandbox/stripe" --listen 127.0.0.1:9402 &
    wait_for 'the doubles listen' curl -fsS http://127.0.0.1:9401/__sandbox \
        http://127.0.0.1:9402/__sandbox
    sed -i -e 's|^#sandbox = .*|sandbox = yes|' \
        -e 's|^#url = https://scrapebadger.*|url = http://127.0.0.1:9401|' \
        -e 's|^#url = https://api.stripe.*|url = http://127.0.0.1:9402|' "$etc/headwater.conf"
}

# The subscription that README.Debian speaks of.
subscription_make() {
    curl -fsS -o "$tmp/subscription" http://127.0.0.1:9402/__sandbox/subscriptions/sub_1Example -d '{
        "customer": "cus_1Example",
        "items": [ { "id": "si_1Starter", "price": "price_starter", "quantity": 0 },
                   { "id": "si_1Growth", "price": "price_growth", "quantity": 0 },
                   { "id": "si_1Pro", "price": "price_pro", "quantity": 0 } ] }'
}

keys_write() {
    echo sb_live_sandbox | install -m 0600 /dev/stdin "$etc/scrapebadger.key"
    echo rk_test_sandbox | install -m 0600 /dev/stdin "$etc/stripe.key"
}

# A certificate for api.example.com, which is this host from now on.
certificate_make() {
    openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=api.example.com \
        -addext subjectAltName=DNS:api.example.com -keyout /etc/ssl/private/headwater.key \
        -out /etc/ssl/certs/headwater.pem 2>/dev/null
    echo '127.0.0.1 api.example.com' >>/etc/hosts
    export CURL_CA_BUNDLE=/etc/ssl/certs/headwater.pem
}

site_enable() {
    cp /usr/share/doc/headwater/examples/site.conf /etc/nginx/sites-available/headwater
    ln -sf ../sites-available/headwater /etc/nginx/sites-enabled/headwater
    nginx -t
    nginx -s reload
}

# stream_post handle segment: the status and, in $tmp/answer, the body.
stream_post() {
    curl -sS -o "$tmp/answer" -w '%{http_code}' -H "Authorization: Bearer $KEY" \
        -H 'Content-Type: application/json' https://api.example.com/v1/streams \
        -d '{"pairs":[{"accountHandle":"'"$1"'","segment":{"description":"'"$2"'"}}]}'
}

# Everything up to a key, in fewer words than README.Debian.
site_make() {
    doubles_start
    subscription_make
    certificate_make
    keys_write
    systemctl start headwater
    site_enable 2>"$tmp/nginx.log"
    headwater team create --name Example --plan paid --subscription sub_1Example \
        --item starter=si_1Starter --item growth=si_1Growth --item pro=si_1Pro >"$tmp/team"
    headwater user create --team 1 --name Ann --email ann@example.com >"$tmp/user"
    KEY=$(key_create)
    export KEY
}

# posts_run: creates, each for a handle and with an Idempotency-Key of its own, until $tmp/enough.
posts_run() {
    number=0
    while [ ! -e "$tmp/enough" ]; do
        number=$((number + 1))
        curl -s -o /dev/null -w '%{http_code}\n' -H "Authorization: Bearer $2" \
            -H 'Content-Type: application/json' -H "Idempotency-Key: $1-$number" \
            -d '{"pairs":[{"accountHandle":"'"$1_$number"'","segment":{"description":"Load"}}]}' \
            https://api.example.com/v1/streams || echo none
        sleep 1
    done
}

gets_run() {
    while [ ! -e "$tmp/enough" ]; do
        curl -s -o /dev/null -w '%{http_code}\n' -H "Authorization: Bearer $KEY" \
            https://api.example.com/v1/streams/1 || echo none
        sleep 0.3
    done
}

stream_count() { sql 'SELECT COUNT(*) FROM headwater.stream'; }

key_create() { headwater key create --user 1 | grep -o 'hw_live_[0-9A-Za-z]*' | tail -n 1; }

# load_begin name: reads of stream 1, and two clients that create, until load_end.
load_begin() {
    rm -f "$tmp/enough"
    streams_before=$(stream_count)
    gets_run >"$tmp/gets" &
    loads=$!
    for client in a b; do
        posts_run "$1$client" "$(key_create)" >"$tmp/posts.$client" &
        loads="$loads $!"
    done
}

# load_end: each request was answered, and what a client was told of is there, no less, no more.
load_end() {
    touch "$tmp/enough"
    for load in $loads; do wait "$load"; done
    check 'reads were made' test "$(wc -l <"$tmp/gets")" -gt 5
    is 'none was lost' "$(grep -v '^\(200\|429\)$' "$tmp/gets" || true)" ''
    created=$(cat "$tmp"/posts.? | grep -c '^20[12]$' || true)
    check 'creates were made' test "$created" -gt 4
    is 'none was lost' "$(cat "$tmp"/posts.? | grep -v '^20[12]$' || true)" ''
    is 'each once' "$(($(stream_count) - streams_before))" "$created"
}
